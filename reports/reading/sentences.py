"""Cuts a text into mentions: sentences, and the clauses that are set against each other.

Offsets count characters (code points) of the text as given, so `text[start:end]` is the mention. Two patterns find the
places where a mention could end, and each is judged by the few characters around it: time is linear in the text.
Where a rule is in doubt it does not cut, since half a clause says less than two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from reports.reading.abbreviations import NEVER, NUMBERED, SELDOM, SHORT, SUFFIXES
from reports.reading.clauses import (
    CONCEDING,
    LABELS,
    MAY_CONCEDE,
    MAY_OPEN,
    NEAR,
    OPENERS,
    SUBJECTS,
    concession,
    opens,
    said_after,
    said_before,
    word_before,
)

_STOP = ".!?…。！？｡।॥؟۔։።"
_LINE = "\n\r\x0b\x0c\x85\u2028\u2029"
_BULLET = "•●▪◦‣■►➤"
_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
"""Characters that nobody sees: soft hyphens, joiners, marks of direction."""
_BLANK = frozenset(_UNSEEN + " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | frozenset(
    map(chr, range(0x2000, 0x200B))
)
_BLANKS_SEEN = "".join(sorted(_BLANK))
_FACE = "\u2600-\u26ff\u2705\u270a-\u270d\u2728\u274c\u2753-\u2757\u2763\u2764\u2b50\U0001f300-\U0001faff"
"""Emoji that may end a sentence; arrows, ticks and other signs do not."""
_SMILE = r"[-'^]?[)(\]dp*]+(?![\w/])"
_PLACES = re.compile(
    rf"[{_LINE}{_STOP};:=—{_BULLET}{_FACE}](?:"
    rf"(?<=[{_STOP}])(?P<stop>[{_STOP}]*(?:(?<=!!)1[1!]*(?![\w.,]|\s*stars?\b))?)"
    rf"|(?<=[{_LINE}])(?P<line>(?:[^\S{_LINE}]*[{_LINE}])*)"
    rf"|(?<=[:;=])(?P<smile>{_SMILE})|(?<=;)(?P<semicolon>(?=\s|[^\W\d]{{3}}))|(?<=:)(?P<label>(?=[\s\w]))|(?<=—)(?P<em>(?=\w))"
    rf"|(?<=[{_BULLET}])(?P<bullet>)|(?<=[{_FACE}])(?P<face>[{_FACE}\ufe0f\u200d]*))"
)
_ITEM = r"[0-9][0-9]?[.)](?=\s?[^\W\d])"
_OPENERS = re.compile(rf"[\s,，](?:{OPENERS}|[-–—]{{1,3}}(?=\s)(?P<dash>)|{_ITEM}(?P<item>)|\({_ITEM}(?P<item_1>))")
_TAIL = re.compile(
    rf"(?P<close>(?:[\"'”’»)\]}}」』）】》*_~]|\[/\w{{1,9}}\]|</\w{{1,9}}>)*)[\u0300-\u036f\ufe0f\u20e3{_UNSEEN}]*"
    rf"(?P<comment>(?:[ \t\xa0]*(?:[\u2300-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff\U000e0020-\U000e007f]"
    rf"|[:;=]{_SMILE}|<3+(?!\w)))*)"
)
"""What belongs to a sentence behind its full stop: brackets and quotes that close, emoji, emoticons."""
_MAY_OPEN = re.compile(MAY_OPEN)
_SAID = re.compile(r"[^\W_]")
"""A letter or digit: whatever has none says nothing of its own."""
_BLANKS = re.compile(rf"[\s{_UNSEEN}]*")
_LETTERS = re.compile(r"[^\W\d_][\w'’]*")
_SECOND = re.compile(r"\s\(?2[.)]\s?[^\W\d]")
_DOTTED = re.compile(r"(?:[a-z]\.)+[a-z]$")
_INITIAL = re.compile(r"\s[a-z]\.")
_SPACED = re.compile(r"\s(?:com|net|org)\b")
_ENTITY = re.compile(r"&#?\w{1,8}$")
_ADDRESS = re.compile(r"[@/\\_=]|www\.")
_QUERY = re.compile(r"[/=]|\w\.\w")
_CALL = re.compile(r"\w+[(=_\\]")
_DECIMAL = re.compile(r"\d+\.\d")
_LAST = re.compile(r"[\w'’]+$")
_PIECES = re.compile(r"[^\W_][\w'’]*")
_LIST = re.compile(rf"[-–—*+>#{_BULLET}]|\(?\w{{1,2}}[.)]")
_OPENING = frozenset("([{「『（【《“‘«\"'#@$€£¥₹<&")

_STARTERS = SUBJECTS | frozenset(
    "but and so also then very great good nice love best bad worst what why how can would could will "
    "does do don't dont only just thanks thank pls plz highly excellent awesome amazing keep need "
    "needs for however overall".split()
)
"""Words that begin a sentence more often than they go on with one."""
_CONTINUES = frozenset("and or then because that which to of for with so like as who where than well um uh".split())
_DANGLING = frozenset(
    "a an the my your our their his her its this that these those of to in on at for from with by and "
    "or but so as is are was were be been am not very too really just more most can could will would "
    "should i we you u they he she it's than into about if when which who what how has have had do "
    "does did don't doesn't can't dont cant i'm love like hate".split()
)
"""Words after which a sentence goes on."""


_CUTS = "".join(f"\\x{{{ord(letter):x}}}" if letter != "-" else "-" for letter in f"{_LINE}{_STOP};:=—{_BULLET}{_FACE}")
_WHOLE = rf"^[^{_CUTS}]*[.!?…]{{0,20}}(?: ?[{_FACE}\ufe0f]){{0,20}}$"
"""A text that `_PLACES` finds nothing in but the full stop at its end, and emoji behind it, in Rust's dialect."""


