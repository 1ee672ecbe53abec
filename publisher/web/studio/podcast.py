"""One show: what is coming, what is out, what is not in the feed and why, and what the check says of the feed."""

from itertools import groupby
from typing import Any

from fastapi.responses import Response
from sqlmodel import col, func, select

from publisher.audience import people
from publisher.audience.models import MailingList
from publisher.languages import language_name
from publisher.podcasts import addresses, private, shows
from publisher.podcasts.models import Episode, EpisodeState, Ping, Show, ShowImport
from publisher.web.site import site_of
from publisher.web.studio import feed_check, words
from publisher.web.studio.covers import cover_of
from publisher.web.studio.issues import readers_of
from publisher.web.studio.podcasts import PATH, count_by_state, lately, line, problem_of, url_of
from publisher.web.studio.visit import Desk

PER_PAGE = 60
COMING = (EpisodeState.SCHEDULED, EpisodeState.DRAFT)
MOST_MEMBERS = 200


def show(desk: Desk, slug: str) -> Response:
    """GET /studio/podcasts/<show>; `?page=` of what is out."""
    row = shows.by_slug(desk.session, slug)
    counts = count_by_state(desk.session, row)
    published, number = counts.get(EpisodeState.PUBLISHED, 0), _page_number(desk)
    return desk.show(
        "podcasts/show.html",
        "podcasts",
        show={
            "slug": slug,
            "url": f"{PATH}/{slug}",
            "title": row.title,
            "language": row.language,
            "state_text": _state_text(desk, row, counts),
            "cover": cover_of(desk.session, row),
            "feed_url": "" if row.list_id else addresses.feed(desk.house, row),
            "public_url": "" if row.list_id or row.state != "active" else f"/podcasts/{slug}",
            "moved_to": row.moved_to or "",
            "private": row.list_id is not None,
        },
        coming=_coming(desk, row),
        groups=_published(desk, row, number),
        withdrawn=[line(desk, row, one) for one in _rows(desk, row, EpisodeState.WITHDRAWN)],
        not_emitted=_not_emitted(desk, row),
        pages=words.pages(f"{PATH}/{slug}", [], number, published, PER_PAGE),
        check=_check(desk, row) if published else None,
        importing=_importing(desk, row),
        failed_pings=_failed_pings(desk, row),
        members=_members(desk, row) if row.list_id else None,
        member_form=desk.filled({"email": ""}, f"{PATH}/{slug}/members"),
        none_yet=not counts,
    )


def _state_text(desk: Desk, row: Show, counts: dict[str, int]) -> str:
    mailing_list = desk.session.get(MailingList, row.list_id) if row.list_id else None
    parts = (
        "archived" if row.state == "archived" else "",
        words.counted(counts.get(EpisodeState.PUBLISHED, 0), "episode"),
        language_name(row.language, "en"),
        f"for members of “{mailing_list.name}” only" if mailing_list else "",
    )
    return words.sentence(*parts)


def _coming(desk: Desk, row: Show) -> list[dict[str, Any]]:
    """Scheduled ones by their time, then drafts, the newest first; with the reason where one could not appear."""
    scheduled = sorted(_rows(desk, row, EpisodeState.SCHEDULED), key=lambda one: one.publish_at or desk.now)
    shown = []
    for one in [*scheduled, *_rows(desk, row, EpisodeState.DRAFT)]:
        as_line = line(desk, row, one)
        if one.taking:
            as_line |= {"blurb": one.taking, "state": "failed", "state_label": "Did not appear"}
        elif one.state == EpisodeState.SCHEDULED and (problem := problem_of(desk, one)):
            as_line |= {"blurb": problem, "state": "failing", "state_label": "Cannot appear"}
        shown.append(as_line)
    return shown


def _rows(desk: Desk, row: Show, state: EpisodeState) -> list[Episode]:
    which = select(Episode).where(col(Episode.show_id) == row.id, col(Episode.state) == state)
    return list(desk.session.exec(which.order_by(col(Episode.updated_at).desc(), col(Episode.id).desc()).limit(200)))


