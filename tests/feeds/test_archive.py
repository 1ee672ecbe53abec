"""Our own archive as other programs read it: feedparser is the judge, field by field."""

import json
import locale
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.archive import ArchiveFeed, ArchiveItem, atom, json_feed, rss
from feeds.reading import read

NAIROBI = timezone(timedelta(hours=3))
NEWS = ArchiveItem(
    id="tag:hub.example.org,2026:issue-12",
    link="https://hub.example.org/newsletters/monthly/12?a=1&b=2",
    title="Play & <care> — لعب 🧸",
    published=datetime(2026, 11, 1, 9, 0, tzinfo=NAIROBI),
    updated=datetime(2026, 11, 2, 6, 0, tzinfo=UTC),
    summary="What is new: a < b & c.",
    content_html="<p>Read <a href='https://hub.example.org/x?y=1&amp;z=2'>this</a> ]]> now</p>",
    authors=("Amina Diop", "Bo Li"),
    categories=("preschool", "home visiting"),
    language="fr",
    enclosure=("https://hub.example.org/a.mp3", "audio/mpeg", 1234),
)
OLDER = ArchiveItem(
    id="https://hub.example.org/newsletters/monthly/11",
    link="https://hub.example.org/newsletters/monthly/11",
    title="October",
    published=datetime(2026, 10, 1, 6, 0, tzinfo=UTC),
)
FEED = ArchiveFeed(
    id="tag:hub.example.org,2026:monthly",
    title="Monthly & more",
    link="https://hub.example.org/newsletters/monthly",
    self_link="https://hub.example.org/newsletters/monthly/feed.xml",
    description="Every month, what is new.",
    language="en",
    items=(NEWS, OLDER),
    author="The hub",
    rights="CC BY 4.0",
    hubs=("https://websub.example.org/",),
    next_page="https://hub.example.org/newsletters/monthly/feed.xml?page=2",
)


@pytest.mark.parametrize("write", [rss, atom])
def test_feedparser_reads_what_was_written(write):
    judged = feedparser.parse(write(FEED))
    first, second = judged.entries
    links = {link.rel: link.href for link in judged.feed.links}

    assert not judged.bozo
    assert judged.feed.title == "Monthly & more"
    assert judged.feed.link == FEED.link
    assert links["self"] == FEED.self_link
    assert links["hub"] == "https://websub.example.org/"
    assert links["next"] == FEED.next_page
    assert (first.id, first.link) == (NEWS.id, NEWS.link)
    assert (second.id, second.link) == (OLDER.id, OLDER.link)
    assert first.published_parsed[:6] == (2026, 11, 1, 6, 0, 0)
    assert [tag.term for tag in first.tags] == ["preschool", "home visiting"]
    assert first.enclosures[0].href == "https://hub.example.org/a.mp3"
    assert (first.enclosures[0].type, first.enclosures[0].length) == ("audio/mpeg", "1234")
    assert first.content[0].value.endswith(">this</a> ]]> now</p>")
    assert [author.name for author in first.authors] == ["Amina Diop", "Bo Li"]
    assert (first.title, first.summary) == (NEWS.title, NEWS.summary)


def test_an_id_that_is_the_link_is_a_permalink_and_a_tag_is_not():
    text = rss(FEED).decode()

    assert '<guid isPermaLink="false">tag:hub.example.org,2026:issue-12</guid>' in text
    assert '<guid isPermaLink="true">https://hub.example.org/newsletters/monthly/11</guid>' in text
    assert "<lastBuildDate>Mon, 02 Nov 2026 06:00:00 GMT</lastBuildDate>" in text


@pytest.mark.parametrize("write", [rss, atom, json_feed])
def test_our_own_reader_gets_back_what_was_written(write, now):
    feed = read(write(FEED), content_type=None, url=None, now=now)
    item = feed.items[0]

    assert (feed.title, feed.link, feed.language, feed.self_link) == (FEED.title, FEED.link, "en", FEED.self_link)
    assert (feed.next_page, feed.problems) == (FEED.next_page, ())
    assert (item.guid, item.guid_made, item.link, item.title) == (NEWS.id, False, NEWS.link, NEWS.title)
    assert item.published == NEWS.published
    assert item.authors == NEWS.authors
    assert item.categories == NEWS.categories
    assert item.languages == ("fr",)
    assert item.content_html == NEWS.content_html
    assert (item.enclosure.url, item.enclosure.type, item.enclosure.length) == NEWS.enclosure


@pytest.mark.parametrize("write", [rss, atom, json_feed])
def test_the_same_values_are_the_same_bytes_and_an_empty_feed_has_no_present_in_it(write):
    empty = replace(FEED, items=())

    assert write(FEED) == write(FEED)
    assert write(empty) == write(empty)
    assert b"lastBuildDate" not in rss(empty)


def test_a_json_feed_says_its_version_and_leaves_out_what_it_does_not_know():
    document = json.loads(json_feed(FEED))

    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in document["items"]] == [NEWS.id, OLDER.id]
    assert document["items"][0]["date_published"] == "2026-11-01T06:00:00+00:00"
    assert document["items"][1]["content_text"] == "October"
    assert "icon" not in document


def test_writing_in_many_threads_leaves_the_locale_alone_and_the_bytes_equal():
    before, seen, wrote = locale.setlocale(locale.LC_ALL), set(), []
    expected = rss(FEED)

    def write():
        for _ in range(30):
            wrote.append(rss(FEED))
            seen.add(locale.setlocale(locale.LC_ALL))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == {before}
    assert set(wrote) == {expected}


ODD = st.text(st.characters(codec="utf-8") | st.sampled_from("\x00\x08\ufffe\u2028\u202e\u0301🧸\x85"), max_size=40)


@settings(max_examples=60, deadline=None)
@given(title=ODD, body=ODD)
def test_odd_characters_travel_through_every_format(title, body):
    item = replace(OLDER, title=title, content_html=body or None, summary=title)
    feed = replace(FEED, items=(item,))
    now = datetime(2026, 11, 23, tzinfo=UTC)
    written = {write: write(feed) for write in (rss, atom, json_feed)}
    got = {write: read(data, content_type=None, url=None, now=now).items[0] for write, data in written.items()}

    if not got[json_feed].title:  # the other formats ask for one, so the link stands in
        return
    assert got[atom].title == got[json_feed].title
    if not set(title) & set("&<"):  # RSS does not say whether a title is text or markup
        assert got[rss].title == got[atom].title
        assert feedparser.parse(written[atom]).entries[0].id == OLDER.id


@pytest.mark.parametrize(
    "title", ["Ñandú — “niños” 👶🏽", "אבג ‏RTL", "e\u0301", "Café Society", "हिन्दी शीर्षक", "a\u200bb", "a &lt; b & <c>"]
)
def test_titles_come_back_as_they_were(title, now):
    feed = replace(FEED, items=(replace(OLDER, title=title),))

    assert read(atom(feed), content_type=None, url=None, now=now).items[0].title == title
    assert read(json_feed(feed), content_type=None, url=None, now=now).items[0].title == title
