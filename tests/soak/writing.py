"""A writer that says what it asks for and what it was answered, until it is killed.

    python -m tests.soak.writing URL WRITER ROUND PATIENT

It books one visit after the other, each under a key, and calls every third off again.
"""

import sys
from itertools import count

from carecoord.errors import OutcomeUnknown, Unavailable
from carecoord.kernel.ids import BookingId, PatientId
from carecoord.visits.statuses import CancellationReason
from tests.soak.practice import CHECK_UP, desk_of, opened, opening, start_of

__all__ = ["book", "call_off"]


def book(desk: "object", key: str, patient: str, writer: int, start: object) -> str:
    """Book under the key; the id of the visit."""
    once = desk.book.once  # type: ignore[attr-defined]
    return str(once(key, PatientId(patient), CHECK_UP, opening(writer, start)).id)  # type: ignore[arg-type]


def call_off(desk: "object", key: str, visit: str) -> None:
    """Cancel under the key."""
    once = desk.cancel.once  # type: ignore[attr-defined]
    once(key, BookingId(visit), CancellationReason.PATIENT)


def _say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def main() -> None:
    url, patient = sys.argv[1], sys.argv[4]
    writer, round_ = int(sys.argv[2]), int(sys.argv[3])
    with opened(url) as store:
        desk = desk_of(store)
        for number in count():
            key = f"{round_}.{writer}.{number}"
            try:
                _say("book", key)
                visit = book(desk, key, patient, writer, start_of(round_, number))
                _say("booked", key, visit)
                if number % 3 == 0:
                    _say("cancel", key, visit)
                    call_off(desk, key, visit)
                    _say("cancelled", key, visit)
            except (Unavailable, OutcomeUnknown) as error:
                _say("open", key, error.code)


if __name__ == "__main__":
    main()
