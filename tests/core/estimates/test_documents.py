"""Documents: every figure of the estimate is on the page, and no text becomes markup."""

from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.estimates.accumulators import Accumulators, Spent
from carecoord.estimates.benefits import Benefit
from carecoord.estimates.documents import html_document, markdown_document
from carecoord.estimates.estimate import Estimate, Item, estimate_for_self_pay, estimate_with_plan
from carecoord.estimates.good_faith import GoodFaith, GoodFaithItem, GoodFaithProvider, Recurrence
from carecoord.estimates.plans import Tier
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.codes import CPT, ICD_10_CM, Code
from carecoord.kernel.ids import EstimateId
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.time import Zone
from carecoord.testing.estimates import IN, a_plan, none_of, self_only

ZONE = Zone("America/Chicago")
GIVEN = datetime(2026, 5, 5, 3, tzinfo=UTC)
ID = EstimateId("estimate-1")
LINE = ServiceLine(Code(CPT, "70551"), "care", Money.of(1200), Money.of(400))
PLAN = a_plan(
    Tier(
        IN,
        True,
        self_only("deductible", 50),
        none_of("limit"),
        (Benefit.after_deductible({"care"}, Rate.percent(20)),),
    )
)


class Page(HTMLParser):
    """What a browser would see: tags in order, and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)


def insured(description: str = "MRI of the brain", spent: str | None = "10") -> Estimate:
    amount = None if spent is None else Money.of(spent)
    return estimate_with_plan(
        [Item(description, LINE)],
        PLAN,
        IN,
        Accumulators(date(2026, 5, 1), (Spent("deductible", amount),)),
        id=ID,
        given_at=GIVEN,
        service_date=date(2026, 6, 1),
    )


def good_faith(**fields: object) -> Estimate:
    contents = GoodFaith(
        **{
            "patient_name": "A Patient",
            "birth_date": date(1980, 1, 2),
            "primary_service": "A picture of the inside of the head",
            "providers": (
                GoodFaithProvider(name="West Mercy", npi="1234567893", state="CA", convening=True),
                GoodFaithProvider(),
            ),
            "items": (
                GoodFaithItem(
                    description="MRI",
                    code=Code(CPT, "70551"),
                    diagnoses=(Code(ICD_10_CM, "R51.9"),),
                    expected_charge=Money.of(400),
                ),
                GoodFaithItem(description="Reading", provider=1),
            ),
            "scheduled_separately": ("A visit afterwards",),
            "recurrence": Recurrence("once a month", date(2026, 6, 1), date(2026, 12, 1)),
            **fields,
        }  # type: ignore[arg-type]
    )
    return estimate_for_self_pay([Item("MRI", LINE)], id=ID, given_at=GIVEN, good_faith=contents)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@settings(max_examples=60)
@given(texts.filter(lambda text: bool(text.strip())))
def test_no_text_becomes_markup(text: str) -> None:
    plain = Page(html_document(insured(), provider="West Mercy", zone=ZONE))
    hostile = Page(html_document(insured(text), provider=text, zone=ZONE))
    assert hostile.tags == plain.tags
    assert hostile.open == []
    rows = markdown_document(insured(text), provider=text, zone=ZONE).splitlines()
    assert sum(row.startswith("|") for row in rows) == 4
    assert sum(row.startswith("#") for row in rows) == 5


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "| a | b |", "# x", "</td></table>", "[a](javascript:x)"]
)
def test_hostile_texts_stay_texts(text: str) -> None:
    page = Page(html_document(insured(text), provider="x", zone=ZONE))
    assert "script" not in page.tags
    assert text in "".join(page.text)
    assert f"| {text}" not in markdown_document(insured(text), provider="x", zone=ZONE)


def test_every_figure_is_on_the_page() -> None:
    estimate = insured()
    page = html_document(estimate, provider="West Mercy", zone=ZONE)
    for text in ("$1,200.00", "$800.00", "$112.00", "$288.00", "70551", "Given on 2026-05-04 by",
                 "as of 2026-05-01", "For services on 2026-06-01", '<th scope="col">Service',
                 "<caption>", '<html lang="en">', "Coinsurance"):  # fmt: skip
        assert text in page
    assert "$112.00 to $120.00" not in page
    unknown = html_document(insured(spent=None), provider="West Mercy", zone=ZONE)
    assert "$80.00 to $120.00" in unknown
    assert "do not know yet" in unknown
    unpriced = estimate_for_self_pay([Item("MRI", ServiceLine(None, None))], id=ID, given_at=GIVEN)
    assert "at least $0.00" in markdown_document(unpriced, provider="x", zone=ZONE)


def test_a_good_faith_estimate_states_its_contents() -> None:
    for page in (
        html_document(good_faith(), provider="West Mercy", zone=ZONE),
        markdown_document(good_faith(), provider="West Mercy", zone=ZONE).replace("\\", ""),
    ):
        for text in (
            "Good-faith estimate", "A Patient", "1980-01-02", "A picture of the inside", "R51.9",
            "1234567893", "not stated", "A visit afterwards", "once a month", "not scheduled",
            "co-provider 1", "at least $400 more", "not a contract", "West Mercy",
        ):  # fmt: skip
            assert text in page


def test_what_is_missing_of_the_contents_is_said() -> None:
    bare = good_faith(
        patient_name=None,
        birth_date=None,
        primary_service=None,
        service_date=date(2026, 6, 1),
        providers=(GoodFaithProvider(name="West Mercy", npi="1234567893", tin="1", state="CA",
                                     location="Fullerton", convening=True),),
        items=(),
        scheduled_separately=(),
        recurrence=None,
    )  # fmt: skip
    page = html_document(bare, provider="West Mercy", zone=ZONE)
    assert "Not in this estimate yet" not in page
    assert "Scheduled separately" not in page
    assert "Fullerton, CA" in page
    assert page.count("not stated") == 4
