"""A stored audit with two anchors, and what those who can reach it do to it."""

import random
from datetime import UTC, datetime, timedelta

from attrs import evolve

from carecoord.compliance.anchor_folder import AnchorFolder
from carecoord.compliance.audit import AuditEntry, Touched
from carecoord.compliance.ed25519 import Ed25519Signer, Ed25519Verifier
from carecoord.coordination.anchoring import anchor_audit, verify_audit
from carecoord.kernel.people import Purpose
from carecoord.storage.audit import chained, start_of_stream
from carecoord.storage.backend import AuditRecord, Changes
from tests.attacks.reaching import STREAM

SIGNER = Ed25519Signer("2026", bytes(range(32)))
VERIFIER = Ed25519Verifier({"2026": SIGNER.public_key})
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def entry(name, at):
    """What a use case leaves."""
    return AuditEntry(
        at=at,
        actor="nora",
        roles=("coordinator",),
        purpose=Purpose.TREATMENT,
        use_case=name,
        outcome="done",
        reason="granted to coordinator",
        patients=("patient-1",),
        touched=(Touched("patient", "patient-1", 2, "0" * 64),),
    ).encoded()


class Clock:
    """It goes on a minute with each entry."""

    def __init__(self):
        self.at = START

    def now(self):
        return self.at


class Scene:
    """Twenty entries, anchored at the eighth and the sixteenth."""

    def __init__(self, reach, store, folder, clock):
        self.reach, self.store, self.clock = reach, store, clock
        self.sink = AnchorFolder(folder / "anchors")
        self.write(8, "a")
        self.anchor()
        self.write(8, "b")
        self.anchor()
        self.write(4, "c")

    def write(self, count, what):
        for number in range(count):
            self.clock.at += timedelta(minutes=1)
            one = entry(f"{what}{number}", self.clock.at)
            self.store.backend.commit(Changes(stream=STREAM, audit=(one,)))

    def anchor(self, **more):
        return anchor_audit(self.store, self.sink, SIGNER, log="clinic", **more)

    def rows(self):
        return list(self.store.audit_trail(STREAM))

    def put(self, rows):
        self.reach.put(rows)

    def verify(self, **more):
        return verify_audit(self.store, self.sink, VERIFIER, log="clinic", **more)


FORGED = entry("forged", START)


def chain_of(entries, stream=STREAM):
    """These entries, numbered and chained as a store does."""
    digest, done = start_of_stream(stream), []
    for sequence, entry in enumerate(entries, start=1):
        digest = chained(digest, stream, sequence, entry)
        done.append(AuditRecord(stream, sequence, digest, entry))
    return done


def rechained(rows):
    """The same entries, numbered and chained as if nothing had happened."""
    return chain_of([row.entry for row in rows])


def edited(rows, at):
    return [evolve(row, entry=FORGED) if row.sequence == at else row for row in rows]


def deleted(rows, at):
    return [row for row in rows if row.sequence != at]


def inserted(rows, at):
    later = [evolve(row, sequence=row.sequence + 1) for row in rows[at - 1 :]]
    return [*rows[: at - 1], evolve(rows[at - 1], entry=FORGED), *later]


def swapped(rows, at):
    done = list(rows)
    one, other = rows[at - 1], rows[at]
    done[at - 1] = evolve(one, entry=other.entry, digest=other.digest)
    done[at] = evolve(other, entry=one.entry, digest=one.digest)
    return done


def truncated(rows, at):
    return rows[: at - 1]


def rewritten(rows, at):
    """An entry is changed, and the chain computed anew: whoever knows the library can do it."""
    done = edited(rows, at)
    done[at - 1] = evolve(done[at - 1], entry=rows[at - 1].entry.replace(b'"done"', b'"asked"'))
    return rechained(done)


def forked(rows, at):
    """Another history from here on, chained well."""
    other = [evolve(row, entry=row.entry.replace(b"nora", b"nobody")) for row in rows[at - 1 :]]
    return rechained([*rows[: at - 1], *other])


def replayed(rows, at):
    """The entry stands there a second time."""
    return rechained([*rows[:at], rows[at - 1], *rows[at:]])


ATTACKS = [edited, deleted, inserted, swapped, truncated, rewritten, forked, replayed]


def one_byte_changed(row, dice: random.Random):
    """The record with one of its bytes changed: of its place, its digest or its entry."""
    place = row.sequence.to_bytes(8, "big", signed=True)
    whole = bytearray(place + row.digest + row.entry)
    whole[dice.randrange(len(whole))] ^= dice.randrange(1, 256)
    sequence = int.from_bytes(whole[:8], "big", signed=True)
    return AuditRecord(row.stream, sequence, bytes(whole[8:40]), bytes(whole[40:]))
