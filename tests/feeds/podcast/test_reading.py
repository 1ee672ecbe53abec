"""Podcast feeds of the world as values: everything of the itunes and podcast namespaces arrives, however it is spelled."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import FeedError, Refused, TooLarge, UnknownFormat
from feeds.podcast.chapters import Chapter
from feeds.podcast.reading import inline_chapters, read_podcast
from feeds.podcast.values import (
    NAMESPACES,
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
DECLARED = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in NAMESPACES.items())
EVERYTHING = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" {DECLARED} xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
  <title>Early Years</title>
  <link>https://example.org/show</link>
  <atom:link rel="self" type="application/rss+xml" href="https://example.org/show/feed.xml"/>
  <atom:link rel="hub" href="https://hub.example/"/>
  <atom:link rel="next" href="?page=2"/>
  <description><![CDATA[<p>About the <b>first</b> years.</p>]]></description>
  <language>sw</language>
  <copyright>Early Years Network</copyright>
  <pubDate>Mon, 02 Nov 2026 06:00:00 +0300</pubDate>
  <lastBuildDate>Sun, 22 Nov 2026 06:00:00 GMT</lastBuildDate>
  <generator>Some Host 3</generator>
  <ttl>60</ttl>
  <itunes:author>Amina Diop</itunes:author>
  <itunes:owner><itunes:name>Early Years Network</itunes:name><itunes:email>show@example.org</itunes:email></itunes:owner>
  <itunes:image href="/show/cover.jpg"/>
  <itunes:category text="Kids &amp; Family"><itunes:category text="Parenting"/><itunes:category text="Stories for Kids"/></itunes:category>
  <itunes:category text="Education"/>
  <itunes:explicit>false</itunes:explicit>
  <itunes:type>serial</itunes:type>
  <itunes:complete>Yes</itunes:complete>
  <itunes:block>Yes</itunes:block>
  <itunes:new-feed-url>https://example.org/show/feed.xml</itunes:new-feed-url>
  <itunes:keywords>ecd, play</itunes:keywords>
  <itunes:applepodcastsverify>code-1</itunes:applepodcastsverify>
  <podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid>
  <podcast:locked owner="show@example.org">yes</podcast:locked>
  <podcast:medium>podcast</podcast:medium>
  <podcast:funding url="https://example.org/give">Support us</podcast:funding>
  <podcast:funding url="https://example.org/give2" platform="x"/>
  <podcast:person role="Host" group="Cast" img="amina.jpg" href="https://example.org/amina">Amina Diop</podcast:person>
  <podcast:person>Bob</podcast:person>
  <podcast:location rel="creator" geo="geo:-0.1,34.75" osm="R3489718" country="KE">Kisumu</podcast:location>
  <podcast:license url="https://creativecommons.org/licenses/by/4.0/">cc-by-4.0</podcast:license>
  <podcast:updateFrequency rrule="FREQ=WEEKLY" complete="false" dtstart="2026-01-05T06:00:00Z">every Monday</podcast:updateFrequency>
  <podcast:trailer pubdate="Thu, 01 Oct 2026 08:00:00 GMT" url="https://example.org/t.mp3" length="123" type="audio/mpeg" season="2">Season 2</podcast:trailer>
  <podcast:podping usesPodping="true"/>
  <podcast:txt purpose="verify">abc123</podcast:txt>
  <podcast:podroll><podcast:remoteItem feedGuid="917393e3-1b1e-5cef-ace4-edaa54e1f810"/></podcast:podroll>
  <podcast:value type="lightning" method="keysend">
    <podcast:valueRecipient name="us" type="node" address="02d5" split="100"/>
  </podcast:value>
  <podcast:chat server="irc.example" protocol="irc"/>
  <podcast:block id="google">no</podcast:block>
  <podcast:liveItem status="pending" start="2026-12-01T09:00:00Z" end="2026-12-01T10:00:00Z">
    <title>Live from Kisumu</title><guid isPermaLink="false">live-1</guid>
    <enclosure url="https://example.org/live.mp3" type="audio/mpeg" length="1"/>
    <podcast:contentLink href="https://example.org/live">Watch</podcast:contentLink>
    <media:rating>nonadult</media:rating>
  </podcast:liveItem>
  <media:copyright>Early Years Network</media:copyright>
  <media:credit>Somebody Else</media:credit>
  <item>
    <title>3: Play</title>
    <itunes:title>Play</itunes:title>
    <link>https://example.org/show/play</link>
    <guid isPermaLink="false">ep-3</guid>
    <pubDate>Mon, 02 Nov 2026 06:00:00 +0300</pubDate>
    <description>On play.</description>
    <content:encoded><![CDATA[<p>On <i>play</i> and what it does.</p>]]></content:encoded>
    <enclosure url="https://example.org/3.mp3" length="5600000" type="audio/mpeg"/>
    <media:content url="https://example.org/3.mp3" type="audio/mpeg"/>
    <dc:creator>Amina Diop</dc:creator>
    <itunes:author>Amina Diop</itunes:author>
    <itunes:subtitle>Why play matters</itunes:subtitle>
    <itunes:duration>1:02:03</itunes:duration>
    <itunes:image href="https://example.org/3.jpg"/>
    <itunes:explicit>yes</itunes:explicit>
    <itunes:block>yes</itunes:block>
    <itunes:episodeType>bonus</itunes:episodeType>
    <itunes:season>2</itunes:season>
    <itunes:episode>3</itunes:episode>
    <podcast:season name="The second year">2</podcast:season>
    <podcast:episode display="Ch. 3">3.5</podcast:episode>
    <podcast:person role="guest">Carol</podcast:person>
    <podcast:location rel="subject">Nairobi</podcast:location>
    <podcast:license>cc-by-sa-4.0</podcast:license>
    <podcast:transcript url="https://example.org/3.vtt" type="text/vtt" language="sw" rel="captions"/>
    <podcast:transcript url="3.srt"/>
    <podcast:chapters url="https://example.org/3.json" type="application/json"/>
    <podcast:soundbite startTime="73.0" duration="60.0">The key</podcast:soundbite>
    <podcast:soundbite startTime="33.833" duration="15"/>
    <podcast:alternateEnclosure type="audio/opus" length="32400" bitrate="96000" title="High">
      <podcast:source uri="https://example.org/3.opus"/><podcast:source uri="ipfs://Qm3"/>
      <podcast:integrity type="sri" value="sha384-Ex"/>
    </podcast:alternateEnclosure>
    <podcast:socialInteract protocol="activitypub" uri="https://social.example/@us/3" priority="1"/>
    <podcast:image href="3-wide.jpg" alt="Children playing" width="1200"/>
  </item>
</channel></rss>
"""


