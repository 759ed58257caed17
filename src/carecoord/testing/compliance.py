"""How compliance's parts are drawn: a suspension ends after it begins, an owner is one of two."""

from datetime import timedelta

from hypothesis import strategies as st

from carecoord.compliance.disclosures import Suspension
from carecoord.compliance.obligations import AfterEvent, Check, Obligation, OnDay, Owner, Recurring
from carecoord.kernel.ids import ActorId
from carecoord.kernel.people import Role
from carecoord.kernel.values import Text
from carecoord.testing.strategies import dates, drawn_by, texts, values_of, values_of_fields

__all__ = ["obligations", "owners", "suspensions"]


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


drawn_by(Suspension, suspensions)
drawn_by(Owner, owners)
drawn_by(Obligation, obligations)
