"""Who registered: found by state, date, place or language, searched by name or address, and in numbers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi.responses import Response

from publisher.languages import LANGUAGES, country_name, language_name, zone_city
from publisher.web.public.paging import shown_page
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import narrowing, registered
from publisher.web.studio.webinars.finding import (
    called,
    date_url,
    frame_of,
    own_title,
    series_at,
    series_url,
    shortly,
)
from publisher.web.studio.webinars.registered import STATES, Chosen, Found
from publisher.web.studio.webinars.tabs import tabs_of
from publisher.webinars import attendance, programme, times
from publisher.webinars.models import Registration, RegistrationState, Seat, Series, Webinar, WebinarState

PER_PAGE = 50
SEATS = {"coming": "coming", "recording": "wants the recording", "away": "cannot come"}
#: What calendar programs answered, RFC 5545 §3.2.12.
ANSWERED = {"ACCEPTED": "", "DECLINED": "their calendar says no", "TENTATIVE": "their calendar says perhaps"}
SOURCES = {"staff": "added by staff", "import": "imported", "api": "by a program", "link": "by a link in a letter"}
#: What can be done with ticked ones, by the state that is looked at.
VERBS = {
    "": [("approve", "Let in"), ("decline", "Decline"), ("cancel", "Cancel")],
    RegistrationState.ASKED: [("approve", "Let in"), ("decline", "Decline")],
    RegistrationState.DECLINED: [("approve", "Let in after all")],
    RegistrationState.CANCELLED: [("return", "Take the cancellation back")],
    RegistrationState.REGISTERED: [("cancel", "Cancel")],
}
USUAL = [("decline", "Decline"), ("cancel", "Cancel")]


def show(desk: Desk, slug: str, asking: dict[str, Any] | None = None) -> Response:
    """GET …/registrations?date=&state=&zone=&country=&language=&page="""
    series = series_at(desk.session, slug)
    dates = _dates(desk, series)
    chosen = Chosen.asked(desk, dates)
    number = shown_page(desk.page.request)
    total = registered.count(desk.session, series, chosen)
    found = registered.page(desk.session, series, chosen, PER_PAGE, (number - 1) * PER_PAGE)
    here = f"{series_url(series)}/registrations"
    return _drawn(
        desk,
        series,
        dates,
        chosen,
        found,
        sentence=words.counted(total, "registration").capitalize(),
        pages=words.pages(here, chosen.pairs(), number, total, PER_PAGE),
        asking=asking,
    )


def find(desk: Desk, slug: str) -> Response:
    """POST …/registrations: q. By POST, so that no address of ours holds somebody's name or address."""
    series = series_at(desk.session, slug)
    typed = desk.form.one("q")[:200]
    if not typed:
        return desk.go(f"{series_url(series)}/registrations")
    dates = _dates(desk, series)
    chosen = replace(Chosen.asked(desk, dates), text=typed)
    found = registered.page(desk.session, series, chosen, PER_PAGE, 0)
    total = registered.count(desk.session, series, chosen)
    more = f", the first {PER_PAGE} of them here" if total > PER_PAGE else ""
    sentence = f"{words.counted(total, 'registration').capitalize()} with “{typed}”{more}"
    return _drawn(desk, series, dates, chosen, found, sentence=sentence, q=typed)


def _drawn(
    desk: Desk,
    series: Series,
    dates: dict[int, Webinar],
    chosen: Chosen,
    found: Sequence[Found],
    *,
    sentence: str,
    pages: dict[str, str] | None = None,
    q: str = "",
    asking: dict[str, Any] | None = None,
) -> Response:
    here = f"{series_url(series)}/registrations"
    numbers = registered.numbers(desk.session, series, chosen.date)
    date = dates.get(chosen.date)
    seats = registered.seats_of(desk.session, [one.registration.id or 0 for one in found])
    return desk.show(
        "webinars/registrations.html",
        "webinars",
        series=frame_of(series),
        tabs=tabs_of(desk, series, "registrations", registered=numbers.states.get(RegistrationState.REGISTERED, 0)),
        here=here,
        query=chosen.query(),
        state_text=_state_text(numbers.states),
        date=_date(desk, series, date, numbers) if date else None,
        q=q,
        sentence=sentence,
        chosen=narrowing.chips(series, chosen, dates, desk, here),
        menus=narrowing.menus(series, chosen, dates, desk, here, numbers),
        people=[_row(desk, series, dates, one, seats.get(one.registration.id or 0, {}), date) for one in found],
        verbs=VERBS.get(chosen.state, USUAL),
        asking=asking,
        pages=pages or {"previous_url": "", "next_url": "", "text": ""},
        charts=narrowing.charts(numbers),
        add=_add(desk, series, dates, here, chosen),
        csv_url=f"{here}.csv{chosen.query()}",
        message_url=f"{series_url(series)}/message{f'?date={chosen.date}' if chosen.date else ''}",
        nobody=not numbers.states,
    )


def _dates(desk: Desk, series: Series) -> dict[int, Webinar]:
    """The dates people can have seats at, by id."""
    rows = programme.webinars_of(desk.session, series)
    return {one.id or 0: one for one in rows if one.state != WebinarState.DRAFT}


