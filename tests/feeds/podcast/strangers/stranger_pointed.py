"""Shows that meet every known quirk of a reader, whatever generation finds."""

from dataclasses import replace
from datetime import UTC, datetime

from feeds.podcast.values import Enclosure, Episode, Licence, Person, Place, Show, Soundbite, Trailer, Transcript


def pointed() -> list[tuple[Show, list[Episode]]]:
    text = "10\u00a0km & <b>bold</b> &amp;"
    person, place = Person(text, "host", "cast"), Place(text, "subject", "geo:-0.1,34.75", "N1", "KE")
    moment = datetime(2026, 11, 1, 6, tzinfo=UTC)
    show = Show(
        title=text,
        link="https://e.org/",
        feed_url="https://e.org/feed.xml",
        description="10\u00a0km",
        author="Ú¡",
        owner_name="10\u00a0km",
        owner_email="hub@e.org",
        image="https://e.org/a.png",
        categories=(("Education", "Courses"),),
        copyright="The Hub & friends",
        locked=True,
        persons=(person,),
        places=(place,),
        licence=Licence("cc-by-4.0"),
        trailers=(Trailer(text, "https://e.org/t.mp3", moment, 1, "audio/mpeg"),),
        published=moment,
    )
    episode = Episode(
        guid=text,
        title=text,
        enclosure=Enclosure("https://e.org/1.mp3", 1, "audio/mpeg"),
        published=moment,
        description="10\u00a0km",
        author="10\u00a0km Ú¡",
        persons=(person,),
        places=(place,),
        licence=Licence("cc-by-4.0"),
        transcripts=(Transcript("https://e.org/1.srt", "application/x-subrip"),),
        soundbites=(Soundbite(0.0, 15.0, "first"),),
        explicit=False,
    )
    html_text = '<p>AT&amp;T <a href="https://e.org/x">x</a></p>\n<p>y</p>'
    marked = replace(show, description=html_text, explicit=True, title="Ú¡", locked_owner="hub@e.org", published=None)
    other = replace(episode, description=html_text, title="Ú¡", author="Ú¡", explicit=True)
    long = replace(episode, description="لعب " * 1200, season=2)
    named = replace(
        other, guid="2", enclosure=Enclosure("https://e.org/2.mp3", 1, "audio/mpeg"), season=2, season_name="Two"
    )
    plain = replace(show, description="AT&T & <amina@example.org>")
    return [(show, [episode]), (marked, [other]), (plain, [long, named])]
