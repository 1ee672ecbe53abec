"""A webinar as a page shows it: the words around its title, in the language of the page."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from publisher import markdown
from publisher.languages import LANGUAGES, N_, direction, join_list, language_name, own_name, time_in_words
from publisher.media.models import MediaFile
from publisher.web.page import Page
from publisher.web.public.webinars.finding import Found, series_path, webinar_path
from publisher.web.public.webinars.when import when_of
from publisher.webinars import times, words
from publisher.webinars.facts import facts_of
from publisher.webinars.models import Series, Speaker, Webinar

ROLES = {"speaker": N_("Speaker"), "host": N_("Host"), "interpreter": N_("Interpreter")}
STATES = {"live": N_("On now"), "held": N_("Over"), "cancelled": N_("Called off")}
#: What a state looks like: the tones of the components.
TONES = {"live": "live", "held": "", "cancelled": "bad"}
RECORDED = N_(
    "This webinar is recorded, and the recording is shared. Whoever speaks or turns a camera on can be heard and seen in it."
)
"""The sentence beside the button: what somebody agrees to, kept with their registration."""


def card(page: Page, found: Found) -> dict[str, Any]:
    """What the page is about: a date, or a series as a whole."""
    said = words_of(page, found)
    series = found.series
    return {
        "title": said.title,
        "summary": said.summary,
        "language": said.language,
        "direction": direction(said.language),
        "description_html": html(said.description),
        "url": page.link(found.path),
        "absolute_url": page.house.settings.url(found.path),
        "series": series_link(page, series) if found.webinar and not series.is_single else None,
        "number_text": _number_text(page, found),
        "organiser": found.identity.name,
        "is_cohort": series.list_id is not None,
        "facts": facts_of(series, page.language),
        "recorded": page.gettext(RECORDED) if series.is_recorded else "",
        "picture": picture(found.picture(series.picture_id)),
    }


def words_of(page: Page, found: Found) -> words.Words:
    if found.webinar is None:
        return words.of_series(found.series, page.language)
    return words.of_webinar(found.series, found.webinar, page.language)


def line(page: Page, series: Series, webinar: Webinar, *, zone: str = "", in_series: bool = False) -> dict[str, Any]:
    """A date in a list. `in_series`: under its series' name, so that a date without a title of its own says its number."""
    said = words.of_webinar(series, webinar, page.language)
    state = times.state_of(webinar, page.now)
    has_own = bool(webinar.title or webinar.texts)
    number = page.gettext("Date %(number)s") % {"number": webinar.number}
    return {
        "title": said.title if has_own or not in_series else number,
        "number": number if in_series and has_own else "",
        "summary": webinar.summary if in_series and not webinar.texts else said.summary,
        "language": said.language if has_own or not in_series else page.language,
        "url": page.link(webinar_path(webinar)),
        "series": series_link(page, series) if not series.is_single and not in_series else None,
        "when": when_of(page, webinar, zone),
        "starts_at": webinar.starts_at,
        "state": state,
        "state_label": page.gettext(STATES[state]) if state in STATES else "",
        "tone": TONES.get(state, ""),
        "spoken": "" if in_series else _spoken(page, series),
        "recording_url": page.link(f"{webinar_path(webinar)}/recording") if has_recording(webinar) else "",
        "more": "",
        "note": webinar.note if state in ("cancelled",) or webinar.moved_from else "",
    }


def _spoken(page: Page, series: Series) -> str:
    return join_list([language_name(str(one), page.language) for one in series.spoken], page.language)


def series_link(page: Page, series: Series) -> dict[str, str]:
    said = words.of_series(series, page.language)
    return {"title": said.title, "language": said.language, "url": page.link(series_path(series))}


def has_recording(webinar: Webinar) -> bool:
    return bool(webinar.recording_url or webinar.recording_id)


def html(text: str) -> Markup:
    return Markup(markdown.to_html(text))  # noqa: S704 - sanitised there


def people(page: Page, found: Found) -> list[dict[str, Any]]:
    """Who speaks, hosts and interprets."""
    return [person(page, one, found.picture(one.picture_id)) for one in found.speakers]


def person(page: Page, one: Speaker, media: MediaFile | None) -> dict[str, Any]:
    return {
        "name": one.name,
        "organisation": one.organisation,
        "role": page.gettext(ROLES.get(one.role, ROLES["speaker"])),
        "is_speaker": one.role == "speaker",
        "bio_html": html(one.bio),
        "language": one.language,
        "picture": picture(media),
        "initials": "".join(word[0] for word in one.name.split()[:2] if word[:1].isalnum()).upper(),
    }


def agenda(page: Page, webinar: Webinar) -> list[dict[str, str]]:
    """What comes when, by the organiser's clock."""
    return [
        {
            "time": time_in_words(_after(webinar.starts_at, entry), webinar.zone, page.language),
            "iso": _after(webinar.starts_at, entry).isoformat(timespec="minutes"),
            "title": str(entry.get("title", "")),
            "by": str(entry.get("by", "")),
        }
        for entry in webinar.agenda
    ]


def picture(media: MediaFile | None) -> dict[str, Any] | None:
    """A picture of ours in the sizes pages use."""
    if media is None:
        return None
    sizes = {width: f"/media/{media.digest}/{width}.webp" for width in (160, 320, 640)}
    return {
        "url": sizes[320],
        "small": sizes[160],
        "srcset": ", ".join(f"{url} {width}w" for width, url in sizes.items()),
        "alt": media.alt,
        "credit": media.credit,
        "share": f"/media/{media.digest}/640.jpg",
        "width": media.width or 320,
        "height": media.height or 320,
    }


def tongues(found: Found, page: Page) -> list[dict[str, Any]]:
    """The page in each language it is described in; nothing where there is only one."""
    codes = words.languages_of(found.series)
    if len(codes) < 2:
        return []
    return [
        {
            "label": own_name(code),
            "language": code,
            "url": f"{found.path}?lang={code}",
            "current": code == page.language,
        }
        for code in codes
        if code in LANGUAGES
    ]


def _number_text(page: Page, found: Found) -> str:
    if found.webinar is None or found.series.is_single:
        return ""
    number = [one.id for one in found.dates].index(found.webinar.id) + 1
    return page.gettext("%(number)s of %(total)s") % {"number": number, "total": len(found.dates)}


def _after(starts: datetime, entry: Mapping[str, Any]) -> datetime:
    return starts + timedelta(minutes=int(entry.get("minute", 0) or 0))
