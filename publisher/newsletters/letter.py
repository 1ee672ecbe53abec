"""An issue becomes a letter: its items as matching sees them, and one compiled edition per language.

A work that has texts in several languages has a block for each; a reader's selection names the one in their language.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from publisher import clock, languages
from publisher.audience.models import MailingList
from publisher.errors import BadInput
from publisher.house import House
from publisher.languages import translator
from publisher.library.models import ON_THE_SHELF, Subject, Work, WorkText
from publisher.mail.identities import brand_of
from publisher.mail.letters import Edition, HeaderPlan, compile_letter
from publisher.mail.models import Identity
from publisher.media.models import MediaFile
from publisher.media.pictures import in_mail
from publisher.media.pictures import of as pictures_of
from publisher.newsletters import reasons
from publisher.newsletters.drafting import has_ended, items_of_all
from publisher.newsletters.matching import Item
from publisher.newsletters.models import Issue, IssueItem, Newsletter, Section
from publisher.newsletters.newsletters import sections_of, title_in
from publisher.settings import Settings
from publisher.vocabulary import terms
from publisher.vocabulary.kinds import KIND_LABELS
from publisher.vocabulary.models import EDITABLE_FACETS

#: Countries named in an item's line before it says “and more”.
MOST_COUNTRIES = 3


@dataclass(frozen=True)
class Entry:
    """An item of an issue with all that showing and matching it needs."""

    item: Item
    work: Work
    texts: dict[str, WorkText]
    section: Section
    listing: IssueItem
    picture: MediaFile | None = None


def entries(session: Session, issue: Issue, *, now: datetime) -> list[Entry]:
    """What is in the issue at this moment, in the letter's order: not dropped, still on the shelf, not ended."""
    return entries_of(session, issue.newsletter_id, [(issue, now)])[0]


def entries_of(session: Session, newsletter_id: int, wanted: Sequence[tuple[Issue, datetime]]) -> list[list[Entry]]:
    """The same for several issues of one newsletter, each at its moment, with no more questions than for one."""
    sections = {s.id: s for s in sections_of(session, newsletter_id)}
    listed = items_of_all(session, newsletter_id, [issue.id or 0 for issue, _ in wanted])
    kept = {key: [i for i in items if not i.dropped and i.section_id in sections] for key, items in listed.items()}
    told = _told(session, [i for items in kept.values() for i in items])
    return [_entries(kept[issue.id or 0], sections, told, now) for issue, now in wanted]


@dataclass(frozen=True)
class _Told:
    """Works with their texts and firm subjects, and pictures, by number."""

    works: dict[int | None, Work]
    texts: dict[int, dict[str, WorkText]]
    subjects: dict[int, set[tuple[str, str]]]
    pictures: dict[int, MediaFile]


def _told(session: Session, listings: Collection[IssueItem]) -> _Told:
    ids = {i.work_id for i in listings}
    works = {w.id: w for w in session.exec(select(Work).where(col(Work.id).in_(ids))).all()}
    texts: dict[int, dict[str, WorkText]] = {}
    for text in session.exec(select(WorkText).where(col(WorkText.work_id).in_(ids)).order_by(col(WorkText.id))).all():
        texts.setdefault(text.work_id, {})[text.language] = text
    subjects: dict[int, set[tuple[str, str]]] = {}
    firm = select(Subject).where(col(Subject.work_id).in_(ids), col(Subject.suggested).is_(False))
    for subject in session.exec(firm).all():
        subjects.setdefault(subject.work_id, set()).add((subject.facet, subject.key))
    shown = {p for i in listings for p in (i.picture_id, works[i.work_id].picture_id) if p}
    return _Told(works, texts, subjects, pictures_of(session, shown))


def _entries(
    listings: Sequence[IssueItem], sections: Mapping[int | None, Section], told: _Told, now: datetime
) -> list[Entry]:
    found: list[Entry] = []
    for listing in listings:
        work, its_texts = told.works[listing.work_id], told.texts.get(listing.work_id, {})
        if work.state in ON_THE_SHELF and its_texts and not has_ended(work, now):
            section = sections[listing.section_id]
            item = Item(
                work_id=listing.work_id,
                section=section.key,
                once=section.mode == "once",
                limit=section.limit,
                position=len(found),
                texts=tuple(sorted(its_texts, key=lambda code: (code != work.language, code))),
                subjects=frozenset(told.subjects.get(listing.work_id, ())),
                ends_at=work.ends_at or work.starts_at,
            )
            shown = told.pictures.get(
                listing.picture_id or (work.picture_id if work.state == "featured" else None) or 0
            )
            found.append(Entry(item, work, its_texts, section, listing, shown))
    return found


