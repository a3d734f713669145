"""What in a review points to a person, masked before it is published: addresses, phones, handles, account numbers.

Reviewers write their own e-mail address so that support finds them, or an agent's number to warn of it. A report needs
neither. What is masked is what can be told by its form; names of people and postal addresses cannot, and stay (see
PRIVACY.md). In doubt a string of digits goes, unless it is a price, a date, a version, a range or a round number.

Every pattern is bounded or possessive, so that time grows with the text's length and no faster.
"""

from __future__ import annotations

import re

_LETTER = r"A-Za-z0-9\u00c0-\u024f\u0370-\u03ff\u0400-\u052f\u0900-\u097f"
"""Letters of the scripts that addresses are written in; not of those without blanks, which adjoin an address."""
_MAYBE = re.compile(r"[@＠\d]|/\S|[^\W\d][._][^\W\d]|(?i:www\.|\sdot\s|[\[({<]\s?at\s?[\])}>])")
"""Without any of these, a text has nothing to mask; most texts have not."""
_MASKS = re.compile(r"\[(?:e-mail|phone|handle|number|link)\]")
_DIGIT = re.compile(r"\d")

UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters
    "\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"  # formatting: Unicode's category Cf
    "\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
)
"""What a report leaves out when it shows a text (`writing/text.py`), so that nobody sees it amid an address: the inside
of a character class."""
JOINERS = "\u034f\u200d\ufe00-\ufe0f"
"""Unseen as well, but emoji and many scripts are written with them; beside the signs of an address they do nothing."""
DASHES = "\u2010-\u2015\u2212\uff0d"
"""What may stand for a hyphen in a number, the inside of a character class."""
_OUT = re.compile(f"[{UNSEEN}]++")
_BLANKS = re.compile(r" {2,}")
_JOINS = re.compile(f"(?<=[!-~])[{JOINERS}]++|(?<![{JOINERS}])[{JOINERS}]++(?=[!-~])")
_HYPHEN = re.compile(rf"(?<=[\w)])[\u2010-\u2012](?=[\w(])|(?<=[\d)])[{DASHES}](?=[\d(])")
"""Dashes amid letters and digits; those between words are their writer's own."""

_FILE = r"(?:png|jpe?g|gif|svg|webp|css|js|mp[34]|pdf|exe|apk|zip)"
_MAIL = re.compile(
    rf"(?<![{_LETTER}])(?:mailto:)?(?P<who>[{_LETTER}][{_LETTER}.!#$%&'*+/=?^_`{{|}}~-]{{0,63}})[ ]?[@＠][ ]?"
    rf"(?P<site>[{_LETTER}][{_LETTER}-]{{0,62}}(?:[.．][{_LETTER}][{_LETTER}-]{{0,62}}){{0,6}})"
)
_SPELLED = re.compile(
    r"(?i)(?<![\w.+-])[\w.+-]{1,64}(?:"
    r"[ ]?[\[({<][ ]?at[ ]?[\])}>][ ]?[\w-]{2,63}"
    r"(?:(?:[ ]?[\[({<][ ]?dot[ ]?[\])}>][ ]?|[ ]dot[ ]|\.)[a-z]{2,24}){1,3}|"
    r"[ ]at[ ][\w-]{2,63}[ ]dot[ ](?:com|net|org|co|edu|gov|info|io|de|uk|fr|ru|cn|example))(?!\w)"
)
_LINK = re.compile(
    r"(?i)\b(?:(?:[a-z][a-z0-9+.-]{1,15}://|www\.)|(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12}/)[^\s<>\"'，。）)\]]{1,2000}"
)
_TELLING = re.compile(
    r"(?i)[?&#](?:user(?:name|_?id)?|uid|e-?mail|mail|phone|tel|account|token|key|session|sid|auth|password|pass|pwd)="
)
_SITES = re.compile(
    r"(?i)(?:^|//|\.)(?:t\.me|wa\.me|m\.me|instagram\.com|facebook\.com|fb\.com|x\.com|twitter\.com|tiktok\.com|"
    r"snapchat\.com|threads\.net|paypal\.me|venmo\.com|linktr\.ee|vk\.com|weibo\.com)/[^/?#\s]"
)
_PLACES = re.compile(r"(?i)/(?:users?|u|profiles?|people|members?|in)/[^/?#\s]|/[@~][^/?#\s]")

