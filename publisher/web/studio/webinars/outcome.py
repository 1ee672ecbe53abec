"""What came of a date: who came and for how long, what became of a list of who was there, and what people said."""

from collections import Counter
from typing import Any

from sqlmodel import col, func, select

from publisher.mail.models import Address
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.webinars import feedback
from publisher.webinars.attendance_files import Taken
from publisher.webinars.models import Registrant, Registration, RegistrationState, Seat, Series, Webinar

MOST_PEOPLE = 200
MOST_SAID = 40
FORMATS = {"zoom": "A list from Zoom", "teams": "A list from Teams", "bigbluebutton": "A list from BigBlueButton", "plain": "A list"}  # fmt: skip


def attendance(desk: Desk, webinar: Webinar) -> dict[str, Any]:
    """Who came, in numbers, of those who are registered."""
    counts: Counter[str] = Counter()
    minutes = 0
    rows = desk.session.execute(
        select(Seat.attended, func.count(), func.sum(Seat.minutes))
        .join(Registration, col(Registration.id) == col(Seat.registration_id))
        .where(col(Seat.webinar_id) == webinar.id, col(Registration.state) == RegistrationState.REGISTERED)
        .where((col(Seat.state) == "coming") | (col(Seat.attended).in_(("yes", "probable"))))
        .group_by(col(Seat.attended))
    )
    for attended, number, total in rows:
        counts[attended] += int(number)
        minutes += int(total or 0) if attended == "yes" else 0
    everybody = sum(counts.values())
    came = counts["yes"]
    return {
        "known": bool(everybody - counts[""]),
        "stats": [
            (words.figure(came), "came", f"of {words.figure(everybody)} who were to"),
            (words.figure(counts["probable"]), "probably came", "pressed the button, no more is known") if counts["probable"] else ("", "", ""),
            (words.figure(round(minutes / came)) if came else "", "minutes each", f"of {words.figure(webinar.minutes)}") if minutes and came else ("", "", ""),
        ],
    }  # fmt: skip


def listed(taken: Taken | None) -> dict[str, Any] | None:
    """What came of a list, in a sentence and, for what could not be used, row by row."""
    if taken is None:
        return None
    parts = [
        f"{words.figure(taken.matched)} who registered",
        f"{words.figure(taken.unmatched)} who did not" if taken.unmatched else "",
        f"{words.figure(taken.skipped)} who spoke or were not there" if taken.skipped else "",
        f"{words.figure(len(taken.errors))} that could not be read" if taken.errors else "",
    ]
    return {
        "sentence": f"{FORMATS.get(taken.format, 'A list')} with {words.counted(taken.rows, 'row')}: {', '.join(part for part in parts if part)}.",
        "notes": taken.notes,
        "errors": [(one.row, one.who, one.reason) for one in taken.errors],
    }  # fmt: skip


def people(desk: Desk, webinar: Webinar) -> dict[str, Any]:
    """Minutes for each person, who stayed longest first; the rest is in the table."""
    which = (
        select(Seat, Registration, Address.email)
        .join(Registration, col(Registration.id) == col(Seat.registration_id))
        .join(Registrant, col(Registrant.id) == col(Registration.registrant_id))
        .join(Address, col(Address.id) == col(Registrant.address_id))
        .where(col(Seat.webinar_id) == webinar.id, col(Seat.attended) != "", col(Registration.state) == RegistrationState.REGISTERED)
        .order_by(func.coalesce(Seat.minutes, 0).desc(), col(Seat.attended).desc(), col(Registration.name), col(Registration.id))
        .limit(MOST_PEOPLE + 1)
    )  # fmt: skip
    rows = desk.session.exec(which).all()
    said = {"yes": "came", "probable": "probably", "no": "no"}
    return {
        "rows": [
            (one.name or email, one.organisation, said.get(seat.attended, ""), words.figure(seat.minutes) if seat.minutes is not None else "")
            for seat, one, email in rows[:MOST_PEOPLE]
        ],
        "more": len(rows) > MOST_PEOPLE,
    }  # fmt: skip


def survey(desk: Desk, series: Series, webinar: Webinar) -> dict[str, Any] | None:
    """Answers summed: choices and scales as charts, words as they were said. Nobody's name is with them."""
    if not series.survey:
        return None
    answers = feedback.of(desk.session, webinar)
    found = []
    for question in series.survey:
        key, kind = str(question["key"]), question.get("kind", "text")
        given = [str(one[key]) for one in answers if one.get(key)]
        options = feedback.SCALE if kind == "scale" else [str(one) for one in question.get("options", [])]
        counts = Counter(given)
        mean = sum(map(int, given)) / len(given) if kind == "scale" and given else 0
        found.append({
            "label": str(question["label"]),
            "rows": [{"label": one, "value": counts[one], "value_text": words.figure(counts[one])} for one in options] if kind != "text" else [],
            "said": given[:MOST_SAID] if kind == "text" else [],
            "more": f"and {words.figure(len(given) - MOST_SAID)} more" if kind == "text" and len(given) > MOST_SAID else "",
            "note": f"{mean:.1f} on average, of {words.counted(len(given), 'answer')}" if mean else words.counted(len(given), "answer"),
        })  # fmt: skip
    return {"text": f"{words.counted(len(answers), 'person has', 'people have')} answered".capitalize(), "questions": found, "any": bool(answers)}  # fmt: skip
