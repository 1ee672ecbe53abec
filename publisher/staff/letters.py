"""What we write to members of staff: invitations and links for a new password. Staff pages are in English, so are these."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from publisher.house import House
from publisher.mail.identities import brand_of, hub, personal_plan
from publisher.mail.letters import compile_letter
from publisher.mail.models import Address, Outbox, OutboxState
from publisher.mail.post import post
from publisher.staff.models import Member

OCCASION = "staff:"

_RESET = {
    "title": "A new password",
    "paragraphs": [
        "Somebody, probably you, asked for a new password for the studio.",
        "The link works once, for one hour. If it was not you, do nothing: your password stays as it is.",
    ],
    "button_label": "Choose a new password",
}


_MAY = {
    "owner": "As an owner you can do everything, staff and relay too.",
    "editor": "As an editor you look after the library, newsletters, podcasts, webinars and readers.",
    "viewer": "As a viewer you can look at everything and change nothing.",
}


def invitation(
    session: Session, house: House, to: Address, member: Member, token: str, *, now: datetime, by: str = ""
) -> None:
    """`by`: what the member who invites is called; empty where it was done by command."""
    name = hub(session).name
    context = {
        "title": f"{by} invites you to {name}" if by else f"You are invited to {name}",
        "paragraphs": [
            f"There is a desk for you where {name} is made. {_MAY[member.role]}",
            "Choose a password to begin. The link works once, for three days. If it has run out, ask for another one.",
        ],
        "button_label": "Choose a password",
    }
    _send(session, house, to, member, context, f"/studio/invitation/{token}", now)


def reset(session: Session, house: House, to: Address, member: Member, token: str, *, now: datetime) -> None:
    _send(session, house, to, member, _RESET, f"/studio/reset/{token}", now)


def withdraw(session: Session, to: Address, *, now: datetime) -> None:
    """Stop links for a member that have not left yet: a later one has taken their place, or nobody is to have one."""
    session.execute(
        update(Outbox)
        .where(
            col(Outbox.address_id) == to.id,
            col(Outbox.occasion).startswith(OCCASION),
            col(Outbox.state).in_((OutboxState.QUEUED, OutboxState.DEFERRED)),
        )
        .values(state=OutboxState.CANCELLED, done_at=now)
    )


def as_if(session: Session, house: House) -> None:
    """Compile a letter that nobody gets, so that an unknown address takes as long as a known one."""
    identity = hub(session)
    brand = {"brand": brand_of(identity, house.settings), **_RESET}
    compile_letter(house.templates, "notice", "en", brand, personal_plan(identity))


def _send(
    session: Session, house: House, to: Address, member: Member, context: dict[str, Any], path: str, now: datetime
) -> None:
    post(
        session,
        house,
        kind="notice",
        to=to,
        language="en",
        context=context,
        values={"action": house.settings.url(path), "name": member.name},
        occasion=f"{OCCASION}{int(now.timestamp() * 1_000_000):x}",
        now=now,
        to_name=member.name,
        zone=member.zone,
    )
