"""The archive: what was sent, for everybody. Generic editions only: nobody's name, nobody's selection.

An issue is in the archive from the moment it was let out. Cohort lists keep their archive to themselves.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup
from sqlmodel import Session, col, func, select

from feeds.archive import ArchiveFeed, ArchiveItem
from publisher import clock, languages, markdown
from publisher.audience.models import MailingList
from publisher.errors import NotFound
from publisher.house import House
from publisher.languages import N_
from publisher.mail.models import Identity
from publisher.newsletters import correcting
from publisher.newsletters.correcting import LET_OUT
from publisher.newsletters.letter import Entry, context_of, date_text, entries, entries_of, term_names, title_of
from publisher.newsletters.models import Correction, Issue, Newsletter
from publisher.newsletters.newsletters import languages_of, title_in


def open_newsletters(session: Session) -> list[Newsletter]:
    """Newsletters anybody may read and subscribe to."""
    which = (
        select(Newsletter)
        .join(MailingList, col(MailingList.id) == col(Newsletter.list_id))
        .where(col(MailingList.kind) == "open", col(MailingList.archived).is_(False))
    )
    return list(session.exec(which.order_by(col(Newsletter.id))).all())


def public(session: Session, slug: str) -> Newsletter:
    """The newsletter of that name, if it is for everybody; `NotFound` otherwise."""
    for newsletter in open_newsletters(session):
        if newsletter.slug == slug:
            return newsletter
    raise NotFound(N_("There is no such newsletter."))


def published(session: Session, newsletter: Newsletter, *, limit: int = 100, offset: int = 0) -> list[Issue]:
    """Issues that were let out, newest first. Special issues to another list and corrections stay out."""
    which = select(Issue).where(
        col(Issue.newsletter_id) == newsletter.id,
        col(Issue.list_id) == newsletter.list_id,
        col(Issue.kind) != "correction",
        col(Issue.state).in_(LET_OUT),
    )
    newest = which.order_by(col(Issue.planned_from).desc(), col(Issue.id).desc())
    return list(session.exec(newest.offset(offset).limit(limit)).all())


def published_of(session: Session, which: Sequence[Newsletter], *, limit: int) -> dict[int, list[Issue]]:
    """As `published`, of several newsletters at once: at most `limit` of each, by the newsletter's number."""
    newest = (col(Issue.planned_from).desc(), col(Issue.id).desc())
    place = func.row_number().over(partition_by=col(Issue.newsletter_id), order_by=newest).label("place")
    ranked = (
        select(col(Issue.id).label("id"), place)
        .join(Newsletter, col(Newsletter.id) == col(Issue.newsletter_id))
        .where(
            col(Newsletter.id).in_([one.id for one in which]),
            col(Issue.list_id) == col(Newsletter.list_id),
            col(Issue.kind) != "correction",
            col(Issue.state).in_(LET_OUT),
        )
        .subquery()
    )
    shown = select(Issue).join(ranked, ranked.c.id == col(Issue.id)).where(ranked.c.place <= limit)
    found: dict[int, list[Issue]] = {one.id or 0: [] for one in which}
    for issue in session.exec(shown.order_by(ranked.c.place)):
        found[issue.newsletter_id].append(issue)
    return found


def issue_of(session: Session, newsletter: Newsletter, slug: str) -> Issue:
    """An issue in the archive; `NotFound` where it was not sent, or not to everybody."""
    for issue in session.exec(select(Issue).where(col(Issue.slug) == slug)).all():
        shown = issue.newsletter_id == newsletter.id and issue.list_id == newsletter.list_id
        if shown and issue.state in LET_OUT and issue.kind != "correction":
            return issue
    raise NotFound(N_("There is no such issue in the archive."))


def issue_anywhere(session: Session, slug: str) -> tuple[Newsletter, Issue]:
    """As `issue_of`, in the archive of any open newsletter."""
    number = session.exec(select(Issue.newsletter_id).where(col(Issue.slug) == slug)).first()
    paper = next((one for one in open_newsletters(session) if one.id == number), None)
    if paper is None:
        raise NotFound(N_("There is no such issue in the archive."))
    return paper, issue_of(session, paper, slug)


def language_for(newsletter: Newsletter, wanted: Sequence[str]) -> str:
    """The edition to show for these languages: the first that the newsletter speaks, else its default."""
    spoken = languages_of(newsletter)
    return next((code for code in wanted if code in spoken), spoken[0])


def summary(newsletter: Newsletter, issue: Issue, language: str, house: House) -> dict[str, Any]:
    """One line of the archive: title, number, date, address."""
    moment = issue.planned_from or issue.created_at
    return {
        "slug": issue.slug,
        "title": title_of(newsletter, issue, language),
        "preheader": issue.preheaders.get(language, ""),
        "number": issue.number,
        "date": moment,
        "date_text": date_text(newsletter, issue, language, moment),
        "url": house.settings.url(f"/newsletters/{newsletter.slug}/{issue.slug}"),
    }


def page(session: Session, house: House, newsletter: Newsletter, issue: Issue, language: str) -> dict[str, Any]:
    """The generic edition in one language: newsletter, issue, opening as safe HTML, sections with one text per item.

    Shows the issue as it was when it was let out, also what has ended since.
    """
    contents = entries(session, issue, now=_moment(issue))
    notes = correcting.of(session, [issue])
    return _edition(session, house, newsletter, issue, language, contents, notes, term_names(session, language))


