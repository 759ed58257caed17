"""People at work."""

from hypothesis import given

from carecoord.kernel.ids import ActorId, PatientId
from carecoord.kernel.people import Actor, Purpose, Role
from carecoord.testing.strategies import values_of


@given(values_of(Actor))
def test_an_actor_is_known_by_id_and_roles(actor: Actor) -> None:
    assert actor.roles <= set(Role)
    assert actor.id in repr(actor)


def test_somebody_may_act_for_their_own_record() -> None:
    actor = Actor.of("a-1", Role.PATIENT, Role.PATIENT, patient=PatientId("p-1"))
    assert actor == Actor(ActorId("a-1"), frozenset({Role.PATIENT}), PatientId("p-1"))
    assert actor.roles == frozenset({Role.PATIENT})
    assert actor.patient == "p-1"


def test_purposes_are_those_of_hl7() -> None:
    assert Purpose("TREAT") is Purpose.TREATMENT
