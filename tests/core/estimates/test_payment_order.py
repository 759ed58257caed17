"""Payment order: the rules of coordination, and what has to be asked first."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.estimates.payment_order import (
    ChildOf,
    CoordinatedCoverage,
    Employment,
    MedicareReason,
    in_payment_order,
)
from carecoord.estimates.plans import Program
from carecoord.kernel.ids import CoverageId


def coverage(name: str, **fields: Any) -> CoordinatedCoverage:
    return CoordinatedCoverage(
        **{
            "id": CoverageId(name),
            "as_dependent": False,
            "employment": Employment.ACTIVE,
            "since": date(2020, 1, 1),
            **fields,
        }
    )


def order(*coverages: CoordinatedCoverage, **fields: Any) -> list[str]:
    """The order, which must not depend on how they were given."""
    orders = {in_payment_order(some, **fields).coverages for some in permutations(coverages)}
    assert len(orders) == 1
    return list(orders.pop())


known = st.builds(
    CoordinatedCoverage,
    id=st.just(CoverageId("x")),
    program=st.sampled_from(Program),
    coordinates=st.booleans(),
    as_dependent=st.booleans(),
    employment=st.sampled_from(Employment),
    subscriber_born=st.tuples(st.integers(1, 12), st.integers(1, 28)),
    since=st.dates(date(2020, 1, 1), date(2020, 1, 4)),
    employees=st.integers(1, 200),
)


@given(
    st.lists(known, min_size=1, max_size=4),
    st.sampled_from(MedicareReason),
    st.integers(0, 60),
    st.randoms(use_true_random=False),
)
def test_facts_all_known_give_one_order_whatever_comes_first(
    coverages: list[CoordinatedCoverage], reason: MedicareReason, months: int, random: Any
) -> None:
    given_so = [
        evolve(one, id=CoverageId(f"c{number}"), since=date(2020, 1, 1 + number))
        for number, one in enumerate(coverages)
    ]
    shuffled = list(given_so)
    random.shuffle(shuffled)
    one, other = (
        in_payment_order(some, medicare_because=reason, medicare_months=months)
        for some in (given_so, shuffled)
    )
    assert one.coverages == other.coverages
    assert one.questions == ()
    assert len(one.decided_by) == len(coverages) - 1


def test_the_rules_one_after_the_other() -> None:
    assert order(coverage("b"), coverage("a", coordinates=False)) == ["a", "b"]
    assert order(coverage("a"), coverage("b", as_dependent=True)) == ["a", "b"]
    assert order(
        coverage("a", as_dependent=True, subscriber_born=(3, 31), since=date(2024, 1, 1)),
        coverage("b", as_dependent=True, subscriber_born=(4, 1)),
    ) == ["a", "b"]
    assert order(
        coverage("a", as_dependent=True, subscriber_born=(4, 1), since=date(2019, 1, 1)),
        coverage("b", as_dependent=True, subscriber_born=(4, 1)),
    ) == ["a", "b"]
    assert order(*(coverage(one.value, as_dependent=True, child_of=one) for one in ChildOf)) == [
        one.value for one in ChildOf
    ]
    assert order(
        coverage("c", employment=Employment.CONTINUATION),
        coverage("r", employment=Employment.RETIRED),
        coverage("a"),
    ) == ["a", "r", "c"]
    assert order(coverage("b"), coverage("a", since=date(2019, 1, 1))) == ["a", "b"]
    same = in_payment_order([coverage("a"), coverage("b")])
    assert same.coverages == ("a", "b")
    assert same.decided_by == ("the plans share equally",)
    assert order(
        coverage("a", as_dependent=True, child_of=ChildOf.OTHER_PARENT, since=date(2019, 1, 1)),
        coverage("b", as_dependent=True, child_of=ChildOf.OTHER_PARENT),
    ) == ["a", "b"]


def test_liability_pays_first_and_medicaid_last() -> None:
    found = in_payment_order(
        [
            coverage("medicaid", program=Program.MEDICAID),
            coverage("tricare", program=Program.TRICARE),
            coverage("group"),
            coverage("work", program=Program.WORKERS_COMPENSATION),
        ]
    )
    assert found.coverages == ("work", "group", "tricare", "medicaid")
    assert found.decided_by == (
        "workers' compensation and liability pay before health plans",
        "TRICARE pays after other health plans",
        "Medicaid pays last",
    )
    assert order(
        coverage("chip", program=Program.CHIP),
        coverage("work", program=Program.WORKERS_COMPENSATION),
    ) == ["work", "chip"]


MEDICARE = coverage("medicare", program=Program.MEDICARE)


@pytest.mark.parametrize(
    ("reason", "months", "fields", "group_first"),
    [
        (MedicareReason.AGE, None, {"employees": 20}, True),
        (MedicareReason.AGE, None, {"employees": 19}, False),
        (MedicareReason.DISABILITY, None, {"employees": 99}, False),
        (MedicareReason.DISABILITY, None, {"employees": 100}, True),
        (MedicareReason.AGE, None, {"employees": 500, "employment": Employment.RETIRED}, False),
        (
            MedicareReason.AGE,
            None,
            {"employees": 500, "employment": Employment.CONTINUATION},
            False,
        ),
        (MedicareReason.END_STAGE_RENAL_DISEASE, 29, {"employment": Employment.RETIRED}, True),
        (MedicareReason.END_STAGE_RENAL_DISEASE, 30, {"employees": 500}, False),
    ],
)
def test_medicare_pays_after_some_group_plans(
    reason: MedicareReason, months: int | None, fields: dict[str, Any], group_first: bool
) -> None:
    found = order(
        MEDICARE, coverage("group", **fields), medicare_because=reason, medicare_months=months
    )
    assert found == (["group", "medicare"] if group_first else ["medicare", "group"])


def test_a_working_spouses_plan_goes_before_medicare_and_that_before_retirement() -> None:
    assert order(
        coverage("retirement", employment=Employment.RETIRED),
        MEDICARE,
        coverage("spouse", as_dependent=True, employees=50),
        medicare_because=MedicareReason.AGE,
    ) == ["spouse", "medicare", "retirement"]


def test_what_is_not_known_is_asked() -> None:
    def asked(*coverages: CoordinatedCoverage, **fields: Any) -> tuple[str, ...]:
        return in_payment_order(coverages, **fields).questions

    unknown = coverage("u", as_dependent=None, employment=None, since=None)
    assert asked(unknown, coverage("a")) == (
        "who is the subscriber",
        "how the subscribers are employed",
        "since when each plan has covered the subscriber",
    )
    child = coverage("a", as_dependent=True)
    assert asked(child, coverage("b", as_dependent=True, subscriber_born=(1, 1))) == (
        "the parents' birthdays",
    )
    assert asked(MEDICARE, coverage("a")) == ("why the patient has Medicare",)
    assert asked(MEDICARE, unknown, medicare_because=MedicareReason.AGE) == (
        "whether the subscriber is at work, retired or in continuation",
    )
    assert asked(MEDICARE, coverage("a"), medicare_because=MedicareReason.AGE) == (
        "how many employees the employer has",
    )
    renal = MedicareReason.END_STAGE_RENAL_DISEASE
    assert asked(MEDICARE, coverage("a"), medicare_because=renal) == (
        "for how many months the patient has been eligible for Medicare",
    )
    for wrong in ((), (MEDICARE, MEDICARE)):
        with pytest.raises(InvalidValue):
            in_payment_order(wrong)
