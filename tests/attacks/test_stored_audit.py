"""Attacks on the stored audit, on every store: each is seen, or is a stated limit.

docs/explanation/threat-model.md states the limits.
"""

import random
from datetime import timedelta

import pytest
from attrs import evolve

from carecoord import open_store
from carecoord.compliance.anchor_folder import AnchorFolder
from carecoord.compliance.anchors import Anchor, Head, SignedAnchor, sign
from carecoord.compliance.verification import verified_anchors, verified_stream
from carecoord.errors import AlreadyTaken, CarecoordError, InvalidValue
from carecoord.storage.audit import chained, start_of_stream
from carecoord.storage.backend import Changes
from tests.attacks.reaching import STREAM, reaching
from tests.attacks.stored_audit import (
    ATTACKS,
    FORGED,
    SIGNER,
    VERIFIER,
    Clock,
    Scene,
    chain_of,
    deleted,
    edited,
    inserted,
    one_byte_changed,
    replayed,
    rewritten,
    swapped,
)


@pytest.fixture
def scene(new_url, tmp_path):
    clock = Clock()
    with (
        new_url() as url,
        open_store(url, kinds=(), clock=clock) as store,
        reaching(store, url) as reach,
    ):
        made = Scene(reach, store, tmp_path, clock)
        made.name = url.partition(":")[0].partition("+")[0]
        yield made


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_every_attack_on_what_is_anchored_is_seen(scene, attack, tally):
    """And behind the last anchor only clumsy ones: it can be cut off, or chained anew.

    That is the stated limit: what is there is reported as unproven.
    """
    rows = scene.rows()
    for at, verified in ((2, 0), (8, 0), (12, 8), (15, 8)):
        scene.put(attack(rows, at))
        found = scene.verify()
        assert found.faults
        assert found.verified == (8 if attack is replayed and at == 8 else verified)
        with pytest.raises(InvalidValue):
            bool(found)
    scene.put(attack(rows, 18))
    found = scene.verify()
    assert found.verified == 16
    assert bool(found.faults) is (attack in (edited, deleted, inserted, swapped))
    assert found.tail == len(scene.rows()) - 16
    tally(f"attack {attack.__name__} on {scene.name}", tried=5, stood=5)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_nothing_is_anchored_that_does_not_continue_from_the_last_anchor(scene, attack):
    """Only what follows the last anchor is read; what came before is for verification."""
    scene.put(attack(scene.rows(), 16))
    if attack in (edited, replayed):
        assert scene.anchor().number == 3
        assert bool(scene.verify().faults) is (attack is edited)
        return
    with pytest.raises(InvalidValue, match="stream 3"):
        scene.anchor()


def test_a_place_in_a_stream_cannot_be_taken_twice(scene):
    """So that a stream cannot fork within the store, whoever writes to it."""
    row = scene.rows()[11]
    with pytest.raises(scene.reach.refusals):
        scene.reach.add(evolve(row, entry=FORGED))
    assert scene.verify().faults == ()


def test_a_clock_that_was_set_back_is_seen(scene, tally):
    """By over an hour; less is the stated limit, as use cases take time and clocks differ."""
    scene.clock.at -= timedelta(minutes=50)
    scene.write(1, "late")
    assert scene.verify().faults == ()
    scene.clock.at -= timedelta(hours=3)
    scene.write(2, "backdated")
    (fault,) = scene.verify().faults
    assert (fault.stream, fault.sequence) == (STREAM, 22)
    assert "dated" in fault.what
    with pytest.raises(InvalidValue, match="clock"):
        scene.anchor()
    tally(f"attack set back on {scene.name}", tried=3, stood=3)


def test_a_clock_that_was_set_forward_and_back_is_seen(scene):
    scene.clock.at += timedelta(hours=4)
    scene.write(1, "postdated")
    scene.clock.at -= timedelta(hours=4)
    assert scene.anchor().number == 3
    (fault,) = scene.verify().faults
    assert (fault.sequence, "after its anchor" in fault.what) == (21, True)


def test_an_old_copy_of_the_database_is_seen(scene):
    """Clock and data set back together: what was anchored since is missing, or differs."""
    old = scene.rows()[:10]
    scene.put(old)
    scene.write(9, "again")
    found = scene.verify()
    assert found.verified == 8
    assert [fault.sequence for fault in found.faults] == [16]


def anchor_of(scene, rows, number, previous):
    head = Head(STREAM, rows[-1].sequence, rows[-1].digest.hex())
    return sign(
        Anchor(
            log="clinic", number=number, at=scene.clock.at, heads=(head,), key="2026",
            previous=previous,
        ),
        SIGNER,
    )  # fmt: skip


