"""What members of staff may do, and closing their accounts. There is always an owner, also where two change roles at once."""

from datetime import datetime

from sqlmodel import Session, col, select

from publisher.errors import BadInput, Conflict, Forbidden
from publisher.staff import sessions
from publisher.staff.models import ROLES, Member


def may(member: Member, role: str) -> bool:
    """Whether a member may do what `role` may: each role may what the ones before it may."""
    return ROLES.index(member.role) >= ROLES.index(role)


def must(member: Member, role: str) -> None:
    """`Forbidden` where they may not."""
    if not may(member, role):
        raise Forbidden(f"For this you need to be {with_article(role)}.")


def owners(session: Session) -> list[Member]:
    """Owners who can sign in."""
    rows = session.exec(
        select(Member).where(
            col(Member.role) == "owner", col(Member.disabled_at).is_(None), col(Member.password_hash).is_not(None)
        )
    )
    return list(rows)


def must_still_own(session: Session, member: Member) -> None:
    """`Forbidden` where somebody has taken their role away since their request began. Holds the owners' rows until the
    transaction ends: of two owners who demote each other at the same moment, the second finds out here."""
    if member.id not in [owner.id for owner in _held_owners(session)]:
        raise Forbidden("Another owner has just changed your role, so this was not done.")


def change_role(session: Session, member: Member, role: str) -> None:
    """Another role; their sessions end. `Conflict` where the hub would be without an owner."""
    if named(role) != "owner":
        _keep_an_owner(session, member)
    member.role = role
    session.add(member)
    session.flush()
    sessions.revoke_all(session, member)


def disable(session: Session, member: Member, now: datetime) -> None:
    """Close an account; what they did stays on the trail. `Conflict` for the last owner."""
    _keep_an_owner(session, member)
    member.disabled_at = now
    session.add(member)
    session.flush()
    sessions.revoke_all(session, member)


def enable(session: Session, member: Member) -> None:
    """Open a closed account again, with the password it had."""
    member.disabled_at = None
    session.add(member)
    session.flush()


def named(role: str) -> str:
    """The role of that name; `BadInput` where there is none."""
    if role not in ROLES:
        raise BadInput(f"A role is one of {', '.join(ROLES)}.", field="role")
    return role


def with_article(role: str) -> str:
    """“an editor”, “a viewer”."""
    return f"{'an' if role[0] in 'aeio' else 'a'} {role}"


def _keep_an_owner(session: Session, member: Member) -> None:
    there = _held_owners(session)
    lasting = [owner for owner in there if not owner.is_demo] or there  # the demo's may not be able to sign in
    if [owner.id for owner in lasting] == [member.id]:
        raise Conflict("This is the only owner. Make somebody else an owner first.")


def _held_owners(session: Session) -> list[Member]:
    """The owners as they are at this moment, and nobody else may change one of them before this transaction ends.

    On SQLite a writer is alone anyway. Always in the same order, so that two who come for them never hold each other up.
    """
    session.flush()
    rows = session.exec(
        select(Member)
        .where(col(Member.role) == "owner", col(Member.disabled_at).is_(None), col(Member.password_hash).is_not(None))
        .order_by(col(Member.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)
