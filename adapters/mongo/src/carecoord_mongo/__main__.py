"""`python -m carecoord_mongo upgrade URL`: make whatever is missing of the schema."""

import argparse
import sys
from collections.abc import Sequence

from carecoord.errors import CarecoordError
from carecoord.kinds import open_store

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns 0 if it went well, else 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m carecoord_mongo", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    upgrade = commands.add_parser("upgrade", help="create collections and indexes that are missing")
    upgrade.add_argument("url", metavar="URL", help="mongodb://server/database")
    given = parser.parse_args(arguments)
    try:
        open_store(given.url).close()
    except CarecoordError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
