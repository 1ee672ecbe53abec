"""What we write to members of staff: invitations and links for a new password. Staff pages are in English, so are these."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from publisher.house import House
from publisher.mail.identities import brand_of, hub, personal_plan
from publisher.mail.letters import compile_letter
from publisher.mail.models import Address
from publisher.mail.post import post
from publisher.staff.models import Member

_RESET = {
    "title": "A new password",
    "paragraphs": [
        "Somebody, probably you, asked for a new password for the studio.",
        "The link works once, for one hour. If it was not you, do nothing: your password stays as it is.",
    ],
    "button_label": "Choose a new password",
}


def invitation(session: Session, house: House, to: Address, member: Member, token: str, *, now: datetime) -> None:
    context = {
        "title": f"You are invited to {hub(session).name}",
        "paragraphs": [
            f"You have been made {'an' if member.role[0] in 'aeio' else 'a'} {member.role} of this hub.",
            "Choose a password to begin. The link works once, for three days.",
        ],
        "button_label": "Choose a password",
    }
    _send(session, house, to, member, context, f"/studio/invitation/{token}", now)


def reset(session: Session, house: House, to: Address, member: Member, token: str, *, now: datetime) -> None:
    _send(session, house, to, member, _RESET, f"/studio/reset/{token}", now)


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
        occasion=f"staff:{int(now.timestamp() * 1_000_000):x}",
        now=now,
        to_name=member.name,
        zone=member.zone,
    )
