"""A reader's private podcasts on their preferences page: the address is mailed to them, and shown to nobody."""

from fastapi import Request
from fastapi.responses import Response
from sqlmodel import Session

from publisher.audience import people, preferences
from publisher.audience.models import Person
from publisher.errors import BadInput, NotFound
from publisher.mail.addresses import mask
from publisher.podcasts import letters, private, shows
from publisher.podcasts.private import NO_MORE
from publisher.web.forms import Sent
from publisher.web.page import changing


def choices(session: Session, person: Person) -> list[tuple[str, str, str]]:
    """(slug, title, language) of the private shows of their lists."""
    return [(show.slug, show.title, show.language) for show in private.shows_of(session, person)]


def mail_address(request: Request, token: str, form: Sent) -> Response:
    """POST /preferences/<token>/podcast: show. Whoever has a forwarded link can have it mailed, to its owner only."""
    with changing(request) as page:
        visit = preferences.open_page(page.session, page.house, token, page.now)
        page = page.preferring(*visit.person.languages.split(","))
        try:
            show = shows.by_slug(page.session, form.one("show"))
            letters.mail_feed(page.session, page.house, show, visit.person, now=page.now)
        except BadInput as problem:  # no member, or a show for everybody: who asks need not know which
            raise NotFound(NO_MORE) from problem
        email = mask(people.address_of(page.session, visit.person).email)
        return page.show(
            "web/public/done.html",
            title=page.gettext("Look in your inbox"),
            sentence=page.gettext("The address of your private feed is on its way to %(address)s.")
            % {"address": page.address(email)},
            links=[{"text": page.gettext("Your preferences"), "url": page.link(f"/preferences/{token}")}],
        )
