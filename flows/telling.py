"""Task: after a market's night, tells those who asked for it what moved, and nothing when nothing did.

Receivers are Prefect notification blocks or Apprise addresses; an address is a secret and never stands in a log.
"""

# Annotations stay real objects here: Prefect looks at them when it runs a task.

import logging
import re
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import apprise
from prefect import get_run_logger, task
from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block
from prefect.cache_policies import NO_CACHE

from data import locks
from data.errors import UnmetError
from data.lake import Lake
from data.market import BLOCK, Market, MarketError, load
from data.settings import Settings, settings
from reports.writing import told
from reports.writing.digest import Digest, digest, no_report
from reports.writing.files import ReportError
from reports.writing.files import load as load_report

Sender = Callable[[str, str], bool]
"""Sends a title and a body; says whether they were taken."""


_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}")


class NotifyError(UnmetError):
    """Nobody could be told, or not everybody."""


def market_of(file: Path) -> Market | None:
    """The market of a file; None for one that is wrong, which is what there is to tell then."""
    try:
        return load(file)
    except MarketError:
        return None


def receivers(market: Market | None, config: Settings) -> list[str]:
    """Blocks and addresses; those that the market names come before those of the settings."""
    named = [] if market is None else list(market.notify)
    return named or [secret.get_secret_value() for secret in config.notify]


# not retried: it would tell those again who heard, where that could not be written down
@task(name="tell", task_run_name="tell {name}", cache_policy=NO_CACHE, persist_result=False)
def tell(name: str, file: Path, report: Path | None, why: str = "", broke_off: str = "") -> bool:
    """Sends the digest of a market, or nothing; says whether there was something to tell.

    Whoever does not take it is tried again after UNMET_RETRY_SECONDS. What was told is remembered once a receiver has
    it. Raises NotifyError when one could not be told, and ReportError when that it was cannot be remembered.

    Args:
        name: the market's slug.
        file: the market file.
        report: the report that was made; None where none could be.
        why: what was wrong then.
        broke_off: why collecting ended before all listings were visited.
    """
    config, market, log = settings(), market_of(file), get_run_logger()
    folder = config.reports / name
    with locks.run(config.lake, name), ExitStack() as kept:
        before = told.load(folder)
        if report is not None:
            document = load_report(report.with_suffix(".json"))
            found, now = digest(document, Lake(config.lake).visits(name), before, broke_off)
        else:
            title = file.stem if market is None else market.name
            found, now = no_report(title, why, config.clock().date(), before)
        if found is None:
            told.save(now, folder)
            log.info("%s: nothing moved, nobody is told", name)
            return False
        # written before anybody hears, and put in place after: a full disk is what there may be to tell
        unkept, keep = None, _nothing
        try:
            keep = kept.enter_context(told.written(now, folder))
        except ReportError as e:
            unkept = e
        failed = send(found, receivers(market, config), [] if unkept else config.retry_seconds, keep)
    if failed:
        raise NotifyError(f"{name}: not told: {', '.join(failed)}; check UNMET_NOTIFY or the block")
    log.info("%s: told: %s", name, found.title)
    if unkept:
        raise unkept
    return True


def _nothing() -> None:
    pass


def send(
    found: Digest, to: Sequence[str], waits: Sequence[float] = (), taken: Callable[[], None] = _nothing
) -> list[str]:
    """Sends a digest to each receiver; the ones that did not take it, without their secrets.

    Those are tried again after each of `waits`, seconds. `taken` is called once, as soon as anybody has it. Raises
    NotifyError, before anything is sent, where a receiver is none.
    """
    title, body = harmless(found.title), harmless(found.body)
    ready = [_block(receiver) if "://" not in receiver else _address(receiver) for receiver in to]
    left, heard = ready, False
    for wait in (0, *waits):
        time.sleep(wait)
        left = [(shown, sent) for shown, sent in left if not sent(title, body)]
        if len(left) < len(ready) and not heard:
            heard = True
            taken()
        if not left:
            break
    return [shown for shown, _ in left]


def harmless(text: str) -> str:
    """Text in which names and words from reviews call nobody and link nowhere, in chats that read @name or <!here>."""
    return text.replace("@", "@\u200b").replace("<", "‹").replace(">", "›")


def _address(receiver: str) -> tuple[str, Sender]:
    """How an address may be called in a log, and what sends to it."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its lines hold the address
    client = apprise.Apprise()
    kind = receiver.partition("://")[0]
    if not _SCHEME.fullmatch(kind):  # a piece of an address, that is
        raise NotifyError("UNMET_NOTIFY: holds an address that does not begin with its kind and ://; mend it")
    if not client.add(receiver):
        raise NotifyError(f"UNMET_NOTIFY: the {kind} address is none that Apprise understands; see its documentation")

    def sent(title: str, body: str) -> bool:
        return bool(client.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT))

    return f"{kind}://…", sent


def _block(name: str) -> tuple[str, Sender]:
    """The same of a Prefect block; what is none may be a mistyped address, or a piece of one, and is not repeated."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    if not BLOCK.fullmatch(name):
        raise NotifyError(
            "UNMET_NOTIFY: holds what is neither an address with :// nor a block such as slack-webhook/team; mend it,"
            " and write a blank in an address as %20"
        )
    try:
        block: Any = Block.load(name)
    except ValueError:
        raise NotifyError(
            "UNMET_NOTIFY, or notify in a market file, names a Prefect block that is not there; make it in Prefect's"
            " pages under Blocks"
        ) from None  # whose text repeats the name
    if not isinstance(block, NotificationBlock):
        raise NotifyError(f"Prefect block {name}: is of another kind; name a notification block")
    notify: Any = block.notify  # waits by itself outside of an event loop, which its type does not say

    def sent(title: str, body: str) -> bool:
        try:
            with block.raise_on_failure():
                notify(body, subject=title)
        except Exception:  # noqa: BLE001 - each kind of block raises its own, and their texts hold the address
            return False
        return True

    return name, sent
