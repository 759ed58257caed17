"""A sink of anchors in a folder: one file each, written once and never replaced.

sink = AnchorFolder(Path("/mnt/write-once/anchors"))

The folder belongs where those who administer the database cannot write: another machine, or a
medium that is written once. Of two who anchor at once, one wins.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from carecoord.errors import AlreadyTaken, Unavailable

__all__ = ["AnchorFolder"]

_SUFFIX = ".anchor"


class AnchorFolder:
    """Keeps every anchor as a file, named by its number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def append(self, number: int, anchor: bytes) -> None:
        """See `Sink.append`; it is on the disk when this returns."""
        whole = self._folder / f"{number:012d}{_SUFFIX}"
        part = self._folder / f"{number:012d}.{os.getpid()}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(anchor)
                file.flush()
                os.fsync(file.fileno())
            taken = not _linked(part, whole)
            part.unlink()
            folder = os.open(self._folder, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        except OSError:
            raise Unavailable("the folder of anchors cannot be written") from None
        if taken:
            raise AlreadyTaken("anchor", "number")

    def anchors(self) -> Iterator[bytes]:
        """See `Sink.anchors`."""
        try:
            for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
                yield path.read_bytes()
        except OSError:
            raise Unavailable("the folder of anchors cannot be read") from None


def _linked(part: Path, whole: Path) -> bool:
    """Whether it got its name; a link is made whole or not at all, and never over a file."""
    try:
        os.link(part, whole)
    except FileExistsError:
        return False
    return True
