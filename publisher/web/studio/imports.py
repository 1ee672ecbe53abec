"""Bringing readers in from a table: tried first, then done. The file is kept in the data folder in between, for a day."""

import re
import secrets
from pathlib import Path
from typing import Any

from fastapi.responses import Response

from publisher.audience import importing, lists
from publisher.audience.importing import Imported
from publisher.errors import BadInput
from publisher.web.forms import Filled
from publisher.web.studio import words
from publisher.web.studio.visit import MEGA, Desk

PATH = "/studio/people/import"
MOST = 50 * MEGA
SHOWN = 200
A_DAY = 86_400


def show(desk: Desk) -> Response:
    """GET /studio/people/import"""
    return _page(desk, desk.filled({"file": "", "list": "", "consent": ""}, PATH), desk.form.one("upload"), None)


def take(desk: Desk) -> Response:
    """POST /studio/people/import: file, list, consent; verb try shows what would be, verb import does it."""
    form = desk.form
    kept = _kept(desk, form.one("upload")) or _keep(desk)
    if kept is None:
        raise BadInput("Choose a file first.", field="file")
    dry = form.one("verb") != "import"
    target = lists.get(desk.session, form.one("list")) if form.one("list") else None
    with kept.open("rb") as file:
        result = importing.import_file(
            desk.session,
            desk.house,
            file,
            now=desk.now,
            mailing_list=target,
            consent=form.one("consent") or None,
            dry_run=dry,
        )
    if not dry:
        kept.unlink(missing_ok=True)
        desk.note("people:import", f"Imported readers: {_sentence(result)}")
    shown = Filled({"list": form.one("list"), "consent": form.one("consent")})
    return _page(desk, shown, kept.name if dry else "", _result(result, dry))


def _page(desk: Desk, form: Filled, upload: str, result: dict[str, Any] | None) -> Response:
    options = [("", "The lists the file names"), *((row.slug, row.name) for row in lists.every(desk.session))]
    upload = upload if _kept(desk, upload) else ""
    return desk.show("people/import.html", "people", form=form, lists=options, upload=upload, result=result)


def _result(result: Imported, dry: bool) -> dict[str, Any]:
    rest = len(result.errors) - SHOWN
    return {
        "dry": dry,
        "sentence": _sentence(result),
        "errors": [(error["row"], error["email"], error["reason"]) for error in result.errors[:SHOWN]],
        "errors_text": f"And {words.figure(rest)} more." if rest > 0 else "",
    }


def _sentence(result: Imported) -> str:
    parts = (
        f"{words.figure(result.created)} new",
        f"{words.figure(result.updated)} changed",
        f"{words.figure(result.unchanged)} as they were",
        f"{words.figure(result.skipped)} skipped" if result.skipped else "",
    )
    return ", ".join(part for part in parts if part) + "."


def _keep(desk: Desk) -> Path | None:
    """The uploaded file under a random name that only this process's owner may read; old ones are thrown away."""
    upload = desk.upload("file", most=MOST)
    if upload is None:
        return None
    folder = _folder(desk)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.iterdir():
        if desk.now.timestamp() - old.stat().st_mtime > A_DAY:
            old.unlink(missing_ok=True)
    path = folder / f"{secrets.token_urlsafe(18)}.csv"
    with path.open("xb") as file:
        path.chmod(0o600)
        while part := upload.file.read(MEGA):
            file.write(part)
    return path


def _kept(desk: Desk, name: str) -> Path | None:
    path = _folder(desk) / name
    return path if re.fullmatch(r"[\w-]{24}\.csv", name, re.ASCII) and path.is_file() else None


def _folder(desk: Desk) -> Path:
    return desk.house.settings.data_dir / "uploads"
