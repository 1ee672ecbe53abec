"""Vital signs: what must not stay bad for long. `/health` says them to monitors, and the operator gets a letter about them.

A sign is `bad` (then `/health` answers 503) or a `warn` (it is named, and the answer stays 200). `WARNINGS` is the place for
further ones: a function that takes session, house and time and returns a sign or None, added by one line.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session, col, func, select

from publisher.house import House
from publisher.last_backup import last_backup
from publisher.leases import Lease
from publisher.mail import restored
from publisher.mail.identities import MAILBOX
from publisher.mail.models import Letter, LetterState, Outbox, OutboxState, Relay

TICK_TOO_OLD = timedelta(minutes=15)
ROW_TOO_OLD = timedelta(minutes=30)
LEAST_FREE = 200_000_000
"""Octets that must be free where the data folder is."""
NOT_TICKING = "The timetable has not ticked for too long. Is a scheduler running?"
NOT_SENDING = "Mail that is due has been waiting too long. Is a sender running?"


@dataclass(frozen=True)
class Sign:
    """`key`: what it is about, one letter at a time. `own_hub_only`: the operator of a demo need not hear of it. `patience`: how
    long it may last before somebody is written to."""

    key: str
    level: Literal["bad", "warn"]
    sentence: str
    own_hub_only: bool = False
    patience: timedelta = timedelta(minutes=15)


Look = Callable[[Session, House, datetime], Sign | None]


@dataclass(frozen=True)
class Vital:
    """What was seen: the last tick, since when the oldest mail is due, octets free, and the signs that something is wrong."""

    tick: datetime | None
    due: datetime | None
    free: int
    signs: tuple[Sign, ...]

    def said(self, level: str) -> list[str]:
        return [sign.sentence for sign in self.signs if sign.level == level]


def examine(session: Session, house: House, now: datetime, *, settled: bool = True, ticking: bool = False) -> Vital:
    """Look at the last tick, the oldest mail that is due, the relay and the disk.

    `settled`: the process that asks has been up long enough for the first tick to have come. `ticking`: it is the timetable itself
    that asks, so it need not be asked whether it runs.
    """
    tick, due = last_tick(session), oldest_due(session, now)
    free = shutil.disk_usage(house.settings.data_dir).free
    signs: list[Sign] = []
    if settled and not ticking and (tick is None or now - tick > TICK_TOO_OLD):
        signs.append(Sign("timetable", "bad", NOT_TICKING))
    relay = relay_in_trouble(session, house, now)
    held = restored.waiting(session) is not None
    if settled and due is not None and now - due > ROW_TOO_OLD:
        why = restored.HELD if held else f"Mail waits: {relay.sentence}" if relay else NOT_SENDING
        signs.append(Sign("mail", "bad", why))
    elif held:
        signs.append(Sign("mail", "warn", restored.HELD))
    elif relay is not None:
        signs.append(relay)
    if free < LEAST_FREE:
        signs.append(Sign("disk", "bad", "The disk is nearly full."))
    return Vital(tick, due, free, (*signs, *_warnings(session, house, now)))


def relay_in_trouble(session: Session, house: House, now: datetime) -> Sign | None:
    """The relay does not take mail that waits for it: another password, a certificate that ended, no answer."""
    relay = session.exec(select(Relay).where(col(Relay.is_default).is_(True))).first()
    if relay is None or relay.url == MAILBOX or relay.state == "ok" or oldest_due(session, now) is None:
        return None
    return Sign("mail", "warn", relay.reason or "The relay does not take mail.")


def last_tick(session: Session) -> datetime | None:
    """When the timetable was last kept, by whichever process."""
    note = session.get(Lease, "last tick")  # written by the scheduler after every job
    return note.until if note else None


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the oldest mail waits that should have left: of letters that are let out, by their `not_before`."""
    due = (
        select(func.min(Outbox.not_before))
        .join(Letter, col(Letter.id) == col(Outbox.letter_id))
        .where(
            col(Outbox.state).in_((OutboxState.QUEUED, OutboxState.DEFERRED)),
            col(Outbox.not_before) <= now,
            col(Letter.state) == LetterState.SENDING,
        )
    )
    return session.exec(due).one()


def _warnings(session: Session, house: House, now: datetime) -> Iterator[Sign]:
    for look in WARNINGS:
        if (sign := look(session, house, now)) is not None:
            yield sign


def backup(_session: Session, house: House, now: datetime) -> Sign | None:
    """The last backup is old, or there never was one."""
    warning = last_backup(house, now).warning
    return Sign("backup", "warn", warning, own_hub_only=True, patience=timedelta(days=1)) if warning else None


#: Further looks, one line each.
WARNINGS: tuple[Look, ...] = (backup,)
