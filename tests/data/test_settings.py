"""Settings: where a value comes from, and what is said of one that cannot be used."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.settings import ROOT, Settings, SettingsError, settings


@pytest.fixture
def unmet_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file in force instead of the checkout's."""
    file = tmp_path / "unmet.toml"
    monkeypatch.setitem(Settings.model_config, "toml_file", file)
    return file


def test_defaults_lie_in_the_checkout_and_are_polite() -> None:
    config = settings()
    assert (Path(config.lake), config.reports, config.markets) == (
        ROOT / "data" / "lake", ROOT / "reports" / "out", ROOT / "data" / "markets",
    )  # fmt: skip
    assert (ROOT / "pyproject.toml").is_file()
    assert config.pause_seconds >= 1
    assert config.user_agent == "unmet/0.1 (review research; contact: not given)"


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(
    unmet_toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unmet_toml.write_text('pause_seconds = 3\ntries = 2\ncontact = "file@example.org"\n')
    monkeypatch.setenv("UNMET_PAUSE_SECONDS", "4")
    monkeypatch.setenv("UNMET_CONTACT", "mail@example.org")
    config = settings()
    assert (config.pause_seconds, config.tries, config.timeout_seconds) == (4, 2, 30)
    assert config.user_agent == "unmet/0.1 (review research; contact: mail@example.org)"


def test_lists_and_tables_are_json_in_the_environment_and_toml_in_the_file(
    unmet_toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unmet_toml.write_text('retry_seconds = [1, 2.5]\n[connect_to]\n"a.example" = "127.0.0.1:1"\n')
    assert settings().retry_seconds == [1, 2.5]
    assert settings().connect_to == {"a.example": "127.0.0.1:1"}
    monkeypatch.setenv("UNMET_RETRY_SECONDS", "[]")
    monkeypatch.setenv("UNMET_CONNECT_TO", '{"b.example": "127.0.0.1:2"}')
    assert settings().retry_seconds == []
    assert settings().connect_to["b.example"] == "127.0.0.1:2"


def test_the_clock_can_be_set_and_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    assert abs((settings().clock() - datetime.now(UTC)).total_seconds()) < 10
    monkeypatch.setenv("UNMET_NOW", "2026-11-22T03:00:00")
    assert settings().clock() == datetime(2026, 11, 22, 3, tzinfo=UTC)
    monkeypatch.setenv("UNMET_NOW", "2026-11-22T03:00:00+05:30")
    assert settings().clock().isoformat() == "2026-11-21T21:30:00+00:00"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PAUSE_SECONDS", "soon", "setting pause_seconds: Input should be a valid number, unable to parse string as a number"),  # noqa: E501
        ("PAUSE_SECONDS", "-1", "setting pause_seconds: Input should be greater than or equal to 0"),
        ("TRIES", "0", "setting tries: Input should be greater than or equal to 1"),
        ("RETRY_SECONDS", "[1, []]", "setting retry_seconds.1: Input should be a valid number"),
        ("NOW", "tomorrow", "setting now: Input should be a valid datetime or date, input is too short"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_in_one_line(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"UNMET_{name}", value)
    with pytest.raises(SettingsError) as error:
        settings()
    assert str(error.value) == f"{said}; mend UNMET_{name} or unmet.toml"


@pytest.mark.parametrize(("name", "value"), [("RETRY_SECONDS", "60, 300"), ("CONNECT_TO", "localhost")])
def test_a_list_that_is_no_json_is_named_with_the_form_it_should_have(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"UNMET_{name}", value)
    with pytest.raises(SettingsError) as error:
        settings()
    assert str(error.value) == f"UNMET_{name}: is no JSON; a list is written as [60, 300], a table as {{...}}"


def test_an_unknown_name_in_the_file_is_told(unmet_toml: Path) -> None:
    unmet_toml.write_text("pause = 3\n")
    with pytest.raises(SettingsError) as error:
        settings()
    assert str(error.value) == "setting pause: Extra inputs are not permitted; mend UNMET_PAUSE or unmet.toml"


def test_a_file_that_is_no_toml_is_told_with_its_line(unmet_toml: Path) -> None:
    unmet_toml.write_text("tries = 2\npause_seconds = soon\n")
    with pytest.raises(SettingsError) as error:
        settings()
    assert str(error.value) == "unmet.toml: Invalid value (at line 2, column 17); mend that line"
