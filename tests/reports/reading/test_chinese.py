"""Chinese: where mentions end, how words around a word turn it, and whole reviews. Every sentence is invented."""

from __future__ import annotations

import time
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.reading import chinese
from reports.reading.chinese_sentiment import ChineseSentiment
from reports.reading.hanzi import simplified
from reports.rules import default

RULES = default().languages["zh"]
SENTIMENT = ChineseSentiment(RULES.lexicon)


def score(text: str) -> float:
    return SENTIMENT.score([text])[0]


def pieces(*bodies: str, stars: float | None = None) -> pl.DataFrame:
    rows = [
        (review, stars, number, start, end, body[start:end])
        for review, body in enumerate(bodies)
        for number, (start, end) in enumerate(chinese.split(body))
    ]
    schema = {"review": pl.UInt32, "stars": pl.Float64, "mention": pl.Int64, "start": pl.Int64, "end": pl.Int64}
    frame = pl.DataFrame(rows, schema={**schema, "text": pl.String}, orient="row").with_row_index("row")
    return frame.with_columns(pl.col("text").alias("_heard"))


def read(*bodies: str, stars: float | None = None) -> pl.DataFrame:
    return chinese.read(pieces(*bodies, stars=stars), RULES, {"飞鸽": "Feige", "樂記": "Leji"})


# --- mentions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("界面好看，同步太慢。客服不理人！", ["界面好看", "同步太慢。", "客服不理人！"]),
        ("好吃，很快，赞", ["好吃，很快，赞"]),
        ("店里干净 就是位置偏\n还会来", ["店里干净", "就是位置偏", "还会来"]),
        ("如果能导出，就完美了", ["如果能导出，就完美了"]),
        ("东西不错但是太贵了", ["东西不错", "但是太贵了"]),
        ("好得再好不过了", ["好得再好不过了"]),
        ("升级到v2.3.1以后，1.5小时才载入.真慢", ["升级到v2.3.1以后", "1.5小时才载入.", "真慢"]),
        ("他说：“退款！”然后就没消息了", ["他说：“退款！”", "然后就没消息了"]),
        ("界面清爽好用👍👍，功能齐全😊", ["界面清爽好用👍👍", "功能齐全😊"]),
        ("雖然貴了一些，但是值得", ["雖然貴了一些", "但是值得"]),
        ("很喜欢。。。。。", ["很喜欢。。。。。"]),
        (" \n\t　", []),
        ("！！！", ["！！！"]),
    ],
)
def test_a_text_is_cut_where_another_thing_is_said(text: str, mentions: list[str]) -> None:
    assert [text[start:end] for start, end in chinese.split(text)] == mentions


@given(st.text(alphabet="好吃差不太，。！？,. \n但是可惜aB1“”👍:;（）\u3000\u200b\x00", max_size=60))
@settings(max_examples=300, derandomize=True)
def test_mentions_lie_in_the_text_and_lose_no_word(text: str) -> None:
    spans = chinese.split(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    kept = "".join(text[start:end] for start, end in spans)
    assert [c for c in kept if c.isalnum()] == [c for c in text if c.isalnum()]


# --- sentiment ------------------------------------------------------------------------------------------------------

BAD = ["难吃", "不好用", "太咸", "有点贵", "不够热", "没有之前稳定", "不推荐", "慢死了", "坑", "再也不来了", "呵呵"]
GOOD = ["好吃", "不难吃", "一点都不贵", "没有任何问题", "从没失望过", "好用极了", "干干净净", "稳定得很", "👍", "yyds"]


@pytest.mark.parametrize("text", BAD)
def test_what_is_bad(text: str) -> None:
    assert score(text) < -0.1


@pytest.mark.parametrize("text", GOOD)
def test_what_is_good(text: str) -> None:
    assert score(text) > 0.1


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("不好吃", "不太好吃"),
        ("不太好吃", "有点好吃"),
        ("还算好吃", "好吃"),
        ("好吃", "非常好吃"),
        ("好吃", "好吃极了"),
        ("非常难吃", "难吃"),
        ("难吃死了", "难吃"),
        ("难吃", "有点难吃"),
        ("难吃", "不难吃"),
        ("不难吃", "好吃"),
        ("不是很稳定", "稳定"),
        ("没有想象中好用", "好用"),
        ("没有上次的新鲜", "新鲜"),
        ("送得快一点", "送得快"),
        ("希望能稳定", "能稳定"),
        ("以前很好用", "很好用"),
        ("好用吗？", "好用。"),
        ("快两个小时了", "快"),
        ("很好，但是慢", "慢，但是很好"),
        ("虽然便宜，但是难用", "便宜，难用"),
        ("难用！！！", "难用"),
        ("好用", "好用！！！"),
        ("没有说明书", "有说明书"),
        ("最好能快", "最好"),
        ("太辣", "辣"),
    ],
)
def test_words_around_a_word_turn_it(less: str, more: str) -> None:
    assert score(less) < score(more)


def test_denying_twice_affirms() -> None:
    assert score("没有人不喜欢") > 0
    assert score("不是不好吃") > 0


