"""The forms by which dates change, each with what it will do in numbers: one at a time beside its date, and those of the whole."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from publisher.languages import zone_city
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import consequences
from publisher.web.studio.webinars.finding import series_url
from publisher.webinars import times
from publisher.webinars.models import Series, Webinar, WebinarState

#: Fields of the forms that the room calls otherwise.
NAMES = {"rehearsal": "starts"}
OF_DATE = ("move", "cancel", "remove")


def of_date(desk: Desk, series: Series, webinar: Webinar) -> dict[str, Any] | None:
    """The form that is open beside this date; None where none is."""
    verb = _asked(desk, webinar)
    if not verb or not desk.may("editor"):
        return None
    here = series_url(series)
    only = {"verb": verb, "date": webinar.id}
    base = {"verb": verb, "action": f"{here}/dates", "date": webinar.id, "back": f"{here}#date-{webinar.id}"}
    match verb:
        case "move":
            values = {"starts": webinar.wall, "minutes": str(webinar.minutes), "note": ""}
            return base | {
                "title": "Move it",
                "text": consequences.of_move(desk, series, webinar),
                "form": desk.filled(values, f"{here}/dates", NAMES, **only),
                "zone_text": f"By the clock of {zone_city(webinar.zone, 'en')}.",
                "button": "Move it",
                "can_note": webinar.state != WebinarState.DRAFT,
            }
        case "cancel":
            return base | {
                "title": "Call it off",
                "text": consequences.of_calling_off(desk, series, [webinar]),
                "form": desk.filled({"note": ""}, f"{here}/dates", NAMES, **only),
                "button": "Call it off",
                "can_note": True,
            }
    return base | {
        "title": "Take this date out",
        "text": "It is a draft: nobody has seen it. Its words and agenda are gone for good.",
        "form": desk.filled({}, f"{here}/dates", NAMES, **only),
        "button": "Take it out",
        "can_note": False,
    }


def of_series(desk: Desk, series: Series, dates: Sequence[Webinar]) -> dict[str, Any]:
    """What can be done with the whole: publish, add, zone, off, remove; each {text, form, …} or None."""
    if not desk.may("editor"):
        return dict.fromkeys(("publish", "add", "zone", "off", "remove"))
    here = f"{series_url(series)}/dates"
    drafts = [one for one in dates if one.state == WebinarState.DRAFT]
    coming = [one for one in dates if one.state != WebinarState.CANCELLED and one.starts_at > desk.now]
    left = [one for one in dates if times.state_of(one, desk.now) in ("draft", "announced", "live")]
    is_draft = len(drafts) == len(dates)
    return {
        "publish": {"text": consequences.of_publishing(series, drafts)} if drafts and is_draft else None,
        "add": None if series.is_single else _adding(desk, series, dates, here),
        "zone": _zone(desk, series, coming, here) if coming else None,
        "off": {
            "title": "Call it off" if series.is_single else "Call off what is left",
            "text": consequences.of_calling_off(desk, series, left),
            "form": desk.filled({"note": ""}, here, NAMES, verb="cancel_all"),
        }
        if left and not is_draft
        else None,
        "remove": {
            "text": f"{words.counted(len(dates), 'date').capitalize()} with their words are gone for good. Nobody has seen them."
        }
        if is_draft
        else None,
    }


def _adding(desk: Desk, series: Series, dates: Sequence[Webinar], here: str) -> dict[str, Any]:
    values = {"starts": _after_the_last(dates), "minutes": str(dates[-1].minutes if dates else 60), "note": ""}
    return {
        "text": consequences.of_adding(desk, series, dates),
        "form": desk.filled(values, here, NAMES, verb="add"),
        "zone_text": f"By the clock of {zone_city(series.zone, 'en')}.",
        "can_note": any(one.state != WebinarState.DRAFT for one in dates),
    }


def _after_the_last(dates: Sequence[Webinar]) -> str:
    """Where the next date would stand if it follows the last as that one followed the one before."""
    walls = sorted(times.read_wall(one.wall) for one in dates)
    if not walls:
        return ""
    step = walls[-1] - walls[-2] if len(walls) > 1 else timedelta(days=7)
    return times.said(walls[-1] + (step or timedelta(days=7)))


def _zone(desk: Desk, series: Series, coming: Sequence[Webinar], here: str) -> dict[str, Any]:
    form = desk.filled({"zone": series.zone, "note": ""}, here, NAMES, verb="zone")
    options = words.zones()
    present = [] if series.zone in dict(options) else [(series.zone, series.zone)]
    return {
        "text": consequences.of_zone(desk, series, coming),
        "form": form,
        "zones": [*present, *options],
        "now": zone_city(series.zone, "en"),
        "can_note": any(one.state == WebinarState.ANNOUNCED for one in coming),
    }


def _asked(desk: Desk, webinar: Webinar) -> str:
    """Which form of this date was asked for by its address, or sent and refused."""
    if desk.refusal is not None:
        return (
            desk.form.one("verb")
            if desk.form.one("date") == str(webinar.id) and desk.form.one("verb") in OF_DATE
            else ""
        )
    wanted = next((verb for verb in OF_DATE if desk.asked(verb) == str(webinar.id)), "")
    state = times.state_of(webinar, desk.now)
    fits = {"move": ("draft", "announced", "live"), "cancel": ("announced", "live"), "remove": ("draft",)}
    return wanted if wanted and state in fits[wanted] else ""
