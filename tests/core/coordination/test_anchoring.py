"""Anchoring: when, from where on, and by whom."""

from datetime import timedelta

import pytest

from carecoord import open_store
from carecoord.compliance.anchor_folder import AnchorFolder
from carecoord.compliance.anchors import AnchorPolicy
from carecoord.coordination.anchoring import anchor_audit
from carecoord.errors import AlreadyTaken, InvalidValue
from tests.attacks.reaching import InMemory
from tests.attacks.stored_audit import ATTACKS, SIGNER, Clock, Scene, edited, replayed


@pytest.fixture
def scene(tmp_path):
    clock = Clock()
    with open_store("memory:", kinds=(), clock=clock) as store:
        yield Scene(InMemory(store), store, tmp_path, clock)


def test_an_untouched_audit_is_verified_up_to_its_last_anchor(scene):
    found = scene.verify()
    assert str(found) == "16 entries verified by 2 anchors, 4 unanchored, 0 faults"


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


def test_a_tail_that_does_not_chain_is_not_anchored(scene):
    scene.put(edited(scene.rows(), 18))
    with pytest.raises(InvalidValue, match="does not chain at entry 18"):
        scene.anchor()


def test_a_wiped_stream_and_a_wiped_sink_are_seen(scene, tmp_path):
    scene.put([])
    (fault,) = scene.verify().faults
    assert fault.what == "entries that were anchored are missing at the end"
    scene.sink = AnchorFolder(tmp_path / "nothing")
    assert [one.anchor for one in scene.verify(at_least=2).faults] == [1]


def test_anchoring_again_takes_the_tail_in(scene):
    assert scene.anchor().number == 3
    assert scene.anchor() is None
    assert str(scene.verify()) == "20 entries verified by 3 anchors, 0 unanchored, 0 faults"


def test_nothing_is_anchored_by_a_clock_that_was_set_back(scene):
    scene.write(1, "d")
    scene.clock.at -= timedelta(hours=2)
    with pytest.raises(InvalidValue, match="clock: shows a time before the last anchor"):
        scene.anchor()


def test_a_policy_says_when(scene):
    assert scene.anchor(policy=AnchorPolicy(entries=5)) is None
    scene.write(1, "d")
    assert scene.anchor(policy=AnchorPolicy(entries=5)).number == 3


def test_of_two_who_anchor_at_once_one_wins(scene):
    class Late:
        def anchors(self):
            yield from list(scene.sink.anchors())
            scene.anchor()

        def append(self, number, anchor):
            scene.sink.append(number, anchor)

    with pytest.raises(AlreadyTaken):
        anchor_audit(scene.store, Late(), SIGNER, log="clinic")
    assert scene.verify().faults == ()
