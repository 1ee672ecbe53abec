"""Preferences: asking for the link, and the page behind it. What may be done there depends on the key: see
`publisher.audience.preferences`.
"""

import json
from datetime import datetime, timedelta

from fastapi import Request
from fastapi.responses import Response

from publisher import clock
from publisher.audience import gate, leaving, moving, people, preferences
from publisher.audience.gate import FormCheck
from publisher.audience.preferences import Changes, Preferences, Visit
from publisher.desk import person as desk
from publisher.errors import BadInput
from publisher.languages import N_, date_in_words, folded, language_name, zone_city
from publisher.mail.addresses import mask
from publisher.vocabulary import terms
from publisher.web.forms import Filled, Posted, Sent
from publisher.web.page import Page, changing, looking
from publisher.web.public import own_podcasts
from publisher.web.public.signing_up import ONCE_MORE, language_options, offered
from publisher.web.site import client_of

WEEKS = ("4", "12", "26")
_ON_PAGE = ("topic", "sector", "country", "region")
_FIELDS = {"lists": "list", "languages": "language_1", "name": "name", "zone": "zone", "email": "email"}
_ORDER = ("language_1", "language_2", "language_3")


def ask(request: Request) -> Response:
    """GET /preferences: the way in without an old mail."""
    with looking(request) as page:
        return _asking(page, Filled({"email": ""}))


def mail_link(request: Request, form: Sent) -> Response:
    """POST /preferences: the same answer whether we know the address or not."""
    with changing(request) as page:
        filled = Filled({"email": form.one("email")})
        check = gate.check_form(page.house.tokens, form.one("form_token"), form.one("website"), page.now)
        if check == FormCheck.AGAIN:
            return _asking(page, Filled(filled.values, {"": page.gettext(ONCE_MORE)}))
        try:
            if check == FormCheck.FINE:
                preferences.request_link(
                    page.session,
                    page.house,
                    form.one("email"),
                    page.now,
                    ip=client_of(request),
                    language=page.language,
                )
        except BadInput as error:
            return _asking(page, filled.wrong(error, page.why(error), _FIELDS), 422)
        return _link_is_mailed(page, form.one("email")[:200])


def show(request: Request, token: str) -> Response:
    """GET /preferences/<token>; `?saved=1` right after saving."""
    with looking(request) as page:
        visit, page = _opened(page, token)
        return _show(page, visit, token, saved=request.query_params.get("saved") == "1")


def save(request: Request, token: str, form: Sent) -> Response:
    """POST /preferences/<token>"""
    with changing(request) as page:
        visit, page = _opened(page, token)
        try:
            changed = preferences.change(page.session, page.house, visit, _changes(page, visit, form), page.now)
        except BadInput as error:
            page.session.rollback()
            filled = _filled_again(form).wrong(error, page.why(error), _FIELDS)
            return _show(page, visit, token, form=filled, status=422)
        if changed.to_confirm:
            return _link_is_mailed(page, preferences.read(page.session, visit, page.now).email)
        return page.go(f"/preferences/{token}", saved="1")


def pause(request: Request, token: str, form: Sent) -> Response:
    """POST /preferences/<token>/pause, `weeks`: 4, 12 or 26; 0 ends the pause."""
    with changing(request) as page:
        visit, page = _opened(page, token)
        weeks = form.one("weeks")
        if weeks not in (*WEEKS, "0"):
            raise BadInput(N_("A pause lasts 4, 12 or 26 weeks."))
        until = page.now + timedelta(weeks=int(weeks)) if weeks != "0" else None
        preferences.pause(page.session, visit.person, until, page.now)
        return page.go(f"/preferences/{token}")


def fresh_link(request: Request, token: str) -> Response:
    """POST /preferences/<token>/fresh-link: mails one to the owner, wherever this one has been forwarded."""
    with changing(request) as page:
        visit, page = _opened(page, token)
        email = people.address_of(page.session, visit.person).email
        preferences.request_link(
            page.session, page.house, email, page.now, ip=client_of(request), language=page.language
        )
        return _link_is_mailed(page, mask(email))


