"""What says that the demo hub is here: one line of the trail, with what the hub looked like before.

Everything else the demo made is recognised by what it is: its lists, newsletters, sources and identities by short name and
the moment they were made, its people by the addresses in `content`, its staff by their flag, its works by their records.
Row numbers are not kept: SQLite gives a number that became free to somebody else.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from publisher.demo import content, gatherings
from publisher.mail import addresses
from publisher.staff import trail
from publisher.staff.models import Trail
from publisher.tokens import Tokens

ABOUT = "demo:hub"
SHELF = "firsthand"
"""Short name of the source that the demo's own resources come from."""


def find(session: Session) -> Trail | None:
    """The line, if the demo was begun here; `data["complete"]` says whether it was finished too."""
    return session.exec(select(Trail).where(col(Trail.about) == ABOUT)).first()


def is_complete(session: Session) -> bool:
    line = find(session)
    return line is not None and bool(line.data.get("complete"))


def begin(session: Session, now: datetime, before: dict[str, Any]) -> Trail:
    """Say that the demo is being filled in. `before`: the hub's identity as it was, to be put back."""
    return trail.note(session, "demo", ABOUT, "Filled the demo hub", now, {"complete": False, "before": before})


def remember(session: Session, **facts: Any) -> None:
    """For the day the demo goes. `signs`: how it signs, since where the hub signs otherwise, somebody has changed it;
    `closed`: the list it closed."""
    line = find(session)
    assert line is not None
    line.data = {**line.data, **facts}
    session.add(line)


def complete(session: Session) -> None:
    line = find(session)
    assert line is not None
    line.data = {**line.data, "complete": True}
    session.add(line)


def slugs() -> dict[str, tuple[str, ...]]:
    """Short names of what the demo makes, by kind of thing."""
    papers = content.newsletters()
    return {
        "lists": tuple(paper.list.slug for paper in papers),
        "newsletters": tuple(paper.slug for paper in papers),
        "identities": tuple(paper.slug for paper in papers[1:]),
        "sources": (SHELF, *(source.key for source in content.sources())),
    }


def emails() -> tuple[str, ...]:
    """Addresses of the demo's readers, staff, speakers and guests, normalised. They end in domains that belong to nobody (RFC 2606)."""
    people = [reader.email for reader in content.readers()] + [member.email for member in content.hub().staff]
    return tuple(dict.fromkeys(addresses.normalise(email) for email in [*people, *gatherings.emails()]))


def hashes(tokens: Tokens) -> tuple[str, ...]:
    """The same as keyed hashes: what remains of an address that was erased."""
    return tuple(addresses.hash_of(tokens, email) for email in emails())
