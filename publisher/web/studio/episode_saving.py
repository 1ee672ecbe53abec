"""What is done to an episode: begun, saved, scheduled, published, withdrawn, removed.

What was written is kept first, in a transaction of its own, so that a refusal to publish never costs a word.
"""

from dataclasses import replace
from typing import Any

from fastapi.responses import Response

from publisher import clock
from publisher.errors import BadInput
from publisher.media.models import MediaFile
from publisher.podcasts import episodes, publishing, shows
from publisher.podcasts.episodes import Shape
from publisher.podcasts.models import Episode, EpisodeState, Show
from publisher.web.studio.covers import picture
from publisher.web.studio.episode import opened
from publisher.web.studio.podcasts import PATH, url_of
from publisher.web.studio.said_in_lines import chapters_of, chapters_text, people_of, soundbites_of, subjects_of
from publisher.web.studio.visit import MEGA, Desk

LARGEST_TRANSCRIPT = 10 * MEGA
_TEXTS = ("title", "summary", "author", "licence", "type", "season_name")


def create(desk: Desk, slug: str) -> Response:
    """POST /studio/podcasts/<show>/episodes/new: title, media"""
    show = shows.by_slug(desk.session, slug)
    shape = Shape(title=desk.form.one("title"), subjects=show.subjects)
    episode = episodes.add(desk.session, desk.house, show, shape, now=desk.now, audio=_media(desk))
    desk.note(f"episode:{episode.id}", "Began it.")
    return desk.go(url_of(show, episode), "The draft is begun. Nobody hears it before you say so.", "info")


def save(desk: Desk, slug: str, number: int) -> Response:
    """POST /studio/podcasts/<show>/episodes/<number> (multipart): the form; verb save|schedule|publish."""
    verb = desk.form.one("verb", "save")
    with desk.changing() as inner:
        show, episode = opened(inner.session, slug, number)
        changed = _write(inner, show, episode)
        if changed:
            inner.note(f"episode:{number}", "Wrote it.")
        here = url_of(show, episode)
    if verb not in ("schedule", "publish"):
        return desk.go(here, "Saved." if changed else "Nothing was different.")
    with desk.changing() as inner:
        show, episode = opened(inner.session, slug, number)
        return _schedule(inner, episode, here) if verb == "schedule" else _publish(inner, episode, here)


def step(desk: Desk, slug: str, number: int) -> Response:
    """POST …/step: verb withdraw|again|draft|remove; of an undo in the address."""
    show, episode = opened(desk.session, slug, number)
    here = url_of(show, episode)
    match desk.form.one("verb") or desk.asked("verb"):
        case "withdraw":
            publishing.withdraw(desk.session, desk.house, episode, now=desk.now)
            desk.note(f"episode:{number}", "Withdrew it.")
            said = "Withdrawn: it is gone from the feed, the page and the shelf."
            return desk.go(here, said, undo=f"{here}/step?verb=again")
        case "again":
            publishing.publish(desk.session, desk.house, episode, now=desk.now, news=episode.news)
            desk.note(f"episode:{number}", "Brought it back.")
            return desk.go(here, "It is back, under its old date.")
        case "draft":
            publishing.unschedule(desk.session, episode, now=desk.now)
            desk.note(f"episode:{number}", "Took it back to draft.")
            return desk.go(here, "It is a draft again.")
        case "remove":
            title = episode.title
            episodes.remove(desk.session, episode)
            desk.note(f"show:{slug}", f"Removed the draft “{title}”.")
            return desk.go(f"{PATH}/{slug}", f"Removed the draft “{title}”.")
    raise BadInput("There is nothing of that kind to be done with an episode.")


def _schedule(desk: Desk, episode: Episode, here: str) -> Response:
    if not desk.form.one("publish_at"):
        raise BadInput("Say when.", field="publish_at")
    try:
        at = clock.parse_instant(desk.form.one("publish_at"), desk.zone)
    except BadInput as problem:
        raise BadInput(str(problem), field="publish_at") from problem
    publishing.schedule(desk.session, desk.house, episode, at, now=desk.now)
    desk.note(f"episode:{episode.id}", f"Scheduled it for {desk.in_words(at)}.")
    return desk.go(here, f"It appears {desk.in_words(at)}.", undo=f"{here}/step?verb=draft")


