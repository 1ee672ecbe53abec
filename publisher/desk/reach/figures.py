"""The figures of a quarter, counted from what is in the books. Who was erased is in none of them.

Readers are persons with at least one active subscription at the end of the quarter (or now, while it lasts). A subscription
that was ended and taken up again counts from when it was taken up.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from publisher.audience.models import Person, Subscription
from publisher.desk.models import PageVisit
from publisher.desk.reach.quarters import Quarter
from publisher.mail.models import Outbox, OutboxState
from publisher.newsletters.models import Issue, Newsletter
from publisher.newsletters.newsletters import title_in
from publisher.podcasts.downloads.models import DownloadWindow
from publisher.podcasts.models import Show
from publisher.webinars import words
from publisher.webinars.models import Registration, RegistrationState, Seat, Series, Webinar, WebinarState

CAME = ("yes", "probable")
FEW = 5
"""Fewer than that are told as few: somebody might be known by them."""


@dataclass(frozen=True)
class Counted:
    """One line: what it is about, and how many. `key`: a country, a language, a slug; empty where it is not known."""

    key: str
    title: str
    count: int


@dataclass(frozen=True)
class Held:
    """A webinar that took place."""

    key: str
    title: str
    at: datetime
    registered: int
    came: int


@dataclass(frozen=True)
class Sent:
    """An issue that went out, and how many mails were delivered."""

    key: str
    title: str
    at: datetime
    reached: int


@dataclass(frozen=True)
class Reach:
    """Everything of one quarter, up to `until`: its end, or now while it lasts."""

    quarter: Quarter
    until: datetime
    is_over: bool
    issues: tuple[Sent, ...]
    readers: int
    new: int
    left: int
    by_country: tuple[Counted, ...]
    by_language: tuple[Counted, ...]
    visits: int
    visits_by_kind: tuple[Counted, ...]
    visits_by_country: tuple[Counted, ...]
    downloads: tuple[Counted, ...]
    webinars: tuple[Held, ...]

    @property
    def mails(self) -> int:
        return sum(one.reached for one in self.issues)

    @property
    def downloaded(self) -> int:
        return sum(one.count for one in self.downloads)

    @property
    def registered(self) -> int:
        return sum(one.registered for one in self.webinars)

    @property
    def came(self) -> int:
        return sum(one.came for one in self.webinars)


def of(session: Session, quarter: Quarter, *, now: datetime) -> Reach:
    """The figures of this quarter."""
    until = min(quarter.ends, now)
    visits = _visits(session, quarter)
    return Reach(
        quarter=quarter,
        until=until,
        is_over=quarter.ends <= now,
        issues=tuple(_issues(session, quarter.begins, until)),
        readers=_readers(session, until),
        new=_new(session, quarter.begins, until),
        left=_left(session, quarter.begins, until),
        by_country=_by_country(session, until),
        by_language=_by_language(session, until),
        visits=sum(count for (_, country), count in visits.items() if not country),
        visits_by_kind=_most({kind: count for (kind, country), count in visits.items() if not country}),
        visits_by_country=_of_countries(visits),
        downloads=_downloads(session, quarter.begins, until),
        webinars=tuple(_webinars(session, quarter.begins, until)),
    )


def _issues(session: Session, begins: datetime, until: datetime) -> list[Sent]:
    wanted = select(Issue, Newsletter).join(Newsletter, col(Newsletter.id) == col(Issue.newsletter_id))
    gone = col(Issue.sent_at).is_not(None) & (col(Issue.sent_at) >= begins) & (col(Issue.sent_at) < until)
    rows = list(session.exec(wanted.where(gone, col(Issue.kind) != "correction").order_by(col(Issue.sent_at))))
    letters = [issue.letter_id for issue, _ in rows if issue.letter_id is not None]
    counts = select(Outbox.letter_id, func.count()).where(
        col(Outbox.letter_id).in_(letters), col(Outbox.state) == OutboxState.ACCEPTED
    )
    reached = dict(session.exec(counts.group_by(col(Outbox.letter_id))).all())
    return [
        Sent(issue.slug, _title(issue, newsletter), issue.sent_at, reached.get(issue.letter_id or 0, 0))
        for issue, newsletter in rows
        if issue.sent_at is not None
    ]


def _title(issue: Issue, newsletter: Newsletter) -> str:
    subject = next((str(text) for text in issue.subjects.values() if text), "")
    named = title_in(newsletter, "en")
    return f"{named} {issue.number}: {subject}" if issue.number and subject else subject or named


def _active(at: datetime) -> ColumnElement[bool]:
    """Subscriptions that were active at this instant."""
    began = col(Subscription.active_since).is_not(None) & (col(Subscription.active_since) < at)
    return began & (col(Subscription.ended_at).is_(None) | (col(Subscription.ended_at) >= at))


def _readers(session: Session, at: datetime) -> int:
    wanted = select(func.count(func.distinct(Subscription.person_id)))
    return session.exec(wanted.where(_active(at))).one()


def _new(session: Session, begins: datetime, until: datetime) -> int:
    """Who reads at the end, and began within it."""
    firsts = select(Subscription.person_id).where(_active(until)).group_by(col(Subscription.person_id))
    began = firsts.having(func.min(Subscription.active_since) >= begins).subquery()
    return session.exec(select(func.count()).select_from(began)).one()


def _left(session: Session, begins: datetime, until: datetime) -> int:
    """Who ended their last subscription within it."""
    stays = select(Subscription.person_id).where(_active(until))
    ended = (
        col(Subscription.active_since).is_not(None)
        & (col(Subscription.ended_at) >= begins)
        & (col(Subscription.ended_at) < until)
    )
    wanted = select(func.count(func.distinct(Subscription.person_id)))
    return session.exec(wanted.where(ended, col(Subscription.person_id).not_in(stays))).one()


def _by_country(session: Session, at: datetime) -> tuple[Counted, ...]:
    reading = select(Subscription.person_id).where(_active(at))
    wanted = select(Person.country, func.count()).where(col(Person.id).in_(reading)).group_by(col(Person.country))
    return _most({country or "": count for country, count in session.exec(wanted)})


def _by_language(session: Session, at: datetime) -> tuple[Counted, ...]:
    """By the first of each reader's languages."""
    reading = select(Subscription.person_id).where(_active(at))
    wanted = select(Person.languages, func.count()).where(col(Person.id).in_(reading)).group_by(col(Person.languages))
    counts = Counter[str]()
    for languages, count in session.exec(wanted):
        counts[languages.partition(",")[0].strip()] += count
    return _most(counts)


