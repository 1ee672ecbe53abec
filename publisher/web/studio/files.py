"""A file of resources: CSV, JSON, or a feed saved to disk. Broken rows are named, the rest comes in."""

from fastapi.responses import Response

from publisher.errors import BadInput
from publisher.library import files
from publisher.library.files import MAX_FILE, ImportResult
from publisher.web.studio import words
from publisher.web.studio.visit import MEGA, Desk

PATH = "/studio/library/import"
SHOWN = 200


def show(desk: Desk, result: ImportResult | None = None) -> Response:
    """GET /studio/library/import"""
    return desk.show(
        "library/import.html",
        "library",
        form=desk.filled({"file": "", "news": False}, PATH),
        result=_result(result) if result else None,
    )


def take(desk: Desk) -> Response:
    """POST /studio/library/import (multipart): file, news. The answer is the page with what came of it."""
    upload = desk.upload("file", most=MAX_FILE)
    if upload is None:
        raise BadInput("Choose a file first.", field="file")
    content = upload.file.read(MAX_FILE + MEGA)
    result = files.import_file(desk.session, desk.house, content, news=desk.form.ticked("news"), now=desk.now)
    desk.note("source:file", f"Imported {upload.filename}: {_sentence(result)}", **result.as_json() | {"errors": []})
    return show(desk, result)


def _result(result: ImportResult) -> dict[str, object]:
    rest = len(result.errors) - SHOWN
    return {
        "sentence": _sentence(result),
        "errors": [(error["row"] or "", error["reason"]) for error in result.errors[:SHOWN]],
        "errors_text": f"And {words.figure(rest)} more." if rest > 0 else "",
    }


def _sentence(result: ImportResult) -> str:
    parts = (
        f"{words.figure(result.created)} new",
        f"{words.figure(result.updated)} changed",
        f"{words.figure(result.unchanged)} known already",
        f"{words.figure(result.skipped)} left out" if result.skipped else "",
    )
    return ", ".join(part for part in parts if part) + "."
