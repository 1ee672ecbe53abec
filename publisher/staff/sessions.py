"""Signed-in browsers. The cookie holds a random key of 256 bits, the database its hash only."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from publisher.errors import Forbidden
from publisher.staff.models import Member, StaffSession

IDLE = timedelta(hours=12)
LIVES = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class SignedIn:
    """A new session: `key` goes into the cookie (HttpOnly, SameSite=Lax, Secure on https) and is never shown again."""

    key: str
    csrf: str
    member: Member
    expires_at: datetime


def begin(session: Session, member: Member, *, now: datetime, ip: str = "", user_agent: str = "") -> SignedIn:
    """Open a session for a member who has just proved who they are."""
    key, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    row = StaffSession(
        key_hash=_hash(key),
        member_id=member.id or 0,
        csrf=csrf,
        created_at=now,
        seen_at=now,
        expires_at=now + LIVES,
        ip=ip[:60],
        user_agent=user_agent[:300],
    )
    session.add(row)
    session.flush()
    return SignedIn(key, csrf, member, row.expires_at)


def find(session: Session, key: str, now: datetime) -> tuple[Member, StaffSession] | None:
    """Who holds this key, if the session still lives. Changes nothing, so any GET may ask; see `touch`."""
    row = session.get(StaffSession, _hash(key)) if key else None
    if row is None or row.expires_at <= now or row.seen_at + IDLE <= now:
        return None
    member = session.get_one(Member, row.member_id)
    return None if member.disabled_at else (member, row)


def touch(session: Session, row: StaffSession, now: datetime) -> None:
    """Note that the session is in use, at most every five minutes."""
    if row.seen_at + SEEN_EVERY <= now:
        row.seen_at = now
        session.add(row)


def check_csrf(row: StaffSession, given: str) -> None:
    """`Forbidden` where a form was not made by a page of this session."""
    if not hmac.compare_digest(row.csrf.encode(), given.encode("utf-8", "replace")):
        raise Forbidden("This page is too old, or was not ours. Load it again, then press the button once more.")


def sign_out(session: Session, key: str) -> None:
    """End one session; harmless where there is none."""
    session.execute(delete(StaffSession).where(col(StaffSession.key_hash) == _hash(key)))


def of_member(session: Session, member: Member, now: datetime) -> list[StaffSession]:
    """Where a member is signed in, last seen first."""
    rows = session.exec(
        select(StaffSession)
        .where(
            col(StaffSession.member_id) == member.id,
            col(StaffSession.expires_at) > now,
            col(StaffSession.seen_at) > now - IDLE,
        )
        .order_by(col(StaffSession.seen_at).desc())
    )
    return list(rows)


def revoke(session: Session, member: Member, key_hash: str) -> bool:
    """End one of a member's own sessions, named by its hash. False where there is none (any more)."""
    ended = session.execute(
        delete(StaffSession).where(col(StaffSession.key_hash) == key_hash, col(StaffSession.member_id) == member.id)
    )
    return bool(ended.rowcount)  # type: ignore[attr-defined]


def revoke_all(session: Session, member: Member, *, but: str | None = None) -> int:
    """End all sessions of a member, except perhaps the one with the hash `but`. Returns how many."""
    ended = delete(StaffSession).where(col(StaffSession.member_id) == member.id)
    if but is not None:
        ended = ended.where(col(StaffSession.key_hash) != but)
    number = session.execute(ended).rowcount  # type: ignore[attr-defined]
    session.expire_all()
    return int(number)


def forget_old(session: Session, now: datetime) -> None:
    """A line of the timetable: delete sessions that have ended."""
    session.execute(
        delete(StaffSession).where((col(StaffSession.expires_at) <= now) | (col(StaffSession.seen_at) <= now - IDLE))
    )


def _hash(key: str) -> str:
    # The key has 256 random bits, so a plain hash is as good as a slow one.
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=32).hexdigest()
