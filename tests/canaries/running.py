"""Runs an example as its reader would, with every log record kept, and looks through them.

    python -m tests.canaries.running EXAMPLE [ARGUMENTS]

Every family name that the example makes is looked for in the log, down to debug. The last line of
standard error says how many records there were, and how many names were found in them.
"""

import io
import json
import logging
import runpy
import sys
from contextlib import suppress

from carecoord import HumanName

__all__: list[str] = []


def main() -> None:
    names, log = set(), io.StringIO()
    init = HumanName.__init__

    def noted(self: HumanName, *arguments: object, **named: object) -> None:
        init(self, *arguments, **named)  # type: ignore[arg-type]
        if self.family is not None and len(self.family) > 3:
            names.add(self.family.casefold())

    HumanName.__init__ = noted  # type: ignore[method-assign]
    logging.basicConfig(level=logging.DEBUG, stream=log)
    sys.argv = sys.argv[1:]
    with suppress(SystemExit):
        runpy.run_path(sys.argv[0], run_name="__main__")
    logged = log.getvalue().casefold()
    found = sum(name in logged for name in names)
    told = {"names": len(names), "records": len(logged.splitlines()), "found": found}
    sys.stderr.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
