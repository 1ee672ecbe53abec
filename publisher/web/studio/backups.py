"""Backups: when the last one was made and how to make one; after a restore, who was reached since, and the way to let mail go."""

from typing import Any

from fastapi.responses import Response

from publisher.errors import BadInput
from publisher.last_backup import last_backup
from publisher.mail import restored
from publisher.mail.models import Restored
from publisher.web.studio import words
from publisher.web.studio.visit import Desk

PATH = "/studio/settings/backups"
NO_LOG = "No send log was found, so nobody here knows who was mailed since the backup. Look at your relay’s log before mail leaves."


def show(desk: Desk) -> Response:
    """GET /studio/settings/backups"""
    last = last_backup(desk.house, desk.now)
    return desk.show(
        "settings/backups.html",
        "settings",
        here=PATH,
        last=desk.in_words(last.made_at) if last.made_at else "",
        file=last.file,
        warning=last.warning,
        held=held(desk),
        form=desk.filled({"looked": ""}, PATH),
        command=f"publisher backup hub-{desk.now:%Y-%m-%d}.tar",
        earlier=[_earlier(desk, row) for row in restored.confirmed(desk.session)],
    )


def let_go(desk: Desk) -> Response:
    """POST /studio/settings/backups: looked (yes). Mail leaves again after a restore."""
    if desk.form.one("looked") != "yes":
        raise BadInput("Look at the numbers first, and say that you have.", field="looked")
    restored.confirm(desk.session, now=desk.now, by=desk.staff.email)
    desk.note("settings", "Let mail leave again after the restore.")
    return desk.go(PATH, "Mail leaves again.")


def held(desk: Desk) -> dict[str, Any] | None:
    """What is known while mail is held after a restore: {made, restored, facts (label, text), warning}; None while it is not."""
    row = restored.waiting(desk.session)
    if row is None:
        return None
    return {
        "made": desk.in_words(row.backup_made_at),
        "restored": desk.in_words(row.restored_at),
        "facts": _facts(row.findings) if row.findings["log_found"] else [],
        "warning": "" if row.findings["log_found"] else NO_LOG,
        "url": PATH if desk.may("owner") else "",
    }


def line(desk: Desk) -> dict[str, str]:
    """For the list of settings."""
    last = last_backup(desk.house, desk.now)
    if restored.waiting(desk.session) is not None:
        return {"text": "mail is held after a restore", "state": "failing", "label": "Look at it"}
    if last.made_at is None:
        return {"text": "none was made yet", "state": "held", "label": "Missing"}
    text = f"the last one {(desk.moment(last.made_at) or {})['text']}"
    return {"text": text, "state": "held" if last.warning else "ok", "label": "Old" if last.warning else ""}


def _facts(found: dict[str, Any]) -> list[tuple[str, str]]:
    """A line each, also where nothing happened: nobody is left to guess."""
    return [
        ("Were mailed since", f"{words.counted(found['accepted_since'], 'mail')}, not to be sent again"),
        (
            "Perhaps mailed",
            f"{words.counted(found['uncertain_since'], 'mail')} without an answer, not to be sent again either",
        ),
        ("Left a list", f"{words.counted(found['unsubscribed'], 'wish', 'wishes')}, followed again"),
        ("Cancelled a webinar", f"{words.counted(found.get('cancelled', 0), 'wish', 'wishes')}, followed again"),
        ("Came back to one", f"{words.counted(found.get('came_back', 0), 'wish', 'wishes')}, followed again"),
        ("Complained or bounced", f"{words.counted(found['suppressed'], 'address', 'addresses')}, stopped again"),
        ("Were erased", f"{words.counted(found['erased'], 'address', 'addresses')}, erased again"),
        (
            "Not in the backup",
            f"{words.counted(found['unknown_addresses'], 'address', 'addresses')} of people who came later",
        ),
    ]


def _earlier(desk: Desk, row: Restored) -> dict[str, Any]:
    by = f"let go by {row.confirmed_by}" if row.confirmed_by else ""
    return {
        "title": f"From the backup of {desk.in_words(row.backup_made_at)}",
        "facts": [by],
        "moment": desk.moment(row.restored_at),
    }
