"""A run that is stopped in the middle: what it had read is in the lake, and the ledger says how far it came."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from slow import Shop

from data.lake import Lake

ROOT = Path(__file__).parents[2]
SECONDS = 240


@pytest.fixture
def slow():
    there = Shop()
    yield there
    there.close()


@pytest.fixture
def market(unmet):
    """Two listings of one shop: one that is under way, and one that waits for its turn."""
    file = unmet.home / "notes.toml"
    file.write_text(
        'name = "Notes"\n[competitors.ink]\nname = "Ink"\nlistings = [\n'
        '  { url = "http://shop.example/ink", source = "schema_org" },\n'
        '  { url = "http://shop.example/ink-pro", source = "schema_org" },\n]\n',
        "utf-8",
    )
    return file


@pytest.fixture
def env(unmet, slow):
    return unmet.env | {
        "UNMET_CONNECT_TO": json.dumps({"shop.example": slow.at}), "UNMET_PAUSE_SECONDS": "0.5",
        "UNMET_TIMEOUT_SECONDS": "3", "UNMET_RETRY_SECONDS": "[]", "PYTHONPATH": str(ROOT),
    }  # fmt: skip


def kept(unmet):
    lake = Lake(unmet.home / "lake")
    visits = lake.visits("notes").select("listing", "stop", "complete", "pages", "found").sort("listing")
    return lake.reviews("notes").height, visits.rows()


def ended(reviews, rows):
    """Whether what first pages had is kept, and their visits are told as ended; who was not asked has no visit."""
    assert {tuple(told) for _, *told in rows} == {("ended", False, 1, 2)}, rows
    assert reviews == 2 * len(rows)


@pytest.mark.flow
@pytest.mark.usefixtures("beside_server")
def test_a_person_stops_it(unmet, slow, market, env):
    with subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "mine", str(market)],
        cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert slow.asked.wait(SECONDS)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 130, said
    assert said.splitlines()[-1] == "unmet: stopped; what was collected is kept, run again to go on"
    assert "Traceback" not in said
    ended(*kept(unmet))


OUT_OF_TIME = """
import sys
from pathlib import Path
from flows import quiet
quiet.prepare(screen=True)
from prefect.states import Completed
import flows.nightly as nights

def tell(name, file, report, why, broke_off, return_state):
    print([name, report and report.name, why, broke_off])
    return Completed()

nights.mine, nights.telling = nights.mine.with_options(timeout_seconds=6), tell
state = nights.nightly([Path(sys.argv[1])], return_state=True)
print(state.message)
"""


@pytest.mark.flow
@pytest.mark.usefixtures("beside_server")
def test_it_runs_out_of_time(unmet, market, env):
    done = subprocess.run(
        [sys.executable, "-c", OUT_OF_TIME, str(market)],
        cwd=ROOT, env=env | {"UNMET_NOTIFY": "json://127.0.0.1:1"},
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    digest, night = done.stdout.splitlines()
    assert digest.startswith("['notes', '20"), digest
    assert digest.endswith(".md', '', 'time was up before all listings were visited']"), digest
    assert night == "1/3 states failed.", done.stderr
    ended(*kept(unmet))
    assert (unmet.home / "out" / "notes" / "latest.md").is_file()
