"""The demo's rooms and furniture: how the hub signs, its lists and newsletters, and the sources it harvests from itself."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from publisher.audience import lists
from publisher.demo import content, marker, podcasts, webinars
from publisher.house import House
from publisher.library.models import Source
from publisher.mail import identities
from publisher.mail.models import Identity
from publisher.newsletters import newsletters
from publisher.newsletters.models import Section

#: The list that `publisher init` makes; without readers it is not yet anybody's.
FIRST_LIST = "newsletter"
#: Days until the growing draft of the main newsletter is due, so that a visitor has time to look at it.
DUE_IN_DAYS = 5
#: Somebody who looks around for an hour should see something come in: no source is checked more rarely than this.
MOST_MINUTES = 5
#: How the demo signs, by column of `Identity`; what the hub had before is put back when the demo goes.
SIGNS = ("name", "tagline", "taglines", "from_name", "from_address", "reply_to", "postal_address", "website", "accent")


def sign(session: Session, house: House) -> None:
    """Give the hub the demo's name, colour and postal address. What the settings say of sender and address stays."""
    hub, identity = content.hub(), identities.hub(session)
    told = house.settings
    values: dict[str, Any] = {
        "name": hub.name,
        "tagline": hub.tagline["en"],
        "taglines": dict(hub.tagline),
        "from_name": hub.name,
        "from_address": identity.from_address if told.mail_from else _at(hub.from_address, identity),
        "reply_to": identity.reply_to if told.mail_from else _at(hub.reply_to, identity),
        "postal_address": told.postal_address or hub.postal_address,
        "website": told.public_url,
        "accent": hub.accent,
    }
    for name, value in values.items():
        setattr(identity, name, value)
    session.add(identity)
    session.flush()
    marker.remember(session, signs=values)


def signature(identity: Identity) -> dict[str, Any]:
    """How the hub signs at this moment."""
    return {name: getattr(identity, name) for name in SIGNS}


def close_first_list(session: Session) -> None:
    """Close the list that `publisher init` makes, which nobody reads and no newsletter comes by, until the demo goes."""
    first = lists.find(session, FIRST_LIST)
    if first is not None and not first.archived:
        lists.archive(session, first)
        marker.remember(session, closed=FIRST_LIST)


def found_newsletters(session: Session, now: datetime) -> None:
    """Lists, newsletters and their sections. The main newsletter's day of the month is a few days ahead, whenever today is."""
    for place, paper in enumerate(content.newsletters()):
        identity = identities.hub(session) if place == 0 else _identity(session, paper, now)
        lists.add(
            session,
            paper.list.slug,
            paper.list.name,
            now=now,
            kind=paper.list.kind,
            identity=identity,
            description=paper.taglines["en"],
            names=dict(paper.names),
            descriptions=dict(paper.taglines),
        )
        newsletter = newsletters.add(
            session, paper.slug, paper.list.slug, _shape(paper, now, is_main=place == 0), now=now
        )
        newsletter.names, newsletter.taglines = dict(paper.names), dict(paper.taglines)
        for section in newsletters.sections_of(session, newsletter.id or 0):
            session.delete(section)
        session.flush()
        session.add_all(_section(section, n, newsletter.id or 0) for n, section in enumerate(paper.sections))
    session.flush()


def let_sources_in(session: Session, house: House, now: datetime) -> None:
    """The shelf of the demo's own resources, and the four sources that this hub serves to itself. They are checked soon."""
    shelf = Source(
        slug=marker.SHELF,
        kind="builtin",
        title=f"{content.hub().name}, own shelf",
        trust="shelf",
        first_harvest_done=True,
        created_at=now,
    )
    session.add(shelf)
    session.add_all(_source(source, house, now) for source in content.sources())
    session.flush()


def move(session: Session, house: House, now: datetime) -> None:
    """The hub answers under another address than when it was filled: its sources, podcasts, webinars and web site are there too."""
    for about in content.sources():
        source = session.exec(select(Source).where(col(Source.slug) == about.key)).first()
        address = house.settings.url(about.path)
        if source is not None and source.url != address:
            source.url, source.next_check_at, source.etag, source.cursor = address, now, None, None
            session.add(source)
    line = marker.find(session)
    before = line.data.get("signs", {}) if line is not None else {}
    if before.get("website") != house.settings.public_url:
        podcasts.move(session, house, now=now)
        webinars.move(session, house, now=now)
    same = select(Identity).where(col(Identity.website) == before.get("website"))
    for identity in session.exec(same.where(col(Identity.slug).in_(("hub", *marker.slugs()["identities"])))):
        identity.website = house.settings.public_url
        session.add(identity)
    marker.remember(session, signs={**before, "website": house.settings.public_url})


def _at(email: str, identity: Identity) -> str:
    return f"{email.partition('@')[0]}@{identity.domain}"


def _identity(session: Session, paper: content.Newsletter, now: datetime) -> Identity:
    """A newsletter that signs in its own name and colour, otherwise as the hub does."""
    hub = identities.hub(session)
    identity = Identity(
        slug=paper.slug,
        name=paper.brand.name,
        tagline=paper.taglines["en"],
        taglines=dict(paper.taglines),
        from_name=paper.brand.from_name,
        from_address=hub.from_address,
        reply_to=hub.reply_to,
        postal_address=hub.postal_address,
        website=hub.website,
        accent=paper.brand.accent,
        domain=hub.domain,
        created_at=now,
    )
    session.add(identity)
    session.flush()
    return identity


def _shape(paper: content.Newsletter, now: datetime, *, is_main: bool) -> newsletters.Shape:
    return newsletters.Shape(
        name=paper.name,
        cadence=_soon(paper.cadence, now.date()) if is_main else paper.cadence,
        zone=paper.zone,
        release=paper.release,
        minimum_items=paper.minimum_items,
        languages=paper.languages,
        tagline=paper.taglines["en"],
        signed_by=paper.signed_by,
    )


def _soon(cadence: str, today: date) -> str:
    """A monthly cadence with the day that comes in `DUE_IN_DAYS`, or the first where not every month has that day."""
    day = (today + timedelta(days=DUE_IN_DAYS)).day
    day = day if day <= 28 else 1
    ending = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return re.sub(r"\d+(?:st|nd|rd|th)", f"{day}{ending}", cadence)


def _section(section: content.Section, position: int, newsletter_id: int) -> Section:
    return Section(
        newsletter_id=newsletter_id,
        key=section.key,
        titles=dict(section.titles),
        position=position,
        mode=section.mode,
        kinds=",".join(section.kinds),
        topics=",".join(section.topics),
        limit=section.limit,
    )


def _source(about: content.Source, house: House, now: datetime) -> Source:
    return Source(
        slug=about.key,
        kind=about.kind,
        url=house.settings.url(about.path),
        title=about.name,
        language=about.language,
        every_minutes=min(about.every_minutes, MOST_MINUTES),
        trust=about.trust,
        options={"granularity": "second", "deletions": "no"} if about.kind == "oai-pmh" else {},
        defaults={"publisher": about.name, "subjects": [f"topic:{topic}" for topic in about.topics]},
        next_check_at=now,
        created_at=now,
    )
