"""Attacks on the stored audit, on memory and SQLite: each is seen, or is a stated limit."""

import pytest

from carecoord import open_store
from carecoord.errors import InvalidValue
from tests.attacks.stored_audit import (
    ATTACKS,
    InMemory,
    InSqlite,
    Scene,
    deleted,
    edited,
    inserted,
    replayed,
    swapped,
)


@pytest.fixture(params=[InMemory, InSqlite], ids=["memory", "sqlite"])
def scene(request, tmp_path):
    reach = request.param(tmp_path)
    with open_store(reach.url, kinds=()) as store:
        yield Scene(reach, store, tmp_path)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
@pytest.mark.parametrize(("at", "verified"), [(2, 0), (8, 0), (12, 8), (15, 8)])
def test_every_attack_on_what_is_anchored_is_seen(scene, attack, at, verified):
    if attack is replayed and at == 8:
        verified = 8
    scene.put(attack(scene.rows(), at))
    found = scene.verify()
    assert found.faults
    assert found.verified == verified
    with pytest.raises(InvalidValue):
        bool(found)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_behind_the_last_anchor_only_clumsy_attacks_are_seen(scene, attack):
    """The stated limit: the tail can be cut off or chained anew, and is reported as unproven."""
    scene.put(attack(scene.rows(), 18))
    found = scene.verify()
    assert found.verified == 16
    seen = attack in (edited, deleted, inserted, swapped)
    assert bool(found.faults) is seen
    assert found.tail == len(scene.rows()) - 16


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


def test_an_old_copy_of_the_database_is_seen(scene):
    """Clock and data set back together: what was anchored since is missing, or differs."""
    old = scene.rows()[:10]
    scene.put(old)
    scene.write(9, "again")
    found = scene.verify()
    assert found.verified == 8
    assert [fault.sequence for fault in found.faults] == [16]


def test_an_untouched_audit_is_verified_up_to_its_last_anchor(scene):
    found = scene.verify()
    assert str(found) == "16 entries verified by 2 anchors, 4 unanchored, 0 faults"
