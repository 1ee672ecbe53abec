"""Newsletters and their sections: what goes out to which list, when, by whose release."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from publisher import clock, languages
from publisher.audience.models import MailingList
from publisher.errors import BadInput, Conflict, NotFound
from publisher.library.models import KINDS
from publisher.newsletters import cadence
from publisher.newsletters.models import Issue, IssueItem, IssueState, Newsletter, Section

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
RELEASES = ("by-hand", "by-itself")

#: What a newsletter begins with until somebody shapes its sections.
FIRST_SECTIONS: tuple[dict[str, Any], ...] = (
    {
        "key": "coming",
        "titles": {
            "en": "Coming up",
            "fr": "À venir",
            "ar": "قريبًا",
            "es": "Próximamente",
            "pt": "Em breve",
            "sw": "Yanayokuja",
        },
        "mode": "until",
        "kinds": "webinar,event,call",
        "limit": 6,
    },
    {
        "key": "new",
        "titles": {
            "en": "New in the library",
            "fr": "Nouveautés de la bibliothèque",
            "ar": "جديد المكتبة",
            "es": "Novedades de la biblioteca",
            "pt": "Novidades da biblioteca",
            "sw": "Mpya kwenye maktaba",
        },
        "mode": "once",
        "limit": 12,
    },
)


@dataclass(frozen=True)
class Shape:
    """What a person decides about a newsletter. Lists of languages: the first is the default edition."""

    name: str
    cadence: str
    zone: str = "UTC"
    release: str = "by-hand"
    minimum_items: int = 3
    languages: tuple[str, ...] = ("en",)
    tagline: str = ""
    signed_by: str = ""


def add(session: Session, slug: str, list_slug: str, shape: Shape, *, now: datetime) -> Newsletter:
    """A new newsletter for a list, with two sections to begin with. Its first issue is due at the next time of its cadence."""
    if not SLUG.fullmatch(slug):
        raise BadInput("A short name has small letters, digits and hyphens, such as “monthly”.", field="slug")
    if session.exec(select(Newsletter).where(col(Newsletter.slug) == slug)).first():
        raise Conflict(f"There is a newsletter “{slug}” already.")
    mailing_list = session.exec(select(MailingList).where(col(MailingList.slug) == list_slug)).first()
    if mailing_list is None or mailing_list.id is None:
        raise NotFound(f"There is no list “{list_slug}”.")
    newsletter = Newsletter(
        slug=slug,
        list_id=mailing_list.id,
        identity_id=mailing_list.identity_id,
        created_at=now,
        **_checked(shape, now),
    )
    session.add(newsletter)
    session.flush()
    for position, section in enumerate(FIRST_SECTIONS):
        session.add(Section(newsletter_id=newsletter.id or 0, position=position, **section))
    session.flush()
    return newsletter


def edit(session: Session, newsletter: Newsletter, shape: Shape, *, now: datetime) -> None:
    """Change what was decided. A draft that grows moves to the new next time."""
    before = (newsletter.rule, newsletter.zone)
    for name, value in _checked(shape, now).items():
        setattr(newsletter, name, value)
    session.add(newsletter)
    if before != (newsletter.rule, newsletter.zone):
        _move_draft(session, newsletter)
    session.flush()


def _move_draft(session: Session, newsletter: Newsletter) -> None:
    """The draft that grows belongs to the new next time; its editors hear of that one."""
    regular = select(Issue).where(col(Issue.newsletter_id) == newsletter.id, col(Issue.kind) == "regular")
    issues = session.exec(regular).all()
    taken = {issue.occurrence for issue in issues if issue.state != IssueState.DRAFT}
    while newsletter.next_at is not None and newsletter.next_at in taken:
        newsletter.next_at = cadence.next_after(newsletter.rule, newsletter.zone, newsletter.next_at)
    for issue in issues:
        if issue.state == IssueState.DRAFT:
            issue.occurrence, issue.noticed_at = newsletter.next_at, None
            session.add(issue)


def by_slug(session: Session, slug: str) -> Newsletter:
    found = session.exec(select(Newsletter).where(col(Newsletter.slug) == slug)).first()
    if found is None:
        raise NotFound(f"There is no newsletter “{slug}”.")
    return found


def all_of(session: Session) -> list[Newsletter]:
    return list(session.exec(select(Newsletter).order_by(col(Newsletter.id))).all())


def sections_of(session: Session, newsletter_id: int) -> list[Section]:
    """In the order of the letter."""
    which = select(Section).where(col(Section.newsletter_id) == newsletter_id)
    return list(session.exec(which.order_by(col(Section.position), col(Section.id))).all())


def put_section(session: Session, newsletter: Newsletter, key: str, **changes: Any) -> Section:
    """Make or change the section `key`: titles, position, mode, kinds, topics, countries, fresh_days, limit."""
    if not SLUG.fullmatch(key):
        raise BadInput("A section's key has small letters, digits and hyphens.", field="key")
    if unknown := set(_words(changes.get("kinds", ""))) - set(KINDS):
        raise BadInput(f"“{min(unknown)}” is not a kind. Kinds: {', '.join(KINDS)}.", field="kinds")
    if changes.get("mode", "once") not in ("once", "until"):
        raise BadInput("A section shows things “once” or “until” their date.", field="mode")
    section = session.exec(
        select(Section).where(col(Section.newsletter_id) == newsletter.id, col(Section.key) == key)
    ).first() or Section(
        newsletter_id=newsletter.id or 0, key=key, position=len(sections_of(session, newsletter.id or 0))
    )
    for name, value in changes.items():
        setattr(section, name, value)
    session.add(section)
    session.flush()
    return section


def remove_section(session: Session, newsletter: Newsletter, key: str) -> None:
    """Take a section away; items of a draft in it go where the remaining rules send them at the next growth."""
    for section in sections_of(session, newsletter.id or 0):
        if section.key == key:
            items = select(IssueItem).where(col(IssueItem.section_id) == section.id)
            for item in session.exec(items).all():
                item.section_id = None
                session.add(item)
            session.flush()
            session.delete(section)
            session.flush()


def title_in(newsletter: Newsletter, language: str) -> str:
    """The newsletter's name as readers of that language know it."""
    return str(newsletter.names.get(language) or newsletter.name)


