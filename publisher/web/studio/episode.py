"""One episode: everything that is written about it on one page, its sound to be listened to, and when it appears."""

from datetime import datetime
from typing import Any

from fastapi.responses import Response
from sqlmodel import Session, col, select

from feeds.podcast import chapters as chapter_rules
from feeds.podcast import transcripts as cue_rules
from feeds.podcast.chapters import Chapter
from publisher import clock
from publisher.errors import NotFound
from publisher.languages import language_name, zone_city
from publisher.media import mending
from publisher.media.models import MediaFile
from publisher.media.probed import clock as as_minutes
from publisher.podcasts import episodes, publishing, shows
from publisher.podcasts.models import Episode, EpisodeState, Rendition, Show, Transcript
from publisher.staff import trail
from publisher.web.studio import feed_check, words
from publisher.web.studio.covers import cover_of
from publisher.web.studio.podcasts import PATH, number_of, url_of
from publisher.web.studio.said_in_lines import chapters_text, people_text, soundbites_text
from publisher.web.studio.show_settings import licences_with
from publisher.web.studio.uploads import about
from publisher.web.studio.visit import Desk

#: Fields of the form that the room calls otherwise.
NAMES = {"persons": "people", "licence_url": "licence", "artwork": "cover", "transcript": "transcript_text"}
TYPES = [("full", "An episode"), ("trailer", "A trailer"), ("bonus", "A bonus")]
EXPLICIT = [("", "As the show says"), ("no", "For everybody"), ("yes", "Not for children")]
STATES = {
    EpisodeState.DRAFT: "Nobody hears it yet.",
    EpisodeState.WITHDRAWN: "Withdrawn: it is in no feed, on no page and not on the shelf.",
}


def new(desk: Desk, slug: str) -> Response:
    """GET /studio/podcasts/<show>/episodes/new"""
    show = shows.by_slug(desk.session, slug)
    form = desk.filled({"title": "", "media": ""}, f"{PATH}/{slug}/episodes/new")
    return desk.show(
        "podcasts/new_episode.html",
        "podcasts",
        show={"title": show.title, "url": f"{PATH}/{slug}"},
        form=form,
        waiting=_waiting(desk, form["values"]["media"]),
    )


def show(desk: Desk, slug: str, number: int) -> Response:
    """GET /studio/podcasts/<show>/episodes/<number>"""
    row, episode = opened(desk.session, slug, number)
    here = url_of(row, episode)
    kept = episodes.transcripts_of(desk.session, episode)
    form = desk.filled(_values(desk, episode, kept), here, NAMES)
    sound = desk.session.get(MediaFile, episode.audio_id) if episode.audio_id else None
    coming = episode.state in (EpisodeState.DRAFT, EpisodeState.SCHEDULED)
    return desk.show(
        "podcasts/episode.html",
        "podcasts",
        show={"title": row.title, "url": f"{PATH}/{slug}", "private": row.list_id is not None},
        episode={
            "url": here,
            "id": episode.id,
            "title": episode.title,
            "language": episode.language or row.language,
            "state": episode.state,
            "state_text": _state_text(desk, episode),
            "number_text": number_of(episode),
            "public_url": f"/podcasts/{slug}/{episode.slug}"
            if episode.state == EpisodeState.PUBLISHED and row.list_id is None
            else "",
            "cover": cover_of(desk.session, episode),
            "elsewhere": episode.enclosure_url or "",
            "taking": episode.taking,
            "guid": episode.guid,
        },
        sound=_sound(episode, row, sound),
        renditions=_renditions(desk, episode),
        can_mend=mending.available(),
        waiting=_waiting(desk, form["values"]["media"]),
        form=form,
        url_form=desk.filled({"url": ""}, f"{here}/sound"),
        transcripts=[_transcript(one, episode) for one in kept],
        chapter_faults=_chapter_faults(episode),
        why_not=publishing.why_not(desk.session, desk.house, episode) if coming else "",
        findings=feed_check.of_episode(desk, row, episode) if coming else [],
        zone_text=f"In the time of {zone_city(desk.zone, 'en')}.",
        languages=words.language_options(
            *(one.language for one in kept), episode.language or "", row.language, empty="As the show"
        ),
        transcript_languages=words.language_options(episode.language or row.language),
        licences=licences_with(episode.licence),
        types=TYPES,
        explicit=EXPLICIT,
        originals=_originals(desk, row, episode),
        topics=words.vocabulary(desk.session, "topic"),
        countries=words.chosen_first(words.countries(), form["values"]["country"]),
        history=[
            {"text": f"{one.what} {one.who}", "moment": desk.moment(one.at)}
            for one in trail.of(desk.session, f"episode:{episode.id}", limit=15)
        ],
    )


def opened(session: Session, slug: str, number: int) -> tuple[Show, Episode]:
    """The show and its episode of that number; `NotFound` otherwise."""
    row = shows.by_slug(session, slug)
    episode = by_number(session, number)
    if episode.show_id != row.id:
        raise NotFound("There is no such episode.")
    return row, episode


