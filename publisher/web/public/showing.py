"""A show or an episode as a page shows it: the words around its title, in the language of the page."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from publisher import languages
from publisher.languages import N_, country_name, direction, language_name
from publisher.media.models import MediaFile
from publisher.podcasts import words
from publisher.podcasts.models import Episode, Show
from publisher.web.page import Page, moment_of
from publisher.web.public.licences import licence_link

WITH_LABEL = N_("%(label)s: %(name)s")

COVER = 640
"""Pixels of a cover where one is named by a single address."""
ROLES = {
    "host": N_("Host"),
    "co-host": N_("Co-host"),
    "guest": N_("Guest"),
    "guest host": N_("Guest host"),
    "interviewer": N_("Interviewer"),
    "reporter": N_("Reporter"),
    "author": N_("Author"),
    "writer": N_("Writer"),
    "editor": N_("Editor"),
    "producer": N_("Producer"),
    "executive producer": N_("Executive producer"),
    "director": N_("Director"),
    "narrator": N_("Narrator"),
    "translator": N_("Translator"),
    "researcher": N_("Researcher"),
    "composer": N_("Music"),
    "theme music": N_("Music"),
    "sound designer": N_("Sound design"),
    "audio engineer": N_("Sound"),
    "audio editor": N_("Sound"),
    "cover art designer": N_("Cover"),
}
TYPES = {"trailer": N_("Trailer"), "bonus": N_("Bonus episode")}
_OSM = {"N": "node", "W": "way", "R": "relation"}


def show_path(show: Show) -> str:
    return f"/podcasts/{show.slug}"


def episode_path(show: Show, episode: Episode) -> str:
    return f"/podcasts/{show.slug}/{episode.slug}"


def sound_path(show: Show, episode: Episode, media: MediaFile) -> str:
    """On our own host: pages never ask a third party to count."""
    return f"/podcasts/{show.slug}/audio/{episode.id}-{media.digest[:12]}.{media.extension}"


def cover(media: MediaFile | None, title: str) -> dict[str, Any]:
    """A picture of ours in the sizes pages use; where there is none, the first letters of the title stand in its place.
    One kept elsewhere is not shown: it would tell its host who reads here."""
    initials = "".join(word[0] for word in title.split() if word[0].isalnum())[:2].upper()
    if media is None:
        return {"url": "", "srcset": "", "initials": initials, "alt": ""}
    sizes = {width: f"/media/{media.digest}/{width}.webp" for width in (160, 320, COVER)}
    srcset = ", ".join(f"{url} {width}w" for width, url in sizes.items())
    return {"url": sizes[320], "srcset": srcset, "initials": initials, "alt": media.alt}


def show_card(page: Page, show: Show, media: MediaFile | None) -> dict[str, Any]:
    """What every page says of the show it is about."""
    return {
        "title": show.title,
        "url": page.link(show_path(show)),
        "language": show.language,
        "direction": direction(show.language),
        "language_label": language_name(show.language, page.language),
        "author": show.author if show.author != show.title else "",
        "cover": cover(media, show.title),
        "feed_url": page.house.settings.url(f"{show_path(show)}/feed.xml"),
        "explicit": show.explicit,
    }


def first_sentences(show: Show, most: int = 200) -> str:
    """The beginning of a description, for lists and search engines; whole sentences where they are short enough."""
    text = words.plain(words.description_html(show))
    if len(text) <= most:
        return text
    cut = text[:most]
    end = max(cut.rfind(mark) for mark in (". ", "? ", "! ", "؟ ", "。"))
    return cut[: end + 1] if end > most // 3 else cut.rsplit(" ", 1)[0] + "…"


def episode_line(page: Page, show: Show, episode: Episode, *, in_season: bool = False) -> dict[str, Any]:
    """An episode in a list. `in_season`: under the name of its season."""
    _ = page.gettext
    return {
        "url": page.link(episode_path(show, episode)),
        "title": episode.title,
        "language": episode.language or show.language,
        "moment": moment_of(episode.published_at, page.language),
        "type_label": _(TYPES[episode.type]) if episode.type in TYPES else "",
        "number_text": number_text(page, show, episode, in_season=in_season),
        "duration_text": languages.duration_in_words(episode.duration, page.language) if episode.duration else "",
        "blurb": words.blurb(episode),
        "explicit": bool(show.explicit if episode.explicit is None else episode.explicit),
        "season": episode.season,
    }


def number_text(page: Page, show: Show, episode: Episode, *, in_season: bool = False) -> str:
    """“Season 2, episode 3”, “Episode 14”, or the words the show has for it; nothing where it says no number. `in_season`:
    it stands under its season's name."""
    _ = page.gettext
    if episode.number_display:
        return episode.number_display
    number = episode.number_exact or (str(episode.number) if episode.number else "")
    if not number:
        return ""
    if episode.season and show.type == "serial" and not in_season:
        return _("Season %(season)s, episode %(number)s") % {"season": episode.season, "number": number}
    return _("Episode %(number)s") % {"number": number}


