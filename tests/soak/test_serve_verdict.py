"""The verdict of the soak of `unmet serve` can fail: growth, errors and runs that died are each told."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("soak_serve", Path(__file__).with_name("serve.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
soak = sys.modules[_SPEC.name] = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(soak)

WELL = Counter({"COMPLETED": 9, "SCHEDULED": 3})


def samples(grows=0.0, files=0.0, minutes=30):
    """Looks of so many minutes; MiB and open files grow by so much a minute."""
    return [
        soak.Sample(
            minute=m,
            serve=soak.Process(1, 0, "unmet serve", int((100 + grows * m) * soak.MIB), int(20 + files * m), 9),
            server=int((200 + grows * m) * soak.MIB), server_files=20, server_threads=9, runs=m // 2,
            tables=m, pages=m, reports=1, files=m, prefect=m,
        )
        for m in range(1, minutes + 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "states", "said", "died", "litter", "first"),
    [
        (samples(), WELL, "INFO all well", None, [], None),
        (samples(grows=0.4), WELL, "", None, [], None),
        (samples(grows=0.6), WELL, "", None, [], "memory of `unmet serve` grows by 36.0 MiB an hour; 30 are allowed"),
        (samples(files=0.5), WELL, "", None, [], "open files of `unmet serve` grows by"),
        (samples(minutes=12, grows=9), WELL, "", None, [], None),
        (samples(), WELL | Counter(FAILED=1), "", None, [], "runs that did not end well: {'FAILED': 1}"),
        (samples(), Counter(SCHEDULED=2), "", None, [], "no run was completed"),
        (samples(), WELL, "x | ERROR | y", None, [], "1 lines of the log tell of errors; the first: x | ERROR | y"),
        (samples(), WELL, "", 3, [], "`unmet serve` ended by itself (exit 3)"),
        (samples(), WELL, "", None, ["out/.staged"], "left behind: out/.staged"),
        ([], WELL, "", None, [], None),
    ],
)
def test_each_is_told(seen, states, said, died, litter, first, capsys):
    wrong = soak.verdict(seen, states, said, died, litter)
    if first is None:
        assert wrong == []
    else:
        assert wrong[0].startswith(first)
