"""The audit of dependencies: findings fail, and a database that does not answer is said and fails nothing."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

_SPEC = spec_from_file_location("audit", Path(__file__).with_name("audit.py"))
assert _SPEC
assert _SPEC.loader
audit = module_from_spec(_SPEC)
sys.modules["audit"] = audit
_SPEC.loader.exec_module(audit)


@contextmanager
def database(answer: Callable[[list[dict[str, Any]]], bytes]) -> Iterator[str]:
    """A database on loopback; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = answer(json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"])
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_all_pins_of_the_lock_are_asked_about() -> None:
    pinned = dict(audit.pins(audit.LOCK.read_text("utf-8")))
    assert {"httpx", "polars", "prefect", "lxml", "uv"} <= pinned.keys()
    assert len(pinned) > 100
    assert audit.pins("a==1 \\\n    --hash=x\nb[c]==2.0 ; python_version < '4'\n# d==3\n    # via e==4\n") == [
        ("a", "1"), ("b", "2.0"),
    ]  # fmt: skip


def test_nothing_known_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    with database(lambda asked: json.dumps({"results": [{}] * len(asked)}).encode()) as where:
        assert audit.main(where) == 0
    assert capsys.readouterr().out.endswith("packages, 0 with known vulnerabilities\n")


def test_a_finding_fails_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    def answer(asked: list[dict[str, Any]]) -> bytes:
        told = [{"vulns": [{"id": "PYSEC-1"}]} if q["package"]["name"] == "lxml" else {} for q in asked]
        assert all(q["package"]["ecosystem"] == "PyPI" and q["version"] for q in asked)
        return json.dumps({"results": told}).encode()

    with database(answer) as where:
        assert audit.main(where) == 1
    assert " has PYSEC-1; raise it in pyproject.toml, then `make lock`\n" in capsys.readouterr().out


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b"{}", b'{"results": []}', b'{"results": 3}'])
def test_no_proper_answer_is_said_and_fails_nothing(capsys: pytest.CaptureFixture[str], body: bytes) -> None:
    with database(lambda _: body) as where:
        assert audit.main(where) == 0
    assert capsys.readouterr().out.startswith(f"audit: not done, {where} gave no answer (")


def test_nobody_and_silence_are_said_and_fail_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        where = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert audit.main(where) == 0  # nobody listens
        silent.listen()
        assert audit.main(where, 0.2) == 0  # and now nobody answers
    assert capsys.readouterr().out.count("audit: not done, ") == 2
