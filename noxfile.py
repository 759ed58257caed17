"""The checks of the project: `uv run nox` runs the first group, `uv run nox -s NAME` any one."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = [
    "lint", "types", "architecture", "core", "contracts", "examples", "docs", "release",
]  # fmt: skip

HERE = Path(__file__).parent


def _pythons() -> list[str]:
    """The oldest Python that is supported, and the newest one at hand."""
    found = subprocess.run(
        ["uv", "python", "list", "--only-installed", "--output-format=json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    here = {
        (one["version_parts"]["major"], one["version_parts"]["minor"]): one["path"]
        for one in json.loads(found.stdout)
        if one["implementation"] == "cpython" and one["path"]
    }
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for path in pyenv.glob("versions/3.*/bin/python3"):
        major, minor, *_ = path.parts[-3].split(".")
        here.setdefault((int(major), int(minor)), str(path))
    newest = max(version for version in here if (3, 11) <= version <= (3, 14))
    return sorted({"3.11", here[newest] if newest > (3, 11) else "3.11"})


PYTHONS = _pythons()
CONSTRAINTS = "constraint-dependencies = [\n"


@nox.session
def lint(session: nox.Session) -> None:
    """Style, formatting, and whether the distributions pin each other's version."""
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("uv", "pip", "check", external=True)


@nox.session
def types(session: nox.Session) -> None:
    """mypy strict over the core, the adapters, the examples, and the pages that promise it."""
    sources = [str(path.relative_to(HERE)) for path in sorted(HERE.glob("adapters/*/src"))]
    session.run("mypy", "src", *sources, "examples")
    for page in ("README.md", "docs/index.md", "docs/how-to/typed-code.md"):
        session.run("mypy", "-c", "\n".join(_python_blocks(page)))


@nox.session
def architecture(session: nox.Session) -> None:
    """Who may import whom."""
    session.run("lint-imports")


@nox.session
@nox.parametrize("python", PYTHONS)
def core(session: nox.Session, python: str) -> None:
    """The core's own tests, where no adapter and no database driver is installed.

    NumPy and cryptography are, since `carecoord[batch,anchors,encryption]` belongs to the core.
    """
    alone = [
        "uv", "run", "--quiet", "--isolated", "--no-default-groups",
        "--extra", "testing", "--extra", "batch", "--extra", "anchors", "--extra", "encryption",
        "--with", "coverage==7.17.4", "--with", "pytest-xdist==3.8.0", "--python", python,
    ]  # fmt: skip
    session.run(
        *alone, "python", "-c", "import sqlalchemy", external=True, success_codes=[1], silent=True
    )
    session.run(
        *alone, "coverage", "run", "-m", "pytest", "-n", "0", "tests/core", *session.posargs,
        external=True,
    )  # fmt: skip
    session.run(*alone, "coverage", "report", external=True)


@nox.session
def contracts(session: nox.Session) -> None:
    """The storage contract on memory, SQLite, PostgreSQL and MongoDB."""
    session.run("pytest", "tests/contracts", "-v", "--no-header", *session.posargs)


@nox.session
def examples(session: nox.Session) -> None:
    """Every example, run as its reader would."""
    session.run("pytest", "tests/examples", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation: generated pages are current, code blocks run, the site builds strict."""
    session.run("python", "docs/generate.py", "--check")
    session.run("pytest", "docs", "README.md", "-n", "0", *session.posargs)
    session.run("mkdocs", "build", "--strict", "--quiet")


@nox.session
def release(session: nox.Session) -> None:
    """Wheels of all distributions, installed with plain pip into an empty environment."""
    session.run("python", "tests/golden/write.py", "--check")
    dist = HERE / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.run("uv", "build", "--quiet", "--all-packages", external=True)
    with tempfile.TemporaryDirectory() as folder:
        session.run("python", "-m", "venv", folder)
        python = f"{folder}/bin/python"
        wheels = [str(path) for path in sorted(dist.glob("*.whl"))]
        session.run(python, "-m", "pip", "install", "--quiet", *wheels, external=True)
        script = Path(folder) / "first_snippet.py"
        script.write_text(_python_blocks("README.md")[0])
        session.run(python, str(script), external=True)


@nox.session
def migration(session: nox.Session) -> None:
    """Write the first migration anew for today's kinds, until a release has shipped it."""
    session.run("python", "adapters/sql/write_migration.py")
    session.run("ruff", "format", "--quiet", "adapters/sql")


@nox.session
def golden(session: nox.Session) -> None:
    """Write the golden files of this release anew, until it has shipped."""
    session.run("python", "tests/golden/write.py")


@nox.session
def constraints(session: nox.Session) -> None:
    """Write down the versions that the distributions and their extras resolve to today."""
    path = HERE / "pyproject.toml"
    head, begin, rest = path.read_text().partition(CONSTRAINTS)
    rest = rest[rest.index("]\n") :]
    path.write_text(head + begin + rest)
    listed = session.run(
        "uv", "export", "--upgrade", "--no-default-groups", "--all-packages", "--all-extras",
        "--no-hashes", "--no-emit-workspace", "--no-annotate", "--no-header", "--quiet",
        external=True, silent=True,
    )  # fmt: skip
    names = sorted(line.strip() for line in str(listed).splitlines() if "==" in line)
    path.write_text(head + begin + "".join(f'    "{name}",\n' for name in names) + rest)


@nox.session
def lowest(session: nox.Session) -> None:
    """The core's tests with the lowest versions of its dependencies that it declares."""
    session.run(
        "uv", "run", "--quiet", "--isolated", "--no-default-groups", "--extra", "testing",
        "--with", "pytest-xdist==3.8.0", "--resolution", "lowest-direct", "--python", "3.11",
        "pytest", "tests/core", external=True,
    )  # fmt: skip


@nox.session
def mutation(session: nox.Session) -> None:
    """Mutants of the core that no test notices."""
    session.run("uv", "run", "--with", "mutmut==3.8.1", "mutmut", "run", external=True)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Every benchmark, in full."""
    for path in sorted(HERE.glob("benchmarks/*.py")):
        session.run("uv", "run", str(path), *session.posargs, external=True)


@nox.session
def attacks(session: nox.Session) -> None:
    """Attacks on what is kept and on access, and canaries, in full, on every store; counted."""
    session.run("pytest", "tests/attacks", "tests/canaries", "--attacks", *session.posargs)


@nox.session
def soak(session: nox.Session) -> None:
    """Contention and kill -9, in full, on every durable store."""
    session.run("pytest", "tests/soak", "-n", "0", "-s", "--soak", *session.posargs)


def _python_blocks(page: str) -> list[str]:
    """The Python blocks of a page."""
    _, *blocks = (HERE / page).read_text().split("```python\n")
    return [block.partition("```")[0] for block in blocks]