def feed(
    items: str = "", channel: str = "<title>T</title><language>en</language>", namespaces: str = DECLARED
) -> bytes:
    return f'<rss version="2.0" {namespaces}><channel>{channel}{items}</channel></rss>'.encode()


def read(data: bytes | str, url: str | None = URL) -> ReadPodcast:
    return read_podcast(data.encode() if isinstance(data, str) else data, url=url, now=NOW)


def read_item(inside: str, channel: str = "<title>T</title><language>en</language>") -> Episode:
    return read(feed(f"<item><guid>g</guid>{inside}</item>", channel)).episodes[0]


def test_everything_of_a_channel_arrives():
    podcast = read(EVERYTHING)

    assert podcast.show == Show(
        title="Early Years",
        link="https://example.org/show",
        feed_url="https://example.org/show/feed.xml",
        description="<p>About the <b>first</b> years.</p>",
        language="sw",
        author="Amina Diop",
        owner_name="Early Years Network",
        owner_email="show@example.org",
        image="https://example.org/show/cover.jpg",
        categories=(("Kids & Family", "Parenting"), ("Kids & Family", "Stories for Kids"), ("Education", None)),
        explicit=False,
        type="serial",
        complete=True,
        block=True,
        new_feed_url="https://example.org/show/feed.xml",
        copyright="Early Years Network",
        guid="9b024349-ccf0-5f69-a609-6b82873eab3c",
        locked=True,
        locked_owner="show@example.org",
        medium="podcast",
        funding=(Funding("https://example.org/give", "Support us"), Funding("https://example.org/give2")),
        persons=(
            Person("Amina Diop", "host", "cast", "https://example.org/show/amina.jpg", "https://example.org/amina"),
            Person("Bob"),
        ),
        places=(Place("Kisumu", "creator", "geo:-0.1,34.75", "R3489718", "KE"),),
        licence=Licence("cc-by-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        update_frequency=UpdateFrequency("every Monday", "FREQ=WEEKLY", False, "2026-01-05T06:00:00Z"),
        trailers=(
            Trailer(
                "Season 2", "https://example.org/t.mp3", datetime(2026, 10, 1, 8, tzinfo=UTC), 123, "audio/mpeg", 2
            ),
        ),
        pings=True,
        hubs=("https://hub.example/",),
        tags=(
            Tag("itunes:keywords", text="ecd, play"),
            Tag("itunes:applepodcastsverify", text="code-1"),
            Tag("podcast:txt", (("purpose", "verify"),), "abc123"),
            Tag(
                "podcast:podroll",
                children=(Tag("podcast:remoteItem", (("feedGuid", "917393e3-1b1e-5cef-ace4-edaa54e1f810"),)),),
            ),
            Tag(
                "podcast:value",
                (("type", "lightning"), ("method", "keysend")),
                children=(
                    Tag(
                        "podcast:valueRecipient",
                        (("name", "us"), ("type", "node"), ("address", "02d5"), ("split", "100")),
                    ),
                ),
            ),
            Tag("podcast:chat", (("server", "irc.example"), ("protocol", "irc"))),
            Tag("podcast:block", (("id", "google"),), "no"),
        ),
        live=(
            Tag(
                "podcast:liveItem",
                (("status", "pending"), ("start", "2026-12-01T09:00:00Z"), ("end", "2026-12-01T10:00:00Z")),
                children=(
                    Tag("title", text="Live from Kisumu"),
                    Tag("guid", (("isPermaLink", "false"),), "live-1"),
                    Tag(
                        "enclosure", (("url", "https://example.org/live.mp3"), ("type", "audio/mpeg"), ("length", "1"))
                    ),
                    Tag("podcast:contentLink", (("href", "https://example.org/live"),), "Watch"),
                ),
            ),
        ),
        published=datetime(2026, 11, 2, 3, tzinfo=UTC),
        changed=datetime(2026, 11, 22, 6, tzinfo=UTC),
    )
    assert podcast.next_page == "https://example.org/show/feed.xml?page=2"
    assert podcast.lost_tags == ("media:credit", "media:rating", "podcast:funding@platform")
    assert podcast.problems == ()


def test_everything_of_an_item_arrives():
    assert read(EVERYTHING).episodes == (
        Episode(
            guid="ep-3",
            title="3: Play",
            enclosure=Enclosure("https://example.org/3.mp3", 5_600_000, "audio/mpeg"),
            published=datetime(2026, 11, 2, 3, tzinfo=UTC),
            description="<p>On <i>play</i> and what it does.</p>",
            link="https://example.org/show/play",
            author="Amina Diop",
            duration=3723,
            image="https://example.org/3.jpg",
            explicit=True,
            block=True,
            type="bonus",
            season=2,
            season_name="The second year",
            number=3,
            number_exact="3.5",
            number_display="Ch. 3",
            persons=(Person("Carol", "guest"),),
            places=(Place("Nairobi", "subject"),),
            licence=Licence("cc-by-sa-4.0"),
            transcripts=(
                Transcript("https://example.org/3.vtt", "text/vtt", "sw", "captions"),
                Transcript("https://example.org/show/3.srt", "application/x-subrip"),
            ),
            chapters=ChaptersLink("https://example.org/3.json", "application/json+chapters"),
            soundbites=(Soundbite(73, 60, "The key"), Soundbite(33.833, 15)),
            tags=(
                Tag("itunes:title", text="Play"),
                Tag("itunes:subtitle", text="Why play matters"),
                Tag(
                    "podcast:alternateEnclosure",
                    (("type", "audio/opus"), ("length", "32400"), ("bitrate", "96000"), ("title", "High")),
                    children=(
                        Tag("podcast:source", (("uri", "https://example.org/3.opus"),)),
                        Tag("podcast:source", (("uri", "ipfs://Qm3"),)),
                        Tag("podcast:integrity", (("type", "sri"), ("value", "sha384-Ex"))),
                    ),
                ),
                Tag(
                    "podcast:socialInteract",
                    (("protocol", "activitypub"), ("uri", "https://social.example/@us/3"), ("priority", "1")),
                ),
                Tag(
                    "podcast:image",
                    (("href", "https://example.org/show/3-wide.jpg"), ("alt", "Children playing"), ("width", "1200")),
                ),
                # the short description is no part of the notes word for word: “On play.” is, so nothing is added
            ),
        ),
    )


SPELLINGS = {
    "itunes": ["http://www.itunes.com/DTDs/Podcast-1.0.dtd", "https://www.itunes.com/dtds/podcast-1.0.dtd/"],
    "podcast": [
        "http://podcastindex.org/namespace/1.0",
        "https://PodcastIndex.org/namespace/1.0/",
        "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
    ],
}


@pytest.mark.parametrize("itunes", SPELLINGS["itunes"])
@pytest.mark.parametrize("podcast", SPELLINGS["podcast"])
def test_namespaces_are_read_however_they_are_spelled(itunes: str, podcast: str):
    data = EVERYTHING.replace(NAMESPACES["itunes"], itunes).replace(NAMESPACES["podcast"], podcast)
    found, right = read(data), read(EVERYTHING)

    assert (found.show, found.episodes, found.lost_tags) == (right.show, right.episodes, right.lost_tags)
    assert found.problems == (
        f"The itunes namespace is spelled “{itunes}” and not “{NAMESPACES['itunes']}”; it was read all the same.",
        f"The podcast namespace is spelled “{podcast}” and not “{NAMESPACES['podcast']}”; it was read all the same.",
    )


def test_other_prefixes_and_none_are_read():
    other = (
        EVERYTHING.replace("itunes:", "it:")
        .replace("podcast:", "p2:")
        .replace("xmlns:itunes=", "xmlns:it=")
        .replace("xmlns:podcast=", "xmlns:p2=")
    )
    assert (read(other).show, read(other).episodes) == (read(EVERYTHING).show, read(EVERYTHING).episodes)

    undeclared = read(feed("<item><guid>g</guid><itunes:duration>60</itunes:duration></item>", namespaces=""))
    assert undeclared.episodes[0].duration == 60
    assert "The prefix “itunes” is not declared; what it stands before was read all the same." in undeclared.problems


@pytest.mark.parametrize(
    ("word", "meaning"),
    [("yes", True), ("Explicit", True), ("TRUE", True), ("no", False), ("clean", False), ("false", False), ("", None)],
)
def test_explicit_has_seven_spellings(word: str, meaning: bool | None):
    assert read_item(f"<itunes:explicit>{word}</itunes:explicit>").explicit is meaning


def test_what_means_nothing_is_said_once_for_many_episodes():
    items = "".join(
        f"<item><guid>{n}</guid><title>E{n}</title><itunes:explicit>maybe</itunes:explicit>"
        f"<enclosure url='https://example.org/{n}.mp3' length='big' type='audio/mp3'/></item>"
        for n in range(3)
    )
    podcast = read(feed(items))

    assert [e.enclosure for e in podcast.episodes] == [
        Enclosure(f"https://example.org/{n}.mp3", 0, "audio/mpeg") for n in range(3)
    ]
    assert podcast.problems == (
        "The length of a sound is not said, or is no number of bytes (3 times, first in “E0”).",
        "“maybe” for itunes:explicit means neither true nor false (3 times, first in “E0”).",
    )


@pytest.mark.parametrize(
    ("length", "found"), [("1234", 1234), ("1,234", 1234), ("", 0), ("-5", 0), ("1.5 MB", 0), ("9" * 30, 0)]
)
def test_lengths_are_bytes_or_nothing(length: str, found: int):
    sound = read_item(f"<enclosure url='a.mp3' length='{length}'/>").enclosure
    assert sound == Enclosure("https://example.org/show/a.mp3", found, "audio/mpeg")


def test_the_first_sound_counts_and_the_others_are_kept():
    episode = read_item(
        """<enclosure url="cover.png" type="image/png"/><enclosure url="film.mp4" type="video/mp4" length="9"/>
        <enclosure url="a.ogg" type="audio/ogg" length="7"/><enclosure url="a.m4a" length="8"/>
        <enclosure url="a.ogg" type="audio/ogg" length="7"/>"""
    )
    assert episode.enclosure == Enclosure("https://example.org/show/a.ogg", 7, "audio/ogg")
    assert episode.image == "https://example.org/show/cover.png"
    assert [(t.attributes, t.children[0].get("uri")) for t in episode.tags] == [
        ((("type", "audio/x-m4a"), ("length", "8")), "https://example.org/show/a.m4a"),
        ((("type", "video/mp4"), ("length", "9")), "https://example.org/show/film.mp4"),
    ]


def test_guids_are_names():
    podcast = read(
        feed(
            """<item><guid> https://example.org/1 </guid><title>1</title></item>
            <item><guid isPermaLink="FALSE">https://example.org/2</guid><title>2</title></item>
            <item><guid>tag:2</guid><title>3</title></item>
            <item><link>/4</link><title>4</title></item>
            <item><enclosure url="5.mp3"/></item>
            <item><title>6</title></item>
            <item><guid>tag:2</guid><title>7</title></item>
            <item><guid>TAG:2</guid><title>8</title></item>
            <item/>"""
        )
    )
    assert [(e.guid, e.guid_is_permalink, e.title) for e in podcast.episodes[:5]] == [
        ("https://example.org/1", True, "1"),
        ("https://example.org/2", False, "2"),
        ("tag:2", False, "3"),
        ("https://example.org/4", False, "4"),
        ("https://example.org/show/5.mp3", False, "5"),
    ]
    assert podcast.episodes[0].link == "https://example.org/1"
    assert podcast.episodes[1].link is None
    assert podcast.episodes[5].guid.startswith("sha256:")
    assert podcast.episodes[6].title == "8"
    assert len(podcast.episodes) == 7
    assert (
        "More than one episode has this guid; the first counts, the others were left out (“tag:2”)." in podcast.problems
    )
    assert "An item says nothing that can be read, and was left out." in podcast.problems
    assert any("has no guid" in problem and "(3 times" in problem for problem in podcast.problems)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Tom &amp;amp; Jerry", "Tom & Jerry"),
        ("<![CDATA[<b>Tom</b> &amp;amp; Jerry]]>", "Tom & Jerry"),
        ("a &lt; b", "a < b"),
        ("  two\n lines ", "two lines"),
        ("&lt;b&gt;x&lt;/b&gt;", "x"),
        ("<i>markup</i> inside", "markup inside"),
    ],
)
def test_titles_are_plain(written: str, title: str):
    assert read_item(f"<title>{written}</title>").title == title


