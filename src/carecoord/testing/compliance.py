"""How compliance's parts are drawn: a suspension ends after it begins."""

from datetime import timedelta

from hypothesis import strategies as st

from carecoord.compliance.disclosures import Suspension
from carecoord.kernel.values import Text
from carecoord.testing.strategies import dates, drawn_by, texts

__all__ = ["suspensions"]


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


drawn_by(Suspension, suspensions)
