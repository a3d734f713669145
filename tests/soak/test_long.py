"""Night after night in short: what changed is what was done. `make soak` runs a hundred."""

from hard import long


def test_what_the_reports_say_of_each_night_is_what_happened(tmp_path, monkeypatch):
    monkeypatch.setattr(long, "COMES", {2: 1})
    monkeypatch.setattr(long, "RULES", {3: long.RULES[70]})
    monkeypatch.setattr(long, "VOID_COUNTS", 3)
    for _, result in long.nights(tmp_path, 5, checked=4):
        assert result.wrong == []
    assert {"written", "edited", "came", "rules"} <= set(result.moved)
