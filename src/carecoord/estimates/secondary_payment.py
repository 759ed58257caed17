"""Secondary payment: how a plan that does not pay first reckons what it pays.

Each way has a name, and a result never goes without it. All reckon from the plan's own benefit,
which is what it would pay if it stood alone, and from what was paid before.
"""

from enum import Enum

from attrs import frozen

from carecoord.kernel.values import Count, checked

__all__ = ["Method", "Standing", "secondary_payment"]


class Method(Enum):
    """How a later plan pays."""

    NAIC_STANDARD = "naic_standard"
    """Its own benefit, up to the highest of the allowed amounts less what was paid."""
    NON_DUPLICATION = "non_duplication"
    """Its own benefit less what was paid."""
    CARVE_OUT = "carve_out"
    """The same figure, reckoned by taking the earlier payment out of the plan's own."""
    MAINTENANCE_OF_BENEFITS = "maintenance_of_benefits"
    """Its own benefit on the allowed amount less what was paid."""
    DENTAL_BASIC = "dental_basic"
    """Its own benefit, up to its own allowed amount less what was paid."""
    DENTAL_STANDARD = "dental_standard"
    """Its own benefit, up to what is still owed after the first plan and its contract."""
    MEDICARE_SECONDARY = "medicare_secondary"
    """The lowest of three, by law."""


@frozen(field_transformer=checked, kw_only=True)
class Standing:
    """How a line stands before a later plan pays; all in cents."""

    charge: Count
    allowed_before: Count
    """The highest allowed amount of the plans before."""
    paid_before: Count
    owed: Count
    """What the patient owes so far."""
    obligated: Count
    """What the provider may collect in all: the charge less what contracts take off."""
    own_allowed: Count
    own_benefit: Count
    """What the plan would pay if it stood alone."""


def secondary_payment(method: Method, line: Standing) -> int:
    """What the plan pays for the line, in cents.

    It never pays more than its own benefit, nor, together with what was paid before, more than
    the highest allowed amount. For maintenance of benefits the own benefit is that on the allowed
    amount less what was paid.

    Medicare pays the lowest of: what the provider may collect less what was paid; its normal
    payment; the higher of its fee schedule and the primary's allowable, less what was paid. It
    pays nothing where the provider has to accept the earlier payment in full.

    Source: NAIC model regulation 120, section 7 (from public projects; not checked against the
    primary text); 42 CFR 411.33(a) and 411.32(b) (read in a secondary source); dental basic and
    standard as widely used dental software makes them.
    """
    paid, benefit = line.paid_before, line.own_benefit
    highest = max(line.allowed_before, line.own_allowed)
    match method:
        case Method.NAIC_STANDARD | Method.MAINTENANCE_OF_BENEFITS:
            payment = benefit
        case Method.NON_DUPLICATION | Method.CARVE_OUT:
            payment = benefit - paid
        case Method.DENTAL_BASIC:
            payment = min(benefit, line.own_allowed - paid)
        case Method.DENTAL_STANDARD:
            payment = min(benefit, line.obligated - paid)
        case _:  # Method.MEDICARE_SECONDARY
            payment = min(benefit, line.obligated - paid) if line.owed else 0
    return max(0, min(payment, highest - paid))
