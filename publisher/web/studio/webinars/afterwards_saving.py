"""What is done afterwards: a recording given, a transcript, a list of who came, words for the letters, and the one press."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi.responses import Response

from publisher.desk import afterwards as further
from publisher.errors import BadInput
from publisher.media import intake
from publisher.media.models import MediaFile
from publisher.media.storage import a_draft
from publisher.media.uploads import LARGEST
from publisher.web.studio import words
from publisher.web.studio.uploads import about
from publisher.web.studio.visit import MEGA, Desk
from publisher.web.studio.webinars import afterwards as page
from publisher.web.studio.webinars import mail_preview, tongues
from publisher.web.studio.webinars.finding import date_at, date_url
from publisher.webinars import attendance_files, following_up, mailings, recording, times, zones
from publisher.webinars.models import Series, Webinar

LARGEST_LIST, LARGEST_TRANSCRIPT = 20 * MEGA, 10 * MEGA
WHO = {"came": "who came", "missed": "who missed it"}


def take_further(desk: Desk, slug: str, number: int) -> Response:
    """POST …/afterwards/further: show (a podcast, or none), letters. Servers are asked and sound is taken out of films."""
    _, webinar = date_at(desk.session, slug, number)
    steps = further.take_further(
        desk.house,
        webinar.id or 0,
        show=desk.form.one("show") if "show" in desk.form.data else None,
        letters=desk.form.ticked("letters"),
        who=desk.staff.email,
        now=desk.now,
    )
    mailings.plan_due(desk.house, desk.now)
    with desk.changing() as inner:
        return page.show(inner, slug, number, steps)


def give_recording(desk: Desk, slug: str, number: int) -> Response:
    """POST …/afterwards/recording (multipart): recording_url, or media (sent before), or file (in one piece); verb save|remove."""
    series, webinar = date_at(desk.session, slug, number)
    here = f"{date_url(series, webinar)}/afterwards"
    if desk.form.one("verb") == "remove":
        return _given(
            desk, webinar, here, said="Taken away. Pages and library show it no more.", noted="Took the recording away."
        )
    if upload := desk.upload("file", most=LARGEST):
        with a_draft(desk.house.settings, "upload") as draft:
            with draft.open("xb") as file:
                shutil.copyfileobj(upload.file, file, 1 << 20)
            with desk.changing() as inner:
                media = intake.take_file(inner.session, desk.house, draft, name=upload.filename or "", now=desk.now, expect="episode")  # fmt: skip
                number_of_file = media.id
        return _given(desk, webinar, here, media=number_of_file)
    if sent := desk.form.one("media"):
        return _given(desk, webinar, here, media=int(sent) if sent.isdecimal() and len(sent) < 10 else 0)
    if not desk.form.one("recording_url"):
        raise BadInput("Give its address, or choose a file.", field="recording_url")
    return _given(desk, webinar, here, url=desk.form.one("recording_url"))


def give_transcript(desk: Desk, slug: str, number: int) -> Response:
    """POST …/afterwards/transcript (multipart): transcript_language, transcript_file, transcript; verb save|remove."""
    series, webinar = date_at(desk.session, slug, number)
    here, language = f"{date_url(series, webinar)}/afterwards#recording", desk.form.one("transcript_language")
    if desk.form.one("verb") == "remove":
        recording.set_transcript(desk.session, desk.house, webinar, language, b"", now=desk.now)
        desk.note(f"webinar:{webinar.id}", "Took the transcript away.")
        return desk.go(here, "The transcript is taken away.")
    upload = desk.upload("transcript_file", most=LARGEST_TRANSCRIPT)
    data = upload.file.read() if upload else desk.form.whole("transcript").encode()
    if not data.strip():
        raise BadInput("Choose a file, or paste its text.", field="transcript")
    name = (upload.filename or "") if upload else ""
    recording.set_transcript(desk.session, desk.house, webinar, language, data, name=name, now=desk.now)
    desk.note(f"webinar:{webinar.id}", "Gave it a transcript.")
    return desk.go(here, f"The transcript is kept: {words.counted(webinar.transcript.count(' --> '), 'line')}.")


def take_list(desk: Desk, slug: str, number: int) -> Response:
    """POST …/afterwards/attendance (multipart): file, zone. The same list twice changes nothing."""
    _, webinar = date_at(desk.session, slug, number)
    upload = desk.upload("file", most=LARGEST_LIST)
    if upload is None:
        raise BadInput("Choose the file first.", field="file")
    zone = zones.chosen(desk.form.one("zone")) if desk.form.one("zone") else ""
    try:
        taken = attendance_files.take(
            desk.session, desk.house, webinar, upload.file.read(), upload.filename or "", now=desk.now, zone=zone
        )
    except BadInput as problem:
        raise BadInput(str(problem), field="file") from problem
    desk.note(f"webinar:{webinar.id}", f"Took in a list of who was there: {words.counted(taken.rows, 'row')}.")
    return page.show(desk, slug, number, taken=taken)


def write_letters(desk: Desk, slug: str, number: int) -> Response:
    """POST …/afterwards/letters: came-subject-xx, came-body-xx, missed-…; verb save|send. The words are kept first, so that a
    refusal to send costs none."""
    series, webinar = date_at(desk.session, slug, number)
    here = f"{date_url(series, webinar)}/afterwards#letters"
    with desk.changing() as inner:
        row = inner.session.get_one(Webinar, webinar.id)
        changed = _write(inner, series, row)
        if changed:
            inner.note(f"webinar:{number}", "Wrote the letters afterwards.")
    if desk.form.one("verb") != "send":
        return desk.go(here, "Saved." if changed else "Nothing was different.")
    with desk.changing() as inner:
        row = inner.session.get_one(Webinar, webinar.id)
        counted = following_up.count(inner.session, row, now=desk.now)
        following_up.send(inner.session, desk.house, row, by=desk.staff.email, now=desk.now)
        inner.note(f"webinar:{number}", "Sent the letters afterwards.")
    mailings.plan_due(desk.house, desk.now)
    return desk.go(here, f"On their way: to {words.figure(counted['came'])} who came and to {words.figure(counted['missed'])} who missed it.")  # fmt: skip


def preview_letter(desk: Desk, slug: str, number: int) -> Response:
    """GET and POST …/afterwards/preview: the same form, look (a language) and whose (came|missed), answered into a frame."""
    series, webinar = date_at(desk.session, slug, number)
    known = following_up.known(desk.session, webinar) or times.state_of(webinar, desk.now) != "held"
    whose = "came" if desk.form.one("whose", "came" if known else "") == "came" else "missed"
    codes = tongues.codes_of(series, *webinar.came_words, *webinar.missed_words)
    standing = following_up.standing(desk.session, series, webinar, whose, codes, now=desk.now)
    said = tongues.typed(desk.form, codes, f"{whose}-") or standing
    language = desk.form.one("look") if desk.form.one("look") in codes else series.language
    return mail_preview.framed(desk, whose, series, webinar, said, language, data={"known": known})


def _given(
    desk: Desk, webinar: Webinar, here: str, *, url: str = "", media: int | None = None, said: str = "", noted: str = "Gave it a recording."
) -> Response:  # fmt: skip
    with desk.changing() as inner:
        row = inner.session.get_one(Webinar, webinar.id)
        file = inner.session.get(MediaFile, media) if media is not None else None
        if media is not None and file is None:
            raise BadInput("That file is not here any more. Send it again.", field="recording_url")
        recording.give(inner.session, desk.house, row, url=url, media=file, now=desk.now)
        said = said or (f"It is kept: {about(file)['text']}." if file else "It is kept, and its page shows it.")
        inner.note(f"webinar:{webinar.id}", noted)
    return desk.go(f"{here}#recording", said)


def _write(desk: Desk, series: Series, webinar: Webinar) -> bool:
    """The words of both letters, where they are other than before; what was proposed and left as it was is not kept."""
    codes = tongues.codes_of(series, *webinar.came_words, *webinar.missed_words)
    changed = False
    for who in WHO:
        before = following_up.standing(desk.session, series, webinar, who, codes, now=desk.now)
        for code in codes:
            if f"{who}-body-{code}" not in desk.form.data:
                continue
            said = {"subject": desk.form.one(f"{who}-subject-{code}"), "body": desk.form.whole(f"{who}-body-{code}")}
            if said == before.get(code):
                continue
            with _at_its_field(who):
                following_up.write(desk.session, webinar, who, code, said["subject"], said["body"], now=desk.now)
            changed = True
    return changed


@contextmanager
def _at_its_field(who: str) -> Iterator[None]:
    """What is wrong with the words of one letter is said at that letter's field."""
    try:
        yield
    except BadInput as problem:
        raise BadInput(str(problem), field=f"{who}-{problem.field}") from problem
