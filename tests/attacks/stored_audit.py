"""A stored audit with two anchors, those who can reach what is stored, and what they do to it."""

import contextlib
import sqlite3

from attrs import evolve

from carecoord.compliance.anchor_folder import AnchorFolder
from carecoord.compliance.ed25519 import Ed25519Signer, Ed25519Verifier
from carecoord.coordination.anchoring import anchor_audit, verify_audit
from carecoord.storage.audit import chained, start_of_stream
from carecoord.storage.backend import AuditRecord, Changes

SIGNER = Ed25519Signer("2026", bytes(range(32)))
VERIFIER = Ed25519Verifier({"2026": SIGNER.public_key})
STREAM = 3


class InMemory:
    """Whoever reaches into the process."""

    def __init__(self, _):
        self.url = "memory:"

    def put(self, store, rows):
        store.backend._audit[STREAM] = list(rows)


class InSqlite:
    """Whoever has the file, and any client for it."""

    def __init__(self, folder):
        self.file = folder / "clinic.db"
        self.url = f"sqlite:///{self.file}"

    def put(self, store, rows):
        with contextlib.closing(sqlite3.connect(self.file)) as client, client:
            client.execute('DELETE FROM "_audit_entry" WHERE stream = ?', (STREAM,))
            client.executemany(
                'INSERT INTO "_audit_entry" (stream, sequence, digest, entry) VALUES (?, ?, ?, ?)',
                [(one.stream, one.sequence, one.digest, one.entry) for one in rows],
            )
            if rows:
                client.execute(
                    'UPDATE "_audit_head" SET sequence = ?, digest = ? WHERE stream = ?',
                    (rows[-1].sequence, rows[-1].digest, STREAM),
                )


class Scene:
    """Twenty entries, anchored at the eighth and the sixteenth."""

    def __init__(self, reach, store, folder):
        self.reach, self.store, self.sink = reach, store, AnchorFolder(folder / "anchors")
        self.write(8, "a")
        self.anchor()
        self.write(8, "b")
        self.anchor()
        self.write(4, "c")

    def write(self, count, what):
        entries = tuple(f"{what}{n}".encode() for n in range(count))
        self.store.backend.commit(Changes(stream=STREAM, audit=entries))

    def anchor(self, **more):
        return anchor_audit(self.store, self.sink, SIGNER, log="clinic", **more)

    def rows(self):
        return list(self.store.audit_trail(STREAM))

    def put(self, rows):
        self.reach.put(self.store, rows)

    def verify(self, **more):
        return verify_audit(self.store, self.sink, VERIFIER, log="clinic", **more)


def rechained(rows):
    """The same entries, numbered and chained as if nothing had happened."""
    digest, done = start_of_stream(STREAM), []
    for sequence, row in enumerate(rows, start=1):
        digest = chained(digest, STREAM, sequence, row.entry)
        done.append(AuditRecord(STREAM, sequence, digest, row.entry))
    return done


def edited(rows, at):
    return [evolve(row, entry=b"x") if row.sequence == at else row for row in rows]


def deleted(rows, at):
    return [row for row in rows if row.sequence != at]


def inserted(rows, at):
    later = [evolve(row, sequence=row.sequence + 1) for row in rows[at - 1 :]]
    return [*rows[: at - 1], evolve(rows[at - 1], entry=b"x"), *later]


def swapped(rows, at):
    done = list(rows)
    one, other = rows[at - 1], rows[at]
    done[at - 1] = evolve(one, entry=other.entry, digest=other.digest)
    done[at] = evolve(other, entry=one.entry, digest=one.digest)
    return done


def truncated(rows, at):
    return rows[: at - 1]


def rewritten(rows, at):
    return rechained(edited(rows, at))


def forked(rows, at):
    other = [evolve(row, entry=b"other " + row.entry) for row in rows[at - 1 :]]
    return rechained([*rows[: at - 1], *other])


def replayed(rows, at):
    return rechained([*rows[:at], rows[0], *rows[at:]])


ATTACKS = [edited, deleted, inserted, swapped, truncated, rewritten, forked, replayed]
