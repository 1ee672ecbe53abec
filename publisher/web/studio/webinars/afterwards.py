"""When a date was held: its recording and transcript, who came, the letters afterwards, what people said of it, and the one press
that takes all of it further."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fastapi.responses import Response

from publisher.desk.afterwards import Step
from publisher.languages import join_list, language_name
from publisher.media.models import MediaFile
from publisher.podcasts import shows
from publisher.podcasts.models import Episode, Show
from publisher.web.forms import Filled
from publisher.web.studio import words
from publisher.web.studio.uploads import about
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import letters_sent, outcome, tongues
from publisher.web.studio.webinars.finding import date_at, date_url, frame_of, own_title, series_url
from publisher.webinars import addresses, following_up, programme, shelf, times
from publisher.webinars.attendance_files import Taken
from publisher.webinars.models import Series, Webinar

Fill = Callable[[Mapping[str, Any], str], Filled]
STEPS = {"recording": "The recording", "resource": "In the library", "episode": "An episode", "letters": "Letters"}


def show(desk: Desk, slug: str, number: int, steps: Iterable[Step] = (), taken: Taken | None = None) -> Response:
    """GET …/dates/<id>/afterwards. `steps`: what a press just did; `taken`: what came of a list."""
    series, webinar = date_at(desk.session, slug, number)
    here, state = f"{date_url(series, webinar)}/afterwards", times.state_of(webinar, desk.now)
    numbers = following_up.count(desk.session, webinar, now=desk.now)
    counts = tongues.read_by(desk.session, series, tongues.codes_of(series, *webinar.came_words, *webinar.missed_words))
    codes = [code for code in counts if counts[code] or code in {*webinar.came_words, *webinar.missed_words, series.language}]  # fmt: skip
    fitting = _shows(desk, series)
    filled = desk.filled if state == "held" else _unfilled  # what is not drawn cannot say why it was refused
    letters_filled = desk.filled if webinar.followed_up_at is None and state != "cancelled" else _unfilled
    return desk.show(
        "webinars/afterwards.html",
        "webinars",
        series=frame_of(series),
        here=here,
        date={
            "title": own_title(series, webinar),
            "url": date_url(series, webinar),
            "state": state,
            "held": state == "held",
            "state_text": _state_text(desk, webinar, state),
            "public_url": addresses.page(desk.house, webinar),
            "live_url": f"{date_url(series, webinar)}/live",
        },
        steps=[_step(one) for one in (steps or _standing(desk, series, webinar))],
        just_done=bool(steps),
        further=_further(desk, series, webinar, numbers, fitting, filled, here),
        shows=[(one.slug, one.title) for one in fitting],
        recording=_recording(desk, webinar),
        recording_form=filled({"recording_url": webinar.recording_url, "media": ""}, f"{here}/recording"),
        transcript=_transcript(webinar),
        transcript_form=filled(
            {"transcript_language": webinar.transcript_language or _spoken(series), "transcript": "", "transcript_file": ""},
            f"{here}/transcript",
        ),
        transcript_languages=words.language_options(webinar.transcript_language, _spoken(series)),
        attendance=outcome.attendance(desk, webinar),
        attendance_form=filled({"file": "", "zone": webinar.zone}, f"{here}/attendance"),
        taken=outcome.listed(taken),
        zones=words.zones(),
        people=outcome.people(desk, webinar),
        csv_url=f"{series_url(series)}/registrations.csv?date={webinar.id}",
        people_url=f"{series_url(series)}/registrations?date={webinar.id}",
        letters=_letters(desk, series, webinar, numbers, codes, letters_filled, here),
        tongues=tongues.tongues(codes, {}, series.language),
        preview_languages=[(code, language_name(code, "en")) for code in codes],
        letters_so_far=letters_sent.lines(desk, series, ("came", "missed"), webinar.id),
        letters_url=f"{series_url(series)}/letters",
        survey=outcome.survey(desk, series, webinar),
    )  # fmt: skip


def _unfilled(values: Mapping[str, Any], action: str) -> Filled:
    return Filled(values)


def _state_text(desk: Desk, webinar: Webinar, state: str) -> str:
    said = {"held": "Held", "cancelled": "Called off; it was to be", "live": "It is on, since"}
    return f"{said.get(state, 'It has not been held yet:')} {desk.in_words(webinar.starts_at)}"


def _step(step: Step) -> dict[str, Any]:
    return {"what": STEPS[step.what], "done": step.done, "text": step.text, "path": step.path}


def _standing(desk: Desk, series: Series, webinar: Webinar) -> list[Step]:
    """What has been made of it so far, by its rows."""
    has = bool(webinar.recording_url) or webinar.recording_id is not None
    found = [Step("recording", has, "It is there." if has else "Not here yet.")]
    on_shelf = webinar.recording_work_id is not None and shelf.has_recording(series, webinar)
    found.append(
        Step("resource", on_shelf, "It is on the shelf, and newsletters take it in by themselves." if on_shelf else "Not on the shelf yet.",
             f"/studio/library/{webinar.recording_work_id}" if on_shelf else "")
    )  # fmt: skip
    episode = desk.session.get(Episode, webinar.made.get("episode") or 0)
    show = desk.session.get(Show, episode.show_id) if episode else None
    if episode and show:
        path = f"/studio/podcasts/{show.slug}/episodes/{episode.id}"
        text = f"A draft in “{show.title}”." if episode.audio_id else f"A draft in “{show.title}” that waits for its sound."  # fmt: skip
        found.append(Step("episode", episode.audio_id is not None, text, path))
    else:
        found.append(Step("episode", False, "None drafted yet."))
    sent = webinar.followed_up_at
    found.append(Step("letters", sent is not None, f"Sent {desk.in_words(sent)}." if sent else "Not sent yet."))
    return found


def _shows(desk: Desk, series: Series) -> list[Show]:
    """Podcasts that may have the episode: of a cohort's webinar those of the same cohort."""
    return [one for one in shows.all_of(desk.session, archived=False) if one.list_id == series.list_id]


