"""The notice of privacy practices: given, and acknowledged, or the effort noted.

receipt = receipt.acknowledged(on=today)
notice_is_acknowledged(receipts, "2026-02")
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import Annotated

from attrs import evolve, frozen

from carecoord.compliance.disclosures import Line
from carecoord.errors import Allowed, Answer, Refused
from carecoord.kernel.ids import NoticeReceiptId, PatientId
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.values import Text, checked

__all__ = [
    "NOTICE_LIFECYCLE",
    "RULES",
    "NoticeReceipt",
    "NoticeStatus",
    "notice_is_acknowledged",
]


class NoticeStatus(Enum):
    """What became of a notice that was given."""

    GIVEN = "given"
    ACKNOWLEDGED = "acknowledged"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    """The patient did not sign, and why is noted."""


_S = NoticeStatus
NOTICE_LIFECYCLE = Lifecycle(
    "notice",
    {
        (_S.GIVEN, "acknowledge"): _S.ACKNOWLEDGED,
        (_S.GIVEN, "note_effort"): _S.NOT_ACKNOWLEDGED,
        (_S.NOT_ACKNOWLEDGED, "acknowledge"): _S.ACKNOWLEDGED,
    },
)


@frozen(field_transformer=checked, kw_only=True)
class NoticeReceipt:
    """That a patient was given this edition of the notice, and whether it was acknowledged."""

    id: NoticeReceiptId
    patient: PatientId
    edition: Annotated[str, Text(longest=100)]
    given_on: date
    acknowledged_on: date | None = None
    effort: Line | None = None
    status: NoticeStatus = NoticeStatus.GIVEN
    version: int = 0

    def acknowledged(self, on: date) -> "NoticeReceipt":
        """Signed by the patient."""
        status = NOTICE_LIFECYCLE.after(self.status, "acknowledge")
        return evolve(self, status=status, acknowledged_on=on)

    def not_acknowledged(self, effort: str) -> "NoticeReceipt":
        """Not signed: what was done to get the signature, and why it was not got."""
        status = NOTICE_LIFECYCLE.after(self.status, "note_effort")
        return evolve(self, status=status, effort=effort)


def notice_is_acknowledged(receipts: Iterable[NoticeReceipt], edition: str) -> Answer:
    """The current notice was given and acknowledged, or the effort to have it so is noted.

    Source: 45 CFR 164.520(c)(2)(ii), for providers who treat directly, at the first service (from
    memory; not checked against the primary text). That a changed notice is acknowledged again is
    the clinic's own policy.
    """
    for receipt in receipts:
        if receipt.edition == edition and receipt.status is not NoticeStatus.GIVEN:
            return Allowed()
    reason = f"edition {edition} of the notice is not acknowledged, nor is an effort noted"
    return Refused(notice_is_acknowledged.__name__, reason, "45 CFR 164.520(c)(2)(ii)")


RULES = (notice_is_acknowledged,)
