"""The desk letter: each morning, to each member of staff, what waits for them; no letter where nothing waits.

A member's day is theirs: their zone, the hour they chose. The day is claimed by one conditional UPDATE in the transaction that
puts the letter into the outbox, where its occasion is unique: once for each member and day, whatever crashes in between. A
machine that was off all morning writes up to six hours late; then the letter of the next day says it.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from publisher import clock
from publisher.desk import waiting
from publisher.desk.waiting import Line, Numbers
from publisher.desk.waiting_webinars import webinars
from publisher.house import House
from publisher.languages import date_in_words, join_list
from publisher.mail.models import Address
from publisher.mail.post import post
from publisher.staff.models import Member

log = logging.getLogger(__name__)

LATE = timedelta(hours=6)
KEPT = timedelta(hours=18)  # a letter of this morning is worth nothing tomorrow
IN_SUBJECT = 3

Part = tuple[str, list[Line]]


def write_due(house: House, now: datetime) -> int:
    """Write to every member whose hour has come and for whom something waits. Returns how many letters were written."""
    with house.database.reading() as session:
        due = [(member.id or 0, member.zone, day) for member in _members(session) if (day := _day_due(member, now))]
        parts: dict[str, list[Part]] = {}
        numbers: Numbers = {}
        for _, zone, _ in due:
            if zone not in parts:
                parts[zone] = what_waits(session, house, now, zone, numbers)
    written = 0
    for member_id, zone, day in due:
        try:
            with house.database.session() as session:
                written += _write(session, house, member_id, day, parts[zone], now)
        except Exception:  # one letter in trouble never keeps the others
            log.exception("the desk letter of member %s", member_id)
    return written


def what_waits(session: Session, house: House, now: datetime, zone: str, numbers: Numbers | None = None) -> list[Part]:
    """What waits at the desk, by room, in the words of somebody in that zone. Empty where nothing does."""
    known: Numbers = {} if numbers is None else numbers
    rooms = {
        "Newsletters": waiting.drafts(session, house, now, zone, known),
        "Webinars": webinars(session, now, zone),
        "Podcasts": waiting.podcasts(session),
        "Library": waiting.library(session, now),
        "Mail": waiting.mail(session, now),
    }
    return [(room, found) for room, lines in rooms.items() if (found := list(lines))]


def subject_of(parts: Sequence[Part]) -> str:
    """“Waiting: a draft is due, 3 resources to review and a source fails”; what is alike is said once."""
    said = list(dict.fromkeys(line.short for _, lines in parts for line in lines))
    more = len(said) - IN_SUBJECT
    if more > 0:
        said = [*said[:IN_SUBJECT], f"{more} more"]
    return f"Waiting: {join_list(said, 'en')}"


def _members(session: Session) -> list[Member]:
    """Who works here, has a password and wants the letter."""
    rows = session.exec(
        select(Member)
        .where(
            col(Member.disabled_at).is_(None),
            col(Member.password_hash).is_not(None),
            col(Member.letter_hour).is_not(None),
        )
        .order_by(col(Member.id))
    )
    return list(rows)


def _day_due(member: Member, now: datetime) -> date | None:
    """The day of theirs whose letter is to be written now."""
    there = now.astimezone(clock.zone(member.zone))
    first = there.replace(hour=member.letter_hour or 0, minute=0, second=0, microsecond=0)
    is_hour = first <= there < first + LATE
    return there.date() if is_hour and (member.letter_day is None or member.letter_day < there.date()) else None


def _write(session: Session, house: House, member_id: int, day: date, parts: Sequence[Part], now: datetime) -> bool:
    claimed = session.execute(
        update(Member)
        .where(col(Member.id) == member_id, col(Member.letter_day).is_(None) | (col(Member.letter_day) < day))
        .values(letter_day=day)
    )
    if not claimed.rowcount or not parts:  # type: ignore[attr-defined]
        return False
    member = session.get_one(Member, member_id)
    mail = post(
        session,
        house,
        kind="desk",
        to=session.get_one(Address, member.address_id),
        to_name=member.name,
        zone=member.zone,
        language="en",
        context=_context(house, member, day, parts),
        values={"action": house.settings.url("/studio")},
        occasion=f"desk {day.isoformat()}",
        now=now,
        expires_at=now + KEPT,
    )
    return mail is not None


def _context(house: House, member: Member, day: date, parts: Sequence[Part]) -> Mapping[str, object]:
    return {
        "title": subject_of(parts),
        "headline": f"Your desk on {date_in_words(day, 'en', weekday=True)}",
        "parts": [
            {"room": room, "lines": [{"text": one.text, "more": one.more, "label": one.link, "url": house.settings.url(one.path)} for one in lines]}
            for room, lines in parts
        ],
        "button_label": "Go to the desk",
        "why": f"This letter comes at {member.letter_hour}:00 on mornings when something waits.",
        "account_label": "Another hour, or none",
        "account_url": house.settings.url("/studio/account"),
    }  # fmt: skip
