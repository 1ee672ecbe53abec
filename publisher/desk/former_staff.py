"""What is left of a member of staff who is erased: what was done stays done, by nobody's name."""

import re

from sqlalchemy import Table, delete, update
from sqlmodel import Session, SQLModel, col, func, select

from publisher.mail.models import Address
from publisher.staff.models import Member, StaffSession, Trail

FORMER_MEMBER = "a former member of staff"
ERASED = "(erased)"


def forget_staff(session: Session, address: Address) -> None:
    """A closed account goes with its sessions, and the trail names nobody. Sentences of the trail lose the address."""
    for member in session.exec(select(Member).where(col(Member.address_id) == address.id)).all():
        sessions = _table(StaffSession)
        session.execute(delete(sessions).where(sessions.c.member_id == member.id))
        session.execute(update(Trail).where(col(Trail.about) == f"staff:{member.id}").values(what=ERASED, data={}))
        session.delete(member)
    email = address.email.lower()
    session.execute(update(Trail).where(func.lower(Trail.who) == email).values(who=FORMER_MEMBER))
    whole = re.compile(rf"(?<![\w.+-]){re.escape(email)}(?![\w-])", re.IGNORECASE)  # not the end of a longer one
    named = select(Trail).where(func.lower(Trail.what).contains(email, autoescape=True))
    for line in session.exec(named).all():
        line.what = whole.sub(ERASED, line.what)
        session.add(line)
    session.flush()


def _table(model: type[SQLModel]) -> Table:
    return model.__table__  # type: ignore[attr-defined,no-any-return]
