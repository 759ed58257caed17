"""The entries of a bundle: what resource each holds, under which id, and how others name it."""

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen

from carecoord_exchange.fhir.elements import Element
from carecoord_exchange.fhir.references import References, resource_id
from carecoord_exchange.json_text import parse_json
from carecoord_exchange.problems import Findings, Problem
from carecoord_exchange.sources import Source, name_of, read_whole, refused

__all__ = ["LARGEST_BUNDLE", "Entries", "Entry"]

LARGEST_BUNDLE = 256_000_000
"""Bytes; a bundle is read whole."""

_TYPES = {"transaction", "batch", "collection", "searchset", "document", "message"}


@frozen
class Entry:
    """One entry with a resource; the id is the one that it has here."""

    findings: Findings
    type: str
    id: str
    resource: dict[str, Any]

    @property
    def element(self) -> Element:
        """The resource, to be read."""
        return Element(self.resource, self.type, self.findings)


class Entries:
    """All entries of a bundle; what they refer to can be found whatever their order."""

    def __init__(self, raw: Sequence[Any], file: str) -> None:
        self.references = References()
        self._findings: list[Findings] = []
        self._entries = list(self._found(raw, file))

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
        return tuple(one for findings in self._findings for one in findings.problems)

    def _found(self, raw: Sequence[Any], file: str) -> Iterator[Entry]:
        for index, entry in enumerate(raw):
            findings = Findings(file, index)
            self._findings.append(findings)
            resource = entry.get("resource") if isinstance(entry, dict) else None
            type = resource.get("resourceType") if isinstance(resource, dict) else None
            if not isinstance(resource, dict) or not isinstance(type, str):
                findings.error("resource", "is missing, or no resource")
                continue
            id = resource_id(resource, entry.get("fullUrl"))
            self.references.add(entry.get("fullUrl"), type, id)
            yield Entry(findings, type, id, resource)
