"""Issues in words: what a list says of one, and the page of one issue, from growing draft to sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi.responses import Response
from sqlmodel import Session, col, func, select

from publisher import clock, languages
from publisher.audience.models import MailingList, Subscription, SubscriptionState
from publisher.languages import language_name
from publisher.library.models import Work
from publisher.library.shelf import Shown, shown
from publisher.mail.bounces import marks
from publisher.mail.models import Letter
from publisher.newsletters import drafting, issues, newsletters, rehearsal
from publisher.newsletters.models import Issue, IssueItem, IssueState, Newsletter, Section
from publisher.newsletters.newsletters import languages_of
from publisher.newsletters.rehearsal import Rehearsal
from publisher.staff import trail
from publisher.web.studio import words
from publisher.web.studio.library import facts_of, title_of
from publisher.web.studio.visit import Desk

MOST_REHEARSED = 5000
"""Readers up to which the draft's page counts who would get each item; larger lists are counted on the page that asks."""

GOING = (IssueState.SENDING, IssueState.PAUSED)
COUNTS = (
    ("accepted", "Taken by the relay"), ("queued", "Waiting"), ("claimed", "About to leave"), ("in_flight", "On the way"),
    ("deferred", "Tried again later"), ("rejected", "Refused"), ("uncertain", "Answer lost"), ("suppressed", "Suppressed since"),
    ("cancelled", "Stopped"), ("expired", "Nothing left to say"),
)  # fmt: skip


def opened(session: Session, slug: str, key: str) -> tuple[Newsletter, Issue]:
    """The issue at this address and its newsletter; `NotFound` otherwise."""
    newsletter = newsletters.by_slug(session, slug)
    issue = issues.by_slug(session, key)
    return (
        newsletter if issue.newsletter_id == newsletter.id else session.get_one(Newsletter, issue.newsletter_id)
    ), issue


def url_of(newsletter: Newsletter, issue: Issue) -> str:
    return f"/studio/newsletters/{newsletter.slug}/issues/{issue.slug}"


def title_of_issue(newsletter: Newsletter, issue: Issue) -> str:
    """Its subject, or what it is and for when."""
    first = next((str(issue.subjects[code]) for code in ("en", *issue.subjects) if issue.subjects.get(code)), "")
    if issue.kind == "correction":
        return f"Correction: {first}" if first else f"{newsletter.name}, a correction"
    if first:
        return first
    if issue.kind == "special":
        return f"{newsletter.name}, a special issue"
    moment = issue.sent_at or issue.occurrence or issue.created_at
    day = moment.astimezone(clock.zone(newsletter.zone)).date()
    return f"{newsletter.name}, {languages.date_in_words(day, 'en')}"


@dataclass(frozen=True)
class Counted:
    """What lines of issues tell, asked for all of them at once. `letters` stay in the session for as long as this does."""

    counts: dict[int | None, dict[str, int]]
    items: dict[int | None, int]
    letters: Sequence[Letter]


def counted(desk: Desk, shown: Sequence[Issue]) -> Counted:
    ids = [one.id for one in shown]
    kept = select(IssueItem.issue_id, func.count()).where(col(IssueItem.issue_id).in_(ids), ~col(IssueItem.dropped))
    items: dict[int | None, int] = {
        row[0]: int(row[1]) for row in desk.session.execute(kept.group_by(col(IssueItem.issue_id)))
    }
    going = [one.letter_id for one in shown if one.state == IssueState.SENDING]
    letters = desk.session.exec(select(Letter).where(col(Letter.id).in_(going))).all()
    return Counted(issues.statuses(desk.session, shown), items, letters)


