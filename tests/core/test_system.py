"""The outside world: clock, ids, randomness."""

import threading
import time
from datetime import UTC, datetime, timedelta

from carecoord.kernel.values import is_id
from carecoord.system import RandomIds, SystemClock, jitter, pause, random_bytes, writer_name


def test_the_clock_is_the_machines_in_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_ids_are_ids_and_never_given_twice() -> None:
    ids = [RandomIds().new("visit_type") for _ in range(5_000)]
    assert len(set(ids)) == len(ids)
    assert all(is_id(id) and id.startswith("visit_type-") for id in ids)


def test_ids_sort_by_when_they_were_made() -> None:
    early = RandomIds().new("visit")
    time.sleep(0.002)
    assert early < RandomIds().new("visit")


def test_ids_have_the_layout_of_uuids_of_version_7() -> None:
    digits = RandomIds().new("visit").partition("-")[2]
    assert len(digits) == 32
    assert digits[12] == "7"
    assert digits[16] in "89ab"
    made = datetime.fromtimestamp(int(digits[:12], 16) / 1000, UTC)
    assert abs(made - datetime.now(UTC)) < timedelta(minutes=1)


def test_jitter_lies_between_a_half_and_the_whole() -> None:
    assert all(0.5 <= jitter(1.0) <= 1.0 for _ in range(200))
    pause(0)


def test_writers_are_told_apart() -> None:
    names = [writer_name(), writer_name()]
    thread = threading.Thread(target=lambda: names.append(writer_name()))
    thread.start()
    thread.join()
    assert names[0] == names[1] != names[2]


def test_random_bytes_are_as_many_as_asked_for_and_never_the_same() -> None:
    assert [len(random_bytes(count)) for count in (0, 1, 32)] == [0, 1, 32]
    assert len({random_bytes(16) for _ in range(1_000)}) == 1_000