_AT_WORDS = frozenset(
    "home work school night least once the my this me all any a an and or override import media property todo param "
    "return returns deprecated gmail google apple microsoft types babel angular noon midnight".split()
)
_HANDLE = re.compile(
    r"(?<![\w@＠.])[@＠](?P<name>[A-Za-z_]\w{1,30}+(?:[.-]\w{1,30}+){0,3}|[\u4e00-\u9fff]\w{1,15}+)(?![/\w])"
)
_REDDIT = re.compile(r"(?<![\w/.])/?u/[\w-]{3,20}+(?!/)")
_DISCORD = re.compile(
    r"(?i)(?<![\w#])(?!(?:issue|bug|pr|ticket|build|version|level|chapter|episode|season|no|rank|top|part|patch)#)"
    r"[a-z][\w.]{2,31}#\d{4}(?!\d)"
)
_ACCOUNT = re.compile(
    r"(?i)(?P<label>\b(?:insta(?:gram)?|ig|snap(?:chat)?|telegram|tg|wechat|weixin|whats ?app|skype|discord|twitter|"
    r"tiktok|line|kakao)(?:[ ](?:id|name|handle|account))?[ ]?[:：=][ ]?|"
    r"(?:微信|QQ|V信|加[Vv薇])(?:号|账号|群)?[ ]?(?:[:：是][ ]?)?)(?P<name>@?[A-Za-z0-9_][\w.-]{3,31})",
    re.ASCII,
)

_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])"
)
_UUID = re.compile(
    r"(?i)(?<![\w-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])|(?<!\w)[0-9a-f]{32,64}(?!\w)"
)
_CARD = re.compile(
    r"(?<![\w.,-])(?:\d{4}(?P<gap>[ -])\d{4}(?P=gap)\d{4}(?:(?P=gap)\d{1,7}){0,2}|"
    r"\d{4}(?P<amex>[ -])\d{6}(?P=amex)\d{5})(?![\w-])"
)
_SSN = re.compile(r"(?<![\w.,-])\d{3}-\d{2}-\d{4}(?![\w-])")
_ADDRESS = re.compile(r"(?i)(?P<label>\bIP(?: address)?(?: is| was)?[ :#]{1,3})\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")

_KNOWN = (
    r"order|booking|invoice|ticket|case|reference|ref|transaction|txn|account|acct|a/c|customer|client|policy|tracking|"
    r"shipment|parcel|membership|member|confirmation|reservation|pnr|complaint|refund|request|awb|serial|imei|passport|"
    r"licen[cs]e|ssn|aadhaar|pan|vin|tax|vat|gst|gstin|nric|steam|user|device|card|subscription|payment|upi|claim|loan"
)
_NUMBERED = re.compile(
    rf"(?i)(?P<label>\b(?:{_KNOWN})(?:[ ](?:{_KNOWN}))?[ ]?"
    r"(?:[ ]?(?:id|nos?\b\.?|numbers?|num\b\.?|nr\b\.?|code|ref(?:erence)?|#|№|[:：])){1,3}"
    r"[ ]?(?:(?:is|was)[ ])?[#:：]?[ ]?)(?P<token>[A-Z0-9][A-Z0-9/_-]{2,39})(?![\w%])"
)
_LOOSELY = re.compile(
    rf"(?i)(?P<label>\b(?:{_KNOWN})[ ](?:(?:is|was)[ ])?)(?P<token>[A-Z0-9][A-Z0-9_-]{{4,39}})(?![\w%])(?![ ]?[.,]\d)"
)
_CHINESE = re.compile(
    r"(?P<label>(?:订单|单|账|帐|卡|运单|快递|身份证|会员|流水|手机|电话|工|客服)号?(?:码|编号)?[ ]?[是为：:]?[ ]?)"
    r"(?P<token>[A-Za-z0-9-]{5,40})"
)