def _further(
    desk: Desk, series: Series, webinar: Webinar, numbers: dict[str, int], fitting: list[Show], filled: Fill, here: str
) -> dict[str, Any]:
    """The one button, and in a sentence what it will do."""
    chosen = str(webinar.made.get("show") or (fitting[0].slug if fitting else ""))
    sent = webinar.followed_up_at is not None
    came, missed = words.counted(numbers["came"], "person", "people"), words.figure(numbers["missed"])
    steps = ["puts the recording into the library"] if programme.is_public(series) else []
    steps += ["drafts an episode with its sound"] if fitting else []
    if sent:
        steps.append("leaves the letters alone, as they were sent")
    elif following_up.known(desk.session, webinar):
        steps.append(f"writes to {came} who came and to {missed} who missed it")
    else:
        everybody = words.counted(numbers["missed"] + numbers["came"], "person", "people")
        steps.append(f"writes the same to {everybody}, as nobody knows who came")
    said = join_list(steps, "en")
    text = f"{said[:1].upper()}{said[1:]}. Pressing again does what could not be done before, and nothing twice."
    form = filled({"show": chosen, "letters": not sent}, f"{here}/further")
    return {"text": text, "form": form, "sent": sent}


def _recording(desk: Desk, webinar: Webinar) -> dict[str, Any] | None:
    media = desk.session.get(MediaFile, webinar.recording_id) if webinar.recording_id else None
    if media is not None:
        url = f"/webinars/{webinar.slug}/recording/{media.digest[:12]}.{media.extension}"
        return {"text": f"{media.name}: {about(media)['text']}", "url": url, "kind": media.kind, "type": media.type}
    if webinar.recording_url:
        return {"text": webinar.recording_url, "url": webinar.recording_url, "kind": "link", "type": ""}
    return None


def _transcript(webinar: Webinar) -> dict[str, str] | None:
    if not webinar.transcript:
        return None
    cues = webinar.transcript.count(" --> ")
    return {
        "label": language_name(webinar.transcript_language or "en", "en"),
        "text": words.counted(cues, "line"),
        "url": f"/webinars/{webinar.slug}/captions.vtt",
    }


def _spoken(series: Series) -> str:
    return str(series.spoken[0]) if series.spoken else series.language


def _letters(
    desk: Desk, series: Series, webinar: Webinar, numbers: dict[str, int], codes: list[str], filled: Fill, here: str
) -> dict[str, Any]:
    """The two letters with the words they have, or would have."""
    known = following_up.known(desk.session, webinar)
    held = times.state_of(webinar, desk.now) == "held"
    values: dict[str, Any] = {}
    for who in following_up.WHO:
        standing = following_up.standing(desk.session, series, webinar, who, codes, now=desk.now)
        values |= tongues.values(standing, codes, f"{who}-")
    total = numbers["came"] + numbers["missed"]
    return {
        "form": filled(values, f"{here}/letters"),
        "came_own": list(following_up.own(series, webinar, "came")),
        "missed_own": list(following_up.own(series, webinar, "missed")),
        "sent": webinar.followed_up_at is not None,
        "known": known or not held,
        "came_text": words.counted(numbers["came"], "person", "people"),
        "missed_text": words.counted(numbers["missed"], "person", "people"),
        "button": f"Send both now, to {words.counted(total, 'person', 'people')}" if known else f"Send it now, to {words.counted(total, 'person', 'people')}",
        "nobody": not total,
    }  # fmt: skip
