"""The accounting of disclosures that an individual may ask for.

accounting = accounting_of(disclosures, asked_on=today)
accounting.lines        # each with date, recipient, what and why; repeats in one line
"""

from collections.abc import Iterable
from datetime import date

from attrs import frozen

from carecoord.compliance.disclosures import (
    ACCOUNTED_YEARS,
    Basis,
    Disclosure,
    DisclosureRecipient,
    Line,
    years_before,
)
from carecoord.kernel.values import Positive, checked

__all__ = ["Accounting", "AccountingLine", "accounting_of"]


@frozen(field_transformer=checked, kw_only=True)
class AccountingLine:
    """One disclosure, or several alike: what the first was, how many, and the last one's date."""

    first_on: date
    last_on: date
    number: Positive
    recipient: DisclosureRecipient
    what: Line
    purpose: Line
    basis: Basis


@frozen(field_transformer=checked, kw_only=True)
class Accounting:
    """The answer to an individual: what was disclosed from `since` to `until`, both inclusive."""

    since: date
    until: date
    lines: tuple[AccountingLine, ...]


def accounting_of(
    disclosures: Iterable[Disclosure],
    *,
    asked_on: date,
    on: date | None = None,
    since: date | None = None,
) -> Accounting:
    """The accounting of one individual's disclosures, as asked for on a day.

    `on` is when it is given, by which suspensions are judged: the same day, unless told. `since`
    shortens the six years where the individual asks for less. Repeats of the same to the same
    recipient for the same purpose become one line.

    Source: 45 CFR 164.528(a), (b)(2) and (b)(3).
    """
    earliest = years_before(asked_on, ACCOUNTED_YEARS)
    start = earliest if since is None else max(since, earliest)
    alike: dict[tuple[object, ...], list[Disclosure]] = {}
    for one in sorted(disclosures, key=lambda it: (it.made_on, it.id)):
        if one.made_on >= start and one.accounted(asked_on=asked_on, on=on or asked_on):
            key = (one.patient, one.recipient, one.what, one.purpose, one.basis)
            alike.setdefault(key, []).append(one)
    return Accounting(
        since=start,
        until=asked_on,
        lines=tuple(
            AccountingLine(
                first_on=group[0].made_on,
                last_on=group[-1].made_on,
                number=len(group),
                recipient=group[0].recipient,
                what=group[0].what,
                purpose=group[0].purpose,
                basis=group[0].basis,
            )
            for group in alike.values()
        ),
    )
