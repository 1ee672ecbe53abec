"""The feed that apps poll: kept while nothing changes, written anew where something did, in pages that stay as they are."""

import gzip
import re
from datetime import datetime, timedelta

import pytest
from cast import a_hub, a_list
from podcasts.broadcast import (
    a_draft,
    a_show,
    an_episode,
    body_of,
    heard,
    many_rows,
    titles,
    together,
)  # fmt: skip
from sqlalchemy import event
from sqlmodel import Session

from feeds.podcast.reading import read_podcast
from publisher.errors import NotFound
from publisher.house import House
from publisher.podcasts import episodes, publishing, shows
from publisher.podcasts.feed import PAGE, Feeds
from publisher.podcasts.models import Show


def test_the_same_bytes_while_nothing_changes_and_one_small_question(
    session: Session, house: House, now: datetime
) -> None:
    show = a_show(session, house, now)
    an_episode(session, house, show, now)
    feeds = Feeds()
    first = feeds.document(session, house, feeds.standing(session, "small-hands"))
    asked: list[str] = []
    engine = house.database.engine
    event.listen(engine, "before_cursor_execute", lambda *words: asked.append(words[2]))
    again = feeds.document(session, house, feeds.standing(session, "small-hands"))
    assert again is first
    assert len(asked) <= 1
    assert gzip.decompress(first.gzipped) == first.body
    assert Feeds().document(session, house, feeds.standing(session, "small-hands")).etag == first.etag


def test_an_edit_changes_the_episode_and_no_other(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    rows = many_rows(session, show, 5, now)
    feeds = Feeds()
    before = _items(body_of(session, house, show, feeds))
    etag = feeds.whole(session, house, feeds.standing(session, show.slug)).etag
    shape = episodes.shape_of(rows[2])
    episodes.edit(session, house, rows[2], _with(shape, title="Another title"), now=now + timedelta(hours=1))
    after = _items(body_of(session, house, show, feeds))
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, True, False, True, True]
    assert b"Another title" in after[2]
    assert feeds.whole(session, house, feeds.standing(session, show.slug)).etag != etag


def test_pages_lead_from_the_newest_to_the_oldest_and_have_each_episode_once(
    session: Session, house: House, now: datetime
) -> None:
    """RFC 5005 §3. 3 × PAGE episodes: two full pages behind a first one that has the rest."""
    show = a_show(session, house, now)
    many_rows(session, show, 3 * PAGE, now)
    feeds, url, found, seen = Feeds(), "https://hub.example.org/podcasts/small-hands/feed.xml", [], []
    while url:
        seen.append(url)
        page = re.search(r"page=(\d+)", url)
        body = body_of(session, house, show, feeds, page=int(page[1]) if page else None)
        read = read_podcast(body, url=url, now=now)
        found += [one.title for one in read.episodes]
        assert read.show.feed_url == "https://hub.example.org/podcasts/small-hands/feed.xml"
        url = read.next_page or ""
    assert found == [f"Day {n}" for n in reversed(range(3 * PAGE))]
    assert [url.rpartition("?")[2] for url in seen[1:]] == ["page=2", "page=1"]
    with pytest.raises(NotFound):
        body_of(session, house, show, feeds, page=3)
    links = dict(re.findall(r'<atom:link href="([^"]+)" rel="(\w+)"', body.decode()))
    assert links["https://hub.example.org/podcasts/small-hands/feed.xml"] in ("self", "first")