def _edition(
    session: Session,
    house: House,
    newsletter: Newsletter,
    issue: Issue,
    language: str,
    contents: Sequence[Entry],
    notes: Sequence[Correction],
    names: dict[tuple[str, str], str],
) -> dict[str, Any]:
    moment = _moment(issue)
    context = context_of(session, house, newsletter, issue, language, contents, now=moment, names=names)
    opening = context["rich"].get("opening", "")
    for part in context["sections"]:
        part["items"] = _one_text_each(part["items"], language)
    return {
        "newsletter": context["newsletter"] | {"slug": newsletter.slug, "tagline": _tagline(newsletter, language)},
        "issue": summary(newsletter, issue, language, house) | {"languages": list(languages_of(newsletter))},
        "opening_html": markdown.to_html(opening) if opening else "",
        "signed_by": context["signed_by"],
        "sections": context["sections"],
        "corrections": _corrections(newsletter, notes, language, context["sections"]),
        "language": language,
        "direction": languages.direction(language),
    }


def _corrections(
    newsletter: Newsletter, notes: Sequence[Correction], language: str, sections: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What was corrected on this page, the newest first: when, what it was about, and the note."""
    titles = {item["work_id"]: item["title"] for part in sections for item in part["items"]}
    zone = clock.zone(newsletter.zone)
    found: list[dict[str, Any]] = []
    for one in notes:
        text, code = correcting.note_in(one, newsletter, language)
        day = one.created_at.astimezone(zone).date()
        found.append(
            {
                "at": one.created_at.astimezone(UTC),
                "date_text": languages.date_in_words(day, language),
                "about": titles.get(one.work_id, ""),
                "html": Markup(markdown.to_html(text)),  # noqa: S704 - sanitised there
                "language": code,
                "direction": languages.direction(code),
            }
        )
    return found


def feed(
    session: Session, house: House, newsletter: Newsletter, language: str, *, limit: int = 20, kind: str = "xml"
) -> ArchiveFeed:
    """The newest issues as a feed in one language; each item has the whole generic edition in HTML. `kind`: xml or json."""
    url = house.settings.url(f"/newsletters/{newsletter.slug}")
    domain = session.get_one(Identity, newsletter.identity_id).domain
    return ArchiveFeed(
        id=f"tag:{domain},{newsletter.created_at:%Y-%m-%d}:newsletter/{newsletter.slug}",
        title=title_in(newsletter, language),
        link=url,
        self_link=f"{url}/feed.{kind}",
        description=_tagline(newsletter, language) or title_in(newsletter, language),
        language=language,
        items=tuple(_feed_items(session, house, newsletter, language, published(session, newsletter, limit=limit))),
    )


def _feed_items(
    session: Session, house: House, newsletter: Newsletter, language: str, sent: Sequence[Issue]
) -> Iterator[ArchiveItem]:
    names, mailing_list = term_names(session, language), session.get_one(MailingList, newsletter.list_id)
    domain = session.get_one(Identity, newsletter.identity_id).domain
    contents = entries_of(session, newsletter.id or 0, [(issue, _moment(issue)) for issue in sent])
    notes = correcting.of(session, sent)
    for issue, its_contents in zip(sent, contents, strict=True):
        its_notes = [one for one in notes if one.issue_id == issue.id]
        shown = _edition(session, house, newsletter, issue, language, its_contents, its_notes, names)
        yield _feed_item(house, issue, language, shown, domain)
    del mailing_list  # kept until here, since a session forgets what nobody holds, and each issue asks for it


def _moment(issue: Issue) -> datetime:
    return issue.planned_from or issue.created_at


def _feed_item(house: House, issue: Issue, language: str, shown: dict[str, Any], domain: str) -> ArchiveItem:
    shown = {name: value for name, value in shown.items() if name not in ("language", "direction")}
    moment = _moment(issue).astimezone(UTC)
    return ArchiveItem(
        id=f"tag:{domain},{issue.created_at:%Y-%m-%d}:issue/{issue.slug}",  # RFC 4151: outlives a move of the site
        link=shown["issue"]["url"],
        title=shown["issue"]["title"],
        summary=shown["issue"]["preheader"],
        content_html=house.templates.render("web/public/issue_feed.html", language=language, **shown),
        published=moment,
        updated=max([moment, *(one["at"] for one in shown["corrections"])]),
        language=language,
    )


def _one_text_each(items: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """Of an item's texts, the one in the page's language, else the original's, which comes first."""
    chosen: dict[int, dict[str, Any]] = {}
    for item in items:
        if item["work_id"] not in chosen or item["language"] == language:
            chosen[item["work_id"]] = item
    return list(chosen.values())


def _tagline(newsletter: Newsletter, language: str) -> str:
    return str(newsletter.taglines.get(language) or newsletter.tagline)


def last_change(session: Session, newsletter: Newsletter) -> datetime | None:
    """When the archive changed last, by an issue or by a correction: what a feed's validators are made of."""
    newest = published(session, newsletter, limit=1)
    which = select(func.max(Correction.created_at)).join(Issue, col(Issue.id) == col(Correction.issue_id))
    corrected = session.exec(which.where(col(Issue.newsletter_id) == newsletter.id)).one()
    return max((when for when in (corrected, newest[0].planned_from if newest else None) if when), default=None)
