"""A record that is changed or removed in the database, past the library, is told by the audit.

It commits to what desks have written; docs/explanation/threat-model.md states the limits.
"""

import pytest

from carecoord import Actor, Clinic, HumanName, Purpose, Role, open_store
from carecoord.coordination.checking_records import records_unlike_the_audit
from tests.attacks.reaching import reaching


@pytest.fixture
def clinic(new_url):
    with new_url() as url, open_store(url) as store, reaching(store, url) as reach:
        made = Clinic(store)
        made.reach, made.name = reach, url.partition(":")[0].partition("+")[0]
        yield made


def test_a_record_that_was_reached_past_the_library_is_told(clinic, tally):
    desk = clinic.desk(Actor.of("nora", Role.COORDINATOR), Purpose.TREATMENT)
    ada, ben = (desk.register(HumanName(family=name)) for name in ("Okafor", "Adler"))
    assert list(records_unlike_the_audit(clinic.store)) == []
    clinic.reach.change_body("patient", ada.id, "Okafor", "Okonjo")
    clinic.reach.remove("patient", ben.id)
    found = {one.id: one.what for one in records_unlike_the_audit(clinic.store)}
    assert found == {
        ada.id: "is not what a desk has written",
        ben.id: "is gone, and no desk has erased it",
    }
    tally("records changed past the library", tried=2, detected=2)