def line(desk: Desk, newsletter: Newsletter, issue: Issue, known: Counted) -> dict[str, Any]:
    """An issue as one line of a list."""
    state = issues.shown_state(desk.session, issue)
    moment = issue.planned_from or issue.send_at or issue.occurrence or issue.created_at
    going = state in (*GOING, IssueState.SENT)
    items = words.counted(known.items.get(issue.id, 0), "item") if issue.kind == "regular" else ""
    facts = [
        newsletter.name,
        f"no. {issue.number}" if issue.number else "",
        words.counted(known.counts[issue.id]["accepted"], "letter") if going else items,
    ]
    return {
        "title": title_of_issue(newsletter, issue),
        "url": url_of(newsletter, issue),
        "facts": facts,
        "state": state,
        "state_label": "",
        "moment": desk.moment(moment, newsletter.zone),
    }


def show(desk: Desk, slug: str, key: str) -> Response:
    """GET /studio/newsletters/<slug>/issues/<issue>"""
    newsletter, issue = opened(desk.session, slug, key)
    state, url = issues.shown_state(desk.session, issue), url_of(newsletter, issue)
    spoken = languages_of(newsletter)
    growing = state in (IssueState.DRAFT, IssueState.HELD, IssueState.SCHEDULED)
    numbers = _rehearsal(desk, issue) if growing else None
    public = issue.kind != "correction" and state in (*GOING, IssueState.SENT) and issue.list_id == newsletter.list_id
    return desk.show(
        "newsletters/issue.html",
        "newsletters",
        newsletter={"title": newsletter.name, "url": f"/studio/newsletters/{newsletter.slug}"},
        issue={
            "url": url,
            "title": title_of_issue(newsletter, issue),
            "state": state,
            "state_text": _state_text(desk, newsletter, issue, state),
            "held_reason": issue.reason if state in (IssueState.HELD, IssueState.PAUSED) else "",
            "public_url": f"/newsletters/{newsletter.slug}/{issue.slug}" if public else "",
            "can_edit": growing and desk.may("editor"),
            "kind": issue.kind,
        },
        who_text=_who(desk, issue),
        sections=[] if issue.kind != "regular" else _sections(desk, newsletter, issue, spoken, numbers),
        section_options=[(s.key, _label(s)) for s in newsletters.sections_of(desk.session, newsletter.id or 0)],
        languages=[(code, language_name(code, "en")) for code in spoken],
        opening=_opening(desk, issue, spoken, url, newsletter),
        opening_note=_opening_note(issue, spoken),
        reader=desk.asked("reader"),
        reader_form=desk.filled({"email": ""}, f"{url}/reader"),
        test_form=desk.filled({"to": desk.staff.email}, f"{url}/test"),
        rehearsal=_shown_rehearsal(numbers, url),
        sending=_sending(desk, issue, state) if issue.letter_id is not None else None,
        history=[{"text": f"{h.what} {h.who}", "moment": desk.moment(h.at)} for h in trail.of(desk.session, f"issue:{issue.id}", limit=15)],
    )  # fmt: skip


def summary(numbers: Rehearsal) -> str:
    """“Sends to 1,204 people in 6 languages; 31 are suppressed.”"""
    people = "1 person" if numbers.recipients == 1 else f"{words.figure(numbers.recipients)} people"
    spoken = len(numbers.by_language)
    are = "is" if numbers.suppressed == 1 else "are"
    suppressed = f"; {words.figure(numbers.suppressed)} {are} suppressed" if numbers.suppressed else ""
    return f"Sends to {people} in {words.counted(spoken, 'language')}{suppressed}."


def without_text(numbers: Rehearsal) -> str:
    """How many would get nothing, because nothing fits them."""
    if not numbers.without_items:
        return "Everybody on the list gets something."
    one = numbers.without_items == 1
    return f"{words.figure(numbers.without_items)} {'gets' if one else 'get'} no mail, because nothing in it fits them."


def readers_of(desk: Desk, list_id: int) -> int:
    """Active readers of a list."""
    return readers_of_each(desk, [list_id])[list_id]


def readers_of_each(desk: Desk, lists: Iterable[int]) -> dict[int, int]:
    """Active readers of several lists, asked for at once."""
    found = dict.fromkeys(lists, 0)
    which = select(Subscription.list_id, func.count()).where(
        col(Subscription.list_id).in_(list(found)), col(Subscription.state) == SubscriptionState.ACTIVE
    )
    return found | {row[0]: int(row[1]) for row in desk.session.exec(which.group_by(col(Subscription.list_id)))}


