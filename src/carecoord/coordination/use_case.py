"""Use cases: what can be done at a desk, registered with what each reads, writes and is for.

@use_case("patient", writes=("patient",))
def register(turn: Turn, name: HumanName, …) -> Patient: ...

desk.register(name, …)              # does it
desk.register.once(key, name, …)    # does it at most once under this key
desk.register.may(name, …)          # asks whether it might be done, and changes nothing
"""

from collections.abc import Callable
from functools import partial
from typing import (
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    Protocol,
    Self,
    TypeVar,
    overload,
)

from attrs import field, frozen

from carecoord.coordination.turn import Turn
from carecoord.errors import Refused

__all__ = ["AtDesk", "May", "Performer", "UseCase", "registered", "use_case"]

P = ParamSpec("P")
R = TypeVar("R")

_registered: dict[str, "UseCase[Any, Any]"] = {}


@frozen
class May:
    """Whether something might be done now, and every reason against it.

    Claims are judged only when it is done: somebody else may be faster in between.
    """

    refusals: tuple[Refused, ...] = ()

    def __bool__(self) -> bool:
        return not self.refusals


class Performer(Protocol):
    """A desk: whatever performs use cases for somebody."""

    def perform(
        self,
        use_case: "UseCase[Any, R]",
        arguments: tuple[Any, ...],
        named: dict[str, Any],
        key: str | None,
    ) -> R:
        """Do it."""
        ...  # pragma: no cover

    def ask(
        self, use_case: "UseCase[Any, Any]", arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> May:
        """Ask whether it might be done."""
        ...  # pragma: no cover


@frozen
class AtDesk(Generic[P, R]):
    """A use case at somebody's desk, ready to be done."""

    _perform: Callable[[tuple[Any, ...], dict[str, Any], str | None], R]
    _ask: Callable[[tuple[Any, ...], dict[str, Any]], May]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it, in a unit of work of its own, with an audit entry.

        Raises:
            AccessDenied: the policy does not let this actor do it for this purpose.
            NotAllowed: rules forbid it; all of them are named.
            NotFound, InvalidValue, Conflict, AlreadyTaken, Unavailable, OutcomeUnknown: as ever.
        """
        return self._perform(args, kwargs, None)

    def once(self, key: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it at most once under this key, which this actor and use case have for a day.

        Repeated with the same arguments, it answers with what the first one gave, as it is now.

        Raises:
            Conflict: the key was used with other arguments (`idempotency_key_reused`).
        """
        return self._perform(args, kwargs, key)

    def may(self, *args: P.args, **kwargs: P.kwargs) -> May:
        """Whether it might be done now; nothing is changed."""
        return self._ask(args, kwargs)


@frozen(eq=False)
class UseCase(Generic[P, R]):
    """Something that can be done at a desk.

    `subject` is the kind it is about; it reaches no kinds but those it declares to read or write.
    """

    name: str
    responsibility: str
    subject: str
    reads: frozenset[str]
    writes: frozenset[str]
    function: Callable[Concatenate[Turn, P], R] = field(repr=False)
    doc: str = field(repr=False)

    @overload
    def __get__(self, desk: None, owner: type | None = None) -> Self: ...

    @overload
    def __get__(self, desk: Performer, owner: type | None = None) -> AtDesk[P, R]: ...

    def __get__(self, desk: Performer | None, owner: type | None = None) -> "Self | AtDesk[P, R]":
        if desk is None:
            return self
        return AtDesk(partial(desk.perform, self), partial(desk.ask, self))


def use_case(
    subject: str, *, reads: tuple[str, ...] = (), writes: tuple[str, ...] = ()
) -> Callable[[Callable[Concatenate[Turn, P], R]], UseCase[P, R]]:
    """Register a function as a use case of its module's responsibility."""

    def register(function: Callable[Concatenate[Turn, P], R]) -> UseCase[P, R]:
        name = function.__name__
        if name in _registered:
            raise TypeError(f"two use cases are called {name}")
        done = UseCase(
            name,
            function.__module__.rpartition(".")[2],
            subject,
            frozenset(reads) | frozenset(writes),
            frozenset(writes),
            function,
            function.__doc__ or "",
        )
        _registered[name] = done
        return done

    return register


def registered() -> tuple[UseCase[Any, Any], ...]:
    """Every use case, by name."""
    return tuple(_registered[name] for name in sorted(_registered))
