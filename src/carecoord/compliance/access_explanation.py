"""Why somebody may know of something, or may not: the decision in words, reach by reach.

explained(decision, patient=…, sensitivities=…, consents=…)     # Explanation(allowed=…, because=…)
"""

from collections.abc import Iterable
from datetime import date

from attrs import frozen

from carecoord.compliance.access import Decision, Reach
from carecoord.compliance.consents import Consent, consent_is_in_force
from carecoord.kernel.ids import PatientId
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.values import checked

__all__ = ["Explanation", "explained"]


@frozen(field_transformer=checked)
class Explanation:
    """Whether it is allowed, and because of what: its grounds, or all that stands against it."""

    allowed: bool
    because: tuple[str, ...]


def explained(
    decision: Decision,
    *,
    patient: PatientId | None = None,
    sensitivities: frozenset[Sensitivity] = frozenset(),
    restricted: bool = False,
    consents: Iterable[Consent] = (),
    on: date,
) -> Explanation:
    """Whether the decision reaches what is so sensitive of this patient, and why or why not.

    Without a patient it is about the use case alone. `restricted` says that the patient's whole
    record is, `consents` are the patient's. The site of a visit is not looked at.
    """
    if not decision.allowed or patient is None:
        return Explanation(decision.allowed, (decision.reason,))
    if decision.only_patient not in (None, patient):
        return Explanation(False, ("limited to the record of another patient",))
    held = {one.kind for one in consents if one.patient == patient and consent_is_in_force(one, on)}
    labels = sensitivities | ({Sensitivity.RESTRICTED} if restricted else frozenset())
    against: list[str] = []
    for reach in decision.reaches:
        found = list(_against(reach, patient, labels))
        found += (
            f"asks for a consent of the kind {one.consent.value}, in force"
            for one in reach.with_consent
            if one.sensitivity in labels and one.consent not in held
        )
        if not found:
            return Explanation(True, (decision.reason,))
        against += found
    return Explanation(False, tuple(dict.fromkeys(against)))


def _against(reach: Reach, patient: PatientId, labels: frozenset[Sensitivity]) -> Iterable[str]:
    if reach.patients is not None and patient not in reach.patients:
        yield "holds for other patients, by the relation that it asks for"
    if patient in reach.but_not:
        yield "the record is the actor's own, or of their family"
    for label in sorted(labels - reach.knows, key=lambda one: one.value):
        yield f"does not open what is labelled {label.name.lower()}"