def _rehearsal(desk: Desk, issue: Issue) -> Rehearsal | None:
    if issue.corrects_id is None and readers_of(desk, issue.list_id) > MOST_REHEARSED:
        return None
    return rehearsal.rehearse(desk.session, desk.house, issue, now=desk.now)[0]


def _shown_rehearsal(numbers: Rehearsal | None, url: str) -> dict[str, Any] | None:
    if numbers is None:
        return None
    names = {code: language_name(code, "en") for code in numbers.by_language}
    return {
        "sentence": summary(numbers),
        "by_language": words.bars(numbers.by_language, names),
        "without_text": without_text(numbers),
        "url": f"{url}/rehearse",
    }


def _state_text(desk: Desk, newsletter: Newsletter, issue: Issue, state: str) -> str:
    when = issue.send_at or issue.occurrence
    if state == IssueState.SCHEDULED and when:
        return f"Goes out {desk.in_words(when, newsletter.zone)}"
    if state == IssueState.DRAFT and issue.kind != "regular":
        return "Goes out when you send it"
    if state == IssueState.DRAFT and when:
        how = "when one of you releases it" if newsletter.release == "by-hand" else "by itself"
        return f"Due {desk.in_words(when, newsletter.zone)}, {how}"
    if state in (*GOING, IssueState.SENT) and issue.planned_from:
        by = f", released by {issue.released_by}" if issue.released_by else ""
        return f"{desk.in_words(issue.planned_from, newsletter.zone)}{by}"
    return ""


def _who(desk: Desk, issue: Issue) -> str:
    """Whom an issue outside the cadence goes to."""
    row = desk.session.get_one(MailingList, issue.list_id)
    if issue.kind == "correction" and issue.corrects_work_id is not None:
        return f"Goes to those on “{row.name}” who had the corrected item by the issue, and to nobody else."
    if issue.kind == "correction":
        return f"Goes to those on “{row.name}” whom the issue has reached, and to nobody else."
    return f"Goes to everybody on “{row.name}”." if issue.kind == "special" else ""


def _sections(
    desk: Desk, newsletter: Newsletter, issue: Issue, spoken: tuple[str, ...], numbers: Rehearsal | None
) -> list[dict[str, Any]]:
    items = drafting.items_of(desk.session, issue)
    works = {s.work.id: s for s in shown(desk.session, [item.work_id for item in items])}
    parts: list[dict[str, Any]] = []
    for section in newsletters.sections_of(desk.session, newsletter.id or 0):
        inside = [i for i in items if i.section_id == section.id and i.work_id in works]
        inside.sort(key=lambda item: item.dropped)
        note = "until its date" if section.mode == "until" else "each thing once"
        limit = f", {words.figure(section.limit)} for each reader at most" if section.limit else ""
        parts.append(
            {
                "id": section.key,
                "label": _label(section),
                "note": note + limit,
                "items": [
                    _item(desk, issue, item, works[item.work_id], spoken, numbers, url_of(newsletter, issue))
                    for item in inside
                ],
            }
        )
    return parts


def _item(
    desk: Desk,
    issue: Issue,
    item: IssueItem,
    found: Shown,
    spoken: tuple[str, ...],
    numbers: Rehearsal | None,
    url: str,
) -> dict[str, Any]:
    title, language = title_of(found)
    values = {f"title_{code}": item.titles.get(code, "") for code in spoken}
    values |= {f"blurb_{code}": item.blurbs.get(code, "") for code in spoken}
    readers = "" if numbers is None else words.counted(numbers.readers_of_item[item.work_id], "reader")
    return {
        "id": item.work_id,
        "title": item.titles.get(language) or title,
        "url": f"/studio/library/{item.work_id}",
        "language": language,
        "facts": [
            *facts_of(found),
            "rewritten" if item.titles or item.blurbs else "",
            "own picture" if item.picture_id else "",
            _ended(desk, found.work),
        ],
        "dropped": item.dropped,
        "pinned": item.pinned,
        "readers_text": "" if item.dropped else readers,
        "form": desk.filled(values, f"{url}/items", item=item.work_id, verb="rewrite"),
        "picture_url": f"/studio/pictures?for=item:{item.id}",
        "own": {code: text.blurb for code, text in found.texts.items()},
    }


