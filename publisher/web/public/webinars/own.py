"""One's own page of a registration: dates in one's own time, the way in, calendar, questions, what is left afterwards.

The link to it stands in mails, which get forwarded: the address is masked, and all that can be done here can be taken back here.
"""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from publisher.errors import BadInput, Conflict
from publisher.languages import N_
from publisher.web.forms import Filled, Posted, Sent
from publisher.web.page import Page, changing, looking
from publisher.web.public import choices
from publisher.web.public.webinars.dates import context_of_dates
from publisher.web.public.webinars.finding import series_path
from publisher.webinars import adding, booking, programme, questions, quiet
from publisher.webinars import changing as dates_
from publisher.webinars.booking import Page as Booked
from publisher.webinars.facts import facts_of
from publisher.webinars.models import Registration, RegistrationState, Webinar

#: What a page says after a button, by the word in its address.
SAID = {
    "dates": N_("Saved. If your dates changed, a new invitation is on its way to your calendar."),
    "settings": N_("Saved."),
    "question": N_("Thank you. Your question is with those who lead the conversation."),
    "vote": N_("Noted."),
    "cancelled": N_("Cancelled. The entries in your calendar are taken out by the mail that is on its way."),
    "back": N_("You are back. The mail with the invitation is on its way."),
    "quiet": N_("No more mail about this webinar. Your place stays yours."),
    "loud": N_("Reminders and news of this webinar come again."),
}
_STATES = {
    RegistrationState.PENDING: (N_("Your address has not said yes yet. The mail we sent has a button for it."), "warn"),
    RegistrationState.ASKED: (N_("The organisers look at your request, and write to you."), "info"),
    RegistrationState.DECLINED: (N_("The organisers could not give you a place this time."), "warn"),
    RegistrationState.CANCELLED: (N_("This registration is cancelled."), "warn"),
}
NO_SUCH = N_("There is no such button.")
FIELDS = {"text": "text", "zone": "zone", "dates": ""}


def show(request: Request, token: str) -> Response:
    """GET /webinars/mine/<token>; `?said=` right after a button."""
    with looking(request) as page:
        return _show(page, token, Filled())


def press(request: Request, token: str, what: str, form: Sent) -> Response:
    """POST /webinars/mine/<token>/<dates|settings|question|vote|quiet|cancel|back>"""
    with changing(request) as page:
        registration = booking.open_registration(page.session, page.house, token, now=page.now)
        page = page.preferring(registration.language)
        if what not in _BUTTONS:
            raise BadInput(NO_SUCH)
        try:
            said = _BUTTONS[what](page, registration, form)
        except (BadInput, Conflict) as error:
            page.session.rollback()
            return _show(page, token, _wrong(page, error, form), 422 if isinstance(error, BadInput) else 409)
        return page.go(f"/webinars/mine/{token}", said=said)


def _show(page: Page, token: str, form: Filled, status: int = 200) -> Response:
    registration = booking.open_registration(page.session, page.house, token, now=page.now)
    page = page.preferring(registration.language)
    booked = booking.open_page(page.session, page.house, token, now=page.now, language=page.language)
    return page.show("web/public/webinar_mine.html", status, **_context(page, booked, token, form))


def _context(page: Page, booked: Booked, token: str, form: Filled) -> dict[str, Any]:
    registration = booked.registration
    said = page.request.query_params.get("said", "")
    state = programme.state_of_series([one.webinar for one in booked.dates], page.now) if booked.dates else "draft"
    return {
        "token": token,
        "here": f"/webinars/mine/{token}",
        "title": booked.words.title,
        "language_of_title": booked.words.language,
        "masked": page.address(booked.masked),
        "public_url": page.link(series_path(booked.series)),
        "said": page.gettext(SAID[said]) if said in SAID and not form.errors else "",
        "state": registration.state,
        "state_note": _state_note(page, booked),
        "is_single": booked.series.is_single,
        "is_recorded": booked.series.is_recorded,
        "is_held": state == "held",
        "is_muted": booked.is_muted,
        "can_cancel": booked.can_cancel,
        "can_come_back": booked.can_come_back,
        "facts": facts_of(booked.series, page.language, registered=registration.state == RegistrationState.REGISTERED),
        "feed": adding.subscribe(booked.calendar_url),
        "certificate_url": page.link(_path(page, booked.certificate_url)) if booked.certificate_url else "",
        "form": Filled(_settings(registration) | dict(form.values), form.errors),
        "zones": choices.zones(page, registration.zone),
        **context_of_dates(page, booked, token),
    }


