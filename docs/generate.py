"""Writes the reference pages that are read off the code: `python docs/generate.py [--check]`."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import carecoord
from carecoord.compliance.access import AccessRequest
from carecoord.compliance.minimum_necessary import parts_withheld
from carecoord.compliance.standard_policy import STANDARD_POLICY
from carecoord.coordination.use_case import registered
from carecoord.kernel.people import Actor, Purpose, Role
from carecoord.kernel.states import Lifecycle
from carecoord.kinds import KINDS

HERE = Path(__file__).parent
OUTSIDE = ("carecoord.testing",)
LETTERS = {
    Purpose.TREATMENT: "T",
    Purpose.PAYMENT: "P",
    Purpose.OPERATIONS: "O",
    Purpose.PATIENT_REQUEST: "R",
    Purpose.EMERGENCY: "E",
    Purpose.PUBLIC_HEALTH: "H",
    Purpose.LEGAL: "L",
}


def modules() -> Iterator[ModuleType]:
    """Every module of the core."""
    for found in pkgutil.walk_packages(carecoord.__path__, "carecoord."):
        if not found.name.startswith(OUTSIDE):
            yield importlib.import_module(found.name)


def rules() -> str:
    """Every rule, with its module, its test and its source."""
    lines = [
        "# Rules",
        "",
        "Every rule of the library, where it stands, where it is tested, and what it rests on.",
        "",
        "| Rule | Module | Test | Source |",
        "|---|---|---|---|",
    ]
    # A topic that asks the rules of another as well may import its RULES; each is listed once.
    found = dict.fromkeys(rule for module in modules() for rule in getattr(module, "RULES", ()))
    for rule in sorted(found, key=lambda rule: rule.__module__):
        _, context, *topic = rule.__module__.split(".")
        test = Path("tests", "core", context, f"test_{'_'.join(topic)}.py")
        if not (HERE.parent / test).exists():
            raise SystemExit(f"{rule.__module__} has rules but no {test}")
        names = f"`{rule.__name__}` | `{rule.__module__}` | `{test}`"
        lines.append(f"| {names} | {_source(rule)} |")
    return "\n".join(lines) + "\n"


def _source(rule: Callable[..., Any]) -> str:
    found = re.search(r"Source: (.+?)(?:\n\s*\n|\Z)", rule.__doc__ or "", re.DOTALL)
    if not found:
        raise SystemExit(f"{rule.__module__}.{rule.__name__} names no source")
    return " ".join(found[1].split()).rstrip(".").replace("|", "\\|")


def lifecycles() -> str:
    """Every lifecycle, drawn from its table."""
    found = {
        value.name: value
        for module in modules()
        for value in vars(module).values()
        if isinstance(value, Lifecycle)
    }
    parts = [
        "# Lifecycles",
        "",
        "The moves that each thing can make, drawn from the tables.",
        "",
    ]
    for name in sorted(found):
        parts += [f"## {name[0].upper()}{name[1:]}", ""]
        parts += ["```mermaid", found[name].diagram(), "```", ""]
    return "\n".join(parts)


def use_cases() -> str:
    """Everything that can be done at a desk."""
    parts = ["# Use cases", "", "Everything that can be done at a desk, by responsibility.", ""]
    by_home: dict[str, list[Any]] = {}
    for one in registered():
        by_home.setdefault(one.responsibility, []).append(one)
    for home, ones in sorted(by_home.items()):
        parts += [f"## {home.replace('_', ' ').capitalize()}", ""]
        parts += ["| `desk.` | What it does | About | Reads | Writes |", "|---|---|---|---|---|"]
        for one in ones:
            first = " ".join(one.doc.partition("\n\n")[0].split())
            reads = ", ".join(sorted(one.reads - one.writes)) or "–"
            writes = ", ".join(sorted(one.writes)) or "–"
            parts.append(f"| `{one.name}` | {first} | {one.subject} | {reads} | {writes} |")
        parts.append("")
    return "\n".join(parts)


def access() -> str:
    """Who may do what under the standard policy, and for which purposes."""
    roles = [role for role in Role if role is not Role.SYSTEM]
    head = " | ".join(role.value.replace("_", " ") for role in roles)
    parts = [
        "# Access matrix",
        "",
        "Who may do what under the standard policy, and for which purposes. An empty cell is",
        "denied; *own* is limited to the patient's own record.",
        "",
        ", ".join(
            f"**{letter}** {purpose.name.lower().replace('_', ' ')}"
            for purpose, letter in LETTERS.items()
        )
        + ".",
        "",
        f"| Use case | {head} |",
        "|---" * (len(roles) + 1) + "|",
    ]
    for one in registered():
        cells = [_allowed(role, one.name, one.responsibility) for role in roles]
        parts.append(f"| `{one.name}` | " + " | ".join(cells) + " |")
    parts += _left_out(roles)
    return "\n".join(parts) + "\n"


def _left_out(roles: list[Role]) -> list[str]:
    """Which parts of a record are left out of whose answers: the minimum necessary."""
    views = STANDARD_POLICY.views
    parts = [
        "",
        "## The minimum necessary",
        "",
        "For which purposes each role sees the parts of a record that not everybody needs. For any",
        "other, answers leave the part out, and name it in `withheld`.",
        "",
        "| Part | " + " | ".join(role.value.replace("_", " ") for role in roles) + " |",
        "|---" * (len(roles) + 1) + "|",
    ]
    for kind, part in sorted({(view.kind, part) for view in views for part in view.parts}):
        cells = [
            " ".join(
                letter
                for purpose, letter in LETTERS.items()
                if part not in dict(parts_withheld(views, {role}, purpose)).get(kind, ())
            )
            for role in roles
        ]
        parts.append(f"| `{kind}.{part}` | " + " | ".join(cells) + " |")
    return parts


def _allowed(role: Role, use_case: str, responsibility: str) -> str:
    actor = Actor("someone", {role}, patient="someone" if role is Role.PATIENT else None)
    purposes, own = [], False
    for purpose in Purpose:
        decision = STANDARD_POLICY.decide(AccessRequest(actor, purpose, use_case, responsibility))
        if decision.allowed:
            purposes.append(LETTERS[purpose])
            own = own or decision.only_patient is not None
    return ("*own* " if own else "") + " ".join(purposes)


def kinds() -> str:
    """Everything that is kept, and what of it is searched."""
    parts = [
        "# Kinds",
        "",
        "Everything that is kept, and the fields by which it is searched. Sensitive ones are in",
        "italics; a field that refers to another kind names it.",
        "",
        "| Kind | Class | Searched |",
        "|---|---|---|",
    ]
    for kind in KINDS:
        fields = []
        for one in kind.fields.values():
            name = f"*{one.name}*" if one.sensitive else one.name
            fields.append(name + (f" → {one.references}" if one.references else ""))
        cls = getattr(kind.cls, "__name__", None) or " or ".join(sorted(kind.tags))
        parts.append(f"| `{kind.name}` | {cls} | {', '.join(fields) or '–'} |")
    return "\n".join(parts) + "\n"


PAGES = {
    "rules.md": rules,
    "lifecycles.md": lifecycles,
    "use-cases.md": use_cases,
    "access.md": access,
    "kinds.md": kinds,
}


def main() -> None:
    """Write the pages, or with `--check` say which are not current."""
    stale = []
    for name, write in PAGES.items():
        path, text = HERE / "reference" / name, write()
        if "--check" in sys.argv[1:]:
            if not path.exists() or path.read_text() != text:
                stale.append(str(path.relative_to(HERE.parent)))
        else:
            path.write_text(text)
    if stale:
        raise SystemExit(f"not current: {', '.join(stale)}; run python docs/generate.py")


if __name__ == "__main__":
    main()
