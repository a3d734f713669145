"""The `unmet` command. Prefect is imported only when a flow runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from data.errors import UnmetError
from data.market import Column, MarketError
from data.settings import SettingsError
from flows import quiet
from flows.codes import DONE, NOTHING, STOPPED, USAGE

app = App(
    name="unmet",
    help="Mines public competitor reviews for the needs that competitors leave unmet.",
    version="0.1.0",
    suppress_keyboard_interrupt=False,
    help_epilogue="Start with `unmet demo`; README.md shows your own market in five minutes.",
)


@app.command
def demo() -> int:
    """Run the whole line against a small invented review site on this machine.

    Example: unmet demo
    """
    from flows import run

    return run.demo()


@app.command
def mine(what: list[str], /) -> int:
    """Collect reviews and write the report: of a market file, of a rival's addresses, or of a market with a newcomer.

    Example: unmet mine data/markets/notes.toml
    Example: unmet mine https://apps.apple.com/us/app/some-notes/id123456789
    Example: unmet mine data/markets/notes.toml https://apps.apple.com/us/app/some-notes/id123456789

    Parameters
    ----------
    what
        One market file, or one or more web addresses, or a market file and then the addresses of rivals that it does
        not name: their report says what they change in the market, and the file stays as it is.
    """
    from flows import run

    return run.mine(what)


@app.command
def nightly(markets: Annotated[list[Path] | None, Parameter(negative=())] = None, /) -> int:
    """Collect, read and report every market, or those named. What the schedule runs.

    Example: unmet nightly data/markets/notes.toml

    Parameters
    ----------
    markets
        Market files or folders of them; all of data/markets when none is named.
    """
    from flows import run

    return run.nightly(markets or [])


@app.command
def report(market: Path, /) -> int:
    """Read what is new in the lake and write a market's report, without asking any site.

    Example: unmet report data/markets/notes.toml
    """
    from flows import run

    return run.report(market)


@app.command
def serve(*, cron: str | None = None) -> int:
    """Run the nightly flow on a schedule until stopped, with Prefect's pages on http://127.0.0.1:4200.

    Example: unmet serve --cron "0 3 * * *"

    Parameters
    ----------
    cron
        When to run; UNMET_CRON, or three in the morning, when not given.
    """
    from flows import serving

    return serving.serve(cron)


@app.command
def read(
    input: Path,  # the word users see in --help
    /,
    *,
    out: Path,
    id: str | None = None,
    body: str | None = None,
    title: str | None = None,
    rating: str | None = None,
    written: str | None = None,
    product: str | None = None,
) -> int:
    """Read a file of reviews and write what each says to OUT/reviews.parquet and OUT/mentions.parquet.

    Example: unmet read reviews.csv --out read --body content --rating stars

    Parameters
    ----------
    input
        CSV, TSV, JSONL, JSON or Parquet; .gz and .zst too.
    out
        The folder to write to.
    id, body, title, rating, written, product
        The file's columns, where they are not called so.
    """
    from flows import readfile

    fields: tuple[Column, ...] = ("id", "body", "title", "rating", "written", "product")
    named = zip(fields, (id, body, title, rating, written, product), strict=True)
    return readfile.run(input, out, {field: column for field, column in named if column})


@app.command
def page(what: str, /, *, source: str | None = None, url: str | None = None) -> int:
    """Print the reviews that a source reads from one page, as JSON Lines; talk goes to stderr.

    Example: unmet page https://apps.apple.com/us/app/some-notes/id123456789
    Example: unmet page saved.html --source schema_org --url https://example.com/product

    Parameters
    ----------
    what
        A web address, or a file with a page saved from one.
    source
        The source to read it with; told by the address when not given.
    url
        The address that a file was saved from.
    """
    from flows import onepage

    return onepage.run(what, source, url)


@app.command
def sources() -> int:
    """Show every source: how it is read, what its terms say, what it cannot give.

    Example: unmet sources
    """
    from flows import onepage

    return onepage.sources()


@app.command
def learn(market: Path, /) -> int:
    """Let the star ratings of a market's reviews teach its rules which words complain; kept only if it helps.

    Example: unmet learn data/markets/notes.toml

    Parameters
    ----------
    market
        The market file; what is learned goes into the folder NAME.rules beside it.
    """
    from flows import learning

    return learning.run(market)


@app.command
def verify(what: list[Path] | None = None, /) -> int:
    """Recompute every number and quote of reports from the lake; says what is not so.

    Example: unmet verify
    Example: unmet verify reports/out/notes/2026-11-22.json

    Parameters
    ----------
    what
        Reports (their .json or .md), or market files; the newest report of every market when none is named.
    """
    from flows import verifying

    return verifying.run(what or [])


@app.command
def find(term: str, /, *, country: str = "us") -> int:
    """Look rivals up in the App Store's and Steam's own searches; prints tables to paste into a market file.

    Example: unmet find "note taking" --country gb

    Parameters
    ----------
    term
        What the rivals do, or what one is called.
    country
        The store to look in, as two letters.
    """
    from flows import finding

    return finding.run(term, country)


@app.command
def doctor(*, lake: Annotated[bool, Parameter(negative=())] = False) -> int:
    """Ask each source that needs no key for one well-known listing, and say which still work; or look after the lake.

    Example: unmet doctor
    Example: unmet doctor --lake

    Parameters
    ----------
    lake
        Ask nobody: look through the lake and the reports, mend what can be, and say what was found and done.
    """
    if lake:
        from flows import lakedoctor

        return lakedoctor.run()
    from flows import doctor as looking

    return looking.run()


@app.command
def backup(file: Path, /) -> int:
    """Write the lake and the reports into one file, as they are at this moment; runs may go on meanwhile.

    Example: unmet backup unmet.tar

    Parameters
    ----------
    file
        Where to; an older one is replaced once the new one is whole.
    """
    from flows import backing

    return backing.backup(file)


@app.command
def restore(file: Path, /) -> int:
    """Bring back the lake and the reports of a backup, where there are none.

    Example: unmet restore unmet.tar

    Parameters
    ----------
    file
        What `unmet backup` wrote.
    """
    from flows import backing

    return backing.restore(file)


@app.command
def replay(market: Path | None = None, /) -> int:
    """Read the archived pages again with today's parsers, without any network, and correct the lake.

    Example: unmet replay data/markets/notes.toml

    Parameters
    ----------
    market
        The market file; all of data/markets when none is named.
    """
    from flows import replaying

    return replaying.run(market)


@app.command
def forget(
    market: Path | None = None,
    /,
    *,
    competitor: str | None = None,
    source: str | None = None,
    review: str | None = None,
    author: str | None = None,
    yes: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Take reviews off this machine, with the pages and reports that quote them. It cannot be taken back.

    Example: unmet forget data/markets/notes.toml --competitor jotter

    Parameters
    ----------
    market
        The market file; every market when none is named.
    competitor
        Only the reviews of that competitor; its slug.
    source
        Only the reviews from that source.
    review
        Only the review of that key (a report's JSON names the key of every quote); it is never collected again.
    author
        Only the reviews by an author, as the source writes the name; none of that author's is collected again.
    yes
        Do not ask first.
    """
    from flows import forgetting

    return forgetting.run(market, competitor, source, yes, review, author)


def main(arguments: list[str] | None = None) -> None:
    """Runs the command and ends the process with its exit code; the edge where expected failures are caught."""
    quiet.hush()
    try:
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as e:
        _say(f"{e}; `unmet --help` lists the commands")
        code = USAGE
    except (MarketError, SettingsError) as e:
        _say(str(e))
        code = USAGE
    except UnmetError as e:
        _say(str(e))
        code = NOTHING
    except BrokenPipeError:
        code = DONE
    except KeyboardInterrupt:
        _say("stopped; what was collected is kept, run again to go on")
        code = STOPPED
    sys.exit(code if isinstance(code, int) else DONE)


def _say(text: str) -> None:
    print(f"unmet: {' '.join(text.split())}", file=sys.stderr)


if __name__ == "__main__":
    main()
