"""The dates that a first date, a rhythm and a number come to: shown while they are chosen, and before anything is made."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fastapi.responses import Response

from publisher.clock import zone as zone_of
from publisher.errors import BadInput
from publisher.languages import date_in_words
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars.standing import moment
from publisher.webinars import fields, times, zones

ONCE = "once"
RHYTHMS = [(ONCE, "once"), *((key, text) for key, text in times.RHYTHMS.items())]
FIELDS = ("first", "rhythm", "number", "zone")


def preview(desk: Desk) -> Response:
    """GET /studio/webinars/dates?first=&rhythm=&number=&zone=: the list alone, for the script of the form."""
    said = {name: desk.asked(name)[:60] for name in FIELDS}
    return desk.show("webinars/_to_be.html", "webinars", to_be=shown(desk, said))


def walls_of(said: Mapping[str, Any]) -> list[datetime]:
    """Wall times, the first first; `BadInput` names the field that is wrong."""
    if not said["first"]:
        raise BadInput("Say when the first date is.", field="first")
    first = times.read_wall(said["first"], "first")
    if said["rhythm"] in (ONCE, ""):
        return [first]
    number = fields.number(said["number"], "number", least=1, most=times.MOST_DATES)
    return times.repeated(first, said["rhythm"], number)


def sealed(walls: Sequence[datetime], zone: str) -> str:
    """What a form says that somebody has seen."""
    return " ".join([zone, *map(times.said, walls)])


def shown(desk: Desk, said: Mapping[str, Any]) -> dict[str, Any]:
    """{dates: list of {text, there, iso, exact, problem}, count_text, problem, sealed}; never raises: a sentence says why there
    are none."""
    try:
        zone = zones.chosen(said["zone"])
        walls = walls_of(said)
    except BadInput as problem:
        return {"dates": [], "count_text": "", "problem": str(problem), "sealed": ""}
    return {
        "dates": [_shown(desk, wall, zone) for wall in walls],
        "count_text": f"It comes to {words.counted(len(walls), 'date')}" if len(walls) > 1 else "One date",
        "problem": "",
        "sealed": sealed(walls, zone),
    }


def _shown(desk: Desk, wall: datetime, zone: str) -> dict[str, str]:
    problem, at = "", wall.replace(tzinfo=zone_of(zone))
    try:
        instant = times.instant(wall, zone)
        if instant <= desk.now:
            problem = "This has passed."
    except BadInput as refused:
        problem = str(refused)
    # As it was typed, whoever looks: the clock of the webinar first.
    by_viewer = (
        moment(desk, at, desk.zone)["text"] if at.utcoffset() != at.astimezone(zone_of(desk.zone)).utcoffset() else ""
    )
    return {
        "iso": at.isoformat(),
        "text": f"{date_in_words(wall.date(), 'en', weekday=True)}, {wall:%-H:%M}",
        "there": "" if problem else by_viewer,
        "problem": problem,
    }
