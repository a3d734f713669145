"""The survey of a gap: its questions, their rows for a form tool, and the part of the report."""

from __future__ import annotations

from typing import Any

from reports.writing import survey

NAMES = {"alder": "Alder", "birch": "Birch"}
NEED = "carry on from one device to the next, with all their notes"
GAP = {"need": NEED, "survey": survey.of_gap(2, NEED, ["alder", "birch"], NAMES, ["won't sync", "lost *notes*"])}
DOCUMENT: dict[str, Any] = {
    "gaps": [GAP],
    "competitors": [
        {"slug": "alder", "name": "Alder", "ours": False},
        {"slug": "birch", "name": "Birch", "ours": False},
    ],
}


def test_the_questions_speak_to_the_customer() -> None:
    assert [(q["id"], q["text"]) for q in GAP["survey"]["questions"]] == [
        ("importance", "How important is it to you to carry on from one device to the next, with all your notes?"),
        (
            "satisfaction",
            "How satisfied are you with how the product that you use today lets you carry on from one device to the"
            " next, with all your notes?",
        ),
        (
            "kano-with",
            "If a product let you carry on from one device to the next, with all your notes, how would you feel about"
            " it?",
        ),
        (
            "kano-without",
            "If it did not let you carry on from one device to the next, with all your notes, how would you feel about"
            " it?",
        ),
        ("pains", "Which of these happened to you in the last three months?"),
    ]
    assert GAP["survey"]["questions"][-1]["choices"] == ["won't sync", "lost *notes*", "none"]


def test_whoever_pursues_does_not_drop() -> None:
    told = GAP["survey"]
    assert (told["n"], told["pursue_from"], told["drop_at"]) == (60, 18, 17)


def test_rows_for_a_form_tool_are_as_wide_as_their_head() -> None:
    head, *rows = survey.survey_rows(DOCUMENT)
    assert head == list(survey.HEAD)
    assert all(len(row) == len(head) for row in rows)
    assert [row[3] for row in rows] == [
        "importance", "satisfaction", "kano-with", "kano-without", "pains",
        "last-change", "price-too-cheap", "price-bargain", "price-dear", "price-too-dear",
    ]  # fmt: skip
    assert rows[0] == [
        "2", NEED, "Alder and Birch", "importance",
        "How important is it to you to carry on from one device to the next, with all your notes?", "one",
        "1 not at all|2|3|4|5 extremely", "60", "18", "17",
    ]  # fmt: skip
    assert survey.survey_rows({**DOCUMENT, "gaps": []}) == [head]


def test_the_method_stands_once_and_each_gap_has_its_own_line() -> None:
    told = survey.section({**DOCUMENT, "gaps": [GAP, {**GAP, "survey": {**GAP["survey"], "number": 3}}]}, NAMES)
    assert told.count("How important is it to you") == 1
    assert told.count("Think of the last time you changed") == 1
    assert told.count("- **Gap ") == 2
    assert told.endswith(
        "- **Gap 3**, customers of Alder and Birch: … carry on from one device to the next, with all your notes."
        " Which of these happened to you lately: won't sync, lost \\*notes\\* or none?"
    )
    assert survey.section({**DOCUMENT, "gaps": []}, NAMES) == ""