def by_number(session: Session, number: int) -> Episode:
    """The episode of that number; `NotFound` also for numbers that no column holds."""
    episode = session.get(Episode, number) if number < 2**31 else None
    if episode is None:
        raise NotFound("There is no such episode.")
    return episode


def _values(desk: Desk, episode: Episode, kept: list[Transcript]) -> dict[str, Any]:
    explicit = {True: "yes", False: "no", None: ""}[episode.explicit]
    subjects = [tuple(pair) for pair in episode.subjects]
    texts = {f"transcript_{one.language}": one.text for one in kept if one.text}
    return {
        **{name: getattr(episode, name) for name in ("title", "slug", "summary", "notes", "type", "author", "licence", "block")},
        "language": episode.language or "",
        "link": episode.link or "",
        "season": str(episode.season or ""),
        "season_name": episode.season_name,
        "number": str(episode.number or ""),
        "explicit": explicit,
        "people": people_text(episode.persons),
        "chapters": chapters_text(episode.chapters),
        "soundbites": soundbites_text(episode.soundbites),
        "original": str(episode.original_id or ""),
        "topic": [key for facet, key in subjects if facet == "topic"],
        "country": [key for facet, key in subjects if facet == "country"],
        "media": "",
        "cover": "",
        "publish_at": _local(episode.publish_at, desk.zone),
        **texts,
        "transcript_language": episode.language or desk.session.get_one(Show, episode.show_id).language,
        "transcript_text": "",
        "transcript_file": "",
    }  # fmt: skip


def _local(instant: datetime | None, zone: str) -> str:
    return instant.astimezone(clock.zone(zone)).strftime("%Y-%m-%dT%H:%M") if instant else ""


def _state_text(desk: Desk, episode: Episode) -> str:
    if episode.state == EpisodeState.SCHEDULED and episode.publish_at:
        return f"Appears {desk.in_words(episode.publish_at)}"
    if episode.state == EpisodeState.PUBLISHED and episode.published_at:
        return f"Appeared {desk.in_words(episode.published_at)}"
    return STATES.get(EpisodeState(episode.state), "")


def _sound(episode: Episode, row: Show, media: MediaFile | None) -> dict[str, Any] | None:
    """What the player needs to know, and the file in words."""
    if media is None:
        return None
    return {
        "kind": "video" if media.kind == "video" else "audio",
        "plays": media.kind in ("audio", "video"),
        "url": f"{PATH}/sounds/{episode.id}?v={media.digest[:12]}",
        "title": episode.title,
        "show": row.title,
        "key": f"studio/{episode.id}/{media.digest[:12]}",
        "picture": "",
        "duration": episode.duration or 0,
        "clock": as_minutes(episode.duration or 0),
        "marks": [[one["start"], one.get("title") or ""] for one in episode.chapters if one.get("toc", True)],
        "text": about(media)["text"],
        "name": media.name,
        "loudness": media.details.get("loudness"),
        "is_video": media.kind == "video",
        "large": (media.bit_rate or 0) > 80_000,
    }


def _renditions(desk: Desk, episode: Episode) -> list[dict[str, Any]]:
    rows = desk.session.exec(
        select(Rendition, MediaFile)
        .join(MediaFile, col(MediaFile.id) == col(Rendition.media_id))
        .where(col(Rendition.episode_id) == episode.id)
        .order_by(col(Rendition.id))
    )
    return [{"id": one.id, "title": one.title, "text": about(media)["text"]} for one, media in rows]


def _transcript(one: Transcript, episode: Episode) -> dict[str, Any]:
    faults: list[str] = []
    if one.text and one.type == "text/vtt":
        faults = cue_rules.lint(cue_rules.read(one.text.encode(), one.type), episode.duration)
    return {
        "language": one.language,
        "label": language_name(one.language, "en"),
        "timed": one.type == "text/vtt",
        "url": "" if one.text else one.url or "",
        "faults": faults[:6],
        "more": f"And {words.counted(len(faults) - 6, 'further remark')}." if len(faults) > 6 else "",
        "note": "with times" if one.type == "text/vtt" else "without times",
    }


def _chapter_faults(episode: Episode) -> list[str]:
    return chapter_rules.check([Chapter.from_data(one) for one in episode.chapters], episode.duration)


def _waiting(desk: Desk, media: str) -> str:
    """A file that was sent and stands in a form that was refused: it is here, and not kept with the episode yet."""
    row = desk.session.get(MediaFile, int(media)) if media.isdecimal() and len(media) < 10 else None
    return f"{row.name}: {about(row)['text']}. Save to keep it." if row else ""


def _originals(desk: Desk, row: Show, episode: Episode) -> list[tuple[str, str]]:
    """Episodes of the other language editions, for saying that this is a translation of one."""
    editions = shows.editions_of(desk.session, row)
    if not editions:
        return []
    rows = desk.session.exec(
        select(Episode)
        .where(col(Episode.show_id).in_([one.id for one in editions]))
        .order_by(col(Episode.created_at).desc())
        .limit(200)
    )
    chosen = desk.session.get(Episode, episode.original_id) if episode.original_id else None
    named = {one.id: one for one in [*([chosen] if chosen else []), *rows]}
    return [("", "Nothing: it stands for itself"), *((str(number), one.title) for number, one in named.items())]
