"""Reach: a quarter in numbers, for the staff and for whoever funds the hub, and the same as a table."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi.responses import Response

from publisher.desk.reach import figures, quarters, telling
from publisher.desk.reach.figures import FEW, Counted, Reach
from publisher.desk.reach.quarters import Quarter
from publisher.desk.reach.telling import Told, told
from publisher.languages import date_in_words
from publisher.web.studio import words
from publisher.web.studio.visit import Desk

PATH = "/studio/reach"
TABS = 5
MOST_BARS = 12
MONTHS = ("January to March", "April to June", "July to September", "October to December")


def show(desk: Desk) -> Response:
    """GET /studio/reach?quarter=2026Q4"""
    quarter = quarters.read(desk.asked("quarter"), desk.now)
    now, before = _both(desk, quarter)
    return desk.show(
        "reach.html",
        "today",
        state=_state(now),
        tabs=_tabs(desk, quarter),
        csv_url=f"{PATH}.csv?quarter={quarter}",
        stats=_stats(now, before),
        issues=[[one.title, date_in_words(one.at.date(), "en"), _word(told(one.reached))] for one in now.issues],
        countries=_bars(now.by_country, telling.country),
        languages=_bars(now.by_language, telling.language),
        kinds=_bars(now.visits_by_kind, telling.kind),
        about=_bars(now.visits_by_country, telling.country),
        shows=_bars(now.downloads),
        webinars=[
            [one.title, date_in_words(one.at.date(), "en"), _word(told(one.registered)), _word(told(one.came))]
            for one in now.webinars
        ],
    )


def export(desk: Desk) -> Response:
    """GET /studio/reach.csv?quarter=2026Q4"""
    quarter = quarters.read(desk.asked("quarter"), desk.now)
    head = {"Content-Disposition": f'attachment; filename="reach-{quarter}.csv"', "Cache-Control": "no-store"}
    return Response(telling.table(*_both(desk, quarter)), media_type="text/csv; charset=utf-8", headers=head)


def _both(desk: Desk, quarter: Quarter) -> tuple[Reach, Reach]:
    return (
        figures.of(desk.session, quarter, now=desk.now),
        figures.of(desk.session, quarter.before, now=desk.now),
    )


def _state(now: Reach) -> str:
    named = f"{MONTHS[now.quarter.number - 1]} {now.quarter.year}"
    return named if now.is_over else f"{named}, so far"


def _tabs(desk: Desk, chosen: Quarter) -> list[dict[str, Any]]:
    """The present quarter and those before it, the newest first; the chosen one among them."""
    shown = [quarters.of(desk.now)]
    while len(shown) < TABS:
        shown.append(shown[-1].before)
    if chosen not in shown:
        shown.append(chosen)
    return [
        {
            "label": f"{one.year} Q{one.number}",
            "url": f"{PATH}?quarter={one}",
            "current": one == chosen,
            "count_text": "",
        }
        for one in shown
    ]


def _stats(now: Reach, before: Reach) -> list[tuple[str, str, str]]:
    named = f"Q{before.quarter.number}"
    pairs = (
        (len(now.issues), len(before.issues), "issues sent", False),
        (now.readers, before.readers, "readers", True),
        (now.new, before.new, "new readers", True),
        (now.left, before.left, "readers who left", True),
        (now.visits, before.visits, "page visits", True),
        (now.downloaded, before.downloaded, "podcast downloads", True),
        (len(now.webinars), len(before.webinars), "webinars held", False),
        (now.came, before.came, "attendances", True),
    )
    return [
        (_word(told(one) if hides else one), label, f"{_word(told(past) if hides else past)} in {named}")
        for one, past, label, hides in pairs
    ]


def _bars(counted: Sequence[Counted], name: Callable[[str], str] | None = None) -> list[dict[str, Any]]:
    """The largest, and the rest as one, in which those are that are too few to be told."""
    kept = [one for one in counted if one.count >= FEW][:MOST_BARS]
    rest = [one for one in counted if one not in kept and one.count]
    rows = [(name(one.key) if name else one.title, one.count) for one in kept]
    if rest:
        named = (name(rest[0].key) if name else rest[0].title) if len(rest) == 1 else _together(rest)
        rows.append((named, sum(one.count for one in rest)))
    return [
        {"label": label, "value": number if number >= FEW else FEW // 2, "value_text": _word(told(number))}
        for label, number in rows
    ]


def _together(rest: Sequence[Counted]) -> str:
    if all(one.count < FEW for one in rest):
        return f"{len(rest)} with under {FEW} each"
    return f"{len(rest)} others together"


def _word(number: Told) -> str:
    return words.figure(number) if isinstance(number, int) else number
