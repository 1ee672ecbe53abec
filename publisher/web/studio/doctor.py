"""Is the hub well: what a look finds, with what to do. What needs the network is asked only when a button is pressed, or by the
timetable, and shown with the time of the answer."""

from typing import Any

from fastapi.responses import Response

from publisher.desk import doctor, operator
from publisher.desk.doctor import Finding
from publisher.web.studio import words
from publisher.web.studio.visit import Desk

PATH = "/studio/doctor"
STATES = {"good": ("ok", "Well"), "warn": ("held", "Look at it"), "bad": ("failing", "Mend it")}
ORDER = ("bad", "warn", "good")


def show(desk: Desk) -> Response:
    """GET /studio/doctor"""
    kept = doctor.last_look(desk.session)
    home = doctor.at_home(desk.session, desk.house, desk.now)
    seen = {one.check for one in home}
    abroad = [one for one in (kept[1] if kept else []) if one.check not in seen]
    return desk.show(
        "settings/doctor.html",
        "settings",
        here=PATH,
        summary=_summary([*home, *abroad]),
        troubles=[{"text": row.sentence, "moment": desk.moment(row.since)} for row in operator.troubles(desk.session)],
        home=_rows(home),
        abroad=_rows(abroad),
        looked=desk.moment(kept[0]) if kept else None,
    )


def look(desk: Desk) -> Response:
    """POST /studio/doctor: ask relay, DNS and the public address now. No transaction is open meanwhile."""
    findings = doctor.look(desk.house, desk.now)
    return desk.go(PATH, f"Everything was looked at. {_summary(findings)}")


def _summary(findings: list[Finding]) -> str:
    bad, warn = (sum(one.level == level for one in findings) for level in ("bad", "warn"))
    if not bad and not warn:
        return "All is well."
    said = [f"{words.counted(bad, 'thing')} to mend"] if bad else []
    return f"{', '.join([*said, *([f'{warn} to look at'] if warn else [])])}."


def _rows(findings: list[Finding]) -> list[dict[str, Any]]:
    rows = sorted(findings, key=lambda one: ORDER.index(one.level))
    return [
        {"state": STATES[one.level][0], "label": STATES[one.level][1], "check": one.check, "message": one.message, "advice": one.advice}
        for one in rows
    ]  # fmt: skip
