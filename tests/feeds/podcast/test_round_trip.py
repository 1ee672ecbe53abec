"""Import, export and import again: what was read once is read the same from our own feed, as often as one likes."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.podcast.emitting import Pages, feed, left_out, sorted_out
from feeds.podcast.reading import read_podcast
from feeds.podcast.values import (
    ChaptersLink,
    Enclosure,
    Episode,
    Funding,
    Licence,
    Person,
    Place,
    ReadPodcast,
    Show,
    Soundbite,
    Tag,
    Trailer,
    Transcript,
    UpdateFrequency,
)

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
URL = "https://example.org/show/feed.xml"
#: (file, field) → why the feed we write says it otherwise than the one that was read.
SAID_OTHERWISE = {
    ("podcast-namespace-example", "copyright"): "PSP-1: no year",
    ("podcast-namespace-example", "guid"): "“y0ur-gu1d-g035-h3r3” is no UUID",
    ("podcast-namespace-example", "persons"): "pictures and links at http: addresses; the namespace asks for https:",
    ("bbc", "copyright"): "PSP-1: no sign, no year",
    ("ch9", "description"): "a paragraph that was never closed is closed",
    ("nightvale", "copyright"): "PSP-1: no year",
    ("nightvale", "description"): "PSP-1: a link has its address and nothing else",
    ("spiegel", "copyright"): "PSP-1: no year",
    ("spiegel", "description"): "the named characters of HTML are written as themselves",
    ("spreaker", "copyright"): "PSP-1: no word Copyright",
    ("language", "language"): "en-us is written en-US",
    ("mediarss", "tags"): "the other sound is at an http: address; the namespace asks for https:",
    ("no_title_multi_enclosure", "tags"): "the other sound is at an http: address; the namespace asks for https:",
}
#: What RSS demands of a channel and some of the pairs do not say.
DEMANDED = {"title", "link", "description"}


def read(data: bytes) -> ReadPodcast:
    return read_podcast(data, url=URL, now=NOW)


def differing(one: Any, other: Any) -> set[str]:
    return {field.name for field in fields(one) if getattr(one, field.name) != getattr(other, field.name)}


def test_import_export_and_import_again_loses_nothing(corpora: Path):
    folder = corpora / "podcasts"
    files = [folder / "podcast-namespace-example.xml", *sorted((folder / "real").glob("*.xml"))]
    files += sorted((folder / "podcastparser-pairs").glob("*.rss"))
    otherwise = set()
    for path in files:
        first = read(path.read_bytes())
        written = feed(first.show, first.episodes, live=True)
        second = read(written)
        emitted, kept_back = sorted_out(first.episodes)

        again = feed(second.show, second.episodes, live=True)
        third = read(again)
        assert (again, third) == (written, second), path.name
        assert (second.lost_tags, second.problems) == ((), ()), path.name

        assert [e.guid for e in second.episodes] == [e.guid for e in emitted], path.name
        assert all(reason.startswith(("It has no sound", "The length of its sound")) for _, reason in kept_back), (
            path.name
        )
        changed = differing(first.show, second.show)
        otherwise |= {(path.stem, name) for name in changed if name not in DEMANDED or getattr(first.show, name)}
        for before, after in zip(emitted, second.episodes, strict=True):
            otherwise |= {(path.stem, name) for name in differing(before, after)}

    assert len(files) == 78
    assert otherwise == set(SAID_OTHERWISE)


def test_a_feed_of_pages_is_read_page_by_page():
    show = Show("Early Years", "https://example.org/", URL, "About it")
    podcast = read(feed(show, (), pages=Pages(first=URL, next=f"{URL}?page=2", last=f"{URL}?page=3")))
    assert podcast.next_page == f"{URL}?page=2"
    assert podcast.show == show


LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Z"), exclude_characters="<>&\ufeff\ufffe\uffff"
)
WORD = st.text(LETTERS, min_size=1, max_size=12)
WORDS = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
LINE = st.lists(WORD | st.sampled_from(["&", "<3", "a>b", "]]>", "AT&T", "שלום", "👩‍🚀"]), min_size=1, max_size=5).map(
    " ".join
)
MAYBE = st.just("") | LINE
WEB = st.text("abcdefghijklmnopqrstuvwxyz0123456789-._~", min_size=1, max_size=12).map(
    lambda w: f"https://example.org/x{w}x"
)
NO_WEB = st.none() | WEB
MOMENTS = st.integers(0, 800_000_000).map(lambda seconds: datetime(2001, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
HTML = st.lists(st.tuples(st.sampled_from(["p", "li", "b", "em"]), WORDS), min_size=1, max_size=4).map(
    lambda parts: "".join(f"<{name}>{words}</{name}>" for name, words in parts if name == "p") or parts[0][1]
)
TEXT = st.just("") | LINE | HTML
PERSONS = st.lists(
    st.builds(Person, LINE, st.sampled_from(["host", "guest"]), st.just("cast"), NO_WEB, NO_WEB), max_size=2
).map(tuple)
PLACES = st.lists(
    st.builds(Place, LINE, st.sampled_from([None, "subject"]), st.sampled_from([None, "geo:-0.1,34.75"]), st.sampled_from([None, "R3489718"]), st.sampled_from([None, "KE"])),
    max_size=2,
).map(tuple)  # fmt: skip
LICENCES = st.none() | st.builds(Licence, st.just("cc-by-4.0"), NO_WEB) | st.builds(Licence, LINE, WEB)
TAGS = st.lists(
    st.builds(lambda text: Tag("podcast:txt", (("purpose", "verify"),), text), LINE)
    | st.builds(lambda url: Tag("podcast:alternateEnclosure", (("type", "audio/opus"),), children=(Tag("podcast:source", (("uri", url),)),)), WEB)
    | st.builds(lambda name: Tag("podcast:value", (("type", "lightning"), ("method", "keysend")), children=(Tag("podcast:valueRecipient", (("name", name), ("type", "node"), ("address", "02d5"), ("split", "100"))),)), LINE)
    | st.builds(lambda text: Tag("podcast:block", (("id", text),), "no"), WORD),
    max_size=3,
    unique_by=lambda tag: (tag.name, tag.attributes),
).map(tuple)  # fmt: skip
EPISODES = st.builds(
    Episode,
    guid=LINE,
    title=LINE,
    enclosure=st.builds(Enclosure, WEB, st.integers(1, 10**12), st.sampled_from(["audio/mpeg", "video/mp4"])),
    published=st.none() | MOMENTS,
    description=TEXT,
    link=NO_WEB,
    author=MAYBE,
    duration=st.none() | st.integers(1400, 360_000),
    image=NO_WEB,
    explicit=st.none() | st.booleans(),
    block=st.booleans(),
    type=st.sampled_from([None, "full", "trailer", "bonus"]),
    season=st.none() | st.integers(0, 99),
    number=st.none() | st.integers(0, 9999),
    persons=PERSONS,
    places=PLACES,
    licence=LICENCES,
    transcripts=st.lists(st.builds(Transcript, WEB, st.sampled_from(["text/vtt", "text/html"]), st.sampled_from([None, "sw"]), st.sampled_from([None, "captions"])), max_size=2).map(tuple),
    chapters=st.none() | st.builds(ChaptersLink, WEB),
    soundbites=st.lists(st.builds(Soundbite, st.integers(0, 9999).map(lambda n: n / 8), st.integers(1, 999).map(lambda n: n / 8), MAYBE), max_size=2).map(tuple),
    tags=TAGS,
)  # fmt: skip
SHOWS = st.builds(
    Show,
    title=LINE,
    link=WEB,
    feed_url=WEB,
    description=LINE | HTML,
    language=st.sampled_from(["en", "sw", "pt-BR"]),
    author=MAYBE,
    owner_name=MAYBE,
    owner_email=st.just("show@example.org"),
    image=NO_WEB,
    categories=st.sampled_from([(), (("Education", None),), (("Kids & Family", "Parenting"), ("Arts", None))]),
    explicit=st.booleans(),
    type=st.sampled_from(["episodic", "serial"]),
    complete=st.booleans(),
    block=st.booleans(),
    new_feed_url=NO_WEB,
    guid=st.none() | st.uuids().map(str),
    locked=st.none() | st.booleans(),
    medium=st.sampled_from([None, "podcast", "musicL"]),
    funding=st.lists(st.builds(Funding, WEB, MAYBE), max_size=2, unique_by=lambda funding: funding.url).map(tuple),
    persons=PERSONS,
    places=PLACES,
    licence=LICENCES,
    update_frequency=st.none() | st.builds(UpdateFrequency, LINE, st.sampled_from([None, "FREQ=WEEKLY"]), st.none() | st.booleans()),
    trailers=st.lists(st.builds(Trailer, LINE, WEB, MOMENTS, st.none() | st.integers(1, 10**9), st.sampled_from([None, "audio/mpeg"]), st.none() | st.integers(1, 9)), max_size=2).map(tuple),
    pings=st.booleans(),
    hubs=st.lists(WEB, max_size=2, unique=True).map(tuple),
    tags=TAGS,
    live=st.just(()) | st.builds(lambda title, url: (Tag("podcast:liveItem", (("status", "live"), ("start", "2026-12-01T09:00:00Z")), children=(Tag("title", text=title), Tag("guid", text=url), Tag("podcast:contentLink", (("href", url),), title))),), LINE, WEB),
    published=st.none() | MOMENTS,
    changed=st.none() | MOMENTS,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(SHOWS, st.lists(EPISODES, max_size=3, unique_by=lambda episode: episode.guid))
def test_any_show_we_can_write_is_read_back_as_it_was(show: Show, episodes: list[Episode]):
    emitted, _ = sorted_out(episodes)
    podcast = read(feed(show, episodes, live=True))

    assert [*left_out(show), *(sentence for episode in emitted for sentence in left_out(episode))] == []
    assert podcast.show == show
    assert podcast.episodes == tuple(emitted)
    assert podcast.lost_tags == ()
