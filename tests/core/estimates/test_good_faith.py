"""Good-faith estimates: complete, or refused with everything that is missing."""

from datetime import date

import pytest
from attrs import evolve

from carecoord.errors import InvalidValue
from carecoord.estimates.good_faith import (
    DISCLAIMERS,
    GoodFaith,
    GoodFaithItem,
    GoodFaithProvider,
    Recurrence,
    co_provider_gaps,
    contents_are_complete,
    missing_contents,
    recurrence_is_within_twelve_months,
)
from carecoord.kernel.codes import CPT, ICD_10_CM, Code
from carecoord.kernel.money import Money

HOSPITAL = GoodFaithProvider(
    name="West Mercy", npi="1234567893", tin="12-3456789", state="CA", location="Fullerton",
    convening=True,
)  # fmt: skip
LAB = evolve(HOSPITAL, name="A laboratory", convening=False)
ITEM = GoodFaithItem(
    description="MRI of the brain",
    code=Code(CPT, "70551"),
    diagnoses=(Code(ICD_10_CM, "R51.9"),),
    expected_charge=Money.of(1080),
)
COMPLETE = GoodFaith(
    patient_name="A Patient",
    birth_date=date(1980, 1, 2),
    primary_service="A picture of the inside of the head",
    service_date=date(2026, 6, 1),
    providers=(HOSPITAL, LAB),
    items=(ITEM, evolve(ITEM, provider=1, expected_charge=Money.of(20))),
)


def lacking(estimate: GoodFaith) -> list[str]:
    return [refused.reason.removeprefix("the estimate lacks ") for refused in
            missing_contents(estimate)]  # fmt: skip


def test_a_complete_estimate_lacks_nothing() -> None:
    assert contents_are_complete(COMPLETE)
    assert missing_contents(COMPLETE) == ()
    assert co_provider_gaps(COMPLETE) == ()
    assert COMPLETE.expected_of(0) == Money.of(1080)
    assert "A Patient" not in repr(COMPLETE)


def test_everything_missing_is_said_at_once() -> None:
    assert lacking(GoodFaith(disclaimers=DISCLAIMERS[:2])) == [
        "the patient's name",
        "the patient's birth date",
        "the primary service in plain language",
        "exactly one convening provider or facility",
        "an itemised list",
        "every disclaimer",
    ]
    bare = evolve(
        COMPLETE,
        providers=(GoodFaithProvider(convening=True),),
        items=(GoodFaithItem(description="MRI"),),
    )
    assert lacking(bare) == [
        "the service code of item 1", "the diagnosis code of item 1",
        "the expected charge of item 1", "the provider's name", "the provider's npi",
        "the provider's tin", "the provider's state", "the provider's location",
    ]  # fmt: skip
    assert not contents_are_complete(bare)
    assert lacking(evolve(COMPLETE, providers=(HOSPITAL, HOSPITAL))) == [
        "exactly one convening provider or facility",
    ]


def test_what_co_providers_lack_is_said_and_does_not_block() -> None:
    gaps = evolve(
        COMPLETE,
        providers=(HOSPITAL, GoodFaithProvider(name="A laboratory")),
        items=(ITEM, GoodFaithItem(description="Blood count", provider=1)),
        co_providers_expected=("An anesthesiologist",),
    )
    assert contents_are_complete(gaps)
    assert co_provider_gaps(gaps)[:2] == (
        "no items from An anesthesiologist", "co-provider 1: the provider's npi",
    )  # fmt: skip
    assert gaps.expected_of(1) is None
    assert gaps.expected_of(7) is None


def test_impossible_contents_are_refused() -> None:
    with pytest.raises(InvalidValue):
        GoodFaith(items=(ITEM,))
    with pytest.raises(InvalidValue):
        evolve(HOSPITAL, npi="1234567890")
    with pytest.raises(InvalidValue):
        Recurrence("weekly", date(2026, 2, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("first", "last", "within"),
    [
        (date(2026, 3, 1), date(2027, 2, 28), True),
        (date(2026, 3, 1), date(2027, 3, 1), False),
        (date(2028, 2, 29), date(2029, 2, 28), True),
        (date(2028, 2, 29), date(2029, 3, 1), False),
        (date(9999, 2, 1), date.max, True),
    ],
)
def test_one_estimate_covers_twelve_months(first: date, last: date, within: bool) -> None:
    answer = recurrence_is_within_twelve_months(Recurrence("weekly", first, last))
    assert bool(answer) is within
