"""Documents: an estimate to hand out, as Markdown and as a page that prints and can be read aloud.

    html_document(estimate, provider="West Mercy", zone=Zone("America/Chicago"))

The page is complete in itself: no script, no font or style from elsewhere, and every text that
comes from outside is escaped.
"""

from collections.abc import Iterable

from carecoord.estimates.estimate import Estimate, EstimateLine
from carecoord.estimates.explanation import explained_line, summary, terms_used
from carecoord.estimates.good_faith import GoodFaith, GoodFaithProvider, co_provider_gaps
from carecoord.estimates.markup import (
    Definitions,
    Listing,
    Row,
    Section,
    Table,
    as_html,
    as_markdown,
)
from carecoord.kernel.money import Money
from carecoord.kernel.time import Zone, local_date

__all__ = ["html_document", "markdown_document"]


def _range(low: Money, high: Money | None) -> str:
    if high is None:
        return f"at least {low}"
    return str(low) if low == high else f"{low} to {high}"


def _lines_table(estimate: Estimate) -> Table:
    insured = bool(estimate.plans)
    pays = "Your plan pays" if len(estimate.plans) == 1 else "Your plans pay"
    header = (
        "Service",
        "Code",
        "Units",
        "Charge",
        *((pays,) if insured else ()),
        "You owe",
    )

    def cells(one: EstimateLine) -> Row:
        least, most = sorted((one.low.paid, one.high.paid))
        return (
            one.description,
            one.code.value if one.code else "",
            str(one.units),
            str(one.low.charge),
            *((_range(least, most),) if insured else ()),
            _range(one.low.patient_responsibility, one.high.patient_responsibility),
        )

    least, most = sorted((estimate.low.paid, estimate.high.paid))
    totals = (
        "Total", "", "", str(estimate.low.charge),
        *((_range(least, most),) if insured else ()), _range(*estimate.patient_owes),
    )  # fmt: skip
    return Table(
        "What each service costs",
        header,
        tuple(map(cells, estimate.lines)),
        totals,
        frozenset(range(3, len(header))),
        frozenset({1}),
    )


def _of_provider(place: int, provider: GoodFaithProvider, contents: GoodFaith) -> Row:
    expected = contents.expected_of(place)
    return (
        provider.name or "not stated",
        provider.npi or "not stated",
        provider.tin or "not stated",
        ", ".join(part for part in (provider.location, provider.state) if part) or "not stated",
        str(expected) if expected is not None else "not stated",
    )


def _good_faith(contents: GoodFaith) -> Iterable[Section]:
    facts = [
        ("Patient", contents.patient_name or "not stated"),
        ("Date of birth", _day(contents.birth_date)),
        ("Primary service", contents.primary_service or "not stated"),
        (
            "Date of service",
            _day(contents.service_date) if contents.service_date else "not scheduled",
        ),
    ]
    if contents.recurrence is not None:
        often = contents.recurrence
        days = f"{_day(often.first_day)} to {_day(often.last_day)}"
        facts.append(("Recurring", f"{often.frequency}, {days}"))
    yield Section("Whom and what this is for", (Definitions(tuple(facts)),))
    items = tuple(
        (
            item.description,
            item.code.value if item.code else "not stated",
            ", ".join(one.value for one in item.diagnoses) or "not stated",
            str(item.units),
            str(item.expected_charge) if item.expected_charge is not None else "not stated",
            contents.providers[item.provider].name or "not stated",
        )
        for item in contents.items
    )
    header = ("Item", "Service code", "Diagnosis codes", "Units", "Expected charge", "Provider")
    yield Section(
        "Items and services",
        (Table("Every item that is expected", header, items, amounts=frozenset({4})),),
    )
    providers = tuple(
        _of_provider(place, one, contents) for place, one in enumerate(contents.providers)
    )
    columns = ("Provider or facility", "NPI", "TIN", "Location", "Expected in total")
    yield Section(
        "Providers",
        (
            Table(
                "Who takes part",
                columns,
                providers,
                amounts=frozenset({4}),
                unbroken=frozenset({1, 2}),
            ),
        ),
    )
    if contents.scheduled_separately:
        note = "These are scheduled separately, and their costs are not in this estimate:"
        yield Section("Scheduled separately", (note, Listing(contents.scheduled_separately)))
    gaps = co_provider_gaps(contents)
    if gaps:
        yield Section("Not in this estimate yet", (Listing(gaps),))
    yield Section("Please note", (Listing(contents.disclaimers),))


def _day(day: object) -> str:
    return "not stated" if day is None else str(day)


def _sections(estimate: Estimate, provider: str, zone: Zone) -> Iterable[Section]:
    given = f"Given on {local_date(estimate.given_at, zone)} by {provider}."
    facts = [given]
    if estimate.service_date is not None:
        facts.append(f"For services on {estimate.service_date}.")
    if estimate.accumulators_as_of is not None:
        facts.append(f"What you have used of your plan is as of {estimate.accumulators_as_of}.")
    yield Section("Summary", (summary(estimate), " ".join(facts)))
    if estimate.cautions:
        yield Section("What to mind", (Listing(estimate.cautions),))
    yield Section("Costs", (_lines_table(estimate),))
    explanations = tuple(map(explained_line, estimate.lines))
    yield Section("How this comes about", (Listing(explanations),))
    if estimate.good_faith is not None:
        yield from _good_faith(estimate.good_faith)
    yield Section("What the words mean", (Definitions(terms_used(estimate)),))


def _title(estimate: Estimate) -> str:
    return "Good-faith estimate" if estimate.good_faith is not None else "Estimate of costs"


def markdown_document(estimate: Estimate, *, provider: str, zone: Zone) -> str:
    """The estimate as Markdown, with tables."""
    return as_markdown(_title(estimate), tuple(_sections(estimate, provider, zone)))


def html_document(estimate: Estimate, *, provider: str, zone: Zone) -> str:
    """The estimate as one complete page."""
    return as_html(_title(estimate), tuple(_sections(estimate, provider, zone)))
