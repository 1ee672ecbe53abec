"""The unsubscribe link of a mail: the page shows one button and a way to get less; the button works at once.

Mail programs press it without showing the page: see `publisher.web.hot`. Mails about a webinar have a link of their own, which
stops those only: `webinars.quieting`.
"""

from fastapi import Request
from fastapi.responses import Response

from publisher.audience import leaving, links, lists
from publisher.audience.leaving import Leaving, Left
from publisher.errors import BadToken
from publisher.languages import join_list
from publisher.tokens import Purpose
from publisher.web.forms import Sent
from publisher.web.page import Page, changing, looking
from publisher.web.public.webinars import quieting


def leave(request: Request, token: str) -> Response:
    """GET /u/<token>"""
    if quieting.is_quiet(request, token):
        return quieting.ask(request, token)
    with looking(request) as page:
        asked = leaving.look(page.session, page.house, token, page.now)
        if not asked.masked:
            return _left(page, Left(), "")  # who was erased is told what everybody is told
        page = page.preferring(asked.language)
        if not asked.on_it and not asked.others:
            return _left(page, Left(), token)
        name = lists.name_in(asked.list, page.language) if asked.list and asked.on_it else ""
        return page.show(
            "web/public/one_button.html",
            title=page.gettext("Unsubscribe"),
            sentence=_question(page, asked, name),
            action=page.link(f"/u/{token}"),
            button_text=page.gettext("Unsubscribe"),
            fields={} if name else {"everything": "yes"},
            alternatives=_less(page, token, asked, name),
        )


def leave_now(request: Request, token: str, form: Sent) -> Response:
    """POST /u/<token> from our page. The same answer for a reader, a former reader and nobody at all."""
    if quieting.is_quiet(request, token):
        return quieting.press(request, token, form)
    with changing(request) as page:
        try:
            asked = leaving.look(page.session, page.house, token, page.now)
            page = page.preferring(asked.language) if asked.masked else page
            left = leaving.leave_by_link(
                page.session, page.house, token, page.now, how="page", everything=form.ticked("everything")
            )
        except BadToken:
            return _left(page, Left(), "")
        return _left(page, left, token if asked.masked else "")


def _question(page: Page, asked: Leaving, name: str) -> str:
    if not name:
        others = join_list([lists.name_in(row, page.language) for row in asked.others], page.language)
        return page.gettext("Stop everything that goes to %(address)s: %(lists)s?") % {
            "address": page.address(asked.masked),
            "lists": others,
        }
    return page.gettext("Stop “%(list)s” for %(address)s?") % {"list": name, "address": page.address(asked.masked)}


def _less(page: Page, token: str, asked: Leaving, name: str) -> list[dict[str, object]]:
    """Ways to get less, or nothing at all, instead."""
    _ = page.gettext
    ways: list[dict[str, object]] = [
        {"text": _("Get less instead: fewer topics, or a pause"), "url": page.link(_preferences(page, token))}
    ]
    if name and asked.others:
        ways.append({"text": _("Stop all newsletters"), "action": page.link(f"/u/{token}"), "fields": {"everything": "yes"}})  # fmt: skip
    return ways


def _left(page: Page, left: Left, token: str) -> Response:
    _ = page.gettext
    undo = {"action": page.link(f"/undo/{left.undo}"), "text": _("Undo"), "fields": {}} if left.undo else None
    further = [
        {"text": _("Your preferences"), "url": page.link(_preferences(page, token) if token else "/preferences")}
    ]
    return page.show(
        "web/public/done.html",
        title=_("You are unsubscribed"),
        sentence=_("No further issue will come to you. If you did not mean it, you can take it back within 7 days."),
        links=further,
        undo=undo,
    )


def _preferences(page: Page, token: str) -> str:
    """The other link of the same mail: whoever holds the one holds the other."""
    key = page.house.tokens.open(Purpose.UNSUBSCRIBE, token, now=page.now).partition(":")[0]
    return f"/preferences/{links.preferences_token(page.house.tokens, key)}"
