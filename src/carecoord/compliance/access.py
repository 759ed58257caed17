"""Access: decided for every use case before it begins, by a policy that is data; deny by default.

    policy = RolePolicy((Grant({Role.SCHEDULER}, {"booking_a_visit"}, {Purpose.TREATMENT}),))
    policy.decide(request)      # Decision(allowed=…, reason=…, reaches=…)

A decision says whether the use case may be done at all, and how far it reaches: whose records, at
which sites, how sensitive. What lies outside all of its reaches does not exist for the use case.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

from attrs import evolve, field, frozen

from carecoord.compliance.access_facts import (
    AccessFact,
    Delegation,
    EmergencyAccess,
    Relation,
)
from carecoord.compliance.consents import ConsentKind
from carecoord.compliance.minimum_necessary import View, Withheld, parts_withheld
from carecoord.kernel.ids import AccessFactId, ActorId, LocationId, PatientId
from carecoord.kernel.people import Actor, Purpose, Role
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.values import checked

__all__ = [
    "AccessPolicy",
    "AccessRequest",
    "ConsentNeeded",
    "Decision",
    "Grant",
    "Reach",
    "RolePolicy",
]


def _nothing_known(_: ActorId) -> tuple[AccessFact, ...]:
    return ()


@frozen
class AccessRequest:
    """Who wants to do what, and why: the use case, and the responsibility it belongs to.

    `facts_of` gives what is on record about somebody's access and holds now; a policy that does not
    ask costs no look at the store.
    """

    actor: Actor
    purpose: Purpose
    use_case: str
    responsibility: str
    facts_of: Callable[[ActorId], tuple[AccessFact, ...]] = field(
        default=_nothing_known, eq=False, repr=False
    )


@frozen(field_transformer=checked)
class ConsentNeeded:
    """What is so sensitive is used for these purposes only under such a consent, in force."""

    sensitivity: Sensitivity
    purposes: frozenset[Purpose]
    consent: ConsentKind


@frozen(field_transformer=checked, kw_only=True)
class Reach:
    """How far access goes: what meets all of it may be known.

    `patients` are the only ones (None: whoever), `but_not` those left out; `sites` the only
    locations of visits (None: wherever). Of what is sensitive it reaches what it `knows`, and that
    which is named in `with_consent` only for patients who consented.
    """

    patients: frozenset[PatientId] | None = None
    but_not: frozenset[PatientId] = frozenset()
    sites: frozenset[LocationId] | None = None
    knows: frozenset[Sensitivity] = frozenset()
    with_consent: tuple[ConsentNeeded, ...] = ()


@frozen(field_transformer=checked, kw_only=True)
class Decision:
    """Whether it is allowed, and why, and how far it reaches.

    What is within any of the `reaches` may be known; a decision that does not say reaches all that
    is not sensitive. `only_patient` limits all of it to the records of one patient. `emergencies`
    are the broken glasses that it rests on, with whose record each opens. `withheld` are the parts
    that are left out of the answer.
    """

    allowed: bool
    reason: str
    only_patient: PatientId | None = None
    reaches: tuple[Reach, ...] = (Reach(),)
    emergencies: tuple[tuple[PatientId, AccessFactId], ...] = ()
    withheld: Withheld = ()


class AccessPolicy(Protocol):
    """What decides on access."""

    def decide(self, request: AccessRequest) -> Decision:
        """The decision, with the reason that answers "why was this allowed?"."""
        ...  # pragma: no cover


@frozen(field_transformer=checked)
class Grant:
    """Lets each of these roles do what belongs to these responsibilities, for these purposes.

    A responsibility is the name of a module of `carecoord.coordination`, or that name, a dot and
    one use case of it. `knows` says which sensitive parts it opens: without it, none. With
    `relations` it holds only for patients to whom the actor stands in one of them; with
    `at_own_sites` only for visits at the actor's sites. The actor's own record and those of
    `closed_to` are left out, which is the own family unless told otherwise.
    """

    roles: frozenset[Role]
    responsibilities: frozenset[str]
    purposes: frozenset[Purpose]
    knows: frozenset[Sensitivity] = frozenset()
    relations: frozenset[Relation] = frozenset()
    closed_to: frozenset[Relation] = frozenset({Relation.FAMILY})
    at_own_sites: bool = False

    def covers(self, request: AccessRequest) -> bool:
        """Whether it lets the request pass."""
        return self.covers_by(request.actor.roles, request)

    def covers_by(self, roles: frozenset[Role], request: AccessRequest) -> bool:
        """Whether it lets somebody with these roles pass with the request."""
        return (
            bool(self.roles & roles)
            and request.purpose in self.purposes
            and named(self.responsibilities, request)
        )


def named(responsibilities: frozenset[str], request: AccessRequest) -> bool:
    """Whether the use case, or its responsibility, is among these."""
    return (
        request.responsibility in responsibilities
        or f"{request.responsibility}.{request.use_case}" in responsibilities
    )


@frozen(field_transformer=checked)
class RolePolicy:
    """Grants by role. What no grant covers is denied; patients reach their own records only.

    With `delegable`, somebody may do what another delegated to them, within what the other's grants
    and facts allow. `views` say which parts of a record answers hold for the roles by which it was
    granted; see `View`.
    """

    grants: tuple[Grant, ...]
    consents: tuple[ConsentNeeded, ...] = ()
    delegable: bool = False
    views: tuple[View, ...] = ()

    def decide(self, request: AccessRequest) -> Decision:
        """See `AccessPolicy`."""
        actor = request.actor
        staff = actor.roles - {Role.PATIENT}
        covering = [grant for grant in self.grants if grant.covers(request)]
        by_staff = [grant for grant in covering if grant.roles & staff]
        facts = self._facts(request, by_staff)
        found = [
            _Found(
                reach,
                f"granted to {_roles(grant.roles & staff)}{_as(grant)}",
                grant.roles & staff,
            )
            for grant in by_staff
            for reach in self._reaches(grant, request, actor, facts)
        ]
        found += self._delegated(request, facts)
        own = self._own(actor, covering)
        found += own
        if not found:
            return Decision(allowed=False, reason=_why_not(covering, by_staff), reaches=())
        return Decision(
            allowed=True,
            reason="; ".join(dict.fromkeys(one.reason for one in found)),
            only_patient=actor.patient if own == found else None,
            reaches=tuple(dict.fromkeys(one.reach for one in found)),
            emergencies=_emergencies(by_staff, facts),
            withheld=parts_withheld(
                self.views,
                frozenset[Role]().union(*(one.roles for one in found)),
                request.purpose,
            ),
        )

    def _facts(self, request: AccessRequest, covering: list[Grant]) -> tuple[AccessFact, ...]:
        """What is on record about the actor, if anything depends on it."""
        if self.delegable or any(grant.relations or grant.closed_to for grant in covering):
            return request.facts_of(request.actor.id)
        return ()

    def _own(self, actor: Actor, covering: Iterable[Grant]) -> list["_Found"]:
        """What a patient reaches: their own record."""
        to_patients = [one.knows for one in covering if Role.PATIENT in one.roles & actor.roles]
        if actor.patient is None or not to_patients:
            return []
        knows = frozenset[Sensitivity]().union(*to_patients)
        reach = Reach(patients=frozenset({actor.patient}), knows=knows)
        return [_Found(reach, "granted for the own record", frozenset({Role.PATIENT}))]

    def _reaches(
        self,
        grant: Grant,
        request: AccessRequest,
        actor: Actor,
        facts: Iterable[AccessFact],
    ) -> list[Reach]:
        """How far a grant reaches for somebody with these facts; nowhere, if to no patient."""
        patients = None if not grant.relations else _related(facts, grant.relations)
        if patients is not None and not patients:
            return []
        closed = _related(facts, grant.closed_to) - _related(facts, {Relation.APPROVED})
        if Relation.FAMILY in grant.closed_to and actor.patient is not None:
            closed |= {actor.patient}
        needed = tuple(
            one
            for one in self.consents
            if one.sensitivity in grant.knows and request.purpose in one.purposes
        )
        return [
            Reach(
                patients=patients,
                but_not=closed,
                sites=actor.sites if grant.at_own_sites else None,
                knows=grant.knows,
                with_consent=() if grant.relations == {Relation.EMERGENCY} else needed,
            )
        ]

    def _delegated(self, request: AccessRequest, facts: tuple[AccessFact, ...]) -> list["_Found"]:
        """What the actor may do in the place of others: no more than they could, nor than this."""
        found = []
        for fact in facts if self.delegable else ():
            if not isinstance(fact, Delegation) or not named(fact.responsibilities, request):
                continue
            theirs = request.facts_of(fact.delegator)
            delegator = Actor(fact.delegator, fact.roles, sites=fact.sites)
            for grant in self.grants:
                if not grant.covers_by(fact.roles - {Role.PATIENT}, request):
                    continue
                closed = _related(facts, grant.closed_to) - _related(facts, {Relation.APPROVED})
                if request.actor.patient is not None:
                    closed |= {request.actor.patient}
                found += [
                    _Found(
                        evolve(reach, but_not=reach.but_not | closed),
                        f"delegated by {fact.delegator} as {fact.id}",
                        grant.roles & fact.roles,
                    )
                    for reach in self._reaches(grant, request, delegator, theirs)
                ]
        return found


@frozen
class _Found:
    """A reach, what it rests on, and the roles by which it was granted."""

    reach: Reach
    reason: str
    roles: frozenset[Role]


def _related(facts: Iterable[AccessFact], relations: Iterable[Relation]) -> frozenset[PatientId]:
    """The patients to whom these facts relate somebody in one of these ways."""
    wanted = frozenset(relations)
    return frozenset(
        fact.patient
        for fact in facts
        if not isinstance(fact, Delegation) and fact.relation in wanted
    )


def _emergencies(
    grants: Iterable[Grant], facts: Iterable[AccessFact]
) -> tuple[tuple[PatientId, AccessFactId], ...]:
    if not any(Relation.EMERGENCY in grant.relations for grant in grants):
        return ()
    return tuple((one.patient, one.id) for one in facts if isinstance(one, EmergencyAccess))


def _roles(roles: Iterable[Role]) -> str:
    return ", ".join(sorted(role.value for role in roles))


def _as(grant: Grant) -> str:
    relations = ", ".join(sorted(one.value for one in grant.relations))
    return f" for {relations}" if relations else ""


def _why_not(covering: list[Grant], by_staff: list[Grant]) -> str:
    if not covering:
        return "no grant covers these roles, this use case and this purpose"
    if by_staff:
        return "the grants that cover it ask for a relation to a patient, and there is none"
    return "a patient must be known by their own record"
