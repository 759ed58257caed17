"""A notifier for tests and lessons: it keeps what it is given, and fails when it is told to."""

from carecoord.coordination.gateways import Message
from carecoord.kernel.ids import ReminderId

__all__ = ["SimulatedNotifier"]


class SimulatedNotifier:
    """Delivers each key once, into a list.

        notifier = SimulatedNotifier()
        notifier.fails = Unavailable("no line")     # raised until it is None again

    `handed_over` holds every message that came, the same key as often as it came.
    """

    def __init__(self) -> None:
        self.fails: Exception | None = None
        self.handed_over: list[Message] = []
        self._delivered: dict[ReminderId, Message] = {}

    @property
    def delivered(self) -> tuple[Message, ...]:
        """What reached patients, in order."""
        return tuple(self._delivered.values())

    def send(self, message: Message) -> str | None:
        """Deliver a message, once for its key; its reference is the key."""
        self.handed_over.append(message)
        if self.fails is not None:
            raise self.fails
        self._delivered.setdefault(message.key, message)
        return message.key
