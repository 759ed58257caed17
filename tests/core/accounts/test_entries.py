"""An entry that exists adds up and suits its kind."""

from datetime import UTC, date, datetime

import pytest
from attrs import evolve

from carecoord.accounts.entries import (
    PATIENT,
    WRITE_OFFS,
    Allocation,
    Entry,
    EntryKind,
    Party,
    PaymentMethod,
    Side,
)
from carecoord.errors import InvalidValue
from carecoord.kernel.ids import AccountId, ActorId, CoverageId, EntryId, PatientId
from carecoord.kernel.money import Money

ONE, OTHER = EntryId("entry-1"), EntryId("entry-2")


def moves(*rows: tuple[EntryId, int, int]) -> tuple[Allocation, ...]:
    return tuple(Allocation(item, PATIENT, Money(cents), turn) for item, cents, turn in rows)


def entry(kind: EntryKind, allocations: tuple[Allocation, ...], **fields: object) -> Entry:
    given: dict[str, object] = {
        "id": ONE,
        "account": AccountId("account-1"),
        "patient": PatientId("patient-1"),
        "kind": kind,
        "date": date(2026, 3, 2),
        "posted_at": datetime(2026, 3, 2, 12, tzinfo=UTC),
        "posted_by": ActorId("biller"),
        "amount": Money.total(allocation.amount for allocation in allocations),
        "allocations": allocations,
        **fields,
    }
    return Entry(**given)  # type: ignore[arg-type]


def test_entries_of_every_kind_can_be_made() -> None:
    assert entry(EntryKind.CHARGE, moves((ONE, 500, 0))).turns == {(ONE, 0)}
    assert entry(EntryKind.PAYMENT, moves((OTHER, -300, 2), (ONE, -200, 0))).items == {ONE, OTHER}
    for kind in WRITE_OFFS:
        assert entry(kind, moves((OTHER, -1, 1))).amount == Money(-1)
    assert entry(EntryKind.REFUND, moves((OTHER, 1, 1)), method=PaymentMethod.CHECK).amount
    assert not entry(EntryKind.APPLICATION, moves((OTHER, 5, 1), (EntryId("x"), -5, 1))).amount
    assert entry(EntryKind.REVERSAL, moves((OTHER, -5, 1)), reverses=OTHER).reverses == OTHER
    assert not entry(EntryKind.PAYMENT_PLAN, moves((OTHER, 0, 1))).amount
    for cents in (-7, 7):
        assert entry(EntryKind.CONTRACTUAL_ADJUSTMENT, moves((OTHER, cents, 1))).amount


@pytest.mark.parametrize(
    ("kind", "allocations", "fields"),
    [
        (EntryKind.CHARGE, (), {}),
        (EntryKind.CHARGE, moves((ONE, 5, 0)), {"amount": Money(6)}),
        (EntryKind.CHARGE, moves((ONE, 5, 0)), {"date": date(2026, 3, 4)}),
        (EntryKind.CHARGE, moves((ONE, 5, 0)), {"reverses": OTHER}),
        (EntryKind.REVERSAL, moves((OTHER, 5, 1)), {}),
        (EntryKind.CHARGE, moves((ONE, 5, 0)), {"method": PaymentMethod.CASH}),
        (EntryKind.CHARGE, moves((ONE, -5, 0)), {}),
        (EntryKind.CHARGE, moves((OTHER, 5, 1)), {}),
        (EntryKind.CHARGE, moves((ONE, 5, 1)), {}),
        (EntryKind.REFUND, moves((OTHER, -5, 1)), {}),
        (EntryKind.PAYMENT, moves((OTHER, 5, 1)), {}),
        (EntryKind.PAYMENT, moves((OTHER, -5, 0)), {}),
        (EntryKind.PAYMENT, moves((OTHER, -5, 1), (OTHER, -5, 2)), {}),
        (EntryKind.DISCOUNT, moves((OTHER, 0, 1)), {}),
        (EntryKind.DISCOUNT, moves((ONE, -1, 0)), {}),
        (EntryKind.TRANSFER, moves((OTHER, 5, 1), (OTHER, -4, 1)), {}),
        (EntryKind.CONTRACTUAL_ADJUSTMENT, moves((OTHER, 0, 1)), {}),
        (EntryKind.PAYMENT_PLAN, moves((OTHER, 5, 1), (EntryId("x"), -5, 1)), {}),
    ],
)
def test_what_does_not_add_up_or_suit_its_kind_is_no_entry(
    kind: EntryKind, allocations: tuple[Allocation, ...], fields: dict[str, object]
) -> None:
    with pytest.raises(InvalidValue):
        entry(kind, allocations, **fields)


def test_the_last_day_of_the_calendar_is_a_day() -> None:
    last = datetime(9999, 12, 31, 12, tzinfo=UTC)
    made = entry(EntryKind.CHARGE, moves((ONE, 5, 0)), posted_at=last, date=last.date())
    assert made.date == last.date()


def test_a_payer_is_known_by_its_coverage_and_the_patient_has_none() -> None:
    assert Party.payer(CoverageId("c-1")) == Party(Side.PAYER, CoverageId("c-1"))
    with pytest.raises(InvalidValue):
        Party(Side.PAYER)
    with pytest.raises(InvalidValue):
        Party(Side.PATIENT, CoverageId("c-1"))


def test_reprs_show_no_amounts_notes_or_references() -> None:
    made = entry(EntryKind.CHARGE, moves((ONE, 98765, 0)), note="canary", reference="canary")
    assert "canary" not in repr(made)
    assert "987" not in repr(made)
    assert evolve(made, note="other") != made