def _ended(desk: Desk, work: Work) -> str:
    return "has ended, so it is not sent" if drafting.has_ended(work, desk.now) else ""


def _label(section: Section) -> str:
    return str(section.titles.get("en") or next(iter(section.titles.values()), section.key))


def _opening(desk: Desk, issue: Issue, spoken: tuple[str, ...], url: str, newsletter: Newsletter) -> Any:
    values: dict[str, Any] = {"signed_by": issue.signed_by or newsletter.signed_by}
    for code in spoken:
        values[f"opening_{code}"] = issue.openings.get(code, "")
        if issue.kind != "correction":
            values[f"subject_{code}"] = issue.subjects.get(code, "")
            values[f"preheader_{code}"] = issue.preheaders.get(code, "")
    return desk.filled(values, f"{url}/opening", {"subject": f"subject_{spoken[0]}"})


def _opening_note(issue: Issue, spoken: tuple[str, ...]) -> str:
    """“Written in English; French and Arabic show English.”"""
    written = [language_name(code, "en") for code in spoken if issue.openings.get(code)]
    missing = [language_name(code, "en") for code in spoken if not issue.openings.get(code)]
    if not written or not missing:
        return ""
    shows = "shows" if len(missing) == 1 else "show"
    fallback = language_name(spoken[0], "en") if issue.openings.get(spoken[0]) else "none"
    return f"Written in {languages.join_list(written, 'en')}; {languages.join_list(missing, 'en')} {shows} {fallback}."


def _sending(desk: Desk, issue: Issue, state: str) -> dict[str, Any]:
    counts = issues.status(desk.session, issue)
    prepared = int(str(counts["prepared"]))
    left = sum(int(str(counts[name])) for name in ("queued", "claimed", "in_flight", "deferred"))
    letter = desk.session.get_one(Letter, issue.letter_id)
    told = marks.numbers(desk.session, [letter.id or 0]).get(letter.id or 0, marks.Numbers())
    since = (("Came back", told.returned), ("Complaints", told.complaints))
    back = [(label, words.figure(number)) for label, number in since if number]
    return {
        "done": prepared - left,
        "total": prepared,
        "text": f"{words.figure(prepared - left)} of {words.figure(prepared)} done",
        "minutes_text": _remaining(desk, issue, prepared - left, left) if state == IssueState.SENDING else "",
        "counts": [(label, words.figure(int(str(counts[name])))) for name, label in COUNTS if counts[name]] + back,
        "marks": [(mark.sentence, mark.is_grave) for mark in marks.of_numbers(letter, told)],
        "renew": state == IssueState.SENDING,
        "stops": words.counted(left, "letter"),
    }


def _remaining(desk: Desk, issue: Issue, done: int, left: int) -> str:
    """How long the rest takes at the pace so far; nothing is promised before there is a pace."""
    letter = desk.session.get_one(Letter, issue.letter_id)
    begun = letter.let_out_at or issue.planned_from or desk.now
    elapsed = max(timedelta(seconds=1), desk.now - begun)
    if not left:
        return "The last answers are being written down."
    if done < 20 or elapsed < timedelta(seconds=5):
        return "It has just begun; a time can be told in a moment."
    seconds = elapsed.total_seconds() / done * left
    if seconds < 90:
        return "Less than two minutes left at this pace."
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"About {words.counted(hours, 'hour') + ' and ' if hours else ''}{words.counted(minutes, 'minute')} left at this pace."
