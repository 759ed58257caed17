"""Every example runs with all its logs kept; what it logs and what the audit holds names nobody."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from carecoord import open_store
from carecoord.storage.events import EVENT

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def run(example, *arguments):
    """What the log of an example's run was found to hold, and what it wrote to standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.canaries.running", str(example), *arguments],
        capture_output=True, text=True, cwd=ROOT, timeout=300, check=True, encoding="utf-8",
    )  # fmt: skip
    *written, told = done.stderr.splitlines()
    return json.loads(told), "\n".join(written)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_no_name_is_in_the_log_of_an_example(example, tally):
    told, written = run(example)
    assert told["found"] == 0
    assert "Traceback" not in written
    tally("texts looked through for canaries", tried=told["records"] + 1, found=0)


def test_nor_in_the_log_audit_and_events_of_a_day_on_any_store(new_url, tally):
    with new_url() as url:
        told, written = run(ROOT / "examples" / "coordinator_day.py", "--store", url)
        assert told["names"]
        texts = [written]
        with open_store(url) as store:
            texts += [one.entry.decode() for one in store.audit_records()]
            with store.work() as work:
                texts += map(repr, work.collection(EVENT).each())
    found = [text for text in texts if re.search("okafor|1980-05-17", text.casefold())]
    assert (told["found"], found) == (0, [])
    tally("texts looked through for canaries", tried=told["records"] + len(texts), found=0)
