"""Surprise billing: out-of-network care that costs no more than in network.

    balance_may_be_billed(OutOfNetworkCare(Care.EMERGENCY))

Where the balance may not be billed, the in-network tier applies and the patient's share counts
there: `governing_tier` says which tier to adjudicate in, with the recognized amount as allowed.

Source: 45 CFR 149.110 to .130 and .410 to .420 (from memory; not checked against the primary
text).
"""

from datetime import datetime, timedelta
from enum import Enum

from attrs import frozen

from carecoord.errors import Allowed, Answer, Refused
from carecoord.kernel.values import checked

__all__ = [
    "RULES",
    "Care",
    "OutOfNetworkCare",
    "WaiverConsent",
    "balance_may_be_billed",
    "governing_tier",
]


class Care(Enum):
    """What sort of care it is, as far as protection goes."""

    EMERGENCY = "emergency"
    """Until the patient is stable."""
    AIR_AMBULANCE = "air_ambulance"
    OTHER = "other"


@frozen(field_transformer=checked, kw_only=True)
class WaiverConsent:
    """The patient's written consent, after notice, to be billed as out of network."""

    noticed_at: datetime
    consented: bool
    scheduled_at: datetime
    """When the appointment was made."""
    service_at: datetime

    @property
    def in_time(self) -> bool:
        """Whether the notice came early enough.

        72 hours before the service where it was scheduled at least 72 hours ahead; else on the day
        of scheduling, and at least 3 hours before the service.

        Source: 45 CFR 149.420(c) (from memory; not checked against the primary text).
        """
        if self.service_at - self.scheduled_at >= timedelta(hours=72):
            return self.service_at - self.noticed_at >= timedelta(hours=72)
        return self.service_at - self.noticed_at >= timedelta(
            hours=3
        ) and self.noticed_at - self.scheduled_at < timedelta(hours=24)


@frozen(field_transformer=checked)
class OutOfNetworkCare:
    """What the care is, and where, by a provider who is not in the network.

    `ancillary` services are those that support others, such as anesthesia.
    """

    care: Care = Care.OTHER
    at_in_network_facility: bool = False
    ancillary: bool = False
    consent: WaiverConsent | None = None


def balance_may_be_billed(what: OutOfNetworkCare) -> Answer:
    """Whether an out-of-network provider may bill above the in-network share.

    Never for emergencies and air ambulances; at an in-network facility only with valid notice and
    consent, and never for ancillary services such as anesthesia, radiology or laboratory.

    Source: 45 CFR 149.410, 149.420 and 149.440 (from memory; not checked against the primary
    text).
    """
    if what.care is Care.EMERGENCY:
        reason, source = "emergency care costs the in-network share", "45 CFR 149.410"
    elif what.care is Care.AIR_AMBULANCE:
        reason, source = "an air ambulance costs the in-network share", "45 CFR 149.440"
    elif not what.at_in_network_facility:
        return Allowed()
    elif what.ancillary:
        reason = "ancillary care at an in-network facility costs the in-network share"
        source = "45 CFR 149.420(b)"
    elif what.consent is None or not what.consent.consented or not what.consent.in_time:
        reason = "there is no consent after notice in time"
        source = "45 CFR 149.420(c) to (e)"
    else:
        return Allowed()
    return Refused("balance_may_be_billed", reason, source)


def governing_tier(answer: Answer, *, in_network: str, out_of_network: str) -> str:
    """The tier whose terms apply: in network where the balance may not be billed.

    Source: 45 CFR 149.110(b)(3) and 149.120(c) (from memory; not checked against the primary
    text).
    """
    return out_of_network if answer else in_network


RULES = (balance_may_be_billed,)