def test_the_richer_text_is_the_description():
    def both(short: str, notes: str) -> tuple[str, list[str]]:
        data = feed(
            f"<item><guid>g</guid><title>t</title><description>{short}</description><content:encoded>{notes}</content:encoded></item>"
        )
        podcast = read(data)
        return podcast.episodes[0].description, [t.text for t in podcast.episodes[0].tags] + list(podcast.lost_tags)

    long = "&lt;p&gt;All about play, and what it does.&lt;/p&gt;"
    assert both("A teaser.", long) == ("<p>All about play, and what it does.</p>", ["A teaser."])
    assert both("All about play…", long) == ("<p>All about play, and what it does.</p>", [])
    assert both(long, "See our site.") == ("<p>All about play, and what it does.</p>", ["content:encoded"])
    assert both(long, "All about play, and what it does.")[1] == []
    plain_and_longer, marked = "All about play, and what it does to us.", "&lt;p&gt;All about play, and more.&lt;/p&gt;"
    assert both(plain_and_longer, marked) == ("<p>All about play, and more.</p>", [plain_and_longer])
    assert both(plain_and_longer * 2, marked) == (plain_and_longer * 2, ["content:encoded"])
    assert both("", long) == ("<p>All about play, and what it does.</p>", [])
    assert read_item("<itunes:summary>Only here</itunes:summary>").description == "Only here"
    assert read_item("<description>of <p>HTML</p> unescaped</description>").description == "of <p>HTML</p> unescaped"


