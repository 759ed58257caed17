import pytest

from carecoord.directory import Location, Organization, OrganizationType, Practitioner
from carecoord.directory.repository import Locations, Organizations, Practitioners
from carecoord.errors import Conflict
from carecoord.kernel.codes import NPI, Code, Identifier
from carecoord.kernel.contact import HumanName
from carecoord.kernel.time import Zone
from carecoord.kinds import open_store

CARDIOLOGY = Code("http://nucc.org/provider-taxonomy", "207RC0000X")


def test_the_directory_finds_payers_names_and_specialties():
    with open_store("memory:") as store, store.work() as work:
        organizations, practitioners = Organizations(work), Practitioners(work)
        organizations.add(Organization(id="o1", name="Acme Health", type=OrganizationType.PAYER))
        organizations.add(
            Organization(id="o2", name="Elm Clinic", identifiers=[Identifier(NPI, "1234567893")])
        )
        practitioners.add(
            Practitioner(
                id="d1", name=HumanName(family="Wu"), specialties=[CARDIOLOGY], organization="o2"
            )
        )
        Locations(work).add(Location(id="l1", name="Main", zone=Zone("America/Chicago")))
        assert [one.id for one in organizations.named("acme")] == ["o1"]
        assert [one.id for one in organizations.of_type(OrganizationType.PAYER)] == ["o1"]
        assert organizations.get("o2").npi == "1234567893"
        assert organizations.get("o1").npi is None
        found = practitioners.with_specialty(CARDIOLOGY.system, CARDIOLOGY.value)
        assert [one.id for one in found] == ["d1"]
        assert found[0].npi is None


def test_a_practitioner_works_for_an_organization_that_exists():
    wu = Practitioner(id="d1", name=HumanName(family="Wu"), organization="nowhere")
    with (
        open_store("memory:") as store,
        pytest.raises(Conflict, match="missing_reference"),
        store.work() as work,
    ):
        Practitioners(work).add(wu)
