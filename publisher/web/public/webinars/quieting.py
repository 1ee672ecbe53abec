"""“No more mail about this webinar”: the quiet link of its mails, which arrives at the address of all such links, /u/<token>.

The answer is the same for everybody, and the place stays theirs.
"""

from fastapi import Request
from fastapi.responses import Response

from publisher.errors import BadToken
from publisher.mail.addresses import mask
from publisher.tokens import Purpose
from publisher.web.forms import Posted
from publisher.web.page import Page, changing, looking
from publisher.web.site import site_of
from publisher.webinars import addresses, quiet, registrants, words
from publisher.webinars.models import Registration, Series


def is_quiet(request: Request, token: str) -> bool:
    """Whether a key at /u/ is of a webinar's mails."""
    site = site_of(request)
    try:
        site.house.tokens.open(Purpose.QUIET, token, now=site.wall())
    except BadToken:
        return False
    return True


def ask(request: Request, token: str) -> Response:
    """GET /u/<token>: asks, and offers to change the dates instead."""
    with looking(request) as page:
        registration = quiet.look(page.session, page.house, token, now=page.now)
        if registration is None:
            return _said(page, token, None, is_muted=True)
        page = page.preferring(registration.language)
        if registration.muted_at is not None:
            return _said(page, token, registration, is_muted=True)
        _ = page.gettext
        address = mask(registrants.address_of(page.session, registration).email)
        return page.show(
            "web/public/one_button.html",
            title=_("No more mail about this webinar?"),
            sentence=_("“%(title)s”: reminders and news stop for %(address)s. Your place stays yours.")
            % {"title": _title(page, registration), "address": page.address(address)},
            action=page.link(f"/u/{token}"),
            button_text=_("No more mail about it"),
            alternatives=[{"text": _("Change your dates, or cancel, instead"), "url": _own(page, registration)}],
        )


def press(request: Request, token: str, form: Posted) -> Response:
    """POST /u/<token> from our page: stops the mail, or (`again`) lets it come once more."""
    again = form.ticked("again")
    with changing(request) as page:
        registration = quiet.look(page.session, page.house, token, now=page.now)
        page = page.preferring(registration.language) if registration else page
        (quiet.unmute_by_link if again else quiet.mute_by_link)(page.session, page.house, token, now=page.now)
        return _said(page, token, registration, is_muted=not again)


def _said(page: Page, token: str, registration: Registration | None, *, is_muted: bool) -> Response:
    _ = page.gettext
    if is_muted:
        title, sentence = (
            _("No more mail about it"),
            _("Nothing more about this webinar will come. Your place stays yours."),
        )
        undo = {"action": page.link(f"/u/{token}"), "text": _("Undo"), "fields": {"again": "yes"}}
    else:
        title, sentence, undo = _("It comes again"), _("Reminders and news of this webinar come again."), None
    further = [{"text": _("Your own page of it"), "url": _own(page, registration)}] if registration else []
    return page.show("web/public/done.html", title=title, sentence=sentence, links=further, undo=undo)


def _title(page: Page, registration: Registration) -> str:
    return words.of_series(page.session.get_one(Series, registration.series_id), page.language).title


def _own(page: Page, registration: Registration) -> str:
    """The other link of the same mail: whoever holds the one holds the other."""
    return page.link(addresses.booking(page.house, registration).removeprefix(page.house.settings.url("")))
