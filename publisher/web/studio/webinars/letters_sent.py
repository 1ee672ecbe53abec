"""Letters to many as lines of a list: what waits, what is going out, what went, and what is in the way."""

from collections.abc import Sequence
from typing import Any

from fastapi.responses import Response
from sqlmodel import Session, col, func, select

from publisher.audience.models import MailingList
from publisher.errors import BadInput, NotFound
from publisher.mail.models import OPEN, Outbox, OutboxState
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.webinars import mailings
from publisher.webinars.messages import WHO
from publisher.webinars.models import Mailing, Series

STATES = {
    "waiting": ("scheduled", "Waits"),
    "planning": ("sending", "Being prepared"),
    "skipped": ("", "Skipped"),
    "cancelled": ("withdrawn", "Stopped"),
    "held": ("held", "Held"),
}
MOST = 60


def lines(desk: Desk, series: Series, kinds: Sequence[str], webinar_id: int | None = None) -> list[dict[str, Any]]:
    """The letters of these kinds, the newest first."""
    wanted = select(Mailing).where(col(Mailing.series_id) == series.id, col(Mailing.kind).in_(list(kinds)))
    if webinar_id is not None:
        wanted = wanted.where(col(Mailing.webinar_id) == webinar_id)
    rows = list(desk.session.exec(wanted.order_by(col(Mailing.due_at).desc(), col(Mailing.id).desc()).limit(MOST)))
    counts = _counts(desk.session, [row.letter_id for row in rows if row.letter_id])
    lists = _lists(desk.session, {row.list_id for row in rows if row.list_id})
    return [_line(desk, row, counts.get(row.letter_id or 0, {}), lists) for row in rows]


def act(desk: Desk, series: Series, here: str) -> Response:
    """verb stop|retry, mailing: stop what has not gone, or try again what was held."""
    number = desk.form.one("mailing")
    row = desk.session.get(Mailing, int(number)) if number.isdecimal() and len(number) < 10 else None
    if row is None or row.series_id != series.id:
        raise NotFound("There is no such letter.")
    match desk.form.one("verb"):
        case "stop":
            stopped = mailings.cancel(desk.session, row, now=desk.now, reason="Stopped by staff.")
            desk.note(f"series:{series.slug}", f"Stopped a letter: {row.kind}.")
            return desk.go(here, f"Stopped. {words.counted(stopped, 'mail').capitalize()} did not leave." if stopped else "Stopped.")  # fmt: skip
        case "retry":
            mailings.retry(desk.session, row, now=desk.now)
            desk.note(f"series:{series.slug}", f"Tried a letter again: {row.kind}.")
            return desk.go(here, "It is tried again at once.")
    raise BadInput("There is nothing of that kind to be done with a letter.")


def _line(desk: Desk, row: Mailing, count: dict[str, int], lists: dict[int, str]) -> dict[str, Any]:
    left = sum(count.get(state, 0) for state in OPEN)
    state, label = STATES.get(row.state) or (("sending", "Going out") if left else ("sent", "Sent"))
    subject = next((str(text.get("subject") or "") for text in row.words.values() if text.get("subject")), "")
    return {
        "id": row.id,
        "title": subject or "In the words of its page",
        "facts": [lists.get(row.list_id or 0, ""), WHO.get(str(row.data.get("who", "")), ""), _numbers(count), row.rule],
        "blurb": row.reason,
        "state": state,
        "state_label": label,
        "moment": desk.moment(row.due_at),
        "can_stop": row.state in ("waiting", "held") or (row.state == "out" and left > 0),
        "can_retry": row.state == "held",
        "stop_text": f"Stop the {words.counted(left, 'mail')} that wait" if left else "Stop it",
    }  # fmt: skip


def _numbers(count: dict[str, int]) -> str:
    total = sum(count.values())
    if not total:
        return ""
    taken, refused = count.get(OutboxState.ACCEPTED, 0), count.get(OutboxState.REJECTED, 0)
    said = f"{words.figure(taken)} of {words.counted(total, 'mail')} taken"
    return f"{said}, {words.figure(refused)} refused" if refused else said


def _counts(session: Session, letters: Sequence[int]) -> dict[int, dict[str, int]]:
    """By letter and state, in one question however many letters there are."""
    found: dict[int, dict[str, int]] = {}
    which = select(Outbox.letter_id, Outbox.state, func.count()).where(col(Outbox.letter_id).in_(letters))
    for letter, state, number in session.exec(which.group_by(col(Outbox.letter_id), col(Outbox.state))):
        found.setdefault(letter, {})[state] = int(number)
    return found


def _lists(session: Session, ids: set[int]) -> dict[int, str]:
    rows = session.exec(select(MailingList).where(col(MailingList.id).in_(ids)))
    return {row.id or 0: row.name for row in rows}