def splits(texts: pl.Series) -> Iterator[list[tuple[int, int]]]:
    """What `split` says of each text. Most are of one mention, and expressions know nearly all of those."""
    start = texts.str.len_chars() - texts.str.strip_chars_start(_BLANKS_SEEN).str.len_chars()
    bare = texts.str.strip_chars(_BLANKS_SEEN)
    opens = texts.str.contains(f"(?i){MAY_OPEN}|İ")
    whole = bare.str.contains(_WHOLE) & ~opens & ~bare.str.contains(MAY_CONCEDE) & (bare != "")
    end = start + bare.str.len_chars()
    columns = (each.to_list() for each in (texts, opens, whole, start, end))
    for text, opening, one, first, last in zip(*columns, strict=True):
        yield [(first, last)] if one else split(text, opening=opening)


def split(text: str, *, opening: bool | None = None) -> list[tuple[int, int]]:
    """The mentions of a text as (start, end), in order, without blanks at either side.

    A piece without a letter or digit (an emoji, `!!!`) belongs to the mention before it, since it comments on that;
    at the start of a text, to the mention after it. Every letter and digit is in a mention. `opening`: whether the text
    may hold an opener, a dash or a list, where that is known already.
    """
    low = text.lower()
    if len(low) != len(text):  # the one letter whose lower case is longer
        low = text.replace("İ", "i").lower()
    first = _SAID.search(low)
    if not first:
        start, end = _bare(low, 0, len(low))
        return [(start, end)] if start < end else []
    places = list(_PLACES.finditer(low))
    if opening or (opening is None and _MAY_OPEN.search(low)):
        places += _OPENERS.finditer(low)
        places.sort(key=re.Match.start)
    spans: list[tuple[int, int]] = []
    start = line = marked = 0
    number = 2 if places and low.lstrip()[:2] in ("1.", "1)", "(1") else 1
    for place in places:
        at, end, kind = place.start(), place.end(), place.lastgroup
        if at < start or at < marked or kind is None:
            continue
        if kind == "stop":
            cut = end if end == len(low) else _stops(text, low, start, at, end)
        elif kind == "line":
            cut = end if _breaks(text, low, start, line, at, end) else 0
            line = end
        elif kind.startswith("item"):
            told = int(low[at + 1 : end].strip("(.)"))
            cut = at + 1 if told == number and (told > 1 or _SECOND.search(low, end, end + 5 * NEAR)) else 0
            if cut:
                number, marked = told + 1, end
        elif "_" in kind:
            cut = opens(low, start, at + 1, end, kind.split("_")[0])
        else:
            cut = _pauses(text, low, start, at, end, kind)
        if cut > first.start():
            _add(spans, low, start, cut)
            start = cut
    if start < len(low):
        _add(spans, low, start, len(low))
    return spans


