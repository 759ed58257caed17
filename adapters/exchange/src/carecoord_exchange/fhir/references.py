"""References between resources, and the ids that resources keep here.

A resource keeps its FHIR id where our ids allow it, so the same file gives the same ids on every
day and in every order. One without an id takes that of its `fullUrl`, else a digest of itself.

Source: HL7 FHIR R4, References, and Bundle, "Resolving references in Bundles".
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from carecoord.errors import InvalidValue
from carecoord.kernel.values import check_id

__all__ = ["References", "digest_id", "resource_id"]

_IN_URL = re.compile(r"(?:.*/)?([A-Z][A-Za-z]{1,60})/([A-Za-z0-9._:\-]{1,128})(?:/_history/[^/]+)?")
_UUID = re.compile(r"urn:uuid:([0-9A-Fa-f-]{36})")


def digest_id(value: Any) -> str:
    """An id made of the content of a JSON value: the same for the same content."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def resource_id(resource: Mapping[str, Any], full_url: object = None) -> str:
    """The id under which a resource is known here."""
    try:
        return check_id("id", resource.get("id"))
    except InvalidValue:
        pass
    return _id_in(full_url) or digest_id(resource)


def _id_in(url: object) -> str | None:
    if not isinstance(url, str):
        return None
    if match := _UUID.fullmatch(url):
        return match[1].lower()
    if match := _IN_URL.fullmatch(url):
        try:
            return check_id("id", match[2])
        except InvalidValue:
            return None
    return None


class References:
    """Finds what references of a bundle point to: the type, if it is known, and the id."""

    def __init__(self) -> None:
        self._by_url: dict[str, tuple[str, Mapping[str, Any]]] = {}

    def add(self, full_url: str, type: str, resource: Mapping[str, Any]) -> None:
        """Remember a resource of the bundle by its full URL."""
        self._by_url[full_url] = (type, resource)

    def typed(self, reference: str | None) -> tuple[str, str] | None:
        """The type and id of what a reference names; None where either is not known."""
        if reference is None or reference.startswith("#"):
            return None
        if found := self._by_url.get(reference):
            type, resource = found
            return type, resource_id(resource, reference)
        match, id = _IN_URL.fullmatch(reference), _id_in(reference)
        return None if match is None or id is None else (match[1], id)

    def find(self, reference: str | None, *, type: str) -> str | None:
        """The id of what a reference names, if it may be of this type; else None."""
        if found := self.typed(reference):
            return found[1] if found[0] == type else None
        return _id_in(reference) if reference is not None and _UUID.fullmatch(reference) else None
