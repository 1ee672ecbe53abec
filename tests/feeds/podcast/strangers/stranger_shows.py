"""Shows to be written and read back: every field we emit, in many scripts, at the edges of what a feed may say.

Values are as staff would store them: trimmed, in single spaces, within their lengths. What emission does to values that are not
is `test_emitting.py`'s matter; here what a stranger reads must be the value itself.
"""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from feeds.podcast.categories import CATEGORIES
from feeds.podcast.values import (
    ChaptersLink,
    Enclosure,
    Episode,
    Funding,
    Licence,
    Person,
    Place,
    Show,
    Soundbite,
    Tag,
    Trailer,
    Transcript,
    UpdateFrequency,
)

POOL = [
    "play", "&", "&amp;", "<", ">", "<b>bold</b>", "]]>", "<![CDATA[", "\"quoted\"", "'", "<amina@example.org>", "<3", "AT&T",
    "l\u2019été", "Ünïcödé", "10\u00a0km", "مرحبا", "بالعالم", "\u202bلعب\u202c", "\u200fשלום", "עולם", "こんにちは", "世界",
    "नमस्ते", "ខ្មែរ", "ไทย", "👩\u200d👧\u200d👦", "🇰🇪", "🧸", "e\u0301", "\U00010348", "{{x}}", "%s", "\\n", "http://e.org", "#1",
    "\u2066x\u2069", "½", "—",
]  # fmt: skip
#: Of these none makes a text HTML.
PLAIN = [word for word in POOL if word not in ("&amp;", "<b>bold</b>", "<![CDATA[")]
NAMES = [word for word in POOL if "@" not in word]
LETTERS = st.characters(
    exclude_categories=["Cs", "Cc", "Cn", "Zs", "Zl", "Zp"], exclude_characters="<>&\ufeff\ufffe\uffff"
)
HOST = "https://e.org"


def words(most: int = 255, *, blank: bool = False, pool: list[str] = POOL) -> st.SearchStrategy[str]:
    word = st.sampled_from(pool) | st.text(LETTERS, min_size=1, max_size=5)
    some = st.lists(word, min_size=0 if blank else 1, max_size=6).map(lambda found: " ".join(found)[:most].strip())
    return some.filter(lambda text: (blank or bool(text)) and not re.fullmatch(r"[\d.+-]+", text))


TITLES = words() | words().map(lambda text: (text + " ") * 300).map(lambda text: text[:255].strip())
PATHS = st.sampled_from(["/", "/a", "/a?b=1&c=2", "/%C3%A9/x", "/a;b=c,d", "/~x/(y)", "/a?q=%26#t=1", "/a+b"])
ADDRESSES = PATHS.map(HOST.__add__)
MOMENTS = st.integers(0, 40_000_000).map(lambda n: datetime(2025, 8, 1, tzinfo=UTC) + timedelta(seconds=n))
SPANS = st.integers(0, 7_200_000).map(lambda thousandths: thousandths / 1000)
INLINE = st.lists(
    st.tuples(st.sampled_from(["", "b", "em", "a", "strong", "i"]), st.sampled_from(POOL)), min_size=1, max_size=4
)


def inline(pieces: list[tuple[str, str]]) -> str:
    """Pieces of text as HTML is written: three characters escaped, the space that does not break by its name."""
    said = []
    for name, text in pieces:
        text = html.escape(text, quote=False).replace("\u00a0", "&nbsp;")
        start = 'a href="https://e.org/x?a=1&amp;b=2"' if name == "a" else name
        said.append(text if not name else f"<{start}>{text}</{name}>")
    return " ".join(said)


PARAGRAPHS = INLINE.map(lambda pieces: f"<p>{inline(pieces)}</p>")
LISTS = st.tuples(st.sampled_from(["ul", "ol"]), st.lists(INLINE, min_size=1, max_size=3)).map(
    lambda found: f"<{found[0]}>" + "".join(f"<li>{inline(pieces)}</li>" for pieces in found[1]) + f"</{found[0]}>"
)
HTML = st.lists(PARAGRAPHS | LISTS, min_size=1, max_size=4).map("\n".join)


