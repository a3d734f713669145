"""Where a clause is set against the one before it: `but`, `although`, `please add`, and what only looks like it.

Every function looks at no more than `NEAR` characters around a place, so that reading takes no longer than the text.
Texts are in lower case.
"""

from __future__ import annotations

import re

NEAR = 80
_VERBS = (
    "add allow bring change check consider create do don'?t enable fix get give help improve include "
    "increase keep let look make provide put reduce refund remove resolve return solve sort stop "
    "support take update upgrade work"
).split()
_LACKS = (
    "problem prob issue complain complaint thing downside drawback con gripe flaw bug negative concern disadvantage "
    "annoyance suggestion criticism minus reason"
).split()
_OPENERS = {
    "but": (r"b(?:ut|t)(?![a-z'’])", "但是?", "不过", "可是", "然而"),
    "though": (r"tho(?:ugh)?\b", r"al(?:tho(?:ugh)?|beit)\b", r"whereas\b"),
    "yet": (r"yet\b",),
    "excepted": (r"exc?ept\b",),
    "aside": (
        *(r"however\b", r"unfortun\w+", r"sadly\b", r"regrettably\b", r"nonetheless\b", r"nevertheless\b"),
        *(r"otherwise\b", r"despite\b", r"on\s+the\s+(?:other\s+hand|(?:down|flip)\s?side)\b", r"whil(?:e|st)\b"),
        *(r"that\s+(?:being\s+)?said\b", r"having\s+said\s+that\b", r"in\s+spite\s+of\b", r"a(?:part|side)\s+from\b"),
    ),
    "only": (
        rf"only\s+(?:(?:other|real|major|minor|big|bad|slight|one)\s+)?(?:{'|'.join(_LACKS)})s?"
        r"(?=\s+(?:is|was|are|i|i'm|i've|that|that's|with|would|missing|for|why|it)\b|:)",
    ),
    "wish": (
        *(rf"{verb}\s+(?:it|they|there|the|you|u|i|we|this|that|to\s+see|someone)\b" for verb in ("wish", "hope")),
        r"it\s+would\s+be\s+(?:(?:so|even|really|very)\s+)?(?:nice|great|better|good|helpful|cool|awesome|perfect|best)"
        r"\s+(?:if|to)\b",
        *(rf"{please}\s+(?:{'|'.join(_VERBS)})\b" for please in (r"pl(?:ea?se?|eas|[sz]+)", "kindly")),
    ),
}
OPENERS = "|".join(
    f"{each}(?P<{kind}_{number}>)" for kind, openers in _OPENERS.items() for number, each in enumerate(openers)
)
"""What opens a clause, to be tried after a blank or comma. What matched is told by the name of an empty group at its
end, `kind_number`, since the engine skips an alternative by its first letter only if no group begins there."""
_TELLING = frozenset(
    "but bt tho though altho although albeit whereas yet except exept however unfortunately "
    "unfortunatly unfortunetly unfortunatley unfortunaly sadly regrettably nonetheless nevertheless "
    "otherwise despite hand downside flip side said while whilst spite apart aside only wish hope "
    "would please pls plz plzz plss pleas plese plse kindly - – — -- --- 2) (2)".split()
)
_BETWEEN = r"[\s,，\x1c-\x1f]"
MAY_OPEN = rf"(?:^|{_BETWEEN})(?:{'|'.join(map(re.escape, sorted(_TELLING)))})(?:$|{_BETWEEN})|but\.|2\.|，"
"""Whether a text in lower case may hold an opener, a dash or a list; in Rust's dialect and in Python's."""
MAY_CONCEDE = r"(?i)\b(?:other|except|even)\b"
"""Whether a text may open with a concession by a word that opens nothing within a sentence; in both dialects."""
_LEADING = {
    "but": None,
    "though": re.compile(r"\beven\s+$"),
    "yet": re.compile(r"\band\s+$"),
    "excepted": None,
    "aside": re.compile(r"\band\s+$"),
    "only": re.compile(r"\b(?:and\s+)?(?:the|my|our|its|your|one)\s+$"),
    "wish": re.compile(
        r"\b(?:and\s+|so\s+)?(?:(?:can|could|would|will)\s+(?:you|u|ya)\s+(?:guys\s+)?|i\s+think\s+"
        r"|(?:i\s+|we\s+)?(?:(?:just|really|only|do|also|so)\s+)?)$"
    ),
}
"""What belongs to an opener and stands before the word that tells it."""
LABELS = frozenset(
    "pro pros con cons edit update updated ps p.s likes dislikes positive positives negative negatives".split()
)
"""Words that, with a colon, open what stands behind them."""

