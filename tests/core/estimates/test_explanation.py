"""Explanations: plain words, only the terms that occur, and the figures of the estimate."""

from datetime import UTC, datetime

from attrs import evolve
from hypothesis import given, settings

from carecoord.estimates.accumulators import Accumulators, Spent, untouched
from carecoord.estimates.benefits import Benefit, Limit, Measure
from carecoord.estimates.documents import html_document
from carecoord.estimates.estimate import Estimate, Item, estimate_for_self_pay, estimate_with_plan
from carecoord.estimates.explanation import MEANINGS, explained, summary, terms_used
from carecoord.estimates.plans import Plan, Tier
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.ids import EstimateId
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.time import Zone
from carecoord.testing.estimates import IN, a_plan, accumulators, claims, none_of, plans, self_only

GIVEN = datetime(2026, 5, 4, 15, tzinfo=UTC)
ID = EstimateId("estimate-1")


def estimate(plan: Plan, used: Accumulators, *lines: ServiceLine) -> Estimate:
    told = [Item("MRI of the brain", line) for line in lines]
    return estimate_with_plan(told, plan, IN, used, id=ID, given_at=GIVEN)


def plan_of(benefit: Benefit, *, in_network: bool = True) -> Plan:
    return a_plan(
        Tier(IN, in_network, self_only("deductible", 50), self_only("limit", 60), (benefit,))
    )


LINE = ServiceLine(None, "care", Money.of(180), Money.of(100))
TWENTY = Benefit.after_deductible({"care"}, Rate.percent(20))


@settings(max_examples=50)
@given(plans(unknown=True), claims(unknown=True).filter(bool), accumulators(unknown=True))
def test_every_estimate_can_be_explained(
    plan: Plan, lines: tuple[ServiceLine, ...], used: Accumulators
) -> None:
    told = estimate(plan, used, *lines)
    sentences = explained(told)
    assert len(sentences) == 1 + len(lines)
    assert all(sentence.endswith(".") for sentence in sentences)
    assert str(told.patient_owes[0]) in sentences[0]
    assert ("do not know" in sentences[0]) == (told.patient_owes[0] != told.patient_owes[1])
    assert {term for term, _ in terms_used(told)} <= set(MEANINGS)


def test_a_known_answer_reads_plainly() -> None:
    plan = plan_of(TWENTY)
    told = estimate(plan, untouched(plan), LINE)
    assert explained(told) == (
        "We expect that you will owe $60.00.",
        "MRI of the brain: the charge is $180.00. The provider's contract takes off $80.00. "
        "$50.00 goes toward your deductible. $10.00 is your coinsurance. Your plan pays $40.00. "
        "You owe $60.00.",
    )
    assert [term for term, _ in terms_used(told)] == [
        "Charge", "Allowed amount", "Contractual adjustment", "Deductible", "Coinsurance",
    ]  # fmt: skip


def test_a_range_says_what_is_not_known() -> None:
    told = estimate(plan_of(TWENTY), Accumulators(None, (Spent("limit", Money(0)),)), LINE)
    assert summary(told) == (
        "We expect that you will owe between $20.00 and $60.00. "
        "What we do not know yet: how much has been met of the deductible."
    )
    assert "The provider's contract takes off $80.00. Your plan pays" in explained(told)[1]
    unpriced = ServiceLine(None, "care", Money.of(180))
    assert "takes off" not in explained(estimate(plan_of(TWENTY), Accumulators(), unpriced))[1]
    assert explained(told)[1].endswith(
        "Your plan pays between $40.00 and $80.00. You owe between $20.00 and $60.00."
    )


def test_the_unusual_is_said_too() -> None:
    plan = plan_of(Benefit.after_deductible({"care"}, Rate.percent(80)))
    assert "Out-of-pocket limit" in dict(terms_used(estimate(plan, untouched(plan), LINE)))
    case = ServiceLine(None, "care", Money.of(80), Money.of(100), units=2)
    sentence = explained(estimate(plan, untouched(plan), case))[1]
    assert "(2 units)" in sentence
    assert "The contract allows $20.00 more than the charge." in sentence
    out = plan_of(TWENTY, in_network=False)
    told = estimate(out, untouched(out), LINE)
    assert "$80.00 may be billed above what your plan allows." in explained(told)[1]
    denied = a_plan(
        Tier(
            IN,
            True,
            none_of("deductible"),
            none_of("limit"),
            (Benefit(frozenset({"care"}), steps=(), authorization_required=True, limits=("x",)),),
        ),
        limits=(Limit("x", Measure.DOLLARS, 0),),
    )
    refused = ServiceLine(None, "care", Money.of(180), Money.of(100), authorized=False)
    told = estimate(denied, untouched(denied), refused)
    assert "$180.00 is not paid and may not be billed to you." in explained(told)[1]
    assert "Provider's liability" in dict(terms_used(told))


def test_a_self_pay_patient_reads_of_a_discount() -> None:
    told = estimate_for_self_pay([Item("MRI", LINE)], id=ID, given_at=GIVEN)
    assert explained(told)[1] == (
        "MRI: the charge is $180.00. The provider's discount takes off $80.00. "
        "$100.00 is the price without a plan. You owe $100.00."
    )
    assert [term for term, _ in terms_used(told)] == ["Charge", "Discount", "Cash price"]
    minded = evolve(told, cautions=("the figures are old",))
    assert explained(minded)[-1] == "Please mind: the figures are old."
    assert "the figures are old" in html_document(minded, provider="Elm", zone=Zone("UTC"))
    unpriced = estimate_for_self_pay([Item("MRI", ServiceLine(None, None))], id=ID, given_at=GIVEN)
    assert "at least $0.00" in summary(unpriced)


def test_terms_that_do_not_occur_are_not_explained() -> None:
    only = [Item("MRI", ServiceLine(None, None, Money.of(10)))]
    told = estimate_for_self_pay(only, id=ID, given_at=GIVEN)
    assert [term for term, _ in terms_used(told)] == ["Charge", "Cash price"]
