"""What forms of webinars choose from, and how that becomes what a series is: rooms, for whom it is, languages in words."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session

from publisher.audience import lists
from publisher.errors import BadInput
from publisher.languages import language_name, normalise
from publisher.web.studio import words
from publisher.webinars.rooms import servers
from publisher.webinars.shapes import Shape

PUBLIC, UNLISTED, COHORT = "", "unlisted", "list:"
ADDRESS, SERVER = "", "server:"

#: Minutes before the start, as people say them.
REMINDERS = {
    10080: "A week before",
    2880: "Two days before",
    1440: "A day before",
    180: "Three hours before",
    60: "An hour before",
    10: "Ten minutes before",
    0: "At the start",
}


def rooms(session: Session) -> words.Options:
    """An address, or a server of ours that makes the room."""
    return [
        (ADDRESS, "At an address"),
        *((f"{SERVER}{one.slug}", f"On the server {one.slug}") for one in servers.listed(session)),
    ]


def room_of(chosen: str, address: str) -> dict[str, Any]:
    """Fields of the shape."""
    if chosen.startswith(SERVER):
        return {"room_kind": "bigbluebutton", "server_slug": chosen.removeprefix(SERVER), "room_url": address}
    return {"room_kind": "url", "server_slug": None, "room_url": address}


def room_in(shape: Shape) -> str:
    return f"{SERVER}{shape.server_slug}" if shape.room_kind == "bigbluebutton" and shape.server_slug else ADDRESS


def audiences(session: Session) -> words.Options:
    """Cohorts first: that is what they are for."""
    rows = sorted(lists.every(session), key=lambda row: row.kind != "cohort")
    return [
        (PUBLIC, "Everybody"),
        (UNLISTED, "Whoever has the address"),
        *((f"{COHORT}{row.slug}", f"Members of {row.name} only") for row in rows),
    ]


def audience_of(chosen: str) -> dict[str, Any]:
    """Fields of the shape."""
    return {
        "list_slug": chosen.removeprefix(COHORT) if chosen.startswith(COHORT) else None,
        "is_listed": chosen != UNLISTED,
    }


def audience_in(shape: Shape) -> str:
    if shape.list_slug:
        return f"{COHORT}{shape.list_slug}"
    return PUBLIC if shape.is_listed else UNLISTED


def languages_text(codes: Iterable[Any]) -> str:
    """“English, French”."""
    return ", ".join(language_name(str(code), "en") for code in codes)


def languages_typed(text: str, field: str) -> list[str]:
    """The same as codes; `BadInput` names what is no language."""
    found: list[str] = []
    for part in filter(None, (one.strip() for one in text.replace(";", ",").split(","))):
        code = normalise(part)
        if code is None:
            raise BadInput(f"“{part[:40]}” is not a language. Write them like this: English, French.", field=field)
        if code not in found:
            found.append(code)
    return found
