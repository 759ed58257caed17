"""What is said of a problem: where it is and why, and not what the file is called."""

from pathlib import Path

import pytest
from carecoord_exchange.fhir import read_bundle
from carecoord_exchange.problems import FileRefused, Problem


def test_a_problem_is_told_by_entry_and_place() -> None:
    one = Problem("Okafor, Ada.json", 1, "Patient.birthDate", "must be a date")
    assert str(one) == "1, Patient.birthDate: must be a date"
    assert "Okafor" not in repr(one)
    assert str(Problem("Okafor, Ada.json", None, "file", "is empty")) == "file: is empty"
    assert one.file == "Okafor, Ada.json"


def test_a_file_that_is_refused_is_not_named(tmp_path: Path) -> None:
    path = tmp_path / "Okafor, Ada.json"
    for _ in range(2):
        with pytest.raises(FileRefused) as refused:
            read_bundle(path)
        assert "Okafor" not in f"{refused.value} {refused.value!r} {refused.value.problems}"
        assert refused.value.__cause__ is None
        assert refused.value.problems[0].file == path.name
        path.write_text("no JSON")