def _add(spans: list[tuple[int, int]], low: str, start: int, end: int) -> None:
    """Adds a piece, or adds it to the one before if it says nothing."""
    said = low[start].isalnum() or _SAID.search(low, start, end)
    start, end = _bare(low, start, end)
    if not said:
        if start < end:
            spans[-1] = (spans[-1][0], end)
        return
    if low[start] in CONCEDING:
        main = concession(low, start, end)
        if main:
            spans.append(_bare(low, start, main))
            start = main
    spans.append((start, end))


def _bare(low: str, start: int, end: int) -> tuple[int, int]:
    while start < end and low[start] in _BLANK:
        start += 1
    while end > start and low[end - 1] in _BLANK:
        end -= 1
    return start, end


def _stops(text: str, low: str, start: int, at: int, end: int) -> int:
    """Where the sentence ends whose full stop, or what looks like one, is `text[at:end]`; 0 if it goes on."""
    if end == len(low):
        return end
    if low[end] == " " and low[end + 1 : end + 2].isalnum():
        if low[at:end] == ".":
            return 0 if _abbreviates(text, low, start, at, end) else end
        return end if low[at] in "!?" or _trails_off(text, low, start, at, end) else 0
    tail = _TAIL.match(low, end, end + NEAR)
    after = tail.end() if tail else end
    if after == len(low) or low[at] in "。！？｡।॥؟۔։።":
        return after
    if low[at - 1 : at] == "(" and (low[end] == ")" or low[end].isalnum()):
        return 0  # (!)
    point = low[at:end] == "."
    goes_on = low[after]
    if not (goes_on.isspace() or goes_on in _UNSEEN):
        if tail and tail["comment"]:
            return after
        if goes_on.isalnum():
            glued = after > end or (_glued_point if point else _glued)(low, start, at, end)
            return after if glued and (point or low[at] in "!?" or _trails_off(text, low, start, at, after)) else 0
        return after if goes_on in _OPENING and (at - start > 2) else 0
    if point and _abbreviates(text, low, start, at, end):
        return 0
    if after > end and tail and tail["close"] and not tail["comment"] and _next(text, after).islower():
        return 0  # "Wow!" she said
    if not point and low[at] in ".…" and not _trails_off(text, low, start, at, after):
        return 0
    return after


def _next(text: str, at: int) -> str:
    """The first character that is seen from `at` on, or nothing."""
    found = _BLANKS.match(text, at, at + NEAR)
    at = found.end() if found else at
    return text[at : at + 1]


def _word(low: str, at: int) -> str:
    blanks = _BLANKS.match(low, at, at + NEAR)
    found = _LETTERS.match(low, blanks.end() if blanks else at, at + NEAR)
    return found[0].replace("’", "'") if found else ""


def _trails_off(text: str, low: str, start: int, at: int, after: int) -> bool:
    """Whether three dots end the sentence."""
    if not _next(text, after).islower():
        return True
    word = _word(low, after)
    return word == "but" or (word not in _CONTINUES and said_before(low, start, at, words=2))


def _abbreviates(text: str, low: str, start: int, at: int, end: int) -> bool:
    """Whether the full stop at `at`, before a blank, ends a word and not the sentence."""
    if at - start < 4 and low[start:at].strip(" (").isdigit():
        return True  # 1. of a list
    if at - start > 9 and low[at - 8 : at].isalpha():
        return False  # longer than any abbreviation
    word = low[max(start, low.rfind(" ", start, at) + 1) : at]
    if len(word) > 1 and word.isalpha() and word not in SHORT:
        return _SPACED.match(low, end) is not None
    word = word_before(low, start, at)
    dotted = _DOTTED.search(word) is not None
    if not (dotted or len(word) < 2 or word in SHORT):
        return _SPACED.match(low, end) is not None or (word.isdigit() and _next(text, end).isdigit())
    following = _next(text, end)
    if len(word) == 1 and (_INITIAL.match(low, end) if word.isalpha() else following.isdigit()):
        return True  # e. g., 2. 5
    if not following or word in NEVER or word in ("e.g", "i.e"):
        return following != ""
    if following.isdigit():
        return word in NUMBERED or word in SELDOM
    seldom = word in SELDOM or dotted
    if not following.isupper():
        return seldom
    follows = _word(low, end)
    if seldom:  # ... 5 p.m. EST; the U.S. Army
        place = text.index(following, end)
        shouted = len(follows) > 1 and text[place : place + len(follows)].isupper() and follows not in _STARTERS
        return shouted or (dotted and word not in ("a.m", "p.m") and follows not in _STARTERS)
    initial = len(word) == 1 and word not in "iu" and text[at - 1].isupper()
    return initial and follows not in _STARTERS  # J. Smith


