"""`make audit`: known vulnerabilities of the pinned dependencies, by OSV's public database (https://google.github.io/osv.dev).

One request for all pins; only names and versions are sent. Findings fail; a database that cannot be reached does not,
and is said in a line, so that nobody takes silence for a clean bill. No tool for it is installed: pip-audit brings
fifteen packages along, and `uv audit` wants a lock of its own form.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
SERVICE = "https://api.osv.dev/v1/querybatch"
SECONDS = 15.0
ACCEPTED: dict[str, str] = {}
"""Id of a finding -> why it does not concern us."""

_PIN = re.compile(r"(?m)^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)")


def pins(lock: str) -> list[tuple[str, str]]:
    """Name and version of everything that is installed."""
    return _PIN.findall(lock)


def findings(pinned: list[tuple[str, str]], service: str, seconds: float) -> dict[str, list[str]]:
    """`name version` -> ids of its known vulnerabilities; raises OSError or ValueError where there is no answer."""
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in pinned]
    asked = urllib.request.Request(
        service, json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=seconds) as answer:
        results = json.loads(answer.read(20_000_000))["results"]
    if len(results) != len(pinned):
        raise ValueError(f"{len(results)} answers to {len(pinned)} questions")
    found = {}
    for (name, version), result in zip(pinned, results, strict=True):
        ids = sorted(v["id"] for v in (result or {}).get("vulns", []) if v["id"] not in ACCEPTED)
        if ids:
            found[f"{name} {version}"] = ids
    return found


def main(service: str = SERVICE, seconds: float = SECONDS) -> int:
    """Prints what was found; 1 where anything was."""
    pinned, told = pins(LOCK.read_text("utf-8")), []

    def ask() -> None:
        try:
            told.append(findings(pinned, service, seconds))
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as e:
            told.append(e)

    # a thread that is left behind: looking up a name knows no timeout
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds + 1)
    result: Any = told[0] if told else TimeoutError("no answer in time")
    if isinstance(result, Exception):
        why = str(getattr(result, "reason", result)).splitlines()
        print(f"audit: not done, {service} gave no answer ({why[0] if why else type(result).__name__})")
        return 0
    for package, ids in result.items():
        print(f"audit: {package} has {', '.join(ids)}; raise it in pyproject.toml, then `make lock`")
    print(f"audit: {len(pinned)} packages, {len(result)} with known vulnerabilities")
    return int(bool(result))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
