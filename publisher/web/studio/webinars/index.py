"""The webinars' front page: what comes, each date with who registered; then series, drafts, and what was held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi.responses import Response
from sqlmodel import Session, case, col, func, select

from publisher.audience.models import MailingList
from publisher.languages import language_name
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars.finding import PATH, series_url
from publisher.web.studio.webinars.standing import STATES, line, moment, seats_at
from publisher.webinars.models import Series, Webinar, WebinarState

MOST_COMING = 40
PER_PAGE = 30


@dataclass(frozen=True)
class Dates:
    """The dates of a series in numbers. `next_at`: the start of the next announced one, `first_at` of any, `last_at` of the last."""

    total: int
    drafts: int
    cancelled: int
    coming: int
    next_at: datetime | None
    first_at: datetime
    last_at: datetime

    @property
    def state(self) -> str:
        if self.coming:
            return "announced"
        if self.drafts:
            return "draft"
        return "cancelled" if self.cancelled == self.total else "held"


def index(desk: Desk) -> Response:
    """GET /studio/webinars; `?page=` of what was held."""
    every, dates = _series(desk.session), _dates(desk.session, desk.now)
    cohorts = _cohorts(desk.session)
    known = [(one, dates[one.id or 0]) for one in every if one.id in dates]
    coming = _coming(desk)
    over = sorted((pair for pair in known if pair[1].state in ("held", "cancelled")), key=_latest, reverse=True)
    number = _page_number(desk)
    drafts = [(one, counts) for one, counts in known if counts.state == "draft"]
    running = [(one, counts) for one, counts in known if counts.state == "announced" and not one.is_single]
    return desk.show(
        "webinars/list.html",
        "webinars",
        state_text=_state_text(known, drafts),
        coming=_lines(desk, coming[:MOST_COMING], dates),
        more_coming=sum(counts.coming for _, counts in known) - len(coming[:MOST_COMING]),
        series=[_shown(desk, one, counts, cohorts) for one, counts in sorted(running, key=_soonest)],
        drafts=[_shown(desk, one, counts, cohorts) for one, counts in sorted(drafts, key=_soonest)],
        held=[_shown(desk, one, counts, cohorts) for one, counts in over[(number - 1) * PER_PAGE : number * PER_PAGE]],
        pages=words.pages(PATH, [], number, len(over), PER_PAGE),
        none_yet=not known,
    )


def _coming(desk: Desk) -> list[tuple[Series, Webinar]]:
    """Announced dates that are not over, the next first: one more than are shown."""
    which = select(Series, Webinar).where(
        col(Webinar.series_id) == col(Series.id),
        col(Webinar.state) == WebinarState.ANNOUNCED,
        col(Webinar.ends_at) > desk.now,
        col(Webinar.ended_at).is_(None),
    )
    rows = desk.session.exec(which.order_by(col(Webinar.starts_at), col(Webinar.id)).limit(MOST_COMING + 1))
    return [(series, webinar) for series, webinar in rows]


def _lines(desk: Desk, rows: Sequence[tuple[Series, Webinar]], dates: dict[int, Dates]) -> list[dict[str, Any]]:
    seats = seats_at(desk.session, [webinar.id for _, webinar in rows])
    return [
        line(desk, series, webinar, seats[webinar.id or 0], total=dates[series.id or 0].total)
        for series, webinar in rows
    ]


def _series(session: Session) -> list[Series]:
    return list(session.exec(select(Series).order_by(col(Series.created_at).desc(), col(Series.id).desc())))


def _dates(session: Session, now: datetime) -> dict[int, Dates]:
    """Of every series, in one question."""
    over = (col(Webinar.ends_at) <= now) | col(Webinar.ended_at).is_not(None)
    comes = (col(Webinar.state) == WebinarState.ANNOUNCED) & ~over
    rows = session.exec(
        select(  # type: ignore[call-overload]  # more columns than its overloads know
            col(Webinar.series_id),
            func.count(),
            _number(col(Webinar.state) == WebinarState.DRAFT),
            _number(col(Webinar.state) == WebinarState.CANCELLED),
            _number(comes),
            func.min(case((comes, col(Webinar.starts_at)), else_=None)),
            func.min(col(Webinar.starts_at)),
            func.max(col(Webinar.starts_at)),
        ).group_by(col(Webinar.series_id))
    )
    return {row[0]: Dates(*row[1:]) for row in rows}


def _number(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _cohorts(session: Session) -> dict[int, str]:
    return {row.id or 0: row.name for row in session.exec(select(MailingList))}


def _shown(desk: Desk, series: Series, counts: Dates, cohorts: dict[int, str]) -> dict[str, Any]:
    """A series as one line."""
    tone, label = STATES[counts.state]
    at = counts.next_at or (counts.first_at if counts.state == "draft" else counts.last_at)
    held = counts.total - counts.drafts - counts.cancelled - counts.coming
    return {
        "title": series.title,
        "url": series_url(series),
        "language": series.language,
        "facts": [
            "one date" if series.is_single else words.counted(counts.total, "date"),
            f"{words.figure(held)} held" if held and counts.state == "announced" else "",
            f"for {cohorts.get(series.list_id or 0, 'a list')}" if series.list_id else "",
            "" if series.is_listed else "not listed",
            language_name(series.language, "en") if series.language != "en" else "",
        ],
        "state": tone,
        "state_label": label,
        "when": moment(desk, at, series.zone),
        "moment": desk.moment(at),
    }


def _state_text(known: Sequence[tuple[Series, Dates]], drafts: Sequence[object]) -> str:
    coming = sum(counts.coming for _, counts in known)
    return words.sentence(
        f"{words.counted(coming, 'date')} to come" if known else "",
        words.counted(len(drafts), "draft") if drafts else "",
    )


def _soonest(pair: tuple[Series, Dates]) -> datetime:
    return pair[1].next_at or pair[1].first_at


def _latest(pair: tuple[Series, Dates]) -> datetime:
    return pair[1].last_at


def _page_number(desk: Desk) -> int:
    asked = desk.asked("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1
