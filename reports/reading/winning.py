"""Which of two things a sentence finds better: the direction of a comparison, from its grammar alone.

The two names become marks; each rule is a pattern over the marked sentence that says which mark it favours, and by
which word. The word has a valence (*faster* against *slower*, *more reliable* against *more expensive*), and negation
turns it round. The first rule that speaks decides; a question decides nothing.
"""

from __future__ import annotations

import re
from typing import Literal

Winner = Literal["first", "second"]

_GOOD = (
    "better|faster|quicker|cheaper|easier|simpler|smarter|nicer|cleaner|safer|stronger|smoother|sharper|clearer|lighter"
    "|brighter|richer|friendlier|healthier|tastier|sweeter|cooler|prettier|cuter|funnier|happier|finer|fresher|neater"
    "|tidier|slicker|sleeker|sturdier|steadier|tougher|snappier|handier|wiser|kinder|fairer|greener|leaner|slimmer"
    "|thinner|superior|greater|bigger|larger|higher|warmer|newer|quieter|deeper|wider|crisper|fuller|nimbler|fancier"
)
_BAD = (
    "worse|slower|harder|heavier|weaker|pricier|costlier|dearer|uglier|dumber|louder|noisier|inferior|lower|poorer"
    "|clunkier|clumsier|buggier|laggier|bulkier|messier|dirtier|riskier|trickier|flimsier|blurrier|duller|sadder|lesser"
    "|ruder|stupider|crappier|lousier|older|longer|nastier|scarier|thirstier|rougher|darker|bloatier|smaller|shorter"
)
_BAD_WORDS = (
    "expensive|costly|difficult|complicated|complex|verbose|buggy|painful|pain|dangerous|annoying|confusing|risky|toxic"
    "|vulnerable|boring|prone|limited|clunky|cumbersome|tedious|awkward|fragile|problematic|unstable|unreliable|bloated"
    "|prices?|costs?|latency|bugs?|problems?|issues?|errors?|memory|power|energy|fuel|noise|weight|risks?|crashes|spam"
    "|overhead|time|effort|work|trouble|ads|lag|failures?|vulnerabilities|boilerplate|restrictive|fattening|harmful|evil"
)
_BEATS = (
    "beats?|beat out|outperforms?|outperformed|outclass(?:es|ed)?|outshines?|surpass(?:es|ed)?|trumps?|outsells?|tops"
    "|exceeds?|dominates?|destroys?|crush(?:es|ed)?|blows? away|ahead of|wins? over|is prefer(?:red|able) (?:to|over)"
    "|heads? over|has (?:an? |the )?[^.;]{0,20}(?:advantage|edge|lead) over|superior to|improves? (?:on|upon)|outdoes"
    "|outlasts?|overtook|overtakes?"
)
_LOSES = (
    "loses? to|lost to|falls? (?:short of|behind)|lags? behind|trails|(?:beaten|outperformed|surpassed|topped|overtaken"
    "|bested|outclassed) by|inferior to|pales? (?:in comparison|next|compared) (?:to|with)"
    "|(?:second|behind|no match) (?:place )?(?:to|for)|can(?:not|'t) (?:compete|compare) (?:with|to)"
    "|is nothing (?:compared )?(?:to|like)"
)
_BESIDE = (
    "(?:when |as |if )?compar(?:ed|ing|ison) (?:to|with)|in comparison (?:to|with)|over|versus|vs|against|unlike"
    "|relative to|alternative to|instead of"
)
_IS = "is|are|was|seems|looks|feels|has|have|works|runs|offers|gives|does"

_ONE, _TWO = "\u2460", "\u2461"
_ANY = f"([{_ONE}{_TWO}])"


def _pattern(text: str) -> re.Pattern[str]:
    """A rule's pattern; `{x}` is either mark, `{.n}` is up to n characters without one, `{comp}` a comparative."""
    text = re.sub(r"\{\.(\d+)\}", rf"[^{_ONE}{_TWO};]{{0,\1}}?", text)
    words = {"x": _ANY, "comp": rf"(?:more|less|fewer|{_GOOD}|{_BAD})\b", "beside": rf"(?:{_BESIDE})\b", "is": _IS}
    return re.compile(re.sub(r"\{([a-z]+)\}", lambda m: words[m.group(1)], text))


