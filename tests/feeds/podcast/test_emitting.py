"""Writing a feed, rule by rule. Numbers in comments are those of the requirements: PSP-1, Apple, the podcast namespace."""

import locale
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.podcast import texts
from feeds.podcast.emitting import (
    CannotBeEmitted,
    Pages,
    document,
    feed,
    item,
    items,
    left_out,
    sorted_out,
    why_not,
)
from feeds.podcast.texts import described, line
from feeds.podcast.values import (
    NAMESPACES,
    ChaptersLink,
    Enclosure,
    Episode,
    Funding,
    Licence,
    Person,
    Place,
    Show,
    Soundbite,
    Trailer,
    Transcript,
    UpdateFrequency,
)

NAIROBI = timezone(timedelta(hours=3))
SHOW = Show(
    title="Small steps",
    link="https://hub.example.org/podcasts/small-steps",
    feed_url="https://hub.example.org/podcasts/small-steps/feed.xml",
    description="Play in the first years.",
    author="The hub",
    image="https://hub.example.org/media/a.jpg",
    categories=(("Kids & Family", "Parenting"),),
    changed=datetime(2026, 11, 20, 9, 0, tzinfo=NAIROBI),
)
EPISODE = Episode(
    guid="urn:uuid:1",
    title="Talking before talking",
    enclosure=Enclosure("https://hub.example.org/1.mp3", 1_234_567, "audio/mpeg"),
    published=datetime(2026, 11, 20, 9, 0, tzinfo=NAIROBI),
)


def read(data: bytes) -> etree._Element:
    return etree.fromstring(data)


def channel(**changes: object) -> etree._Element:
    return read(feed(replace(SHOW, **changes), []))[0]


def written(**changes: object) -> etree._Element:
    """An item as it stands in a feed."""
    return read(feed(SHOW, [replace(EPISODE, **changes)])).find("channel/item")


def all_of(parent: etree._Element, name: str) -> list[tuple[dict[str, str], str]]:
    return [(dict(e.attrib), e.text or "") for e in parent.findall(name, NAMESPACES)]


def one(parent: etree._Element, name: str) -> str | None:
    found = parent.findall(name, NAMESPACES)
    assert len(found) <= 1
    return (found[0].text or "") if found else None


def test_the_document_is_rss_in_utf_8_with_the_namespaces_as_their_makers_write_them():  # 1, 2
    data = feed(replace(SHOW, title="Früh — لعب"), [EPISODE])
    root = read(data)

    assert data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert "Früh — لعب".encode() in data
    assert (root.tag, root.get("version"), root.nsmap) == ("rss", "2.0", NAMESPACES)
    assert data.count(b"xmlns:") == len(NAMESPACES)
    assert b"xmlns" not in item(EPISODE)


def test_an_item_is_the_same_bytes_whatever_the_show_and_however_it_is_written():
    many = [
        replace(EPISODE, guid=f"g{n}", enclosure=Enclosure(f"https://e.org/{n}.mp3", 1, "audio/mpeg"))
        for n in range(150)
    ]
    fragments = [item(episode) for episode in many]

    assert list(items(many)) == fragments
    assert document(SHOW, fragments) == feed(SHOW, many)
    assert all(fragment in feed(replace(SHOW, title="Another", explicit=True), many) for fragment in fragments)


def test_links_of_website_feed_hub_and_pages_stand_beside_each_other():  # 9, 10, 11, 14
    pages = Pages(first="https://e.org/1", previous="https://e.org/2", next="https://e.org/4", last="https://e.org/9")
    found = read(document(replace(SHOW, hubs=("https://hub.e.org/a", "https://hub.e.org/b")), [], pages=pages))[0]
    links = [(attributes["rel"], attributes["href"]) for attributes, _ in all_of(found, "atom:link")]

    assert one(found, "link") == SHOW.link
    assert all_of(found, "atom:link")[0][0] == {"rel": "self", "type": "application/rss+xml", "href": SHOW.feed_url}
    assert links[1:] == [
        ("hub", "https://hub.e.org/a"),
        ("hub", "https://hub.e.org/b"),
        ("first", "https://e.org/1"),
        ("prev", "https://e.org/2"),
        ("next", "https://e.org/4"),
        ("last", "https://e.org/9"),
    ]