_CALL = re.compile(
    r"(?i)(?P<label>(?:\b(?:call(?:ed)?|phone|tel|telephone|mobile|mob|cell|whats ?app|fax|text|contact|reach|"
    r"ring|dial|hotline|helpline)\b|电话|手机|联系)"
    r"(?:[ ]?(?:numbers?|no\b\.?|me|us|him|her|them|at|on|is|was|to|[:：#=])){0,4}[ ]{0,2})"
    r"(?P<number>[+(]?\d[\d ().-]{4,22}\d)(?!\w)"
)
_DIGITS = re.compile(
    r"(?<![\w.,/#$€£₹¥￥+-])(?<!\d:)(?:(?<!\()|(?=\())"
    r"(?P<number>(?:(?:\+|00)[ ]?)?\(?\d[\d ()./-]{6,24}\d)(?![\w%-]|[.,:]\d)"
)
_PLUS = re.compile(r"(?<![\w.,])(?P<number>\+[ ]?\(?\d{1,3}\)?[\d ()./-]{5,20}\d)(?![\w%]|[.,]\d)")
_SOLID = re.compile(r"(?<![\w.,$€£₹¥￥/-])(?P<number>\d{9,40})(?![A-Za-z0-9_%]|[.,]\d)")

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_FULL = rf"(?:19|20)\d\d[-/. ](?:0?[1-9]|1[0-2])[-/. ]{_DAY}|{_DAY}[-/. ]{_DAY}[-/. ](?:19|20)\d\d"
_SHORT = rf"{_DAY}[-/. ]{_DAY}[-/. ]\d\d"
_DATE = re.compile(rf"(?<!\d)(?:{_FULL}|{_SHORT})(?!\d)")
_FULL_DATE = re.compile(rf"(?<!\d)(?:{_FULL})(?!\d)")
_DATES = re.compile(rf"(?:{_FULL}|{_SHORT})(?:-(?:{_FULL}|{_SHORT}))?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_STAMP = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[0-2]\d[0-5]\d(?:[0-5]\d)?)?")
_MONEY_BEFORE = re.compile(
    r"(?i)(?:[$€£₹¥￥]|\b(?:rs|inr|usd|eur|gbp|cny|rmb|krw|idr|vnd|jpy|rp|"
    r"version|ver|v|build|rev|revision|update|firmware|release|driver)\.?)[ ]?$"
)
_UNIT_BEHIND = re.compile(
    r"(?i)[ ]?(?:[$€£₹¥￥%]|rs\b|rupees|usd|eur|euros?|dollars|pounds|inr|won\b|yen|yuan|元|块|万|亿|vnd|idr|"
    r"downloads?|users?|reviews?|people|times|bytes|[kmgt]i?b\b|mbps|ms\b|seconds|steps|points|coins|gems|views|items|rows|lines|px\b)"
)
_PHONE_FORMS = re.compile(
    r"\(?\d{3}\)?[ .-]?[ ]?\d{3}[ .-]\d{4}|1[ .-]\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}|\d{5}[ -]\d{5}|"
    r"1[3-9]\d[ -]\d{4}[ -]\d{4}|\(?0\d{1,4}(?:[ /.()-]{1,2}\d{2,8}){1,5}|\d{4}[ -]\d{3}[ -]\d{3}|"
    r"\(\d{2}\)[ ]?9?\d{4}-\d{4}|\d{2}[ ]9\d{4}-\d{4}|[5-9]\d{2}[ ]\d{3}[ ](?!000)\d{3}"
)


def mask(text: str) -> str:
    """The text with what points to a person replaced by what it was: `[e-mail]`, `[phone]`, `[handle]`, `[number]`,
    `[link]`; the same text for the same text, and a masked text stays as it is.

    The text is read as it will be seen; where nothing in it is masked, it comes back letter by letter."""
    seen = _seen(text)
    if not _MAYBE.search(seen):
        return text
    told, at = [], 0
    for found in _LINK.finditer(seen):
        told += [_masked(seen[at : found.start()]), _link(found[0])]
        at = found.end()
    masked = "".join([*told, _masked(seen[at:])])
    return text if masked == seen else masked


