"""A registration comes in. Whatever is known of the address, the page says the same: only the mailbox learns more."""

from fastapi import Request
from fastapi.responses import Response

from publisher.audience import gate
from publisher.audience.gate import FormCheck
from publisher.errors import BadInput, Conflict
from publisher.web.forms import Posted, Sent
from publisher.web.page import Page, changing
from publisher.web.public.signing_up import ONCE_MORE
from publisher.web.public.webinars import finding
from publisher.web.public.webinars.finding import Found
from publisher.web.public.webinars.form import FIELDS, Forms, wish_of
from publisher.web.public.webinars.pages import shown
from publisher.web.public.webinars.showing import card
from publisher.web.public.webinars.when import when_of
from publisher.webinars import registering


def register(request: Request, slug: str, form: Sent) -> Response:
    """POST /webinars/<slug>"""
    with changing(request) as page:
        return _register(page, finding.by_slug(page.session, slug), form)


def register_for_series(request: Request, slug: str, form: Sent) -> Response:
    """POST /webinars/series/<slug>"""
    with changing(request) as page:
        return _register(page, finding.of_series(page.session, slug), form)


def _register(page: Page, found: Found, form: Posted) -> Response:
    forms = Forms.sent(page, form)
    check = gate.check_form(page.house.tokens, form.one("form_token"), form.one("website"), page.now)
    if check == FormCheck.AGAIN:
        return shown(page, found, forms.wrong({"": page.gettext(ONCE_MORE)}))
    if check == FormCheck.PRETEND:
        return _thanks(page, found, form, page.gettext(registering.THANKS), forms)
    slug, is_date = (found.webinar.slug if found.webinar else found.series.slug), found.webinar is not None
    try:
        outcome = registering.register(
            page.session, page.house, found.series, wish_of(page, found, form, forms), now=page.now
        )
    except BadInput as error:
        page.session.rollback()
        again = finding.by_slug(page.session, slug) if is_date else finding.of_series(page.session, slug)
        return shown(page, again, forms.wrong(_beside(page, error)), 422)
    except Conflict as error:  # it is over, full of changes, or was called off while they wrote
        page.session.rollback()
        again = finding.by_slug(page.session, slug) if is_date else finding.of_series(page.session, slug)
        return shown(page, again, forms.wrong({"": page.why(error)}), 409)
    return _thanks(page, found, form, page.gettext(outcome.said), forms)


def _beside(page: Page, error: BadInput) -> dict[str, str]:
    """The sentence at its field; one of our own questions has its own name."""
    name = error.field or ""
    return {name if name.startswith("answer-") else FIELDS.get(name, ""): page.why(error)}


def _thanks(page: Page, found: Found, form: Posted, said: str, forms: Forms) -> Response:
    email = form.one("email")[:200] or (forms.reader.masked if forms.reader else "")
    answer = page.show(
        "web/public/webinar_done.html",
        webinar=card(page, found),
        when=when_of(page, found.webinar) if found.webinar else None,
        said=said,
        email=page.address(email) if email else page.gettext("your address"),
    )
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