def _published(desk: Desk, row: Show, number: int) -> list[dict[str, Any]]:
    """What is out, the newest first, under the names of its seasons where it has some."""
    which = select(Episode).where(col(Episode.show_id) == row.id, col(Episode.state) == EpisodeState.PUBLISHED)
    order = (col(Episode.published_at).desc().nulls_last(), col(Episode.place), col(Episode.id).desc())
    found = list(desk.session.exec(which.order_by(*order).limit(PER_PAGE).offset((number - 1) * PER_PAGE)))
    heard = lately(desk, row, [one.id or 0 for one in found])
    groups = []
    for season, several in groupby(found, key=lambda one: one.season):
        lines = []
        for one in several:
            as_line = line(desk, row, one)
            if times := heard.get(one.id or 0):
                as_line["facts"] = [*as_line["facts"], f"{words.counted(times, 'download')} in 30 days"]
            lines.append(as_line)
        groups.append({"title": f"Season {season}" if season else "", "lines": lines})
    return groups


def _not_emitted(desk: Desk, row: Show) -> list[dict[str, Any]]:
    """What is out and not in the feed, with the reason."""
    feeds = site_of(desk.page.request).feeds
    why = feeds.not_emitted(desk.session, desk.house, feeds.standing(desk.session, row.slug))
    shown = sorted(why)[:PER_PAGE]
    rows = list(desk.session.exec(select(Episode).where(col(Episode.id).in_(shown))))
    return [{"title": one.title, "url": url_of(row, one), "why": why[one.id or 0]} for one in rows]


def _check(desk: Desk, row: Show) -> dict[str, Any]:
    """What the feed shows of itself, by every rule that needs no network."""
    feeds = site_of(desk.page.request).feeds
    document = feeds.document(desk.session, desk.house, feeds.standing(desk.session, row.slug))
    report = feed_check.of_feed(desk, document)
    return {
        "verdict": feed_check.verdict(report),
        "ok": report.ok,
        "findings": feed_check.explained(report.findings)[:12],
    }


def _importing(desk: Desk, row: Show) -> dict[str, Any] | None:
    """Sound of an import that is still elsewhere: how much is here."""
    which = select(ShowImport.id).where(col(ShowImport.show_id) == row.id, col(ShowImport.take_media))
    taking = desk.session.exec(which.limit(1)).first() is not None
    parts = select(func.count()).select_from(Episode).where(col(Episode.show_id) == row.id)
    elsewhere = int(desk.session.exec(parts.where(col(Episode.enclosure_url).is_not(None))).one())
    if not elsewhere:
        return None
    here = int(desk.session.exec(parts.where(col(Episode.audio_id).is_not(None))).one())
    failed = int(
        desk.session.exec(parts.where(col(Episode.taking) != "", col(Episode.enclosure_url).is_not(None))).one()
    )
    total = here + elsewhere
    said = f"The sound of {words.figure(here)} of {words.counted(total, 'episode')} is here"
    said += (
        f"; {words.figure(failed)} could not be fetched."
        if failed
        else "; the rest is being fetched."
        if taking
        else "."
    )
    return {"done": here, "total": total, "text": said, "taking": taking}


def _failed_pings(desk: Desk, row: Show) -> list[dict[str, Any]]:
    which = select(Ping).where(col(Ping.show_id) == row.id, col(Ping.state) == "failed")
    found = desk.session.exec(which.order_by(col(Ping.due_at).desc()).limit(3))
    return [{"target": one.target, "error": one.error, "moment": desk.moment(one.due_at)} for one in found]


def _members(desk: Desk, row: Show) -> dict[str, Any]:
    """Who has a feed of their own. Addresses of feeds are mailed, never shown: whoever reads one can listen."""
    given = private.of_show(desk.session, row)
    total = readers_of(desk, row.list_id or 0)
    lines = [
        {
            "id": feed.id,
            "email": people.address_of(desk.session, person).email,
            "name": person.name,
            "active": private.is_member(desk.session, row, person),
            "moment": desk.moment(feed.created_at),
        }
        for feed, person in given[:MOST_MEMBERS]
    ]
    without = max(total - sum(bool(one["active"]) for one in lines), 0)
    return {
        "lines": lines,
        "text": f"{words.counted(total, 'member')}, {words.figure(len(given))} with a feed of their own",
        "without": without,
        "without_text": words.counted(without, "member"),
    }


def _page_number(desk: Desk) -> int:
    asked = desk.asked("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1
