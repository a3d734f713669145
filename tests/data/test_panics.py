"""A panic of Rust's is not printed; what others print meanwhile is, and stderr is itself again afterwards."""

from __future__ import annotations

import os
import threading
import time

import pytest

from data.panics import unsaid

PANIC = b"\nthread 'tokio-rt-worker' (27236) panicked at src/buffered.rs:369:41:\nAlready shut down\n%snote: %s\n"
SHORT = PANIC % (b"", b"run with `RUST_BACKTRACE=1` environment variable to display a backtrace")
LONG = PANIC % (b"stack backtrace:\n   0: main\n", b"Some details are omitted, run with `RUST_BACKTRACE=full`")


def test_only_the_panic_is_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    with unsaid():
        os.write(2, b"before\n" + SHORT + b"between\n" + LONG + b"after\n")
        os.write(1, b"a result\n")
    os.write(2, b"and on\n")
    done = capfd.readouterr()
    assert (done.out, done.err) == ("a result\n", "before\nbetween\nafter\nand on\n")


def test_an_error_goes_through_and_blocks_may_lie_in_one_another(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="inner"), unsaid():  # noqa: PT012 - the blocks are what is tested
        os.write(2, b"outer\n")
        with unsaid():
            os.write(2, SHORT)
            raise ValueError("inner")
    os.write(2, b"and on\n")
    assert capfd.readouterr().err == "outer\nand on\n"


def test_a_panic_that_another_thread_still_tells_is_waited_for(capfd: pytest.CaptureFixture[str]) -> None:
    """Told in two pieces, the second of them long after the error of the first thread has arrived."""
    half = len(LONG) // 2

    def panic() -> None:
        os.write(2, LONG[:half])
        time.sleep(0.5)
        os.write(2, LONG[half:] + b"and its last words\n")

    other = threading.Thread(target=panic)
    with pytest.raises(ValueError, match="first"), unsaid():  # noqa: PT012 - the blocks are what is tested
        os.write(2, SHORT)
        other.start()
        time.sleep(0.1)
        raise ValueError("first")
    other.join()
    assert capfd.readouterr().err == "and its last words\n"
