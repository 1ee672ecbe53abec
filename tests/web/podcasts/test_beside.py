"""What stands beside the sound, for apps and for other people's pages: chapters, transcripts, frames, oEmbed."""

import re
from html import unescape

import pytest
from lxml import html as markup

from publisher.podcasts import episodes

KITCHEN = "/podcasts/small-hands/in-the-kitchen"
PATHS = (
    "/podcasts",
    "/podcasts/small-hands",
    "/podcasts/petites-mains",
    KITCHEN,
    "/podcasts/petites-mains/dans-la-cuisine",
)


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
