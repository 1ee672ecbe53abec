"""Links from our mails that ask one question: is it you, shall it come back, is this your new address. The page asks, the
button does.
"""

from collections.abc import Sequence

from fastapi import Request
from fastapi.responses import Response

from publisher.audience import confirming, leaving, letters, links, lists, moving
from publisher.audience.models import MailingList, Person
from publisher.languages import join_list
from publisher.web.forms import Sent
from publisher.web.page import Page, changing, looking


def confirm(request: Request, token: str) -> Response:
    """GET /confirm/<token>"""
    with looking(request) as page:
        asked = confirming.look(page.session, page.house, token, page.now)
        page = page.preferring(asked.language)
        named = _names(page, asked.lists)
        if asked.done:
            return _subscribed(page, named, None)
        return page.show(
            "web/public/one_button.html",
            title=page.gettext("Is it you?"),
            sentence=page.gettext("%(address)s is to get: %(lists)s.")
            % {"address": page.address(asked.masked), "lists": named},
            action=page.link(f"/confirm/{token}"),
            button_text=page.gettext("Yes, subscribe me"),
            choices=[(row.slug, lists.name_in(row, page.language)) for row in asked.also],
            choices_label=page.gettext("And these, asked for with the same address:"),
            choices_name="also",
            small=page.gettext("If it is not you, close this page. Nothing will be sent."),
        )


def confirm_now(request: Request, token: str, form: Sent) -> Response:
    """POST /confirm/<token>; twice is harmless."""
    with changing(request) as page:
        done = confirming.confirm(page.session, page.house, token, page.now, form.all("also"))
        page = page.preferring(letters.first_language(done.person))
        return _subscribed(page, _names(page, done.lists), done.person)


def undo(request: Request, token: str) -> Response:
    """GET /undo/<token>"""
    with looking(request) as page:
        person, waiting = leaving.look_undo(page.session, page.house, token, page.now)
        page = page.preferring(letters.first_language(person))
        if not waiting:
            return _back(page, ())
        return page.show(
            "web/public/one_button.html",
            title=page.gettext("Shall it come again?"),
            sentence=_names(page, waiting),
            action=page.link(f"/undo/{token}"),
            button_text=page.gettext("Yes, send it again"),
        )


def undo_now(request: Request, token: str) -> Response:
    """POST /undo/<token>"""
    with changing(request) as page:
        person, _ = leaving.look_undo(page.session, page.house, token, page.now)
        back = leaving.undo(page.session, page.house, token, page.now)
        return _back(page.preferring(letters.first_language(person)), back)


def address(request: Request, token: str) -> Response:
    """GET /address/<token>"""
    with looking(request) as page:
        person, masked, done = moving.look(page.session, page.house, token, page.now)
        page = page.preferring(letters.first_language(person))
        if done:
            return _moved(page)
        return page.show(
            "web/public/one_button.html",
            title=page.gettext("Is this your address?"),
            sentence=page.gettext("From now on our letters go to %(address)s.") % {"address": page.address(masked)},
            action=page.link(f"/address/{token}"),
            button_text=page.gettext("Use this address"),
            small=page.gettext("If it is not you, close this page. Nothing will change."),
        )


def address_now(request: Request, token: str) -> Response:
    """POST /address/<token>"""
    with changing(request) as page:
        person = moving.confirm(page.session, page.house, token, page.now)
        return _moved(page.preferring(letters.first_language(person)))


def _subscribed(page: Page, named: str, person: Person | None) -> Response:
    """`person`: who pressed the button this minute. Whoever only opens the link again is told that it is done, no more."""
    _ = page.gettext
    further = [{"text": _("See the library"), "url": page.link("/library")}]
    if person is not None:
        key = links.preferences_token(page.house.tokens, person.key)
        further.insert(
            0, {"text": _("Choose topics, countries and languages"), "url": page.link(f"/preferences/{key}")}
        )
    return page.show(
        "web/public/done.html",
        title=_("You are subscribed"),
        sentence=_("From the next issue on you get: %(lists)s.") % {"lists": named},
        links=further,
    )


def _back(page: Page, back: Sequence[MailingList]) -> Response:
    _ = page.gettext
    if back:
        title, sentence = _("Good to have you back"), _("It comes again: %(lists)s.") % {"lists": _names(page, back)}
    else:
        title, sentence = (
            _("Nothing to bring back"),
            _("What this link was for has come back already, or was left again."),
        )
    return page.show("web/public/done.html", title=title, sentence=sentence, links=[])


def _moved(page: Page) -> Response:
    _ = page.gettext
    sentence = _("Our letters go to your new address from now on. What you chose has come along.")
    return page.show("web/public/done.html", title=_("Your address has changed"), sentence=sentence, links=[])


def _names(page: Page, rows: Sequence[MailingList]) -> str:
    return join_list([lists.name_in(row, page.language) for row in rows], page.language)
