"""Podcast feeds of other people, written by hand for tests."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from our_web import pubdate

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:psc="http://podlove.org/simple-chapters" '
    'xmlns:media="http://search.yahoo.com/mrss/"><channel>'
)
GUID = "3ab31b2c-7f6d-5f4e-9f5d-0d5a9a3c2b11"


def feed(
    items: Sequence[str], *, title: str = "Field Notes", guid: str | None = GUID, more: str = "", self_link: str = ""
) -> str:
    said = f"<podcast:guid>{guid}</podcast:guid>" if guid else ""
    link = f'<atom:link rel="self" href="{self_link}"/>' if self_link else ""
    return (
        f"{HEAD}<title>{title}</title><link>https://notes.example/</link><description>Notes from the field.</description>"
        f"<language>en</language>{said}{link}{more}{''.join(items)}</channel></rss>"
    )


def item(
    n: int,
    now: datetime,
    *,
    title: str = "",
    guid: str | None = None,
    published: datetime | bool | None = True,
    sound: str | None = "",
    length: int | str = 1000,
    more: str = "",
) -> str:
    """Episode `n`, n days old. `sound`: its address; None for none."""
    when = now - timedelta(days=n) if published is True else published
    url = sound or f"https://cdn.notes.example/{n}.mp3"
    enclosure = f'<enclosure url="{url}" length="{length}" type="audio/mpeg"/>' if sound is not None else ""
    date = f"<pubDate>{pubdate(when)}</pubDate>" if when else ""
    return (
        f'<item><title>{title or f"Note {n}"}</title><guid isPermaLink="false">{guid or f"note-{n}"}</guid>{date}'
        f"<description>What was noted on day {n}.</description>{enclosure}{more}</item>"
    )
