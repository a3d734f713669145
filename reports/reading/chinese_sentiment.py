"""Sentiment of a Chinese mention: the valences of its words, turned and weighed by the words around them.

The only module that knows rjieba, which cuts a text into words by dictionary and is taught every word of the lexicon.
The rules are VADER's (Hutto and Gilbert 2014), said in Chinese: negation flips what it reaches, adverbs of degree
strengthen or weaken, 但是 moves the weight to what follows, and the sum is squeezed into -1..1 by x / sqrt(x^2 + 15).
Beyond VADER: too much of a plain quality is bad (太咸), 不够 means too little, 没有A好 compares, and praise of what is
wished for, remembered or asked about is no praise (希望好一点, 以前好吃, 好吃吗).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from reports.reading.hanzi import simplified

if TYPE_CHECKING:
    from rjieba import Jieba

ALPHA = 15.0
"""As in VADER: about the square of the sum that the surest sentences reach."""

_NEGATORS = {
    **dict.fromkeys(
        "不 没 没有 未 无 毫无 毫不 并不 并非 并没有 并没 从不 从未 从没 绝不 绝非 决不 不是 不会 不能 不算 "
        "不再 不想 不让 没啥 没什么 没觉得 不觉得 谈不上 算不上 称不上 说不上 不曾 未曾 没法 无法 不必 不用 "
        "不要 别 莫 缺乏 缺少 很难 难以 哪有 何来 非 远不 毫 零".split(),
        0.9,
    ),
    **dict.fromkeys("不太 不怎么 不够 不大 不那么 没那么 不见得 未必 不一定 不咋 没多 不很".split(), 0.7),
}
"""Word that denies -> how much of the opposite is meant: 不好 is bad, 不太好 is less bad."""
_DENIED_PRAISE, _DENIED_BLAME = -1.0, -0.5
"""Not good is bad; not bad is only half good."""
_DEGREES = {
    **dict.fromkeys(
        "最 极 极其 极为 超 超级 巨 贼 特 特别 非常 十分 万分 相当 极度 无比 太 太过 过于 实在 实在是 真心 "
        "绝对 尤其 格外 异常 老 忒 完全 根本 简直 无敌 这么 那么 如此 多么 死 彻底 严重 净 尽".split(),
        1.35,
    ),
    **dict.fromkeys(
        "很 挺 蛮 真 真的 真是 确实 的确 好 更 更加 越来越 都 总 总是 老是 也 又 就 还是 一直".split(), 1.15
    ),
    **dict.fromkeys("有点 有点儿 有些 有一点 稍 稍微 略 略微 比较 还 还算 算 偏 一点 一点点 些许 算是".split(), 0.75),
}
_BESIDE = frozenset(
    "是 的 得 地 了 过 着 让 我 人 我们 会 能 要 想 觉得 感觉 感到 发现 出现 遇到 碰到 出 任何 什么 啥 半点 "
    "一丝 丝毫 想象 想像 中 里 预期 期望 说 到 有 再 吃 做 那样 之前 以前 上次 多 怎么 够 一个 个 件 给 被 令 "
    "叫 使 可以 像 想象中 描述 图片 宣传 该 应该 那 这 样 看出 看到 感受 感受到 一次 一点儿 可能 本来 大家 "
    "特意 使人 令人 让人 担心 怕 愁 害怕 买 用 玩 送 来 弄".split()
)
"""Words that a negator reaches across."""
_PLAIN = frozenset(
    "少 小 多 大 长 短 高 低 远 重 轻 厚 薄 软 硬 甜 咸 淡 辣 酸 苦 油 嫩 干 湿 稀 稠 细 粗 宽 窄 紧 松 热 冷 "
    "凉 烫 深 浅 暗 亮 晚 早 简单 普通 素 生 熟 碎 腻 麻 久 旧 黑 单一 复杂 频繁 简陋 随意 肥 柴 老 吵 挤 频 "
    "密 偏".split()
)
"""Qualities that are neither good nor bad until there is too much of them."""
_EXCESS = {
    **dict.fromkeys("太 太过 过于 忒".split(), -1.8),
    **dict.fromkeys("有点 有点儿 有些 有一点 稍 稍微 稍稍 略 略微 偏 越来越 不够 不太 不怎么".split(), -1.3),
}
_DEADLY = frozenset(("死", "死了"))
_WISH = frozenset(
    "希望 要是 如果 假如 假设 倘若 若是 若 应该 建议 但愿 求 请 能否 能不能 可否 早知 早知道 本以为 以为 "
    "原以为 说好 说好的 号称 所谓 除非 哪怕".split()
)
_PAST = frozenset("以前 之前 原来 曾经 原本 从前 当初 起初 一开始 过去 往常 前几次 刚开始".split())
_BUT = frozenset("但 但是 可 可是 不过 然而 只是 就是 却 可惜 偏偏 唯独 只不过 奈何".split())
_ALTHOUGH = frozenset("虽然 虽 虽说 尽管".split())
_AFTER = frozenset("死 极 透 爆 翻 极了 死了 透了 爆了 不行 要命 得很".split())
"""Words of degree that follow what they strengthen: 难吃死了."""
_MOST = 1.3
_LESS = frozenset("点 一点 些 一些 点儿 一点儿".split())
"""After a good quality these ask for more of it: 快一点."""
_MODAL = frozenset("能 是 有 可以 别 不要 再 还是 先 在 给 把 提前 早 快".split())
_THAN = frozenset("没有 没 不如 不及 比不上 不像 远不如 赶不上".split())

_FADED_PRAISE = {"wish": 0.2, "past": 0.4, "question": 0.2}
_BEFORE_BUT, _AFTER_BUT, _AFTER_ALTHOUGH = 0.5, 1.5, 0.5
_SHOUT = 0.2
"""What each of up to four exclamation marks adds to a feeling."""
_PUZZLED = -0.8
"""Two question marks are no question but protest."""

_ENDS = frozenset("了 的 啊 呢 吧 哦 呀 哈 啦".split())
_ALRIGHT = 0.9
"""味道可以: said of something at the end of a clause, 可以 is no modal."""
_NUMERALS = frozenset("0123456789一二两三四五六七八九十半几")
_NEARLY = frozenset("要 被 把 没 到 死 疯 饿 哭 断 过 成 来 去".split())
"""After 快 these, and numerals, make it nearly."""
_BARE = {
    **dict.fromkeys("没 没有 未 无 没什么 没啥 毫无 毫 缺少 缺乏 没法 不给 不让".split(), -0.7),
    "不": -0.3,
    "不能": -0.5,
    "不会": -0.3,
}
"""A negator that denies no feeling is itself a small complaint, as VADER's "no" is: 没有说明书."""
_SHORT = frozenset("不没很太最真挺好")
_PAUSE = re.compile(r"[,。.!?;、~…\s:()\[\]\"'\-—]+")


