"""Taking what was read from a bundle into a clinic, at somebody's desk.

taken = take_in(desk, read_bundle("bundle.json"))
taken.patients, taken.problems
"""

from collections.abc import Callable, Iterator
from typing import Any

from attrs import field, frozen

from carecoord.coordination.desk import Desk
from carecoord.errors import CarecoordError
from carecoord.kernel.values import how_many
from carecoord_exchange.fhir.bundle import BundleContents
from carecoord_exchange.problems import Problem

__all__ = ["TakenIn", "take_in"]


@frozen
class TakenIn:
    """How many of each were taken in, and what could not be, reading included."""

    patients: int = 0
    practitioners: int = 0
    organizations: int = 0
    locations: int = 0
    problems: tuple[Problem, ...] = field(default=(), repr=how_many)


def take_in(desk: Desk, contents: BundleContents, *, file: str = "bundle") -> TakenIn:
    """Keep the contents of a bundle; taking the same in again changes nothing.

    All of it is kept in one unit of work. Where something of it cannot be kept, each is tried by
    itself, the rest is taken, and what failed is among the problems.

    Raises:
        AccessDenied: this is not for this actor to do.
        Unavailable: the store is.
    """
    try:
        with desk.together() as together:
            for _, keep, one in _steps(together, contents):
                keep(one)
        failed: dict[str, int] = {}
        problems: list[Problem] = []
    except CarecoordError:
        failed, problems = _one_by_one(desk, contents, file)
    return TakenIn(
        **{
            name: len(getattr(contents, name)) - failed.get(name, 0)
            for name in ("patients", "practitioners", "organizations", "locations")
        },
        problems=(*contents.problems, *problems),
    )


def _one_by_one(
    desk: Desk, contents: BundleContents, file: str
) -> tuple[dict[str, int], list[Problem]]:
    failed: dict[str, int] = {}
    problems = []
    for name, keep, one in _steps(desk, contents):
        try:
            keep(one)
        except CarecoordError as error:
            if error.code in ("access_denied", "unavailable", "outcome_unknown"):
                raise
            failed[name] = failed.get(name, 0) + 1
            problems.append(Problem(file, None, f"{name}/{one.id}", str(error)))
    return failed, problems


def _steps(
    desk: Desk, contents: BundleContents
) -> Iterator[tuple[str, Callable[[Any], object], Any]]:
    """What is kept, in an order in which nothing comes before what it refers to."""
    for organization in contents.organizations:
        yield "organizations", desk.enter_organization, organization
    for practitioner in contents.practitioners:
        yield "practitioners", desk.enter_practitioner, practitioner
    for location in contents.locations:
        yield "locations", desk.enter_location, location
    for patient in contents.patients:
        yield "patients", desk.take_over_patient, patient
