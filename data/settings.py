"""What a user may set: environment variables that begin with UNMET_, or `unmet.toml` beside README.md."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError as WrongVariable

from data import store
from data.errors import UnmetError

ROOT = Path(__file__).resolve().parent.parent
"""The checkout; paths default to places in it."""


class SettingsError(UnmetError):
    """A setting has a value we cannot use."""


class Settings(BaseSettings):
    """All settings with their defaults; a name in capitals after UNMET_ sets one (UNMET_PAUSE_SECONDS=2)."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix="UNMET_", toml_file=ROOT / "unmet.toml", extra="forbid", frozen=True
    )

    lake: str = str(ROOT / "data" / "lake")
    """Folder of the lake (tables and page archive), or its address on an object store, s3://bucket/prefix."""
    reports: Path = ROOT / "reports" / "out"
    """Where reports are written, one folder a market."""
    markets: Path = ROOT / "data" / "markets"
    """The market files that `nightly` runs when none is named."""
    contact: str = ""
    """An address (mail or web) by which a site's owner can reach whoever runs this; part of the user-agent."""
    pause_seconds: float = Field(default=1.5, ge=0)
    """Between the end of one request and the start of the next to the same host."""
    shared_pace: bool = False
    """Whether the Prefect server that PREFECT_API_URL names holds each host's pace over all who collect by it."""
    timeout_seconds: float = Field(default=30, gt=0)
    """For connecting, and for each wait on an answer."""
    page_seconds: float = Field(default=120, gt=0)
    """For one whole answer, however slowly it drips."""
    page_bytes: int = Field(default=10_000_000, gt=0)
    """Largest answer as sent."""
    unpacked_bytes: int = Field(default=50_000_000, gt=0)
    """Largest answer after decompression."""
    tries: int = Field(default=4, ge=1)
    """Requests for one page, the first included, when a site is busy or does not answer."""
    longest_wait_seconds: float = Field(default=300, ge=0)
    """The longest Retry-After that is honoured by waiting; a longer one ends the visit."""
    pages: int = Field(default=200, ge=1)
    """Most pages of one listing in one visit; once it is raised, the next visit goes on to the older reviews."""
    whole_walk_days: int = Field(default=7, ge=1)
    """How long after a walk to the end a visit may stop at known reviews; then it goes to the end again, so that edits
    and disappearances further down are seen."""
    keep_pages_days: int = Field(default=30, ge=0)
    """How long archived pages are kept."""
    retry_seconds: list[float] = [60, 300]
    """Waits before a listing that could not be reached is tried again in the same run."""
    workers: int = Field(default=0, ge=0)
    """Processes that read reviews at once; 0 for one a core and eight at most, 1 for the command's own alone."""
    dask: str = ""
    """Address of a Dask scheduler (tcp://host:8786) whose workers read the lake's reviews, in place of `workers`."""
    cron: str = "0 3 * * *"
    """When `unmet serve` runs the nightly flow."""
    timezone: str = "UTC"
    """The zone that `cron` is meant in."""
    port: int = Field(default=4200, ge=1, le=65535)
    """Where `unmet serve` starts Prefect's server, on 127.0.0.1."""
    connect_to: dict[str, str] = {}
    """Host -> address:port that answers for it over plain HTTP, as curl's --connect-to: for mirrors, demo, tests."""
    allow_private: bool = False
    """Whether listings and redirects may lead to addresses that are not public: this machine, its network."""
    now: datetime | None = None
    """A pretended present, for reproducible runs; the clock when absent."""

    @field_validator("lake")
    @classmethod
    def _a_place_we_know(cls, lake: str) -> str:
        if "://" in lake and not lake.removeprefix(store.SCHEME).strip("/"):
            raise ValueError("names no bucket; s3://bucket/prefix does")
        if "://" in lake and not store.is_remote(lake):
            raise ValueError("is no folder and no s3://bucket/prefix")
        return lake.rstrip("/") if store.is_remote(lake) else lake

    def clock(self) -> datetime:
        """The present in UTC."""
        if self.now is None:
            return datetime.now(UTC)
        return self.now.astimezone(UTC) if self.now.tzinfo else self.now.replace(tzinfo=UTC)

    @property
    def user_agent(self) -> str:
        """Who asks: the project and a contact, on every request."""
        return f"unmet/0.1 (review research; contact: {self.contact or 'not given'})"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then `unmet.toml`."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def settings() -> Settings:
    """The settings in force; raises SettingsError with the name of the wrong one."""
    try:
        return Settings()
    except ValidationError as e:
        first = e.errors()[0]
        name = ".".join(str(p) for p in first["loc"])
        variable = f"UNMET_{str(first['loc'][0]).upper()}"
        raise SettingsError(f"setting {name}: {first['msg']}; mend {variable} or unmet.toml") from None
    except WrongVariable as e:
        named = re.search(r'field "(\w+)"', str(e))
        variable = f"UNMET_{named[1].upper()}" if named else "the UNMET_ variables"
        raise SettingsError(f"{variable}: is no JSON; a list is written as [60, 300], a table as {{...}}") from None
    except ValueError as e:
        raise SettingsError(f"unmet.toml: {e}; mend that line") from None
