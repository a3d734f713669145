"""`unmet verify` says whether a report is wrong or only older than the lake."""

from __future__ import annotations

import os
from datetime import timedelta

from places import NIGHT, Place

from flows import verifying


def test_a_visit_after_the_report_is_told(tmp_path, monkeypatch, capsys):
    place = Place(tmp_path, monkeypatch)
    place.night(0)
    report = next(p for p in place.out.glob("notes/*.json"))
    written = (NIGHT + timedelta(hours=1)).timestamp()
    report.write_text(report.read_text("utf-8").replace('"counted": 30', '"counted": 31', 1), "utf-8")
    os.utime(report, (written, written))
    assert verifying.run([]) == 3
    assert "was visited after" not in capsys.readouterr().out, "nothing came since: the report is wrong"
    place.collect(1)
    assert verifying.run([]) == 3
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"  the market was visited after it was written; `unmet report {place.file}` makes it anew"
