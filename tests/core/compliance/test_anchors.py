"""Anchors: signed, chained to each other, and kept where nothing is replaced."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.anchor_folder import AnchorFolder
from carecoord.compliance.anchors import Anchor, AnchorPolicy, Head, SignedAnchor, sign
from carecoord.compliance.ed25519 import Ed25519Signer, Ed25519Verifier
from carecoord.compliance.verification import verified_anchors
from carecoord.errors import AlreadyTaken, InvalidValue, Unavailable

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SIGNER = Ed25519Signer("2026", bytes(range(32)))
VERIFIER = Ed25519Verifier({"2026": SIGNER.public_key})


def anchor(number=1, sequence=1, previous=None, minutes=0, log="clinic"):
    return Anchor(
        log=log,
        number=number,
        at=NOON + timedelta(minutes=minutes),
        heads=(Head(0, sequence, "ab" * 32),),
        key="2026",
        previous=previous,
    )


def series(count, **changes):
    """So many anchors that follow each other, one of them changed before it is signed."""
    done = []
    for number in range(1, count + 1):
        previous = done[-1].digest if done else None
        one = anchor(number, number * 10, previous, number)
        if changes.get("at") == number:
            one = evolve(one, **changes["to"])
        done.append(sign(one, SIGNER))
    return [one.encoded() for one in done]


def verified(kept, **more):
    return verified_anchors(kept, VERIFIER, **{"log": "clinic"} | more)


def test_the_signature_is_that_of_rfc_8032():
    secret = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    signature = (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
        "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    signer = Ed25519Signer("test 1", secret)
    assert signer.public_key.hex() == public
    assert signer.sign(b"").hex() == signature
    assert "9d61" not in repr(signer)


def test_only_a_known_key_over_the_same_bytes_holds():
    signature = SIGNER.sign(b"message")
    assert VERIFIER.holds("2026", b"message", signature)
    assert not VERIFIER.holds("2026", b"massage", signature)
    assert not VERIFIER.holds("2025", b"message", signature)
    assert not VERIFIER.holds("2026", b"message", b"short")
    for wrong in (b"short", "text"):
        with pytest.raises(InvalidValue):
            Ed25519Signer("2026", wrong)
        with pytest.raises(InvalidValue):
            Ed25519Verifier({"2026": wrong})


def test_anchors_come_back_as_they_were_kept():
    signed = sign(anchor(), SIGNER)
    assert SignedAnchor.decoded(signed.encoded()) == signed
    assert signed.held_by(VERIFIER)
    with pytest.raises(InvalidValue):
        sign(evolve(anchor(), key="2025"), SIGNER)


@pytest.mark.parametrize("kept", [b"", b"{", b"[]", b"{}", b'{"anchor": "{}"}', b"\xff"])
def test_damaged_ones_are_refused(kept):
    with pytest.raises(InvalidValue, match="damaged"):
        SignedAnchor.decoded(kept)


def test_those_of_a_newer_schema_are_refused():
    outer = json.loads(sign(anchor(), SIGNER).encoded())
    outer["anchor"] = outer["anchor"].replace('"schema":1', '"schema":2')
    with pytest.raises(InvalidValue, match="another schema"):
        SignedAnchor.decoded(json.dumps(outer).encode())


def test_all_that_follow_each_other_are_good():
    good, faults = verified(series(4), at_least=4)
    assert ([one.number for one in good], faults) == ([1, 2, 3, 4], ())


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"log": "other"}, "another log"),
        ({"number": 7}, "out of turn"),
        ({"previous": "cd" * 32}, "does not follow"),
        ({"at": NOON - timedelta(days=1)}, "contradicts"),
        ({"heads": (Head(0, 1, "ab" * 32),)}, "contradicts"),
        ({"heads": ()}, "contradicts"),
        ({"heads": (Head(0, 20, "cd" * 32),)}, "contradicts"),
    ],
)
def test_a_signed_one_that_does_not_fit_ends_what_is_good(change, what):
    good, (fault,) = verified(series(4, at=3, to=change))
    assert [one.number for one in good] == [1, 2]
    assert fault.anchor == 3
    assert what in fault.what


@given(st.data())
def test_whatever_byte_is_changed_that_anchor_is_not_good(data):
    kept = series(3)
    which = data.draw(st.integers(0, 2))
    where = data.draw(st.integers(0, len(kept[which]) - 1))
    changed = bytearray(kept[which])
    changed[where] ^= data.draw(st.integers(1, 255))
    try:
        same = SignedAnchor.decoded(bytes(changed)) == SignedAnchor.decoded(kept[which])
    except InvalidValue:
        same = False
    kept[which] = bytes(changed)
    good, faults = verified(kept)
    assert same or (len(good) == which and [one.anchor for one in faults] == [which + 1])


@pytest.mark.parametrize("gone", [0, 1])
def test_one_taken_from_before_others_is_missed(gone):
    kept = series(3)
    del kept[gone]
    good, (fault,) = verified(kept)
    assert (len(good), fault.anchor) == (gone, gone + 1)


def test_those_taken_from_the_end_are_missed_by_whoever_counted():
    kept = series(3)[:2]
    assert verified(kept)[1] == ()
    (fault,) = verified(kept, at_least=3)[1]
    assert fault.what == "anchors are missing at the end"


def test_one_that_another_key_signed_is_not_good():
    forger = Ed25519Signer("2026", bytes(32))
    good, (fault,) = verified([sign(anchor(), forger).encoded()])
    assert (good, fault.what) == ((), "the anchor is not signed by a known key")


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 40))
def test_an_anchor_is_due_by_count_or_by_time(before, new, minutes):
    policy = AnchorPolicy(entries=20, every=timedelta(minutes=15))
    last = None if before == 0 else anchor(sequence=before)
    heads = () if before + new == 0 else (Head(0, before + new, "ab" * 32),)
    due = new > 0 and (last is None or new >= 20 or minutes >= 15)
    assert policy.due(last, heads, NOON + timedelta(minutes=minutes)) is due


def test_a_folder_keeps_each_number_once(tmp_path):
    folder = AnchorFolder(tmp_path / "anchors")
    assert list(folder.anchors()) == []
    folder.append(2, b"two")
    folder.append(1, b"one")
    with pytest.raises(AlreadyTaken):
        folder.append(1, b"other")
    assert list(folder.anchors()) == [b"one", b"two"]
    assert all(path.suffix == ".anchor" for path in (tmp_path / "anchors").iterdir())


def test_a_folder_that_cannot_be_used_is_unavailable(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable):
        AnchorFolder(tmp_path / "file").append(1, b"one")
    (tmp_path / "000000000001.anchor").mkdir()
    with pytest.raises(Unavailable):
        list(AnchorFolder(tmp_path).anchors())
