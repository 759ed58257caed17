"""No way around access: a use case reaches what is kept through its turn alone.

A turn binds every repository to the scope of its decision; these laws fail on whatever would get at
the store past it.
"""

import ast
import inspect
from pathlib import Path

import attrs

import carecoord.coordination
from carecoord import Actor, Purpose, Role
from carecoord.compliance.access import Decision
from carecoord.coordination.desk import Desk
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import UseCase, registered
from carecoord.storage.conditions import fields_of
from carecoord.storage.repository import Repository

HOUSE = Path(inspect.getfile(carecoord.coordination)).parent.parent
PAST_REPOSITORIES = {"collection", "backend", "_backend"}
PROVING_THE_AUDIT = {"anchoring", "checking_evidence", "checking_records"}
BINDING_THE_SCOPE = {"desk", "scope", "turn"}


def attributes(path):
    """Every name after a dot in a module."""
    tree = ast.parse(path.read_text())
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_only_what_binds_the_scope_or_proves_the_audit_gets_past_repositories():
    past = {
        path.stem
        for path in (HOUSE / "coordination").glob("*.py")
        if attributes(path) & PAST_REPOSITORIES
    }
    assert past <= PROVING_THE_AUDIT | BINDING_THE_SCOPE
    homes = {one.responsibility for one in registered()}
    assert not homes & past


def test_use_cases_make_no_repository_by_themselves():
    """It would have no scope."""
    names = {one.__name__ for one in _repositories(Repository)}
    for home in {one.function.__module__ for one in registered()}:
        path = HOUSE / "coordination" / f"{home.rpartition('.')[2]}.py"
        calls = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not calls & names, home


def test_only_bookings_know_more_than_their_scope_and_that_is_time_alone():
    whole = {
        path.parent.name
        for path in HOUSE.glob("*/repository.py")
        if path.parent.name != "storage" and "self._work.collection" in path.read_text()
    }
    assert whole <= {"visits"}


def test_every_use_case_is_refused_at_a_desk_that_nothing_is_granted_to(clinic):
    """It never runs, whatever it would do: the decision comes first."""
    nobody = clinic.desk(Actor("a", frozenset()), Purpose.TREATMENT)
    for name, use_case in vars(Desk).items():
        if isinstance(use_case, UseCase):
            may = nobody.ask(use_case, (), {})
            assert [one.rule for one in may.refusals] == ["access_policy"], name


def test_every_repository_of_a_turn_is_bound_to_the_scope(clinic):
    decision = Decision(allowed=True, reason="so", only_patient="p")
    kinds = frozenset(kind.name for kind in clinic.store.kinds)
    actor = Actor.of("a", Role.PATIENT, patient="p")
    turn = Turn(clinic.store.work(), clinic, actor, decision, reads=kinds, writes=frozenset())
    bound = {one for one in _repositories(Repository) if "patient" in one.kind.fields}
    assert len(bound) > 15
    for repository in bound:
        collection = vars(turn.kept(repository))["_kept"]
        fields = fields_of(attrs.asdict(collection, recurse=False)["_scope"])
        assert "patient" in fields, repository


def _repositories(of):
    for one in of.__subclasses__():
        if one.__module__.startswith("carecoord.") and hasattr(one, "kind"):
            yield one
        yield from _repositories(one)
