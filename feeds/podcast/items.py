"""An episode as an item: what feedgen writes of it, and the words of itunes and of the podcast namespace beside it."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import NamedTuple

from feedgen.entry import FeedEntry
from lxml import etree

from feeds.errors import FeedError
from feeds.podcast.addresses import address, has_host, media_type
from feeds.podcast.languages import language
from feeds.podcast.parts import cut_sentence, for_feedgen, licence, persons, places
from feeds.podcast.rare import rare
from feeds.podcast.sheet import Sheet, escaped, quoted, said
from feeds.podcast.texts import Described, described, line
from feeds.podcast.values import Episode
from feeds.podcast.vocabularies import CHAPTERS_TYPES, TRANSCRIPT_TYPES

END = b"</item>"
#: Seconds of any episode.
LONGEST = 10_000_000


class CannotBeEmitted(FeedError):
    """The episode misses what every app needs; the sentence is that of `why_not`."""


def why_not(episode: Episode) -> str | None:
    """A plain sentence why this episode cannot be in a feed, or None where it can. It depends on the episode alone."""
    return _needed(episode).missing


def item(episode: Episode) -> bytes:
    """One `<item>` in UTF-8, without declarations of namespaces. The same episode gives the same bytes, in any thread.

    `CannotBeEmitted` where `why_not` has a reason."""
    needed, notes = _needed(episode), described(episode.description)
    if needed.missing:
        raise CannotBeEmitted(needed.missing)
    plain = etree.tostring(_by_feedgen(episode, needed, notes), encoding="UTF-8")
    return b"".join([plain[: -len(END)], str(_sheet(episode, notes)).encode(), END])


def items(episodes: Iterable[Episode]) -> Iterator[bytes]:
    """`item` of each. Many are written a part of each at a time: processors work faster on much of the same."""
    waiting = iter(episodes)
    while batch := list(islice(waiting, 64)):
        needed = [_needed(episode) for episode in batch]
        if missing := next(filter(None, (each.missing for each in needed)), None):
            raise CannotBeEmitted(missing)
        notes = [described(episode.description) for episode in batch]
        elements = [_by_feedgen(*each) for each in zip(batch, needed, notes, strict=True)]
        plain = [etree.tostring(element, encoding="UTF-8")[: -len(END)] for element in elements]
        sheets = [str(_sheet(*each)).encode() for each in zip(batch, notes, strict=True)]
        yield from (start + more + END for start, more in zip(plain, sheets, strict=True))


def left_out_of_item(episode: Episode) -> tuple[str, ...]:
    """What an item does not say though the episode has it, each with the reason."""
    notes = described(episode.description)
    sheet = _sheet(episode, notes)
    sheet.left_out[:0] = cut_sentence(notes)
    sheet.line("the title", episode.title)
    if episode.link and not has_host(address(episode.link)):
        sheet.leave(f"The episode's page is left out: {line(episode.link)} is no address of the web.")
    return tuple(sheet.left_out)


class _Needed(NamedTuple):
    """What no item goes without, as it is written. `missing`: the sentence where something is not there."""

    missing: str | None = None
    title: str = ""
    guid: str = ""
    url: str = ""
    type: str = ""


def _needed(episode: Episode) -> _Needed:
    title, guid, sound = line(episode.title), _guid(episode), episode.enclosure
    if not title:
        return _Needed("It has no title.")
    if not guid:
        return _Needed("It has no guid, by which apps know it again.")
    if sound is None:
        return _Needed("It has no sound.")
    url = address(sound.url)
    if not has_host(url):
        return _Needed(f"The address of its sound, “{line(sound.url)}”, names no server on the web.")
    if sound.length <= 0:
        return _Needed("The length of its sound is not known: it says 0 bytes.")
    kind = media_type(sound.type, url)
    if not kind.startswith(("audio/", "video/")) and kind != "application/pdf":
        return _Needed(f"What it brings is no sound that an app plays: its type is “{line(sound.type, 64)}”.")
    return _Needed(None, title, guid, url, kind)


def _by_feedgen(episode: Episode, needed: _Needed, notes: Described) -> etree._Element:
    entry = FeedEntry()
    entry.guid(needed.guid, permalink=episode.guid_is_permalink and has_host(needed.guid))
    entry.title(needed.title)
    if notes.text:
        entry.description(for_feedgen(notes))
    if episode.published:
        entry.published(episode.published)
    entry.link(_links(episode, needed))
    written: etree._Element = entry.rss_entry()
    return written


def _links(episode: Episode, needed: _Needed) -> list[dict[str, str]]:
    """feedgen makes an enclosure of a link of that relation; both at once, for each call costs it as much again."""
    length = episode.enclosure.length if episode.enclosure else 0
    links = [{"href": needed.url, "rel": "enclosure", "type": needed.type, "length": str(length)}]
    if episode.link and has_host(link := address(episode.link)):
        links.append({"href": link, "rel": "alternate"})
    return links


def _sheet(episode: Episode, notes: Described) -> Sheet:
    sheet = Sheet()
    if notes.full:
        full = _cdata(notes.full) if notes.html else escaped(notes.full)
        sheet.lines.append(f"<content:encoded>{full}</content:encoded>")
    _itunes(sheet, episode)
    _numbers(sheet, episode)
    persons(sheet, episode.persons)
    places(sheet, episode.places)
    licence(sheet, episode.licence)
    _transcripts(sheet, episode)
    _chapters(sheet, episode)
    _soundbites(sheet, episode)
    rare(sheet, episode.tags)
    return sheet


def _itunes(sheet: Sheet, episode: Episode) -> None:
    sheet.say("itunes:author", episode.author)
    if episode.duration is not None and episode.duration > 0:
        sheet.lines.append(f"<itunes:duration>{episode.duration:d}</itunes:duration>")
    if episode.image:
        image = address(episode.image)
        if has_host(image):
            sheet.lines.append(f'<itunes:image href="{quoted(image)}"/>')
        else:
            sheet.leave(f"The picture is left out: {line(episode.image)} is no address of the web.")
    if episode.explicit is not None:
        sheet.lines.append(f"<itunes:explicit>{'true' if episode.explicit else 'false'}</itunes:explicit>")
    if episode.block:
        sheet.lines.append("<itunes:block>yes</itunes:block>")
    if episode.type is not None:
        sheet.lines.append(f"<itunes:episodeType>{episode.type}</itunes:episodeType>")


def _numbers(sheet: Sheet, episode: Episode) -> None:
    """Season and number: itunes has whole numbers above zero, the podcast namespace zero, decimals and words too."""
    season, number = episode.season, episode.number
    if season is not None and season >= 0:
        if season:
            sheet.lines.append(f"<itunes:season>{season}</itunes:season>")
        name = sheet.line("the season's name", episode.season_name, 128)
        sheet.lines.append(f"<podcast:season{said('name', name)}>{season}</podcast:season>")
    elif season is not None or episode.season_name:
        sheet.leave("The season is left out: a season has a number from 0 on.")
    if number is not None and number > 0:
        sheet.lines.append(f"<itunes:episode>{number}</itunes:episode>")
    exact = _decimal(episode.number_exact) or (str(number) if number is not None and number >= 0 else "")
    if exact:
        display = sheet.line("the number's words", episode.number_display, 32)
        sheet.lines.append(f"<podcast:episode{said('display', display)}>{exact}</podcast:episode>")
    elif number is not None or episode.number_exact or episode.number_display:
        sheet.leave("The episode's number is left out: it is a number from 0 on.")


def _transcripts(sheet: Sheet, episode: Episode) -> None:
    for transcript in episode.transcripts:
        kind = TRANSCRIPT_TYPES.get(transcript.type.partition(";")[0].strip().lower())
        spoken = language(transcript.language) if transcript.language else None
        if kind is None:
            sheet.leave(f"A transcript is left out: no app reads the type “{line(transcript.type, 64)}”.")
        elif url := sheet.secure("A transcript", transcript.url):
            rel = transcript.rel if transcript.rel == "captions" else None
            if transcript.rel and not rel:
                sheet.leave(f"A transcript is shown without rel “{line(transcript.rel, 64)}”: apps know captions only.")
            known = f'url="{quoted(url)}" type="{kind}"{said("language", spoken)}{said("rel", rel)}'
            sheet.lines.append(f"<podcast:transcript {known}/>")


def _chapters(sheet: Sheet, episode: Episode) -> None:
    if episode.chapters is None:
        return
    if episode.chapters.type.partition(";")[0].strip().lower() not in CHAPTERS_TYPES:
        sheet.leave(f"The chapters are left out: no app reads the type “{line(episode.chapters.type, 64)}”.")
    elif url := sheet.secure("The list of chapters", episode.chapters.url):
        sheet.lines.append(f'<podcast:chapters url="{quoted(url)}" type="application/json+chapters"/>')


def _soundbites(sheet: Sheet, episode: Episode) -> None:
    for bite in episode.soundbites:
        if not 0 <= bite.start < bite.start + bite.duration <= (episode.duration or LONGEST) + 1:
            sheet.leave("A soundbite is left out: it has a start and a duration within the episode.")
            continue
        title = sheet.line("the soundbite's title", bite.title, 128)
        span = f'startTime="{_number(bite.start)}" duration="{_number(bite.duration)}"'
        sheet.lines.append(f"<podcast:soundbite {span}>{escaped(title)}</podcast:soundbite>")


def _guid(episode: Episode) -> str:
    """The guid as given, but for what XML cannot carry at all and white space at its ends, which every reader drops."""
    guid = episode.guid.strip()
    return guid if guid.isprintable() else line(guid, len(guid) + 1)


def _decimal(text: str | None) -> str | None:
    """A number as podcast:episode has it, or None."""
    try:
        number = Decimal((text or "").strip())
    except InvalidOperation:
        return None
    plain = format(number, "f") if number.is_finite() and abs(number) < 10**9 else ""
    return plain if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", plain) else None


def _number(seconds: float) -> str:
    """Seconds without needless zeros and without an exponent: 73, 33.833."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def _cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
