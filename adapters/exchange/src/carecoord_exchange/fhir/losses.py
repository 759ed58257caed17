"""What of a resource is not kept here: found by reading it, writing it back and comparing."""

from collections.abc import Iterator, Mapping
from typing import Any

from carecoord.kernel.time import Zone
from carecoord_exchange.fhir.bundle import read_resources
from carecoord_exchange.fhir.coverages import coverage_resource
from carecoord_exchange.fhir.directory import (
    location_resource,
    organization_resource,
    practitioner_resource,
)
from carecoord_exchange.fhir.patients import patient_resource
from carecoord_exchange.fhir.scheduling_reading import read_scheduling_resources
from carecoord_exchange.fhir.scheduling_writing import (
    appointment_resource,
    appointment_response_resource,
    schedule_resource,
    slot_resource,
)

__all__ = ["losses", "written_back"]


def written_back(resource: Mapping[str, Any], *, zone: Zone | None = None) -> dict[str, Any] | None:
    """The resource as it would be written after it was read; None if it cannot be read."""
    contents = read_resources([resource], zone=zone)
    for patient in contents.patients:
        return patient_resource(patient)
    for found in contents.coverages:
        order = resource.get("order")
        return coverage_resource(found.coverage, found.patient, order=order)
    for practitioner in contents.practitioners:
        return practitioner_resource(practitioner)
    for organization in contents.organizations:
        return organization_resource(organization)
    for location in contents.locations:
        return location_resource(location)
    scheduling = read_scheduling_resources([resource])
    for appointment in scheduling.appointments:
        return appointment_resource(appointment)
    for response in scheduling.responses:
        return appointment_response_resource(response)
    for slot in scheduling.slots:
        return slot_resource(slot)
    for schedule in scheduling.schedules:
        return schedule_resource(schedule)
    return None


def losses(resource: Mapping[str, Any], *, zone: Zone | None = None) -> tuple[str, ...]:
    """The paths of everything in the resource that would not come back, in their order.

    Values that come back under another place or in another form, such as a name that is only a
    text, count as lost: the report errs on the side of saying too much.
    """
    written = written_back(resource, zone=zone)
    type = resource.get("resourceType")
    return tuple(_missing(resource, written, str(type)))


def _missing(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(before, Mapping):
        for key, value in before.items():
            found = after.get(key) if isinstance(after, Mapping) else None
            yield from _missing(value, found, f"{path}.{key}")
    elif isinstance(before, list):
        for index, value in enumerate(before):
            yield from _missing(value, _counterpart(value, index, after), f"{path}[{index}]")
    elif before != after:
        yield path


def _counterpart(value: Any, index: int, after: Any) -> Any:
    """What an element of an array became: the one most like it, wherever it stands now."""
    if not isinstance(after, list) or not after:
        return None
    if value in after:
        return value
    if not isinstance(value, Mapping):
        return None
    return min(after, key=lambda one: sum(1 for _ in _missing(value, one, "")))