def _glued_point(low: str, start: int, at: int, end: int) -> bool:
    """Whether a full stop without a blank ends a sentence: `good.but`, and not `notes.txt`, `2.1` or `U.S.`."""
    left, right = _beside(low, start, at, end)
    if _ADDRESS.search(left) or "@" in right:
        return False
    word = _LAST.search(left)
    if word and word[0].isdigit() and left.strip("(") == word[0] and not low[start : at - len(left)].strip():
        return False  # 1.of a list
    pieces = _PIECES.findall(right)
    if not word or word[0] in NEVER or not pieces:
        return False
    first = pieces[0]
    if first.isdigit():
        return len(word[0]) > 1 and word[0].isalpha() and word[0] not in NUMBERED and not _DECIMAL.match(right)
    if first in SUFFIXES or (len(pieces) > 1 and right[len(first)] == "." and pieces[1] in SUFFIXES):
        return False  # docs.example.com
    if word[0].isdigit():
        return len(first) > 2
    return len(word[0]) > 1 and (len(first) > 1 or first in "iua") and not _CALL.match(right)


def _glued(low: str, start: int, at: int, end: int) -> bool:
    """Whether `!`, `?` or dots without a blank end a sentence, and are not part of an address."""
    left, right = _beside(low, start, at, end)
    if right[1:2].isalnum() or right[0].isdigit() or right[0] in "iua" or not right[0].isascii():
        return low[at] != "?" or not _QUERY.search(left)
    return False  # sh!t


def _beside(low: str, start: int, at: int, end: int) -> tuple[str, str]:
    """What stands before `at` and after `end` without a blank."""
    left, right = low[max(start, at - NEAR // 2) : at], low[end : end + NEAR // 2]
    return left and left.split(" ")[-1], right.split(None, 1)[0]


def _pauses(text: str, low: str, start: int, at: int, end: int, kind: str) -> int:
    """Where the piece ends at a semicolon, dash, bullet, emoji or emoticon; 0 if it goes on."""
    if kind == "bullet":
        return at if said_before(low, start, at) else 0
    if kind == "semicolon":
        entity = _ENTITY.search(low[max(start, at - 9) : at])
        return end if not entity and said_before(low, start, at) and said_after(low, end) else 0
    if kind == "label":
        word = word_before(low, start, at)
        at = low.rindex(word, start, at)
        labels = word in LABELS and said_before(low, start, at) and word_before(low, start, at) not in _DANGLING
        return at if labels else 0
    if not said_before(low, start, at, words=2):
        return 0
    if kind in ("dash", "em"):
        digits = low[at - 1 : at].isdigit() and _next(low, end).isdigit()
        aside = _word(low, end) in ("which", "who", "that", "like", "especially", "including", "such", "or", "and")
        return end if not digits and not aside and said_after(low, end, words=2) else 0
    tail = _TAIL.match(low, end, end + NEAR)
    after = tail.end() if tail else end
    following, word = _next(text, after), _word(low, after)
    if word_before(low, start, at) in _DANGLING or low[after : after + 1].isalnum():
        return 0  # I ❤ it
    if following.isupper():
        return after if word in _STARTERS or not text[after : after + NEAR].lstrip()[1:2].isupper() else 0
    return after if kind == "face" and word in _STARTERS else 0


def _breaks(text: str, low: str, start: int, line: int, at: int, end: int) -> bool:
    """Whether a line that began at `line` ends its sentence with it, and is not one that was wrapped."""
    following = _next(text, end)
    if not following.islower() or sum(c in _LINE for c in text[at:end].replace("\r\n", "\n")) > 1:
        return word_before(low, start, at) not in ("the", "a", "an", "of", "with", "my") or not following.isupper()
    if _LIST.match(low, end) or text[at - 1 : at] in (":", "-"):
        return True
    wrapped = (
        at - line >= NEAR // 2
        or text[max(start, at - NEAR) : at].rstrip()[-1:] == ","
        or word_before(low, start, at) in _DANGLING
    )
    return not wrapped