def _visits(session: Session, quarter: Quarter) -> dict[tuple[str, str], int]:
    first, after = quarter.days
    wanted = select(PageVisit.kind, PageVisit.country, func.sum(PageVisit.count)).where(
        col(PageVisit.day) >= first, col(PageVisit.day) < after
    )
    rows = session.exec(wanted.group_by(col(PageVisit.kind), col(PageVisit.country)))
    return {(kind, country): int(count) for kind, country, count in rows}


def _of_countries(visits: dict[tuple[str, str], int]) -> tuple[Counted, ...]:
    counts = Counter[str]()
    for (_, country), count in visits.items():
        if country:
            counts[country] += count
    return _most(counts)


def _downloads(session: Session, begins: datetime, until: datetime) -> tuple[Counted, ...]:
    within = (
        (col(DownloadWindow.day) >= begins.date())
        & (col(DownloadWindow.day) <= until.date())
        & (col(DownloadWindow.started_at) >= begins)
        & (col(DownloadWindow.started_at) < until)
        & (col(DownloadWindow.dropped) == "")
    )
    wanted = select(Show.slug, Show.title, func.count()).join(DownloadWindow, col(DownloadWindow.show_id) == Show.id)
    rows = session.exec(wanted.where(within).group_by(col(Show.slug), col(Show.title)))
    return tuple(sorted((Counted(*row) for row in rows), key=lambda one: (-one.count, one.key)))


def _webinars(session: Session, begins: datetime, until: datetime) -> list[Held]:
    held = (
        (col(Webinar.state) == WebinarState.ANNOUNCED)
        & (col(Webinar.starts_at) >= begins)
        & (col(Webinar.starts_at) < until)
        & (col(Webinar.ends_at) <= until)
    )
    pairs = select(Webinar, Series).join(Series, col(Series.id) == col(Webinar.series_id)).where(held)
    rows = list(session.exec(pairs.order_by(col(Webinar.starts_at), col(Webinar.id))))
    seats = _seats(session, [webinar.id or 0 for webinar, _ in rows])
    return [
        Held(
            one.slug,
            words.of_webinar(series, one, "en").title,
            one.starts_at,
            sum(seats.get(one.id or 0, {}).values()),
            sum(seats.get(one.id or 0, {}).get(attended, 0) for attended in CAME),
        )
        for one, series in rows
    ]


def _seats(session: Session, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Seats of each date that stand at its end, by whether they were taken."""
    wanted = (
        select(Seat.webinar_id, Seat.attended, func.count())
        .join(Registration, col(Registration.id) == col(Seat.registration_id))
        .where(
            col(Seat.webinar_id).in_(ids),
            col(Seat.state) != "away",
            col(Registration.state) == RegistrationState.REGISTERED,
        )
        .group_by(col(Seat.webinar_id), col(Seat.attended))
    )
    found: dict[int, dict[str, int]] = {}
    for webinar_id, attended, count in session.exec(wanted):
        found.setdefault(webinar_id, {})[attended] = count
    return found


def _most(counts: dict[str, int]) -> tuple[Counted, ...]:
    """The largest first; few by their key, so that their order does not tell how many they are."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1] if one[1] >= FEW else 0, one[0]))
    return tuple(Counted(key, "", count) for key, count in ordered)