def test_numbers_and_seasons():
    def number(words: str) -> tuple[int | None, str | None]:
        episode = read_item(words)
        return episode.number, episode.number_exact

    assert number("<itunes:episode>7</itunes:episode>") == (7, None)
    assert number("<podcast:episode>7.0</podcast:episode>") == (7, None)
    assert number("<podcast:episode>7.50</podcast:episode>") == (None, "7.5")
    assert number("<itunes:episode>7</itunes:episode><podcast:episode>8</podcast:episode>") == (7, "8")
    assert number("<itunes:episode>-1</itunes:episode><podcast:episode>x</podcast:episode>") == (None, None)
    assert number("<podcast:episode>0</podcast:episode>") == (0, None)
    assert read_item("<podcast:season>4</podcast:season>").season == 4
    assert read_item("<itunes:episodetype>Trailer</itunes:episodetype>").type == "trailer"
    assert read_item("<itunes:episodeType>teaser</itunes:episodeType>").type is None


def test_dates_are_moments_and_the_future_is_said():
    podcast = read(
        feed(
            f"""<item><guid>1</guid><title>past</title><pubDate>Wed, 7 Oct 2020 04:30 EST</pubDate></item>
            <item><guid>2</guid><title>future</title><pubDate>{(NOW + timedelta(hours=1)).isoformat()}</pubDate></item>
            <item><guid>3</guid><title>never</title><pubDate>some day</pubDate></item>"""
        )
    )
    assert [e.published for e in podcast.episodes] == [
        datetime(2020, 10, 7, 9, 30, tzinfo=UTC), NOW + timedelta(hours=1), None,
    ]  # fmt: skip
    assert "The date of an episode lies in the future (“future”)." in podcast.problems
    assert "The date of an episode cannot be read (“never”)." in podcast.problems