def _publish(desk: Desk, episode: Episode, here: str) -> Response:
    again = episode.state == EpisodeState.WITHDRAWN
    publishing.publish(desk.session, desk.house, episode, now=desk.now, news=episode.news)
    desk.note(f"episode:{episode.id}", "Published it.")
    said = "It is back, under its old date." if again else "It is out: in the feed, on its page and on the shelf."
    return desk.go(here, said)


def _write(desk: Desk, show: Show, episode: Episode) -> bool:
    """Everything the form says, where it is otherwise than what is kept."""
    media = _media(desk)
    changed = episodes.edit(desk.session, desk.house, episode, _shape(desk, episode), now=desk.now)
    if media is not None and media.id != episode.audio_id:
        # After the words: chapters found in the sound come in where the field was left empty.
        episodes.set_sound(desk.session, desk.house, episode, media, now=desk.now)
        desk.note(f"episode:{episode.id}", f"Gave it the sound {media.name}.")
        changed = True
    return any([changed, _take_cover(desk, episode), _take_transcripts(desk, show, episode)])


def _shape(desk: Desk, episode: Episode) -> Shape:
    form, before = desk.form, episodes.shape_of(episode)
    said: dict[str, Any] = {name: form.one(name) for name in _TEXTS}
    notes, chapters = form.whole("notes"), form.whole("chapters")
    if notes != before.notes:
        said |= {"notes": notes, "notes_format": "markdown"}
    if chapters != chapters_text(before.chapters):
        said["chapters"] = chapters_of(chapters)
    return replace(
        before,
        **said,
        slug=form.one("slug"),
        language=form.one("language") or None,
        link=form.one("link") or None,
        season=form.one("season") or None,  # type: ignore[arg-type]  # the room reads the number and says what is wrong
        number=form.one("number") or None,  # type: ignore[arg-type]
        explicit={"yes": True, "no": False}.get(form.one("explicit")),
        block=form.ticked("block"),
        persons=people_of(form.one("people"), before.persons),
        soundbites=soundbites_of(form.whole("soundbites"), before.soundbites),
        subjects=subjects_of(form, before.subjects),
        original_id=form.one("original") or None,  # type: ignore[arg-type]
    )


def _take_cover(desk: Desk, episode: Episode) -> bool:
    media = picture(desk, "cover", mend=desk.form.ticked("mend"))
    if media is None and not desk.form.ticked("no_cover"):
        return False
    episodes.set_artwork(desk.session, desk.house, episode, media, now=desk.now)
    return True


def _take_transcripts(desk: Desk, show: Show, episode: Episode) -> bool:
    """Changed texts, those that were taken away, and a new one, from a file or typed."""
    changed = False
    for kept in episodes.transcripts_of(desk.session, episode):
        name = f"transcript_{kept.language}"
        if desk.form.ticked(f"no_{name}"):
            episodes.remove_transcript(desk.session, desk.house, episode, kept.language, now=desk.now)
            changed = True
        elif kept.text and (text := desk.form.whole(name, kept.text)) != kept.text.strip():
            _keep(desk, episode, kept.language, text.encode(), "", name)
            changed = True
    language = desk.form.one("transcript_language") or episode.language or show.language
    upload = desk.upload("transcript_file", most=LARGEST_TRANSCRIPT)
    if upload is not None:
        _keep(desk, episode, language, upload.file.read(), upload.filename or "", "transcript_file")
    elif text := desk.form.whole("transcript_text"):
        _keep(desk, episode, language, text.encode(), "", "transcript_text")
    return changed or upload is not None or bool(desk.form.whole("transcript_text"))


def _keep(desk: Desk, episode: Episode, language: str, data: bytes, name: str, field: str) -> None:
    try:
        episodes.set_transcript(desk.session, desk.house, episode, language, data, None, now=desk.now, name=name)
    except BadInput as problem:
        raise BadInput(str(problem), field=problem.field if problem.field != "transcript" else field) from problem


def _media(desk: Desk) -> MediaFile | None:
    """The file that was sent before the form was."""
    number = desk.form.one("media")
    if not number:
        return None
    found = desk.session.get(MediaFile, int(number)) if number.isdecimal() and len(number) < 10 else None
    if found is None:
        raise BadInput("That file is not here any more. Send it again.")
    return found
