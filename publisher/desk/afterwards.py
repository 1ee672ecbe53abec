"""A webinar was held: its recording becomes a resource, the draft of an episode, an item of the next issue, and a letter to those
who came and those who missed it. One press; each step says what it did or why not, and pressing again does the rest.

It works in steps with transactions of their own, because a server is asked and sound is taken out of a film in between.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from publisher.errors import BadInput, Conflict, FetchError, NotFound, PublisherError
from publisher.house import House
from publisher.media import intake, mending
from publisher.media.models import MediaFile
from publisher.media.storage import path_of
from publisher.podcasts import episodes, shows
from publisher.podcasts.models import Episode, Show
from publisher.staff import trail
from publisher.webinars import following_up, shelf, times, words
from publisher.webinars.models import Series, Webinar, WebinarState
from publisher.webinars.rooms import recordings, servers
from publisher.webinars.rooms.opening import meeting_of, server_of

#: A recording larger than this is not fetched to take the sound out.
LARGEST = 2_000_000_000
#: For so long staff are reminded of what can still be made of a webinar.
LATELY = timedelta(days=60)


@dataclass(frozen=True)
class Step:
    """`what`: recording | resource | episode | letters. `done`: now or before. `text`: one sentence for staff; `path`: where it
    is found in the studio or on the pages."""

    what: str
    done: bool
    text: str
    path: str = ""


def take_further(
    house: House, webinar_id: int, *, show: str | None = None, letters: bool = True, who: str, now: datetime
) -> list[Step]:
    """Everything that can be made of a recording, by now. `show`: the short name of the podcast that gets a draft; None: the
    only one there is; an empty one: no draft. `Conflict` before the webinar was held."""
    with house.database.reading() as session:
        webinar = session.get(Webinar, webinar_id)
        if webinar is None:
            raise NotFound("There is no such webinar.")
        if times.state_of(webinar, now) != "held":
            raise Conflict("This can be done when the webinar has been held.")
    steps = [_recording(house, webinar_id, now)]
    if steps[0].done:
        steps += [_resource(house, webinar_id, now), _episode(house, webinar_id, show, who, now)]
    if letters:
        steps.append(_letters(house, webinar_id, who, now))
    with house.database.session() as session:
        done = ", ".join(step.what for step in steps if step.done)
        trail.note(session, who, f"webinar:{webinar_id}", f"Took it further: {done or 'nothing yet'}.", now)
    return steps


def _recording(house: House, webinar_id: int, now: datetime) -> Step:
    """The recording that is there, or the one its server has by now."""
    with house.database.reading() as session:
        series, webinar = _rows(session, webinar_id)
        server = server_of(session, series, webinar)
        room = servers.room_on(house, server) if server else None
        meeting = meeting_of(house, series, webinar)
        session.expunge_all()  # they are read after the session has ended
    if webinar.recording_url or webinar.recording_id is not None:
        return Step("recording", True, "The recording is there.")
    if room is None:
        return Step(
            "recording", False, "There is no recording yet. Give its address or send the file, then press again."
        )
    try:
        found = recordings.find(room, meeting, series.language)
    except FetchError as problem:
        return Step("recording", False, f"The meeting server was asked for the recording: {problem}")
    if found is None:
        return Step(
            "recording",
            False,
            "The meeting server has no recording yet. It often takes it as long as the webinar took.",
        )
    with house.database.session() as session:
        recordings.take(session, session.get_one(Webinar, webinar_id), found, now=now)
    return Step("recording", True, "The meeting server had the recording, and it was taken over.")


def _resource(house: House, webinar_id: int, now: datetime) -> Step:
    with house.database.session() as session:
        series, webinar = _rows(session, webinar_id)
        shelf.put_recording(session, house, series, webinar, now=now)
        if webinar.recording_work_id is None or not shelf.has_recording(series, webinar):
            text = "It is not for everybody, so it stays off the library’s shelf; those who registered find it on their page."
            return Step("resource", True, text)
        text = "It is in the library, and newsletters take it in by themselves."
        return Step("resource", True, text, f"/studio/library/{webinar.recording_work_id}")


def _episode(house: House, webinar_id: int, wanted: str | None, who: str, now: datetime) -> Step:
    """The draft of an episode with its sound and transcript. Made once; a draft without sound gets it the next time."""
    with house.database.reading() as session:
        series, webinar = _rows(session, webinar_id)
        known = session.get(Episode, webinar.made.get("episode") or 0)
        if known is not None and known.audio_id is not None:
            return _drafted(session, known, "The draft of the episode is there.")
        if wanted == "":
            return Step("episode", True, "No episode was wanted.")
        try:
            show = session.get_one(Show, known.show_id) if known else _show(session, series, wanted)
        except PublisherError as problem:
            return Step("episode", False, str(problem))
        session.expunge_all()
    sound, trouble = _sound(house, webinar, now)
    with house.database.session() as session:
        made = _make(session, house, show, webinar_id, sound, who, now)
        if sound is None:
            return _drafted(session, made, f"The draft of an episode waits for its sound. {trouble}", done=False)
        return _drafted(session, made, f"“{show.title}” has the draft of an episode.")


def _show(session: Session, series: Series, wanted: str | None) -> Show:
    """The show that may have it: of a cohort's webinar only one for the same cohort."""
    if wanted:
        show = shows.by_slug(session, wanted)
        if series.list_id is not None and show.list_id != series.list_id:
            raise Conflict(f"This webinar was for a cohort, and “{show.title}” is heard by others.")
        return show
    fitting = [one for one in shows.all_of(session, archived=False) if one.list_id == series.list_id]
    if not fitting:
        raise BadInput("There is no podcast for it yet, so no episode was drafted.")
    if len(fitting) > 1:
        raise BadInput("Say which podcast gets the draft of an episode.", field="show")
    return fitting[0]