def test_words_of_others_are_read_where_ours_are_missing():
    show = read(
        """<rss xmlns:googleplay="http://www.google.com/schemas/play-podcasts/1.0" xmlns:atom="http://www.w3.org/2005/Atom">
        <channel><title>T</title><language>pt_BR</language>
        <googleplay:author>Amina</googleplay:author><googleplay:email>a@example.org</googleplay:email>
        <googleplay:image href="https://example.org/c.png"/><googleplay:explicit>yes</googleplay:explicit>
        <googleplay:description>About it</googleplay:description><googleplay:category text="Arts"/>
        <atom:link rel="payment" href="https://example.org/pay" title="Give"/>
        <image><url> https://example.org/small.gif </url></image></channel></rss>"""
    )
    assert show.lost_tags == ()
    assert show.show == Show(
        title="T",
        link="",
        feed_url=URL,
        description="About it",
        language="pt-BR",
        author="Amina",
        owner_email="a@example.org",
        image="https://example.org/c.png",
        categories=(("Arts", None),),
        explicit=True,
        funding=(Funding("https://example.org/pay", "Give"),),
    )


def test_atom_is_read_with_the_words_of_podcasts():
    podcast = read(
        f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="sw" {DECLARED}>
        <title>Early Years</title><id>urn:x</id><subtitle>About it</subtitle><updated>2026-11-02T03:00:00Z</updated>
        <author><name>Amina</name></author><link href="https://example.org/"/><link rel="next" href="?page=2"/>
        <podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid>
        <entry><title type="html">&lt;b&gt;Play&lt;/b&gt;</title><id>urn:3</id><updated>2026-11-02T03:00:00Z</updated>
        <link rel="enclosure" href="3.mp3" length="9" type="audio/mpeg"/><itunes:duration>60</itunes:duration>
        <podcast:person>Bob</podcast:person></entry></feed>"""
    )
    assert (podcast.show.title, podcast.show.language, podcast.show.author) == ("Early Years", "sw", "Amina")
    assert podcast.show.guid == "9b024349-ccf0-5f69-a609-6b82873eab3c"
    assert podcast.next_page == "https://example.org/show/feed.xml?page=2"
    assert podcast.lost_tags == ()
    assert podcast.episodes == (
        Episode(
            guid="urn:3",
            title="Play",
            enclosure=Enclosure("https://example.org/show/3.mp3", 9, "audio/mpeg"),
            published=datetime(2026, 11, 2, 3, tzinfo=UTC),
            author="Amina",
            duration=60,
            persons=(Person("Bob"),),
        ),
    )


def test_podloves_chapters_are_read_by_those_who_ask():
    data = feed(
        """<item><guid>g</guid><psc:chapters version="1.2"><psc:chapter start="00:00:00.5" title="Intro" href="/x"/>
        <psc:chapter start="soon" title="no"/><psc:chapter start="1:02:03" title="Part"/></psc:chapters></item>""",
        namespaces='xmlns:psc="https://podlove.org/simple-chapters/"',
    )
    assert inline_chapters(data, url=URL, now=NOW) == {
        "g": (Chapter(0.5, "Intro", link="https://example.org/x"), Chapter(3723, "Part"))
    }
    assert read(data).lost_tags == ("psc:chapters",)


def test_html_inside_a_tag_is_its_text_and_words_of_others_in_it_are_named():
    episode = read_item("<itunes:summary>On <p>play</p> &amp; more</itunes:summary>")
    assert episode.tags == (Tag("itunes:summary", text="On <p>play</p> &amp; more"),)

    podcast = read(feed(channel='<title>T</title><language>en</language><podcast:txt xmlns:x="urn:x" x:a="1" xml:lang="sw">v</podcast:txt>'))  # fmt: skip
    assert podcast.show.tags == (Tag("podcast:txt", (("xml:lang", "sw"),), "v"),)
    assert podcast.lost_tags == ("x:a",)


def test_what_cannot_be_kept_is_said():
    podcast = read(
        feed(
            """<item><guid>1</guid><title>One</title><enclosure url="a.mp3" length="1"/>
            <podcast:transcript url="ftp://example.org/1.vtt" type="text/vtt"/>
            <podcast:soundbite startTime="x" duration="3"/><itunes:duration>long</itunes:duration>
            <podcast:chapters url="a.json"/><podcast:chapters url="b.json"/></item>""",
            channel="""<podcast:locked>maybe</podcast:locked><podcast:trailer url="t.mp3" pubdate="x">T</podcast:trailer>
            <itunes:type>daily</itunes:type>""",
        )
    )
    assert podcast.show.locked is None
    assert podcast.episodes[0].chapters == ChaptersLink("https://example.org/show/a.json")
    assert set(podcast.problems) == {
        "The feed has no title.",
        "The feed does not say its language; English was taken.",
        "“daily” is no itunes:type; episodic was taken.",
        "“maybe” for podcast:locked means neither yes nor no.",
        "A trailer has no address or no date that can be read; it was left out (“T”).",
        "An address is none of the web and was left out (“One”).",
        "A soundbite has no start or no duration that can be read; it was left out (“One”).",
        "“long” is no duration (“One”).",
        "podcast:chapters is there more than once; the first counts (“One”).",
    }


def test_real_shows(corpora: Path):
    shows = {path.stem: read(path.read_bytes(), None) for path in sorted((corpora / "podcasts" / "real").glob("*.xml"))}

    assert len(shows) == 7
    assert {name: (len(p.episodes), p.show.language, p.show.explicit) for name, p in shows.items()} == {
        "anchorfm": (1, "en", False),
        "bbc": (1, "en", False),
        "ch9": (1, "en", False),
        "heated": (1, "en", False),
        "nightvale": (1, "en", False),
        "spiegel": (1, "de", False),
        "spreaker": (1, "pl", False),
    }
    assert {name: p.episodes[0].duration for name, p in shows.items()} == {
        "anchorfm": 37 * 60 + 7, "bbc": 3156, "ch9": 867, "heated": None, "nightvale": 26 * 60 + 53, "spiegel": 312, "spreaker": 3079,
    }  # fmt: skip
    assert shows["anchorfm"].show.hubs == ("https://pubsubhubbub.appspot.com/",)
    assert shows["anchorfm"].episodes[0].enclosure == Enclosure(
        "https://anchor.fm/s/8d364524/podcast/play/58581931/https%3A%2F%2Fd3ctxlq1ktw2nl.cloudfront.net%2Fproduction"
        "%2Fexports%2F8d364524%2F58581931%2Fa48be9475fbbb5c00427f7e733079b03.m4a",
        36030594,
        "audio/x-m4a",
    )
    assert shows["heated"].episodes[0].enclosure is None  # its only enclosure is a picture
    assert shows["heated"].episodes[0].tags[0].name == "itunes:summary"
    assert shows["nightvale"].show.categories == (("Fiction", "Science Fiction"),)
    assert shows["spiegel"].next_page is not None
    assert shows["spiegel"].next_page.endswith("podcast.rss?page=2")
    assert {name: p.lost_tags for name, p in shows.items() if p.lost_tags} == {
        "bbc": ("media:rating", "ppg:canonical", "ppg:enclosureSecure", "ppg:network", "ppg:seriesDetails", "ppg:systemRef"),
        "ch9": ("c9:pageCount", "c9:pageSize", "c9:totalResults", "media:content", "media:thumbnail", "slash:comments", "wfw:commentRss"),
        "nightvale": ("media:thumbnail",),  # another picture than itunes:image
        "spiegel": ("media:player",),
    }  # fmt: skip


def test_the_namespaces_own_example_loses_nothing(corpora: Path):
    podcast = read((corpora / "podcasts" / "podcast-namespace-example.xml").read_bytes(), None)

    assert (podcast.lost_tags, podcast.problems) == ((), ())
    assert [e.number for e in podcast.episodes] == [3, 2, 1]
    assert podcast.show.guid == "y0ur-gu1d-g035-h3r3"
    assert [t.name for t in podcast.show.tags] == [
        *["podcast:block"] * 3, *["podcast:image"] * 4, "podcast:value", "podcast:chat", "podcast:publisher", "podcast:podroll",
    ]  # fmt: skip
    first = podcast.episodes[0]
    assert first.persons[2] == Person(
        "Becky Smith", "cover art designer", "visuals", None, "https://example.com/artist/beckysmith"
    )
    assert [t.name for t in first.tags].count("podcast:alternateEnclosure") == 5
    assert first.author == "John Doe"


@pytest.mark.parametrize(
    ("data", "error", "sentence"),
    [
        (b"", FeedError, "no XML"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', FeedError, "no XML"),
        (b"<!DOCTYPE html><html><body><p>Hello</p></body></html>", UnknownFormat, "web page and no feed"),
        (b"<opml><body/></opml>", UnknownFormat, "no podcast feed"),
        (
            b'<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel>&b;</channel></rss>',
            Refused,
            "entities",
        ),
        (b"<rss>" + b"<a>" * 5000 + b"</rss>", TooLarge, "nested more deeply"),
        (b"<rss>" * 3, TooLarge, "larger than the 10 bytes"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_sentence(data: bytes, error: type[FeedError], sentence: str):
    limit = 10 if "10 bytes" in sentence else 1_000_000
    with pytest.raises(error, match=sentence) as caught:
        read_podcast(data, url=URL, now=NOW, limit=limit)
    assert str(caught.value).endswith(".")


def refusal(data: bytes) -> str:
    try:
        read(data, None)
        inline_chapters(data, url=None, now=NOW)
    except FeedError as error:
        return str(error)
    return "."


NAMES = st.sampled_from(
    [
        "title", "link", "guid", "description", "enclosure", "image", "category", "item", "channel", "itunes:category",
        "itunes:image", "itunes:owner", "itunes:duration", "podcast:person", "podcast:trailer", "podcast:liveItem",
        "podcast:value", "podcast:episode", "podcast:transcript", "atom:link", "media:group", "media:content",
        "content:encoded", "x:y", "p",
    ]
)  # fmt: skip
VALUES = st.sampled_from(
    ["", "yes", "7", "-1", "1e400", "http://[", "https://example.org/a.mp3", "//", "&lt;p&gt;", "2026-01-01", "é"]
)
ATTRIBUTES = st.dictionaries(st.sampled_from(["url", "href", "text", "type", "length", "startTime", "duration", "pubdate", "rel", "role"]), VALUES, max_size=3)  # fmt: skip


def _element(name: str, attributes: dict[str, str], inside: list[str]) -> str:
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>"


TREES = st.recursive(
    VALUES, lambda inside: st.builds(_element, NAMES, ATTRIBUTES, st.lists(inside, max_size=4)), max_leaves=25
)


@given(st.binary(max_size=300) | TREES.map(lambda inside: feed(inside)) | TREES.map(lambda inside: inside.encode()))
def test_reading_raises_nothing_but_its_own_error(data: bytes):
    assert refusal(data).endswith(".")


def test_five_megabytes_and_three_thousand_items_are_read_whole():
    item = EVERYTHING[EVERYTHING.index("<item>") : EVERYTHING.index("</item>") + len("</item>")]
    short = item[: item.index("<podcast:alternateEnclosure")] + item[item.index("<podcast:socialInteract") :]
    items = "".join(short.replace("ep-3", f"ep-{n}") for n in range(3000))
    data = EVERYTHING.replace(item, items).encode()
    assert len(data) > 5_000_000

    podcast = read(data)
    assert len(podcast.episodes) == 3000
    assert podcast.episodes[2999].guid == "ep-2999"