def test_a_full_page_stays_as_it_is_when_new_episodes_come(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    many_rows(session, show, 2 * PAGE, now)
    feeds = Feeds()
    before = feeds.document(session, house, feeds.standing(session, show.slug), page=1)
    an_episode(session, house, show, now, "A new one")
    after = feeds.document(session, house, feeds.standing(session, show.slug), page=1)
    assert (before.body, before.etag) == (after.body, after.etag)
    assert "A new one" in [one.title for one in heard(session, house, show, now, page=None).episodes]


def test_the_first_page_has_every_trailer(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    rows = many_rows(session, show, 2 * PAGE + 10, now)
    rows[0].type = "trailer"
    session.add(rows[0])
    shows.touch(session, house, show, now=now)
    first = heard(session, house, show, now, page=None)
    assert first.episodes[-1].title == "Day 0"
    assert [one.title for one in first.show.trailers] == ["Day 0"]
    assert "Day 0" not in [one.title for one in heard(session, house, show, now, page=1).episodes]


def test_what_says_no_date_keeps_its_place_behind_what_does(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    rows = many_rows(session, show, 4, now)
    for place, row in enumerate(rows[:3]):
        row.published_at, row.place = None, place
        session.add(row)
    session.flush()
    assert titles(session, house, show, now) == ["Day 3", "Day 0", "Day 1", "Day 2"]
    assert [one.published for one in heard(session, house, show, now).episodes][1:] == [None] * 3
    assert [one.title for one in episodes.published(session, show)] == ["Day 3", "Day 0", "Day 1", "Day 2"]


def test_what_cannot_be_emitted_is_kept_and_named(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    rows = many_rows(session, show, 4, now)
    rows[0].enclosure_url = None
    rows[1].enclosure_length = 0
    rows[2].enclosure_url = rows[3].enclosure_url
    session.add_all(rows)
    session.flush()
    feeds = Feeds()
    said = feeds.not_emitted(session, house, feeds.standing(session, show.slug))
    assert set(said) == {rows[0].id, rows[1].id, rows[2].id}
    assert all(reason.endswith(".") for reason in said.values())
    assert titles(session, house, show, now) == ["Day 3"]


def test_a_private_show_has_each_owners_token_in_every_address_and_nobody_elses(
    session: Session, house: House, now: datetime
) -> None:
    a_list(session, a_hub(session, now), now, slug="members")
    show = a_show(session, house, now, list_slug="members", owner_name="Ann", owner_email="ann@hub.example.org")
    episode = an_episode(session, house, show, now, chapters=[{"start": 0, "title": "Hello"}])
    episodes.set_transcript(
        session, house, episode, "en", b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello", "text/vtt", now=now
    )
    feeds = Feeds()
    standing = feeds.standing(session, show.slug)
    alice, bob = (feeds.private(session, house, standing, token) for token in ("alices.token", "bobs.token"))
    said = read_podcast(alice.body, url=None, now=now)
    one = said.episodes[0]
    base = "https://hub.example.org/podcasts/small-hands/private/alices.token/"
    assert said.show.feed_url == base + "feed.xml"
    assert one.enclosure.url.startswith(base + "audio/")
    assert one.transcripts[0].url.startswith(base)
    assert one.chapters.url.startswith(base)
    assert said.show.block is True
    assert b"ann@hub" not in alice.body
    assert b"bobs.token" not in alice.body
    assert alice.etag != bob.etag
    assert b"token-of-the-reader" not in alice.body + bob.body


def test_many_threads_get_one_feed(house: House, now: datetime) -> None:
    """Python's locale is the whole process's, and feedgen once changed it for every date."""
    with house.database.session() as session:
        show = a_show(session, house, now)
        many_rows(session, show, 300, now)
    feeds = Feeds()

    def read() -> bytes:
        with house.database.reading() as session:
            return feeds.whole(session, house, feeds.standing(session, "small-hands")).body

    bodies = together(*[read] * 6)
    assert len(set(bodies)) == 1
    assert len(read_podcast(bodies[0], url=None, now=now).episodes) == 300


def test_a_feed_written_while_somebody_publishes_is_one_state_or_the_other(house: House, now: datetime) -> None:
    with house.database.session() as session:
        show = a_show(session, house, now)
        number = a_draft(session, house, show, now).id or 0
    feeds = Feeds()

    def publish() -> None:
        with house.database.session() as session:
            publishing.publish(session, house, episodes.by_id(session, number), now=now)

    def read() -> int:
        with house.database.reading() as session:
            return feeds.whole(session, house, feeds.standing(session, "small-hands")).body.count(b"<item>")

    assert set(together(publish, read, read)[1:]) <= {0, 1}
    assert read() == 1


def test_the_companion_feed_has_what_is_live_and_the_feed_does_not(
    session: Session, house: House, now: datetime
) -> None:
    live = {
        "name": "podcast:liveItem",
        "attributes": {"status": "live", "start": "2026-11-23T06:00:00Z"},
        "children": [
            {"name": "title", "text": "Now"}, {"name": "guid", "attributes": {"isPermaLink": "false"}, "text": "now-1"},
            {"name": "enclosure", "attributes": {"url": "https://live.example.org/now.mp3", "type": "audio/mpeg", "length": "1"}},
            {"name": "podcast:contentLink", "attributes": {"href": "https://live.example.org/"}, "text": "Listen"},
        ],
    }  # fmt: skip
    show = a_show(session, house, now, live=[live])
    assert heard(session, house, show, now).show.live == ()
    companion = heard(session, house, show, now, live=True).show
    assert [tag.get("status") for tag in companion.live] == ["live"]
    assert companion.feed_url == "https://hub.example.org/podcasts/small-hands/live.xml"


def test_there_is_no_feed_of_no_show(session: Session, house: House) -> None:
    with pytest.raises(NotFound, match="nobody"):
        Feeds().standing(session, "nobody")


def test_a_hub_stands_in_links_for_the_header(session: Session, house: House, now: datetime) -> None:
    show: Show = a_show(session, house, now, hubs=["https://websub.example/"])
    feeds = Feeds()
    document = feeds.document(session, house, feeds.standing(session, show.slug))
    assert document.links == (
        ("https://websub.example/", "hub"),
        ("https://hub.example.org/podcasts/small-hands/feed.xml", "self"),
    )


def _items(body: bytes) -> list[bytes]:
    return re.findall(rb"<item>.*?</item>", body, re.DOTALL)


def _with(shape: episodes.Shape, **changes: object) -> episodes.Shape:
    from dataclasses import replace

    return replace(shape, **changes)  # type: ignore[arg-type]