def blanked(text: str) -> str:
    """The text for whoever counts its words: what is masked is a number, which is no word."""
    if not any(c in text for c in "@＠/_"):
        return text
    return _MASKS.sub(" 0 ", mask(text))


def names_person(url: str) -> bool:
    """Whether an address is that of a person's page, so that no report should link to it."""
    seen = _seen(url)
    return _link(seen) != seen


def _seen(text: str) -> str:
    """The text as a report shows it, with hyphens for the dashes in numbers and names."""
    shown = _BLANKS.sub(" ", _OUT.sub("", text))
    return shown if shown.isascii() else _HYPHEN.sub("-", _JOINS.sub("", shown))


def _masked(text: str) -> str:
    """A text, or the part of one between two links."""
    text = _MAIL.sub(_mail, text)
    text = _SPELLED.sub("[e-mail]", text)
    text = _ACCOUNT.sub(lambda m: f"{m['label']}[handle]" if _is_account(m["name"]) else m[0], text)
    text = _HANDLE.sub(lambda m: m[0] if m["name"].lower() in _AT_WORDS else "[handle]", text)
    text = _DISCORD.sub("[handle]", _REDDIT.sub("[handle]", text))
    if not _DIGIT.search(text):
        return text
    text = _IBAN.sub(lambda m: "[number]" if len(_digits(m[0])) >= 10 else m[0], text)
    text = _SSN.sub("[number]", _UUID.sub("[number]", text))
    text = _ADDRESS.sub(lambda m: f"{m['label']}[number]", text)
    text = _CARD.sub(lambda m: m[0] if _listed(m[0]) else "[number]", text)
    text = _NUMBERED.sub(lambda m: f"{m['label']}[number]" if _names(m["token"], 3) else m[0], text)
    text = _CHINESE.sub(lambda m: f"{m['label']}[number]" if _names(m["token"], 5) else m[0], text)
    text = _LOOSELY.sub(lambda m: f"{m['label']}[number]" if _loose(m["token"]) and not _measured(m) else m[0], text)
    text = _CALL.sub(lambda m: f"{m['label']}[phone]" if _called(m["number"]) else m[0], text)
    text = _PLUS.sub(lambda m: "[phone]" if _international(m["number"]) and not _measured(m) else m[0], text)
    text = _DIGITS.sub(lambda m: _phone(m) if _is_phone(m["number"]) and not _measured(m) else m[0], text)
    return _SOLID.sub(lambda m: m[0] if _plain_number(m["number"]) or _measured(m) else "[number]", text)


def _link(said: str) -> str:
    """A link; `[link]` for one with a login in it, to a person's page, or with what names a person in its query."""
    bare = said.rstrip(".,;:!?")
    login = "@" in bare.partition("://")[2].partition("/")[0]
    if login or any(pattern.search(bare) for pattern in (_TELLING, _SITES, _PLACES)):
        return "[link]" + said[len(bare) :]
    return _MAIL.sub(_mail, said)


def _mail(found: re.Match[str]) -> str:
    who, site = found["who"], found["site"]
    blank = " " in found[0]
    top = re.split(r"[.．]", site)[-1].lower()
    dotted = "." in site or "．" in site
    if re.fullmatch(_FILE, top) or not top[0].isalpha() or (dotted and len(top) < 2):
        return found[0]
    if blank and not (dotted and not top.isdigit()):
        return found[0]  # "meet @ noon"
    if not dotted and (site[0].isdigit() or not (re.search(r"[^\W\d]", who) or len(who) >= 6)):
        return found[0]  # "3@home", "4K@60Hz"
    return "[e-mail]"


def _is_account(name: str) -> bool:
    """Whether what stands behind a service's name is a name there and no word of a sentence."""
    return name.startswith("@") or bool(re.search(r"[\d_.]", name.rstrip(".")))


