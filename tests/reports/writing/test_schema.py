"""The published schema of a report's JSON, held against real documents; and every field in them is described."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from reports.writing.document import FORMAT

SCHEMA = json.loads((Path(__file__).parents[3] / "reports" / "writing" / "report.schema.json").read_text("utf-8"))


def wrong(document: Any) -> list[str]:
    validator = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)]


def undescribed(value: Any, schema: Any, path: str = "$") -> Iterator[str]:
    """Fields that a document has and the schema does not name."""
    schemas = [
        SCHEMA["$defs"][s["$ref"].rpartition("/")[2]] if "$ref" in s else s for s in schema.get("oneOf", [schema])
    ]
    schema = next((s for s in schemas if s.get("type") != "null"), {})
    if isinstance(value, dict) and "additionalProperties" not in schema:
        for name, inner in value.items():
            if name in schema.get("properties", {}):
                yield from undescribed(inner, schema["properties"][name], f"{path}.{name}")
            else:
                yield f"{path}.{name}"
    elif isinstance(value, list):
        for inner in value:
            yield from undescribed(inner, schema.get("items", {}), f"{path}[]")


def test_the_schema_is_one_and_of_this_format():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["format"]["const"] == FORMAT


def test_a_document_keeps_to_it(document):
    assert wrong(document) == []


def test_every_field_of_a_document_is_described(document):
    new = sorted(set(undescribed(document, SCHEMA)))
    assert not new, f"describe in reports/writing/report.schema.json: {', '.join(new)}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.pop("rules"), "$: 'rules' is a required property"),
        (lambda d: d["gaps"][0].update(complaints="30"), "$.gaps[0].complaints: '30' is not of type 'integer'"),
        (lambda d: d["gaps"][0]["quotes"][0].pop("start"), "$.gaps[0].quotes[0]: 'start' is a required property"),
        (lambda d: d.update(date="1 March"), "$.date: '1 March' is not a 'date'"),
        (lambda d: d["gaps"][0]["opportunity"].update(score=21), "$.gaps[0].opportunity.score: 21 is greater than"),
    ],
)
def test_what_breaks_it_is_found(document, change, told):
    change(document)
    assert [line[: len(told)] for line in wrong(document)] == [told]
