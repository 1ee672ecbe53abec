"""The pages of shows and episodes: what readers see, what search engines are told, and what leaves no trace."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html as markup
from on_air import a_show, an_episode, make_private
from sqlalchemy import event
from sqlmodel import col, select

from publisher.podcasts import episodes, publishing, shows
from publisher.podcasts.models import Episode
from publisher.web.routes import PODCASTS

KITCHEN = "/podcasts/small-hands/in-the-kitchen"
PATHS = (
    "/podcasts",
    "/podcasts/small-hands",
    "/podcasts/petites-mains",
    KITCHEN,
    "/podcasts/petites-mains/dans-la-cuisine",
)


def text_of(answer) -> str:
    return " ".join(markup.fromstring(answer.text).text_content().split())


def structured(answer) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.S)[1])


def test_the_shows_stand_with_what_is_newest_in_them(web, air):
    answer = web.get("/podcasts")
    said = text_of(answer)
    assert said.index("Petites mains") < said.index("Small Hands")  # nine days ago, ten days ago
    assert "English2 episodes" in said.replace(" ·", "")
    assert "Newest · 13 November 2026 In the kitchen" in said
    assert '<a href="/podcasts" aria-current="page">Podcasts</a>' in answer.text
    for hidden in ("Inner", "inner", "Among", "Still to come", "Half written", "A mistake"):
        assert hidden not in answer.text, hidden


def test_a_hub_without_shows_does_not_promise_any(web):
    assert "/podcasts" not in web.get("/").text
    assert "The first show is being made." in web.get("/podcasts").text


def test_a_show_says_what_it_is_and_how_to_follow_it(web, air):
    answer = web.get("/podcasts/small-hands")
    said = text_of(answer)
    for words in ("Small Hands", "What Small Hands is about", "Ines Moreau Host", "Jo Lund Stage hand", "Nairobi (Kenya)", "CC BY 4.0", "Give a little", "New here? Begin with the trailer", "2 episodes"):  # fmt: skip
        assert words in said, words
    for scheme in ("podcast://hub.example.org/podcasts/small-hands/feed.xml", "pktc://subscribe/hub.example.org/", "antennapod-subscribe://", "overcast://x-callback-url/add?url=https%3A%2F%2Fhub.example.org%2F", "https://hub.example.org/podcasts/small-hands/feed.xml"):  # fmt: skip
        assert scheme in answer.text, scheme
    assert '<link rel="alternate" type="application/rss+xml" title="Small Hands" href="https://hub.example.org/podcasts/small-hands/feed.xml">' in answer.text  # fmt: skip
    assert "https://www.openstreetmap.org/relation/3492709" in answer.text


def test_language_editions_know_each_other(web, air):
    for slug in ("small-hands", "petites-mains"):
        answer = web.get(f"/podcasts/{slug}")
        alternates = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', answer.text))
        assert alternates == {
            "en": "https://hub.example.org/podcasts/small-hands",
            "fr": "https://hub.example.org/podcasts/petites-mains",
        }
    answer = web.get(KITCHEN)
    assert 'hreflang="fr" href="https://hub.example.org/podcasts/petites-mains/dans-la-cuisine"' in answer.text
    assert 'lang="fr" hreflang="fr" title="Dans la cuisine">Français</a>' in answer.text


def test_an_episode_is_heard_read_and_passed_on(web, air):
    answer = web.get(KITCHEN)
    said = text_of(answer)
    for words in ("In the kitchen", "All about In the kitchen", "Episode 2", "13 November 2026", "20 sec", "Chapters", "The <framed> form", "A moment from it", "The frame", "Welcome to Small Hands.", "The form was framed & hung there.", "Ines", "Baraka", "MP3", "Tea on Fridays"):  # fmt: skip
        assert words in said, words
    assert "Good-bye" not in said  # not in the table of contents
    page = markup.fromstring(answer.text)
    (audio,) = page.xpath("//audio[@controls]")
    assert audio.get("preload") == "none"
    chapters = [link.get("href") for link in page.xpath("//*[@class='chapters']//*[@data-seek]")]
    assert chapters[0] == f"{audio.get('src')}#t=0"
    assert chapters[2] == f"{audio.get('src')}#t=9,14"  # the moment: from, to
    assert [line.get("data-from") for line in page.xpath("//*[@data-transcript]//*[@data-from]")] == [
        "0.0",
        "4.0",
        "9.0",
    ]
    download = page.xpath("//a[@download='small-hands-in-the-kitchen.mp3']")
    assert len(download) == 1
    mail = parse_qs(urlsplit(next(a.get("href") for a in page.xpath("//a[starts-with(@href, 'mailto:')]"))).query)
    assert mail["body"] == ["In the kitchen · Small Hands https://hub.example.org" + KITCHEN]
    assert f'<iframe src="https://hub.example.org{KITCHEN}/embed"' in unescape(answer.text)
    assert "<iframe" not in answer.text


def test_what_staff_and_guests_wrote_cannot_break_out(web, air, house, now):
    with house.database.session() as session:
        show = shows.by_slug(session, "small-hands")
        evil = "</script><script>alert(1)</script>\" onload='x' {{ 7*7 }}"
        an_episode(session, house, show, now, evil, days=1, slug="evil", notes=f"<b onclick='x'>{evil}</b>", summary=evil, chapters=[{"start": 1, "title": evil}])  # fmt: skip
        episodes.set_transcript(session, house, episodes.by_slug(session, show, "evil"), "en", f"WEBVTT\n\n00:00.000 --> 00:02.000\n<v {evil[9:20]}>{evil}\n".encode(), "text/vtt", now=now)  # fmt: skip
    for path in (
        "/podcasts/small-hands/evil",
        "/podcasts/small-hands/evil/embed",
        "/podcasts/small-hands",
        "/podcasts",
    ):
        answer = web.get(path)
        assert answer.status_code == 200
        page = markup.fromstring(answer.text)
        assert {script.get("src", "").partition("?")[0] or script.get("type") for script in page.xpath("//script")} <= {"/static/page.js", "/static/player.js", "application/ld+json"}  # fmt: skip
        assert not page.xpath("//*[@onload or @onclick]")
        assert "49" not in {one.strip() for one in page.itertext()}
    assert structured(web.get("/podcasts/small-hands/evil"))["name"].startswith("</script>")


def test_search_engines_and_quoting_pages_are_told(web, air):
    answer = web.get(KITCHEN)
    said = structured(answer)
    assert (said["@type"], said["name"], said["episodeNumber"], said["timeRequired"]) == (
        "PodcastEpisode",
        "In the kitchen",
        2,
        "PT20S",
    )
    assert said["associatedMedia"]["contentUrl"].startswith("https://hub.example.org/podcasts/small-hands/audio/")
    assert said["partOfSeries"]["webFeed"] == "https://hub.example.org/podcasts/small-hands/feed.xml"
    properties = dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)"', answer.text))
    assert properties["og:title"] == "In the kitchen"
    assert properties["og:audio"] == said["associatedMedia"]["contentUrl"]
    assert properties["og:image"].endswith("/640.jpg")
    assert web.get(urlsplit(properties["og:image"]).path).status_code == 200
    assert f'<link rel="canonical" href="https://hub.example.org{KITCHEN}">' in answer.text
    assert structured(web.get("/podcasts/small-hands"))["@type"] == "PodcastSeries"


def test_drafts_and_private_shows_are_not_there_for_strangers(web, air, house):
    with house.database.reading() as session:
        slugs = {n: session.get_one(Episode, n).slug for n in (air.scheduled, air.draft)}
    nothing = web.get("/podcasts/nothing")
    for path in ("/podcasts/inner-circle", "/podcasts/inner-circle/among-ourselves", *(f"/podcasts/small-hands/{slug}" for slug in slugs.values())):  # fmt: skip
        for end in ("", "/embed", "/chapters.json", "/transcript.en.vtt") if path.count("/") == 3 else ("",):
            answer = web.get(path + end)
            assert answer.status_code == 404, path + end
            assert "Inner" not in answer.text
            assert "Among" not in answer.text
    assert web.get("/podcasts/inner-circle").text.replace("inner-circle", "nothing") == nothing.text


def test_a_show_that_becomes_private_is_gone_from_everywhere_at_once(web, air, house, now):
    with house.database.session() as session:
        make_private(session, house, "small-hands", now)
    for path in ("/podcasts", "/podcasts/petites-mains", "/podcasts/petites-mains/dans-la-cuisine", "/api/v1/shows"):
        assert "small-hands" not in web.get(path).text.replace("petites-mains", ""), path
    for path in ("/podcasts/small-hands", KITCHEN, f"{KITCHEN}/embed", f"{KITCHEN}/chapters.json", "/podcasts/small-hands/feed.xml", f"/oembed?url=https://hub.example.org{KITCHEN}", "/api/v1/shows/small-hands/episodes", f"/api/v1/episodes/{air.kitchen}"):  # fmt: skip
        assert web.get(path).status_code == 404, path


def test_a_withdrawn_episode_says_so_and_leads_on(web, air):
    answer = web.get("/podcasts/small-hands/a-mistake")
    assert answer.status_code == 410
    assert "This episode is not here any more" in answer.text
    assert 'href="/podcasts/small-hands"' in answer.text
    assert "noindex" in answer.headers["x-robots-tag"]
    for end in ("/embed", "/chapters.json"):
        assert web.get(f"/podcasts/small-hands/a-mistake{end}").status_code == 404


def test_a_show_that_moved_or_ended_says_so(web, air, house, now):
    with house.database.session() as session:
        shows.move(session, house, shows.by_slug(session, "small-hands"), "https://new.example/feed.xml", now=now)
        shows.archive(session, house, shows.by_slug(session, "petites-mains"), now=now)
    answer = web.get("/podcasts/small-hands")
    assert "This show has moved." in answer.text
    assert 'href="https://new.example/feed.xml"' in answer.text
    answer = web.get("/podcasts/petites-mains")
    assert "This show has ended." in answer.text
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "petites-mains" not in web.get("/podcasts").text


def test_what_says_block_is_in_no_list(web, air, house, now):
    with house.database.session() as session:
        show = shows.by_slug(session, "petites-mains")
        shows.edit(session, house, show, replace(shows.shape_of(session, show), block=True), now=now)
        tea = episodes.by_id(session, air.tea)
        episodes.edit(session, house, tea, replace(episodes.shape_of(tea), block=True), now=now)
    assert "petites-mains" not in web.get("/podcasts").text
    assert "noindex" in web.get("/podcasts/petites-mains").headers["x-robots-tag"]
    assert "Tea on Fridays" not in web.get("/podcasts/small-hands").text
    assert "Tea on Fridays" not in web.get(KITCHEN).text
    assert "noindex" in web.get("/podcasts/small-hands/tea-on-fridays").headers["x-robots-tag"]


def test_a_serial_is_told_from_its_beginning_by_season(web, house, hub, now):
    with house.database.session() as session:
        show = a_show(session, house, now, "the-road", "The Road", type="serial")
        for n, (season, number) in enumerate(((1, 1), (1, 2), (2, 1), (2, 2))):
            an_episode(session, house, show, now, f"Part {season}.{number}", days=40 - n, season=season, season_name=("", "Out", "Back")[season], number=number)  # fmt: skip
    said = text_of(web.get("/podcasts/the-road"))
    order = [
        said.index(words)
        for words in ("Season 2: Back", "Part 2.1", "Part 2.2", "Season 1: Out", "Part 1.1", "Part 1.2")
    ]
    assert order == sorted(order)
    first = text_of(web.get("/podcasts/the-road?season=1"))
    assert "Part 1.2" in first
    assert "Part 2.1" not in first
    assert web.get("/podcasts/the-road?season=x").status_code == 200
    assert "Season 2, episode 1" in text_of(web.get("/podcasts/the-road/part-2-1"))


def test_long_shows_come_in_parts(web, house, hub, now):
    with house.database.session() as session:
        show = a_show(session, house, now, "daily", "Daily")
        an_episode(session, house, show, now, "Number 0", days=100)
        for n in range(1, 35):
            session.add(Episode(show_id=show.id, slug=f"n-{n}", guid=f"{n}", title=f"Number {n}.", state="published", published_at=now - timedelta(days=100 - n), created_at=now, updated_at=now))  # fmt: skip
    first, second = web.get("/podcasts/daily"), web.get("/podcasts/daily?page=2")
    assert "Number 34." in first.text
    assert "Page 1 of 2" in first.text
    assert "Number 0" in second.text
    assert "Number 34." not in second.text
    assert "has no sound here yet" in web.get("/podcasts/daily/n-3").text


def test_sound_that_is_still_elsewhere_is_allowed_on_its_page_only(web, house, hub, now):
    with house.database.session() as session:
        show = a_show(session, house, now, "imported", "Imported")
        session.add(Episode(show_id=show.id, slug="far", guid="far", title="Far", state="published", published_at=now, enclosure_url="https://cdn.example/far.mp3", enclosure_type="audio/mpeg", enclosure_length=5_000_000, created_at=now, updated_at=now))  # fmt: skip
    answer = web.get("/podcasts/imported/far")
    assert "media-src 'self' https: http:" in answer.headers["content-security-policy"]
    assert 'src="https://cdn.example/far.mp3"' in answer.text
    assert "media-src" not in web.get("/podcasts/imported").headers["content-security-policy"]
    assert "frame-ancestors *" in web.get("/podcasts/imported/far/embed").headers["content-security-policy"]


def test_every_page_speaks_every_language_and_keeps_the_episodes_own(web, air):
    for path in PATHS:
        for language, direction in (("fr", "ltr"), ("ar", "rtl")):
            answer = web.get(f"{path}?lang={language}")
            assert answer.status_code == 200
            assert f'<html lang="{language}" dir="{direction}">' in answer.text
    assert '<h1 lang="en"' in web.get(f"{KITCHEN}?lang=ar").text


# -- beside the sound ---------------------------------------------------------------------------------------------------


def test_chapters_come_as_the_namespace_says(web, air):
    answer = web.get(f"{KITCHEN}/chapters.json")
    assert answer.headers["content-type"] == "application/json+chapters"
    assert answer.headers["access-control-allow-origin"] == "*"
    said = answer.json()
    assert [(one["startTime"], one["title"], one.get("toc", True)) for one in said["chapters"]] == [(0, "Hello", True), (9, "The <framed> form", True), (15, "Good-bye", False)]  # fmt: skip
    assert web.get(f"{KITCHEN}/chapters.json", headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert web.get("/podcasts/small-hands/tea-on-fridays/chapters.json").status_code == 404


@pytest.mark.parametrize(
    ("form", "media_type", "words"),
    [
        ("vtt", "text/vtt; charset=utf-8", "WEBVTT"),
        ("srt", "application/x-subrip", "00:00:04,000 --> 00:00:09,000"),
        ("json", "application/json", '"startTime"'),
        ("txt", "text/plain; charset=utf-8", "framed & hung"),
        ("html", "text/html; charset=utf-8", "framed &amp; hung"),
    ],
)
def test_what_is_said_comes_in_the_form_that_is_asked_for(web, air, form, media_type, words):
    answer = web.get(f"{KITCHEN}/transcript.en.{form}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert words in answer.text
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_transcript_without_times_makes_no_captions(web, air, house, now):
    with house.database.session() as session:
        episodes.set_transcript(session, house, episodes.by_id(session, air.tea), "en", b"Ines: Tea.\n\nJo: On Fridays.", "text/plain", now=now)  # fmt: skip
    path = "/podcasts/small-hands/tea-on-fridays"
    assert web.get(f"{path}/transcript.en.txt").status_code == 200
    for wrong in ("en.vtt", "en.srt", "fr.txt", "en.pdf"):
        assert web.get(f"{path}/transcript.{wrong}").status_code == 404, wrong
    page = markup.fromstring(web.get(path).text)
    assert not page.xpath("//*[@data-transcript]")
    assert "On Fridays." in page.text_content()


def test_readers_choose_the_language_of_a_transcript(web, air, house, now):
    with house.database.session() as session:
        episodes.set_transcript(session, house, episodes.by_id(session, air.kitchen), "ar", "WEBVTT\n\n00:00.000 --> 00:02.000\nمرحبا\n".encode(), "text/vtt", now=now)  # fmt: skip
    assert "مرحبا" not in web.get(KITCHEN).text
    answer = web.get(f"{KITCHEN}?transcript=ar")
    assert "مرحبا" in answer.text
    assert 'lang="ar" dir="rtl"' in answer.text


# -- frames -------------------------------------------------------------------------------------------------------------


def test_other_pages_may_frame_the_player_and_nothing_else(web, air):
    answer = web.get(f"{KITCHEN}/embed?theme=dark")
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    assert 'data-theme="dark"' in answer.text
    assert "data-theme" not in web.get(f"{KITCHEN}/embed?theme=<x>").text
    for path in (*PATHS, "/podcasts/embed", "/podcasts/a/b/c/embed"):
        assert "frame-ancestors 'none'" in web.get(path).headers["content-security-policy"], path


def test_programs_learn_how_to_frame_an_episode(web, air):
    discovered = re.search(r'type="application/json\+oembed" href="([^"]+)"', web.get(KITCHEN).text)[1]
    answer = web.get(unescape(discovered).removeprefix("https://hub.example.org"))
    said = answer.json()
    assert (said["version"], said["type"], said["title"], said["author_name"]) == (
        "1.0",
        "rich",
        "In the kitchen",
        "Small Hands",
    )
    assert said["html"].startswith(
        f'<iframe src="https://hub.example.org{KITCHEN}/embed" title="In the kitchen · Small Hands" width="640"'
    )
    assert answer.headers["access-control-allow-origin"] == "*"
    small = web.get(
        "/oembed", params={"url": f"https://hub.example.org{KITCHEN}?lang=fr", "maxwidth": "400", "maxheight": "150"}
    ).json()
    assert (small["width"], small["height"]) == (400, 150)


def test_what_cannot_be_framed_is_refused_as_the_specification_says(web, air):
    here = "https://hub.example.org"
    for url in ("", "https://elsewhere.example/podcasts/small-hands/in-the-kitchen", f"{here}/podcasts/small-hands", f"{here}/library", f"{here}/podcasts/inner-circle/among-ourselves", f"{here}/podcasts/small-hands/a-mistake", f"{here}/podcasts/small-hands/half-written"):  # fmt: skip
        assert web.get("/oembed", params={"url": url}).status_code == 404, url
    assert web.get("/oembed", params={"url": here + KITCHEN, "format": "xml"}).status_code == 501


def test_every_app_can_take_all_shows_at_once(web, air):
    answer = web.get("/podcasts/opml.xml")
    assert answer.headers["content-type"] == "text/x-opml; charset=utf-8"
    outlines = markup.fromstring(answer.content).xpath("//outline/@xmlurl")
    assert outlines == [
        f"https://hub.example.org/podcasts/{slug}/feed.xml" for slug in ("petites-mains", "small-hands")
    ]
    assert web.get("/podcasts/opml.xml", headers={"if-none-match": answer.headers["etag"]}).status_code == 304


# -- programs -----------------------------------------------------------------------------------------------------------


def test_programs_read_shows_and_episodes(web, air):
    found = web.get("/api/v1/shows").json()
    assert [(one["show"], one["episodes"], one["editions"]) for one in found] == [("petites-mains", 1, ["small-hands"]), ("small-hands", 2, ["petites-mains"])]  # fmt: skip
    first = web.get("/api/v1/shows/small-hands/episodes?limit=2").json()
    assert [one["title"] for one in first["items"]] == ["In the kitchen", "Tea on Fridays"]
    rest = web.get(first["next"].removeprefix("https://hub.example.org")).json()
    assert ([one["type"] for one in rest["items"]], rest["next"]) == (["trailer"], None)
    one = web.get(f"/api/v1/episodes/{air.kitchen}").json()
    assert (one["episode"], one["show"], one["seconds"], one["number"]) == (air.kitchen, "small-hands", 20, 2)
    assert web.get(urlsplit(one["transcripts"]["en"]).path).status_code == 200
    assert web.get(urlsplit(one["chapters"]).path).status_code == 200
    assert web.get(urlsplit(one["sound"]).path).headers["content-length"] == str(one["sound_bytes"])
    assert web.get(f"/api/v1/resources/{one['resource']}").json()["kind"] == "episode"
    for number in (air.draft, air.scheduled, air.gone, air.inner, 999):
        assert web.get(f"/api/v1/episodes/{number}").status_code == 404, number


# -- the database ------------------------------------------------------------------------------------------------------


def test_no_page_asks_more_when_there_is_more(web, air, house, now):
    paths = (*PATHS, f"{KITCHEN}/embed", "/api/v1/shows", "/api/v1/shows/small-hands/episodes", "/podcasts/small-hands/feed.xml", "/podcasts/opml.xml")  # fmt: skip
    asked(house, web, paths)
    few = asked(house, web, paths)
    with house.database.session() as session:
        show = shows.by_slug(session, "small-hands")
        for n in range(12):
            other = a_show(session, house, now, f"more-{n}", f"More {n}", editions="small-hands")
            an_episode(session, house, other, now, f"More {n}", days=n, original_id=air.kitchen)
            an_episode(session, house, show, now, f"Again {n}", days=n + 1, season=n + 1, number=n + 1)
    many = asked(house, web, paths)
    again = asked(house, web, paths)
    grown = {path: (few[path], many[path]) for path in few if many[path] > few[path] and again[path] > few[path]}
    assert grown == {}


def asked(house, web, paths) -> dict[str, int]:
    """Statements per page."""
    counts: dict[str, int] = {}
    path = ""

    def count(*_: object) -> None:
        counts[path] += 1

    event.listen(house.database.engine, "before_cursor_execute", count)
    try:
        for path in paths:
            counts[path] = 0
            web.get(path)
    finally:
        event.remove(house.database.engine, "before_cursor_execute", count)
    return counts


def test_looking_changes_no_row_but_downloads(web, air, house):
    def rows() -> dict[str, int]:
        with house.database.reading() as session:
            return {row.slug: row.revision for row in session.exec(select(Episode).where(col(Episode.show_id) > 0))}

    before = rows()
    for route in PODCASTS:
        path = route.path.format(
            show="small-hands", episode="in-the-kitchen", name="x", language="en", form="vtt", digest="x"
        )
        assert web.get(path).status_code == web.head(path).status_code, path
    assert rows() == before


def test_at_the_instant_it_is_there_for_everybody(web, air, house, wall):
    path = "/podcasts/small-hands/still-to-come"
    assert web.get(path).status_code == 404
    wall.move(timedelta(days=1))
    assert publishing.publish_due(house, wall.now)
    assert web.get(path).status_code == 200
    assert "Still to come" in web.get("/podcasts/small-hands").text
    assert "Still to come" in web.get("/podcasts").text
    assert "Still to come" in web.get("/podcasts/small-hands/feed.xml").text
