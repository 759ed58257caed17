"""Appointments, responses, slots and schedules: both ways, and what becomes of bad ones."""

import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from carecoord_exchange.fhir import (
    Actor,
    Appointment,
    AppointmentResponse,
    AvailabilitySchedule,
    Participant,
    ParticipantStatus,
    Requirement,
    Slot,
    SlotStatus,
    appointment_of,
    appointment_resource,
    appointment_response_resource,
    losses,
    read_scheduling,
    read_scheduling_resources,
    schedule_resource,
    slot_resource,
)
from carecoord_exchange.problems import FileRefused
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.errors import CarecoordError
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import (
    ActorId,
    BookingId,
    LocationId,
    PatientId,
    PractitionerId,
    ResourceId,
    VisitTypeId,
)
from carecoord.kernel.time import Period
from carecoord.visits.occupation import Occupation
from carecoord.visits.statuses import AppointmentStatus, CancellationReason
from carecoord.visits.visit import Visit

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.:_\-]{0,20}", fullmatch=True)
words = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=10
).filter(str.strip)
notes = st.just("") | words
codes = st.builds(Code, words, words)
several_codes = st.lists(codes, unique=True, max_size=2).map(tuple)
actors = st.builds(Actor, st.sampled_from(["Patient", "Practitioner", "Location", "Device"]), ids)
instants = st.datetimes(timezones=st.just(UTC)).filter(lambda one: 1900 < one.year < 9000)
periods = st.builds(
    lambda start, minutes: Period.starting(start, duration=timedelta(minutes=minutes)),
    instants,
    st.integers(1, 600),
)
participants = st.builds(
    Participant,
    st.sampled_from(ParticipantStatus),
    actors,
    several_codes,
    st.none() | st.sampled_from(Requirement),
)
appointments = st.builds(
    Appointment,
    id=ids,
    status=st.sampled_from(AppointmentStatus),
    participants=st.lists(participants, min_size=1, max_size=3).map(tuple),
    period=periods,
    minutes=st.none() | st.integers(1, 600),
    service_types=several_codes,
    appointment_type=st.none() | codes,
    reasons=several_codes,
    cancellation_reason=st.none() | codes,
    priority=st.none() | st.integers(0, 9),
    slots=st.lists(ids, max_size=2).map(tuple),
    description=notes,
    comment=notes,
    patient_instruction=notes,
)
responses = st.builds(
    AppointmentResponse,
    id=ids,
    appointment=ids,
    status=st.sampled_from(ParticipantStatus),
    actor=actors,
    types=several_codes,
    period=st.none() | periods,
    comment=notes,
)
slots = st.builds(
    Slot,
    id=ids,
    schedule=ids,
    status=st.sampled_from(SlotStatus),
    period=periods,
    service_types=several_codes,
    overbooked=st.booleans(),
    comment=notes,
)
schedules = st.builds(
    AvailabilitySchedule,
    id=ids,
    actors=st.lists(actors, min_size=1, max_size=2).map(tuple),
    active=st.booleans(),
    horizon=st.none() | periods,
    service_types=several_codes,
    comment=notes,
)


@settings(max_examples=80)
@given(appointments, responses, slots, schedules)
def test_all_come_back_as_they_were_written(appointment, response, slot, schedule):
    written = [
        appointment_resource(appointment),
        appointment_response_resource(response),
        slot_resource(slot),
        schedule_resource(schedule),
    ]
    read = read_scheduling_resources(json.loads(json.dumps(written)))
    assert read.problems == ()
    assert read.appointments == (appointment,)
    assert read.responses == (response,)
    assert read.slots == (slot,)
    assert read.schedules == (schedule,)
    assert all(losses(resource) == () for resource in written)


def test_published_examples_are_read_and_their_losses_named(material):
    taken = {"Appointment": 3, "AppointmentResponse": 2, "Slot": 4, "Schedule": 3}
    for kind, number in taken.items():
        found = []
        for path in sorted(material("fhir/r4-examples").glob(f"{kind}-*.json")):
            read = read_scheduling(path)
            found += [*read.appointments, *read.responses, *read.slots, *read.schedules]
            assert losses(json.loads(path.read_bytes()))
        assert len(found) == number


