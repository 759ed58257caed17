from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.kernel.time import Period
from carecoord.visits import (
    Block,
    Calendar,
    Deliberate,
    Hold,
    Modality,
    Occupation,
    Requirement,
    Seat,
    Visit,
    VisitType,
    bookings_in_the_way,
    claims_of,
    expired_in_the_way,
    patient_is_in_one_place_at_a_time,
    resources_are_free,
    resources_are_open,
    resources_fill_the_requirements,
    seat_is_free,
)
from carecoord.visits.calendars import patient_busy

EIGHT = datetime(2026, 3, 9, 13, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def occupied(start: int, minutes: int = 30, *resources: str, **rest: object) -> Occupation:
    period = Period.starting(EIGHT + start * MINUTE, minutes=minutes)
    return Occupation(period, resources or ("dr-a",), "main", **rest)


def visit(id: str, occupation: Occupation, patient: str = "p-1", **rest: object) -> Visit:
    return Visit(id=id, patient=patient, visit_type="x", occupation=occupation, **rest)


def hold(id: str, occupation: Occupation, patient: str | None = None) -> Hold:
    return Hold(id=id, occupation=occupation, expires_at=EIGHT, held_by="desk", patient=patient)


@st.composite
def bookings(draw: st.DrawFn) -> list[Visit | Hold | Block]:
    made: list[Visit | Hold | Block] = []
    for number in range(draw(st.integers(0, 6))):
        occupation = occupied(
            5 * draw(st.integers(0, 8)),
            5 * draw(st.integers(1, 4)),
            *draw(st.lists(st.sampled_from("ab"), min_size=1, unique=True)),
            buffer_after=5 * draw(st.integers(0, 2)) * MINUTE,
        )
        patient = draw(st.sampled_from(["p-1", "p-2"]))
        match draw(st.sampled_from(["visit", "hold", "block", "missed"])):
            case "visit":
                made.append(visit(f"v-{number}", occupation, patient))
            case "missed":
                made.append(visit(f"m-{number}", occupation, patient).no_show(EIGHT + 99 * MINUTE))
            case "hold":
                made.append(hold(f"h-{number}", occupation, patient))
            case _:
                id = f"b-{number}"
                made.append(Block(id=id, occupation=occupation, reason="x", blocked_by="desk"))
    return made


@given(bookings(), st.integers(0, 8), st.integers(1, 4), st.sampled_from([-1, 0]))
def test_the_rules_allow_just_what_the_claims_would_let_through(
    others: list[Visit | Hold | Block], start: int, length: int, offset: int
):
    at = EIGHT + offset * MINUTE
    wanted = visit("new", occupied(5 * start, 5 * length, "a"), "p-1")
    expired = expired_in_the_way(wanted.occupation, "p-1", others, at)
    kept = [other.released() if other in expired else other for other in others]
    taken = {claim for booking in kept for claim in claims_of(booking)}
    free = not taken & set(claims_of(wanted))
    allowed = resources_are_free(wanted.occupation, others, at)
    alone = patient_is_in_one_place_at_a_time("p-1", wanted.period, others, at)
    assert (bool(allowed) and bool(alone)) is free
    assert bool(alone) is not any(
        busy.overlaps(wanted.period) for busy in patient_busy("p-1", others, at)
    )
    assert all(isinstance(one, Hold) for one in expired)
    assert not expired or at >= EIGHT


def test_the_refusal_names_the_bookings_in_the_way():
    others = [visit("v-1", occupied(0)), visit("v-2", occupied(60)), hold("h-1", occupied(0))]
    assert bookings_in_the_way(occupied(10), others, EIGHT - MINUTE) == (others[0], others[2])
    refused = resources_are_free(occupied(10), others, EIGHT)
    assert refused.reason == "the time is taken by v-1"


def test_a_visit_that_moves_is_not_in_its_own_way():
    others = [visit("v-1", occupied(0))]
    assert resources_are_free(occupied(10), others, EIGHT, besides=("v-1",))
    period = occupied(10).period
    assert patient_is_in_one_place_at_a_time("p-1", period, others, EIGHT, besides=("v-1",))


def test_a_patient_may_be_in_two_places_if_somebody_says_why():
    inpatient = visit("v-1", occupied(0, 300), overlap=Deliberate("dr-b", "an inpatient", EIGHT))
    assert patient_is_in_one_place_at_a_time("p-1", occupied(30).period, [inpatient], EIGHT)
    plain = evolve(inpatient, overlap=None)
    assert not patient_is_in_one_place_at_a_time("p-1", occupied(30).period, [plain], EIGHT)
    assert patient_is_in_one_place_at_a_time("p-2", occupied(30).period, [plain], EIGHT)


def test_expired_holds_of_the_patient_elsewhere_are_in_the_way_too():
    elsewhere = hold("h-1", occupied(0, 30, "dr-z"), "p-1")
    assert expired_in_the_way(occupied(0), "p-1", [elsewhere], EIGHT) == (elsewhere,)
    assert expired_in_the_way(occupied(0), None, [elsewhere], EIGHT) == ()
    assert expired_in_the_way(occupied(0), "p-1", [elsewhere], EIGHT - MINUTE) == ()


def test_a_seat_is_one_patients():
    seated = visit("v-1", Occupation(occupied(0).period, (), "main"), seat=Seat("g-1", 1))
    assert not seat_is_free(Seat("g-1", 1), [seated])
    assert seat_is_free(Seat("g-1", 2), [seated])
    assert seat_is_free(Seat("g-1", 1), [seated], besides=("v-1",))
    assert seat_is_free(Seat("g-1", 1), [seated.no_show(EIGHT), hold("h", occupied(0))])


def test_every_resource_is_open_for_the_whole_of_the_body():
    def calendar(resource: str, start: int, minutes: int, location: str = "main") -> Calendar:
        period = Period.starting(EIGHT + start * MINUTE, minutes=minutes)
        return Calendar(
            resource=resource, location=location, zone=ZoneInfo("UTC"), roles={"x"}, open=(period,)
        )

    halves = [calendar("dr-a", 0, 20), calendar("dr-a", 20, 20), calendar("dr-z", 0, 1)]
    room = calendar("room-1", 0, 60)
    wanted = occupied(5, 30, "dr-a", "room-1", buffer_before=60 * MINUTE)
    assert resources_are_open(wanted, [*halves, room])
    refused = resources_are_open(wanted, [halves[0], calendar("room-1", 0, 60, "north")])
    assert refused.reason == "not open then: dr-a, room-1"


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True),
    st.lists(st.frozensets(st.sampled_from("xy")), min_size=3, max_size=3),
    st.lists(st.sampled_from("xy"), min_size=1, max_size=3),
    st.booleans(),
)
def test_each_requirement_has_a_resource_of_its_own(
    resources: list[str], roles: list[frozenset[str]], needs: list[str], at_home: bool
) -> None:
    known = dict(zip("abc", roles, strict=True))
    calendars = [
        Calendar(resource=one, location=place, zone=ZoneInfo("UTC"), roles=has, open=())
        for one, has in known.items()
        for place, has in (("main", has), ("north", frozenset("xy")))
    ]
    kind = VisitType(
        id="x",
        name="X",
        duration=30 * MINUTE,
        requirements=tuple(Requirement(one, bool(at)) for at, one in enumerate(needs)),
    )
    modality = Modality.TELEHEALTH if at_home else Modality.IN_PERSON
    needed = needs[:1] if at_home else needs
    fills = len(needed) == len(resources) and all(
        role in known[resource] for role, resource in zip(needed, resources, strict=True)
    )
    wanted = occupied(0, 30, *resources)
    answer = resources_fill_the_requirements(wanted, kind, modality, calendars)
    assert bool(answer) is fills
