"""Signing up: the page, the form on other people's pages, and what comes of it.

Whoever signs up is told the same whether we know the address or not. A form on another site only hands over to our own
page with one button, so that nobody can be signed up from elsewhere.
"""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from publisher.audience import gate, lists, signup
from publisher.audience.gate import FormCheck
from publisher.audience.models import MailingList
from publisher.errors import BadInput
from publisher.languages import LANGUAGES, N_, folded, join_list, own_name
from publisher.newsletters import archive
from publisher.newsletters.newsletters import languages_of
from publisher.web.forms import Filled, Posted, Sent
from publisher.web.page import Page, changing, looking
from publisher.web.site import client_of

WORDING = N_("We write to that address once, to ask whether it was you. You can leave with one click.")
"""The sentence beside the button (templates/web/public/_signup.html): what is agreed to, and kept as proof."""
ONCE_MORE = N_("Please press the button once more. The page had been open too long, or too short, to be sure.")
_FIELDS = {"email": "email", "lists": "list", "languages": "language"}


def subscribe(request: Request) -> Response:
    """GET /subscribe, with `?list=` ticked."""
    with looking(request) as page:
        return _form(page, request.query_params.getlist("list"))


def take(request: Request, form: Sent) -> Response:
    """POST /subscribe"""
    with changing(request) as page:
        check = gate.check_form(page.house.tokens, form.one("form_token"), form.one("website"), page.now)
        if check == FormCheck.AGAIN:
            return _shown_again(page, form, {"": page.gettext(ONCE_MORE)}, status=200)
        try:
            if check == FormCheck.FINE:
                signup.sign_up(page.session, page.house, _wish(page, form), page.now)
        except BadInput as error:
            page.session.rollback()
            return _shown_again(page, form, _filled(form).wrong(error, page.why(error), _FIELDS).errors)
        return _done(page, form.one("email"))


def done(request: Request) -> Response:
    """GET /subscribe/done: the same words, for who comes back to them."""
    with looking(request) as page:
        return _done(page, "")


def embedded(request: Request) -> Response:
    """GET /embed: a form to be framed by anybody. Without a signed moment: nothing is taken from it."""
    with looking(request) as page:
        return page.show(
            "web/public/embed_form.html", **signup_context(page, ticked=request.query_params.getlist("list"))
        )


def hand_over(request: Request, form: Sent) -> Response:
    """POST /subscribe/embed, from anywhere: changes nothing, and shows our own page with the one button."""
    with looking(request) as page:
        wanted = form.all("list")
        named = [lists.name_in(row, page.language) for row in lists.on_offer(page.session) if row.slug in wanted]
        if not named or not form.one("email"):
            return _form(page, wanted, form)
        return page.show(
            "web/public/one_button.html",
            title=page.gettext("One more press"),
            sentence=page.gettext("%(address)s is to get: %(lists)s.")
            % {"address": page.address(form.one("email")[:200]), "lists": join_list(named, page.language)},
            action=page.link("/subscribe"),
            button_text=page.gettext("Sign up"),
            fields={"email": form.one("email"), "list": list(wanted), "language": form.one("language")},
            small=page.gettext(WORDING),
            form_token=gate.form_token(page.house.tokens, page.now),
        )


def signup_context(
    page: Page, *, only: MailingList | None = None, ticked: list[str] | tuple[str, ...] = (), form: Filled | None = None
) -> dict[str, Any]:
    """What `_signup.html` needs. `only`: for one list; `ticked`: their short names, the first where there are none."""
    shown = [only] if only else offered(page, ticked)
    known = [row.slug for row in shown]
    chosen = [slug for slug in ticked if slug in known] or known[:1]
    return {
        "form": form or Filled({"email": "", "list": chosen, "language": page.language}),
        "form_token": gate.form_token(page.house.tokens, page.now),
        "lists": [(r.slug, lists.name_in(r, page.language), lists.description_in(r, page.language)) for r in shown],
        "language_options": language_options(page),
    }


def offered(page: Page, named: Sequence[str] = ()) -> list[MailingList]:
    """Open lists that a newsletter comes by, in the order of the newsletters, then those `named` by a link. Before there is
    any newsletter, all open lists."""
    places = {found.list_id: place for place, found in enumerate(archive.open_newsletters(page.session))}
    on_offer = lists.on_offer(page.session)
    if not places:
        return on_offer
    wanted = [row for row in on_offer if row.id in places or row.slug in named]
    return sorted(wanted, key=lambda row: places.get(row.id or 0, len(places)))


def language_options(page: Page) -> list[tuple[str, str]]:
    """The languages our letters are written in, each by its own name, those of our pages first."""
    written = {code for found in archive.open_newsletters(page.session) for code in languages_of(found)}
    others = sorted(written - set(LANGUAGES), key=lambda code: folded(own_name(code)))
    return [(code, own_name(code)) for code in (*LANGUAGES, *others)]


def _form(page: Page, ticked: list[str] | tuple[str, ...], form: Posted | None = None) -> Response:
    context = signup_context(page, ticked=ticked, form=_filled(form) if form else None)
    return page.show("web/public/subscribe.html", about=_about(page), **context)


def _shown_again(page: Page, form: Posted, errors: Any, status: int = 422) -> Response:
    context = signup_context(page, form=Filled(_filled(form).values, errors))
    return page.show("web/public/subscribe.html", status, about=_about(page), **context)


def _about(page: Page) -> str:
    return page.gettext(
        "New resources, chosen for your countries, topics and languages. You choose more once you are in."
    )


def _done(page: Page, email: str) -> Response:
    return page.show(
        "web/public/subscribe_done.html", email=page.address(email[:200]) if email else page.gettext("your address")
    )


def _filled(form: Posted) -> Filled:
    return Filled({"email": form.one("email"), "list": form.all("list"), "language": form.one("language")})


def _wish(page: Page, form: Posted) -> signup.SignUp:
    request = page.request
    return signup.SignUp(
        email=form.one("email"),
        lists=form.all("list"),
        wording=page.gettext(WORDING),
        language=form.one("language") or page.language,
        page_language=page.language,
        page=request.url.path,
        ip=client_of(request),
        user_agent=request.headers.get("user-agent", ""),
    )