@pytest.mark.parametrize(
    ("traditional", "text"),
    [
        ("軟體閃退很嚴重", "软体闪退很严重"),
        ("餐點不新鮮，態度差", "餐点不新鲜，态度差"),
        ("東西乾淨，服務親切", "东西干净，服务亲切"),
    ],
)
def test_traditional_characters_are_read_like_simplified_ones(traditional: str, text: str) -> None:
    assert simplified(traditional) == text.replace("，", ",")
    assert score(traditional) == score(text) != 0


def test_wide_letters_are_narrow_and_nothing_moves() -> None:
    text = "ＡＰＰ（２.０）很卡！"
    assert simplified(text) == "APP(2.0)很卡!"
    assert len(simplified(text)) == len(text)


# --- reviews --------------------------------------------------------------------------------------------------------


def test_a_review_is_read_clause_by_clause() -> None:
    body = "味道不錯，但是送餐等了兩個小時，客服不回消息！下次還是用飛鴿吧。"
    told = read(body)
    assert [body[start:end] for start, end in told.select("start", "end").iter_rows()] == told["text"].to_list()
    assert told.select("text", "kinds", "themes", "motive", "churn", "switched_to").rows() == [
        ("味道不錯", ["praise"], ["food-quality"], "quality", False, None),
        ("但是送餐等了兩個小時", ["complaint"], ["delivery-time"], "time", False, None),
        ("客服不回消息！", ["complaint"], ["support"], None, False, None),
        ("下次還是用飛鴿吧。", [], ["general"], None, False, "Feige"),
    ]
    assert told["tier"].to_list() == ["loved", "works", "works", None]
    assert told["review_logit"].n_unique() == 1
    assert told["review_logit"][0] > 0


def test_kinds() -> None:
    told = read("一打开相册就闪退", "希望能加夜间模式", "请问怎么关闭提醒", "非常好用强烈推荐", "早上八点开门")
    assert told["kinds"].to_list() == [["bug", "complaint"], ["request"], ["question"], ["praise"], []]


def test_stars_are_a_second_witness() -> None:
    assert read("早上八点开门", stars=1)["complaint"][0] > read("早上八点开门", stars=5)["complaint"][0]
    assert read("早上八点开门", stars=1)["logit"][0] == read("早上八点开门", stars=5)["logit"][0]


def test_a_rival_is_named_or_not_at_all() -> None:
    told = read("比樂記好用", "比乌龟还慢", "不如dingo稳定", "从飞鸽换过来的")
    assert told.select("compared_with", "switched_from").rows() == [
        ("Leji", None),
        (None, None),
        ("dingo", None),
        (None, "Feige"),
    ]


COMPLAINTS = [
    "更新以后字体小得看不清，改也改不了", "续费的时候没有任何提醒，直接扣了三百", "键盘用了三个月就有两个键失灵",
    "入住的时候前台爱答不理，房间一股霉味", "客服永远是机器人，转人工要排队一个小时", "衣服掉色，把别的都染红了",
    "以前挺好用的，现在越来越臃肿", "快递盒子压扁了，里面的杯子碎了两个", "没有想象中那么好", "排队兩小時，上菜半小時",
]  # fmt: skip
PRAISES = [
    "界面清爽，没有广告，良心软件", "玩了两百小时还没玩够，剧情太感人了", "房间干净，隔音也不错，下次还住这里",
    "从来没有闪退过，稳定得很", "操作简单，老人也会用", "再也不用担心忘记密码了", "虽然有点贵，但是物有所值",
    "一点都不卡，优化做得很好", "物流神速，昨天下单今天就到了", "店員親切，餐點新鮮",
]  # fmt: skip


def test_reviews_of_all_trades_complain_or_do_not() -> None:
    told = read(*COMPLAINTS, *PRAISES).group_by("review").agg(pl.col("review_logit").first()).sort("review")
    complains = (told["review_logit"] > 0).to_list()
    assert complains == [True] * len(COMPLAINTS) + [False] * len(PRAISES)


# --- hostile input --------------------------------------------------------------------------------------------------

HOSTILE = {
    "one clause": "好吃" * 50_000,
    "denied": "不" * 100_000 + "好",
    "degrees": "太" * 100_000,
    "commas": "，" * 100_000,
    "quoted commas": "「，" * 50_000,
    "blanks": "好" + " " * 100_000 + "x",
    "lines": "\n \n" * 50_000,
    "stops": "。" * 100_000,
    "buts": "但是" * 50_000,
    "letters": "a" * 100_000,
    "brackets": "((((" * 25_000,
    "marks": "\u202e\u200b\x00\ufeff" * 25_000,
    "emoji": "👍🏽\u200d" * 20_000,
    "digits": "快1" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_in_time(name: str) -> None:
    text = HOSTILE[name]
    begun = time.process_time()
    told = read(text)
    assert time.process_time() - begun < 20
    assert told["sentiment"].is_between(-1, 1).all()
    assert all(text[start:end] == said for start, end, said in told.select("start", "end", "text").iter_rows())


@given(st.text(max_size=40))
@settings(max_examples=100, derandomize=True)
def test_any_text_has_a_score(text: str) -> None:
    assert -1 <= score(text.encode(errors="replace").decode()) <= 1


def test_nothing_to_read() -> None:
    assert read().height == 0
