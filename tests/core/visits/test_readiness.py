import attrs
from hypothesis import given
from hypothesis import strategies as st

from carecoord.visits.readiness import (
    Fact,
    Finding,
    PreVisitFacts,
    ReadinessItem,
    ReadinessPolicy,
    Severity,
    is_ready,
    open_items,
)

NAMES = [item.name.lower() for item in ReadinessItem]
facts = st.fixed_dictionaries({name: st.sampled_from(Fact) for name in NAMES}).map(
    lambda known: PreVisitFacts(**known)
)
policies = st.builds(ReadinessPolicy, st.frozensets(st.sampled_from(ReadinessItem)), st.booleans())


def test_every_item_has_a_fact():
    assert [one.name for one in attrs.fields(PreVisitFacts)] == NAMES


@given(facts, policies)
def test_exactly_what_is_not_settled_is_open_and_what_blocks_comes_first(
    facts: PreVisitFacts, policy: ReadinessPolicy
):
    found = open_items(facts, policy)
    settled = {item for item in ReadinessItem if facts.of(item) in (Fact.YES, Fact.NOT_NEEDED)}
    assert {one.item for one in found} == set(ReadinessItem) - settled
    blocking = [one.severity is Severity.BLOCKS for one in found]
    assert blocking == sorted(blocking, reverse=True)
    assert is_ready(facts, policy) is not any(blocking)
    if policy.emergency:
        assert not any(blocking)


@given(facts, policies, st.sampled_from(NAMES))
def test_settling_something_never_opens_anything(
    facts: PreVisitFacts, policy: ReadinessPolicy, name: str
):
    more = attrs.evolve(facts, **{name: Fact.YES})
    assert set(open_items(more, policy)) <= set(open_items(facts, policy))


def test_unknown_is_not_settled():
    known = dict.fromkeys(NAMES, Fact.YES) | {"coverage": Fact.UNKNOWN, "consent": Fact.NO}
    assert open_items(PreVisitFacts(**known)) == (
        Finding(ReadinessItem.CONSENT, Fact.NO, Severity.BLOCKS),
        Finding(ReadinessItem.COVERAGE, Fact.UNKNOWN, Severity.WARNS),
    )
