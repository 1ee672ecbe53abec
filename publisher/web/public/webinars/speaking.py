"""A speaker's own page: what is said of them, whether they may be recorded, slides, the rehearsal, the way in, live questions.

Their link stands in mails too: no address is shown, and everything can be changed again here.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from publisher.errors import BadInput, Conflict
from publisher.languages import N_, join_list
from publisher.media.storage import a_draft
from publisher.web.forms import Filled, Posted
from publisher.web.page import Page, changing, looking
from publisher.web.public import choices
from publisher.web.public.hearing import media_by_id
from publisher.web.public.webinars import showing
from publisher.web.public.webinars.own import NO_SUCH
from publisher.web.public.webinars.speaking_dates import context_of_dates, dates_of, live
from publisher.webinars import handouts, preparing, speakers, words
from publisher.webinars.models import Series, Speaker, Webinar

MEGA = 1_000_000
LARGEST_PICTURE, LARGEST_SLIDES = 20 * MEGA, 50 * MEGA
CONSENT = N_(
    "I agree that what I say and show in this webinar is recorded, and that the recording, its transcript and its sound "
    "are shared afterwards."
)
NO_FILE = N_("Choose a file first.")
SAID = {
    "about": N_("Saved. It stands on the page of the webinar."),
    "picture": N_("Your picture stands on the page of the webinar."),
    "nopicture": N_("Your picture is taken away."),
    "recording": N_("Your answer is noted. You can change it here."),
    "slides": N_("Your slides have arrived. They are shown to everybody once the date is over."),
    "noslides": N_("The slides are taken away."),
}
FIELDS = {name: name for name in ("bio", "organisation", "zone", "picture", "file", "recording")}


async def _with_file(request: Request) -> Posted:
    return Posted(await request.form(max_files=1, max_fields=100))


SentWithFile = Annotated[Posted, Depends(_with_file)]


def show(request: Request, token: str) -> Response:
    """GET /webinars/speaker/<token>; `?said=` right after a button."""
    with looking(request) as page:
        return _show(page, token, Filled())


def press(request: Request, token: str, what: str, form: SentWithFile) -> Response:
    """POST /webinars/speaker/<token>/<about|picture|recording|slides>"""
    with changing(request) as page:
        speaker = speakers.open_page(page.session, page.house, token, now=page.now)
        page = page.preferring(speaker.language)
        if what not in _BUTTONS:
            raise BadInput(NO_SUCH)
        try:
            said = _BUTTONS[what](page, speaker, form)
        except (BadInput, Conflict) as error:
            page.session.rollback()
            field = error.field or "" if isinstance(error, BadInput) else ""
            kept = {name: form.one(name) for name in ("bio", "organisation", "zone") if name in form.data}
            return _show(page, token, Filled(kept, {FIELDS.get(field, what): page.why(error)}), 422)
        return page.go(f"/webinars/speaker/{token}", said=said)


def questions(request: Request, token: str, slug: str) -> Response:
    """GET /webinars/speaker/<token>/questions/<slug>: what people want to know, while one speaks; it renews itself."""
    with looking(request) as page:
        speaker = speakers.open_page(page.session, page.house, token, now=page.now)
        page = page.preferring(speaker.language)
        context = live(page, speaker, slug)
        return page.show("web/public/webinar_live.html", back_url=page.link(f"/webinars/speaker/{token}"), **context)


def _show(page: Page, token: str, form: Filled, status: int = 200) -> Response:
    speaker = speakers.open_page(page.session, page.house, token, now=page.now)
    page = page.preferring(speaker.language)
    series = page.session.get_one(Series, speaker.series_id)
    return page.show("web/public/webinar_speaker.html", status, **_context(page, series, speaker, token, form))


def _context(page: Page, series: Series, speaker: Speaker, token: str, form: Filled) -> dict[str, Any]:
    said = page.request.query_params.get("said", "")
    series_words = words.of_series(series, page.language)
    media = media_by_id(page.session, [speaker.picture_id]).get(speaker.picture_id or 0)
    lacks = [page.gettext(one) for one in preparing.missing(page.session, speaker, now=page.now)]
    about = {"bio": speaker.bio, "organisation": speaker.organisation, "zone": speaker.zone}
    return {
        "here": f"/webinars/speaker/{token}",
        "title": series_words.title,
        "language_of_title": series_words.language,
        "speaker": showing.person(page, speaker, media),
        "said": page.gettext(SAID[said]) if said in SAID and not form.errors else "",
        "missing_text": join_list(lacks, page.language),
        "form": Filled(about | dict(form.values), form.errors),
        "zones": choices.zones(page, speaker.zone),
        "is_recorded": series.is_recorded,
        "consent": page.gettext(CONSENT),
        "answer": speaker.recording_answer,
        **context_of_dates(page, series, speaker, token),
    }


def _about(page: Page, speaker: Speaker, form: Posted) -> str:
    bio, organisation, zone = form.one("bio"), form.one("organisation"), form.one("zone")
    speakers.introduce(page.session, speaker, bio=bio, organisation=organisation, zone=zone)
    return "about"


def _picture(page: Page, speaker: Speaker, form: Posted) -> str:
    if form.ticked("remove"):
        speakers.set_picture(page.session, speaker, None)
        return "nopicture"
    with _file(page, form, "picture", LARGEST_PICTURE) as (path, name):
        speakers.take_picture(page.session, page.house, speaker, path, name=name, now=page.now)
    return "picture"


def _recording(page: Page, speaker: Speaker, form: Posted) -> str:
    answer, sentence = form.one("answer"), page.gettext(CONSENT)
    speakers.answer_recording(page.session, speaker, answer, sentence, now=page.now)
    return "recording"


def _slides(page: Page, speaker: Speaker, form: Posted) -> str:
    webinar = _webinar(page, speaker, form)
    if number := form.one("remove"):
        known = int(number) if number.isdecimal() and len(number) < 10 else 0
        handouts.remove(page.session, handouts.get(page.session, webinar, known, speaker=speaker))
        return "noslides"
    with _file(page, form, "file", LARGEST_SLIDES) as (path, name):
        title = form.one("title")
        speakers.add_slides(page.session, page.house, speaker, webinar, path, name=name, now=page.now, title=title)
    return "slides"


def _webinar(page: Page, speaker: Speaker, form: Posted) -> Webinar:
    found = next((one for one in dates_of(page.session, speaker) if one.slug == form.one("date")), None)
    if found is None:
        raise BadInput(NO_SUCH)
    return found


@contextmanager
def _file(page: Page, form: Posted, name: str, most: int) -> Iterator[tuple[Path, str]]:
    """The file that came with the form, on the disk for a moment. `BadInput` where there is none, or it is too large."""
    given = form.data.get(name)
    if not isinstance(given, UploadFile) or not given.filename:
        raise BadInput(NO_FILE, field=name)
    if (given.size or 0) > most:
        words_ = page.gettext("The file is larger than %(number)s MB.") % {"number": most // MEGA}
        raise BadInput(words_, field=name)
    with a_draft(page.house.settings, "upload") as draft:
        with draft.open("xb") as file:
            shutil.copyfileobj(given.file, file)
        try:
            yield draft, given.filename
        except BadInput as problem:
            raise BadInput(str(problem), field=name) from problem


_BUTTONS: dict[str, Callable[[Page, Speaker, Posted], str]] = {
    "about": _about, "picture": _picture, "recording": _recording, "slides": _slides,
}  # fmt: skip
