from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue, NotAllowed
from carecoord.visits import (
    Offer,
    Opening,
    Priority,
    Shift,
    WaitlistEntry,
    WaitlistStatus,
    Weekday,
    next_in_line,
    opening_suits_who_waits,
)

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPENING = Opening(NOW + 24 * HOUR, timedelta(minutes=30), "main", ("dr-a", "room-1"))


def entry(id: str = "w-1", **rest: Any) -> WaitlistEntry:
    facts = {"patient": "p-1", "visit_type": "check", "since": NOW - 99 * HOUR, **rest}
    return WaitlistEntry(id=id, **facts)


def offered(one: WaitlistEntry) -> WaitlistEntry:
    return one.offered(OPENING, at=NOW, expires_at=NOW + 2 * HOUR)


entries = st.lists(
    st.builds(
        lambda priority, waited, state: state(entry(priority=priority, since=NOW - waited * HOUR)),
        st.sampled_from(Priority),
        st.integers(1, 50),
        st.sampled_from([lambda one: one, offered, WaitlistEntry.withdrawn]),
    ),
    max_size=8,
).map(lambda made: [evolve(one, id=f"w-{n}") for n, one in enumerate(made)])


@given(entries, st.integers(1, 5), st.randoms())
def test_the_line_is_by_urgency_then_by_waiting_whatever_the_order_of_input(
    entries: list[WaitlistEntry], limit: int, random: Any
):
    facts = {"visit_type": "check", "at": NOW + HOUR}
    line = next_in_line(entries, OPENING, NEW_YORK, limit=99, **facts)
    shuffled = random.sample(entries, len(entries))
    assert next_in_line(shuffled, OPENING, NEW_YORK, limit=limit, **facts) == line[:limit]
    assert {one.id for one in line} == {
        one.id for one in entries if one.status is WaitlistStatus.WAITING
    }
    ranks = [(one.priority.rank, one.since) for one in line]
    assert ranks == sorted(ranks)


def test_the_most_urgent_is_first_of_all():
    assert sorted(Priority, key=lambda one: one.rank)[0] is Priority.STAT


def test_the_first_who_accepts_wins_and_others_keep_their_places():
    one, other = offered(entry()), offered(entry("w-2"))
    booked = one.accepted("v-1", at=NOW + HOUR)
    assert (booked.status, booked.became) == (WaitlistStatus.BOOKED, "v-1")
    waiting = other.declined()
    assert waiting == entry("w-2")
    with pytest.raises(NotAllowed):
        booked.declined()


def test_an_offer_runs_out():
    one = offered(entry())
    late = NOW + 2 * HOUR
    with pytest.raises(NotAllowed, match="run out"):
        one.accepted("v-1", at=late)
    with pytest.raises(NotAllowed, match="still good"):
        one.offered(OPENING, at=NOW + HOUR, expires_at=late)
    assert not one.is_free_for_offers(NOW)
    assert one.is_free_for_offers(late)
    again = one.offered(OPENING, at=late, expires_at=late + HOUR)
    assert again.offer == Offer(OPENING, late, late + HOUR)
    assert not one.withdrawn().is_free_for_offers(late)
    assert next_in_line([one], OPENING, NEW_YORK, visit_type="check", at=late, limit=1) == (one,)
    assert next_in_line([one], OPENING, NEW_YORK, visit_type="x", at=late, limit=1) == ()


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"providers": {"dr-b"}}, "with another provider"),
        ({"locations": {"north"}}, "at another location"),
        ({"first": date(2026, 3, 11)}, "too early"),
        ({"last": date(2026, 3, 9)}, "too late"),
        ({"notice": 25 * HOUR}, "on too short notice"),
        ({"hours": (Shift(Weekday.every(), time(13), time(17)),)}, "at another time of day"),
    ],
)
def test_nothing_is_offered_that_does_not_suit(wish: dict[str, Any], reason: str):
    refused = opening_suits_who_waits(entry(**wish), OPENING, NEW_YORK, NOW)
    assert refused.reason == f"it is {reason}"


def test_what_suits_in_every_way_is_offered():
    picky = entry(
        providers={"dr-a"}, locations={"main"}, first=date(2026, 3, 10), last=date(2026, 3, 10),
        notice=24 * HOUR, hours=(Shift(Weekday.every(), time(8), time(9)),),
    )  # fmt: skip
    assert opening_suits_who_waits(picky, OPENING, NEW_YORK, NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": date(2026, 3, 11), "last": date(2026, 3, 10)},
        {"notice": -HOUR},
        {"status": WaitlistStatus.OFFERED},
        {"offer": Offer(OPENING, NOW, NOW + HOUR)},
    ],
)
def test_impossible_entries_are_refused(wrong: dict[str, Any]):
    with pytest.raises(InvalidValue):
        entry(**wrong)


def test_an_offer_ends_after_it_is_made():
    with pytest.raises(InvalidValue):
        Offer(OPENING, NOW, NOW)
