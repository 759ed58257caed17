"""CSV: what is written is read back, and no cell of text is ever a formula."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum

import pytest
from carecoord_exchange.spreadsheets import (
    accounting_csv,
    disposal_csv,
    read_csv,
    statement_csv,
    write_csv,
)
from hypothesis import example, given
from hypothesis import strategies as st

from carecoord import Actor, Clinic, HumanName, Money, Period, Purpose, Role
from carecoord.compliance.accounting import accounting_of
from carecoord.compliance.disclosures import Basis, Disclosure, DisclosureRecipient
from carecoord.compliance.disposals import Disposal, DisposalMethod
from carecoord.errors import InvalidValue
from carecoord.kernel.contact import Address
from carecoord.testing.strategies import NASTY_TEXTS, texts

cells = texts() | st.sampled_from(NASTY_TEXTS) | st.text(st.sampled_from("'=+-@\t\r\n ＝＠a,;\""))
tables = st.integers(1, 4).flatmap(
    lambda wide: st.lists(
        st.lists(cells, min_size=wide, max_size=wide).map(tuple), min_size=1, max_size=5
    )
)


@given(tables)
@example([("'=1",), ("=1",), ("''=1",), ("'t Hooft",), ("' -1",)])
def test_what_is_written_is_read_back(rows):
    header, *rest = rows
    assert read_csv(write_csv(header, rest)) == tuple(rows)


@given(tables)
def test_no_text_is_taken_for_a_formula(rows):
    header, *rest = rows
    for row in csv.reader(io.StringIO(write_csv(header, rest), newline="")):
        for cell in row:
            assert not cell.lstrip("\ufeff \u00a0\u2028\u3000\x0b\x0c").startswith(
                ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
            )


class Color(Enum):
    RED = "=red"


def test_numbers_days_and_amounts_are_themselves():
    row = (
        -5, Decimal("-1.50"), Money(-1205), date(2026, 3, 2), datetime(2026, 3, 2, 9, tzinfo=UTC),
        True, None, Color.RED,
    )  # fmt: skip
    assert write_csv(["c"] * 8, [row]).splitlines()[1] == (
        '"-5","-1.50","-12.05","2026-03-02","2026-03-02T09:00:00+00:00","True","","\'=red"'
    )


def test_what_is_no_table_is_refused():
    for wrong in ([("a", "b")], [(object(),)], [("\0",)]):
        with pytest.raises(InvalidValue):
            write_csv(("one",), wrong)
    with pytest.raises(InvalidValue):
        read_csv('"a" b')


def test_an_accounting_and_a_certificate_are_tables():
    county = DisclosureRecipient("=County", Address(lines=("1 Main St",), city="Springfield"))
    one = Disclosure(
        id="disclosure-1", patient="ada", made_on=date(2026, 3, 2), recipient=county, what="it",
        purpose="outbreak", basis=Basis.PUBLIC_HEALTH, recorded_by="nora",
    )  # fmt: skip
    text = accounting_csv(accounting_of([one], asked_on=date(2026, 3, 2)))
    assert read_csv(text)[1] == (
        "2026-03-02", "2026-03-02", "1", "=County", "1 Main St, Springfield", "it", "outbreak",
    )  # fmt: skip
    gone = Disposal(
        id="disposal-1", patient="ada", rule="six", source="ours", kept_until=date(2026, 1, 1),
        method=DisposalMethod.CLEAR, begun_by="cory", begun_at=datetime(2026, 3, 2, tzinfo=UTC),
    ).erasing([("entry", "e1"), ("entry", "e2")], [])  # fmt: skip
    assert read_csv(disposal_csv(gone))[1:] == (
        ("entry", "e1", "six", "clear", "cory"),
        ("entry", "e2", "six", "clear", "cory"),
    )


def test_a_statement_opens_and_closes_with_its_balance():
    clinic = Clinic()
    desk = clinic.desk(Actor.of("nora", Role.COORDINATOR), Purpose.OPERATIONS)
    account = desk.open_account(desk.register(HumanName(family="Okafor")).id, "Clinic")
    now = clinic.store.clock.now()
    day = timedelta(days=1)
    statement = desk.statement_of(account.id, Period(now - day, now + day))
    header, opening, closing = read_csv(statement_csv(statement))
    assert header == ("day", "what", "code", "amount")
    assert (opening[1:], closing[1:]) == (
        ("opening balance", "", "0.00"), ("closing balance", "", "0.00"),
    )  # fmt: skip
