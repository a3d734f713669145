"""Which other product a mention speaks of: what it compares with, what it left, what it went to.

A gate, one regex over the whole column, finds the few mentions that may say so; only those are taken apart. A capture
is a raw name of up to six words; it is cut where a name ends, dropped where it names no product ("before", "3 hours",
"dark mode"), and told by the market's own name where that is known. Nothing is inferred: without such words it is null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import polars as pl

from reports.reading.cues import PLAIN
from reports.reading.gates import Gate
from reports.rules import Cue, Rules

OTHERS = "others"
"""What a comparison or switch names when it names no one: "the best I have owned", "any other app", "another app"."""

_RAW = pl.Schema(
    {"row": pl.UInt32, "rank": pl.Int32, "weak": pl.Boolean, "raw": pl.String, "text": pl.String, PLAIN: pl.String}
)
_EDGE = r"(?-u:\b)"
"""A word's edge by ASCII alone: by Unicode's idea of a letter, a regex is many times slower to compile and to run."""
_LETTER = "0-9a-zß-ž_"
_DETERMINERS = r"(?i)^(?:(?:the|an?|my|our|your|their|its|his|her|good old|using|almost|even) )+"
_OF_A_NAME = r" of (?:the )?([A-ZÀ-Þ])"
_PARTS = "(?i:music|drive|docs|maps|photos|pay|play|lite|plus|prime|mail|notes|messenger|news|eats|shorts)"
"""Ordinary words that often end a name and are then written small."""
_CAPITALS = (
    r"(?:^| )((?:[0-9][a-z0-9]*[A-Z][^ ]* )?[a-z]?[A-ZÀ-Þ][^ ]*(?: (?:& )?(?:[a-z]{0,2}[A-ZÀ-Þ0-9][^ ]*|"
    + _PARTS
    + r"))*)"
)
_ODD = r"[a-z][A-Z]|[0-9][A-Za-z]|[A-Za-z][0-9]"
"""Capitals or digits where no ordinary word has them."""
_MOST_BLANKS = 1
"""A switch to a name without capitals is believed up to two words."""


def add(
    pieces: pl.DataFrame, rules: Rules, names: Mapping[str, str] | None = None, gate: Gate | None = None
) -> pl.DataFrame:
    """`pieces` with `compared_with`, `switched_from` and `switched_to`: a name, `OTHERS`, or null; same rows and order.

    Needs the columns `row` (a number of its own for each), `text` and the plain text. `names` gives the name to report
    for each alias in lower case; any other product is given as it is written.
    """
    more, known = rules.comparing, dict(names or {})
    strong = {
        "compared_with": rules.compared,
        "switched_from": rules.switched_from,
        "switched_to": rules.switched_to,
    }
    weak = {column: more[f"{column.removesuffix('_with')}_named"] for column in strong}
    loosely = {column: tuple(_gate(cue) for cue in (strong[column], weak[column])) for column in strong}
    unnamed = {name: _any(more[name].cues) for name in ("superlative", "comparative")}
    text = pieces.select("row", "text", PLAIN)
    named = [
        (cue, loose)
        for column in strong
        for cue, loose in zip((strong[column], weak[column]), loosely[column], strict=True)
    ]
    wanted = [*named, *((more[name], pattern) for name, pattern in unnamed.items())]
    tried = [(text if gate is None else text[gate.rows(cue)], pattern) for cue, pattern in wanted]
    near = iter(pl.collect_all([some.lazy().filter(pl.col(PLAIN).str.contains(pattern)) for some, pattern in tried]))
    pieces = pieces.with_columns(pl.col("row").cast(pl.UInt32))
    for column in strong:
        captured = [_captured(next(near), cue, cue is weak[column]) for cue in (strong[column], weak[column])]
        raw = _shown(pl.concat(captured), rules, known)
        value = _rival(rules) if column == "compared_with" else _product(rules)
        told = raw.with_columns(value.alias(column)).drop_nulls(column).sort("weak", "rank")
        first = told.unique("row", keep="first", maintain_order=True).select("row", column)
        pieces = pieces.join(first, on="row", how="left", maintain_order="left")
    rows = pl.concat([_speaking(next(near), more[name]) for name in ("superlative", "comparative")])
    others = pl.col("compared_with").is_null() & pl.col("row").is_in(rows.implode())
    return pieces.with_columns(compared_with=pl.when(others).then(pl.lit(OTHERS)).otherwise("compared_with"))


def _speaking(near: pl.DataFrame, cue: Cue) -> pl.Series:
    """The rows that still hold the cue when its counter-cues are blanked."""
    left = pl.col(PLAIN).str.replace_all(_any(cue.blanks), " ") if cue.blanks else pl.col(PLAIN)
    return near.filter(left.str.contains(_any(cue.cues)))["row"].cast(pl.UInt32)


def _captured(near: pl.DataFrame, cue: Cue, weak: bool) -> pl.DataFrame:
    """What each of the cue's patterns captures: `_RAW`, a row for each that matches."""
    left = pl.col(PLAIN).str.replace_all(_any(cue.blanks, cue), " ; ") if cue.blanks else pl.col(PLAIN)
    lazy = near.with_columns(_left=left).lazy()
    parts = []
    for rank, pattern in enumerate(cue.cues):
        raw = pl.col("_left").str.extract(_any((pattern,), cue, end=False), 1).alias("raw")
        at = (pl.lit(rank).alias("rank"), pl.lit(weak).alias("weak"))
        hit = lazy.filter(pl.col("_left").str.contains(_loose(pattern, cue.whole_words)))
        parts.append(hit.select("row", *at, raw, "text", PLAIN).drop_nulls("raw").cast(_RAW))
    found = pl.concat(pl.collect_all(parts))
    written = [_written(*row) for row in found.select("raw", PLAIN, "text").iter_rows()]
    return found.with_columns(pl.Series("raw", written, dtype=pl.String))