def season_label(page: Page, number: int, name: str) -> str:
    words_ = page.gettext("Season %(number)s") % {"number": number}
    return page.gettext(WITH_LABEL) % {"label": words_, "name": name} if name else words_


def people(page: Page, persons: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Who is heard and who made it, with the role in the language of the page where we know its word."""
    return [
        {
            "name": str(one["name"]),
            "role": page.gettext(ROLES[role])
            if (role := str(one.get("role") or "host")) in ROLES
            else role.capitalize(),
            "link": str(one.get("link") or ""),
        }
        for one in persons
    ]


def places(page: Page, found: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Where it is about or was made, with its place on a map where one is known."""
    return [{"name": _place_name(page, one), "url": _map_url(one)} for one in found]


def licence(name: str, url: str | None) -> dict[str, str] | None:
    """A licence by name and address; those of Creative Commons have one each."""
    known = licence_link(name.replace("cc-", "CC ").replace("-4.0", " 4.0") if name.startswith("cc") else name)
    return {"text": known["text"], "url": url or known["url"]} if known else None


def apps(feed_url: str) -> list[dict[str, Any]]:
    """How apps are asked to subscribe to a feed's address: the schemes they register with the device."""
    bare = feed_url.partition("://")[2]
    quoted = quote(feed_url, safe="")
    return [
        {"name": "Apple Podcasts", "url": f"podcast://{bare}"},
        {"name": "Pocket Casts", "url": f"pktc://subscribe/{bare}"},
        {"name": "AntennaPod", "url": f"antennapod-subscribe://{bare}"},
        {"name": "Overcast", "url": f"overcast://x-callback-url/add?url={quoted}"},
        {"name": "Castro", "url": f"castros://{bare}"},
        {"name": "Podcast Addict", "url": f"podcastaddict://{bare}"},
    ]


def clock(seconds: float) -> str:
    """A place in the sound: 0:42, 1:02:03."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _place_name(page: Page, one: Mapping[str, Any]) -> str:
    code = str(one.get("country") or "")
    country = country_name(code, page.language) if code else ""
    name = str(one["name"])
    return name if not country or country in name else f"{name} ({country})"


def _map_url(one: Mapping[str, Any]) -> str:
    osm, geo = str(one.get("osm") or ""), str(one.get("geo") or "")
    if osm[:1] in _OSM and osm[1:].isdecimal():
        return f"https://www.openstreetmap.org/{_OSM[osm[0]]}/{osm[1:]}"
    if geo.startswith("geo:"):
        latitude, _, longitude = geo.removeprefix("geo:").partition(";")[0].partition(",")
        return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude.partition(',')[0]}#map=11/{latitude}/{longitude.partition(',')[0]}"
    return ""
