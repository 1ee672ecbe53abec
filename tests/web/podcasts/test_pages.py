"""The pages of shows and episodes: what readers see, what search engines are told, and what leaves no trace."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

from lxml import html as markup
from on_air import a_show, an_episode, make_private

from publisher.podcasts import episodes, shows
from publisher.podcasts.models import Episode

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