def _written(raw: str, plain: str, text: str) -> str:
    """What was captured, with the capitals of the text."""
    cased = re.sub(r"\s+", " ", text)
    start = plain.find(raw)
    return (
        cased[start : start + len(raw)].replace("’", "'").replace("‘", "'")
        if len(cased) == len(plain) and start >= 0
        else raw
    )


def _any(patterns: tuple[str, ...], cue: Cue | None = None, *, end: bool = True) -> str:
    """Any of the patterns, between the edges of words."""
    joined = _quick("|".join(patterns))
    if cue is not None and not cue.whole_words:
        return f"(?:{joined})"
    return f"{_EDGE}(?:{joined}){_EDGE if end else ''}"


def _quick(pattern: str) -> str:
    """The pattern without Unicode's idea of a letter."""
    return re.sub(r"\[\\w([^\]]*)\]", rf"[{_LETTER}\1]", pattern).replace(r"\w", f"[{_LETTER}]").replace(r"\b", _EDGE)


def _gate(cue: Cue) -> str:
    return "|".join(_loose(pattern, cue.whole_words) for pattern in cue.cues)


@cache
def _loose(pattern: str, whole_words: bool) -> str:
    """What stands before the group of a pattern, or what stands behind it if that says more: it matches no less."""
    start = next(m.start() for m in re.finditer(r"\\.|\[[^\]]*\]|\((?!\?)", pattern) if m.group() == "(")
    depth = 0
    for match in re.finditer(r"\\.|\[[^\]]*\]|[()]", pattern[start:]):
        depth += {"(": 1, ")": -1}.get(match.group(), 0)
        if not depth:
            break
    before, behind = pattern[:start], pattern[start + match.end() :]
    edge = _EDGE if whole_words else ""
    return _quick(edge + before if before and _said(before) >= _said(behind) else behind)


def _said(part: str) -> int:
    """How many letters of a pattern stand outside its groups: any match holds them."""
    while (bare := re.sub(r"\(\?:[^()]*\)[?*+]*|\\.|\[[^\]]*\]", "", part)) != part:
        part = bare
    return len(re.sub(r"\W", "", part))


