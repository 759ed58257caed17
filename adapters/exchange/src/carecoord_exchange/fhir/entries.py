"""The entries of a bundle: what resource each holds, under which id, and how others name it."""

from collections.abc import Iterator, Sequence
from typing import Any

from carecoord_exchange.fhir.elements import Element
from carecoord_exchange.fhir.references import References, resource_id
from carecoord_exchange.json_text import parse_json
from carecoord_exchange.problems import Findings, Problem
from carecoord_exchange.sources import Source, name_of, read_whole, refused

__all__ = ["LARGEST_BUNDLE", "Entries", "Entry"]

LARGEST_BUNDLE = 256_000_000
"""Bytes; a bundle is read whole."""

_TYPES = {"transaction", "batch", "collection", "searchset", "document", "message"}


class Entry:
    """One entry with a resource; whatever costs time is found out when it is asked for."""

    __slots__ = ("_index", "_of", "_url", "resource", "type")

    def __init__(
        self, of: "Entries", index: int, type: str, resource: dict[str, Any], url: object
    ) -> None:
        self._of = of
        self._index = index
        self._url = url
        self.type = type
        self.resource = resource

    @property
    def id(self) -> str:
        """The id that the resource has here."""
        return resource_id(self.resource, self._url)

    @property
    def findings(self) -> Findings:
        """Where faults of the entry are noted."""
        return self._of.findings(self._index)

    @property
    def element(self) -> Element:
        """The resource, to be read."""
        return Element(self.resource, self.type, self.findings)


class Entries:
    """All entries of a bundle; what they refer to can be found whatever their order."""

    def __init__(self, raw: Sequence[Any], file: str) -> None:
        self.references = References()
        self._file = file
        self._findings: dict[int, Findings] = {}
        self._entries = list(self._found(raw))

    @classmethod
    def of(cls, source: Source, *, largest: int = LARGEST_BUNDLE) -> "Entries":
        """The entries of a file; a resource by itself counts as a bundle of one.

        Raises:
            FileRefused: it cannot be read, is larger than `largest` bytes, is not strict JSON, or
                is neither a bundle nor a resource.
        """
        file = name_of(source)
        bundle = parse_json(read_whole(source, largest=largest), file=file)
        if not isinstance(bundle, dict) or not isinstance(bundle.get("resourceType"), str):
            raise refused(file, "is not a FHIR resource")
        if bundle["resourceType"] != "Bundle":
            return cls([{"resource": bundle}], file)
        type, entries = bundle.get("type"), bundle.get("entry", [])
        if not isinstance(type, str) or type not in _TYPES:
            raise refused(file, "is not a type of bundle that holds resources", place="Bundle.type")
        if not isinstance(entries, list):
            raise refused(file, "must be an array", place="Bundle.entry")
        return cls(entries, file)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was noted of the entries so far, in their order."""
        noted = sorted(self._findings.items())
        return tuple(problem for _, findings in noted for problem in findings.problems)

    def findings(self, index: int) -> Findings:
        """Where faults of an entry are noted."""
        if index not in self._findings:
            self._findings[index] = Findings(self._file, index)
        return self._findings[index]

    def _found(self, raw: Sequence[Any]) -> Iterator[Entry]:
        remember = self.references.add
        for index, entry in enumerate(raw):
            if isinstance(entry, dict) and isinstance(resource := entry.get("resource"), dict):
                type, url = resource.get("resourceType"), entry.get("fullUrl")
                if isinstance(type, str):
                    if isinstance(url, str):
                        remember(url, type, resource)
                    yield Entry(self, index, type, resource, url)
                    continue
            self.findings(index).error("resource", "is missing, or no resource")