def _sound(house: House, webinar: Webinar, now: datetime) -> tuple[MediaFile | None, str]:
    """The sound of the recording, or why it cannot be had."""
    try:
        if webinar.recording_id is None:
            return _fetched(house, webinar, now), ""
        with house.database.session() as session:
            media = session.get_one(MediaFile, webinar.recording_id)
            if media.kind == "audio":
                return media, ""
            return mending.sound_of(session, house, path_of(house.settings, media), now=now, name=media.name), ""
    except PublisherError as problem:
        return None, str(problem)


def _fetched(house: House, webinar: Webinar, now: datetime) -> MediaFile:
    """The sound behind the recording's address: the sound alone where the meeting server has it, else out of the film."""
    url = _best_for_sound(house, webinar) or webinar.recording_url
    try:
        return intake.take_url(house, url, now=now, expect="audio", mend=True, largest=LARGEST)
    except BadInput as problem:
        raise BadInput(f"No sound can be taken from where the recording is: {problem}") from problem


def _best_for_sound(house: House, webinar: Webinar) -> str:
    with house.database.reading() as session:
        series, webinar = _rows(session, webinar.id or 0)
        server = server_of(session, series, webinar)
        if server is None:
            return ""
        room, meeting = servers.room_on(house, server), meeting_of(house, series, webinar)
    found = [one for one in room.recordings(meeting) if one.is_published]
    return next((one.formats[kind] for kind in ("podcast", "video") for one in found if kind in one.formats), "")


def _make(
    session: Session, house: House, show: Show, webinar_id: int, sound: MediaFile | None, who: str, now: datetime
) -> Episode:
    webinar = session.get_one(Webinar, webinar_id, with_for_update=True)  # two presses at once make one draft
    series = session.get_one(Series, webinar.series_id)
    show = session.get_one(Show, show.id)
    made = session.get(Episode, webinar.made.get("episode") or 0)
    if made is None:
        made = episodes.add(session, house, show, _shape(series, webinar, show), now=now)
        webinar.made = {**webinar.made, "episode": made.id, "show": show.slug}
        session.add(webinar)
        trail.note(session, who, f"episode:{made.id}", "Drafted from a webinar’s recording by", now)
        if webinar.transcript:
            episodes.set_transcript(
                session, house, made, webinar.transcript_language or series.language, webinar.transcript.encode(),
                "text/vtt", now=now, name="webinar.vtt",
            )  # fmt: skip
    if sound is not None and made.audio_id is None:
        episodes.set_sound(session, house, made, session.get_one(MediaFile, sound.id), now=now)
    session.flush()
    return made


def _shape(series: Series, webinar: Webinar, show: Show) -> episodes.Shape:
    spoken = series.spoken[0] if series.spoken else series.language
    said = words.of_webinar(series, webinar, spoken)
    return episodes.Shape(
        title=said.title,
        summary=said.summary,
        notes=said.description or said.summary,
        language=spoken if spoken != show.language else None,
        subjects=[pair for pair in series.subjects if pair not in show.subjects],
    )


def _drafted(session: Session, episode: Episode, text: str, *, done: bool = True) -> Step:
    show = session.get_one(Show, episode.show_id)
    return Step("episode", done, text, f"/studio/podcasts/{show.slug}/episodes/{episode.id}")


def _letters(house: House, webinar_id: int, who: str, now: datetime) -> Step:
    with house.database.session() as session:
        webinar = session.get_one(Webinar, webinar_id)
        if webinar.followed_up_at is not None:
            return Step("letters", True, "The letters afterwards were sent before.")
        counted = following_up.count(session, webinar, now=now)
        following_up.send(session, house, webinar, by=who, now=now)
    came, missed = counted["came"], counted["missed"]
    return Step("letters", True, f"Letters go to {came} who came and to {missed} who missed it.")


def _rows(session: Session, webinar_id: int) -> tuple[Series, Webinar]:
    webinar = session.get_one(Webinar, webinar_id)
    return session.get_one(Series, webinar.series_id), webinar


def ready(session: Session, now: datetime) -> Iterator[tuple[Series, Webinar]]:
    """Dates that were held lately and whose letters afterwards nobody has sent, the first one first."""
    lately = (col(Webinar.ends_at) <= now, col(Webinar.ends_at) > now - LATELY)
    open_ = (col(Webinar.state) == WebinarState.ANNOUNCED, col(Webinar.followed_up_at).is_(None))
    wanted = select(Series, Webinar).where(col(Webinar.series_id) == col(Series.id), *lately, *open_)
    yield from session.exec(wanted.order_by(col(Webinar.ends_at), col(Webinar.id)))
