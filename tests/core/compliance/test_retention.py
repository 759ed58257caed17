"""Retention: the longest rule that applies decides, and more of anything never keeps it shorter."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.retention import (
    CountedFrom,
    Keeping,
    KeptForMinors,
    RecordFacts,
    RetentionRule,
    every_kind_has_a_retention_rule,
    keeping,
    record_tells_how_old_it_is,
    record_was_kept_long_enough,
)
from carecoord.compliance.retention_rules import RETENTION_RULES, retention_rules
from carecoord.compliance.sources import Source, Sureness
from carecoord.errors import InvalidValue

OURS = Source("our own", Sureness.OWN)
KINDS = ("booking", "consent", "entry")

days = st.dates(date(1950, 1, 1), date(2100, 1, 1))


def rule(years=6, name="rule-1", **more):
    told = {"jurisdiction": "US", "counted_from": CountedFrom.LAST_ENTRY, "source": OURS}
    return RetentionRule(name=name, years=years, **told | more)


@st.composite
def rules(draw):
    return rule(
        draw(st.integers(0, 30)),
        f"rule-{draw(st.integers(0, 99))}",
        counted_from=draw(st.sampled_from(CountedFrom)),
        kinds=draw(st.none() | st.frozensets(st.sampled_from(KINDS))),
        minors=draw(st.none() | st.builds(KeptForMinors, st.integers(18, 21), st.integers(0, 9))),
    )


@st.composite
def facts(draw):
    last = draw(st.dictionaries(st.sampled_from(KINDS), days))
    service = draw(st.none() | days) if "booking" in last else None
    return RecordFacts(
        patient="ada",
        last_days=tuple(sorted(last.items())),
        last_service=service,
        born=draw(st.none() | days),
    )


@given(st.lists(rules(), max_size=5), facts(), rules())
def test_the_longest_rule_decides_and_no_rule_more_makes_it_shorter(some, record, another):
    untils = [until for one in some if (until := one.keeps_until(record)) is not None]
    found = keeping(some, record)
    assert (found.until if found else None) == max(untils, default=None)
    with_another = keeping([*some, another], record)
    if found:
        assert with_another.until >= found.until
        for day, kept in ((found.until, False), (found.over_from, True)):
            assert bool(record_was_kept_long_enough(some, record, day)) is kept
    else:
        assert record_was_kept_long_enough(some, record, date(1900, 1, 1))


@given(rules(), facts(), st.sampled_from(KINDS), days, st.integers(0, 400))
def test_what_is_added_to_a_record_never_lets_it_go_sooner(one, record, kind, day, more):
    before = one.keeps_until(record)
    last = dict(record.last_days)
    last[kind] = max(last.get(kind, day), day)
    service = record.last_service
    longer = evolve(
        record,
        last_days=tuple(sorted(last.items())),
        last_service=None if service is None else service + timedelta(days=more),
    )
    after = one.keeps_until(longer)
    assert before is None or after >= before
    years = evolve(one, years=one.years + 1)
    assert after is None or years.keeps_until(longer) >= after


@given(rules(), facts())
def test_whose_birth_date_is_unknown_is_kept_as_long_as_if_just_born(one, record):
    concerned = [day for kind, day in record.last_days if one.concerns(kind)]
    unknown = one.keeps_until(evolve(record, born=None))
    if concerned:
        assert unknown >= one.keeps_until(evolve(record, born=max(concerned)))


def test_minors_are_kept_until_years_after_they_came_of_age():
    texas = retention_rules("US-TX")[0]
    seen = RecordFacts(
        patient="ada", last_days=(("booking", date(2010, 5, 1)),), born=date(2008, 2, 29)
    )
    assert texas.keeps_until(seen) == date(2029, 3, 1)
    assert texas.keeps_until(evolve(seen, born=date(1970, 1, 1))) == date(2017, 5, 1)


def test_service_decides_where_the_rule_says_so():
    seen = RecordFacts(
        patient="ada",
        last_days=(("booking", date(2014, 1, 1)), ("entry", date(2016, 1, 1))),
        last_service=date(2013, 6, 1),
    )
    of_service = rule(5, counted_from=CountedFrom.LAST_SERVICE)
    assert of_service.keeps_until(seen) == date(2018, 6, 1)
    assert of_service.keeps_until(evolve(seen, last_service=None)) == date(2021, 1, 1)
    assert rule(5, kinds={"consent"}).keeps_until(seen) is None


def test_what_no_rule_speaks_of_and_what_names_no_day_stays():
    seen = RecordFacts(patient="ada", last_days=(("entry", date(2016, 1, 1)),))
    assert every_kind_has_a_retention_rule([rule()], seen)
    assert not every_kind_has_a_retention_rule([rule(kinds={"consent"})], seen)
    assert record_tells_how_old_it_is(seen)
    assert not record_tells_how_old_it_is(evolve(seen, last_days=()))


def test_keeping_without_end_never_ends():
    assert Keeping(date.max, rule()).over_from == date.max


def test_rules_are_chosen_by_jurisdiction():
    assert retention_rules("US", "US-TX", "US-CA", "US-FL", "US-NY", "US-WA") == RETENTION_RULES
    assert {one.jurisdiction for one in retention_rules("US")} == {"US"}
    with pytest.raises(InvalidValue):
        retention_rules("US", "US-ZZ")