@cache
def _taught(words: tuple[str, ...]) -> Jieba:
    """The dictionary with these words in it, which takes as long as reading a thousand reviews."""
    from rjieba import Jieba  # slow to load, and often not needed

    known = Jieba()
    for word in words:
        known.add_word(word, None, None)
    return known


class ChineseSentiment:
    """Scores Chinese texts; the same text is scored once."""

    def __init__(self, lexicon: Mapping[str, float]) -> None:
        self._jieba = _taught(tuple(word for word in lexicon if len(word) > 1))
        self._lexicon = lexicon
        self._valences: dict[str, float] = {}
        self._seen: dict[str, float] = {}

    def score(self, texts: Iterable[str]) -> list[float]:
        """The compound score of each text, -1..1."""
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> float:
        score = self._seen.get(text)
        if score is None:
            score = self._seen[text] = self._compound(simplified(text).lower())
        return score

    def _compound(self, text: str) -> float:
        total = 0.0
        for words, pause in self._clauses(text):
            valence = self._clause(words)
            if valence > 0 and (words[-1] == "吗" or "?" in pause):
                valence *= _FADED_PRAISE["question"]
            if words[0] in _BUT and total:
                total, valence = total * _BEFORE_BUT, valence * _AFTER_BUT
            total += valence
        if "??" in text:
            total += _PUZZLED
        if total:
            total += math.copysign(_SHOUT * min(text.count("!"), 4), total)
        return total / math.sqrt(total * total + ALPHA)

    def _clauses(self, text: str) -> list[tuple[list[str], str]]:
        """The words of each clause and the punctuation behind it; 但是 opens a clause of its own."""
        clauses: list[tuple[list[str], str]] = []
        words: list[str] = []
        for word in self._words(text):
            if _PAUSE.fullmatch(word):
                if words:
                    clauses.append((words, word))
                    words = []
                elif clauses:
                    clauses[-1] = (clauses[-1][0], clauses[-1][1] + word)
            elif word in _BUT and words:
                clauses.append((words, ""))
                words = [word]
            else:
                words.append(word)
        if words:
            clauses.append((words, ""))
        return clauses

    def _words(self, text: str) -> Iterator[str]:
        """The words of a text; 不难 + 吃 is cut again, as 不 + 难吃."""
        held = ""
        for word in self._jieba.cut(text, False):
            if len(held) == 2 and held[0] in _SHORT and held[1] + word in self._lexicon:
                yield held[0]
                held = held[1] + word
                continue
            if held:
                yield held
            held = word
        if held:
            yield held

    def _clause(self, words: list[str]) -> float:
        total = 0.0
        faded = 1.0
        if not _WISH.isdisjoint(words):
            faded = _FADED_PRAISE["wish"]
        elif not _PAST.isdisjoint(words):
            faded = _FADED_PRAISE["past"]
        for at, word in enumerate(words):
            before = words[at - 1] if at else ""
            after = words[at + 1] if at + 1 < len(words) else ""
            if word in _PLAIN and (before in _EXCESS or after in _DEADLY):
                total += _EXCESS.get(before, _EXCESS["太"])
                continue
            if word in _BARE and not any(each in _PLAIN or self._valence(each) for each in words[at + 1 : at + 6]):
                total += _BARE[word]
            valence = self._valence(word)
            if word == "可以" and at and (not after or after in _ENDS):
                valence = _ALRIGHT
            if not valence or self._is_degree(word, after):
                continue
            if word == "快" and (after in _NEARLY or after[:1] in _NUMERALS):
                continue  # 快两个小时 is nearly two hours
            if word == "最好" and after in _MODAL:
                continue  # 最好能 is had better
            valence = self._turned(valence, words, at)
            if valence > 0:
                valence *= -0.3 if after in _LESS and before not in ("有", "有点") else faded
            total += valence
        return total * (_AFTER_ALTHOUGH if words[0] in _ALTHOUGH else 1.0)

    def _is_degree(self, word: str, after: str) -> bool:
        """Whether 好, 老, 死 and the like only strengthen what follows: 好慢, 好难吃."""
        return word in _DEGREES and bool(after) and (after in _PLAIN or self._valence(after) != 0)

    def _turned(self, valence: float, words: list[str], at: int) -> float:
        """The valence of a word after negation and degree, which are looked for before it and, for a few, behind it."""
        denied, share, factor = 0, 1.0, 1.0
        for word in reversed(words[max(0, at - 6) : at]):
            if word in _NEGATORS:
                if word == "不够" and valence < 0:
                    return valence
                denied, share = denied + 1, _NEGATORS[word]
            elif word in _DEGREES:
                if denied and word in ("太", "这么", "那么"):
                    continue
                factor *= _DEGREES[word] if not denied else 1.0
            elif word not in _BESIDE and word not in _WISH:
                break
        after = words[at + 1 : at + 3]
        if after and (after[0] in _AFTER or after == ["得", "很"]):
            factor *= _MOST
        if not denied and valence > 0 and self._falls_short(words, at):
            denied, share = 1, 0.8
        if denied % 2 == 0:
            return valence * min(max(factor, 0.6), 1.8)
        if valence > 0:
            # 不是很好 denies the degree as much as the quality
            return valence * _DENIED_PRAISE * share * (0.75 if factor > 1 else max(factor, 0.6))
        return valence * _DENIED_BLAME

    def _falls_short(self, words: list[str], at: int) -> bool:
        """Whether the clause says that something is not as good as another: 没有上次的好吃."""
        rest = words[at + 1 : at + 5]
        if len(rest) > 3 or not _ENDS.issuperset(rest):
            return False
        start = next((i for i in range(max(0, at - 7), at) if words[i] in _THAN), None)
        between = words[start + 1 : at] if start is not None else []
        return 1 <= len(between) <= 6 and all(word not in _DEGREES or word in ("那么", "这么") for word in between)

    def _valence(self, word: str) -> float:
        valence = self._valences.get(word)
        if valence is None:
            valence = self._valences[word] = self._looked_up(word)
        return valence

    def _looked_up(self, word: str) -> float:
        """A word's valence; one that the dictionary wrote together (不好吃, 很好, 烦死了, 干干净净) is taken apart."""
        if word in self._lexicon or word in _NEGATORS or word in _DEGREES:
            return self._lexicon.get(word, 0.0)
        if len(word) == 4 and word[0] == word[1] and word[2] == word[3]:
            return self._lexicon.get(word[0] + word[2], 0.0)
        for length in (2, 1):
            head, rest, stem, tail = word[:length], word[length:], word[:-length], word[-length:]
            inner = self._lexicon.get(rest, 0.0)
            if head in _EXCESS and rest in _PLAIN:
                return _EXCESS[head]
            if inner and head in _NEGATORS:
                return inner * (_DENIED_PRAISE * _NEGATORS[head] if inner > 0 else _DENIED_BLAME)
            if inner and head in _DEGREES:
                return inner * _DEGREES[head]
            if tail in _AFTER and stem in self._lexicon:
                return self._lexicon[stem] * _MOST
        return 0.0
