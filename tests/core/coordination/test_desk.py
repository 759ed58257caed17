"""What holds for every use case, whatever it does."""

from datetime import date

import pytest
from attrs import evolve

from carecoord import (
    AccessDenied,
    Actor,
    Clinic,
    Conflict,
    HumanName,
    InvalidValue,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Purpose,
    Role,
    Unavailable,
)
from carecoord.compliance import STANDARD_POLICY, RolePolicy
from carecoord.coordination.arguments import fingerprint_of
from carecoord.coordination.desk import Desk
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import UseCase, registered, use_case
from carecoord.kinds import KINDS, open_store
from carecoord.patients.registration import Patient
from carecoord.patients.repository import PATIENT, Patients
from carecoord.storage.commitments import commitment_to
from carecoord.storage.events import EVENT
from carecoord.storage.outbox import Outbox
from carecoord.storage.store import Store

ADA = HumanName(family="Okafor", given=["Ada"])
BORN = date(1980, 5, 17)


def kept(clinic, kind=PATIENT):
    with clinic.store.work() as work:
        return tuple(work.collection(kind).each())


def test_the_desk_has_every_registered_use_case_and_nothing_else():
    at_desk = {name: one for name, one in vars(Desk).items() if isinstance(one, UseCase)}
    assert at_desk == {one.name: one for one in registered()}
    assert Desk.register is at_desk["register"]


def test_use_cases_declare_kinds_that_exist_and_say_what_they_do():
    names = {kind.name for kind in KINDS}
    for one in registered():
        assert one.writes <= one.reads <= names, one.name
        assert one.subject in names, one.name
        assert one.doc.strip().endswith((".", '"""')), one.name


def test_a_use_case_is_kept_audited_and_told(clinic, desk, audit):
    patient = desk.register(ADA, birth_date=BORN)
    assert kept(clinic) == (patient,)
    (entry,) = audit()
    assert (entry.actor, entry.use_case, entry.outcome) == ("nora", "register", "done")
    assert (entry.purpose, entry.origin) == (Purpose.TREATMENT, "front desk")
    assert entry.patients == (patient.id,)
    assert [(one.kind, one.id, one.version) for one in entry.touched] == [
        ("patient", patient.id, 1)
    ]
    (event,) = kept(clinic, EVENT)
    assert (event.name, event.about) == ("patient_registered", f"patient|{patient.id}")
    assert clinic.store.broken_audit_streams() == ()


def test_what_was_written_can_be_shown_to_be_what_the_audit_speaks_of(clinic, desk, audit, clock):
    patient = desk.register(ADA)
    clock.pass_(minutes=1)
    with desk.together() as together:
        together.change_record(evolve(patient, language="de"))
        together.look_up_patient(patient.id)
    written, changed, read = (one.touched[0].commitment for one in audit())
    stored = clinic.store.backend.fetch(PATIENT, patient.id)
    assert changed == commitment_to("patient", patient.id, 2, stored.body) != written
    assert read is None


def test_the_audit_names_the_policy_that_decided(clinic, desk, audit):
    desk.register(ADA)
    nobody = Clinic(clinic.store, policy=RolePolicy(()))
    with pytest.raises(AccessDenied):
        nobody.desk(Actor.of("eve", Role.COORDINATOR), Purpose.TREATMENT).register(ADA)
    allowed, denied = (one.policy for one in audit())
    assert allowed == fingerprint_of(STANDARD_POLICY)
    assert denied == fingerprint_of(RolePolicy(()))


def test_reading_is_audited_too(desk, audit, clock):
    patient = desk.register(ADA)
    clock.pass_(minutes=1)
    desk.look_up_patient(patient.id)
    assert audit()[-1].use_case == "look_up_patient"
    assert audit()[-1].patients == (patient.id,)


def test_the_audit_has_ids_and_no_details(desk, clinic):
    desk.register(ADA, birth_date=BORN)
    with pytest.raises(NotAllowed):
        desk.register(ADA, birth_date=BORN)
    for record in clinic.store.audit_records():
        for detail in (b"Okafor", b"Ada", b"1980"):
            assert detail not in record.entry


def test_a_denial_leaves_its_record_and_nothing_else(clinic, audit):
    desk = clinic.desk(Actor.of("eve", Role.SCHEDULER), Purpose.PAYMENT)
    with pytest.raises(AccessDenied):
        desk.register(ADA)
    assert kept(clinic) == ()
    (entry,) = audit()
    assert (entry.outcome, entry.use_case, entry.actor) == ("access_denied", "register", "eve")


def test_a_refusal_leaves_its_record_and_nothing_else(clinic, desk, audit):
    with pytest.raises(NotAllowed) as refused:
        desk.register(ADA, birth_date=date(2050, 1, 1))
    assert [one.rule for one in refused.value.refusals] == ["birth_date_is_possible"]
    assert kept(clinic) == kept(clinic, EVENT) == ()
    (entry,) = audit()
    assert (entry.outcome, entry.reason) == ("not_allowed", "birth_date_is_possible")


