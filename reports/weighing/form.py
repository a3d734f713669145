"""Whether a sentence stands on its own: what a reader understands who has not seen the review around it.

Polars expressions over the columns of mentions.
"""

from __future__ import annotations

import polars as pl

from reports.reading.personal import DASHES, JOINERS, UNSEEN

SHORTEST, LONGEST = 40, 220
"""Characters of a quote."""
SHORTEST_HAN, LONGEST_HAN = 12, 110
"""The same for Chinese, which says as much in a third of the signs."""
FEWEST_WORDS = 8
"""What says less in words seldom says what failed."""

_HAN = r"\p{Han}"
_LEANS_BACK = (
    r"^\W*(?:i\.e|e\.g|p\.?s|edit(?:ed)?|original|part|given|and|but|or|so|nor|yet|because|then|also|plus|however|although|though|while|whereas|which|who|whose"
    r"|that(?:'s| is| was)|instead|otherwise|therefore|thus|hence|furthermore|moreover|besides|additionally|likewise"
    r"|similarly|still|again|even then|(?:after|before|since|because of|due to|on top of|in addition to|apart from)"
    r" (?:that|this|it|all|then)|in addition|for (?:example|instance|that|starters)|to (?:make (?:it|matters) worse"
    r"|top it off|be fair)|worse (?:than that|still|yet)|in (?:return|fact|that case|short)|at that point|anyways?"
    r"|as a result|as such|as (?:i )?(?:said|mentioned)|now|not to mention|let'?s not|etc|meaning|especially|except"
    r"|where|the (?:others?|second|third|latter|former|same|only other)|another|one (?:more|is|was)|first(?:ly)?"
    r"|second(?:ly)?|third(?:ly)?|lastly|finally|other than|same|when (?:i|we|they) (?:did|do)|if so|if not)\b"
)
"""Openings that go on from a sentence before."""
_LEANS_BACK_HAN = r"^[\s，。、！]*(?:但|而且|然后|所以|还有|不过|并且|因为|于是|就是|另外|其次|结果|也|还|又)"
"""The same in Chinese: but, and, then, so, because, also ..."""
_NUMBERED = r"^\W*(?:[0-9]+[.):]|updated?:)"
"""One of a list, or a postscript."""
_WHO = r"^\W*(?:he|she|him|her|his|hers|them|their|theirs|those|that|such|it was|it is the|someone else)\b"
"""Openings that speak of somebody or something named before."""
_THIS = r"^\W*(?:this|these)\b"
_THIS_THING = (
    r"^\W*th(?:is|ese) (?:[a-z]+ )?(?:apps?|application|game|products?|company|services?|site|website|software|program"
    r"|platform|place|restaurant|hotel|shop|store|tool|update|version|airline|bank|plug-?in|add-?on|extension)\b"
)
_THEY = r"^\W*(?:they|it|it's|its)\b"
"""Openings that are clear beside the product's name, but only where the sentence says what failed."""
_POINTS_BACK = (
    r"\b(?:see above|as above|above mentioned|mentioned (?:above|before|earlier)|as (?:i )?(?:said|mentioned|before)"
    r"|(?:do|did|done|does|say|says|said) (?:this|that|so|the same)"
    r"|same as (?:before|above|the)|the others?\b|the other reviewers?|you get the idea|and so on|like that"
    r"|(?:of|about|than|from|with) (?:those|them|theirs)|regarding (?:it|this|that)|(?:with|of|in) th(?:is|at) one"
    r"|at the (?:start|beginning) of (?:this|my) review|the former|the latter)\b"
)
"""Words that send the reader to another part of the review."""
_BY_THIS = r"\b(?:like|from|of|with|about|after) this\s*(?:[,.;:!]|$)"
"""`an experience like this`, told before."""
_BREAKS_OFF = (
    r"(?:[,;:–—-]|\b(?:and|but|or|so|because|the|an?|to|of|with|for|in|on|at|by|from|as|that|which|who|when|if|my|your"
    r"|their|our|its|'s|is|are|was|were|very|even))\s*$"
)
"""Ends that leave a sentence hanging."""
_PERSONAL = r"(?:\b(?i:named|called|mr|mrs|ms|dr)\.? \p{Lu}\p{Ll}|@\w|(?i:https?:|www\.)|\d[\d -]{6,}\d)"
"""A person by name, a handle, an address, a number to call or find somebody by: no evidence, and not ours to print."""


def whole() -> pl.Expr:
    """Whether a mention is a sentence in good form that needs none before it, of a length to be quoted.

    Columns `text`, `start`, and `_exact`: whether it names a pain point of the theme it is quoted for.
    """
    text, low = pl.col("text"), _plain()
    clause = (pl.col("start") > 0) & text.str.contains(r"^\W*\p{Ll}")  # the middle of somebody's sentence
    leans = low.str.contains(_LEANS_BACK) | low.str.contains(_WHO) | low.str.contains(_POINTS_BACK)
    leans |= low.str.contains(_THIS) & ~low.str.contains(_THIS_THING)
    leans |= text.str.contains(_LEANS_BACK_HAN)
    leans |= low.str.contains(_NUMBERED) | low.str.contains(_BY_THIS)
    leans |= low.str.contains(_THEY) & ~pl.col("_exact")
    return (
        fits()
        & ~clause
        & ~leans
        & ~low.str.contains(_BREAKS_OFF)
        & ~_shouts()
        & ~_repeats()
        & ~_seen().str.contains(_PERSONAL)
    )


def fits() -> pl.Expr:
    """Whether a mention is of a length to be quoted."""
    text = pl.col("text")
    length = text.str.len_chars()
    return (
        pl.when(text.str.contains(_HAN))
        .then(length.is_between(SHORTEST_HAN, LONGEST_HAN))
        .otherwise(length.is_between(SHORTEST, LONGEST))
    )


def polish() -> pl.Expr:
    """How well a sentence is written, 0..1: begins with a capital, ends with a full stop, says enough."""
    text = pl.col("text")
    begins = text.str.contains(r"^[\p{Lu}\p{N}\p{Han}“\"']")
    ends = text.str.contains(r"[.!?…。！？)”\"']\s*$")
    says = (text.str.count_matches(r"\S+") >= FEWEST_WORDS) | text.str.contains(_HAN)
    calm = ~text.str.contains(r"[!?]{2}|\.{3}|…|\p{Lu}{5}")
    return pl.mean_horizontal(part.cast(pl.Float64) for part in (begins, ends, says, calm))


def _plain() -> pl.Expr:
    return pl.col("text").str.to_lowercase().str.replace_all("[’‘`´]", "'").str.replace_all(r"\s+", " ")


def _seen() -> pl.Expr:
    """The text as a reader sees it: nothing hidden in a number or an address, and a hyphen for every dash."""
    return pl.col("text").str.replace_all(f"[{UNSEEN}{JOINERS}]", "").str.replace_all(f"[{DASHES}]", "-")


def _shouts() -> pl.Expr:
    """Whether more than half of the letters are capitals."""
    text = pl.col("text")
    return 2 * text.str.count_matches(r"\p{Lu}") > text.str.count_matches(r"\p{L}")


def _repeats() -> pl.Expr:
    """Whether more than a third of the words stand there before."""
    words = _plain().str.extract_all(r"[\w']+")
    return 3 * words.list.n_unique() < 2 * words.list.len()