def _state_note(page: Page, booked: Booked) -> tuple[str, str] | None:
    """A sentence where they are not simply registered, and its tone."""
    state = RegistrationState(booked.registration.state)
    if state == RegistrationState.WAITING:
        words = page.gettext("You are number %(number)s on the waiting list. You move up when a place becomes free.")
        return words % {"number": booked.position or "–"}, "info"
    if state not in _STATES:
        return None
    sentence, tone = _STATES[state]
    return page.gettext(sentence), tone


def _settings(registration: Registration) -> dict[str, Any]:
    return {"zone": registration.zone, "reminded_by": registration.reminded_by, "text": "", "anonymous": False}


def _wrong(page: Page, error: BadInput | Conflict, form: Posted) -> Filled:
    place = FIELDS.get(error.field or "", "") if isinstance(error, BadInput) else ""
    return Filled({name: form.one(name) for name in ("text", "zone") if form.one(name)}, {place: page.why(error)})


def _path(page: Page, url: str) -> str:
    return url.removeprefix(page.house.settings.url(""))


def _dates(page: Page, registration: Registration, form: Posted) -> str:
    """`date-<id>`: coming | recording | away, for as many dates as the form has; one letter for all of them."""
    chosen = {
        int(name.removeprefix("date-")): form.one(name)
        for name in form.data
        if name.startswith("date-") and name.removeprefix("date-").isdecimal() and len(name) < 15
    }
    dates_.choose(page.session, page.house, registration, chosen, now=page.now)
    return "dates"


def _set(page: Page, registration: Registration, form: Posted) -> str:
    quiet.move_zone(page.session, registration, form.one("zone"), now=page.now)
    quiet.set_reminded_by(page.session, page.house, registration, form.one("reminded_by", "mail"), now=page.now)
    return "settings"


def _ask(page: Page, registration: Registration, form: Posted) -> str:
    webinar = _webinar(page, registration, form)
    questions.ask(
        page.session, registration, webinar, form.one("text"), now=page.now, is_anonymous=form.ticked("anonymous")
    )
    return "question"


def _vote(page: Page, registration: Registration, form: Posted) -> str:
    webinar, number = _webinar(page, registration, form), form.one("question")
    question = questions.get(page.session, webinar, int(number) if number.isdecimal() and len(number) < 10 else 0)
    questions.vote(page.session, registration, question, wants=not form.ticked("not"))
    return "vote"


def _webinar(page: Page, registration: Registration, form: Posted) -> Webinar:
    """The date a button is about: one of the registration's series."""
    webinar = programme.webinar_by_slug(page.session, form.one("date"))
    if webinar.series_id != registration.series_id:
        raise BadInput(NO_SUCH)
    return webinar


def _quiet(page: Page, registration: Registration, form: Posted) -> str:
    if form.ticked("again"):
        quiet.unmute(page.session, registration, now=page.now)
        return "loud"
    quiet.mute(page.session, registration, now=page.now)
    return "quiet"


def _cancel(page: Page, registration: Registration, _form: Posted) -> str:
    dates_.cancel(page.session, page.house, registration, now=page.now)
    return "cancelled"


def _come_back(page: Page, registration: Registration, _form: Posted) -> str:
    dates_.come_back(page.session, page.house, registration, now=page.now)
    return "back"


_BUTTONS = {
    "dates": _dates, "settings": _set, "question": _ask, "vote": _vote, "quiet": _quiet, "cancel": _cancel, "back": _come_back,
}  # fmt: skip
