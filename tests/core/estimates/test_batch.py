"""Batch: the same cent as one claim at a time."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators, untouched
from carecoord.estimates.adjudication import adjudicate, tier_terms
from carecoord.estimates.benefits import Benefit, CopayPer, CostShare
from carecoord.estimates.plans import Plan, Tier
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.money import Money, Rate
from carecoord.testing.estimates import (
    CODE,
    IN,
    a_plan,
    accumulators,
    claims,
    none_of,
    plans,
    self_only,
)

np = pytest.importorskip("numpy", reason="the batch needs NumPy")

from carecoord.estimates.batch import NOTHING, BatchTerms, ClaimColumns  # noqa: E402


def simple(plan: Plan) -> Plan:
    """The plan without what a batch does not take."""

    def only_shares(benefit: Benefit) -> Benefit:
        return evolve(
            benefit,
            covered=True,
            limits=(),
            authorization_required=False,
            referral_required=False,
        )

    tier = plan.tiers[0]
    return evolve(
        plan,
        tiers=(
            evolve(
                tier,
                benefits=tuple(map(only_shares, tier.benefits)),
                otherwise=tier.otherwise and only_shares(tier.otherwise),
            ),
        ),
    )


def columns(
    terms: BatchTerms, many: list[tuple[tuple[ServiceLine, ...], Accumulators]], units: bool
) -> ClaimColumns:
    most = max((len(lines) for lines, _ in many), default=0)
    shape = (most, len(many))
    service = np.full(shape, NOTHING, dtype=np.intp)
    charge, allowed = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    counts = np.ones(shape, np.int64)
    left = np.zeros((terms.terms.size, len(many)), np.int64)
    for claim, (lines, used) in enumerate(many):
        left[:, claim] = terms.left(used)
        for number, line in enumerate(lines):
            assert line.charge is not None
            assert line.allowed is not None
            service[number, claim] = terms.service(line.code, line.category)
            charge[number, claim] = line.charge.cents
            allowed[number, claim] = line.allowed.cents
            counts[number, claim] = line.units
    return ClaimColumns(service, charge, allowed, counts if units else None, left)


@given(
    plans().map(simple),
    st.lists(st.tuples(claims(), accumulators()), max_size=5),
    st.booleans(),
)
def test_the_batch_equals_the_single_to_the_cent(
    plan: Plan, many: list[tuple[tuple[ServiceLine, ...], Accumulators]], units: bool
) -> None:
    plain: dict[str, Any] = {"eligible": True, "alternate": None, **({} if units else {"units": 1})}
    many = [(tuple(evolve(line, **plain) for line in lines), used) for lines, used in many]
    terms = BatchTerms(tier_terms(plan, IN))
    answer = terms.adjudicate(columns(terms, many, units))
    for claim, (lines, used) in enumerate(many):
        single = adjudicate(plan, IN, lines, used).low
        assert answer.patient[claim] == single.patient_cents
        assert answer.left[:, claim].tolist() == list(single.closing)
        for number, one in enumerate(single.figures()):
            assert (
                answer.deductible[number, claim],
                answer.copay[number, claim],
                answer.coinsurance[number, claim],
                answer.paid[number, claim],
                answer.contractual[number, claim],
                answer.balance[number, claim],
            ) == (
                one.deductible,
                one.copay,
                one.coinsurance,
                one.paid,
                one.contractual,
                one.balance,
            )


PLAN = a_plan(
    Tier(
        IN,
        True,
        none_of("deductible"),
        none_of("limit"),
        (
            Benefit.flat_copay({"office"}, Money.of(25)),
            Benefit.excluded({"massage"}),
            Benefit(codes=frozenset({CODE}), steps=()),
        ),
    )
)


def some(**fields: Any) -> ClaimColumns:
    terms = BatchTerms(tier_terms(PLAN, IN))
    line = ServiceLine(None, "office", Money.of(100), Money.of(100))
    return evolve(columns(terms, [((line,), untouched(PLAN))] * 9000, True), **fields)


def test_many_claims_are_reckoned_each_by_itself() -> None:
    answer = BatchTerms(tier_terms(PLAN, IN)).adjudicate(some())
    assert (answer.patient == 2500).all()


def test_columns_that_fit_nothing_are_refused() -> None:
    terms = BatchTerms(tier_terms(PLAN, IN))
    fine = some()
    for fields in (
        {"charge": fine.charge[:, :5]},
        {"allowed": fine.allowed.astype(float)},
        {"service": fine.service[0]},
        {"units": fine.units[:, :5]},  # type: ignore[index]
        {"units": fine.units * 0},  # type: ignore[operator]
        {"left": fine.left[:, :5]},
        {"service": fine.service + 7},
        {"service": fine.service - 7},
        {"allowed": fine.allowed - 10**6},
        {"charge": fine.charge + 10**13},
    ):
        with pytest.raises(InvalidValue):
            terms.adjudicate(evolve(fine, **fields))


def test_what_a_batch_does_not_take_is_refused() -> None:
    terms = BatchTerms(tier_terms(PLAN, IN))
    assert terms.service(CODE, None) != terms.service(None, "office")
    for code, category in ((None, "massage"), (Code(CPT, "1"), "elsewhere")):
        with pytest.raises(InvalidValue):
            terms.service(code, category)
    unknown = a_plan(Tier(IN, True, otherwise=Benefit(steps=(CostShare.DEDUCTIBLE,))))
    with pytest.raises(InvalidValue):
        BatchTerms(tier_terms(unknown, IN)).left(Accumulators())


def test_the_limit_relieves_only_what_counts_toward_it() -> None:
    plan = a_plan(
        Tier(
            IN,
            True,
            none_of("deductible"),
            self_only("limit", 100),
            (
                Benefit.flat_copay({"office"}, Money.of(80), per=CopayPer.SERVICE),
                Benefit(
                    frozenset({"drugs"}),
                    steps=(CostShare.COPAY,),
                    copay=Money.of(80),
                    copay_per=CopayPer.SERVICE,
                    counts_toward_out_of_pocket=False,
                ),
            ),
        )
    )
    terms = BatchTerms(tier_terms(plan, IN))
    lines = tuple(
        ServiceLine(None, one, Money.of(100), Money.of(100))
        for one in ("office", "drugs", "office")
    )
    answer = terms.adjudicate(columns(terms, [(lines, untouched(plan))], False))
    assert answer.copay[:, 0].tolist() == [8000, 8000, 2000]
    assert answer.paid[:, 0].tolist() == [2000, 2000, 8000]


def test_where_every_service_uses_the_same_amounts() -> None:
    plan = a_plan(
        Tier(
            IN,
            True,
            self_only("deductible", 50),
            self_only("limit", 60),
            (Benefit.after_deductible({"imaging"}, Rate.percent(20)),),
        )
    )
    terms = BatchTerms(tier_terms(plan, IN))
    lines = (ServiceLine(None, "imaging", Money.of(100), Money.of(100)),) * 3
    answer = terms.adjudicate(columns(terms, [(lines, untouched(plan))], False))
    assert answer.deductible[:, 0].tolist() == [5000, 0, 0]
    assert answer.coinsurance[:, 0].tolist() == [1000, 0, 0]
    assert answer.patient.tolist() == [6000]