def _round(digits: str) -> bool:
    """A number that counts or measures: nobody's, since it ends in zeros."""
    return digits.endswith("000") or not digits.strip("0")


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _listed(text: str) -> bool:
    """Numbers that stand in a row by chance: years, sizes, resolutions, prices. None of these begins with a nought."""
    parts = re.split(r"[ ./-]", text)
    return len(parts) > 1 and all(
        _YEAR.fullmatch(part) or not part.strip("0") or (part.endswith(("0", "99")) and part[0] != "0")
        for part in parts
    )


def _dated(text: str) -> bool:
    """Whether digits are a date or two, or hold one: with all of its year, or between blanks. `06.12.24.11.05` is none,
    though one could be read into it."""
    alone = any(map(_DATE.fullmatch, text.split(" ")))
    return alone or bool(_FULL_DATE.search(text) or _DATES.fullmatch(text))


def _names(token: str, least: int) -> bool:
    """Whether a token behind `order no.` is the number of one; a year or a date is none."""
    digits = _digits(token)
    if _YEAR.fullmatch(token) or _DATE.fullmatch(token) or (_round(digits) and token.isdigit()):
        return False
    return len(digits) >= least


def _loose(token: str) -> bool:
    """The same behind `order` alone: long, or of letters and digits."""
    digits = _digits(token)
    if (
        _YEAR.fullmatch(digits)
        or _DATE.search(token)
        or _STAMP.fullmatch(token)
        or (re.search(r"\d-\d", token) and len(digits) < 8)
    ):
        return False
    if token.isdigit():
        return len(token) >= 6 and not _round(token)
    return (
        len(digits) >= 4 and bool(re.match(r"(?i)[a-z]{0,6}[-_]?\d", token)) and not re.search(r"\d[a-z]{1,3}$", token)
    )


def _called(number: str) -> bool:
    digits = _digits(number)
    if _dated(number) or _round(digits) or _range(number):
        return False
    if "." in number and not _PHONE_FORMS.fullmatch(number):  # "phone 10.0.15063"
        return False
    return 6 <= len(digits) <= 15


def _range(text: str) -> bool:
    """`100-1000`, `2019 - 2024`: from one number to another."""
    ends = re.fullmatch(r"(\d+) ?- ?(\d+)", text)
    return bool(ends) and all(_YEAR.fullmatch(e) or e.endswith("00") for e in ends.groups()) if ends else False


def _international(number: str) -> bool:
    digits = _digits(number)
    thousands = re.fullmatch(r"\+ ?\d+(?:[ .]\d{3})*", number)  # "+10 000 000 since May"
    return 8 <= len(digits) <= 15 and not (thousands and digits.endswith("0000"))


def _is_phone(number: str) -> bool:
    """Whether digits with blanks or signs between them have the form of a phone number somewhere in the world."""
    digits = _digits(number)
    number = number if ")" in number else number.removeprefix("(")
    if len(digits) == len(number) or _dated(number) or _range(number):
        return False
    if digits.endswith("0000") and number[0] not in "(0":  # a quantity; none begins with a nought or a bracket
        return False
    if _listed(number) or not 9 <= len(digits) <= 15:
        return False
    if number.startswith(("+", "00")):
        return True
    if number.lstrip("(")[0] == "0" and len(digits) > 12:
        return False
    return bool(_PHONE_FORMS.fullmatch(number))


def _phone(found: re.Match[str]) -> str:
    """The mask of a phone; a bracket around it stays."""
    return "([phone]" if found["number"].startswith("(") and ")" not in found["number"] else "[phone]"


def _plain_number(digits: str) -> bool:
    """A moment, or a quantity that ends in zeros."""
    return digits.endswith("0000") or bool(_STAMP.fullmatch(digits))


def _measured(found: re.Match[str]) -> bool:
    """Whether money, a unit or a version's word stands beside the number."""
    before, behind = found.string[max(0, found.start() - 12) : found.start()], found.string[found.end() :][:12]
    return bool(_MONEY_BEFORE.search(before) or _UNIT_BEHIND.match(behind))
