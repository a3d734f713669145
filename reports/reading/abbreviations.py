"""Words whose full stop ends no sentence, in lower case."""

from __future__ import annotations

NEVER = frozenset("eg ie vs mr mrs ms dr prof approx appx cf viz esp st ver vers v".split())
"""Abbreviations that end no sentence."""
SELDOM = frozenset("etc inc ltd co corp jr sr pm min mins max hr hrs sec secs est dept avg incl misc ft lbs oz".split())
"""Abbreviations that end one only where a capital follows."""
NUMBERED = frozenset(
    "no nos fig vol pg pp p ch art rs ext tel ph jan feb mar apr jun jul aug sep sept oct nov dec android ios".split()
)
"""Abbreviations before a number."""
SHORT = NEVER | SELDOM | NUMBERED | {"ph.d"}
SUFFIXES = frozenset(
    "com net org io co in uk de fr ai tv gov edu info biz xyz eu ca au app txt pdf doc docx xls xlsx "
    "ppt pptx csv jpg jpeg png gif svg mp3 mp4 avi mov wav zip rar exe apk ipa html htm php asp aspx "
    "js ts py json xml md css java dll log ini".split()
)
"""What follows the last full stop of an address or a file name."""
