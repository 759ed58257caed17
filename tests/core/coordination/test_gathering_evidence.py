"""Evidence that was gathered can be checked again by others, and every change to it is told."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from carecoord import AccessDenied, Actor, Clinic, HumanName, Period, Purpose, Role
from carecoord.compliance import STANDARD_POLICY, Grant, RolePolicy
from carecoord.compliance.anchor_folder import AnchorFolder
from carecoord.compliance.audit import AuditEntry
from carecoord.coordination.anchoring import anchor_audit
from carecoord.coordination.arguments import fingerprint_of
from carecoord.coordination.checking_evidence import check_evidence
from carecoord.coordination.gathering_evidence import Evidence
from carecoord.errors import InvalidValue
from tests.attacks.stored_audit import SIGNER, VERIFIER

MARCH = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


class Case:
    """A practice whose audit was anchored three times within an hour."""

    def __init__(self, clinic, clock, folder):
        self.clinic, self.clock, self.folder = clinic, clock, folder
        self.sink = AnchorFolder(folder / "anchors")
        self.officer = clinic.desk(Actor.of("olga", Role.COMPLIANCE_OFFICER), Purpose.LEGAL)
        desk = clinic.desk(Actor.of("nora", Role.COORDINATOR), Purpose.TREATMENT)
        for _ in range(3):
            for number in range(5):
                desk.register(HumanName(family=f"Family{number}", given=("Given",)))
            self.anchor()
        desk.find_patients(family="Family1")

    def anchor(self):
        self.clock.pass_(minutes=20)
        return anchor_audit(self.clinic.store, self.sink, SIGNER, log="clinic")

    def gather(self, span=MARCH, **more):
        return self.officer.gather_evidence(self.sink, VERIFIER, log="clinic", span=span, **more)

    def check(self, evidence, name="evidence", **more):
        digest = evidence.write(self.folder / name)
        return check_evidence(self.folder / name, VERIFIER, log="clinic", digest=digest, **more)

    def changed(self, evidence, name, change):
        """The evidence with one file changed, and the manifest made anew."""
        files = {**evidence.files, name: change(evidence.files[name])}
        return Evidence(evidence.verification, files)


@pytest.fixture
def case(clinic, clock, tmp_path):
    return Case(clinic, clock, tmp_path)


def test_it_is_proven_between_its_anchors(case):
    evidence = case.gather()
    assert str(evidence.verification).startswith("15 entries verified by 3 anchors, 1 unanchored")
    assert "Family" not in repr(evidence)
    found = case.check(evidence, "evidence.zip")
    assert str(found) == "15 entries between anchors 0 and 3 proven, 3 anchors, 0 problems"
    with pytest.raises(InvalidValue, match="no yes or no"):
        bool(found)


def test_it_begins_at_the_anchor_before_the_span_and_ends_at_the_one_after(case, clock):
    first = clock.now() - timedelta(minutes=40)
    span = Period(first, first + timedelta(minutes=10))
    found = case.check(case.gather(span), "one")
    assert (found.after, found.up_to, found.entries, found.problems) == (1, 2, 5, ())
    later = Period(clock.now() + timedelta(days=1), clock.now() + timedelta(days=2))
    found = case.check(case.gather(later), "none")
    assert (found.after, found.up_to, found.entries, found.problems) == (3, 3, 0, ())


def test_without_an_anchor_nothing_is_proven(case):
    case.sink = AnchorFolder(case.folder / "nothing")
    found = case.check(case.gather())
    assert (found.entries, found.anchors, found.problems) == (0, 0, ())


def test_it_holds_the_policies_that_decided(case, clock):
    other = RolePolicy((*STANDARD_POLICY.grants, STANDARD_POLICY.grants[0]))
    unknown = Clinic(case.clinic.store, policy=_Unlike())
    for practice in (Clinic(case.clinic.store, policy=other), unknown):
        desk = practice.desk(Actor.of("nora", Role.COORDINATOR), Purpose.TREATMENT)
        desk.register(HumanName(family="Else", given=(f"{id(practice)}",)))
    case.anchor()
    evidence = case.gather(former_policies=(other, _Unlike()))
    decided = json.loads(evidence.files["policies.json"])
    now = fingerprint_of(STANDARD_POLICY)
    assert decided == {now: 16, fingerprint_of(other): 1, "unknown": 1}
    assert {f"policy/{name}.json" for name in decided if name != "unknown"} == {
        name for name in evidence.files if name.startswith("policy/")
    }
    matrix = json.loads(evidence.files["access-matrix.json"])
    assert matrix["gather_evidence"] == {
        "compliance_officer": ["operations", "patient_request", "legal"]
    }
    assert case.check(evidence).problems == ()


class _Unlike:
    """A policy that is no plain value."""

    def decide(self, request):
        return STANDARD_POLICY.decide(request)


def test_the_sample_is_drawn_by_a_lot_that_nobody_could_choose(case):
    evidence = case.gather(sample=4)
    lines = evidence.files["sample.jsonl"].splitlines()
    assert len(lines) == 4
    assert evidence.files["sample.jsonl"] == case.gather(sample=4).files["sample.jsonl"]
    entry = AuditEntry.decoded(json.loads(lines[0])["entry"].encode())
    assert (entry.actor, entry.use_case) == ("nora", "register")
    chosen = case.changed(evidence, "sample.jsonl", lambda kept: kept.replace(b"nora", b"nobo"))
    (problem,) = case.check(chosen).problems
    assert problem == "the sample is not the one that was drawn by lot"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda kept: kept.replace(b"register", b"forgotten", 1), "does not follow"),
        (lambda kept: kept.partition(b"\n")[2], "entry 1 does not follow"),
        (lambda kept: kept[: kept.rindex(b"\n", 0, -1) + 1], "missing at the end"),
        (lambda kept: b"", "missing at the end"),
    ],
)
def test_entries_that_were_changed_are_told_by_the_chain(case, change, problem):
    """Though whoever changed them made the manifest anew."""
    evidence = case.gather()
    found = case.check(case.changed(evidence, "audit.jsonl", change))
    assert found.entries == 0
    assert problem in found.problems[0]


def test_a_chain_that_was_made_anew_is_told_by_the_anchors(case):
    from carecoord.storage.audit import chained, start_of_stream

    evidence = case.gather()

    def anew(kept):
        lines = [json.loads(line) for line in kept.splitlines()]
        stream = lines[0]["stream"]
        digest, done = start_of_stream(stream), []
        for one in lines:
            entry = one["entry"].replace('"done"', '"asked"')
            digest = chained(digest, stream, one["sequence"], entry.encode())
            done.append(json.dumps({**one, "entry": entry, "digest": digest.hex()}).encode())
        return b"\n".join(done)

    found = case.check(case.changed(evidence, "audit.jsonl", anew))
    assert "entry 5 is not the one that was anchored" in found.problems[0]


def test_a_file_that_was_changed_is_told_by_the_manifest(case):
    case.gather().write(case.folder / "kept")
    changed = case.folder / "kept" / "verification.json"
    changed.write_bytes(b"all is well")
    found = check_evidence(case.folder / "kept", VERIFIER, log="clinic")
    assert found.problems == ("verification.json is not as the manifest says",)
    assert found.entries == 15


def test_other_anchors_and_policies_are_told(case):
    evidence = case.gather()
    policy = next(name for name in evidence.files if name.startswith("policy/"))
    (problem,) = case.check(
        case.changed(evidence, policy, lambda kept: kept + b" "), "one"
    ).problems
    assert problem == f"{policy} is not the policy that it is named after"
    evidence = case.changed(evidence, "anchors/000000000003.anchor", lambda kept: kept[:-9])
    with pytest.raises(InvalidValue, match="cannot be read"):
        case.check(evidence, "two")  # which its span rests on
    evidence = case.changed(evidence, "span.json", lambda kept: kept.replace(b"3", b"2"))
    assert case.check(evidence, "three").problems[0].startswith("anchor 3: an anchor is damaged")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"[" * 100_000])
def test_what_is_no_evidence_is_refused(case, content):
    evidence = case.changed(case.gather(), "span.json", lambda _: content)
    with pytest.raises(InvalidValue, match="cannot be read"):
        case.check(evidence)


def test_a_damaged_entry_is_gathered_as_it_is(case):
    kept = case.clinic.store.backend._audit
    (stream,) = kept
    kept[stream][7] = evolve(kept[stream][7], entry=b"\xff damaged")
    evidence = case.gather()
    assert json.loads(evidence.files["policies.json"])["damaged"] == 1
    assert evidence.verification.verified == 5
    assert "entry 8 does not follow" in case.check(evidence).problems[0]


def test_it_is_not_for_one_who_reaches_one_record(case):
    policy = RolePolicy(
        (
            Grant(
                frozenset({Role.PATIENT}),
                frozenset({"gathering_evidence"}),
                frozenset({Purpose.PATIENT_REQUEST}),
            ),
        )
    )
    own = Clinic(case.clinic.store, policy=policy).desk(
        Actor.of("ada-at-home", Role.PATIENT, patient="patient-1"), Purpose.PATIENT_REQUEST
    )
    with pytest.raises(AccessDenied):
        own.gather_evidence(case.sink, VERIFIER, log="clinic", span=MARCH)
