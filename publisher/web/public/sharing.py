"""Share a resource: a partner says where it is and that it may be shared; an editor reads it. And who the partners are."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from publisher.audience import gate
from publisher.audience.gate import FormCheck
from publisher.errors import BadInput
from publisher.languages import COUNTRIES, country_name, folded, language_name
from publisher.library import sharing
from publisher.library.partners import Partner, partners
from publisher.library.shelf import shown
from publisher.vocabulary.kinds import KIND_LABELS
from publisher.web.forms import Filled, Posted, Sent
from publisher.web.page import Page, changing, looking
from publisher.web.public.items import stories
from publisher.web.public.licences import CHOICES
from publisher.web.public.paging import pages_of, shown_page
from publisher.web.public.signing_up import ONCE_MORE
from publisher.web.site import client_of

#: Languages a resource may be in, those of our pages first, then the most spoken; the rest is found by an editor.
LANGUAGES = ("en", "fr", "ar", "es", "pt", "pt-BR", "sw", "zh-Hans", "hi", "bn", "ru", "id", "ur", "am", "vi", "tr", "de", "it")  # fmt: skip
_FIELDS = {name: name for name in ("title", "kind", "language", "licence", "may_share", "name", "email", "blurb")} | {
    "link": "url"
}
#: Partners on a page, and of each the newest resources.
PER_PAGE, MOST = 50, 5
_ONE = ("url", "title", "blurb", "kind", "language", "licence", "name", "organisation", "email")


def share(request: Request) -> Response:
    """GET /share"""
    with looking(request) as page:
        return _form(page, Filled({"language": page.language, "kind": "report", "country": []}))


def take(request: Request, form: Sent) -> Response:
    """POST /share"""
    with changing(request) as page:
        check = gate.check_form(page.house.tokens, form.one("form_token"), form.one("website"), page.now)
        if check == FormCheck.AGAIN:
            return _form(page, Filled(_filled(form).values, {"": page.gettext(ONCE_MORE)}), 200)
        try:
            if check == FormCheck.FINE:
                network = gate.network_of(client_of(request))
                sharing.propose(page.session, page.house, _proposal(page, form), now=page.now, network=network)
        except BadInput as error:
            page.session.rollback()
            return _form(page, _filled(form).wrong(error, page.why(error), _FIELDS), 422)
        return page.show("web/public/share_done.html", resource_title=form.one("title")[:300])


def our_partners(request: Request) -> Response:
    """GET /partners: who shares with us, and what of theirs is here"""
    with looking(request) as page:
        every = partners(page.session)
        last = max(1, -(-len(every) // PER_PAGE))
        number = min(shown_page(request), last)
        here = every[(number - 1) * PER_PAGE : number * PER_PAGE]
        works = {
            one.work.id: one for one in shown(page.session, [number for one in here for number in one.works[:MOST]])
        }
        page.counts("page")
        return page.show(
            "web/public/partners.html",
            partners=[
                _partner(page, one, stories(page, [works[n] for n in one.works[:MOST] if n in works])) for one in here
            ],
            pages=pages_of(page, number, more=number < last, last=last),
        )


def _partner(page: Page, one: Partner, its: list[dict[str, Any]]) -> dict[str, Any]:
    number = len(one.works)
    return {
        "name": one.name,
        "count_text": page.ngettext("%(number)s resource", "%(number)s resources", number),
        "works": its,
        "all_url": page.link("/library", q=one.name) if number > MOST else "",
    }


def _form(page: Page, form: Filled, status: int = 200) -> Response:
    _ = page.gettext
    licences = [("", _("I do not know")), *((name, name) for name in CHOICES)]
    return page.show(
        "web/public/share.html",
        status,
        form=form,
        form_token=gate.form_token(page.house.tokens, page.now),
        kinds=[(kind, _(label)) for kind, label in KIND_LABELS.items()],
        countries=sorted(
            ((code, country_name(code, page.language)) for code in COUNTRIES), key=lambda pair: folded(pair[1])
        ),
        language_options=[(code, language_name(code, page.language)) for code in LANGUAGES],
        licences=[*licences, ("All rights reserved", _("All rights reserved"))],
    )


def _filled(form: Posted) -> Filled:
    values: dict[str, Any] = {name: form.one(name) for name in _ONE}
    return Filled(
        values
        | {"country": form.all("country"), "may_share": form.ticked("may_share"), "may_name": form.ticked("may_name")}
    )


def _proposal(page: Page, form: Posted) -> dict[str, Any]:
    """The form in the words of `library.sharing`; the organisation is its publisher and the credit."""
    organisation = form.one("organisation")
    return {
        "title": form.one("title"),
        "link": form.one("url"),
        "blurb": form.one("blurb"),
        "language": form.one("language"),
        "kind": form.one("kind"),
        "countries": form.all("country"),
        "licence": form.one("licence"),
        "publisher": organisation,
        "may_share": form.one("may_share"),
        "may_name": form.one("may_name"),
        "name": form.one("name"),
        "organisation": organisation,
        "credit": organisation or form.one("name"),
        "email": form.one("email"),
        "page_language": page.language,
    }