_COMP = _pattern(r"\b{comp}")
_MARK = _pattern("{x}")
_WON = re.compile(rf"{_ANY}([^{_ONE}{_TWO};]{{0,60}}?)\b(?:{_BEATS})\b[^{_ONE}{_TWO};,]{{0,40}}{_ANY}")
_LOST = re.compile(rf"{_ANY}([^{_ONE}{_TWO};]{{0,60}}?)\b(?:{_LOSES})\b[^{_ONE}{_TWO};,]{{0,40}}{_ANY}")
_NOT_AS = _pattern(
    r"{x}{.60}(?:\bnot|n't|\bnowhere near|\bnever) (?:[a-z]+ ){0,3}?(?:as|so) ([a-z-]+){.30} as {.40}{x}"
)
_BY = _pattern(r"{x}({.60})\b({comp}{.50})\b{beside} {.30}{x}")
_BY_FIRST = _pattern(r"\b{beside} {.30}{x}\s?,? {.30}{x}({.40})\b({comp}.{0,20})")
_A_BETTER = _pattern(r"{x}{.40}\ban? (better|worse|nicer|faster|cheaper) {x}")
_PREFER = _pattern(
    r"\b(?:prefer(?:red|s)?|rather|choose|chose|recommend) {.30}{x}{.30}\b(?:to|over|than|instead of) {.20}{x}"
)
_LIKE = _pattern(r"\b(?:like|liked|love|prefer)(?: the)? {x} (?:much |a lot |way |far )?(?:better|more)\b")
_THING = _pattern(r"\b(?:thing|only)\b{.30}(better|worse|faster|easier) than {.30}{x} is {.30}{x}")
_CONTRAST = re.compile(r"\b(?:but|while|whereas|although|though|however|yet|unlike)\b")
_SUBJECT = _pattern(r"{x}(?: [a-z0-9.-]+){0,3}? (?:{is}) ((?:[a-z]+ ){0,3}?)({comp}.{0,20})")
_WITHIN = _pattern(
    r"(?:is|be|are|was|it|do|done|work|works) ((?:[a-z]+ ){0,3}?)({comp}{.30}) (?:in|with|on|using) (?:the )?{x}"
)
_LISTED = _pattern(r"{x}\s*(?:,|and|or|/|&)\s*$")

_NOT = re.compile(r"\b(?:not|no|never|n't|nothing|nobody|hardly|barely|neither|nor|cannot|doubt|sceptical|skeptical)\b")
_NO_NOT = re.compile(r"\bnot only\b|\bno doubt\b|\bnot to mention\b")
_BREAK = re.compile(r"[,;:(]|\b(?:but|because|although|though|while|and)\b")
_AFTER = re.compile(r"[;:(]|\b(?:but|because|although|though|while|when|so)\b")
_OPEN = re.compile(r"\b(?:whether|if) [^.;!?]{0,40}$")
_PARTS = re.compile(r"(?<=[^.]{3}[.!?;])\s+|\s--+\s")
_ASKS = re.compile(
    r"(?:^|\b(?:and|so|or|hi|but)\W+|[,:]\s)(?:is|are|was|were|do|does|did|can|which|what|who|would|how)\b"
)
_NEAR = 9
"""Words between a comparative and its *than*, and between *than* and what is compared with."""


def who_wins(sentence: str, first: str, second: str) -> Winner | None:
    """The one that the sentence finds better, or None where it does not say: it may only name both."""
    text = " ".join(sentence.replace("’", "'").lower().split())
    text = _marked(_marked(text, first.lower(), _ONE), second.lower(), _TWO)
    parts = [part for part in _PARTS.split(text) if _ONE in part and _TWO in part]
    for rule in (_than, _verb, _beside, _preferred, _alone):
        for part in parts:
            if (part.endswith("?") and _ASKS.search(part)) or "vice versa" in part:
                continue
            if mark := rule(part):
                return "first" if mark == _ONE else "second"
    return None