def _shown(raw: pl.DataFrame, rules: Rules, names: Mapping[str, str]) -> pl.DataFrame:
    """Adds what a captured name is by the market (`known`) and as written (`shown`), and what tells names from words.

    `low`, `bare`, `cut`: in lower case, without determiners, up to where it ends; `named`: begins with a capital;
    `sure`: and not because a sentence does.
    """
    bare = pl.col("raw").str.replace(_DETERMINERS, "").str.replace_all(_OF_A_NAME, "\u00a0of\u00a0$1")
    ends = rf"(?i) (?:{'|'.join(rules.comparing['cut'].cues)})(?: .*)?$"
    capitals = pl.col("text").str.count_matches(_EDGE + "[A-ZÀ-Þ]").cast(pl.Int64)
    small = pl.col("text").str.count_matches(r'(?:^|[ ("])[a-z]').cast(pl.Int64)
    raw = raw.with_columns(
        low=pl.col("raw").str.to_lowercase(),
        bare=bare.str.to_lowercase().str.replace_all("\u00a0", " "),
        cut=bare.str.replace(ends, ""),
        tells=small + 1 >= capitals,  # where most words have a capital, it tells nothing
    )
    known = pl.lit(None, dtype=pl.String)
    if names:
        alias = "(" + "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) + r")(?:\W|$)"
        within = pl.when(~pl.col("weak")).then(pl.col("cut").str.extract(rf"(?i)(?:^|\W){alias}"))
        within = pl.when(within.str.contains("^[A-ZÀ-Þ]")).then(within.str.to_lowercase())  # not "the command line"
        first = pl.when("weak").then("low").otherwise("bare").str.extract(f"^{alias}")
        known = pl.coalesce(first, within).replace_strict(names, default=None, return_dtype=pl.String)
    named = pl.col("cut").str.contains("^[a-z]?[A-ZÀ-Þ]") & pl.col("tells")
    starts = pl.col("text").str.starts_with(pl.col("raw"))
    written = pl.when("tells").then(pl.col("cut").str.extract(_CAPITALS, 1))
    whole = pl.when(written == pl.col("cut")).then(written).otherwise(written.str.strip_suffix("'s"))  # Apple's notes
    return raw.with_columns(
        known=known,
        shown=pl.coalesce(whole, "cut").str.replace_all("\u00a0", " ").str.strip_chars(" .,'\"-"),
        named=named,
        sure=(named & ~starts) | (pl.col("cut").str.contains(_ODD) & pl.col("tells")),
    )


def _begins(cue: Cue, column: str, end: str = r"(?:\W|$)") -> pl.Expr:
    return pl.col(column).str.contains(f"^(?:{'|'.join(cue.cues)}){end}")


def _rival(rules: Rules) -> pl.Expr:
    """The thing compared with."""
    more = rules.comparing
    vague = (pl.col("cut").str.len_chars() < 2) | (pl.col("weak") & ~pl.col("sure"))
    return (
        pl.when(pl.col("known").is_not_null()).then("known")
        .when(vague | _begins(more["no_rival"], "low")).then(None)
        .when(_begins(more["others"], "low")).then(pl.when(~pl.col("weak")).then(pl.lit(OTHERS)))
        .when(~_begins(more["cut"], "bare")).then("shown")
    )  # fmt: skip


def _product(rules: Rules) -> pl.Expr:
    """The product left or gone to."""
    more = rules.comparing
    small = pl.col("cut").str.to_lowercase()
    words = "|".join((*more["common"].cues, *more["no_product"].cues))
    wordy = small.str.contains(f"(?:^| )(?:{words})(?: |$)") | (small.str.count_matches(" ") > _MOST_BLANKS)
    vague = (pl.col("cut").str.len_chars() < 2) | (pl.col("weak") & ~pl.col("sure")) | (~pl.col("named") & wordy)
    whole = pl.col("shown").str.to_lowercase().str.contains(f"^(?:{'|'.join(more['no_product'].cues)})$")
    return (
        pl.when(pl.col("known").is_not_null()).then("known")
        .when(_begins(more["elsewhere"], "low") & ~pl.col("weak")).then(pl.lit(OTHERS))
        .when(~(vague | whole | _begins(more["no_place"], "low") | _begins(more["cut"], "bare"))).then("shown")
    )  # fmt: skip
