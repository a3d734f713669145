"""What mutations are made of, for every kind of input: bytes exchanged, and values of JSON exchanged for odd ones."""

from __future__ import annotations

import json
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from functools import partial
from typing import Any

SEED = 20261122
SLOWEST = 1.0  # seconds of processor time that no input may exceed; the largest is 3 MB
HUNG = 60  # seconds after which a reader is taken for hung
TOKENS = (
    b"null", b"[]", b"{}", b'""', b"-1", b"4294967295", b"1e999", b"\x00", b"\xff\xfe", b"\xf0\x9f\x98", b"<", b">",
    b'"', b"\\", b"&#x110000;", b"]]>", b"<!--", b"{" * 50, b"[" * 50, b"<div>" * 50, b"9" * 400,
    b"2026-13-45T99:99:99",
)  # fmt: skip
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, 10**400, 1e308, float("nan"), float("-inf"), 0.5, "", " ", "0", "-1",
    "9" * 400, "1e999", "\ud800", "\x00", "\u2028", "a\nb", "<b>", "&#x110000;", "2026-13-45T99:99:99", "0001-01-01",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "http://[", "//other.example/x", "https://other.example/",
    "x" * 10_000, [], {}, [[]], [None], {"": None}, {"label": None}, "@100@", "@900@", "@20000@",
)  # fmt: skip
"""Values where others are due; those between @ become so many nested lists."""

say = partial(print, flush=True)


class Escaped(Exception):
    """What a parser did that it must not do."""


def bytes_changed(body: bytes, rng: random.Random, spots: list[tuple[int, int]]) -> bytes:
    """The input with one to four things done to it, at the spots where there are any."""
    data = bytearray(body)
    for _ in range(rng.randint(1, 4)):
        first, last = rng.choice(spots) if spots else (0, len(data))
        at = min(rng.randint(first, last), len(data))
        here, token = slice(at, at + rng.choice((0, 1, 2, 8, 64, 512))), rng.choice(TOKENS)
        data[here] = rng.choice((b"", data[here] * 2, token, token + data[here], bytes([rng.randrange(256)])))
        if rng.random() < 0.03:
            del data[at:]
    return bytes(data)


def value_changed(root: Any, rng: random.Random) -> Any:
    """JSON with one value somewhere in it taken out, exchanged, wrapped, bent or replaced; strings of JSON as well."""
    top: Any = [root]
    inside, key = top, 0
    while isinstance(inside[key], list | dict) and inside[key] and rng.random() < 0.85:
        inside = inside[key]
        key = rng.randrange(len(inside)) if isinstance(inside, list) else rng.choice(list(inside))
    value = inside[key]
    bent = [deepcopy(rng.choice(ODD)), [value] * rng.choice((0, 1, 2))]
    if isinstance(value, str):
        bent += [value * 3, value[: len(value) // 2], value[::-1], value + "\u0000\ud83d"]
        if value[:1] in {"[", "{"}:
            with suppress(ValueError):
                bent = [json.dumps(value_changed(json.loads(value), rng))]
    elif isinstance(value, int | float):
        bent += [-value, str(value), value * 1_000_003]
    roll = rng.randrange(6)
    if roll == 0 and inside is not top:
        del inside[key]
    elif roll == 1 and inside is not top:
        other = rng.randrange(len(inside)) if isinstance(inside, list) else rng.choice(list(inside))
        inside[key], inside[other] = inside[other], value
    else:
        inside[key] = rng.choice(bent)
    return top[0]


def json_of(value: Any) -> str:
    """A value as JSON, with lists as deep as the odd values ask for."""
    return re.sub(r'(?:\\*")@(\d+)@(?:\\*")', lambda n: "[" * int(n[1]) + "]" * int(n[1]), json.dumps(value))


def tried(name: str, numbers: range, judge: Callable[[int], str]) -> tuple[Counter[str], float]:
    """How many mutations came to what, and the slowest in seconds; says of each that escaped how to see it."""
    counts: Counter[str] = Counter()
    slowest = 0.0
    for number in numbers:
        try:
            with _not_hanging():
                started = time.process_time()
                told = judge(number)
                slowest = max(slowest, took := time.process_time() - started)
            if took > SLOWEST:
                raise Escaped(f"took {took:.1f} s")
            counts[told] += 1
        except Exception as e:
            counts["escaped"] += 1
            if len(numbers) == 1:
                raise
            say(f"{type(e).__name__}: {str(e)[:200]!r}; --only {name} --from {number} --count 1")
    return counts, slowest


@contextmanager
def _not_hanging() -> Iterator[None]:
    def hung(*_: object) -> None:
        raise Escaped(f"did not end within {HUNG} s")

    signal.signal(signal.SIGALRM, hung)
    signal.alarm(HUNG)
    try:
        yield
    finally:
        signal.alarm(0)