def test_looking_for_what_is_not_there_leaves_its_record(desk, audit):
    with pytest.raises(NotFound):
        desk.look_up_patient("patient-none")
    assert audit()[-1].outcome == "not_found"


class _DeafBackend:
    """Takes no audit entries."""

    def __init__(self, backend, error):
        self._backend, self._error = backend, error

    def __getattr__(self, name):
        return getattr(self._backend, name)

    def commit(self, changes):
        if changes.audit:
            raise self._error
        self._backend.commit(changes)


@pytest.mark.parametrize("error", [Unavailable("no"), OutcomeUnknown("?")])
def test_where_a_denial_cannot_be_recorded_the_caller_gets_unavailable(
    clinic, clock, error, monkeypatch
):
    monkeypatch.setattr("carecoord.storage.store.pause", lambda seconds: None)
    deaf = Clinic(Store(_DeafBackend(clinic.store.backend, error), KINDS, clock=clock))
    with pytest.raises(Unavailable):
        deaf.desk(Actor.of("eve", Role.SCHEDULER), Purpose.PAYMENT).register(ADA)
    with pytest.raises(type(error)):
        deaf.desk(Actor("nora", {Role.COORDINATOR}), Purpose.TREATMENT).register(ADA)
    assert kept(clinic) == ()


def test_asking_changes_nothing_and_is_audited(clinic, desk, audit):
    may = desk.register.may(ADA, birth_date=date(2050, 1, 1))
    assert not may
    assert [one.rule for one in may.refusals] == ["birth_date_is_possible"]
    assert desk.register.may(ADA)
    assert kept(clinic) == kept(clinic, EVENT) == ()
    assert [entry.outcome for entry in audit()] == ["asked", "asked"]


def test_asking_says_when_the_policy_is_against_it(clinic):
    may = clinic.desk(Actor.of("eve", Role.SCHEDULER), Purpose.PAYMENT).register.may(ADA)
    assert [one.rule for one in may.refusals] == ["access_policy"]


def test_a_key_does_it_once_and_answers_with_what_the_first_gave(clinic, desk, audit, clock):
    first = desk.register.once("k1", ADA, birth_date=BORN)
    clock.pass_(minutes=1)
    again = desk.register.once("k1", ADA, birth_date=BORN)
    assert again == first
    assert len(kept(clinic)) == 1
    assert [entry.outcome for entry in audit()] == ["done", "repeated"]


def test_a_key_is_not_used_with_other_arguments(desk):
    desk.register.once("k1", ADA)
    with pytest.raises(Conflict, match="used before"):
        desk.register.once("k1", ADA, birth_date=BORN)


def test_a_key_belongs_to_an_actor_and_a_use_case(clinic, desk):
    desk.register.once("k1", ADA, birth_date=BORN)
    other = clinic.desk(Actor("omar", {Role.COORDINATOR}), Purpose.TREATMENT)
    with pytest.raises(NotAllowed):
        other.register.once("k1", ADA, birth_date=BORN)


def test_a_key_may_be_used_anew_after_a_day(clinic, desk, clock):
    desk.register.once("k1", ADA)
    clock.pass_(days=2)
    desk.register.once("k1", ADA)
    assert len(kept(clinic)) == 2


def test_a_repeated_answer_is_checked_for_access_again(clinic, desk):
    ada, ben = desk.register(ADA), desk.register(HumanName(given=["Ben"]))
    asked = {"use": lambda patient: Actor("self", {Role.PATIENT}, patient.id)}
    own = clinic.desk(asked["use"](ada), Purpose.PATIENT_REQUEST)
    own.look_up_patient.once("k1", ada.id)
    as_ben = clinic.desk(asked["use"](ben), Purpose.PATIENT_REQUEST)
    with pytest.raises(AccessDenied):
        as_ben.look_up_patient.once("k1", ada.id)


def test_patients_see_their_own_record_and_no_other(clinic, desk):
    ada, ben = desk.register(ADA), desk.register(HumanName(given=["Ben"]))
    own = clinic.desk(Actor("self", {Role.PATIENT}, ada.id), Purpose.PATIENT_REQUEST)
    assert own.look_up_patient(ada.id) == ada
    with pytest.raises(NotFound):
        own.look_up_patient(ben.id)


def test_together_is_all_or_nothing(clinic, desk, audit):
    with desk.together() as together:
        ada = together.register(ADA)
        assert together.look_up_patient(ada.id) == ada
    assert kept(clinic) == (ada,)
    assert [entry.touched[0].id for entry in audit()] == [ada.id, ada.id]

    def in_vain():
        with desk.together() as together:
            together.register(HumanName(given=["Ben"]))
            together.look_up_patient("patient-none")

    with pytest.raises(NotFound):
        in_vain()
    assert kept(clinic) == (ada,)