def leave(request: Request, token: str) -> Response:
    """POST /preferences/<token>/leave: every list at once, with a way back."""
    with changing(request) as page:
        visit, page = _opened(page, token)
        _ = page.gettext
        left = leaving.leave_everything(page.session, page.house, visit.person, page.now, "preferences")
        undo = {"action": page.link(f"/undo/{left.undo}"), "text": _("Undo"), "fields": {}} if left.undo else None
        return page.show(
            "web/public/done.html",
            title=_("You are unsubscribed"),
            sentence=_(
                "No further issue will come to you. If you did not mean it, you can take it back within 7 days."
            ),
            links=[{"text": _("Your preferences"), "url": page.link(f"/preferences/{token}")}],
            undo=undo,
        )


def change_address(request: Request, token: str, form: Sent) -> Response:
    """POST /preferences/<token>/address, with a fresh link only."""
    with changing(request) as page:
        visit, page = _opened(page, token)
        try:
            moving.ask(page.session, page.house, visit, form.one("email"), page.now)
        except BadInput as error:
            page.session.rollback()
            known = _filled(page, preferences.read(page.session, visit, page.now, language=page.language))
            wrong = Filled({**known.values, "email": form.one("email")}).wrong(error, page.why(error), _FIELDS)
            return _show(page, visit, token, form=wrong, status=422)
        return page.show(
            "web/public/done.html",
            title=page.gettext("Look in your new inbox"),
            sentence=page.gettext(
                "If %(address)s can get our mail, a letter with one button is on its way there. The change happens when it is pressed."
            )
            % {"address": page.address(form.one("email")[:200])},
            links=[{"text": page.gettext("Your preferences"), "url": page.link(f"/preferences/{token}")}],
        )


def download(request: Request, token: str) -> Response:
    """POST /preferences/<token>/data, GET /preferences/<token>/data.json: everything, as one file; fresh links only."""
    with looking(request) as page:
        visit, page = _opened(page, token)
        visit.must_be_fresh()
        document = desk.data_of(page.session, page.house, visit.person)
    body = json.dumps(document, ensure_ascii=False, indent=2)
    return Response(
        body, media_type="application/json", headers={"Content-Disposition": 'attachment; filename="my-data.json"'}
    )


def erase(request: Request, token: str, form: Sent) -> Response:
    """POST /preferences/<token>/erase with `sure`, with a fresh link only. It cannot be undone."""
    with changing(request) as page:
        visit, page = _opened(page, token)
        visit.must_be_fresh()
        if not form.ticked("sure"):
            raise BadInput(N_("Tick the box first: this cannot be undone."))
        desk.erase(page.session, page.house, visit.person, page.now)
        return page.show(
            "web/public/done.html",
            title=page.gettext("You are forgotten"),
            sentence=page.gettext("Your name, your choices and what you got are gone. Nothing more will come."),
            links=[],
        )


def _opened(page: Page, token: str) -> tuple[Visit, Page]:
    visit = preferences.open_page(page.session, page.house, token, page.now)
    return visit, page.preferring(*visit.person.languages.split(","))


def _asking(page: Page, form: Filled, status: int = 200) -> Response:
    form_token = gate.form_token(page.house.tokens, page.now)
    return page.show("web/public/preferences_request.html", status, form=form, form_token=form_token)


def _link_is_mailed(page: Page, email: str) -> Response:
    words = page.gettext(
        "If %(address)s is known here, a letter with a link is on its way. The link works for one hour."
    )
    return page.show(
        "web/public/done.html",
        title=page.gettext("Look in your inbox"),
        sentence=words % {"address": page.address(email)},
        links=[],
    )


