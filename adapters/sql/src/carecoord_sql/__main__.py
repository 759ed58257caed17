"""What a deployment runs: `python -m carecoord_sql upgrade URL`.

`-` in place of the URL reads it from standard input, so that no password shows in a process list.
"""

import argparse
import sys

from carecoord.errors import CarecoordError
from carecoord.kinds import open_store


def main(arguments: list[str] | None = None) -> int:
    """Bring the database up to date; 0 when it is."""
    parser = argparse.ArgumentParser(prog="python -m carecoord_sql", description=main.__doc__)
    parser.add_argument("do", choices=["upgrade"])
    parser.add_argument("url", help="sqlite:///FILE, postgresql://…, or - to read it from input")
    asked = parser.parse_args(arguments)
    url = sys.stdin.readline().strip() if asked.url == "-" else asked.url
    try:
        open_store(url).close()
    except CarecoordError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
