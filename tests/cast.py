"""The cast and the stage: alice has confirmed, bob has not, carol has left. Plain rows, so that any room can use them."""

import secrets
from datetime import datetime, timedelta

from sqlmodel import Session

from publisher.audience.models import Interest, MailingList, Person, Subscription
from publisher.library.models import Source, Subject, Work, WorkText
from publisher.mail.models import Address, Identity
from publisher.newsletters.models import Newsletter, Section


def a_hub(session: Session, now: datetime) -> Identity:
    identity = Identity(
        slug="hub",
        name="Early Hands",
        from_name="Early Hands",
        from_address="letters@hub.example.org",
        postal_address="Early Hands, 12 Garden Row, Exampleton",
        website="https://hub.example.org",
        domain="hub.example.org",
        created_at=now,
    )
    session.add(identity)
    session.flush()
    return identity


def a_list(
    session: Session, identity: Identity, now: datetime, slug: str = "monthly", kind: str = "open"
) -> MailingList:
    row = MailingList(
        slug=slug,
        name=slug.title(),
        kind=kind,
        identity_id=identity.id,
        list_id=f"{slug}.{identity.domain}",
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def a_person(
    session: Session,
    email: str,
    now: datetime,
    *lists: MailingList,
    state: str = "active",
    name: str = "",
    languages: str = "en",
    zone: str = "UTC",
    interests: tuple[tuple[str, str], ...] = (),
) -> Person:
    address = Address(email=email, normalised=email.lower(), hash=f"hash of {email.lower()}", created_at=now)
    session.add(address)
    session.flush()
    person = Person(
        address_id=address.id, key=secrets.token_urlsafe(12), name=name, languages=languages, zone=zone, created_at=now
    )
    session.add(person)
    session.flush()
    for mailing_list in lists:
        session.add(
            Subscription(
                person_id=person.id,
                list_id=mailing_list.id,
                state=state,
                created_at=now - timedelta(days=30),
                active_since=now - timedelta(days=30) if state != "pending" else None,
                ended_at=now if state not in ("pending", "active") else None,
            )
        )
    for facet, key in interests:
        session.add(Interest(person_id=person.id, facet=facet, key=key))
    session.flush()
    return person


def a_work(
    session: Session,
    now: datetime,
    title: str,
    *,
    state: str = "approved",
    kind: str = "report",
    texts: dict[str, str] | None = None,
    subjects: tuple[tuple[str, str], ...] = (),
    news_since: datetime | None = None,
    ends_at: datetime | None = None,
    starts_at: datetime | None = None,
) -> Work:
    """A work whose texts are `{language: title}`; the first language is the original's. Without texts: English."""
    texts = texts or {"en": title}
    work = Work(
        slug=title.lower().replace(" ", "-"),
        state=state,
        kind=kind,
        language=next(iter(texts)),
        first_seen=now,
        news_since=news_since or now,
        starts_at=starts_at,
        ends_at=ends_at,
        updated_at=now,
    )
    session.add(work)
    session.flush()
    for language, text_title in texts.items():
        session.add(
            WorkText(
                work_id=work.id,
                language=language,
                title=text_title,
                blurb=f"Why {text_title} matters.",
                link=f"https://example.org/{work.slug}/{language}",
            )
        )
    for facet, key in subjects:
        session.add(Subject(work_id=work.id, facet=facet, key=key))
    session.flush()
    return work


def a_newsletter(
    session: Session, mailing_list: MailingList, now: datetime, slug: str = "monthly", **changes: object
) -> Newsletter:
    values: dict[str, object] = {
        "slug": slug,
        "name": "The Monthly",
        "list_id": mailing_list.id,
        "identity_id": mailing_list.identity_id,
        "cadence": "monthly on the 1st at 9:00",
        "rule": "0 9 1 * *",
        "zone": "Africa/Nairobi",
        "next_at": now + timedelta(days=8),
        "minimum_items": 1,
        "languages": "en,fr,ar",
        "signed_by": "Ines Moreau",
        "created_at": now,
    } | changes
    newsletter = Newsletter.model_validate(values)
    session.add(newsletter)
    session.flush()
    session.add(
        Section(
            newsletter_id=newsletter.id,
            key="coming",
            titles={"en": "Coming up", "fr": "À venir"},
            position=0,
            mode="until",
            kinds="webinar,event,call",
        )
    )
    session.add(
        Section(newsletter_id=newsletter.id, key="new", titles={"en": "New", "fr": "Nouveau"}, position=1, mode="once")
    )
    session.flush()
    return newsletter


def a_source(session: Session, now: datetime, url: str, **changes: object) -> Source:
    source = Source.model_validate(
        {"slug": "partner", "kind": "feed", "url": url, "title": "A partner", "next_check_at": now, "created_at": now}
        | changes
    )
    session.add(source)
    session.flush()
    return source
