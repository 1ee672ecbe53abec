"""What a line of the trail is about: `issue:12` by its name, with its page. One question for each kind of thing on a page."""

from collections.abc import Callable, Iterable

from sqlmodel import col, select

from publisher.audience.models import MailingList, Person
from publisher.library import shelf
from publisher.library.models import Source
from publisher.mail.models import Address
from publisher.newsletters.models import Issue, Newsletter
from publisher.podcasts.models import Episode, Show
from publisher.staff.models import Member
from publisher.vocabulary.models import EDITABLE_FACETS
from publisher.web.studio import podcasts
from publisher.web.studio.issues import title_of_issue, url_of
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars.finding import date_url, own_title, series_url
from publisher.webinars.models import Series, Webinar

Place = tuple[str, str]
"""What it is called, and its page; empty where there is none."""

#: Room → the kinds of things that lines of the trail are about there; a test knows that none is missing.
ROOMS: dict[str, tuple[str, ...]] = {
    "Library": ("resource", "source", "term", "picture"),
    "Newsletters": ("newsletter", "issue"),
    "Podcasts": ("show", "episode"),
    "Webinars": ("series", "webinar"),
    "People": ("person", "people", "list", "erasure"),
    "Settings": ("settings", "staff", "brand", "relay", "demo", "step"),
}

_FIXED: dict[str, Place] = {
    "people:import": ("Readers", "/studio/people/import"),
    "erasure": ("Erasure", ""),
    "settings": ("Settings", "/studio/settings"),
    "source:file": ("A file", ""),
    "show:import": ("A show from elsewhere", ""),
}
_GENERAL: dict[str, Place] = {
    "staff": ("Staff", "/studio/settings/staff"),
    "brand": ("Senders", "/studio/settings"),
    "relay": ("How mail leaves", "/studio/settings/relay"),
    "demo": ("The demo hub", ""),
    "step": ("Beginning", "/studio"),
    "resource": ("A resource", ""),
    "picture": ("Pictures", "/studio/pictures"),
    "person": ("A reader", ""),
}


def places(desk: Desk, abouts: Iterable[str]) -> dict[str, Place]:
    """A place for each; what is gone since is called by its kind."""
    found: dict[str, Place] = {}
    keys: dict[str, set[str]] = {}
    for about in abouts:
        kind, _, key = about.partition(":")
        keys.setdefault(kind, set()).add(key)
        found[about] = _FIXED.get(about) or _GENERAL.get(kind) or (f"{kind.replace('_', ' ').capitalize()} {key}", "")
    for kind, theirs in keys.items():
        if (look := _LOOKS.get(kind)) is not None:
            found |= {f"{kind}:{key}": place for key, place in look(desk, theirs).items()}
    return found


def _numbers(keys: set[str]) -> list[int]:
    return [int(key) for key in keys if key.isdecimal() and len(key) < 12]


def _resources(desk: Desk, keys: set[str]) -> dict[str, Place]:
    rows = shelf.shown(desk.session, _numbers(keys))
    return {
        str(one.work.id): (next(iter(one.texts.values())).title, f"/studio/library/{one.work.id}")
        for one in rows
        if one.texts
    }


def _sources(desk: Desk, keys: set[str]) -> dict[str, Place]:
    rows = desk.session.exec(select(Source).where(col(Source.slug).in_(keys)))
    return {row.slug: (row.title, f"/studio/library/sources/{row.slug}") for row in rows}


def _terms(_desk: Desk, keys: set[str]) -> dict[str, Place]:
    return {key: (key.partition(":")[2].replace("-", " "), "/studio/library/vocabulary") for key in keys if key.partition(":")[0] in EDITABLE_FACETS}  # fmt: skip


def _newsletters(desk: Desk, keys: set[str]) -> dict[str, Place]:
    rows = desk.session.exec(select(Newsletter).where(col(Newsletter.slug).in_(keys)))
    return {row.slug: (row.name, f"/studio/newsletters/{row.slug}") for row in rows}


def _issues(desk: Desk, keys: set[str]) -> dict[str, Place]:
    rows = desk.session.exec(
        select(Issue, Newsletter)
        .join(Newsletter, col(Newsletter.id) == col(Issue.newsletter_id))
        .where(col(Issue.id).in_(_numbers(keys)))
    )
    return {str(issue.id): (title_of_issue(letter, issue), url_of(letter, issue)) for issue, letter in rows}


def _shows(desk: Desk, keys: set[str]) -> dict[str, Place]:
    rows = desk.session.exec(select(Show).where(col(Show.slug).in_(keys)))
    return {row.slug: (row.title, f"{podcasts.PATH}/{row.slug}") for row in rows}


def _episodes(desk: Desk, keys: set[str]) -> dict[str, Place]:
    rows = desk.session.exec(
        select(Episode, Show).join(Show, col(Show.id) == col(Episode.show_id)).where(col(Episode.id).in_(_numbers(keys)))
    )  # fmt: skip
    return {str(episode.id): (episode.title, podcasts.url_of(show, episode)) for episode, show in rows}


def _series(desk: Desk, keys: set[str]) -> dict[str, Place]:
    rows = desk.session.exec(select(Series).where(col(Series.slug).in_(keys)))
    return {row.slug: (row.title, series_url(row)) for row in rows}


def _webinars(desk: Desk, keys: set[str]) -> dict[str, Place]:
    rows = desk.session.exec(
        select(Series, Webinar)
        .join(Webinar, col(Webinar.series_id) == col(Series.id))
        .where(col(Webinar.id).in_(_numbers(keys)))
    )
    return {str(one.id): (own_title(series, one), date_url(series, one)) for series, one in rows}


def _people(desk: Desk, keys: set[str]) -> dict[str, Place]:
    rows = desk.session.exec(
        select(Person, Address)
        .join(Address, col(Address.id) == col(Person.address_id))
        .where(col(Person.id).in_(_numbers(keys)), col(Address.email) != "")
    )
    return {str(one.id): (one.name or address.email, f"/studio/people/{one.id}") for one, address in rows}


def _lists(desk: Desk, keys: set[str]) -> dict[str, Place]:
    rows = desk.session.exec(select(MailingList).where(col(MailingList.slug).in_(keys)))
    return {row.slug: (row.name, f"/studio/people/lists#{row.slug}") for row in rows}


def _staff(desk: Desk, keys: set[str]) -> dict[str, Place]:
    rows = desk.session.exec(
        select(Member, Address)
        .join(Address, col(Address.id) == col(Member.address_id))
        .where(col(Member.id).in_(_numbers(keys)))
    )
    return {str(one.id): (one.name or address.email, "/studio/settings/staff") for one, address in rows}


_LOOKS: dict[str, Callable[[Desk, set[str]], dict[str, Place]]] = {
    "resource": _resources,
    "source": _sources,
    "term": _terms,
    "newsletter": _newsletters,
    "issue": _issues,
    "show": _shows,
    "episode": _episodes,
    "series": _series,
    "webinar": _webinars,
    "person": _people,
    "list": _lists,
    "staff": _staff,
}
