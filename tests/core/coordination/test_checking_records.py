"""A record that was changed past the library does not agree with the audit any more."""

from attrs import evolve

from carecoord import HumanName
from carecoord.coordination.checking_records import records_unlike_the_audit
from carecoord.patients.registration import Patient
from carecoord.patients.repository import PATIENT


def faults(clinic, kinds=None):
    return [(one.id, one.what) for one in records_unlike_the_audit(clinic.store, kinds)]


def reached_past_the_library(clinic, id, change):
    """Somebody changes what the memory store keeps."""
    kept = clinic.store.backend._kept["patient"]
    kept[id] = change(kept[id])


def test_what_desks_have_written_agrees(clinic, desk, small):
    with desk.together() as together:
        changed = together.change_record(evolve(small.ada, language="de"))
        together.change_record(evolve(changed, language="fr"))
    desk.look_up_patient(small.ada.id)
    assert faults(clinic) == []
    assert list(clinic.store.reindex(PATIENT))
    assert faults(clinic) == []


def test_what_somebody_else_has_changed_does_not(clinic, desk, small):
    reached_past_the_library(
        clinic, small.ada.id, lambda one: evolve(one, text=one.text.replace("Okafor", "Okonjo"))
    )
    assert faults(clinic) == [(small.ada.id, "is not what a desk has written")]
    assert faults(clinic, ()) == []


def test_nor_what_was_written_past_the_desk(clinic, desk, small):
    with clinic.store.work() as work:
        patients = work.collection(PATIENT)
        patients.add(Patient(id="patient-9", name=HumanName(family="New")))
        patients.replace(evolve(patients.get(small.ben.id), language="de"))
    assert sorted(faults(clinic, (PATIENT,))) == sorted(
        [
            ("patient-9", "was written by no desk"),
            (small.ben.id, "is at another version than a desk has written last"),
        ]
    )


def test_what_is_gone_is_named_unless_a_desk_has_erased_it(clinic, desk, audit):
    ada, ben = (desk.register(HumanName(family=name)) for name in ("Okafor", "Adler"))

    def erase(patient):
        with clinic.store.work() as work:
            patients = work.collection(PATIENT)
            patients.erase(patients.get(patient))
            entry = desk._entry(
                type(desk).change_record, work.now, work.stage.seen(), "done", "law", work.committed
            )
            if patient == ada.id:
                work.audit(entry.encoded())

    erase(ada.id)
    erase(ben.id)
    assert faults(clinic) == [(ben.id, "is gone, and no desk has erased it")]
