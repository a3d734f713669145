"""The demo's forums: WordPress.org's review feed, the search of Hacker News, and a Discourse forum.

WordPress.org's stars stand in the title and above the text; the other two know no stars. All as the real services send
them, down to what they leave out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from flows.demo.posts import Post, Product

PLUGINS = "http://plugins.example"
NEWS = "http://news.example"
FEED_LENGTH = 30
MOST_HITS = 1_000
POSTS_PER_PAGE = 50


def wordpress_feed(reviews: Sequence[Post], product: Product) -> str:
    """The feed of a plugin's reviews; there is no second page of it."""
    address = f"{PLUGINS}/support/plugin/{product.slug}/reviews/feed/"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<rss version="2.0"\n\txmlns:content="http://purl.org/rss/1.0/modules/content/"',
        '\txmlns:dc="http://purl.org/dc/elements/1.1/"\n\txmlns:atom="http://www.w3.org/2005/Atom">',
        f"<channel>\n\t<title>Plugin Forums &#187; [{escape(product.name)} for WordPress] Reviews</title>",
        f'\t<atom:link href="{address}" rel="self" type="application/rss+xml" />\n\t<link>{address}</link>',
        "\t<description></description>\n\t<language>en-US</language>",
        *(_wordpress_item(r) for r in reviews[:FEED_LENGTH]),
        "</channel>\n</rss>\n",
    ]
    return "\n".join(lines)


def _wordpress_item(review: Post) -> str:
    title = review.title or ""
    topic = f"{PLUGINS}/support/topic/{'-'.join(re.findall('[a-z0-9]+', title.lower()))}/"
    stars = f"{review.rating} star{'' if review.rating == 1 else 's'}"
    return (
        f"\t<item>\n\t\t<guid>{topic}</guid>\n\t\t<title><![CDATA[{escape(title)} ({stars})]]></title>\n"
        f"\t\t<link>{topic}</link>\n\t\t<pubDate>{format_datetime(review.written.astimezone(UTC))}</pubDate>\n"
        f"\t\t<dc:creator>{escape(review.author)}</dc:creator>\n\t\t<description><![CDATA[\n"
        f"\t\t\t<p>Replies: 0</p>\n\t\t\t<p>Rating: {stars}</p>\n\t\t\t<p>{escape(review.body)}</p>\n"
        "\t\t]]></description>\n\t</item>"
    )


def news_search(items: Sequence[Post], query: Mapping[str, str]) -> dict[str, Any]:
    """One page of the search by date: posts in which the words stand as they were asked for."""
    words = query.get("query", "").strip('"').casefold()
    newest = re.fullmatch(r"created_at_i<=(\d{1,12})", query.get("numericFilters", ""))
    found = [
        p
        for p in items
        if words in f"{p.title or ''}\n{p.body}".casefold()
        and (newest is None or _seconds(p.written) <= int(newest[1]))
        and ("comment" if p.title is None else "story") in query.get("tags", "(story,comment)")
    ]
    size, page = int(query.get("hitsPerPage", "20")), int(query.get("page", "0"))
    shown = found[:MOST_HITS]
    return {
        "exhaustiveNbHits": True,
        "hits": [_news_hit(p) for p in shown[page * size : (page + 1) * size]],
        "hitsPerPage": size,
        "nbHits": len(found),
        "nbPages": math.ceil(len(shown) / size),
        "page": page,
        "params": "",
    }


def _news_hit(item: Post) -> dict[str, Any]:
    story = item.id if item.title else item.thread or str(item.serial - 40)
    common = {
        "author": item.author,
        "created_at": item.written.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "created_at_i": _seconds(item.written),
        "objectID": item.id,
        "story_id": int(story),
    }
    text = _news_html(item.body)
    if item.title:
        kind = {"title": item.title, "story_text": text, "points": item.helpful, "num_comments": 7}
        return common | kind | {"_tags": ["story", f"author_{item.author}", f"story_{story}", "ask_hn"]}
    kind = {"comment_text": text, "parent_id": int(story), "story_title": "Invoicing", "points": None}
    return common | kind | {"_tags": ["comment", f"author_{item.author}", f"story_{story}"]}


def _news_html(text: str) -> str:
    """Escaped as the site does it, slashes and quotes included."""
    return escape(text).replace("/", "&#x2F;")


def forum_posts(posts: Sequence[Post], before: int | None) -> dict[str, Any]:
    """The newest posts of the forum, or those below an id."""
    below = [p for p in posts if before is None or p.serial < before]
    newest = sorted(below, key=lambda p: p.serial, reverse=True)[:POSTS_PER_PAGE]
    numbers: dict[str, int] = {}
    topics: dict[str, str] = {}
    for post in sorted(posts, key=lambda p: p.serial):
        topic = post.thread or post.id
        topics.setdefault(topic, post.title or "")
        numbers[post.id] = 1 + sum((p.thread or p.id) == topic and p.serial < post.serial for p in posts)
    return {"latest_posts": [_forum_post(p, numbers[p.id], topics[p.thread or p.id]) for p in newest]}


def _forum_post(post: Post, number: int, topic: str) -> dict[str, Any]:
    moment = post.written.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {
        "id": post.serial,
        "name": "",
        "username": post.author,
        "avatar_template": "/letter_avatar_proxy/v4/letter/p/c0e974/{size}.png",
        "created_at": moment,
        "cooked": f"<p>{escape(post.body, quote=False)}</p>",
        "post_number": number,
        "post_type": 1,
        "updated_at": moment,
        "reply_count": 0,
        "reply_to_post_number": None,
        "topic_id": int(post.thread or post.id) // 7,
        "topic_slug": "-".join(re.findall("[a-z0-9]+", topic.lower())),
        "topic_title": topic,
        "category_id": 4,
        "version": 1,
        "actions_summary": [{"id": 2, "count": post.helpful}] if post.helpful else [],
        "moderator": False,
        "admin": False,
        "staff": False,
        "user_id": post.serial % 500 + 1,
        "hidden": False,
        "user_deleted": False,
        "raw": post.body,
    }


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
