"""Whole records of one patient: something of every kind, and what that refers to."""

import warnings
from contextlib import suppress

from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import HypothesisWarning

from carecoord.coordination.whole_records import RECORD_KINDS
from carecoord.errors import CarecoordError, InvalidValue
from carecoord.kinds import KINDS
from carecoord.patients.repository import PATIENT
from carecoord.storage.conditions import is_none, negated, one_of
from carecoord.testing.strategies import families_of

_BY_NAME = {kind.name: kind for kind in KINDS}


class DrawnFamilies:
    """Some aggregates of every kind, the same every time, each after what it refers to."""

    def __init__(self):
        self.of = {name: _families_of(name) for name in RECORD_KINDS}


def _families_of(name):
    drawn = []

    @settings(
        max_examples=5,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(families_of(_BY_NAME[name], KINDS))
    def draw(family):
        drawn.append(family)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HypothesisWarning)  # of reprs that nobody looks at
        draw()
    return drawn


def keep_record(store, families, patient, random):
    """Keep something of every kind for a patient; what collides with what is there is left out."""
    with store.work() as work:
        work.collection(PATIENT).add(patient)
    for name in RECORD_KINDS[1:]:
        with suppress(CarecoordError), store.work() as work:
            for kind, one in random.choice(families.of[name]):
                if kind is PATIENT:
                    continue
                if hasattr(one, "patient"):
                    one = evolve(one, patient=patient.id)
                before = work.collection(kind).get_or_none(one.id)
                if before is None:
                    work.collection(kind).add(one)
                elif getattr(before, "patient", patient.id) != patient.id:
                    raise InvalidValue("id", "is another's")


def all_of(store, *patients):
    """The kind and id of everything that a store keeps of any patient, or of these."""
    where = one_of("patient", patients) if patients else negated(is_none("patient"))
    with store.work() as work:
        kept = {name: work.collection(_BY_NAME[name]).each(where) for name in RECORD_KINDS}
        return {(name, one.id) for name, found in kept.items() for one in found}
