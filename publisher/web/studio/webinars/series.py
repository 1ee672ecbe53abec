"""One series: its dates with who registered, what can be done next with each, and how dates are added, moved and called off."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from fastapi.responses import Response
from sqlmodel import Session, col, func, select

from publisher.audience.models import MailingList
from publisher.languages import zone_city
from publisher.staff import trail
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import changes
from publisher.web.studio.webinars.finding import date_url, frame_of, series_at, series_url
from publisher.web.studio.webinars.panel import panel_of
from publisher.web.studio.webinars.standing import STATES, Seats, moment, seats_at, when
from publisher.web.studio.webinars.tabs import tabs_of
from publisher.webinars import programme, times
from publisher.webinars.models import Mailing, Registration, Series, Webinar, WebinarState
from publisher.webinars.words import of_webinar

#: From when on the page for the hour itself is what matters.
SOON = timedelta(minutes=45)
LATELY = timedelta(days=60)
NO_ROOM_DAYS = timedelta(days=7)


def show(desk: Desk, slug: str) -> Response:
    """GET /studio/webinars/<slug>; `?move=`, `?cancel=` or `?remove=` a date opens its form."""
    row = series_at(desk.session, slug)
    dates = programme.webinars_of(desk.session, row)
    state = programme.state_of_series(dates, desk.now)
    tone, label = STATES[state]
    seats = seats_at(desk.session, [one.id for one in dates])
    people = _people(desk.session, row)
    return desk.show(
        "webinars/series.html",
        "webinars",
        series=frame_of(row)
        | {
            "state": tone,
            "state_label": label,
            "state_text": _state_text(desk, row, dates),
            "is_single": row.is_single,
        },
        tabs=tabs_of(desk, row, "dates", registered=people.get("registered", 0)),
        step=_next_step(desk, row, dates),
        dates=[
            _line(desk, row, one, seats[one.id or 0], len(dates), same_length=_length(dates) is not None)
            for one in dates
        ],
        changes=changes.of_series(desk, row, dates),
        notices=_notices(desk, row, dates),
        people_text=_people_text(people),
        zones_chart=_zones(desk.session, row),
        side=panel_of(desk, row, dates),
        history=[
            {"text": f"{one.what} {one.who}", "moment": desk.moment(one.at)}
            for one in trail.of(desk.session, f"series:{slug}", limit=8)
        ],
    )


def _line(desk: Desk, row: Series, webinar: Webinar, seats: Seats, total: int, *, same_length: bool) -> dict[str, Any]:
    """A date: when, who comes, and what can be done next."""
    state = times.state_of(webinar, desk.now)
    said, at = of_webinar(row, webinar, row.language), when(desk, webinar)
    own, (tone, label) = bool(webinar.title), STATES[state]
    return {
        "id": webinar.id,
        "anchor": f"date-{webinar.id}",
        "title": said.title if own else at["text"],
        "url": date_url(row, webinar),
        "language": said.language if own else "en",
        "when": at if own else at | {"text": "", "there": ""},
        "facts": [
            at["there"] if not own else "",
            f"{webinar.number}\u00a0of\u00a0{total}" if not row.is_single else "",
            "" if same_length else f"{webinar.minutes} minutes",
            *(seats.facts(row.capacity) if state not in ("draft", "cancelled") else ()),
            _moved(desk, webinar) if state not in ("cancelled", "held") else "",
            webinar.note if state == "cancelled" else "",
        ],
        "state": tone,
        "state_label": label,
        "next": _next_of(desk, row, webinar, state),
        "can_move": state in ("draft", "announced"),
        "can_cancel": state in ("announced", "live") and not row.is_single,
        "can_remove": state == "draft" and total > 1,
        "change": changes.of_date(desk, row, webinar),
    }


def _length(dates: Sequence[Webinar]) -> int | None:
    """The minutes of all of them, where they are the same."""
    lengths = {one.minutes for one in dates}
    return lengths.pop() if len(lengths) == 1 else None


def _moved(desk: Desk, webinar: Webinar) -> str:
    if webinar.moved_from is None:
        return ""
    return f"moved from {moment(desk, webinar.moved_from, webinar.zone)['text']}"


def _next_of(desk: Desk, row: Series, webinar: Webinar, state: str) -> dict[str, str]:
    """What is done next with a date: {text, url}."""
    here = date_url(row, webinar)
    if state == "live" or (state == "announced" and webinar.starts_at - desk.now <= SOON):
        return {"text": "To the live page", "url": f"{here}/live"}
    if state == "held":
        return {"text": "Afterwards", "url": f"{here}/afterwards"}
    return {"text": "Prepare it", "url": here} if state in ("draft", "announced") else {"text": "", "url": ""}


def _next_step(desk: Desk, row: Series, dates: Sequence[Webinar]) -> dict[str, str] | None:
    """The next thing to do with the whole: {text, url}; publishing is a button of its own."""
    if any(one.state == WebinarState.DRAFT for one in dates):
        return {"text": "publish", "url": ""} if _is_draft(dates) else None
    for one in dates:
        state = times.state_of(one, desk.now)
        if state == "live" or (state == "announced" and one.starts_at - desk.now <= SOON):
            return {"text": "To the live page", "url": f"{date_url(row, one)}/live"}
    for one in dates:
        held = times.state_of(one, desk.now) == "held" and one.ends_at > desk.now - LATELY
        if held and one.followed_up_at is None:
            return {"text": "Afterwards", "url": f"{date_url(row, one)}/afterwards"}
    if any(times.state_of(one, desk.now) == "announced" for one in dates) and not _is_announced(desk.session, row):
        return {"text": "Announce it", "url": f"{series_url(row)}/announce"}
    return None


def _is_draft(dates: Sequence[Webinar]) -> bool:
    return all(one.state == WebinarState.DRAFT for one in dates)


def _is_announced(session: Session, row: Series) -> bool:
    which = select(Mailing.id).where(
        col(Mailing.series_id) == row.id, col(Mailing.kind) == "announcement", col(Mailing.state) != "cancelled"
    )
    return session.exec(which.limit(1)).first() is not None


def _notices(desk: Desk, row: Series, dates: Sequence[Webinar]) -> list[dict[str, Any]]:
    """What stands in the way: letters that are held, a date soon and no room."""
    held = select(Mailing).where(col(Mailing.series_id) == row.id, col(Mailing.state) == "held")
    found: list[dict[str, Any]] = [
        {
            "text": f"A letter is held ({one.kind}): {one.reason}",
            "tone": "bad",
            "retry": one.id,
            "url": "",
            "action": "",
        }
        for one in desk.session.exec(held.order_by(col(Mailing.due_at)).limit(5))
    ]
    near = [
        one
        for one in dates
        if times.state_of(one, desk.now) in ("announced", "live") and one.starts_at - desk.now < NO_ROOM_DAYS
    ]
    bare = [one for one in near if not one.room_url and not row.room_url and row.server_id is None]
    if bare:
        text = f"There is no room yet for {when(desk, bare[0])['text']}. Who registered cannot come in without one."
        found.append({"text": text, "tone": "warn", "retry": 0, "url": f"{series_url(row)}/settings#room", "action": "Give it a room"})  # fmt: skip
    return found


def _state_text(desk: Desk, row: Series, dates: Sequence[Webinar]) -> str:
    cohort = desk.session.get(MailingList, row.list_id) if row.list_id else None
    held = sum(times.state_of(one, desk.now) == "held" for one in dates)
    length = _length(dates)
    number = "One date" if row.is_single else words.counted(len(dates), "date")
    parts = (
        f"{number} of {words.counted(length, 'minute')}" if length else number,
        f"{words.figure(held)} held" if held and not row.is_single else "",
        f"for members of “{cohort.name}” only" if cohort else "" if row.is_listed else "not listed",
        f"by the clock of {zone_city(row.zone, 'en')}",
    )
    return words.sentence(*parts)


def _people(session: Session, row: Series) -> dict[str, int]:
    """Registrations by state."""
    which = select(Registration.state, func.count()).where(col(Registration.series_id) == row.id)
    return {state: int(number) for state, number in session.exec(which.group_by(col(Registration.state)))}


def _people_text(people: dict[str, int]) -> str:
    said = (
        ("registered", "registered"),
        ("waiting", "on the waiting list"),
        ("asked", "waiting for your answer"),
        ("pending", "not confirmed yet"),
        ("cancelled", "cancelled"),
        ("declined", "declined"),
    )
    return words.sentence(*(f"{words.figure(people[state])} {text}" for state, text in said if people.get(state)))


def _zones(session: Session, row: Series) -> list[dict[str, Any]]:
    """Where they are, by their clocks; nothing for so few, or so far apart, that a list says it better."""
    which = select(Registration.zone, func.count()).where(
        col(Registration.series_id) == row.id, col(Registration.state) == "registered"
    )
    counts = {zone: int(number) for zone, number in session.exec(which.group_by(col(Registration.zone)))}
    if sum(counts.values()) < 5 or max(counts.values()) < 2:
        return []
    return words.bars(counts, {zone: zone_city(zone, "en") for zone in counts}, most=8)