def _show(
    page: Page, visit: Visit, token: str, *, form: Filled | None = None, status: int = 200, saved: bool = False
) -> Response:
    shown = preferences.read(page.session, visit, page.now, language=page.language)
    choices = terms.interest_choices(page.session, page.language)
    served = {row.slug for row in offered(page)}
    return page.show(
        "web/public/preferences.html",
        status,
        token=token,
        masked=page.address(mask(people.address_of(page.session, visit.person).email)),
        address=page.address(shown.email) if shown.fresh else "",
        form=form or _filled(page, shown),
        lists=[(one.slug, one.name, one.description) for one in shown.lists if one.on_it or one.slug in served],
        topics=choices["topic"],
        sectors=choices["sector"],
        places=_places(choices),
        language_options=[("", "…"), *_languages(page, shown)],
        zones=_zones(page),
        paused_text=_paused(page, shown.paused_until, shown.zone),
        podcasts=own_podcasts.choices(page.session, visit.person),
        saved=saved,
    )


def _filled(page: Page, shown: Preferences) -> Filled:
    spoken = dict(zip(_ORDER, (*shown.languages, "", "", ""), strict=False))
    return Filled(
        {
            "list": [one.slug for one in shown.lists if one.on_it],
            "topic": [key for facet, key in shown.interests if facet == "topic"],
            "sector": [key for facet, key in shown.interests if facet == "sector"],
            "place": [f"{facet}:{key}" for facet, key in shown.interests if facet in ("country", "region")],
            **spoken,
            "name": shown.name,
            "zone": shown.zone,
            "email": "",
        }
    )


def _filled_again(form: Posted) -> Filled:
    several = {name: form.all(name) for name in ("list", "topic", "sector", "place")}
    return Filled(several | {name: form.one(name) for name in (*_ORDER, "name", "zone", "email")})


def _changes(page: Page, visit: Visit, form: Posted) -> Changes:
    """What the form says. What it cannot show, further languages and interests of other kinds, stays as it is."""
    before = preferences.read(page.session, visit, page.now, language=page.language)
    offered = {(facet, key) for facet, pairs in terms.interest_choices(page.session, "en").items() for key, _ in pairs}
    kept = {pair for pair in before.interests if pair[0] not in _ON_PAGE or pair not in offered}
    places = {(facet, key) for facet, _, key in (value.partition(":") for value in form.all("place"))}
    chosen = {("topic", key) for key in form.all("topic")} | {("sector", key) for key in form.all("sector")}
    first_ones = tuple(code for name in _ORDER if (code := form.one(name)))
    return Changes(
        name=form.one("name"),
        languages=(*first_ones, *before.languages[len(_ORDER) :]),
        zone=form.one("zone"),
        lists=form.all("list"),
        interests=frozenset(kept | places | chosen),
        page="/preferences",
        ip=client_of(page.request),
        user_agent=page.request.headers.get("user-agent", ""),
        wording=page.gettext("Chosen on the preferences page."),
    )


def _places(choices: dict[str, list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Regions first, without the whole world, which is what choosing none means."""
    regions = [(f"region:{key}", name) for key, name in choices["region"] if key != "001"]
    return [*regions, *((f"country:{key}", name) for key, name in choices["country"])]


def _languages(page: Page, shown: Preferences) -> list[tuple[str, str]]:
    """What letters are written in, and what this reader or the library has beside that."""
    known = dict(language_options(page))
    others = [code for code in (*shown.languages, *_IN_LIBRARIES) if code not in known]
    named = {code: language_name(code, page.language) for code in others}
    return [*known.items(), *sorted(named.items(), key=lambda pair: folded(pair[1]))]


def _zones(page: Page) -> list[tuple[str, str]]:
    return [(name, _zone_label(name, page.language)) for name in clock.zone_names()]


def _zone_label(name: str, language: str) -> str:
    """“Africa/Nairobi” is looked for by its first letter; the city in the page's language stands behind it."""
    city = zone_city(name, language)
    return name.replace("_", " ") if name.rpartition("/")[2].replace("_", " ") == city else f"{name} · {city}"


def _paused(page: Page, until: datetime | None, zone: str) -> str:
    if until is None:
        return ""
    day = date_in_words(until.astimezone(clock.zone(zone)).date(), page.language)
    return page.gettext("Paused until %(date)s") % {"date": day}


_IN_LIBRARIES = ("es", "pt", "sw", "zh-Hans", "hi", "bn", "ru", "id", "ur", "am", "vi", "tr", "de", "it", "fa", "my")