def test_dates_are_those_of_the_values_in_gmt_and_never_now():  # 45
    assert one(channel(), "lastBuildDate") == "Fri, 20 Nov 2026 06:00:00 GMT"
    assert one(channel(changed=None), "lastBuildDate") is None
    assert one(channel(), "pubDate") is None
    assert one(written(), "pubDate") == "Fri, 20 Nov 2026 06:00:00 GMT"
    assert one(written(published=None), "pubDate") is None


def test_yes_and_no_are_said_as_each_tag_wants_them():  # 17, 23, 24, 48
    plain, full = channel(), channel(explicit=True, complete=True, block=True, type="serial")

    assert [one(plain, f"itunes:{name}") for name in ("explicit", "type", "complete", "block")] == [
        "false",
        "episodic",
        None,
        None,
    ]
    assert [one(full, f"itunes:{name}") for name in ("explicit", "type", "complete", "block")] == [
        "true",
        "serial",
        "yes",
        "yes",
    ]
    assert one(written(), "itunes:explicit") is None
    assert one(written(explicit=False), "itunes:explicit") == "false"
    assert one(written(explicit=True, block=True), "itunes:block") == "yes"
    assert [one(channel(locked=said), "podcast:locked") for said in (None, True, False)] == [None, "yes", "no"]  # 19


@pytest.mark.parametrize(
    ("code", "said"),
    [("en", "en"), ("en_us", "en-US"), ("EN-us", "en-US"), ("eng", "en"), ("swa", "sw"), ("iw", "he"), ("zh-hant-tw", "zh-Hant-TW"),
     ("fil", "fil"), ("de-1996", "de")],
)  # fmt: skip
def test_languages_are_codes_of_iso_639(code: str, said: str):  # 15
    assert one(channel(language=code), "language") == said
    assert left_out(replace(SHOW, language=code)) == ()


@pytest.mark.parametrize("code", ["english", "xx", "", "en us", "e"])
def test_what_is_no_language_is_said(code: str):
    assert one(channel(language=code), "language") == "en"
    assert left_out(replace(SHOW, language=code)) == (
        f"The language “{code}” is no code of ISO 639: the feed says “en”.",
    )


def test_categories_are_apples_in_apples_spelling():  # 16
    categories = (
        ("kids & family", "PARENTING"),
        ("Education", None),
        ("Health", None),
        ("News", "Gossip"),
        ("Education", None),
    )
    found = channel(categories=categories).findall("itunes:category", NAMESPACES)

    assert [(c.get("text"), [sub.get("text") for sub in c]) for c in found] == [
        ("Kids & Family", ["Parenting"]),
        ("Education", []),
        ("News", []),
    ]
    assert left_out(replace(SHOW, categories=categories)) == (
        "The category “Health” is none of Apple's.",
        "The category “Gossip” is none of Apple's.",
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [("The Hub", "The Hub"), ("© 2024 The Hub", "The Hub"), ("Copyright 2019-2026 The Hub. All rights reserved", "The Hub. All rights reserved"),
     ("The Hub 2026", "The Hub"), ("(c) The Hub, 2020–24", "The Hub"), ("Studio 1984 Films", "Studio 1984 Films"),
     ("Copyright (c) 2020 BBC", "BBC"), ("© 2026", None)],
)  # fmt: skip
def test_copyright_is_a_name_without_word_sign_and_year(given: str, said: str | None):  # 22
    assert one(channel(copyright=given), "copyright") == said


