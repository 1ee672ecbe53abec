"""The library for staff: what waits for review, what is on the shelf, what was set aside; look-alikes; deciding in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response
from sqlmodel import col, func, select

from publisher.errors import BadInput
from publisher.library import merging, review, sharing
from publisher.library.models import ON_THE_SHELF, LookAlike, Work, WorkState
from publisher.library.search import Order, SearchQuery, found_ids, search
from publisher.library.shelf import Shown, shown, text_for
from publisher.web.public import filters as filtering
from publisher.web.public.paging import shown_page
from publisher.web.studio import words
from publisher.web.studio.visit import Desk

PATH = "/studio/library"
PER_PAGE = 50
MENUS = ("kind", "topic", "country", "language")


@dataclass(frozen=True)
class Shelf:
    """One part of the library: which states, and in which order."""

    path: str
    label: str
    states: tuple[str, ...]
    order: Order


INBOX = Shelf(PATH, "To review", (WorkState.NEW.value,), "added")
ON = Shelf(f"{PATH}/shelf", "On the shelf", tuple(state.value for state in ON_THE_SHELF), "best")
ASIDE = Shelf(f"{PATH}/aside", "Set aside", (WorkState.REJECTED.value, WorkState.WITHDRAWN.value), "added")
SHELVES = (INBOX, ON, ASIDE)
VERBS = {
    "approve": "Approved",
    "feature": "Featured",
    "reject": "Rejected",
    "withdraw": "Withdrew",
    "reopen": "Put back to review",
}
BULK = {
    INBOX.path: [("approve", "Approve"), ("feature", "Feature"), ("reject", "Reject")],
    ON.path: [("feature", "Feature"), ("withdraw", "Withdraw")],
    ASIDE.path: [("reopen", "Back to review"), ("approve", "Approve")],
}


def inbox(desk: Desk) -> Response:
    """GET /studio/library"""
    return _list(desk, INBOX)


def shelf(desk: Desk) -> Response:
    """GET /studio/library/shelf"""
    return _list(desk, ON)


def aside(desk: Desk) -> Response:
    """GET /studio/library/aside"""
    return _list(desk, ASIDE)


def look_alikes(desk: Desk) -> Response:
    """GET /studio/library/look-alikes: pairs that may be one thing; a person decides."""
    pairs = merging.open_look_alikes(desk.session, limit=PER_PAGE)
    works = {s.work.id: s for s in shown(desk.session, [i for p in pairs for i in (p.work_id, p.other_id)])}
    rows = [
        {
            "id": str(pair.id),
            "newer": _half(desk, works[pair.work_id]),
            "older": _half(desk, works[pair.other_id]),
            "why": f"{pair.reason} ({pair.score} %)",
        }
        for pair in pairs
        if pair.work_id in works and pair.other_id in works
    ]
    return desk.show("library/look_alikes.html", "library", state_text=_state_text(desk), tabs=_tabs(desk), pairs=rows)


def decide(desk: Desk) -> Response:
    """POST /studio/library/look-alikes: pair, verdict same|different."""
    pair = desk.form.one("pair")
    verdict = desk.form.one("verdict")
    merging.decide_look_alike(
        desk.session, int(pair) if pair.isdecimal() else 0, verdict, who=desk.staff.called, now=desk.now
    )
    found = desk.session.get_one(LookAlike, int(pair))
    for work_id in (found.work_id, found.other_id):
        desk.note(f"resource:{work_id}", f"Decided that {found.work_id} and {found.other_id} are {_verdict(verdict)}.")
    back = desk.form.one("back")
    return desk.go(
        back if back.startswith(PATH) else f"{PATH}/look-alikes",
        "They are one resource now." if verdict == "same" else "Remembered that they are two.",
    )


def bulk(desk: Desk) -> Response:
    """POST /studio/library/bulk: id (several), verb, back."""
    ids = [int(value) for value in desk.form.all("id") if value.isdecimal()][:500]
    if not ids:
        raise BadInput("Tick at least one resource, then choose.")
    done = settle(desk, desk.form.one("verb"), ids)
    back = desk.form.one("back")
    where = back if back.startswith(PATH) else PATH
    said = f"{VERBS[desk.form.one('verb')]} {words.counted(len(done), 'resource')}."
    undo = f"{PATH}/reopen?{urlencode([('id', i) for i in done])}" if where.partition("?")[0] == PATH and done else ""
    return desk.go(where, said, undo=undo)


def reopen(desk: Desk) -> Response:
    """POST /studio/library/reopen?id=…: takes a decision back."""
    given = desk.page.request.query_params.getlist("id")
    done = settle(desk, "reopen", [int(value) for value in given if value.isdecimal()][:500])
    return desk.go(PATH, f"Put {words.counted(len(done), 'resource')} back to review.")


def settle(desk: Desk, verb: str, ids: Sequence[int], note: str = "") -> list[int]:
    """Do what a button says with these works; returns those that changed. Partners whose proposal was rejected are told."""
    session, who, now = desk.session, desk.staff.called, desk.now
    match verb:
        case "approve":
            done = review.approve(session, ids, who=who, now=now)
        case "feature":
            done = review.feature(session, ids, who=who, now=now)
        case "reject":
            done = review.reject(session, ids, who=who, now=now, note=note)
            sharing.tell_declined(session, desk.house, done, now=now)
        case "withdraw":
            done = review.withdraw(session, ids, who=who, now=now, note=note)
        case "reopen":
            done = review.reopen(session, ids, now=now)
        case _:
            raise BadInput("Choose what to do with them.")
    for work_id in done:
        desk.note(f"resource:{work_id}", f"{VERBS[verb]} it.")
    return done


def to_review(desk: Desk) -> int:
    """How many resources wait for a person."""
    return _number(desk, INBOX.states)


def next_to_review(desk: Desk, work_id: int) -> int | None:
    """The next one in the inbox after this, or the first."""
    waiting = found_ids(desk.session, SearchQuery(states=INBOX.states))
    others = [i for i in reversed(waiting) if i != work_id]
    return next((i for i in others if i < work_id), others[0] if others else None)


def facts_of(found: Shown) -> list[str]:
    """What stands beside a title: kind, countries, publisher."""
    return [
        words.kind_label(found.work.kind),
        words.country_names(found.keys("country"), 2),
        found.work.publisher,
    ]


def title_of(found: Shown) -> tuple[str, str]:
    """Title and its language."""
    text = text_for(found, ("en",))
    return (text.title, text.language) if text else (found.work.slug, "en")


def _list(desk: Desk, part: Shelf) -> Response:
    wanted, number = filtering.filters_of(desk.page.request), shown_page(desk.page.request)
    query = wanted.query(limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    order: Order = "best" if wanted.text else part.order
    found = search(desk.session, replace(query, states=part.states, order=order), facets=MENUS)
    named = filtering.Named(desk.page)
    pairs = wanted.pairs()
    return desk.show(
        "library/list.html",
        "library",
        state_text=_state_text(desk),
        tabs=_tabs(desk, part),
        here=part.path,
        back=f"{part.path}?{urlencode([*pairs, ('page', number)])}",
        q=wanted.text,
        keep={name: ",".join(values) for name, values in wanted.chosen.items()},
        sentence=filtering.sentence(desk.page, wanted, found.total),
        chosen=filtering.chips(desk.page, part.path, wanted, named),
        menus=filtering.menus(desk.page, part.path, wanted, found.facets, named),
        clear_url=part.path,
        resources=[_row(desk, item) for item in found.items],
        verbs=BULK[part.path],
        pages=words.pages(part.path, pairs, number, found.total, PER_PAGE),
        empty=_empty(part, bool(pairs)),
    )


def _row(desk: Desk, found: Shown) -> dict[str, Any]:
    title, language = title_of(found)
    work = found.work
    return {
        "id": work.id,
        "url": f"{PATH}/{work.id}",
        "title": title,
        "language": language,
        "facts": facts_of(found),
        "state": work.state,
        "moment": desk.moment(work.first_seen if work.state == WorkState.NEW else work.reviewed_at or work.first_seen),
    }


def _half(desk: Desk, found: Shown) -> dict[str, Any]:
    published = found.work.published_on
    row = _row(desk, found)
    return row | {"facts": [*row["facts"], str(published.year) if published else "", ", ".join(found.work.authors[:3])]}


def _tabs(desk: Desk, part: Shelf | None = None) -> list[dict[str, Any]]:
    pairs = desk.session.exec(select(func.count()).select_from(LookAlike).where(col(LookAlike.state) == "open")).one()
    tabs = [
        {"label": s.label, "url": s.path, "current": s is part, "count_text": words.figure(_number(desk, s.states))}
        for s in SHELVES
    ]
    if pairs or part is None:
        url = f"{PATH}/look-alikes"
        tabs.append({"label": "Look-alikes", "url": url, "current": part is None, "count_text": words.figure(pairs)})
    return tabs


def _state_text(desk: Desk) -> str:
    new, on = to_review(desk), _number(desk, ON.states)
    waiting = f"{words.figure(new)} to review" if new else "Nothing to review"
    return f"{waiting}, {words.figure(on)} on the shelf"


def _number(desk: Desk, states: Sequence[str]) -> int:
    which = (
        select(func.count()).select_from(Work).where(col(Work.state).in_(states), col(Work.merged_into_id).is_(None))
    )
    return int(desk.session.exec(which).one())


def _empty(part: Shelf, filtered: bool) -> dict[str, str]:
    if filtered:
        return {"sentence": "Nothing fits these filters.", "action": "Clear them", "url": part.path}
    if part is INBOX:
        sentence = "New resources wait here for a person to look at them. They come from sources."
        return {"sentence": sentence, "action": "Add a source", "url": f"{PATH}/sources/new"}
    if part is ON:
        sentence = "What you approve stands here, and readers find it."
        return {"sentence": sentence, "action": "Add a resource", "url": f"{PATH}/new"}
    return {"sentence": "What you reject or withdraw is kept here.", "action": "To review", "url": PATH}


def _verdict(verdict: str) -> str:
    return "the same" if verdict == "same" else "different"
