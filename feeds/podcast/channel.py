"""A show as a channel: what feedgen writes of it, and our extension of feedgen for all it does not know.

The extension adds the words of itunes (feedgen's own cannot say explicit=true and says block=no), the podcast namespace,
and the links of WebSub and RFC 5005 that feedgen drops in RSS.
"""

import re
from dataclasses import dataclass

from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeds.feedgen_mended import NEVER, add_links, rfc822, without_build_date
from feeds.podcast.addresses import address, has_host, media_type
from feeds.podcast.categories import known
from feeds.podcast.checks import forms
from feeds.podcast.checks.lists import MEDIUMS
from feeds.podcast.checks.recurrence import faults
from feeds.podcast.languages import language
from feeds.podcast.parts import cut_sentence, for_feedgen, licence, persons, places
from feeds.podcast.rare import live, rare
from feeds.podcast.sheet import Sheet
from feeds.podcast.texts import described, line
from feeds.podcast.values import NAMESPACES, Show

MARK = r"(?:copyright|\(c\)|©)"
YEARS = r"(?:1[89]|20)\d\d(?:\s*[-–—/,]\s*(?:(?:1[89]|20)?\d\d|present|now))*"
CLAIM = re.compile(
    rf"{MARK}[\s:.,]*(?:\b{YEARS}\b)?|^\s*{YEARS}\b(?=[\s,.:]|$)|(?<=[\s,]){YEARS}\s*\.?\s*$|,\s*{YEARS}(?=,)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pages:
    """The addresses of the pages around the one that is written (RFC 5005 §3)."""

    first: str | None = None
    previous: str | None = None
    next: str | None = None
    last: str | None = None


class Podcasting(BaseExtension):  # type: ignore[misc]
    """feedgen's channel with what podcasts need. Set `show`, `pages` and `live` before it writes."""

    def __init__(self) -> None:
        self.show: Show | None = None
        self.pages: Pages | None = None
        self.live = False

    def extend_ns(self) -> dict[str, str]:
        return {prefix: NAMESPACES[prefix] for prefix in ("itunes", "podcast")}

    def extend_rss(self, root: etree._Element) -> etree._Element:
        channel, pages = root[0], self.pages or Pages()
        if self.show is None:
            return root
        if self.show.changed is None:
            without_build_date(channel)
        hubs = [("hub", hub) for hub in map(address, self.show.hubs) if has_host(hub)]
        around = [("first", pages.first), ("prev", pages.previous), ("next", pages.next), ("last", pages.last)]
        add_links(channel, [*hubs, *around])
        declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
        channel.extend(etree.fromstring(f"<part {declared}>{_sheet(self.show, live_too=self.live)}</part>"))
        return root


def channel(show: Show, pages: Pages | None = None, *, with_live: bool = False) -> bytes:
    """The whole document of a show without items. What the show does not have and RSS demands is said with what it has."""
    generator = FeedGenerator()
    generator.register_extension("podcasting", Podcasting, atom=False)
    generator.podcasting.show, generator.podcasting.pages, generator.podcasting.live = show, pages, with_live
    self_link, title, said = address(show.feed_url), line(show.title), described(show.description)
    link = address(show.link)
    if has_host(self_link):
        generator.link(href=self_link, rel="self", type="application/rss+xml")
    generator.link(href=link if has_host(link) else self_link or "about:blank", rel="alternate")  # the last is <link>
    generator.title(title or self_link or "Podcast")
    generator.description(for_feedgen(said) if said.text else title or self_link or "Podcast")
    generator.language(language(show.language) or "en")
    generator.generator("Publisher")
    generator.lastBuildDate(show.changed or NEVER)
    if show.published:
        generator.pubDate(show.published)
    if owner := _claimless(show.copyright):
        generator.copyright(line(owner))
    return bytes(generator.rss_str())


def left_out_of_channel(show: Show) -> tuple[str, ...]:
    """What a channel does not say though the show has it, each with the reason."""
    sheet = _sheet(show, live_too=True)
    sheet.left_out[:0] = cut_sentence(described(show.description))
    sheet.line("the title", show.title)
    sheet.line("the copyright", _claimless(show.copyright))
    if language(show.language) is None:
        sheet.leave(f"The language “{line(show.language, 64)}” is no code of ISO 639: the feed says “en”.")
    return tuple(sheet.left_out)


def _sheet(show: Show, *, live_too: bool) -> Sheet:
    sheet = Sheet()
    _itunes(sheet, show)
    _namespace(sheet, show)
    persons(sheet, show.persons)
    places(sheet, show.places)
    licence(sheet, show.licence)
    _update_frequency(sheet, show)
    _trailers(sheet, show)
    rare(sheet, show.tags)
    if live_too:
        live(sheet, show.live)
    return sheet


def _itunes(sheet: Sheet, show: Show) -> None:
    sheet.say("itunes:author", show.author)
    sheet.add("itunes:explicit", "true" if show.explicit else "false")
    sheet.add("itunes:type", show.type)
    for name, url in (("image", show.image), ("new-feed-url", show.new_feed_url)):
        said = address(url or "")
        if url and not has_host(said):
            sheet.leave(f"itunes:{name} is left out: {line(url)} is no address of the web.")
        elif said:
            sheet.add(f"itunes:{name}", said if name != "image" else "", [("href", said)] if name == "image" else ())
    _categories(sheet, show)
    owner = Sheet()
    owner.say("itunes:name", show.owner_name)
    owner.say("itunes:email", show.owner_email)
    if owner.lines:
        sheet.lines.append(f"<itunes:owner>{owner}</itunes:owner>")
    for name, yes in (("complete", show.complete), ("block", show.block)):
        if yes:
            sheet.add(f"itunes:{name}", "yes")


def _categories(sheet: Sheet, show: Show) -> None:
    said: list[tuple[str, str | None]] = []
    for category, subcategory in show.categories:
        found = known(category, subcategory)
        if found is None or (subcategory and found[1] is None):
            sheet.leave(
                f"The category “{line(subcategory if found and subcategory else category)}” is none of Apple's."
            )
        if found and found not in said:
            said.append(found)
            inner = Sheet()
            if found[1]:
                inner.add("itunes:category", attributes=(("text", found[1]),))
            sheet.nest("itunes:category", inner, (("text", found[0]),))


def _namespace(sheet: Sheet, show: Show) -> None:
    if show.guid and forms.UUID.fullmatch(show.guid.strip()):
        sheet.add("podcast:guid", show.guid.strip())
    elif show.guid:
        sheet.leave(f"The podcast:guid “{line(show.guid, 64)}” is left out: it is no UUID.")
    if show.locked is not None:
        sheet.add("podcast:locked", "yes" if show.locked else "no", (("owner", line(show.locked_owner or "")),))
    if show.medium in MEDIUMS:
        sheet.add("podcast:medium", show.medium or "")
    elif show.medium:
        sheet.leave(f"The medium “{line(show.medium, 64)}” is none of the podcast namespace.")
    if show.pings:
        sheet.add("podcast:podping", attributes=(("usesPodping", "true"),))
    for funding in show.funding:
        if url := sheet.secure("A link to give money", funding.url):
            sheet.add("podcast:funding", sheet.line("podcast:funding", funding.text, 128), (("url", url),))


def _update_frequency(sheet: Sheet, show: Show) -> None:
    given = show.update_frequency
    if given is None:
        return
    rule, start = (given.rrule or "").strip(), (given.dtstart or "").strip()
    text = sheet.line("podcast:updateFrequency", given.text, 128)
    if rule and faults(rule):
        sheet.leave(f"How often episodes come is left out: “{line(rule, 128)}” is no rule of RFC 5545.")
    elif start and not forms.iso_moment(start, with_time=False):
        sheet.leave(f"How often episodes come is left out: “{line(start, 64)}” is no date of ISO 8601.")
    elif "COUNT=" in rule.upper() and not start:
        sheet.leave("How often episodes come is left out: a rule that counts needs the date of its start.")
    elif text or rule or given.complete is not None:
        complete = None if given.complete is None else ("true" if given.complete else "false")
        sheet.add("podcast:updateFrequency", text, (("rrule", rule), ("dtstart", start), ("complete", complete)))


def _trailers(sheet: Sheet, show: Show) -> None:
    for trailer in show.trailers:
        title = sheet.line("podcast:trailer", trailer.title, 128)
        if not title:
            sheet.leave("A trailer without a title is left out.")
        elif url := sheet.secure("A trailer", trailer.url):
            facts = (
                ("pubdate", rfc822(trailer.published)),
                ("url", url),
                ("length", str(trailer.length) if trailer.length and trailer.length > 0 else None),
                ("type", media_type(trailer.type, url) if trailer.type else None),
                ("season", str(trailer.season) if trailer.season and trailer.season > 0 else None),
            )
            sheet.add("podcast:trailer", title, facts)


def _claimless(notice: str) -> str:
    """The owner of the rights without the word, the sign and the years: apps add them (PSP-1)."""
    said = line(notice, max(len(notice), 1))
    shorter = CLAIM.sub(" ", said)
    return line(shorter, len(said) + 1).strip(" ,.:;-–—") if shorter != said else said