def _marked(text: str, name: str, mark: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(name)}(?:'s|s)?(?!\w)", mark, text)


def _other(mark: str) -> str:
    return _TWO if mark == _ONE else _ONE


def _sign(words: str) -> int:
    """1 where a comparative and the words after it praise, -1 where they find fault."""
    head, _, rest = words.strip(" .,").partition(" ")
    head = head.rstrip(".,:)")
    bad = bool(re.match(rf"(?:[^\s,;.]+ )?(?:{_BAD_WORDS})\b", rest))
    if head in {"less", "fewer", "lower", "smaller", "shorter"}:
        return 1 if bad else -1
    if head == "longer":
        return 1 if re.match("battery|life|range|last", rest) else -1
    if head in {"more", "higher", "greater", "bigger", "larger"}:
        return -1 if bad else 1
    return 1 if re.fullmatch(_GOOD, head) else -1


def _turned(before: str) -> bool:
    """Whether an odd number of negations stands before a comparative, in its clause."""
    clause = _NO_NOT.sub("", _BREAK.split(before)[-1].replace("n't", " n't"))
    return len(_NOT.findall(clause)) % 2 == 1


def _favoured(mark: str, before: str, words: str) -> str:
    """The mark, or the other one, by the valence of the comparative that is said of it."""
    praised = (_sign(words) > 0) != _turned(before)
    return mark if praised else _other(mark)


def _than(part: str) -> str | None:
    """X is faster than Y; it is easier to use X than Y; faster than Y, X is ...; the only thing better than X is Y."""
    if (thing := _THING.search(part)) and thing.group(2) != thing.group(3):
        return thing.group(3) if _sign(thing.group(1)) > 0 else thing.group(2)
    for than in re.finditer(r"\bth[ae]n\b", part):
        before, after = part[: than.start()], part[than.end() :]
        comps = list(_COMP.finditer(before))
        if not comps or len(before[comps[-1].end() :].split()) > _NEAR or _OPEN.search(before[: comps[-1].start()]):
            continue
        near = _AFTER.split(after)[0]
        right = _MARK.search(" ".join(near.split()[:_NEAR]))
        if right is None:
            continue
        subject = _other(right.group(1))
        lefts = _MARK.findall(before)
        if lefts and lefts[-1] != subject and subject not in before[-60:]:
            continue  # the nearest is compared with itself, and the other is far
        if subject in near and subject not in before and not re.search(rf",[^,]*{subject} (?:{_IS})\b", near):
            continue  # both are compared with a third
        if lefts or subject in near:
            return _favoured(subject, before[: comps[-1].start()], before[comps[-1].start() :])
    return None


def _verb(part: str) -> str | None:
    """X beats Y; X loses to Y; X is not as quick as Y."""
    for pattern, wins in ((_LOST, False), (_WON, True)):
        found = pattern.search(part)
        if found and found.group(1) != found.group(3):
            return found.group(1) if wins != _turned(found.group(2)) else found.group(3)
    found = _NOT_AS.search(part)
    if found and found.group(1) != found.group(3):
        return found.group(1) if re.fullmatch(f"bad|{_BAD_WORDS}", found.group(2)) else found.group(3)
    return None


def _beside(part: str) -> str | None:
    """X is quicker compared to Y; compared to Y, X is quicker; X is a better choice over Y; X is a better Y."""
    found = _BY.search(part)
    if found and found.group(1) != found.group(4):
        return _favoured(found.group(1), found.group(2), found.group(3))
    found = _BY_FIRST.search(part)
    if found and found.group(1) != found.group(2):
        return _favoured(found.group(2), found.group(3), found.group(4))
    found = _A_BETTER.search(part)
    if found and found.group(1) != found.group(3):
        return _favoured(found.group(1), "", found.group(2))
    return None


def _preferred(part: str) -> str | None:
    """I prefer X to Y; rather X than Y; I like X better."""
    found = _PREFER.search(part)
    if found and found.group(1) != found.group(2):
        return found.group(2) if _turned(part[: found.start()]) else found.group(1)
    found = _LIKE.search(part)
    return found.group(1) if found else None


def _alone(part: str) -> str | None:
    """X is fine, but Y is quicker: the comparative has one of the two for its subject, the other stands in contrast."""
    if not _CONTRAST.search(part):
        return None
    found = _SUBJECT.search(part)
    if found and not _LISTED.search(part[: found.start()]):
        return _favoured(found.group(1), found.group(2), found.group(3))
    found = _WITHIN.search(part)
    return _favoured(found.group(3), found.group(1), found.group(2)) if found else None