# Words that join say nothing alone: a clause needs another one.
_JOINING = r"[\W_]*(?:(?:and|but|so|yet|also|well|or|because|that|when|if|even|though|although|then|however)\b[\W_]*)*"
_ONE = re.compile(rf"{_JOINING}[^\W_]")
_TWO = re.compile(rf"{_JOINING}[^\W_][\w'’]*[\W_]+[^\W_]")
_REST = r"[^\w.!?…。！？\n]*"
_ONE_AFTER = re.compile(rf"{_REST}\w")
_TWO_AFTER = re.compile(rf"{_REST}\w[\w'’]*(?:[^\w.!?…。！？\n]+|\.(?=\w))\w")
_WORD_AFTER = re.compile(r"[\s,]*([\w'’]*)")

SUBJECTS = frozenset(
    "i it its it's i'm i've i'd im ive the this that that's these those they they're there there's theres you u your "
    "we my our he she some when if in since after because a an no nothing not now please".split()
)
"""Words that begin a clause."""
_NO_BUT = frozenset(
    "nothing anything everything all none any everyone everybody nobody anyone anybody who nowhere anywhere else help "
    "cannot".split()
)
"""`nothing but` sets nothing against anything."""
_WISHERS = frozenset(
    "i we you u ya they he she who people users guys can could would will to not don't only thing "
    "things feature features something everything anything what whatever my your our the a an as is "
    "was and whichever if that no how why so".split()
)
"""Before `wish` or `please`: its subject, or that which is wished for."""
_COPULAS = frozenset(
    "is was are were be been being it's its that's thats with for from on in about of by as to not "
    "has have had than like also still isn't wasn't fixed fix solved".split()
)
_AT_WILL = frozenset("much many long often hard little small big far good bad want like wish choose please".split())
_FAILS = frozenset("does doesn't doesnt don't dont can't cannot cant is isn't are still keeps never has won't".split())
_EVERY = re.compile(r"(?:every|any|no)(?:thing|one|body|where)?$|all$|nothing$|none$")
_NOT_ONLY = re.compile(
    r"(?:\bnot|n't)\s+(?:only|just|merely|simply)\b|\bno\s+one$|\bcan(?:'t|not|t)\s+help$|\bno\s+(?:other\s+)?(?:choice|option|alternative)$"
)
_APART = re.compile(
    r"\b(?:sets?|setting|tell|telling|keeps?|kept|stands?|worlds?|far|took|takes?|falls?|fell|comes?)\b"
)
_UNDONE = re.compile(r"n'?t\b|\b(?:not|no|never|have|has|had|best|worst|most|as)\b")
_TOPIC = re.compile(r"[\W_]*(?:the|this|that|my|our|your|it|they|i|we|he|she|these|those)\b[\W_]*(?:\w+[\W_]*){0,2}$")

_INSERTED = re.compile(r"[^,.!?…]*,\s*(?!(?:" + "|".join(sorted(SUBJECTS)) + r")\b)\w")
"""Goes on after the comma as if nothing had come between: ", although short, is worth it"."""
_FRONTED = re.compile(
    r"[\W_]*(?:with|without|regardless|other|on|in|for|at|after|once|when|if|as|recently|overall|sometimes|lately|one)\b"
)

_CONCEDES = re.compile(
    r"(?:(?:and|but|so|well)\s+)?(?:(?P<while>while|whilst)|(?:al|even\s+)?though|despite|in\s+spite\s+of|apart\s+from"
    r"|aside\s+from|other\s+than|except\s+for|even\s+if)\s+(?!(?:that|this|it|which|all\s+that)\s*,)\w"
)
CONCEDING = frozenset("abdeiosw")
"""How such an opener begins, to try it only there."""
_HOLDS = re.compile(
    r"\b(?:i|we)\s+(?:\w+\s+)?(?:love|like|enjoy|appreciate|understand|agree|think)\b|\b(?:is|are|looks?|works?|has|does)\b"
    r"(?!\s+(?!amazing|interesting|annoying|frustrating|exciting|entertaining|promising|boring|missing|lacking)\w+ing\b)"
)
"""What a `while` sets against something else; without it, it tells the time."""
_BEFORE_SUBJECT = re.compile(rf",\s*(?=(?:{'|'.join(sorted(SUBJECTS))})\b)")
_COMMA = re.compile(r",\s*(?=\w)")


def said_before(low: str, start: int, at: int, *, words: int = 1) -> bool:
    """Whether `low[start:at]` says something: one or two words beside those that only join."""
    return (_ONE if words == 1 else _TWO).match(low, start, min(at, start + NEAR)) is not None or at > start + NEAR


