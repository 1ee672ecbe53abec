"""Rules 41 to 50, 59 and 60: episodes."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from lxml import etree

from feeds.podcast.checks import channel as show
from feeds.podcast.checks import forms, lists, markup, titles
from feeds.podcast.checks.looking import Look
from feeds.podcast.checks.notes import Notes
from feeds.podcast.checks.parts import Part, short, text_of

#: Clocks differ by a little.
SOON = timedelta(minutes=5)
WIDE = 16 / 9


def judge(items: Sequence[Part], live: Sequence[Part], channel: Part, now: datetime, notes: Notes) -> None:
    """`live`: the live items, whose guids must differ from those of the episodes."""
    name, serial = channel.text("title"), channel.text("itunes:type").lower() == "serial"
    with_sound = channel.text("podcast:medium") not in lists.WITHOUT_SOUND
    for item in items:
        _title(item, name, notes)
        _enclosures(item, with_sound, notes)
        _guid(item, notes)
        _date(item, now, notes)
        _description(item, notes)
        _duration(item, notes)
        show.image(item, "item.image", "An episode has no <itunes:image>: add artwork, its own or the show’s.", notes)
        show.explicit(item, "item.explicit", "An episode", notes)
        show.address_of(item, "link", "item.link", "An episode has no <link>: add its page.", notes)
        show.block(item, "itunes:block", "item.block", notes)
        _numbers(item, serial, notes)
        _type(item, notes)
        _thumbnails(item, notes)
    _once((*items, *live), _guid_of, "guid.unique", "Two episodes have the same <guid>: give each its own.", notes)
    _same_numbers(items, notes)
    _once(items, _enclosure_of, "enclosure.unique", "Two episodes have the same enclosure: give each its own.", notes)
    if with_sound and not show.is_private(channel):
        _spotify(items, channel, notes)


def _title(item: Part, name: str, notes: Notes) -> None:
    if not item.text("title"):
        notes.missing("item.title", "An episode has no <title>: add one.", item.spot(item.first("title")))
    for tag in ("title", "itunes:title"):
        for element in item.all(tag)[:1]:
            _words(Look(notes, item, element, "item.title"), name)


def _words(look: Look, name: str) -> None:
    title, trailer = look.text, look.part.text("itunes:episodeType").lower() == "trailer"
    number = titles.leading_number(title)
    counted = {look.part.text("itunes:episode").lstrip("0"), look.part.text("podcast:episode").lstrip("0")}
    if trailer:
        pass  # “Season 2: a first taste” is what a trailer is called
    elif titles.has_number(title) or (number is not None and str(number) in counted):
        look.wrong(
            "The title has a number of episode or season in it: say that by <itunes:episode> and <itunes:season> only."
        )
    elif number is not None:
        look.advise("The title begins with a number: if it counts the episodes, say that by <itunes:episode>.")
    if titles.names_show(title, name):
        (look.advise if trailer else look.wrong)(
            "The title repeats the show’s name: leave it out, because apps show it beside."
        )
    if titles.has_leftovers(title):
        look.wrong("The title holds HTML or twice-escaped characters, which are shown as they stand: write plain text.")


def _enclosures(item: Part, with_sound: bool, notes: Notes) -> None:
    found = item.all("enclosure")
    if len(found) != 1 and (with_sound or found):
        message = (
            f"An episode has {len(found)} enclosures: keep one, and offer others by <podcast:alternateEnclosure>."
            if found
            else "An episode has no <enclosure>: add its sound, or take the item out of the feed."
        )
        notes.missing("item.enclosure", message, item.spot(found[1] if found else None))
    for element in found:
        _enclosure(Look(notes, item, element, "enclosure.url"))


def _enclosure(look: Look) -> None:
    parts = forms.web(look.address("url"))
    kind, length = look.get("type"), look.get("length")
    if kind is None or kind.lower() not in lists.EXTENSIONS:
        said = f"“{short(kind)}” for type, which apps do not play" if kind else "no type"
        look.by("enclosure.type").wrong(f"<enclosure> has {said}: write one of {', '.join(lists.EXTENSIONS)}.")
    if length is None or not forms.whole(length):
        said = f"“{short(length)}” for length" if length else "no length"
        look.by("enclosure.length").wrong(f"<enclosure> has {said}: write the size of the file in bytes.")
    if parts is None:
        return
    ending = forms.extension(parts)
    if ending not in {one for many in lists.EXTENSIONS.values() for one in many}:
        look.by("enclosure.extension").wrong(
            "The path of the enclosure’s address does not end in .mp3, .m4a, .mp4, .m4v, .mov or .pdf: let it end so, before any “?”."
        )
    elif kind and kind.lower() in lists.EXTENSIONS and ending not in lists.EXTENSIONS[kind.lower()]:
        look.by("enclosure.type").advise(
            f"The enclosure is named .{ending} and has the type {kind}: let both say the same."
        )


def _guid(item: Part, notes: Notes) -> None:
    found, text = item.first("guid"), item.text("guid")
    if found is None or not text:
        message = "An episode has no <guid>: give it one that never changes."
        notes.missing("item.guid", message, item.spot(found))
        return
    look = Look(notes, item, found, "guid.permalink")
    said = look.get("isPermaLink")
    if said not in (None, "true", "false"):
        look.wrong(f"<guid> has “{short(said or '')}” for isPermaLink: write true or false.")
    elif said != "false" and forms.web(text) is None:
        look.wrong('<guid> is no address: add isPermaLink="false".')


def _date(item: Part, now: datetime, notes: Notes) -> None:
    found, text = item.first("pubDate"), item.text("pubDate")
    if found is None or not text:
        notes.missing("item.date", "An episode has no <pubDate>: add when it came out.", item.spot(found))
        return
    look, moment = Look(notes, item, found, "item.date"), forms.mailed_date(text)
    if moment is None:
        look.wrong(
            f"<pubDate> is “{short(text)}”, no date of RFC 2822: write it like “Mon, 23 Nov 2026 06:00:00 +0000”, with the right weekday."
        )
    elif moment > now + SOON:
        look.wrong("<pubDate> is in the future: put the episode into the feed when its time has come.")


def _description(item: Part, notes: Notes) -> None:
    found = item.first("description")
    if found is None or not item.text("description"):
        message = "An episode has no <description>: tell what it is about."
        notes.missing("item.description", message, item.spot(found))
    else:
        markup.judge(Look(notes, item, found, "item.description"), strict=True)
    markup.judge_summary(item, "item.description", notes)


def _duration(item: Part, notes: Notes) -> None:
    found, text = item.first("itunes:duration"), item.text("itunes:duration")
    if found is None or not text:
        notes.missing("item.duration", "An episode has no <itunes:duration>: add its seconds.", item.spot(found))
        return
    look = Look(notes, item, found, "item.duration")
    if forms.CLOCK.fullmatch(text):
        look.advise("<itunes:duration> is written with colons: write whole seconds.")
    elif not forms.whole(text):
        look.wrong(f"<itunes:duration> is “{short(text)}”: write whole seconds.")


def _numbers(item: Part, serial: bool, notes: Notes) -> None:
    for name, rule in (("itunes:episode", "item.episode"), ("itunes:season", "item.season")):
        for element in item.all(name):
            look = Look(notes, item, element, rule)
            if not forms.whole(look.text):
                look.wrong(f"<{name}> is “{short(look.text)}”: write a whole number above zero, or leave it out.")
    full = item.text("itunes:episodeType").lower() in ("", "full")
    if serial and full and not item.all("itunes:episode"):
        message = "An episode of a serial show has no <itunes:episode>: add its number."
        notes.missing("item.episode", message, item.spot())


def _type(item: Part, notes: Notes) -> None:
    for element in item.all("itunes:episodeType"):
        look = Look(notes, item, element, "item.type")
        if look.text in ("Full", "Trailer", "Bonus"):
            look.advise("<itunes:episodeType> begins with a capital: write it small.")
        elif look.text not in ("full", "trailer", "bonus"):
            look.wrong(f"<itunes:episodeType> is “{short(look.text)}”: write full, trailer or bonus.")


def _thumbnails(item: Part, notes: Notes) -> None:
    for element in item.all("media:thumbnail"):
        width, height = forms.whole(element.get("width")), forms.whole(element.get("height"))
        if width and height and abs(width / height / WIDE - 1) > 0.02:
            message = f"<media:thumbnail> is {width} by {height}: YouTube shows pictures of 16 by 9, so offer one of 1280 by 720."
            notes.advise("youtube.thumbnail", message, item.spot(element))


def _once(
    items: Sequence[Part], of: Callable[[Part], tuple[str, etree._Element | None]], rule: str, what: str, notes: Notes
) -> None:
    seen: dict[str, Part] = {}
    for item in items:
        value, element = of(item)
        if value and value in seen:
            notes.wrong(rule, what, item.spot(element))
        elif value:
            seen[value] = item


def _same_numbers(items: Sequence[Part], notes: Notes) -> None:
    seen: set[tuple[int, int]] = set()
    for item in items:
        number, season = forms.whole(item.text("itunes:episode")), forms.whole(item.text("itunes:season")) or 0
        if number and item.text("itunes:episodeType").lower() in ("", "full"):
            if (season, number) in seen:
                message = "Two episodes have the same number in one season: count them on."
                notes.advise("item.episode", message, item.spot(item.first("itunes:episode")))
            seen.add((season, number))


def _guid_of(item: Part) -> tuple[str, etree._Element | None]:
    found = item.first("guid")
    return text_of(found), found


def _enclosure_of(item: Part) -> tuple[str, etree._Element | None]:
    found = item.first("enclosure")
    return (found.get("url") or "").strip() if found is not None else "", found


def _spotify(items: Sequence[Part], channel: Part, notes: Notes) -> None:
    lacks = [
        words
        for words, there in (
            ("an author", channel.text("itunes:author")),
            ("artwork", channel.all("itunes:image")),
            ("an episode with sound", any(item.all("enclosure") for item in items)),
            ("a date for every episode", all(item.text("pubDate") for item in items)),
            ("a guid for every episode", all(item.text("guid") for item in items)),
        )
        if not there
    ]
    if lacks:
        message = f"Spotify does not take the show without {', '.join(lacks)}: add what is missing."
        notes.missing("spotify.show", message, channel.spot())