def test_a_use_case_that_fails_within_together_leaves_nothing_of_itself(clinic, desk, audit):
    """Its refusal is on record, and whoever catches its error can go on."""

    def half(turn: Turn) -> None:
        turn.patients.add(Patient(id="half", name=ADA))
        turn.patients.get("none")

    failing = UseCase("register", "entering_data", "patient", frozenset({"patient"}),
                      frozenset({"patient"}), half, "")  # fmt: skip
    with desk.together() as together:
        ada = together.register(ADA, birth_date=BORN)
        with pytest.raises(NotFound):
            together.perform(failing, (), {}, None)
        with pytest.raises(NotAllowed):
            together.register(ADA, birth_date=BORN)
        together.look_up_patient(ada.id)
    assert kept(clinic) == (ada,)
    outcomes = [(entry.use_case, entry.outcome) for entry in audit()]
    assert sorted(outcomes) == [
        ("look_up_patient", "done"),
        ("register", "done"),
        ("register", "not_allowed"),
        ("register", "not_found"),
    ]


def test_events_of_one_unit_of_work_stay_in_order(clinic, desk):
    with desk.together() as together:
        patient = together.register(ADA)
        for language in ("ig", "en", "fr"):
            patient = together.change_record(evolve(patient, language=language))
    told = []
    Outbox(clinic.store).deliver(lambda event: told.append(event.name))
    assert told == ["patient_registered", *["patient_changed"] * 3]
    positions = [event.position for event in kept(clinic, EVENT)]
    assert sorted(positions) == [1, 2, 3, 4]


def test_a_refusal_is_on_record_with_whose_record_it_was(desk, audit, clock):
    patient = desk.register(ADA)
    clock.pass_(minutes=1)
    with pytest.raises(NotAllowed):
        desk.change_record(evolve(patient, birth_date=date(2050, 1, 1)))
    assert audit()[-1].outcome == "not_allowed"
    assert audit()[-1].patients == (patient.id,)
    assert [(one.id, one.version) for one in audit()[-1].touched] == [(patient.id, 1)]


def test_a_question_about_what_is_not_there_is_on_record(desk, audit):
    with pytest.raises(NotFound):
        desk.look_up_patient.may("patient-none")
    assert audit()[-1].outcome == "not_found"


def test_spelling_an_argument_by_name_or_by_place_is_the_same_request(desk):
    first = desk.register.once("k1", ADA, birth_date=BORN)
    assert desk.register.once("k1", name=ADA, birth_date=BORN) == first
    assert desk.register.once("k1", ADA, birth_date=BORN, language=None) == first


def test_a_desk_is_opened_by_an_actor_for_a_purpose_in_a_zone(clinic):
    with pytest.raises(InvalidValue, match="actor"):
        clinic.desk("nora", Purpose.TREATMENT)
    with pytest.raises(InvalidValue, match="purpose"):
        clinic.desk(Actor.of("nora", Role.COORDINATOR), "TREAT")
    with pytest.raises(InvalidValue, match="zone"):
        Clinic(zone="America/Chicago")


def test_within_together_nothing_is_asked_or_done_under_a_key(desk):
    with desk.together() as together:
        with pytest.raises(InvalidValue):
            together.register.once("k1", ADA)
        with pytest.raises(InvalidValue):
            together.register.may(ADA)


def test_a_use_case_reaches_only_the_kinds_it_declared(clinic, desk):
    def peek(turn: Turn) -> None:
        turn.kept(Patients)

    stranger = desk.register(HumanName(given=["Ben"]))
    undeclared = UseCase("look_up_patient", "entering_data", "patient", frozenset(),
                         frozenset(), peek, "")  # fmt: skip
    with pytest.raises(InvalidValue, match="did not declare"):
        desk.perform(undeclared, (), {}, None)
    reading = UseCase("look_up_patient", "entering_data", "patient", frozenset({"patient"}),
                      frozenset(), lambda turn: turn.patients.replace(stranger), "")  # fmt: skip
    with pytest.raises(InvalidValue, match="undeclared"):
        desk.perform(reading, (), {}, None)


def test_an_argument_of_a_strange_type_is_refused_under_a_key(desk):
    with pytest.raises(InvalidValue, match="arguments"):
        desk.register.once("k1", object())


def test_a_clinic_without_a_store_keeps_all_in_memory():
    desk = Clinic().desk(Actor("nora", {Role.COORDINATOR}), Purpose.TREATMENT)
    assert desk.look_up_patient(desk.register(ADA).id).name == ADA


def test_two_use_cases_never_share_a_name():
    def register(turn: Turn) -> None:
        """Another one of this name."""

    with pytest.raises(TypeError, match="register"):
        use_case("patient")(register)


def test_opening_a_store_of_no_known_scheme_is_refused():
    with pytest.raises(InvalidValue, match="no adapter"):
        open_store("carrierpigeon://coop")
