"""How compliance's parts are drawn: a suspension ends after it begins, an owner is one of two."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from carecoord.compliance.access_facts import (
    AccessFact,
    Delegation,
    EmergencyAccess,
    PatientRelation,
    Relation,
    Review,
    ReviewStatus,
)
from carecoord.compliance.disclosures import Suspension
from carecoord.compliance.obligations import AfterEvent, Check, Obligation, OnDay, Owner, Recurring
from carecoord.kernel.ids import ActorId
from carecoord.kernel.people import Role
from carecoord.kernel.values import Text
from carecoord.testing.strategies import (
    dates,
    drawn_by,
    instants,
    texts,
    values_of,
    values_of_fields,
)

__all__ = ["access_facts", "obligations", "owners", "suspensions"]


def suspensions() -> st.SearchStrategy[Suspension]:
    """Statements of agencies, oral or written, for a day to some months."""
    line = texts(Text(longest=1000))
    return st.builds(
        lambda agency, written, stated, days, filed: Suspension(
            agency, written, stated, stated + timedelta(days=days), filed
        ),
        line,
        st.booleans(),
        dates(),
        st.integers(1, 200),
        line,
    )


def owners() -> st.SearchStrategy[Owner]:
    """A role, or a person."""
    people = values_of(ActorId).map(lambda actor: Owner(actor=actor))
    return st.sampled_from(Role).map(Owner) | people


def obligations() -> st.SearchStrategy[Obligation]:
    """Obligations that are due on days, after events, or checked; with all that has happened."""

    none_wait, unchecked = st.just(()), st.none()
    return st.one_of(
        values_of_fields(
            Obligation, due=st.none(), check=st.sampled_from(Check), occurrences=none_wait
        ),
        values_of_fields(
            Obligation,
            due=values_of(OnDay) | values_of(Recurring),
            check=unchecked,
            occurrences=none_wait,
        ),
        values_of_fields(Obligation, due=values_of(AfterEvent), check=unchecked),
    )


@st.composite
def _for_some_time(draw: st.DrawFn, /, cls: type, **fields: st.SearchStrategy[Any]) -> Any:
    since, until = sorted((draw(instants()), draw(instants())))
    return draw(values_of_fields(cls, since=st.just(since), until=st.just(until), **fields))


@st.composite
def _emergencies(draw: st.DrawFn) -> EmergencyAccess:
    status = draw(st.sampled_from(ReviewStatus))
    review = st.none() if status is ReviewStatus.PENDING else values_of(Review)
    found: EmergencyAccess = draw(
        _for_some_time(EmergencyAccess, status=st.just(status), review=review)
    )
    return found


def _relations() -> st.SearchStrategy[PatientRelation]:
    lasting = st.sampled_from([one for one in Relation if one is not Relation.EMERGENCY])
    return _for_some_time(PatientRelation, relation=lasting)


def _delegations() -> st.SearchStrategy[Delegation]:
    names = st.sets(texts(Text(longest=100)), min_size=1, max_size=2).map(frozenset)
    return _for_some_time(Delegation, roles=_some_roles(), responsibilities=names)


def _some_roles() -> st.SearchStrategy[frozenset[Role]]:
    return st.frozensets(st.sampled_from(Role), min_size=1, max_size=3)


def access_facts() -> st.SearchStrategy[AccessFact]:
    """Relations, delegations and broken glasses, each for some time."""
    return st.one_of(_relations(), _delegations(), _emergencies())


drawn_by(Suspension, suspensions)
drawn_by(PatientRelation, _relations)
drawn_by(Delegation, _delegations)
drawn_by(EmergencyAccess, _emergencies)
drawn_by(Owner, owners)
drawn_by(Obligation, obligations)