def compose(
    session: Session,
    house: House,
    issue: Issue,
    language: str,
    contents: Sequence[Entry],
    *,
    now: datetime,
    subject_mark: str = "",
) -> Edition:
    """The issue compiled in one language. `subject_mark` goes before the subject of a test: “[Test]”."""
    newsletter = session.get_one(Newsletter, issue.newsletter_id)
    identity = session.get_one(Identity, newsletter.identity_id)
    mailing_list = session.get_one(MailingList, issue.list_id)
    names = term_names(session, language)
    context = context_of(session, house, newsletter, issue, language, contents, now=now, names=names)
    items = (entry.item for entry in contents)
    context["reasons"] = reasons.table(items, language, reasons.namer(language, names))
    context["subject"] = " ".join(part for part in (subject_mark, context["subject"]) if part)
    if mailing_list.counts_clicks:
        _count_clicks(context, house)
    kind = "correction" if issue.kind == "correction" else "issue"
    plan = header_plan(identity, mailing_list, issue)
    return compile_letter(
        house.templates, kind, language, {"brand": brand_of(identity, house.settings), **context}, plan
    )


def context_of(
    session: Session,
    house: House,
    newsletter: Newsletter,
    issue: Issue,
    language: str,
    contents: Sequence[Entry],
    *,
    now: datetime,
    names: dict[tuple[str, str], str],
) -> dict[str, Any]:
    """What mail templates and the archive page know of an issue in one language; all links direct. `names`: `term_names`."""
    name_of = reasons.namer(language, names)
    title = title_of(newsletter, issue, language)
    opening = opening_of(newsletter, issue, language)
    named = session.get_one(Issue, issue.corrects_id) if issue.corrects_id is not None else issue
    mailing_list = session.get_one(MailingList, issue.list_id)
    home = f"/newsletters/{newsletter.slug}?lang={language}" if mailing_list.kind == "open" else f"/?lang={language}"
    return {
        "newsletter": {
            "name": title_in(newsletter, language),
            "url": house.settings.url(home),
        },
        "issue": {
            "title": title_of(newsletter, named, language),
            "number": named.number,
            "date_text": date_text(newsletter, named, language, now),
            "url": house.settings.url(f"/newsletters/{newsletter.slug}/{named.slug}?lang={language}"),
        },
        "subject": issue.subjects.get(language) or title,
        "preheader": issue.preheaders.get(language, ""),
        "rich": {"correction" if issue.kind == "correction" else "opening": opening} if opening else {},
        "signed_by": issue.signed_by or newsletter.signed_by,
        "sections": _sections(contents, language, name_of, now, house.settings),
        "subscribe_url": house.settings.url(home),
    }


def title_of(newsletter: Newsletter, issue: Issue, language: str) -> str:
    """The issue's subject in that language, in the newsletter's default language, or the newsletter's name."""
    return str(
        issue.subjects.get(language)
        or issue.subjects.get(_default_language(newsletter))
        or title_in(newsletter, language)
    )


def opening_of(newsletter: Newsletter, issue: Issue, language: str) -> str:
    """The editor's words in that language, in the default language, or in whatever language there are any."""
    words = issue.openings
    return str(words.get(language) or words.get(_default_language(newsletter)) or next(iter(words.values()), ""))


def date_text(newsletter: Newsletter, issue: Issue, language: str, now: datetime) -> str:
    """The day of the issue in the newsletter's zone, in words."""
    moment = issue.sent_at or issue.planned_from or issue.send_at or issue.occurrence or now
    return languages.date_in_words(moment.astimezone(clock.zone(newsletter.zone)).date(), language)


def header_plan(identity: Identity, mailing_list: MailingList, issue: Issue) -> HeaderPlan:
    """Header fields of a bulk mail: RFC 2919, 2369, 8058; Feedback-ID as large receivers read it.

    Its four values (campaign, list, type, sender) must differ from each other, hence `list-`: a newsletter and its list
    often have one name.
    """
    return HeaderPlan(
        sender_name=identity.from_name,
        sender_address=identity.from_address,
        reply_to=identity.reply_to,
        list_name=mailing_list.name,
        list_id=mailing_list.list_id,
        feedback_id=f"{issue.slug}:list-{mailing_list.slug}:{issue.kind}:{_sender_id(identity)}",
        precedence="bulk",
        auto_submitted=None,
        unsubscribe=True,
        unsubscribe_mailto=identity.unsubscribe_mailbox,
    )


def may_be_sent(identity: Identity) -> None:
    """`BadInput` where the law of most readers' countries would be broken: a bulk mail names a postal address."""
    if not identity.postal_address.strip():
        raise BadInput(
            f"“{identity.name}” has no postal address yet. Newsletters must show one: add it under Settings, or set PUBLISHER_POSTAL_ADDRESS before “publisher init”."
        )


