"""One date: its words and agenda, who speaks, the rehearsal, papers, its room."""

from datetime import timedelta
from typing import Any

from fastapi.responses import Response
from sqlmodel import Session, col, func, select

from publisher.languages import zone_city
from publisher.staff import trail
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import papers, speakers
from publisher.web.studio.webinars.finding import called, date_at, date_url, frame_of, series_url
from publisher.web.studio.webinars.panel import letter_lines
from publisher.web.studio.webinars.said_in_lines import agenda_of, agenda_text, texts_typed, texts_values, tongues_of
from publisher.web.studio.webinars.standing import STATES, moment, seats_at, when
from publisher.web.studio.webinars.tabs import tabs_of
from publisher.webinars import addresses, dates, times
from publisher.webinars.dates import DateShape
from publisher.webinars.models import Mailing, Series, Webinar, WebinarState

NAMES = {"texts": "title"}
PARTS = ("title", "summary", "description")


def show(desk: Desk, slug: str, number: int) -> Response:
    """GET /studio/webinars/<slug>/dates/<id>"""
    series, webinar = date_at(desk.session, slug, number)
    here, state = date_url(series, webinar), times.state_of(webinar, desk.now)
    tone, label = STATES[state]
    tongues = tongues_of(series.language, {**series.texts, **webinar.texts})
    return desk.show(
        "webinars/date.html",
        "webinars",
        series=frame_of(series),
        date={
            "url": here,
            "id": webinar.id,
            "title": _title(desk.session, series, webinar),
            "state": tone,
            "state_label": label,
            "when": when(desk, webinar),
            "minutes": webinar.minutes,
            "number_text": _number_text(desk.session, series, webinar),
            "public_url": addresses.page(desk.house, webinar) if webinar.state != WebinarState.DRAFT else "",
            "is_single": series.is_single,
            "is_open": state in ("draft", "announced", "live"),
            "is_held": state == "held",
            "note": webinar.note,
            "move_url": f"{series_url(series)}?move={webinar.id}#date-{webinar.id}" if state in ("draft", "announced") else "",
            "cancel_url": f"{series_url(series)}?cancel={webinar.id}#date-{webinar.id}"
            if state in ("announced", "live") and not series.is_single
            else "",
        },
        tabs=tabs_of(desk, series, "dates"),
        form=desk.filled(_values(webinar, [code for code, _ in tongues]), here, NAMES),
        otherwise={"title": series.title, "summary": series.summary, "room": series.room_url, "server": series.room_kind == "bigbluebutton"},
        tongues=tongues,
        agenda_places=_agenda_clock(webinar),
        rehearsal=_rehearsal(desk, series, webinar, here),
        facts=seats_at(desk.session, [webinar.id])[webinar.id or 0].facts(series.capacity),
        letters=_letters(desk, webinar),
        history=[
            {"text": f"{one.what} {one.who}", "moment": desk.moment(one.at)}
            for one in trail.of(desk.session, f"webinar:{webinar.id}", limit=10)
        ],
        **speakers.of_page(desk, series, webinar),
        **papers.of_page(desk, series, webinar),
    )  # fmt: skip


def save(desk: Desk, slug: str, number: int) -> Response:
    """POST /studio/webinars/<slug>/dates/<id>: its words, agenda and room."""
    series, webinar = date_at(desk.session, slug, number)
    changed = dates.edit(desk.session, desk.house, webinar, _shape(desk, series, webinar), now=desk.now)
    if changed:
        desk.note(f"webinar:{number}", "Wrote its words.")
    return desk.go(date_url(series, webinar), "Saved." if changed else "Nothing was different.")


def rehearse(desk: Desk, slug: str, number: int) -> Response:
    """POST /studio/webinars/<slug>/dates/<id>/rehearsal: rehearsal, length; verb set|off."""
    series, webinar = date_at(desk.session, slug, number)
    here = f"{date_url(series, webinar)}#rehearsal"
    off = desk.form.one("verb") == "off"
    wall = None if off else times.read_wall(desk.form.one("rehearsal"), "rehearsal")
    length: Any = webinar.rehearsal_minutes if off else desk.form.one("length")  # the room reads the number
    changed = dates.rehearsal(desk.session, desk.house, webinar, wall, minutes=length, now=desk.now)
    if not changed:
        return desk.go(here, "It stands so already.", "info")
    said = "Called the rehearsal off." if off else f"The rehearsal is {_rehearsed(desk, webinar)}."
    desk.note(f"webinar:{number}", said)
    return desk.go(here, said)


def _values(webinar: Webinar, codes: list[str]) -> dict[str, Any]:
    said = dates.shape_of(webinar)
    own = {part: getattr(said, part) for part in PARTS}
    return {**own, **texts_values(said.texts, codes), "agenda": agenda_text(said.agenda), "room_url": said.room_url}


def _shape(desk: Desk, series: Series, webinar: Webinar) -> DateShape:
    form = desk.form
    codes = [code for code, _ in tongues_of(series.language, {**series.texts, **webinar.texts})]
    return DateShape(
        title=form.one("title"),
        summary=form.one("summary"),
        description=form.whole("description"),
        texts=texts_typed(form, codes),
        agenda=agenda_of(form.whole("agenda")),
        room_url=form.one("room_url"),
    )


def _title(session: Session, series: Series, webinar: Webinar) -> str:
    """A date without a title of its own says which it is."""
    said = called(series, webinar)
    number = _number_text(session, series, webinar)
    return f"{said}, {number}" if said == series.title and number else said


def _number_text(session: Session, series: Series, webinar: Webinar) -> str:
    if series.is_single:
        return ""
    total = session.exec(select(func.count()).where(col(Webinar.series_id) == series.id)).one()
    return f"{webinar.number} of {total}"


def _agenda_clock(webinar: Webinar) -> str:
    """What the minutes mean."""
    return f"One a line: minutes from the start, what, and who. “10 What play does — Amara Diallo”. It lasts {webinar.minutes} minutes."


def _rehearsal(desk: Desk, series: Series, webinar: Webinar, here: str) -> dict[str, Any]:
    """When it is, and what setting it does."""
    proposed = times.said(times.read_wall(webinar.wall) - timedelta(days=2))
    values = {"rehearsal": webinar.rehearsal_wall or proposed, "length": str(webinar.rehearsal_minutes)}
    is_set = webinar.rehearsal_at is not None
    return {
        "form": desk.filled(values, f"{here}/rehearsal", {"minutes": "length"}),
        "is_set": is_set,
        "text": f"{_rehearsed(desk, webinar)}, {webinar.rehearsal_minutes} minutes" if is_set else "",
        "is_over": webinar.rehearsal_at is not None and webinar.rehearsal_at <= desk.now,
        "zone_text": f"By the clock of {zone_city(webinar.zone, 'en')}.",
        "does": speakers.who_rehearses(desk, series, webinar),
    }


def _rehearsed(desk: Desk, webinar: Webinar) -> str:
    return moment(desk, webinar.rehearsal_at, webinar.zone)["text"] if webinar.rehearsal_at else ""


def _letters(desk: Desk, webinar: Webinar) -> list[dict[str, Any]]:
    """What waits to go out about this date."""
    which = select(Mailing).where(
        col(Mailing.webinar_id) == webinar.id, col(Mailing.state).in_(("waiting", "planning"))
    )
    rows = desk.session.exec(which.order_by(col(Mailing.due_at), col(Mailing.id)).limit(8))
    return letter_lines(desk, rows)
