"""Names pain points that no list knows, from how people say what fails, what lacks and what is wrong with something.

Every word of a mention is a letter (`_LETTERS`), so that "I can't change the font size", in one wording "i cant change
font size", is "iCvnn", and the pattern `C v NP` reads it: `can't change font size`. Only words of `wording.toml` get
into a name, so no person does; what does not make a whole name makes none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from reports.rules.wording import EDGE, NUMBER, Wording, going, plural

MOST_WORDS, MOST_LETTERS = 6, 44
"""Longer names are no names."""

_GRAMMAR = {
    "C": "cant",
    "X": "not wont never",
    "O": "no lack",
    "M": "missing",
    "A": "add include implement introduce",
    "B": "bring",
    "W": "wish",
    "N": "need want require",
    "L": "let allow enable give",
    "Y": "many",
    "T": "too",
    "K": "keep",
    "F": "fix",
    "R": "improve",
    "E": "be",
    "H": "have",
    "D": "would can",
    "i": "i",
    "e": "me",
    "y": "you",
    "h": "they",
    "I": "it app there who which what",
    "t": "to",
    "k": "like love prefer",
    "a": "able",
    "g": "nice great good useful helpful awesome cool perfect amazing handy lovely appreciated fantastic wonderful",
    "m": "more",
    "q": "better",
    "x": "enough",
    "p": "off up down out back away in on",
    "P": "for of at by from with as into about",
    "f": "if when",
    "o": "option ability way feature button function functionality capability possibility choice facility",
    "r": "problem issue trouble error bug glitch",
    "c": "and or but",
    "d": "all every only own again",
    ",": EDGE,
    "#": NUMBER,
}
"""Letter -> the words of grammar it stands for; beside them v verb, n noun, b both, j modifier, s state, u another."""
_THING = "(?:[jnb]{0,2}[nb])"
_DO = "(?P<do>[vbA])(?P<part>p?)"
_START = "(?:^|,|D|D[yh]|Nt|c)"
"""Where a sentence asks for what it names: "add", "you should add", "needs to add"; never "I add"."""
_PARTICLES = frozenset("turn set zoom sign pick switch scroll check fill back".split())
_OBJECT = frozenset(
    "use find see open put take read make play get turn set switch pick check fill change delete cut drop".split()
)
"""Verbs that say nothing without their object."""
_PREDICATIVE = frozenset("hard small tiny".split())
""""The font is small" is a complaint, "a small font" is none."""
_SEEN = frozenset("see get have".split())
"""Whoever wishes to do that with a thing misses the thing."""
_FORMATS = frozenset("export import convert sync save".split())


def named(said: pl.DataFrame, spoken: pl.DataFrame, wording: Wording) -> pl.DataFrame:
    """The names of worded mentions with `row` and `asks`, from their words `row` and `word`: `row` and `pain_point`."""
    letters = pl.DataFrame(
        {"word": list(_letters(wording)), "letter": list(_letters(wording).values())},
        schema={"word": pl.String, "letter": pl.String},
    )
    spelt = spoken.join(letters, on="word", how="left", maintain_order="left").with_columns(
        pl.col("letter").fill_null("u")
    )
    mentions = spelt.group_by("row", maintain_order=True).agg("word", pl.col("letter").str.join(""))
    near = mentions.filter(pl.col("letter").str.contains(_GATE)).join(said.select("row", "asks"), on="row")
    names = [(row, name(words, spelling, wording, asks=asks)) for row, words, spelling, asks in near.iter_rows()]
    return pl.DataFrame(names, schema={"row": pl.UInt32, "pain_point": pl.String}, orient="row").drop_nulls()


def name(words: list[str], spelling: str, wording: Wording, *, asks: bool) -> str | None:
    """The name of what fails, lacks or is wrong in a mention, or None; `asks`: whether it is a wish."""
    for pattern, build, only_asking in _PATTERNS:
        if only_asking and not asks:
            continue
        for match in pattern.finditer(spelling):
            built = build(_Found(words, match, wording))
            if built and len(built) <= MOST_LETTERS and _once(built.split()):
                return built
    return None


def _once(words: list[str]) -> bool:
    return len(words) <= MOST_WORDS and len({word.removesuffix("s") for word in words}) == len(words)


@cache
def _letters(wording: Wording) -> Mapping[str, str]:
    """Word -> its letter."""
    lists = wording.lists
    verbs, nouns = lists["verbs.words"] - lists["verbs.mute"], lists["nouns.words"]
    letters = dict.fromkeys(lists["modifiers.words"], "j")
    letters |= {word: "b" if word in verbs else "n" for word in nouns} | dict.fromkeys(verbs - nouns, "v")
    letters |= {word: "s" for word in wording.states if word not in nouns}
    return letters | {word: letter for letter, held in _GRAMMAR.items() for word in held.split()}


@dataclass(frozen=True, slots=True)
class _Found:
    """A pattern in a mention."""

    words: list[str]
    match: re.Match[str]
    wording: Wording

    def __getitem__(self, group: str) -> list[str]:
        start, end = self.match.span(group)
        return self.words[start:end] if start >= 0 else []

    def thing(self, group: str = "np") -> str:
        """A noun phrase as it is shown."""
        words = self[group]
        if not words:
            return ""
        shown = plural(words[-1]) if self.held(words, "nouns.plural") else words[-1]
        return " ".join([*words[:-1], shown])

    def held(self, words: list[str], *lists: str) -> bool:
        """Whether the last of the words stands in one of the lists."""
        return bool(words) and any(words[-1] in self.wording.lists[each] for each in lists)

    @property
    def before(self) -> str:
        return self.match.string[max(0, self.match.start() - 2) : self.match.start()]

    @property
    def after(self) -> str:
        return self.match.string[self.match.end() : self.match.end() + 1]


def _unable(found: _Found) -> str | None:
    """`can't change font size`; for a wish to see or get something `no timeline`."""
    (verb,), part, thing = found["do"], found["part"], found.thing()
    if part and verb not in _PARTICLES:
        part, thing = [], ""
    if not thing and (verb in _OBJECT or verb not in found.wording.lists["verbs.alone"]):
        return None
    if verb == "reply" and thing:
        return None  # answers were brought to that form
    if verb in found.wording.lists["nouns.verbal"]:
        return " ".join(["no", *found["np"], verb, *_aim(found, verb)])
    if verb in _SEEN and not found.match.group().startswith("C"):
        return _lacking(found)
    return " ".join(["can't", verb, *part, *([thing] if thing else []), *_aim(found, verb)])


def _aim(found: _Found, verb: str) -> list[str]:
    """`to pdf`, where it follows a verb that goes with it."""
    end = found.match.end()
    follows = verb in _FORMATS and found.after in ("t", "P") and found.match.string[end + 1 : end + 2] in ("n", "b")
    return found.words[end : end + 2] if follows else []


def _lacking(found: _Found) -> str | None:
    """`no widgets`; `not enough colors`; `poor translation`; nothing where "no" before it says nothing."""
    words = found["np"]
    amount = found["amount"] if "amount" in found.match.re.groupindex else []
    if amount == ["more"]:
        return f"not enough {found.thing()}"
    if amount == ["better"]:
        return f"poor {found.thing()}" if found.held(words, "nouns.gradable") else None
    if found.held(words, "nouns.spare"):
        return None
    return " ".join(["no", found.thing(), *(_aim(found, words[-1]) if found.held(words, "nouns.verbal") else [])])


def _loved(found: _Found) -> str | None:
    """ "I would love to see more templates"."""
    return _lacking(found) if found["do"][0] in _SEEN else None


def _missing(found: _Found) -> str | None:
    group = "np" if found["np"] else "np2"
    if found.held(found[group], "nouns.lost"):
        return f"missing {found.thing(group)}"
    return None if found.held(found[group], "nouns.spare") else f"no {found.thing(group)}"


def _idle(found: _Found) -> str | None:
    """`camera won't focus`, `search doesn't work`."""
    words, (verb,) = found["np"], found["do"]
    if verb not in found.wording.lists["verbs.breaks"] or found.held(words, "nouns.vague"):
        return None
    if verb == "work":
        return f"{found.thing()} {'don' if found.held(words, 'nouns.plural') else 'doesn'}'t work"
    return f"{found.thing()} won't {verb}"


def _refusing(found: _Found) -> str | None:
    """`won't open links`."""
    (verb,) = found["do"]
    if verb == "support":
        return None if found.held(found["np"], "nouns.spare") else f"no {found.thing()} support"
    return f"won't {verb} {found.thing()}" if verb in found.wording.lists["verbs.refuses"] else None


def _not_had(found: _Found) -> str | None:
    """ "I don't get updates", "I don't see the menu"."""
    (verb,) = found["do"]
    if found.held(found["np"], "nouns.spare"):
        return None
    if verb in ("get", "receive"):
        return f"no {found.thing()}"
    return f"can't {verb} {found.thing()}" if verb in ("see", "find") else None


def _keeping(found: _Found) -> str | None:
    """`keeps changing settings`."""
    (verb,) = found["do"]
    return (
        " ".join(["keeps", going(verb), found.thing()]).strip() if verb in found.wording.lists["verbs.ails"] else None
    )


def _hard(found: _Found) -> str | None:
    """`hard to find settings`."""
    (verb,) = found["do"]
    if found["state"] != ["hard"] or verb not in found.wording.lists["verbs.hard"]:
        return None
    return " ".join(["hard to", verb, *found["part"], found.thing()])


def _wrong(found: _Found) -> str | None:
    """`slow search`, `font too small`."""
    words, (state,) = found["np"], found["state"]
    negated = "X" in found.match.group() or found.before[-1:] in ("X", "O") or found.before == "Xd"
    if negated or found.held(words, "nouns.vague") or found.after in ("I", "u", "g"):
        return None
    if state in _PREDICATIVE and found.match.start("state") < found.match.start("np"):
        return None
    shown = found.wording.states[state]
    if shown == "poor" and not found.held(words, "nouns.gradable"):
        return None
    if shown == "missing":
        return _missing(found)
    return f"{found.thing()} {shown}" if shown.startswith("too ") else f"{shown} {found.thing()}"


def _too_many(found: _Found) -> str:
    return f"too {'many' if found.held(found['np'], 'nouns.plural') else 'much'} {found.thing()}"


def _troubled(found: _Found) -> str | None:
    """`keyboard problems`."""
    group = "np" if found["np"] else "np2"
    if found.held(found[group], "nouns.vague") or found.before[-1:] in ("O", "X"):
        return None
    return " ".join([*found[group], "problems"])


def _improved(found: _Found) -> str | None:
    return f"poor {found.thing()}" if found.held(found["np"], "nouns.gradable") else None


def _named(group: str) -> str:
    return f"(?P<{group}>{_THING})"


_NP, _NP2, _AMOUNT = _named("np"), _named("np2"), "(?P<amount>[mq]?)"
_RULES: tuple[tuple[str, Callable[[_Found], str | None], bool], ...] = (
    (f"C{_DO}[ed]?(?:{_NP}(?![nbv]))?", _unable, False),
    (f"W[Iyhi]*D[Iyhi]?d?{_DO}{_NP}?", _unable, False),
    (f"(?<!X)(?<!XE)at{_DO}{_NP}?", _unable, True),
    (f"(?:^|,|D[yh]?|Nt|[fWk][yh]D?)L[eyh]t?{_DO}{_NP}", _unable, True),
    (f"o[tP]{_DO}{_NP}?", _unable, True),
    (f"{_NP}E?X(?P<do>[vb])", _idle, False),
    (f"(?:^|,|I|c|f)D?X(?P<do>[vb])d?{_NP}", _refusing, False),
    (f"iX(?P<do>[vb])d?{_NP}", _not_had, False),
    (f"XHx?{_NP}o?", _lacking, False),
    (f"OP?{_NP}o?(?!N)", _lacking, False),
    (f"M{_NP}|{_NP2}E?M", _missing, False),
    (f"W(?:P|[Iyh]*D?[EHAL]+){_AMOUNT}{_NP}", _lacking, False),
    (f"(?:{_START}|[nbj]Dk?|k[yh])(?:A|Bp){_AMOUNT}{_NP}o?", _lacking, True),
    (f"{_NP}DE[dmq]?g", _lacking, True),
    (f"DE[gq](?:t[Ha]|f[Ihy]*D?[HAE]){_AMOUNT}{_NP}", _lacking, True),
    (f"DE[gq](?:t|f[iyh]D){_DO}{_NP}", _unable, True),
    (f"Dkt{_DO}{_NP}", _unable, True),
    (f"Dkt(?P<do>[vbH]){_AMOUNT}{_NP}", _loved, True),
    (f"Dk{_AMOUNT}{_NP}", _lacking, True),
    (f"(?:^|,|I|h|i|D)N{_AMOUNT}{_NP}(?!t)", _lacking, True),
    (f"Kp?(?P<do>[vb])(?:{_NP})?", _keeping, False),
    (f"(?P<state>s)t{_DO}{_NP}", _hard, False),
    (f"{_NP}E?T?(?P<state>s)(?![nb])", _wrong, False),
    (f"(?P<state>s){_NP}", _wrong, False),
    (f"TY{_NP}", _too_many, False),
    (f"Xx{_NP}", lambda found: f"not enough {found.thing()}", False),
    (f"{_START}F{_NP}", _troubled, False),
    (f"{_START}R{_NP}", _improved, False),
    (f"(?:^|,|N)q{_NP}", _improved, False),
    (f"{_NP}E?r|rP{_NP2}", _troubled, False),
)
"""How it is said, what it is called, and whether that holds for wishes alone; the first that gives a name wins."""
_PATTERNS = tuple((re.compile(pattern), build, only_asking) for pattern, build, only_asking in _RULES)
_GATE = "|".join(
    re.sub(r"\(\?<?[!=][^)]*\)|\?P<\w+>", lambda m: "?:" if m[0].startswith("?P") else "", p) for p, _, _ in _RULES
)
"""Any of the patterns, without what Polars' regexes do not have."""
