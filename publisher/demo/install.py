"""The demo hub: filling an empty installation with an initiative that looks lived in, and taking it away again.

It is filled beside nothing else: a hub with sources, resources, readers or newsletters of its own is refused. What
`publisher init` makes (sender, relay, vocabulary, a list without readers) is a hub's beginning and may be there; the list is
closed for as long as the demo stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from publisher.audience.models import MailingList, Person
from publisher.demo import (
    content,
    listening,
    marker,
    partners,
    past,
    people,
    pictures,
    podcasts,
    settling,
    shelf,
    webinars,
)
from publisher.demo.living import demo_sources, private_hosts_for
from publisher.demo.removal import remove, take_away
from publisher.errors import Conflict
from publisher.house import House
from publisher.library.models import Source, Work
from publisher.mail import addresses, identities
from publisher.newsletters import newsletters
from publisher.newsletters.models import Issue, IssueState, Newsletter
from publisher.podcasts.models import Episode, Show
from publisher.vocabulary import terms
from publisher.webinars.models import Registration, Series, Webinar

__all__ = [
    "DEMO_LOGIN", "Login", "Summary", "demo_sources", "install", "is_installed", "private_hosts_for", "remove",
]  # fmt: skip

#: Whoever wants to look behind the pages first: the editor's address and the password of all demo accounts.
DEMO_LOGIN = (content.hub().staff[1].email, people.PASSWORD)


@dataclass(frozen=True)
class Login:
    """A demo account of the studio. All have the same password, and work on loopback only."""

    name: str
    email: str
    role: str


@dataclass(frozen=True)
class Summary:
    """What the demo hub has. `draft`: key of the growing draft of the main newsletter, or empty when it was sent."""

    resources: int
    readers: int
    newsletters: int
    sources: int
    issues_sent: int
    shows: int
    episodes: int
    webinars: int
    registrations: int
    draft: str
    staff: tuple[Login, ...]
    password: str


def install(house: House, now: datetime) -> Summary:
    """Fill the demo hub, once: a second call fills nothing, but follows the hub to another address.

    Needs the schema and the hub's identity. A filling that was cut off is taken away and begun anew. `Conflict` where the
    hub has data of its own. Commits as it goes, since issues are planned in transactions of their own.
    """
    with house.database.session() as session:
        if marker.is_complete(session):
            settling.move(session, house, now)
            return _summary(session)
        if marker.find(session) is not None:
            take_away(session, house)
        _must_be_empty(session)
        _settle(session, house, now)
    main, since = content.newsletters()[0], None
    for issue in (issue for issue in main.issues if issue.sent_days_ago is not None):
        sent = past.sent_at(main, issue, now)
        _happen(house, now, since=since, until=sent)
        past.send(house, main, issue, now=now)
        since = sent
    _happen(house, now, since=since, until=now)
    with house.database.session() as session:
        listening.listen(session, house, now=now)
        partners.share(session, house, now=now)
        _begin_drafts(session, content.newsletters(), now)
        marker.complete(session)
        return _summary(session)


def is_installed(session: Session) -> bool:
    """Whether the demo hub is here, whole."""
    return marker.is_complete(session)


def _must_be_empty(session: Session) -> None:
    has = [
        name
        for name, number in (
            ("sources", _count(session, Source, col(Source.kind) != "builtin")),
            ("resources", _count(session, Work)),
            ("readers", _count(session, Person)),
            ("newsletters", _count(session, Newsletter)),
            ("shows", _count(session, Show)),
            ("webinars", _count(session, Series)),
            ("lists", _count(session, MailingList, col(MailingList.slug) != settling.FIRST_LIST)),
        )
        if number
    ]
    if has:
        raise Conflict(
            f"This hub has {' and '.join(has)} of its own. The demo needs an empty one: give it another data folder."
        )


def _count(session: Session, table: type[SQLModel], *where: object) -> int:
    return int(session.execute(select(func.count()).select_from(table).where(*where)).scalar_one())  # type: ignore[arg-type]


def _settle(session: Session, house: House, now: datetime) -> None:
    marker.begin(session, now, settling.signature(identities.hub(session)))
    terms.seed_defaults(session)
    settling.sign(session, house)
    settling.close_first_list(session)
    settling.found_newsletters(session, now)
    settling.let_sources_in(session, house, now)
    people.hire(session, house, now)
    podcasts.found(session, house, now=now)


def _happen(house: House, now: datetime, *, since: datetime | None, until: datetime) -> None:
    """Who and what came to the hub in that time, and what took place there."""
    with house.database.session() as session:
        _come_in(session, house, now, until=until)
    webinars.happen(house, since=since, until=until, now=now)


def _come_in(session: Session, house: House, now: datetime, *, until: datetime) -> None:
    """Who and what had come to the hub by that moment and is not there yet: history is written in its order."""
    here = people.known(session)
    fresh = [r for r in content.readers() if addresses.normalise(r.email) not in here]
    people.welcome(session, house, [r for r in fresh if people.joined_at(r, now) <= until], now=now)
    shelved = set(session.exec(select(Work.slug)))
    coming = [a for a in shelf.arrivals(now) if a.resource.key[:70] not in shelved and a.at <= until]
    works = shelf.put_up(session, coming, now=now, reviewer=content.hub().staff[1].email)
    pictures.hang(session, house, coming, works, now=now)
    podcasts.air(session, house, until=until, now=now)


def _begin_drafts(session: Session, papers: Sequence[content.Newsletter], now: datetime) -> None:
    """A growing draft of each newsletter, the main one last, so that it is the newest issue of all."""
    for paper in reversed(papers):
        issue = past.draft(session, newsletters.by_slug(session, paper.slug), now=now)
        growing = next((issue for issue in paper.issues if issue.sent_days_ago is None), None)
        if growing is not None:
            past.write(session, issue, growing.subjects, growing.preheaders, growing.openings)
        else:
            past.write(session, issue, paper.subjects, paper.preheaders, {})


def _summary(session: Session) -> Summary:
    main = newsletters.by_slug(session, content.newsletters()[0].slug)
    drafts = select(Issue.slug).where(col(Issue.newsletter_id) == main.id, col(Issue.state) == IssueState.DRAFT)
    return Summary(
        resources=_count(session, Work),
        readers=_count(session, Person),
        newsletters=_count(session, Newsletter),
        sources=len(content.sources()),
        issues_sent=_count(session, Issue, col(Issue.state) == IssueState.SENT),
        shows=_count(session, Show),
        episodes=_count(session, Episode),
        webinars=_count(session, Webinar),
        registrations=_count(session, Registration),
        draft=session.exec(drafts.order_by(col(Issue.id).desc())).first() or "",
        staff=tuple(Login(person.name, person.email, person.role) for person in content.hub().staff),
        password=people.PASSWORD,
    )