def test_texts_are_trimmed_single_spaced_and_within_their_length():  # 3, 28, 29, 32, 35, 53, 54
    title = "  Play\t and \n\n sing\u00a0 "
    assert one(channel(title=title), "title") == one(written(title=title), "title") == "Play and sing"
    assert one(written(title="a" * 255), "title") == "a" * 255
    assert one(written(title="a" * 256), "title") == "a" * 254 + "…"
    assert one(written(title="words " * 60), "title") == ("words " * 42).strip() + "…"  # the 43rd would begin at 252
    assert one(written(title="a\x00b\x07c\ud800d"), "title") == "abcd"

    long = "n" * 300
    bites = written(
        persons=(Person(long),),
        season=1,
        season_name=long,
        number=2,
        number_display=long,
        soundbites=(Soundbite(1, 20, long),),
    )
    assert len(one(bites, "podcast:person") or "") == len(one(bites, "podcast:soundbite") or "") == 128
    assert len(all_of(bites, "podcast:season")[0][0]["name"]) == 128
    assert len(all_of(bites, "podcast:episode")[0][0]["display"]) == 32
    assert left_out(replace(EPISODE, title="a" * 256)) == (
        "The end of the title is cut off: apps read at most 255 characters of it.",
    )


def test_html_is_of_the_few_elements_that_apps_show_and_in_cdata():  # 13, 46
    given = (
        "<h2>Notes</h2><script>x()</script><div onclick='y'>See <a href='/x' class='c'>here</a>, <a href='https://e.org/?a=1&b=2'>there"
        "</a><br>and<img src='z'> <STRONG>bold</STRONG> ]]> <span>span</span></div><p></p>"
    )
    expected = (
        '<p>Notes</p><p>See <a>here</a>, <a href="https://e.org/?a=1&amp;b=2">there</a></p>'
        "<p>and <strong>bold</strong> ]]&gt; span</p>"
    )

    assert one(written(description=given), "description") == one(channel(description=given), "description") == expected
    assert f"<description><![CDATA[{expected}]]></description>".encode() in item(replace(EPISODE, description=given))


@pytest.mark.parametrize(
    "text",
    [
        "Play & sing",
        "a < b > c",
        "I <3 it",
        "write to <amina@example.org>",
        "two\nlines",
        "]]>",
        "x <- y",
        "AT&T; more",
    ],
)
def test_plain_text_stays_plain(text: str):
    assert one(written(description=text), "description") == text
    assert b"CDATA" not in item(replace(EPISODE, description=text))


