"""Today answers three questions: what needs me, what goes out next, what went out."""

from datetime import datetime, timedelta
from typing import Any

from fastapi.responses import Response
from sqlmodel import col, func, select

from publisher import clock
from publisher.languages import date_in_words, time_in_words, zone_city
from publisher.library import sources
from publisher.library.models import LookAlike, Share, Source, Work, WorkState
from publisher.mail.identities import hub
from publisher.newsletters import issues, newsletters
from publisher.newsletters.models import Issue, IssueState, Newsletter
from publisher.web.forms import Posted
from publisher.web.page import Page
from publisher.web.studio import airing, backups, convening, pressing, returns, steps, words
from publisher.web.studio.answering import read_as
from publisher.web.studio.entering import log_in_page
from publisher.web.studio.issues import Counted, counted, line, readers_of_each
from publisher.web.studio.library import to_review
from publisher.web.studio.relays import relay_line
from publisher.web.studio.visit import Desk, Staff

SOON = timedelta(days=3)
WENT_OUT = 8
ENDED = (IssueState.SENT, IssueState.CANCELLED)


def door(page: Page, form: Posted, staff: Staff | None) -> Response:
    """GET /studio: the desk, or the way to it."""
    return log_in_page(page) if staff is None else show(read_as(page, form, staff))


def show(desk: Desk) -> Response:
    """What needs me, what goes out next, what went out; above them, while the hub is new, the next step."""
    rows = {n.id: n for n in newsletters.all_of(desk.session)}
    every = issues.all_of(desk.session)
    sent = _sent(every)[:WENT_OUT]
    known = counted(desk, [*(i for i in every if i.state not in ENDED), *sent])
    needs, upcoming = _needs(desk, rows, every, known), _upcoming(desk, rows, every, known)
    out = _out(desk, rows, sent, known)
    return desk.show(
        "today.html",
        "today",
        greeting=_greeting(desk),
        date_text=_date(desk),
        held=backups.held(desk),
        step=steps.next_step(desk),
        is_empty=not (needs or upcoming or out),
        needs=needs,
        upcoming=upcoming,
        out=out,
    )


def _needs(desk: Desk, rows: dict[int | None, Newsletter], every: list[Issue], known: Counted) -> list[dict[str, Any]]:
    found = [
        _held(desk, rows[i.newsletter_id], i, known)
        for i in every
        if _waits(i) or _is_due(desk, rows[i.newsletter_id], i)
    ]
    relay = relay_line(desk)
    if relay["state"] == "failing":
        found.append(_need("Mail does not leave", "/studio/settings/relay", [relay["text"]], "failing"))
    if rows and not hub(desk.session).postal_address.strip():
        said = "Newsletters must show where you are; the law in most places asks for it."
        found.append(_need("A postal address is missing", "/studio/settings", [said], "held", "Missing"))
    if number := to_review(desk):
        newest = desk.session.exec(select(func.max(Work.first_seen)).where(col(Work.state) == WorkState.NEW)).one()
        title = f"{words.counted(number, 'resource')} to review"
        found.append(_need(title, "/studio/library", _shared(desk), "new", moment=desk.moment(newest)))
    pairs = desk.session.exec(select(func.count()).select_from(LookAlike).where(col(LookAlike.state) == "open")).one()
    if pairs:
        title = f"{words.counted(int(pairs), 'pair')} that may be one resource"
        found.append(_need(title, "/studio/library/look-alikes", [], "new", "Decide"))
    return found + returns.needs(desk) + pressing.needs(desk) + airing.needs(desk) + _failing(desk)


def _upcoming(
    desk: Desk, rows: dict[int | None, Newsletter], every: list[Issue], known: Counted
) -> list[dict[str, Any]]:
    going = [i for i in every if i.state in (IssueState.SENDING, IssueState.PAUSED)]
    growing = [i for i in every if i.state in (IssueState.DRAFT, IssueState.SCHEDULED) and (i.send_at or i.occurrence)]
    readers = readers_of_each(desk, (i.list_id for i in growing))
    shown = []
    for issue in growing:
        row = line(desk, rows[issue.newsletter_id], issue, known)
        row["facts"] = [*row["facts"], words.counted(readers[issue.list_id], "reader")]
        shown.append(row | {"progress": None})
    others = (*convening.upcoming(desk), *airing.upcoming(desk))
    coming = [*shown, *(row | {"progress": None} for row in others)]
    leaving = [line(desk, rows[i.newsletter_id], i, known) | {"progress": _progress(known, i)} for i in going]
    return [*leaving, *sorted(coming, key=_instant)]


