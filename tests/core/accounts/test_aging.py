"""Aging: every open cent is in one bucket, and the boundaries are where they are said to be."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.accounts.aging import AgedFrom, aging_of
from carecoord.accounts.entries import PATIENT, Party, Side
from carecoord.accounts.ledger import Ledger
from carecoord.accounts.posting import Posting, charge, payment, transfer
from carecoord.errors import InvalidValue
from carecoord.kernel.ids import AccountId, ActorId, CoverageId, EntryId, PatientId
from carecoord.kernel.money import Money

PLAN = Party.payer(CoverageId("coverage-1"))
TODAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def posting(id: str, days_ago: int) -> Posting:
    return Posting(
        id=EntryId(id),
        account=AccountId("account-1"),
        patient=PatientId("patient-1"),
        date=TODAY - timedelta(days=days_ago),
        posted_at=NOW,
        posted_by=ActorId("biller"),
    )


charges = st.lists(
    st.tuples(st.integers(-1, 400), st.integers(0, 5000), st.integers(0, 5000)), max_size=8
)


@given(charges, st.integers(0, 3000), st.sampled_from([None, *Side]), st.sampled_from(AgedFrom))
def test_the_buckets_and_the_credit_make_up_the_balance(
    rows: list[tuple[int, int, int]], prepaid: int, side: Side | None, aged_from: AgedFrom
) -> None:
    entries = [
        charge(posting(f"c{n}", days), {PATIENT: Money(own), PLAN: Money(other)})
        for n, (days, own, other) in enumerate(rows)
    ]
    if prepaid:
        entries.append(payment(posting("p", 0), Ledger(), by=PATIENT, amount=Money(prepaid)))
    ledger = Ledger(tuple(entries))
    aged = aging_of(ledger, TODAY, side, aged_from=aged_from)
    assert aged.credit == (Money(0) if side is Side.PAYER else Money(prepaid))
    assert aged.owed == (
        ledger.patient_responsibility + ledger.payer_outstanding
        if side is None
        else ledger.owed_by(side)
    )
    if side is None:
        assert aged.owed - aged.credit == ledger.balance


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-1, 0), (0, 0), (30, 0), (31, 1), (60, 1), (61, 2), (90, 2), (91, 3), (120, 3), (121, 4)],
)
def test_a_bucket_ends_with_its_last_day(days: int, bucket: int) -> None:
    aged = aging_of(Ledger((charge(posting("c", days), {PATIENT: Money(700)}),)), TODAY)
    assert [place for place, one in enumerate(aged.buckets) if one.amount] == [bucket]
    assert [(one.first, one.last) for one in aged.buckets] == [
        (0, 30), (31, 60), (61, 90), (91, 120), (121, None),
    ]  # fmt: skip


def test_the_patients_part_can_be_aged_from_when_it_fell_to_the_patient() -> None:
    ledger = Ledger((charge(posting("c", 100), {PLAN: Money(900)}),))
    moved = transfer(
        posting("t", 10), ledger, of=EntryId("c"), giver=PLAN, taker=PATIENT, amount=Money(300)
    )
    ledger = Ledger((*ledger.entries, moved))
    by_service = aging_of(ledger, TODAY, Side.PATIENT)
    by_responsibility = aging_of(ledger, TODAY, Side.PATIENT, aged_from=AgedFrom.RESPONSIBILITY)
    assert by_service.buckets[3].amount == Money(300)
    assert by_responsibility.buckets[0].amount == Money(300)


@pytest.mark.parametrize("limits", [(), (30, 30), (60, 30), (-1, 30)])
def test_limits_rise(limits: tuple[int, ...]) -> None:
    with pytest.raises(InvalidValue):
        aging_of(Ledger(), TODAY, limits=limits)


def test_an_account_in_another_currency_has_its_own_zeros() -> None:
    assert aging_of(Ledger((), "EUR"), TODAY).owed == Money(0, "EUR")