@pytest.mark.parametrize("letter", ["a", "é", "世", "🧸", "e\u0301", "👩\u200d👧", "नि"])
@pytest.mark.parametrize("marked", [False, True])
def test_descriptions_end_within_4000_bytes_and_never_within_a_character(letter: str, marked: bool):
    start, end = ("<p><b>", "</b></p>") if marked else ("", "")
    room = 4000 - len(start + end)
    fits = start + letter * (room // len(letter.encode())) + end
    over = start + letter * (room // len(letter.encode()) + 1) + end

    assert described(fits).text == fits
    assert described(fits).full is None
    cut = described(over)
    body = cut.text.removeprefix(start).removesuffix(end)
    assert len(cut.text.encode()) <= 4000
    assert body.endswith("…")
    assert set(body[:-1].split(letter)) == {""}  # whole letters only
    assert cut.full == over
    assert len(cut.text.encode()) > 4000 - len(letter.encode()) - len("…".encode())


def test_html_is_cut_between_words_with_every_element_ended_and_the_whole_beside_it():
    list_ = "<ul>" + "<li>one &amp; two <em>three</em></li>" * 200 + "</ul>"
    found = written(description=list_)
    cut = one(found, "description") or ""

    assert len(cut.encode()) <= 4000
    assert cut.endswith(("</ul>…", "…</li></ul>", "…</em></li></ul>"))
    assert described(cut).text == cut  # well-formed: cleaning finds nothing to mend
    assert one(found, "content:encoded") == list_
    assert left_out(replace(EPISODE, description=list_)) == (
        "The end of the description is cut off: apps read at most 4000 bytes of it.",
    )
    references = described("<p>" + "&amp;" * 900 + "</p>").text
    assert references.removeprefix("<p>").removesuffix("…</p>").replace("&amp;", "") == ""
    accented = described("<p>" + "&amp;\u0301" * 900 + "</p>").text
    assert accented.removeprefix("<p>").removesuffix("…</p>").replace("&amp;\u0301", "") == ""


HTML = st.recursive(
    st.sampled_from(
        ["text", "&amp;", "&lt;", " ", "\n", "é\"'", "&nbsp;", "<br>", "<p>", "</b>", "a > b", "<x>", "<a href='q'>"]
    ),
    lambda inner: st.builds(
        lambda name, parts: f"<{name}>{''.join(parts)}</{name.split()[0]}>",
        st.sampled_from(["p", "ul", "ol", "li", "b", "em", "div", "h1", 'a href="https://e.org/x?a=1&amp;b=2"']),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(HTML, max_size=4).map("".join))
def test_html_that_is_taken_as_it_is_would_not_be_changed_by_cleaning(html: str):
    if texts._is_fit(html):
        assert texts.CLEANER.clean(html) == html
    once = described(html).text
    assert described(once).text == once


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters()), st.text(st.characters()))
def test_any_text_at_all_gives_xml_that_a_strict_reader_takes(text: str, other: str):
    show = replace(SHOW, title=text, description=other, author=text, funding=(Funding("https://e.org/", other),))
    episode = replace(
        EPISODE, title=text, description=other, guid=text, persons=(Person(other),), season=1, season_name=text
    )
    found = read(feed(show, [episode]))[0]

    assert (one(found, "title") or "").strip()
    assert (len(found.findall("item")) == 0) == (why_not(episode) is not None)
    assert line(line(text)) == line(text)


def test_an_incomplete_show_has_a_feed_too():
    found = read(feed(Show(title="", link="", feed_url="", description=""), []))[0]

    assert [one(found, name) for name in ("title", "link", "description")] == ["Podcast", "about:blank", "Podcast"]
    assert one(read(feed(replace(SHOW, title="", description="<img>"), []))[0], "description") == SHOW.feed_url


@pytest.mark.parametrize(
    ("declared", "path", "said"),
    [("audio/mp3", "a.mp3", "audio/mpeg"), ("AUDIO/MPEG; charset=x", "a", "audio/mpeg"), ("audio/x-mpeg-3", "a", "audio/mpeg"),
     ("audio/mp4", "a.m4a", "audio/x-m4a"), ("audio/m4a", "a.m4a", "audio/m4a"), ("", "a.mp3?x=1.ogg", "audio/mpeg"),
     ("application/octet-stream", "a.M4V", "video/x-m4v"), ("audio/aac", "a.mp4", "audio/x-m4a"), ("video/x-mp4", "a", "video/mp4"),
     ("audio/ogg", "a.ogg", "audio/ogg"), ("video/webm", "a.webm", "video/webm"), ("audio/ogg", "a.pdf", "audio/ogg"),
     ("application/pdf", "a.pdf", "application/pdf")],
)  # fmt: skip
def test_types_of_sound_are_those_that_apps_play_where_one_is_meant(declared: str, path: str, said: str):  # 42
    sound = Enclosure(f"https://e.org/{path}", 5, declared)
    assert all_of(written(enclosure=sound), "enclosure") == [({"url": sound.url, "length": "5", "type": said}, "")]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": " \u00a0 "}, "It has no title."),
        ({"guid": "\n"}, "It has no guid, by which apps know it again."),
        ({"enclosure": None}, "It has no sound."),
        ({"enclosure": Enclosure("file:///a.mp3", 1, "audio/mpeg")}, "The address of its sound, “file:///a.mp3”, names no server on the web."),
        ({"enclosure": Enclosure("https:///a.mp3", 1, "audio/mpeg")}, "The address of its sound, “https:///a.mp3”, names no server on the web."),
        ({"enclosure": Enclosure("https://e.org/a.mp3", 0, "audio/mpeg")}, "The length of its sound is not known: it says 0 bytes."),
        ({"enclosure": Enclosure("https://e.org/a.jpeg", 9, "image/jpeg")}, "What it brings is no sound that an app plays: its type is “image/jpeg”."),
        ({"enclosure": Enclosure("https://e.org/a", 9, "")}, "What it brings is no sound that an app plays: its type is “”."),
    ],
)  # fmt: skip
def test_what_cannot_be_emitted_says_why_and_is_not(changes: dict[str, object], reason: str):
    episode = replace(EPISODE, **changes)

    assert why_not(episode) == reason
    assert b"<item>" not in feed(SHOW, [episode])
    with pytest.raises(CannotBeEmitted, match=re.escape(reason)):
        item(episode)