def _state_text(states: dict[str, int]) -> str:
    """“184 registered, 12 wait for an answer, 3 on the waiting list”."""
    said = {
        RegistrationState.REGISTERED: "registered",
        RegistrationState.ASKED: "waiting for your answer",
        RegistrationState.WAITING: "on the waiting list",
        RegistrationState.PENDING: "not confirmed",
    }
    parts = [f"{words.figure(states[state])} {text}" for state, text in said.items() if states.get(state)]
    return words.sentence(*parts) or "Nobody has registered yet"


def _date(desk: Desk, series: Series, date: Webinar, numbers: registered.Numbers) -> dict[str, Any]:
    """The date that is looked at: who comes, and, once it was held, who came."""
    state = times.state_of(date, desk.now)
    seats, here = numbers.seats, date_url(series, date)
    facts = [
        f"{words.figure(seats.get('coming', 0))} coming",
        f"{words.figure(seats['recording'])} want the recording" if seats.get("recording") else "",
        f"{words.figure(seats['away'])} cannot come" if seats.get("away") else "",
        f"{words.figure(series.capacity)} places" if series.capacity is not None else "",
    ]
    if state == "live":
        facts.insert(0, f"{words.figure(attendance.present(desk.session, date))} there now")
    if state == "held":
        came = numbers.attended
        facts = [
            f"{words.figure(came.get('yes', 0))} came",
            f"{words.figure(came['probable'])} probably came" if came.get("probable") else "",
            f"{words.figure(came['no'])} did not" if came.get("no") else "",
            f"{words.figure(came[''])} nobody knows of" if came.get("") else "",
        ]
    return {
        "title": own_title(series, date),
        "when": desk.in_words(date.starts_at),
        "state": state,
        "facts": facts,
        "url": f"{here}/afterwards" if state == "held" else here,
        "url_text": "Afterwards" if state == "held" else "The date",
    }


def _row(
    desk: Desk, series: Series, dates: dict[int, Webinar], found: Found, seats: dict[int, Seat], date: Webinar | None
) -> dict[str, Any]:
    one = found.registration
    state, label = STATES[one.state]
    asked = [(str(q["label"]), str(one.answers[q["key"]])) for q in series.questions if one.answers.get(q["key"])]
    return {
        "id": one.id,
        "name": one.name or found.email or "Somebody who was erased",
        "email": found.email if one.name else "",
        "facts": [
            one.organisation,
            country_name(one.country, "en") if one.country else "",
            "" if one.zone == "UTC" else f"{zone_city(one.zone, 'en')} time",
            language_name(one.language, "en") if one.language != series.language else "",
            _seat(seats.get(date.id or 0)) if date else _seats(series, dates, seats, one),
            _answered(one, seats.get(date.id or 0) if date else None),
            "no mail about it" if one.muted_at else "",
            SOURCES.get(one.source, ""),
        ],
        "answers": asked,
        "waits": one.state == RegistrationState.ASKED,
        "state": state,
        "state_label": label,
        "moment": desk.moment(one.cancelled_at or one.registered_at or one.asked_at),
    }


def _answered(one: Registration, seat: Seat | None) -> str:
    """What their calendar said, of the date that is looked at or of all."""
    return ANSWERED.get((seat.partstat if seat else "") or one.partstat, "")


def _seat(seat: Seat | None) -> str:
    """“coming”, “came, 52 minutes”."""
    if seat is None:
        return "not at this date"
    if seat.attended in ("yes", "no"):
        said = "came" if seat.attended == "yes" else "did not come" if not seat.minutes else "left early"
        return f"{said}, {words.counted(seat.minutes, 'minute')}" if seat.minutes else said
    return "pressed the button to come in" if seat.attended == "probable" else SEATS.get(seat.state, "")


def _seats(series: Series, dates: dict[int, Webinar], seats: dict[int, Seat], one: Registration) -> str:
    """Of a series: “4 of 6 dates”; where they come to all of them, nothing."""
    standing = [number for number, date in dates.items() if date.state != WebinarState.CANCELLED]
    mine = [seats[number] for number in standing if number in seats]
    if mine and all(seat.state == "recording" for seat in mine):
        return "wants the recording"
    coming = sum(seat.state == "coming" for seat in mine)
    if series.is_single or (one.is_whole and coming == len(standing)):
        return ""
    return f"{words.figure(coming)} of {words.counted(len(standing), 'date')}"


def _add(desk: Desk, series: Series, dates: dict[int, Webinar], here: str, chosen: Chosen) -> dict[str, Any] | None:
    """The form to add somebody; none where there is no date ahead."""
    ahead = {number: one for number, one in dates.items() if times.state_of(one, desk.now) in ("announced", "live")}
    if not ahead:
        return None
    picked = [str(chosen.date)] if chosen.date in ahead else [str(number) for number in ahead]
    values = {
        "email": "",
        "name": "",
        "organisation": "",
        "country": "",
        "language": series.language,
        "zone": series.zone,
        "wants": "coming",
        "webinars": picked,
    }
    return {
        "form": desk.filled(values, f"{here}/add"),
        "dates": [] if series.is_single else [(str(number), f"{shortly(desk, one)}  {called(series, one)}") for number, one in ahead.items()],
        "countries": [("", "not known"), *words.countries()],
        "languages": words.language_options(*LANGUAGES, series.language),
        "zones": words.zones(),
        "wants": [("coming", "They come")] + ([("recording", "They want the recording")] if series.is_recorded else []),
    }  # fmt: skip
