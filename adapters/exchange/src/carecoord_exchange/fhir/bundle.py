"""Reading a FHIR R4 bundle: patients with their coverages, practitioners, organizations, places.

    contents = read_bundle("bundle.json")
    contents.patients, contents.problems

What is unknown or broken is reported by entry, path and reason, and the good rest is taken. The
same bundle gives the same ids, whatever the order of its entries.

Source: HL7 FHIR R4, Bundle.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from carecoord.directory.locations import Location
from carecoord.directory.organizations import Organization
from carecoord.directory.practitioners import Practitioner
from carecoord.kernel.ids import OrganizationId
from carecoord.kernel.time import Zone
from carecoord.patients.registration import Patient
from carecoord_exchange.fhir.coverages import CoverageOf, coverage_of
from carecoord_exchange.fhir.directory import (
    RoleOf,
    location_of,
    organization_of,
    practitioner_of,
    role_of,
)
from carecoord_exchange.fhir.elements import Element
from carecoord_exchange.fhir.entries import LARGEST_BUNDLE, Entries, Entry
from carecoord_exchange.fhir.patients import patient_of
from carecoord_exchange.fhir.references import digest_id
from carecoord_exchange.problems import Problem
from carecoord_exchange.sources import Source

__all__ = ["LARGEST_BUNDLE", "BundleContents", "read_bundle", "read_resources"]


@frozen
class BundleContents:
    """What was read; `coverages` are those of patients who are not in the bundle themselves.

    `unread` counts the resources of types that are not read, by type.
    """

    patients: tuple[Patient, ...]
    coverages: tuple[CoverageOf, ...]
    practitioners: tuple[Practitioner, ...]
    organizations: tuple[Organization, ...]
    locations: tuple[Location, ...]
    problems: tuple[Problem, ...]
    unread: Mapping[str, int]


def read_bundle(
    source: Source, *, zone: Zone | None = None, largest: int = LARGEST_BUNDLE
) -> BundleContents:
    """The contents of a bundle; a resource by itself counts as a bundle of one.

    A Location that does not say in which time zone it lies is in `zone`, or else left out.

    Raises:
        FileRefused: it cannot be read, is larger than `largest` bytes, is not strict JSON, or is
            neither a bundle nor a resource.
    """
    return _Reader(Entries.of(source, largest=largest), zone).read()


def read_resources(
    resources: Sequence[Any], *, file: str = "resources", zone: Zone | None = None
) -> BundleContents:
    """The contents of resources that came by another way, as parsed JSON."""
    entries = Entries([{"resource": resource} for resource in resources], file)
    return _Reader(entries, zone).read()


_READ = frozenset(
    {
        "Patient", "Practitioner", "PractitionerRole", "Organization", "Location", "Coverage",
        "ExplanationOfBenefit",
    }
)  # fmt: skip


class _Reader:
    def __init__(self, entries: Entries, zone: Zone | None) -> None:
        self.entries = entries
        self.zone = zone
        self.references = entries.references
        self.payers = {
            entry.id: name
            for entry in entries
            if entry.type == "Organization" and isinstance(name := entry.resource.get("name"), str)
        }
        self.unread: Counter[str] = Counter()
        self.repeated: dict[str, tuple[str, CoverageOf] | None] = {}

    def read(self) -> BundleContents:
        patients: dict[str, Patient] = {}
        practitioners: dict[str, Practitioner] = {}
        organizations: dict[str, Organization] = {}
        locations: dict[str, Location] = {}
        coverages: dict[str, CoverageOf] = {}
        used: dict[str, str] = {}
        roles: list[RoleOf] = []
        for entry in self.entries:
            if entry.type not in _READ:
                self.unread[entry.type] += 1
                continue
            element = entry.element
            match entry.type:
                case "Patient":
                    self._keep(entry, patients, patient_of(element, entry.id))
                case "Practitioner":
                    self._keep(entry, practitioners, practitioner_of(element, entry.id))
                case "PractitionerRole":
                    if (role := role_of(element, self.references)) is not None:
                        roles.append(role)
                case "Organization":
                    read = organization_of(element, entry.id, self.references)
                    self._keep(entry, organizations, read)
                case "Location":
                    place = location_of(element, entry.id, self.references, self.zone)
                    self._keep(entry, locations, place)
                case "Coverage":
                    own = coverage_of(element, entry.id, self.references, self.payers)
                    self._keep(entry, coverages, own)
                case "ExplanationOfBenefit":
                    day = _last_day(entry.resource)
                    for id, contained in self._contained(entry):
                        coverages.setdefault(id, contained)
                        used[id] = max(used.get(id, ""), day)
        for role in sorted(roles, key=lambda role: (role.practitioner, role.organization or "")):
            if role.practitioner in practitioners:
                known = practitioners[role.practitioner]
                practitioners[role.practitioner] = _with_role(known, role)
        return self._contents(patients, coverages, used, practitioners, organizations, locations)

    def _contained(self, entry: Entry) -> Iterator[tuple[str, CoverageOf]]:
        """The coverages within an explanation of benefits, known by what they say.

        Every explanation repeats them, so each is read, and its faults are noted, only once.
        """
        contained = entry.resource.get("contained")
        for index, resource in enumerate(contained if isinstance(contained, list) else ()):
            if not isinstance(resource, dict) or resource.get("resourceType") != "Coverage":
                continue
            said = repr(resource)
            if said not in self.repeated:
                id = digest_id({key: value for key, value in resource.items() if key != "id"})
                element = Element(resource, f"{entry.type}.contained[{index}]", entry.findings)
                read = coverage_of(element, id, self.references, self.payers)
                self.repeated[said] = None if read is None else (id, read)
            if (found := self.repeated[said]) is not None:
                yield found

    def _keep(self, entry: Entry, into: dict[str, Any], read: Any) -> None:
        if read is None:
            return
        if entry.id in into and into[entry.id] != read:
            entry.findings.error("id", "is there twice, for two different resources")
        else:
            into[entry.id] = read

    def _contents(
        self,
        patients: dict[str, Patient],
        coverages: dict[str, CoverageOf],
        used: dict[str, str],
        practitioners: dict[str, Practitioner],
        organizations: dict[str, Organization],
        locations: dict[str, Location],
    ) -> BundleContents:
        ids = sorted(coverages)
        ids.sort(key=lambda id: used.get(id, ""), reverse=True)
        ids.sort(key=lambda id: coverages[id].order)
        abroad = []
        for id in ids:
            found = coverages[id]
            if found.patient in patients:
                patients[found.patient] = patients[found.patient].covered(found.coverage)
            else:
                abroad.append(found)
        return BundleContents(
            tuple(patients.values()),
            tuple(abroad),
            tuple(practitioners.values()),
            tuple(organizations.values()),
            tuple(locations.values()),
            self.entries.problems,
            dict(self.unread),
        )


def _with_role(practitioner: Practitioner, role: RoleOf) -> Practitioner:
    organization = practitioner.organization
    if organization is None and role.organization is not None:
        organization = OrganizationId(role.organization)
    specialties = tuple(dict.fromkeys((*practitioner.specialties, *role.specialties)))
    return evolve(practitioner, organization=organization, specialties=specialties)


def _last_day(resource: Mapping[str, Any]) -> str:
    """The day up to which an explanation of benefits goes, as text that sorts."""
    period = resource.get("billablePeriod")
    stated = (period.get("end") if isinstance(period, dict) else None) or resource.get("created")
    return stated[:10] if isinstance(stated, str) else ""