def test_no_guid_and_no_sound_is_there_twice():  # 43, 44
    same_guid = replace(EPISODE, enclosure=Enclosure("https://e.org/2.mp3", 1, "audio/mpeg"))
    same_sound = replace(EPISODE, guid="URN:UUID:1")
    other = replace(same_guid, guid="URN:UUID:1")
    fit, refused = sorted_out([EPISODE, same_guid, same_sound, other])

    assert fit == [EPISODE, other]  # guids that differ in the case of letters differ
    assert [reason for _, reason in refused] == [
        "Another episode of this feed has the same guid.",
        "Another episode of this feed has the same sound.",
    ]


@pytest.mark.parametrize(
    ("guid", "claimed", "said"),
    [
        ("https://e.org/1", True, "true"),
        ("https://e.org/1", False, "false"),
        ("prx_126", True, "false"),
        ("prx_126", False, "false"),
    ],
)
def test_only_an_address_is_a_permalink(guid: str, claimed: bool, said: str):  # 44
    assert all_of(written(guid=guid, guid_is_permalink=claimed), "guid") == [({"isPermaLink": said}, guid)]


def test_addresses_are_written_in_the_characters_of_addresses():
    found = written(
        enclosure=Enclosure(" https://bücher.example/é ü.mp3?a=%20&b=<1> ", 1, "audio/mpeg"), link="no address"
    )

    assert (
        all_of(found, "enclosure")[0][0]["url"] == "https://xn--bcher-kva.example/%C3%A9%20%C3%BC.mp3?a=%20&b=%3C1%3E"
    )
    assert one(found, "link") is None


def test_numbers_and_names_of_seasons_and_episodes():  # 47, 49, 54
    found = written(season=2, season_name="Two", number=3, number_display="Ch. 3", duration=1800, type="bonus")
    assert [one(found, f"itunes:{name}") for name in ("season", "episode", "duration", "episodeType")] == [
        "2",
        "3",
        "1800",
        "bonus",
    ]
    assert all_of(found, "podcast:season") == [({"name": "Two"}, "2")]
    assert all_of(found, "podcast:episode") == [({"display": "Ch. 3"}, "3")]

    odd = written(season=0, number=0, number_exact="3.50", duration=0)
    assert [one(odd, f"itunes:{name}") for name in ("season", "episode", "duration")] == [None, None, None]
    assert (one(odd, "podcast:season"), one(odd, "podcast:episode")) == ("0", "3.50")

    wrong = replace(EPISODE, season=-1, number=-2, number_exact="many")
    assert "podcast:" not in item(wrong).decode()
    assert left_out(wrong) == (
        "The season is left out: a season has a number from 0 on.",
        "The episode's number is left out: it is a number from 0 on.",
    )