def said_after(low: str, at: int, *, words: int = 1) -> bool:
    """Whether so many words follow before the sentence ends."""
    return (_ONE_AFTER if words == 1 else _TWO_AFTER).match(low, at, at + NEAR) is not None


def word_before(low: str, start: int, at: int) -> str:
    words = low[max(start, at - 24) : at].replace("’", "'").rstrip(" \t\n\r,;:-–—").rsplit(None, 1)
    return words[-1].lstrip("([\"'“‘*") if words else ""


def word_after(low: str, at: int) -> str:
    found = _WORD_AFTER.match(low, at, at + NEAR)
    return found[1].replace("’", "'") if found else ""


def opens(low: str, start: int, at: int, end: int, kind: str) -> int:
    """Where the clause begins whose opener stands at `low[at:end]`; 0 if none. The sentence is from `start`."""
    leading = _LEADING[kind]
    if leading:
        led = leading.search(low, max(start, at - NEAR // 2), at)
        at = led.start() if led else at
    if not said_before(low, start, at, words=2 if kind in ("only", "wish") else 1):
        return 0
    before, pause = word_before(low, start, at), low[max(start, at - 3) : at].rstrip()[-1:] in (",", "，")
    if kind in ("only", "wish"):
        return at if pause or before not in (_WISHERS if kind == "wish" else _COPULAS) else 0
    after = word_after(low, end)
    if kind == "but":
        return at if _but(low, start, at, end, before, after, pause) else 0
    if kind == "though" and low[end : end + 1] == ",":  # it looks back: "slow though, please fix it"
        ends = said_before(low, start, at, words=2) and said_after(low, end + 1, words=2)
        return end + 1 if ends and (after in SUBJECTS or not pause) and not _FRONTED.match(low, start) else 0
    if not said_after(low, end, words=2):
        return 0
    rule = {"though": _though, "yet": _yet, "excepted": _excepted, "aside": _aside}[kind]
    return at if rule(low, start, at, end, before, after, pause) else 0


def _but(low: str, start: int, at: int, end: int, before: str, after: str, pause: bool) -> bool:
    if (
        not said_after(low, end)
        or after in ("also", "rather")
        or (before in _NO_BUT and not pause and low[at - 7 : at - 1] != "at all")
    ):
        return False
    if before == "last" and after == "not":
        return False  # last but not least
    return not _NOT_ONLY.search(low, max(start, at - 2 * NEAR), at - 1)


def _though(low: str, start: int, at: int, end: int, before: str, after: str, pause: bool) -> bool:
    return before != "as" and not (pause and _TOPIC.match(low, start, at) and _INSERTED.match(low, end, end + NEAR))


def _yet(low: str, start: int, at: int, end: int, before: str, after: str, pause: bool) -> bool:
    if after not in SUBJECTS and after not in _FAILS:
        return False  # simple yet powerful, not yet done, yet another
    return pause or low[at] == "a" or not _UNDONE.search(low, max(start, at - NEAR), at)


def _excepted(low: str, start: int, at: int, end: int, before: str, after: str, pause: bool) -> bool:
    return pause or not _EVERY.match(before)


def _aside(low: str, start: int, at: int, end: int, before: str, after: str, pause: bool) -> bool:
    opener, followed = low[at:end].removeprefix("and").lstrip(), low[end : end + 1] == ","
    if pause and followed and _TOPIC.match(low, start, at) and after not in SUBJECTS:
        return False  # "the app, however, crashes"
    if opener == "however":
        at_will = after in _AT_WILL or (after in ("you", "i") and word_after(low, end + 4) in _AT_WILL)
        return pause or not at_will
    if opener.startswith("whil"):
        return pause and not after.endswith("ing") and not _INSERTED.match(low, end, end + NEAR // 2)
    if opener.startswith("that"):
        return pause or followed
    if opener == "otherwise":
        return pause and not followed
    if opener.startswith(("apart", "aside")):
        return not _APART.search(low, max(start, at - 32), at)
    if opener.startswith(("unf", "sad", "reg")) and not pause:
        return after in SUBJECTS and before not in _COPULAS | _WISHERS
    return pause or before not in _COPULAS


def concession(low: str, start: int, end: int) -> int:
    """Where the main clause begins in a sentence that opens with `although`, at its comma; 0 if it does not."""
    found = _CONCEDES.match(low, start, end)
    if not found or (found["while"] and not _HOLDS.search(low, found.end() - 1, min(end, start + NEAR))):
        return 0
    comma = _BEFORE_SUBJECT.search(low, found.end(), end)
    first = low[max(0, start - 3) : start].strip()[-1:] in ("", *".!?…)\"'")
    if not comma and first and low.count(",", start, end) == 1:
        comma = _COMMA.search(low, found.end(), end)
    return comma.end() if comma else 0