def _sections(
    contents: Sequence[Entry], language: str, name_of: Any, now: datetime, settings: Settings
) -> list[dict[str, Any]]:
    sections: dict[str, dict[str, Any]] = {}
    for entry in contents:
        key = entry.section.key
        titles = entry.section.titles
        title = titles.get(language) or titles.get("en") or next(iter(titles.values()), key.capitalize())
        part = sections.setdefault(key, {"key": key, "title": str(title), "items": []})
        image = {"image": in_mail(settings, entry.picture, language)} if entry.picture else {}
        part["items"] += [_shown(entry, text, language, name_of, now) | image for text in entry.texts.values()]
    return list(sections.values())


def _shown(entry: Entry, text: WorkText, language: str, name_of: Any, now: datetime) -> dict[str, Any]:
    work, gettext = entry.work, translator(language).gettext
    countries = sorted(name_of("country", key) for facet, key in entry.item.subjects if facet == "country")
    more = ["…"] if len(countries) > MOST_COUNTRIES else []
    item: dict[str, Any] = {
        "key": entry.item.block(text.language),
        "work_id": work.id,
        "title": entry.listing.titles.get(text.language) or text.title,
        "url": text.link or work.canonical_url or "",
        "kind_label": gettext(KIND_LABELS[work.kind]) if work.kind in KIND_LABELS else work.kind,
        "countries_text": _comma(language).join([*countries[:MOST_COUNTRIES], *more]),
        "language_label": languages.language_name(text.link_language or text.language, language),
        "language": text.language,
        "blurb": entry.listing.blurbs.get(text.language) or text.blurb,
        "publisher": work.publisher,
        "pages_text": pages_text(work, language),
        "featured": work.state == "featured",
    }
    if entry.item.ends_at is not None:
        item["until"] = entry.item.ends_at
    if work.kind == "call" or (work.starts_at is not None and work.starts_at <= now):
        item["closes_at"] = work.ends_at  # what has begun is told by when it ends
    elif work.starts_at is not None:
        item["starts_at"] = work.starts_at
        item["button_label"] = gettext("Register") if work.kind == "webinar" else ""
    if work.kind == "episode":
        item["button_label"] = gettext("Listen")
    return item


def pages_text(work: Work, language: str) -> str:
    """“38 pages · PDF, 4 MB”, as much of it as is known; of what is heard or seen, how long it lasts."""
    if work.seconds:
        return languages.duration_in_words(work.seconds, language)
    parts: list[str] = []
    if work.pages:
        parts.append(translator(language).ngettext("%(num)d page", "%(num)d pages", work.pages) % {"num": work.pages})
    kind = "PDF" if "pdf" in work.file_type.lower() else ""
    size = languages.file_size(work.file_bytes, language) if work.file_bytes else ""
    if file := _comma(language).join(part for part in (kind, size) if part):
        parts.append(file)
    return " · ".join(parts)


def _comma(language: str) -> str:
    return "، " if language.partition("-")[0] == "ar" else ", "


def _count_clicks(context: dict[str, Any], house: House) -> None:
    """Number the links of a list that counts clicks: `/c/<token>/<n>`; the target of n stays in the database."""
    context["click_base"] = house.settings.url("/c/")
    items = [item for part in context["sections"] for item in part["items"]]
    for number, url in enumerate(dict.fromkeys(item["url"] for item in items), start=1):
        for item in items:
            if item["url"] == url:
                item["click"] = number


def click_targets(contents: Sequence[Entry]) -> dict[int, str]:
    """Number to address, the same numbering as in the letter."""
    urls = (
        text.link or entry.work.canonical_url or "" for entry in _by_section(contents) for text in entry.texts.values()
    )
    return dict(enumerate(dict.fromkeys(urls), start=1))


def _by_section(contents: Sequence[Entry]) -> list[Entry]:
    order = list(dict.fromkeys(entry.section.key for entry in contents))
    return sorted(contents, key=lambda entry: order.index(entry.section.key))


def term_names(session: Session, language: str) -> dict[tuple[str, str], str]:
    return {
        (facet, key): name for facet in EDITABLE_FACETS for key, name in terms.names(session, facet, language).items()
    }


def _default_language(newsletter: Newsletter) -> str:
    return newsletter.languages.partition(",")[0] or "en"


def _sender_id(identity: Identity) -> str:
    """5 to 15 characters, stable: from the identity's domain."""
    return "".join(c for c in identity.domain if c.isascii() and c.isalnum())[:15].ljust(5, "0")