def test_people_have_a_role_of_the_taxonomy_and_host_is_what_a_name_alone_means():  # 29
    people = (
        Person("Amina"),
        Person("Bo", "Guest", "Cast", "https://e.org/b.png", "https://e.org/b"),
        Person(" "),
        Person("Carol", "queen"),
    )
    assert all_of(written(persons=people), "podcast:person") == [
        ({"role": "host", "group": "cast"}, "Amina"),
        ({"role": "guest", "group": "cast", "img": "https://e.org/b.png", "href": "https://e.org/b"}, "Bo"),
    ]
    assert left_out(replace(EPISODE, persons=people)) == (
        "A person without a name is left out.",
        "Carol is left out: the podcast taxonomy has no role or group “queen”.",
    )


def test_places_say_only_what_has_its_form():  # 35
    place = Place("Kisumu", "subject", "geo:-0.1,34.75", "R113314", "ke")
    wrong = Place("Nowhere", "near", "geo:91,0", "X1", "EU")

    assert all_of(written(places=(place, wrong)), "podcast:location") == [
        ({"rel": "subject", "geo": "geo:-0.1,34.75", "osm": "R113314", "country": "KE"}, "Kisumu"),
        ({}, "Nowhere"),
    ]
    assert len(left_out(replace(EPISODE, places=(place, wrong, Place(""))))) == 5


@pytest.mark.parametrize(
    ("licence", "said"),
    [(Licence("CC-BY-4.0"), [({}, "cc-by-4.0")]), (Licence("cc-by-sa-3.0-de"), [({}, "cc-by-sa-3.0-de")]),
     (Licence("ours", "https://e.org/l"), [({"url": "https://e.org/l"}, "ours")]), (Licence("ours"), []), (Licence("ours", "http://e.org/l"), []),
     (Licence("", "https://e.org/l"), [])],
)  # fmt: skip
def test_a_licence_is_listed_or_has_an_address(licence: Licence, said: list[object]):  # 36
    assert all_of(channel(licence=licence), "podcast:license") == said
    assert bool(left_out(replace(SHOW, licence=licence))) == (not said)


def test_transcripts_and_chapters_have_the_types_that_apps_know():  # 51, 52
    transcripts = (
        Transcript("https://e.org/1.vtt", "text/vtt; charset=utf-8", "eng", "captions"),
        Transcript("https://e.org/1.srt", "application/srt", None, "subtitles"),
        Transcript("https://e.org/1.doc", "application/msword"),
    )
    found = written(transcripts=transcripts, chapters=ChaptersLink("https://e.org/1.json", "application/json"))

    assert all_of(found, "podcast:transcript") == [
        ({"url": "https://e.org/1.vtt", "type": "text/vtt", "language": "en", "rel": "captions"}, ""),
        ({"url": "https://e.org/1.srt", "type": "application/x-subrip"}, ""),
    ]
    assert all_of(found, "podcast:chapters") == [
        ({"url": "https://e.org/1.json", "type": "application/json+chapters"}, "")
    ]
    assert left_out(replace(EPISODE, transcripts=transcripts)) == (
        "A transcript is shown without rel “subtitles”: apps know captions only.",
        "A transcript is left out: no app reads the type “application/msword”.",
    )


def test_what_the_namespace_links_is_at_https_or_not_there():  # 4
    http = "http://e.org/x"
    show = replace(
        SHOW,
        funding=(Funding(http, "Give"), Funding("https://e.org/g", "Give too")),
        persons=(Person("Bo", image=http),),
    )
    episode = replace(EPISODE, transcripts=(Transcript(http, "text/vtt"),), chapters=ChaptersLink("ftp://e.org/c"))

    assert all_of(read(feed(show, []))[0], "podcast:funding") == [({"url": "https://e.org/g"}, "Give too")]
    assert all_of(read(feed(show, []))[0], "podcast:person") == [({"role": "host", "group": "cast"}, "Bo")]
    assert left_out(show) == (
        "A link to give money is left out because of its address http://e.org/x: it begins with http:, and apps ask for https:.",
        "The picture of Bo is left out because of its address http://e.org/x: it begins with http:, and apps ask for https:.",
    )
    assert b"podcast:" not in item(episode)
    assert len(left_out(episode)) == 2
    here = "http://127.0.0.1:8000/1.vtt"  # nobody stands between a service tried at home and its own machine
    assert all_of(written(transcripts=(Transcript(here, "text/vtt"),)), "podcast:transcript")[0][0]["url"] == here


