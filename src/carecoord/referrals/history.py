"""What happened to a referral, and what came back."""

from datetime import datetime
from typing import Annotated

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import ActorId
from carecoord.kernel.values import LongText, Text, checked
from carecoord.referrals.status import ReferralStatus

__all__ = ["ReferralEvent", "Report"]


@frozen(field_transformer=checked)
class Report:
    """What the recipient reported: where it is filed, or what was said, or both."""

    received_at: datetime
    reference: Annotated[str, Text(longest=200)] | None = None
    summary: LongText = ""

    def __attrs_post_init__(self) -> None:
        if self.reference is None and not self.summary.strip():
            raise InvalidValue("Report", "must have a reference or a summary")


@frozen(field_transformer=checked)
class ReferralEvent:
    """One thing that happened: a move, named by its verb, or a message."""

    verb: Annotated[str, Text(longest=40)]
    at: datetime
    by: ActorId
    status: ReferralStatus
    note: LongText = ""
