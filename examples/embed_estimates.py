"""Estimates inside an app of one's own: no store, no clock, no accounts, just values in and out.

    uv run examples/embed_estimates.py
    uv run examples/embed_estimates.py --html estimate.html

A dental office and an imaging center ask what any vendor's app would ask: what will it cost, why,
what if something is unknown, what would change it, and what does a patient without a plan owe.
"""

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from carecoord.estimates import (
    Accumulators,
    Benefit,
    CoordinatedCoverage,
    CostShare,
    Employment,
    GoodFaith,
    GoodFaithItem,
    GoodFaithProvider,
    Item,
    Method,
    Plan,
    PlanInTurn,
    Price,
    PriceList,
    Scope,
    ServiceLine,
    Spent,
    Tier,
    YearlyAmount,
    adjudicate,
    certainly_cheapest,
    compare,
    coordinate,
    estimate_for_self_pay,
    estimate_with_plan,
    expected_charge,
    explained,
    html_document,
    in_payment_order,
    missing_contents,
    recomputed,
    scheduled_estimate_is_due,
    service_line,
    terms_used,
    what_would_change,
)
from carecoord.kernel.business_days import BusinessDays
from carecoord.kernel.codes import HCPCS, ICD_10_CM, Code
from carecoord.kernel.ids import CoverageId, EstimateId, FeeScheduleId, PlanId, PriceId
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.time import Zone

NOW = datetime(2026, 5, 4, 15, tzinfo=UTC)
VISIT = date(2026, 5, 26)
SCREENING = Code(HCPCS, "G0202")
BIOPSY = Code("https://riverside.example/services", "B-17")

PPO = Plan(
    id=PlanId("platform-ppo"),
    name="PPO 500",
    payer_name="Platform Health",
    plan_name="PPO",
    tiers=(
        Tier(
            "in network",
            in_network=True,
            deductible=YearlyAmount("deductible", Scope.EMBEDDED, Money.of(500), Money.of(1000)),
            out_of_pocket=YearlyAmount("limit", Scope.EMBEDDED, Money.of(4000), Money.of(8000)),
            benefits=(
                Benefit.free_of_charge({"preventive"}),
                Benefit(
                    frozenset({"surgery"}),
                    steps=(CostShare.DEDUCTIBLE, CostShare.COINSURANCE),
                    coinsurance=Rate.percent(20),
                    authorization_required=True,
                    source="summary of benefits, page 3",
                ),
            ),
        ),
    ),
)

FEES = PriceList(
    Price(
        id=PriceId(f"price-{number}"),
        fee_schedule=FeeScheduleId("imaging-center"),
        codes=(code,),
        description=words,
        gross=Money.of(gross),
        discounted_cash=Money.of(cash),
        payer_name=payer,
        negotiated_dollar=None if allowed is None else Money.of(allowed),
    )
    for number, (code, words, gross, cash, payer, allowed) in enumerate(
        (
            (SCREENING, "Screening picture of the breast", 310, 240, None, None),
            (SCREENING, "Screening picture of the breast", 310, 240, "Platform Health", 180),
            (BIOPSY, "Taking a sample of tissue", 1900, 1450, None, None),
            (BIOPSY, "Taking a sample of tissue", 1900, 1450, "Platform Health", 1120),
        )
    )
)


def items(payer: str | None, authorized: bool | None = None) -> list[Item]:
    """The two services of the visit, at the payer's prices or the cash prices."""
    found = []
    for code, category in ((SCREENING, "preventive"), (BIOPSY, "surgery")):
        price = FEES.find(code, on=VISIT, payer_name=payer)
        assert price is not None
        if payer is None:
            line = ServiceLine(code, category, price.gross, expected_charge(price))
        else:
            line = service_line(price, category=category, authorized=authorized)
        found.append(Item(price.description, line, price.id))
    return found