def filled(found: tuple[str, int, bool]) -> str:
    """A text of exactly so many octets."""
    word, octets, marked = found
    start, end = ("<p>", "</p>") if marked else ("", "")
    room = octets - len(start + end)
    text = ((word + " ") * (room // len((word + " ").encode()))).strip()
    return start + text + "." * (room - len(text.encode())) + end


EDGES = st.tuples(
    st.sampled_from(["word", "été", "لعب", "世界", "🧸", "👩\u200d👧", "नमस्ते"]),
    st.sampled_from([3997, 3999, 4000, 4001, 4003, 5000]),
    st.booleans(),
).map(filled)
DESCRIPTIONS = words(4000, pool=PLAIN) | HTML | HTML | EDGES

PERSONS = st.builds(
    Person,
    words(128),
    st.sampled_from(["host", "guest", "editor", "translator"]),
    st.sampled_from(["cast", "writing"]),
    st.none() | ADDRESSES,
    st.none() | ADDRESSES,
)
PLACES = st.builds(
    Place,
    words(128),
    st.sampled_from([None, "subject", "creator"]),
    st.sampled_from([None, "geo:-0.1,34.75", "geo:30.2672,97.7431"]),
    st.sampled_from([None, "R113314", "N1"]),
    st.sampled_from([None, "KE", "DE"]),
)
LICENCES = st.sampled_from([None, Licence("cc-by-4.0"), Licence("ours & yours", HOST + "/licence?x=1&y=2")])
CATEGORY = st.sampled_from([(name, sub) for name, subs in CATEGORIES.items() for sub in (None, *subs)])
GUIDS = st.uuids(version=5).map(str)
REMOTE = GUIDS.map(lambda guid: Tag("podcast:remoteItem", (("feedGuid", guid), ("feedUrl", HOST + "/other.xml"))))
SHOW_TAGS = st.tuples(
    words(400).map(lambda text: Tag("podcast:txt", (("purpose", "verify"),), text)),
    st.lists(REMOTE, min_size=1, max_size=2).map(lambda found: Tag("podcast:podroll", (), "", tuple(found))),
    GUIDS.map(
        lambda guid: Tag(
            "podcast:publisher",
            (),
            "",
            (Tag("podcast:remoteItem", (("medium", "publisher"), ("feedGuid", guid))),),
        )
    ),
    words(60).map(
        lambda alt: Tag("podcast:image", (("href", HOST + "/i.png"), ("alt", alt), ("aspect-ratio", "1/1"), ("width", "3000")))
    ),
    words(60).map(
        lambda name: Tag("podcast:chat", (("server", "irc.e.org"), ("protocol", "irc"), ("accountId", "@a"), ("space", name)))
    ),
    words(60).map(
        lambda name: Tag(
            "podcast:value",
            (("type", "lightning"), ("method", "keysend"), ("suggested", "0.00000005")),
            "",
            (Tag("podcast:valueRecipient", (("name", name), ("type", "node"), ("address", "02d5"), ("split", "99"))),),
        )
    ),
)  # fmt: skip
EPISODE_TAGS = st.tuples(
    words(60).map(
        lambda name: Tag(
            "podcast:socialInteract", (("protocol", "activitypub"), ("uri", HOST + "/@a/1"), ("accountId", name))
        )
    ),
    words(32).map(
        lambda title: Tag(
            "podcast:alternateEnclosure",
            (("type", "audio/opus"), ("length", "540"), ("bitrate", "16000"), ("title", title), ("default", "false")),
            "",
            (Tag("podcast:source", (("uri", HOST + "/1.opus"),)),),
        )
    ),
    words(200).map(lambda text: Tag("itunes:subtitle", (), text)),
)
SHOWS = st.builds(
    Show,
    title=TITLES,
    link=ADDRESSES,
    feed_url=st.just(HOST + "/feed.xml?a=1&b=2"),
    description=DESCRIPTIONS,
    language=st.sampled_from(["en", "en-US", "sw", "ar", "he", "pt-BR", "zh-Hant", "fil"]),
    author=words(blank=True, pool=NAMES),
    owner_name=words(pool=NAMES),
    owner_email=st.sampled_from(["hub@e.org", "a+b@e.org"]),
    image=st.sampled_from([HOST + "/a.png", HOST + "/a.jpg?v=2&w=3"]),
    categories=st.lists(CATEGORY, min_size=1, max_size=3, unique=True).map(tuple),
    explicit=st.booleans(),
    type=st.sampled_from(["episodic", "serial"]),
    complete=st.booleans(),
    block=st.booleans(),
    new_feed_url=st.none() | st.just(HOST + "/feed.xml?a=1&b=2"),
    copyright=st.sampled_from(["", "The Hub & friends", "المركز"]),
    guid=st.none() | GUIDS,
    locked=st.sampled_from([None, True, False]),
    locked_owner=st.none() | st.just("hub@e.org"),
    medium=st.sampled_from([None, "podcast", "course"]),
    funding=st.lists(st.builds(Funding, ADDRESSES, words(128)), max_size=2).map(tuple),
    persons=st.lists(PERSONS, max_size=2).map(tuple),
    places=st.lists(PLACES, max_size=1).map(tuple),
    licence=LICENCES,
    update_frequency=st.none()
    | st.builds(
        UpdateFrequency,
        words(128),
        st.sampled_from(["FREQ=WEEKLY", "FREQ=MONTHLY;COUNT=3"]),
        st.sampled_from([None, True, False]),
        st.just("2026-01-01T00:00:00Z"),
    ),
    trailers=st.lists(
        st.builds(
            Trailer,
            words(128),
            ADDRESSES,
            MOMENTS,
            st.none() | st.integers(1, 10**9),
            st.just("audio/mpeg"),
            st.sampled_from([None, 1]),
        ),
        max_size=1,
    ).map(tuple),
    pings=st.booleans(),
    hubs=st.sampled_from([(), (HOST + "/hub",)]),
    tags=st.just(()) | SHOW_TAGS,
    published=st.none() | MOMENTS,
    changed=st.none() | MOMENTS,
)
EPISODES = st.builds(
    Episode,
    guid=st.uuids().map(str) | st.builds("{} {}".format, words(200), st.uuids()),
    title=TITLES,
    enclosure=st.none(),
    published=MOMENTS,
    description=st.just("") | DESCRIPTIONS,
    link=st.none() | ADDRESSES,
    author=words(blank=True),
    duration=st.none() | st.integers(1, 100_000),
    image=st.none() | st.just(HOST + "/1.png"),
    explicit=st.sampled_from([None, True, False]),
    block=st.booleans(),
    type=st.sampled_from([None, "full", "trailer", "bonus"]),
    season=st.none() | st.integers(1, 99),
    season_name=st.just("") | words(128),
    number=st.none() | st.integers(1, 9999),
    number_display=st.just("") | words(32),
    persons=st.lists(PERSONS, max_size=2).map(tuple),
    places=st.lists(PLACES, max_size=1).map(tuple),
    licence=LICENCES,
    transcripts=st.lists(
        st.builds(
            Transcript,
            ADDRESSES,
            st.sampled_from(["text/vtt", "application/x-subrip", "application/json", "text/html", "text/plain"]),
            st.sampled_from([None, "en", "sw"]),
            st.sampled_from([None, "captions"]),
        ),
        max_size=2,
    ).map(tuple),
    chapters=st.none() | ADDRESSES.map(ChaptersLink),
    soundbites=st.lists(st.builds(Soundbite, SPANS, st.sampled_from([15.0, 60.5, 120.0]), words(128)), max_size=2).map(
        tuple
    ),
    tags=st.just(()) | EPISODE_TAGS,
)
SOUNDS = st.sampled_from([("audio/mpeg", "mp3"), ("audio/x-m4a", "m4a"), ("video/mp4", "mp4")])


@st.composite
def podcasts(draw: st.DrawFn) -> tuple[Show, list[Episode]]:
    """A show with one to four episodes: no guid and no sound twice, no name of a number without the number."""
    episodes = []
    for place, episode in enumerate(draw(st.lists(EPISODES, min_size=1, max_size=4))):
        kind, extension = draw(SOUNDS)
        sound = Enclosure(f"{HOST}/{place}.{extension}?a=1&b=2", draw(st.integers(1, 2**40)), kind)
        whole = replace(
            episode,
            guid=f"{episode.guid}-{place}",
            enclosure=sound,
            season_name=episode.season_name if episode.season else "",
            number_display=episode.number_display if episode.number else "",
            soundbites=tuple(bite for bite in episode.soundbites if _is_within(bite, episode)),
        )
        episodes.append(whole)
    return draw(SHOWS), episodes


def _is_within(bite: Soundbite, episode: Episode) -> bool:
    return episode.duration is None or bite.start + bite.duration <= episode.duration
