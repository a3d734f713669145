"""A night's log as whoever keeps it sees it: a line a listing, and no traceback for an error that says what to do."""

import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import UnmetError
from flows import quiet

ROOT = Path(__file__).parents[2]
NIGHT = """
import sys
from pathlib import Path
from flows import quiet
quiet.prepare(screen=False)
from flows.nightly import nightly
nightly([Path(name) for name in sys.argv[1:]], return_state=True)
"""
MARKET = """
name = "T"
[competitors.a]
name = "A"
listings = ["http://127.0.0.2/reviews"]
[[competitors.a.exports]]
path = "reviews.csv"
source = "x"
"""


def night(unmet, *markets):
    done = subprocess.run(
        [sys.executable, "-c", NIGHT, *map(str, markets)],
        cwd=ROOT, env=unmet.env | {
            "UNMET_NOW": "2026-11-20T03:00:00Z", "UNMET_RETRY_SECONDS": "[]", "PYTHONPATH": str(ROOT), "NO_COLOR": "1",
        },
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    return [re.sub(r"^[\d:.]+ \| ", "", line).replace(str(unmet.home), "~") for line in done.stderr.splitlines()]


@pytest.mark.flow
@pytest.mark.usefixtures("beside_server")
def test_a_night_has_a_line_a_listing(unmet):
    (unmet.home / "reviews.csv").write_text("id,body,rating\n1,It crashes.,1\n", "utf-8")
    (unmet.home / "tiny.toml").write_text(MARKET, "utf-8")
    log = night(unmet, unmet.home / "tiny.toml")
    assert [line for line in log if "tiny/a/x" in line] == ["INFO    | Task run 'tiny/a/x' - 1 new"]
    why = "http://127.0.0.2/robots.txt: no public address (127.0.0.2)"
    task = "Task run 'tiny/a/schema_org' - "
    assert [line.partition(why)[0] for line in log if task in line] == [
        f"WARNING | {task}no reviews; refused: ",
        f"ERROR   | {task}Finished in state Failed('Task run encountered an exception Refused: ",
    ]
    flows = [line for line in log if "Flow run" in line]
    assert flows == [
        "INFO    | Flow run 'nightly tiny' - Beginning flow run 'nightly tiny' for flow 'nightly'",
        "INFO    | Flow run 'mine tiny' - Beginning subflow run 'mine tiny' for flow 'mine'",
        "INFO    | Flow run 'mine tiny' - Finished in state Failed('1/2 states failed.')",
        "INFO    | Flow run 'report tiny' - Beginning subflow run 'report tiny' for flow 'report'",
        "INFO    | Flow run 'report tiny' - report written to ~/out/tiny/2026-11-20.md",
        "INFO    | Flow run 'report tiny' - Finished in state Completed()",
        "INFO    | Flow run 'nightly tiny' - Finished in state Failed('1/2 states failed.')",
    ]
    assert len(log) == len(flows) + 3


@pytest.mark.flow
@pytest.mark.usefixtures("beside_server")
def test_an_error_of_ours_is_a_line_in_it(unmet):
    log = night(unmet, unmet.home / "gone.toml")
    told = [line for line in log if "no such market file" in line]
    assert told, "\n".join(log)
    assert "Traceback" not in "\n".join(log)


@pytest.mark.parametrize("logger", [quiet.FLOWS, quiet.TASKS])
def test_an_error_that_is_not_ours_keeps_its_traceback(logger, monkeypatch):
    ours, bug = UnmetError("mend it"), ZeroDivisionError("a bug")
    kept = []
    listener = logging.Handler()
    listener.emit = kept.append
    log = logging.getLogger(logger)
    # alone: Prefect's own handlers, there once a flow has run in this process, take no record outside of a run
    monkeypatch.setattr(log, "handlers", [listener])
    for level, error in ((logging.WARNING, ours), (logging.ERROR, ours), (logging.ERROR, bug)):
        log.log(level, "failed", exc_info=error)
    told = [(r.levelno, r.exc_info and r.exc_info[1]) for r in kept]
    # of a listing's last try, the state that it finishes in is told instead
    last = [] if logger == quiet.TASKS else [(logging.ERROR, None)]
    assert told == [(logging.WARNING, None), *last, (logging.ERROR, bug)]