def _out(desk: Desk, rows: dict[int | None, Newsletter], last: list[Issue], known: Counted) -> list[dict[str, Any]]:
    """Issues, episodes and webinars together, the newest first."""
    sent = [_went(desk, rows[i.newsletter_id], i, known) for i in last]
    return sorted([*sent, *airing.out(desk), *convening.out(desk)], key=_instant, reverse=True)[:WENT_OUT]


def _instant(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["moment"]["iso"])


def _waits(issue: Issue) -> bool:
    return (issue.state == IssueState.HELD and issue.held_for != "thin") or issue.state == IssueState.PAUSED


def _is_due(desk: Desk, newsletter: Newsletter, issue: Issue) -> bool:
    due = issue.occurrence
    by_hand = newsletter.release == "by-hand" and newsletter.state == "active"
    return issue.state == IssueState.DRAFT and due is not None and by_hand and due <= desk.now + SOON


def _held(desk: Desk, newsletter: Newsletter, issue: Issue, known: Counted) -> dict[str, Any]:
    row = line(desk, newsletter, issue, known)
    if _waits(issue):
        return row | {"facts": [issue.reason or newsletter.name], "blurb": ""}
    return row | {"facts": [*row["facts"], "waits for your release"], "state_label": "Due soon"}


def _failing(desk: Desk) -> list[dict[str, Any]]:
    rows = desk.session.exec(
        select(Source)
        .where(
            (col(Source.failing_since).is_not(None) & (col(Source.state) == "active")) | (col(Source.state) == "gone")
        )
        .order_by(col(Source.failing_since))
        .limit(6)
    )
    return [
        _need(source.title, f"/studio/library/sources/{source.slug}", [sources.health(source, desk.now)], "failing" if source.state == "active" else "gone",
              moment=desk.moment(source.failing_since))
        for source in rows
    ]  # fmt: skip


def _shared(desk: Desk) -> list[str]:
    """How many of them partners proposed: people wait for those."""
    number = desk.session.exec(
        select(func.count())
        .select_from(Share)
        .join(Work, col(Work.id) == col(Share.work_id))
        .where(col(Work.state) == WorkState.NEW)
    ).one()
    return [f"{words.figure(int(number))} shared by partners"] if number else []


def _sent(every: list[Issue]) -> list[Issue]:
    sent = [i for i in every if i.state in (IssueState.SENT, IssueState.CANCELLED) and i.planned_from]
    return sorted(sent, key=lambda issue: issue.planned_from or issue.created_at, reverse=True)


def _went(desk: Desk, newsletter: Newsletter, issue: Issue, known: Counted) -> dict[str, Any]:
    counts = known.counts[issue.id]
    row = line(desk, newsletter, issue, known)
    taken, failed = counts["accepted"], counts["rejected"]
    refused = f"{words.figure(failed)} refused" if failed else ""
    of_all = f"{words.figure(taken)} of {words.counted(counts['prepared'], 'letter')}"
    return row | {"facts": [newsletter.name, of_all, refused]}


def _progress(known: Counted, issue: Issue) -> dict[str, Any]:
    counts = known.counts[issue.id]
    total = counts["prepared"]
    left = sum(counts[name] for name in ("queued", "claimed", "in_flight", "deferred"))
    return {"done": total - left, "total": total, "text": f"{words.figure(total - left)} of {words.figure(total)} done"}


def _need(
    title: str, url: str, facts: list[str], state: str, label: str = "", moment: dict[str, str] | None = None
) -> dict[str, Any]:
    return {
        "title": title[:1].upper() + title[1:],
        "url": url,
        "facts": facts,
        "state": state,
        "state_label": label,
        "moment": moment,
    }


def _greeting(desk: Desk) -> str:
    hour = desk.now.astimezone(clock.zone(desk.zone)).hour
    time = "Good morning" if 4 <= hour < 12 else "Good afternoon" if 12 <= hour < 18 else "Good evening"
    first = desk.staff.member.name.split(" ")[0]
    return f"{time}, {first}" if first else time


def _date(desk: Desk) -> str:
    day = desk.now.astimezone(clock.zone(desk.zone)).date()
    return f"{date_in_words(day, 'en', weekday=True)}, {time_in_words(desk.now, desk.zone, 'en')} in {zone_city(desk.zone, 'en')}"
