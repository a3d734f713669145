"""One run of a market at a time, between processes, and nothing left over by one that is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data import locks
from data.locks import Busy, alone

ROOT = Path(__file__).parents[2]
HOLDS = """
import sys, time
from data.locks import alone
with alone(sys.argv[1], "notes"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the market `notes`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_run_is_told_who_holds_it_and_gives_up_in_a_line(tmp_path, holder):
    busy = pytest.raises(Busy, match=rf"^notes: another run of it is at work \(process {holder.pid}\) and did not end")
    with busy, alone(str(tmp_path), "notes", longest=0):
        pytest.fail("two held it")


def test_it_goes_on_when_the_first_is_killed_and_says_once_that_it_waits(tmp_path, holder, monkeypatch):
    monkeypatch.setattr(locks, "LOOK_EVERY_SECONDS", 0.01)
    told = []

    def waiting(line):
        told.append(line)
        holder.send_signal(signal.SIGKILL)

    with alone(str(tmp_path), "notes", waiting=waiting):
        assert (tmp_path / "locks" / "notes.lock").read_text() == f"{os.getpid()}\n"
    assert told == [f"notes: another run of it is at work (process {holder.pid}); waiting for it"]


def test_other_markets_do_not_wait(tmp_path, holder):
    with alone(str(tmp_path), "tasks", longest=0):
        pass


def test_it_can_be_had_again_and_costs_nothing_where_it_is_free(tmp_path):
    for _ in range(3):
        with alone(str(tmp_path), "notes", longest=0):
            pass


def test_an_object_store_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with alone("s3://bucket/lake", "notes", longest=0), alone("s3://bucket/lake", "notes", longest=0):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lake_that_is_a_file_is_told_in_a_line(tmp_path):
    (tmp_path / "lake").write_text("")
    with pytest.raises(Busy, match="cannot be made"), alone(str(tmp_path / "lake"), "notes"):
        pytest.fail("held")
