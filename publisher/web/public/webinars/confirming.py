"""Saying yes to a registration: the page asks, the button does. And the way back to one's own page, for who lost the mail."""

from fastapi import Request
from fastapi.responses import Response

from publisher.audience import gate
from publisher.audience.gate import FormCheck
from publisher.errors import BadInput, Conflict
from publisher.languages import N_
from publisher.web.forms import Filled, Sent
from publisher.web.page import Page, changing, looking
from publisher.web.public.signing_up import ONCE_MORE
from publisher.web.public.webinars.finding import series_path
from publisher.web.public.webinars.when import in_words
from publisher.web.site import client_of
from publisher.webinars import addresses, booking, confirming, words
from publisher.webinars.confirming import Question
from publisher.webinars.models import Registration, RegistrationState, Series

MOST_DATES = 12
_AFTER = {
    RegistrationState.REGISTERED: (
        N_("You are registered"),
        N_("The mail with your link and the invitation for your calendar is on its way."),
    ),
    RegistrationState.ASKED: (N_("We have your request"), N_("The organisers look at it, and we write to you.")),
    RegistrationState.WAITING: (
        N_("You are on the waiting list"),
        N_("All places are taken. You move up when one becomes free, and we write to you at once."),
    ),
}


def confirm(request: Request, token: str) -> Response:
    """GET /webinars/confirm/<token>"""
    with looking(request) as page:
        asked = confirming.look(page.session, page.house, token, now=page.now)
        page = page.preferring(asked.language)
        _ = page.gettext
        if asked.is_done:
            return _is_done(page, asked.series)
        return page.show(
            "web/public/one_button.html",
            title=_("Is it you?"),
            sentence=_("%(address)s is to be registered for “%(title)s”.")
            % {"address": page.address(asked.masked), "title": _title(page, asked.series)},
            lines=_dates(page, asked),
            action=page.link(f"/webinars/confirm/{token}"),
            button_text=_("Yes, register me"),
            small=_("If it is not you, close this page. Nothing will be sent."),
        )


def confirm_now(request: Request, token: str) -> Response:
    """POST /webinars/confirm/<token>; twice is harmless. Whoever pressed it this minute is shown the way to their page."""
    with changing(request) as page:
        done = confirming.confirm(page.session, page.house, token, now=page.now)
        page = page.preferring(done.registration.language)
        return _confirmed(page, done.series, done.registration)


def ask(request: Request) -> Response:
    """GET /webinars/mine: the way in without the mail."""
    with looking(request) as page:
        return _asking(page, Filled({"email": ""}))


def mail_link(request: Request, form: Sent) -> Response:
    """POST /webinars/mine: the same answer whether we know the address or not."""
    with changing(request) as page:
        filled = Filled({"email": form.one("email")})
        check = gate.check_form(page.house.tokens, form.one("form_token"), form.one("website"), page.now)
        if check == FormCheck.AGAIN:
            return _asking(page, Filled(filled.values, {"": page.gettext(ONCE_MORE)}))
        try:
            if check == FormCheck.FINE:
                booking.mail_links(page.session, page.house, form.one("email"), ip=client_of(request), now=page.now)
        except BadInput as error:
            page.session.rollback()
            return _asking(page, filled.wrong(error, page.why(error), {"email": "email"}), 422)
        said = page.gettext("If %(address)s is registered for a webinar, a letter with the link is on its way.")
        return page.show(
            "web/public/done.html",
            title=page.gettext("Look in your inbox"),
            sentence=said % {"address": page.address(form.one("email")[:200])},
            links=[{"text": page.gettext("What is to come"), "url": page.link("/webinars")}],
        )


def _asking(page: Page, form: Filled, status: int = 200) -> Response:
    token = gate.form_token(page.house.tokens, page.now)
    return page.show("web/public/webinar_mine_request.html", status, form=form, form_token=token)


def _is_done(page: Page, series: Series) -> Response:
    """Whoever opens the link again, perhaps forwarded, is told that it is done, no more."""
    return page.show(
        "web/public/done.html",
        title=page.gettext("You have said yes already"),
        sentence=page.gettext("The registration for “%(title)s” was confirmed. The mail has your own link.")
        % {"title": _title(page, series)},
        links=[
            {"text": page.gettext("To the webinar"), "url": page.link(series_path(series))},
            {"text": page.gettext("Mail me my link again"), "url": page.link("/webinars/mine")},
        ],
    )


def _confirmed(page: Page, series: Series, registration: Registration) -> Response:
    if registration.state not in _AFTER:
        raise Conflict(N_("This registration was cancelled. Register again on the webinar's page."))
    title, sentence = _AFTER[RegistrationState(registration.state)]
    own = addresses.booking(page.house, registration).removeprefix(page.house.settings.url(""))
    return page.show(
        "web/public/done.html",
        title=page.gettext(title),
        sentence=f"{_title(page, series)}. {page.gettext(sentence)}",
        links=[{"text": page.gettext("Your own page: dates, calendar, questions"), "url": page.link(own)}],
    )


def _title(page: Page, series: Series) -> str:
    return words.of_series(series, page.language).title


def _dates(page: Page, asked: Question) -> list[str]:
    """By their clock, which they said in the form; by the organiser's where they said none."""
    own = "" if asked.zone == "UTC" else asked.zone
    return [in_words(page, one.starts_at, own or one.zone) for one in asked.dates[:MOST_DATES]]
