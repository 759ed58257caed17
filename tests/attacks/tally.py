"""Counts what was tried and what came of it, and says it in one line at the end of the run.

    def test_…(attacks, tally):
        tally("object-level requests", tried=1000 if attacks else 100, succeeded=0)

Tests that count take as many as they can afford always, and the full number with `--attacks`.
"""

from collections.abc import Callable, Iterator

import pytest

__all__ = ["attacks", "pytest_addoption", "pytest_configure", "tally"]

_TALLY = "tally"
_ORDER = ("byte changes", "object-level requests", "texts looked through for canaries")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--attacks", action="store_true", help="attack in full, and count")


@pytest.fixture(scope="session")
def attacks(request: pytest.FixtureRequest) -> bool:
    """Whether it is done in full."""
    return bool(request.config.getoption("attacks"))


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Count what was tried, and one outcome of it: `tally("guesses", tried=10, succeeded=0)`."""

    def count(what: str, *, tried: int, **outcome: int) -> None:
        ((named, number),) = outcome.items()
        record_property(_TALLY, (what, tried, named, number))

    return count


class _Counts:
    """Gathers what the tests counted, those of other processes included."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], list[int]] = {}
        self.kinds: dict[tuple[str, str], bool] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties if report.when == "teardown" else ():
            if name == _TALLY:
                what, tried, named, number = value  # type: ignore[misc]
                found = self.counts.setdefault((what, named), [0, 0])
                found[0] += tried
                found[1] += number

    def lines(self) -> Iterator[str]:
        """The counts, in the order in which they are told."""
        known = [what for what, _ in self.counts]
        attacks = [one for one in known if one.startswith("attack ")]
        if attacks:
            kinds = {one.split(" on ")[0] for one in attacks}
            stores = {one.split(" on ")[1] for one in attacks}
            seen = sum(self.counts[one, "stood"][1] > 0 for one in attacks)
            yield (
                f"{len(kinds)} kinds x {len(stores)} stores,"
                f" {seen} of {len(attacks)} detected or at the stated limit"
            )
        for what, named in sorted(self.counts, key=lambda one: (_place(one[0]), one)):
            if what not in attacks:
                tried, number = self.counts[what, named]
                yield f"{tried} {what}, {number} {named}"


def _place(what: str) -> int:
    return _ORDER.index(what) if what in _ORDER else len(_ORDER)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Counts(), _TALLY)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    counts = config.pluginmanager.get_plugin(_TALLY)
    if config.getoption("attacks") and counts is not None and not hasattr(config, "workerinput"):
        print("attacks: " + "; ".join(counts.lines()))  # noqa: T201 - the line that it is about