def heading(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--html", type=Path, help="write the good-faith estimate as a page")
    asked = parser.parse_args()

    heading("What it costs, and why")
    used = Accumulators(
        date(2026, 5, 1),
        (
            Spent("deductible", Money.of(320), Money.of(700)),
            Spent("limit", Money.of(450), Money.of(900)),
        ),
    )
    told = estimate_with_plan(
        items("Platform Health", authorized=True), PPO, "in network", used,
        id=EstimateId("estimate-1"), given_at=NOW, service_date=VISIT,
    )  # fmt: skip
    print("\n".join(explained(told)))
    for step in told.trace:
        inputs = ", ".join(f"{name} {value}" for name, value in step.inputs)
        print(f"  line {step.line}: {step.rule:<24}{step.amount:>9}  from {inputs} ({step.source})")
    assert all(recomputed(step) == step.amount for step in told.trace)
    for term, meaning in terms_used(told):
        print(f"  {term}: {meaning}")

    heading("What is not known is said, and enclosed")
    unsure = estimate_with_plan(
        items("Platform Health"), PPO, "in network", Accumulators(),
        id=EstimateId("estimate-2"), given_at=NOW,
    )  # fmt: skip
    print(explained(unsure)[0])

    heading("What would change it")
    lines = [item.line for item in items("Platform Health", authorized=True)]
    for change in what_would_change(lines, PPO, "in network", used):
        print(f"  {change.what}: {change.at_least}")

    heading("With and without the plan")
    contents = GoodFaith(
        patient_name="A. Sample",
        birth_date=date(1980, 1, 2),
        primary_service="A picture and a sample of breast tissue",
        service_date=VISIT,
        providers=(
            GoodFaithProvider(
                name="Riverside Imaging", npi="1234567893", tin="12-3456789", state="OH",
                location="1 Main Street, Riverside", convening=True,
            ),
        ),
        items=tuple(
            GoodFaithItem(
                description=item.description,
                code=item.line.code,
                diagnoses=(Code(ICD_10_CM, "Z12.31"),),
                expected_charge=item.line.allowed,
            )
            for item in items(None)
        ),
    )  # fmt: skip
    assert missing_contents(contents) == ()
    cash = estimate_for_self_pay(
        items(None), id=EstimateId("estimate-3"), given_at=NOW, service_date=VISIT,
        good_faith=contents,
    )  # fmt: skip
    options = compare([("with the plan", told), ("cash", cash)])
    for option in options:
        print(f"  {option.label}: {option.at_least}")
    cheapest = certainly_cheapest(options)
    print(f"  certainly cheapest: {cheapest.label if cheapest else 'nobody can say'}")
    due = scheduled_estimate_is_due(date(2026, 5, 4), VISIT, BusinessDays.federal([2026]))
    print(f"  a good-faith estimate of the visit would be due by {due}")
    if asked.html is not None:
        page = html_document(cash, provider="Riverside Imaging", zone=Zone("America/New_York"))
        asked.html.write_text(page, encoding="utf-8")
        print(f"  written to {asked.html}")

    heading("Two dental plans that pay half")
    half = Benefit.after_deductible({"crown"}, Rate.percent(50))
    dental = Plan(
        id=PlanId("dental"),
        name="Dental",
        payer_name="Smile",
        tiers=(
            Tier(
                "in network",
                True,
                YearlyAmount("deductible", Scope.NONE),
                YearlyAmount("limit", Scope.NONE),
                (half,),
            ),
        ),
    )
    order = in_payment_order(
        [
            CoordinatedCoverage(
                id=CoverageId("spouse"), as_dependent=True, employment=Employment.ACTIVE
            ),
            CoordinatedCoverage(
                id=CoverageId("own"), as_dependent=False, employment=Employment.ACTIVE
            ),
        ]
    )
    print(f"  {' before '.join(order.coverages)}: {order.decided_by[0]}")
    crown = ServiceLine(None, "crown", Money.of(1200), Money.of(900))
    as_second = ServiceLine(None, "crown", Money.of(1200), Money.of(650))
    nothing = Accumulators()
    first = PlanInTurn(dental, "in network", nothing, (crown,))
    alone = adjudicate(dental, "in network", [crown], nothing).low.patient
    print(f"  the first plan alone leaves {alone}")
    for method in (Method.DENTAL_BASIC, Method.DENTAL_STANDARD, Method.NON_DUPLICATION):
        second = PlanInTurn(dental, "in network", nothing, (as_second,), method)
        (line,) = coordinate([first, second]).low
        print(f"  {method.value}: pays {line.payments[1]}, leaves {line.patient_responsibility}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
