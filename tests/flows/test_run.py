"""What a run says at its end."""

from flows import run


def test_of_many_broken_listings_three_are_told(capsys):
    visit = {"complete": False, "detail": "no answer"}
    coverage = [{"competitor": "a", "listing": f"https://a.example/{n}", "visit": visit} for n in range(5)]
    coverage += [
        {"competitor": "b", "listing": "https://b.example/", "visit": {"complete": True, "detail": None}},
        {"competitor": "b", "listing": "b.csv", "visit": None},
    ]
    run._gaps({"market": {"name": "Notes"}, "reviews": {"counted": 1234}, "gaps": [], "coverage": coverage})
    assert capsys.readouterr().out.splitlines() == [
        "",
        "Notes: 0 gaps in 1,234 reviews",
        "  not read whole: a, https://a.example/0: no answer",
        "  not read whole: a, https://a.example/1: no answer",
        "  not read whole: a, https://a.example/2: no answer",
        "  nor 2 more of 7 listings; the report says why of each",
    ]
