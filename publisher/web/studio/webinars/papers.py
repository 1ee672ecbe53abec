"""Slides and papers of a date: brought by staff or speakers, shown to everybody once it was held."""

from typing import Any

from fastapi.responses import Response

from publisher.errors import BadInput
from publisher.languages import file_size
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import pictures
from publisher.web.studio.webinars.finding import date_at, date_url
from publisher.webinars import handouts, speakers
from publisher.webinars.models import Series, Webinar

MOST = 50


def change(desk: Desk, slug: str, number: int) -> Response:
    """POST /studio/webinars/<slug>/dates/<id>/handouts (multipart): verb add (file, title) | remove (handout)."""
    series, webinar = date_at(desk.session, slug, number)
    here = f"{date_url(series, webinar)}#papers"
    if desk.form.one("verb") == "remove":
        given = desk.form.one("handout")
        handout = handouts.get(desk.session, webinar, int(given) if given.isdecimal() and len(given) < 10 else 0)
        handouts.remove(desk.session, handout)
        desk.note(f"webinar:{number}", "Took a paper away.")
        return desk.go(here, "Taken away.")
    with pictures.given(desk, "file") as found:
        if found is None:
            raise BadInput("Choose a file: a PDF, or a picture.", field="file")
        path, name = found
        title = desk.form.one("title")
        handouts.take(desk.session, desk.house, webinar, path, name=name, now=desk.now, title=title)
    desk.note(f"webinar:{number}", f"Brought {name}.")
    return desk.go(here, "It is kept with the date.")


def of_page(desk: Desk, series: Series, webinar: Webinar) -> dict[str, Any]:
    """For the page of the date: papers, and the form for one more."""
    named = {one.id: one.name for one in speakers.of(desk.session, series)}
    shown = [
        {
            "id": handout.id,
            "title": handouts.name_of(handout, media),
            "facts": [media.name, file_size(media.length, "en"), f"from {named[handout.speaker_id]}" if handout.speaker_id in named else ""],
        }
        for handout, media in handouts.of(desk.session, webinar)
    ]  # fmt: skip
    form = desk.filled({"file": "", "title": ""}, f"{date_url(series, webinar)}/handouts", verb="add")
    return {"papers": shown, "paper_form": form}
