"""How referrals' parts are drawn: a recipient is somebody, a report says something."""

from hypothesis import strategies as st

from carecoord.kernel.ids import OrganizationId, PractitionerId
from carecoord.kernel.values import Text
from carecoord.referrals.history import Report
from carecoord.referrals.orders import Recipient
from carecoord.testing.strategies import drawn_by, instants, texts, values_of

__all__ = ["recipients", "reports"]


def recipients() -> st.SearchStrategy[Recipient]:
    """A practitioner, an organization, or both."""
    practitioner, organization = values_of(PractitionerId), values_of(OrganizationId)
    return st.builds(Recipient, practitioner, st.none() | organization) | st.builds(
        Recipient, st.none(), organization
    )


def reports() -> st.SearchStrategy[Report]:
    """With a reference, and a summary or none; or with a summary alone."""
    reference, summary = texts(Text(longest=200)), texts(Text(longest=20_000))
    return st.builds(Report, instants(), reference, st.just("") | summary) | st.builds(
        Report, instants(), st.none(), summary
    )


drawn_by(Recipient, recipients)
drawn_by(Report, reports)
