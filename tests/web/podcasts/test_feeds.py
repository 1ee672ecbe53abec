"""Feeds as apps poll them: asked again and again, compressed, by HEAD, paged, moved, and for one person only."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import feedparser
import pytest
from on_air import a_show, an_episode
from sqlalchemy import event
from sqlmodel import col, select

from publisher.audience.models import Person, Subscription
from publisher.podcasts import episodes, private, publishing, shows
from publisher.podcasts.feed import PAGE
from publisher.podcasts.models import Episode, PrivateFeed

FEED = "/podcasts/small-hands/feed.xml"
PLAIN = {"accept-encoding": "identity"}


def titles(answer) -> list[str]:
    return [entry.title for entry in feedparser.parse(answer.content).entries]


def test_an_app_reads_what_has_appeared_and_nothing_else(web, air):
    answer = web.get(FEED, headers=PLAIN)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert titles(answer) == ["In the kitchen", "Tea on Fridays", "What this is"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, no-cache"
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_websub_finds_the_hub_and_one_self(web, air):
    link = web.get(FEED).headers["link"]
    assert link == f'<https://websub.example.org/>; rel="hub", <https://hub.example.org{FEED}>; rel="self"'
    assert "link" not in web.get("/podcasts/petites-mains/feed.xml").headers


def test_who_has_it_gets_304_by_tag_or_by_date(web, air):
    first = web.get(FEED, headers=PLAIN)
    tag, date = first.headers["etag"], first.headers["last-modified"]
    for given in (
        {"if-none-match": tag},
        {"if-none-match": f'"x", W/{tag}'},
        {"if-none-match": "*"},
        {"if-modified-since": date},
    ):
        again = web.get(FEED, headers=PLAIN | given)
        assert (again.status_code, again.content) == (304, b""), given
        assert again.headers["etag"] == tag
        assert again.headers["vary"] == "Accept-Encoding"
    for given in ({"if-none-match": '"other"'}, {"if-none-match": '"other"', "if-modified-since": date}, {"if-modified-since": "Mon, 01 Jan 2024 00:00:00 GMT"}, {"if-modified-since": "nonsense"}):  # fmt: skip
        assert web.get(FEED, headers=PLAIN | given).status_code == 200, given


def test_a_change_changes_the_tag_and_the_first_asking_shows_it(web, air, house, now):
    before = web.get(FEED)
    with house.database.session() as session:
        publishing.publish(session, house, episodes.by_id(session, air.draft), now=now + timedelta(minutes=1))
    after = web.get(
        FEED, headers={"if-none-match": before.headers["etag"], "if-modified-since": before.headers["last-modified"]}
    )
    assert after.status_code == 200
    assert titles(after)[0] == "Half written"


def test_the_compressed_form_is_the_same_feed_under_a_tag_of_its_own(web, air):
    plain, small = web.get(FEED, headers=PLAIN), web.get(FEED, headers={"accept-encoding": "br, gzip;q=0.5"})
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert small.content == plain.content  # the client unpacks it
    assert int(small.headers["content-length"]) < len(plain.content) / 2
    assert small.headers["etag"] != plain.headers["etag"]
    assert {plain.headers["vary"], small.headers["vary"]} == {"Accept-Encoding"}
    for tag in (plain.headers["etag"], small.headers["etag"]):
        assert web.get(FEED, headers={"accept-encoding": "gzip", "if-none-match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("said", "compressed"),
    [("gzip", True), ("*", True), ("gzip;q=0", False), ("identity", False), ("*;q=0", False), ("deflate, br", False), ("GZIP ; q=0.001", True), ("gzip;q=0, *", False)],
)  # fmt: skip
def test_nobody_gets_a_coding_they_refuse(web, air, said, compressed):
    assert ("content-encoding" in web.get(FEED, headers={"accept-encoding": said}).headers) == compressed


def test_head_says_the_same_without_the_body(web, air):
    got, asked = web.get(FEED, headers=PLAIN), web.head(FEED, headers=PLAIN)
    assert (asked.status_code, asked.content) == (200, b"")
    same = ("etag", "last-modified", "content-length", "content-type", "link", "vary")
    assert {name: asked.headers[name] for name in same} == {name: got.headers[name] for name in same}


def test_a_browser_may_ask_first_whether_it_may_ask(web, air):
    asked = {"origin": "https://player.example", "access-control-request-method": "GET"}
    answer = web.options(FEED, headers=asked)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "*")
    assert "If-None-Match" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in web.options(urlsplit(air.feed).path, headers=asked).headers


def test_a_show_that_moved_sends_everybody_on(web, air, house, now):
    with house.database.session() as session:
        shows.move(session, house, shows.by_slug(session, "small-hands"), "https://new.example/feed.xml", now=now)
    for path in (FEED, f"{FEED}?page=1", "/podcasts/small-hands/live.xml"):
        answer = web.get(path)
        assert (answer.status_code, answer.headers["location"]) == (301, "https://new.example/feed.xml")
        assert web.head(path).status_code == 301


def test_what_does_not_exist_is_said_in_one_sentence(web, air):
    for path, language, sentence in (
        ("/podcasts/nothing/feed.xml", "en", "There is no such show."),
        (f"{FEED}?page=7", "en", "This feed has no such page."),
        (f"{FEED}?page=0", "en", "This feed has no such page."),
        (f"{FEED}?page=x", "en", "This feed has no such page."),
        (f"{FEED}?page=99999999999999999999", "en", "This feed has no such page."),
        ("/podcasts/inner-circle/feed.xml", "en", "There is no such show."),
        ("/podcasts/inner-circle/live.xml", "en", "There is no such show."),
    ):
        answer = web.get(path, headers={"accept-language": language})
        assert (answer.status_code, answer.text) == (404, sentence + "\n"), path
        assert answer.headers["content-type"].startswith("text/plain")


def test_a_long_show_is_paged_and_full_pages_never_change(web, house, hub, now):
    with house.database.session() as session:
        show = a_show(session, house, now, "daily", "Daily")
        first = an_episode(session, house, show, now, "Number 0", days=1000)
        for n in range(1, 2 * PAGE + 10):
            row = Episode(show_id=show.id, slug=f"n-{n}", guid=f"guid {n}", title=f"Number {n}", state="published", published_at=now - timedelta(days=1000 - n), enclosure_url=f"https://example.org/{n}.mp3", enclosure_type="audio/mpeg", enclosure_length=1000 + n, created_at=now, updated_at=now)  # fmt: skip
            session.add(row)
        session.flush()
        shows.touch(session, house, show, now=now)
        assert first.id
    newest = web.get("/podcasts/daily/feed.xml")
    following = re.search(r'<atom:link[^>]*rel="next"[^>]*>', newest.text)
    assert following
    assert "https://hub.example.org/podcasts/daily/feed.xml?page=1" in following[0]
    oldest = web.get("/podcasts/daily/feed.xml?page=1")
    assert titles(oldest)[-1] == "Number 0"
    together = titles(newest) + titles(oldest)
    assert len(together) == len(set(together)) == 2 * PAGE + 10


# -- private ------------------------------------------------------------------------------------------------------------


def test_alice_hears_what_strangers_do_not_find(web, air):
    answer = web.get(urlsplit(air.feed).path)
    assert titles(answer) == ["Among ourselves"]
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "access-control-allow-origin" not in answer.headers
    assert "link" not in answer.headers
    again = web.get(urlsplit(air.feed).path, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-store")


def test_her_feed_is_compressed_for_her_and_names_only_her_token(web, air):
    token = urlsplit(air.feed).path.split("/")[4]
    answer = web.get(urlsplit(air.feed).path, headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text.count(token) >= 4  # the feed itself, sound, chapters, transcript
    assert "token-of-the-reader" not in answer.text


@pytest.mark.parametrize("how", ["taken back", "left the list", "erased from it"])
def test_taken_back_feed_and_sound_stop_within_the_same_second(web, air, house, now, how):
    path = urlsplit(air.feed).path
    inner = feedparser.parse(web.get(path).content).entries[0]
    sound = urlsplit(inner.enclosures[0].href).path
    beside = [path.replace("feed.xml", f"among-ourselves/{name}") for name in ("chapters.json", "transcript.en.vtt")]
    assert [web.get(one).status_code for one in (path, sound, *beside)] == [200, 200, 200, 200]
    with house.database.session() as session:
        alice = session.exec(select(Person).where(col(Person.name) == "Alice")).one()
        if how == "taken back":
            private.revoke(session, session.exec(select(PrivateFeed)).one(), now=now)
        else:
            for row in session.exec(select(Subscription).where(col(Subscription.person_id) == alice.id)):
                row.state = "unsubscribed" if how == "left the list" else "suppressed"
    for one in (path, sound, *beside):
        assert web.get(one, headers={"accept-language": "en"}).status_code == 404, one
    assert web.get(path, headers={"accept-language": "en"}).text == private.NO_MORE + "\n"


def test_a_token_opens_nothing_but_its_own_show(web, air, house):
    token = urlsplit(air.feed).path.split("/")[4]
    for path in (
        f"/podcasts/small-hands/private/{token}/feed.xml",
        f"/podcasts/inner-circle/private/{token}x/feed.xml",
        "/podcasts/inner-circle/private/a.b/feed.xml",
        f"/podcasts/inner-circle/private/{token}/audio/{air.kitchen}-0123456789ab.mp3",
        f"/podcasts/inner-circle/private/{token}/in-the-kitchen/chapters.json",
    ):
        assert web.get(path).status_code == 404, path


def test_the_log_of_requests_has_no_token(caplog, air):
    import logging

    from publisher.web.request_log import WithoutKeys

    token = urlsplit(air.feed).path.split("/")[4]
    record = logging.LogRecord("uvicorn.access", 20, "", 1, '%s - "%s %s HTTP/%s" %d', ("1.2.3.4:5", "GET", f"{urlsplit(air.feed).path}?x=1", "1.1", 200), None)  # fmt: skip
    assert WithoutKeys().filter(record)
    said = record.getMessage()
    assert token not in said
    assert "/podcasts/inner-circle/private/…/feed.xml?x=1" in said


def test_a_poll_costs_one_small_query(web, air, house):
    web.get(FEED)
    asked: list[str] = []
    listen = lambda _c, _u, statement, *_: asked.append(statement)  # noqa: E731
    event.listen(house.database.engine, "before_cursor_execute", listen)
    try:
        web.get(FEED)
        web.get(FEED, headers={"if-none-match": web.get(FEED).headers["etag"]})
    finally:
        event.remove(house.database.engine, "before_cursor_execute", listen)
    questions = [one for one in asked if one.lstrip().startswith("SELECT")]
    assert len(questions) == 3
    assert len(set(questions)) == 1


def test_who_follows_an_archived_show_keeps_getting_it(web, air, house, now):
    with house.database.session() as session:
        shows.archive(session, house, shows.by_slug(session, "small-hands"), now=now)
    assert web.get(FEED).status_code == 200
    assert "small-hands" not in web.get("/podcasts").text