def test_trailers_and_rhythm():  # 31, 32
    at = datetime(2021, 4, 1, 13, 0, tzinfo=UTC)
    trailers = (
        Trailer("Coming", "https://e.org/t", at, 12, "audio/mp3", 1),
        Trailer(" ", "https://e.org/u", at),
        Trailer("x", "http://e.org/v", at),
    )
    assert all_of(channel(trailers=trailers), "podcast:trailer") == [
        (
            {
                "pubdate": "Thu, 01 Apr 2021 13:00:00 GMT",
                "url": "https://e.org/t",
                "length": "12",
                "type": "audio/mpeg",
                "season": "1",
            },
            "Coming",
        )
    ]
    good = UpdateFrequency("Twice a month", "FREQ=MONTHLY;COUNT=6;BYDAY=1MO,3MO", False, "2026-01-01")
    assert all_of(channel(update_frequency=good), "podcast:updateFrequency") == [
        ({"rrule": "FREQ=MONTHLY;COUNT=6;BYDAY=1MO,3MO", "dtstart": "2026-01-01", "complete": "false"}, "Twice a month")
    ]
    for wrong in (
        replace(good, rrule="sometimes"),
        replace(good, dtstart="soon"),
        replace(good, dtstart=None),
        UpdateFrequency(),
    ):
        assert all_of(channel(update_frequency=wrong), "podcast:updateFrequency") == []


def test_ids_of_the_show_are_said_once_and_as_given():  # 20, 25, 26, 30, 34
    guid = "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    found = channel(
        guid=guid,
        medium="course",
        pings=True,
        new_feed_url=SHOW.feed_url,
        owner_name="The hub",
        owner_email="hub@e.org",
    )

    assert one(found, "podcast:guid") == guid
    assert one(found, "podcast:medium") == "course"
    assert all_of(found, "podcast:podping") == [({"usesPodping": "true"}, "")]
    assert one(found, "itunes:new-feed-url") == SHOW.feed_url
    assert [(e.tag.rpartition("}")[2], e.text) for e in found.find("itunes:owner", NAMESPACES)] == [
        ("name", "The hub"),
        ("email", "hub@e.org"),
    ]
    bare = channel()
    assert [all_of(bare, f"podcast:{name}") for name in ("guid", "medium", "podping")] == [[], [], []]
    assert all_of(bare, "itunes:owner") == []
    assert left_out(replace(SHOW, guid="y0ur-gu1d", medium="Podcast")) == (
        "The podcast:guid “y0ur-gu1d” is left out: it is no UUID.",
        "The medium “Podcast” is none of the podcast namespace.",
    )


def test_eight_threads_write_the_same_bytes_and_leave_the_locale_alone():
    before, seen, wrote = locale.setlocale(locale.LC_ALL), set(), set()
    many = [
        replace(
            EPISODE,
            guid=str(n),
            enclosure=Enclosure(f"https://e.org/{n}.mp3", 1, "audio/mpeg"),
            description=f"<p>n<br>{n}",
        )
        for n in range(60)
    ]
    locale.setlocale(locale.LC_TIME, "C.UTF-8")
    try:
        standing = locale.setlocale(locale.LC_ALL)

        def write() -> None:
            for _ in range(5):
                wrote.add(feed(SHOW, many))
                seen.add(locale.setlocale(locale.LC_ALL))

        threads = [threading.Thread(target=write) for _ in range(8)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            seen.add(locale.setlocale(locale.LC_ALL))
        for thread in threads:
            thread.join()
    finally:
        locale.setlocale(locale.LC_ALL, before)

    assert wrote == {feed(SHOW, many)}
    assert seen == {standing}