def test_the_published_appointment_is_understood(material):
    path = material("fhir/r4-examples/Appointment-example.json")
    (found,) = read_scheduling(path).appointments
    assert found.status is AppointmentStatus.BOOKED
    assert found.period == Period(
        datetime(2013, 12, 10, 9, tzinfo=UTC), datetime(2013, 12, 10, 11, tzinfo=UTC)
    )
    assert found.actors("Patient") == ("example",)
    assert found.actors("Practitioner") == ("example",)
    assert found.appointment_type == Code(
        "http://terminology.hl7.org/CodeSystem/v2-0276", "FOLLOWUP"
    )
    lost = losses(json.loads(path.read_bytes()))
    assert "Appointment.basedOn[0].reference" in lost
    assert "Appointment.start" not in lost


PERIOD = Period(datetime(2026, 5, 4, 14, tzinfo=UTC), datetime(2026, 5, 4, 15, tzinfo=UTC))


def test_a_visit_is_said_in_the_words_of_fhir():
    visit = Visit(
        id=BookingId("v1"), patient=PatientId("p1"), visit_type=VisitTypeId("check"),
        occupation=Occupation(PERIOD, (ResourceId("d1"),), LocationId("l1")), note="Canary",
    )  # fmt: skip
    appointment = appointment_of(visit, practitioners=(PractitionerId("d1"),))
    assert appointment.actors("Location") == ("l1",)
    resource = appointment_resource(appointment)
    assert resource["status"] == "booked"
    assert "Canary" not in json.dumps(resource)
    cancelled = visit.cancelled(
        CancellationReason.WEATHER, by=ActorId("a"), at=datetime(2026, 5, 1, tzinfo=UTC)
    )
    resource = appointment_resource(appointment_of(cancelled))
    assert resource["cancelationReason"]["coding"][0]["code"] == "oth-weath"
    assert read_scheduling_resources([resource]).problems == ()


APPOINTMENT = {
    "resourceType": "Appointment", "id": "a1", "status": "booked",
    "start": "2026-05-04T14:00:00Z", "end": "2026-05-04T15:00:00Z",
    "participant": [{"actor": {"reference": "Patient/p1"}, "status": "accepted"}],
}  # fmt: skip
SLOT = {
    "resourceType": "Slot", "id": "s1", "status": "free", "schedule": {"reference": "Schedule/x"},
    "start": "2026-05-04T14:00:00Z", "end": "2026-05-04T15:00:00Z",
}  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "change", "places"),
    [
        (APPOINTMENT, {"status": "maybe"}, {"Appointment.status"}),
        (APPOINTMENT, {"end": "2026-05-04T13:00:00Z"}, {"Appointment"}),
        (APPOINTMENT, {"end": None}, {"Appointment.end", "Appointment"}),
        (APPOINTMENT, {"participant": []}, {"Appointment"}),
        (APPOINTMENT, {"participant": [{"status": "accepted"}]},
         {"Appointment.participant[0]", "Appointment"}),
        (APPOINTMENT, {"participant": [{"actor": {"reference": "Patient/p1"}}]},
         {"Appointment.participant[0].status", "Appointment"}),
        (APPOINTMENT, {"minutesDuration": 0}, {"Appointment"}),
        (SLOT, {"schedule": {"reference": "Patient/p1"}}, {"Slot"}),
        (SLOT, {"start": "soon"}, {"Slot.start", "Slot"}),
        ({"resourceType": "Schedule", "id": "x"}, {}, {"Schedule"}),
        ({"resourceType": "AppointmentResponse", "id": "r"}, {"participantStatus": "accepted"},
         {"AppointmentResponse.appointment"}),
    ],
)  # fmt: skip
def test_faults_are_named_by_their_path(resource, change, places):
    good = {**SLOT, "id": "good"}
    read = read_scheduling_resources([resource | change, good])
    assert places <= {problem.place for problem in read.problems}
    assert {problem.entry for problem in read.problems} == {0}
    assert [slot.id for slot in read.slots] == ["good"]
    assert read.appointments == ()


def test_twins_by_id_are_taken_once_if_equal_and_reported_if_not():
    assert len(read_scheduling_resources([SLOT, SLOT]).slots) == 1
    read = read_scheduling_resources([SLOT, SLOT | {"status": "busy"}])
    assert len(read.slots) == 1
    assert [(p.entry, p.place) for p in read.problems] == [(1, "id")]
    with pytest.raises(FileRefused):
        read_scheduling(b"[]")


def test_the_json_test_suite_leaves_only_our_own_errors(material):
    for path in sorted(material("hostile/JSONTestSuite").rglob("*.json")):
        data = path.read_bytes()
        for text in (data, json.dumps(APPOINTMENT).encode().replace(b'"Patient/p1"', data)):
            with contextlib.suppress(CarecoordError):
                read_scheduling(text)