def languages_of(newsletter: Newsletter) -> tuple[str, ...]:
    return tuple(_words(newsletter.languages)) or ("en",)


def edition_language(newsletter: Newsletter, wanted: tuple[str, ...]) -> str:
    """Which edition a reader gets: the first of their languages it speaks, else its default."""
    spoken = languages_of(newsletter)
    for language in wanted:
        for edition in spoken:
            if edition.partition("-")[0] == language.partition("-")[0]:
                return edition
    return spoken[0]


def _checked(shape: Shape, now: datetime) -> dict[str, Any]:
    if not shape.name.strip():
        raise BadInput("A newsletter needs a name.", field="name")
    if shape.release not in RELEASES:
        raise BadInput("Release is “by-hand” or “by-itself”.", field="release")
    if not 0 <= shape.minimum_items <= 100:
        raise BadInput("The least number of items is between 0 and 100.", field="minimum_items")
    spoken = tuple(languages.normalise(word) or "" for word in shape.languages)
    if not spoken or "" in spoken:
        raise BadInput("Name the languages by their codes, such as en,fr,ar.", field="languages")
    rule = cadence.rule_of(shape.cadence)
    clock.zone(shape.zone)
    return {
        "name": shape.name.strip(),
        "cadence": " ".join(shape.cadence.split()),
        "rule": rule,
        "zone": shape.zone,
        "next_at": cadence.next_after(rule, shape.zone, now),
        "release": shape.release,
        "minimum_items": shape.minimum_items,
        "languages": ",".join(dict.fromkeys(spoken)),
        "tagline": shape.tagline.strip(),
        "signed_by": shape.signed_by.strip(),
    }


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
