"""Whatever JSON stands wherever: our own error, or a clean result."""

import contextlib
import json

from carecoord_exchange.fhir import losses, read_eligibility_responses, read_scheduling
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.errors import CarecoordError

CODED = {"coding": [{"system": "urn:s", "code": "30"}]}
RESOURCES = [
    {
        "resourceType": "Appointment", "id": "a", "status": "booked",
        "start": "2026-05-04T14:00:00Z", "end": "2026-05-04T15:00:00Z", "minutesDuration": 30,
        "serviceType": [CODED], "appointmentType": CODED, "cancelationReason": CODED,
        "slot": [{"reference": "Slot/s"}], "priority": 1, "comment": "c",
        "participant": [
            {"actor": {"reference": "Patient/p"}, "status": "accepted", "required": "required",
             "type": [CODED]}
        ],
    },
    {
        "resourceType": "AppointmentResponse", "id": "r",
        "appointment": {"reference": "Appointment/a"},
        "actor": {"reference": "Patient/p"}, "participantStatus": "accepted",
    },
    {
        "resourceType": "Slot", "id": "s", "status": "free",
        "schedule": {"reference": "Schedule/x"},
        "start": "2026-05-04T14:00:00Z", "end": "2026-05-04T15:00:00Z", "overbooked": True,
    },
    {
        "resourceType": "Schedule", "id": "x", "actor": [{"reference": "Practitioner/d"}],
        "planningHorizon": {"start": "2026-05-04T14:00:00Z", "end": "2026-05-04T15:00:00Z"},
    },
    {
        "resourceType": "CoverageEligibilityResponse", "id": "e", "status": "active",
        "patient": {"reference": "Patient/p"}, "insurer": {"reference": "Organization/o"},
        "servicedPeriod": {"start": "2026-01-01", "end": "2026-12-31"},
        "error": [{"code": CODED}],
        "insurance": [
            {
                "coverage": {"reference": "Coverage/c"}, "inforce": True,
                "benefitPeriod": {"start": "2026-01-01", "end": "2026-12-31"},
                "item": [
                    {
                        "category": CODED, "network": CODED, "unit": CODED, "term": CODED,
                        "benefit": [
                            {"type": {"coding": [{"code": "deductible"}]},
                             "allowedMoney": {"value": 1, "currency": "USD"}},
                            {"type": {"coding": [{"code": "copay-percent"}]},
                             "allowedUnsignedInt": 20},
                        ],
                    }
                ],
            }
        ],
    },
]  # fmt: skip
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


def nodes(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from nodes(item, (*path, key))


def replaced(value, path, new):
    if not path:
        return new
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = replaced(value[path[0]], path[1:], new)
    return copied


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(RESOURCES), values)
def test_any_json_in_any_place_leaves_only_our_own_errors(data, resource, value):
    changed = replaced(resource, data.draw(st.sampled_from(list(nodes(resource)))), value)
    text = json.dumps(changed).encode()
    for read in (read_scheduling, read_eligibility_responses):
        with contextlib.suppress(CarecoordError):
            read(text)
    if isinstance(changed, dict):
        assert all(isinstance(path, str) for path in losses(changed))
