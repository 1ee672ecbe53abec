"""What is typed into the options of webinars, as the values of their shapes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.cli import typed
from publisher.cli.options import words
from publisher.cli.speaking import note
from publisher.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime


def walls_of(starts: Sequence[str], every: str | None, number: int | None) -> "list[datetime]":
    """The dates of a new series: each named, or a first one and a rhythm."""
    from publisher.webinars import times

    walls = [times.read_wall(one) for one in words(starts)]
    if every is None and number is None:
        return walls
    if len(walls) != 1 or every is None or number is None:
        raise BadInput(
            "A rhythm takes the first date, --every and --dates: --starts 2026-12-03T15:00 --every weekly --dates 6."
        )
    return times.repeated(walls[0], every, number)


#: Options that are called otherwise than the field they set.
_NAMES = {
    "for_list": "list_slug", "listed": "is_listed", "recorded": "is_recorded", "approval": "needs_approval",
    "reminder": "reminders", "room": "room_url", "server": "server_slug", "identity": "identity_slug",
}  # fmt: skip


def of_a_series(given: Mapping[str, Any], rest: Path | None) -> dict[str, Any]:
    """The options as fields of a series' shape."""
    from publisher.webinars.series import Shape

    said = {_NAMES.get(name, name): value for name, value in given.items()}
    said["description"] = typed.words_of(said.get("description"))
    for name in ("spoken", "captions", "interpreted"):
        said[name] = list(words(said[name])) if said.get(name) else None
    if said.get("subject"):
        said["subjects"] = [list(pair.partition(":")[::2]) for pair in words(said["subject"])]
    if said.get("ask"):
        said["questions"] = list(_questions(said["ask"]))
    if said.get("capacity") == 0:
        said["capacity"] = None
    if said.get("server_slug"):
        said["room_kind"] = "bigbluebutton"
    elif said.get("room_url"):
        said["room_kind"] = "url"
    changes = typed.changes(said, frozenset(one.name for one in fields(Shape)), rest)
    return changes | ({"capacity": None} if given.get("capacity") == 0 else {})


def of_a_date(given: Mapping[str, Any], rest: Path | None) -> dict[str, Any]:
    """The options as fields of one date; what belongs to the whole series is passed over, and said so."""
    from publisher.webinars.dates import DateShape

    said = {_NAMES.get(name, name): value for name, value in given.items()}
    said["description"] = typed.words_of(said.get("description"))
    known = frozenset(one.name for one in fields(DateShape))
    shared = sorted(name for name, value in given.items() if value not in (None, (), []) and name not in ("webinar", "now", "as_json", "rest", "room") and _NAMES.get(name, name) not in known)  # fmt: skip
    if shared:
        note(
            f"--{shared[0].replace('_', '-')} belongs to the whole series and was passed over; name the series for it."
        )
    return typed.changes(said, known, rest)


def _questions(given: Iterable[str]) -> Iterable[dict[str, Any]]:
    for one in given:
        label = one.strip()
        yield {"label": label.removesuffix("!").strip(), "kind": "text", "required": label.endswith("!")}