def test_who_holds_the_key_but_not_the_sink_is_seen(scene):
    """An anchor cannot be replaced, and a further one contradicts what was anchored before."""
    last = [SignedAnchor.decoded(one) for one in scene.sink.anchors()][-1]
    forged = rewritten(scene.rows(), 12)
    scene.put(forged)
    with pytest.raises(AlreadyTaken):
        scene.sink.append(2, anchor_of(scene, forged[:16], 2, last.anchor.previous).encoded())
    scene.sink.append(3, anchor_of(scene, forged, 3, last.digest).encoded())
    assert [(one.stream, one.sequence) for one in scene.verify().faults] == [(STREAM, 16)]


def test_who_holds_the_key_and_the_sink_is_not_seen(scene, tmp_path):
    """The stated limit: then only who kept an anchor, or knows how many there were, can tell."""
    remembered = [SignedAnchor.decoded(one).digest for one in scene.sink.anchors()]
    forged = rewritten(scene.rows(), 12)
    scene.put(forged)
    scene.sink = AnchorFolder(tmp_path / "forged")
    scene.sink.append(1, anchor_of(scene, forged, 1, None).encoded())
    found = scene.verify()
    assert (found.verified, found.faults) == (20, ())
    assert scene.verify(at_least=2).faults
    assert SignedAnchor.decoded(next(scene.sink.anchors())).digest not in remembered


def test_a_head_that_was_set_back_cannot_be_written_behind(scene):
    """It only says where to go on: the place is taken, and the entry with its changes refused."""
    if scene.name == "memory":
        return  # which keeps no heads
    rows = scene.rows()
    scene.put(rows[:-1])
    scene.reach.add(rows[-1])
    with pytest.raises(CarecoordError):
        scene.write(1, "d")
    assert scene.rows() == rows


def test_no_changed_byte_of_a_stored_chain_goes_unseen(scene, attacks, tally):
    """Anywhere in its sequence, its digest or its entry.

    Many chains are kept at once, each in a stream of its own with one byte of it changed. One that
    would come to stand where another stands is refused by every store: see above.
    """
    dice, tried, seen = random.Random(scene.name), 10_000 if attacks else 200, 0
    entries = [row.entry for row in scene.rows()[:6]]
    streams = range(100, 100 + 200)
    for _ in range(tried // len(streams)):
        whole = {stream: chain_of(entries, stream) for stream in streams}
        kept = []
        for rows in whole.values():
            at = dice.randrange(len(rows))
            changed = one_byte_changed(rows[at], dice)
            taken = changed.sequence in {row.sequence for row in rows} - {at + 1}
            kept += rows[:at] if taken else [*rows[:at], changed, *rows[at + 1 :]]
        scene.reach.add_all(kept)
        seen += sum(faulty(scene, rows) for rows in whole.values())
        scene.reach.remove_streams(streams.start)
    tally("byte changes", tried=tried, detected=seen)
    assert seen == tried
    assert scene.verify().faults == ()


def faulty(scene, anchored):
    """Whether what is kept of a chain is found to be faulty, once it was anchored at its end."""
    last = anchored[-1]
    head = Head(last.stream, last.sequence, last.digest.hex())
    anchor = Anchor(log="clinic", number=1, at=scene.clock.at, heads=(head,), key="2026")
    there = scene.store.backend.audit_records(last.stream, 0, 100)
    links = [(one.sequence, one.digest, one.entry) for one in there]
    start = start_of_stream(last.stream)
    found = verified_stream(last.stream, links, [anchor], chain=chained, start=start)
    return bool(found.faults)


def test_no_changed_byte_of_an_anchor_changes_what_it_says(scene, attacks):
    """It is seen, or makes no difference, such as a space more or a digit's case."""
    kept, dice = list(scene.sink.anchors()), random.Random(1)
    for _ in range(2_000 if attacks else 100):
        whole = bytearray(kept[0])
        whole[dice.randrange(len(whole))] ^= dice.randrange(1, 256)
        good, faults = verified_anchors([bytes(whole), kept[1]], VERIFIER, log="clinic")
        assert faults or [one.number for one in good] == [1, 2]
        if not faults:
            assert good[0] == SignedAnchor.decoded(kept[0]).anchor


def test_an_untouched_audit_is_verified_up_to_its_last_anchor(scene):
    found = scene.verify()
    assert str(found) == "16 entries verified by 2 anchors, 4 unanchored, 0 faults"


def test_a_commit_is_whole_with_its_entries(scene):
    """Nothing is kept at a place that somebody has taken meanwhile."""
    scene.store.backend.commit(Changes(stream=STREAM, audit=(FORGED, FORGED)))
    assert len(scene.rows()) == 22
