"""The page of an episode: to hear, to read, to pass on."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup
from sqlmodel import Session

from publisher.errors import NotFound
from publisher.languages import direction, language_name, own_name
from publisher.library import shelf
from publisher.media.models import MediaFile
from publisher.podcasts import words
from publisher.podcasts.episodes import transcripts_of
from publisher.podcasts.models import Episode, EpisodeState, Show, Transcript
from publisher.web.page import Page, looking
from publisher.web.public import hearing, structured
from publisher.web.public.items import stories
from publisher.web.public.library import related
from publisher.web.public.passing_on import share
from publisher.web.public.playing import CSP_FOR_ELSEWHERE, playable
from publisher.web.public.showing import (
    apps,
    clock,
    cover,
    episode_line,
    episode_path,
    licence,
    people,
    places,
    show_card,
    show_path,
)
from publisher.web.public.spoken import spoken

PATH = "/podcasts"
EMBED_HEIGHT = 190


@dataclass(frozen=True)
class Heard:
    """An episode with what its page, its frame and its quotation need."""

    show: Show
    episode: Episode
    media: MediaFile | None
    show_artwork: MediaFile | None
    artwork: MediaFile | None  # its own, else the show's

    @property
    def path(self) -> str:
        return episode_path(self.show, self.episode)


def heard(session: Session, show: str, episode: str) -> Heard:
    """An episode that strangers may find, withdrawn ones too; `NotFound`."""
    found = hearing.show_by_slug(session, show)
    one = hearing.episode_by_slug(session, found, episode)
    media = hearing.media_by_id(session, [one.audio_id, one.artwork_id, found.artwork_id])
    of_show = media.get(found.artwork_id or 0)
    return Heard(found, one, media.get(one.audio_id or 0), of_show, media.get(one.artwork_id or 0) or of_show)


def episode(request: Request, show: str, episode: str) -> Response:
    """GET /podcasts/<show>/<episode>?transcript=<language>"""
    with looking(request) as page:
        found = heard(page.session, show, episode)
        if found.episode.state == EpisodeState.WITHDRAWN:
            return _withdrawn(page, found)
        page.counts("episode")
        texts = transcripts_of(page.session, found.episode)
        answer = page.show("web/public/episode.html", **_context(page, found, texts))
        if found.media is None:
            answer.headers["Content-Security-Policy"] = CSP_FOR_ELSEWHERE
        if found.show.state != "active" or found.show.block or found.episode.block:
            answer.headers["X-Robots-Tag"] = "noindex"
        return answer


def _withdrawn(page: Page, found: Heard) -> Response:
    _ = page.gettext
    answer = page.show(
        "web/error.html",
        410,
        title=_("This episode is not here any more"),
        sentence=_("It was withdrawn by those who made it. The other episodes are still there."),
        back_url=page.link(show_path(found.show)),
        back_text=_("To all episodes"),
    )
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _context(page: Page, found: Heard, texts: list[Transcript]) -> dict[str, Any]:
    show, one = found.show, found.episode
    picture = cover(found.artwork, show.title)
    sound = playable(page, show, one, found.media, picture)
    chosen = _chosen(page, one, show, texts)
    before, after = hearing.neighbours(page.session, show, one)
    return {
        "show": show_card(page, show, found.show_artwork),
        "episode": _about(page, found),
        "sound": sound,
        "cover": picture,
        "soundbites": _soundbites(one, sound),
        "transcript": _transcript(page, found, chosen),
        "transcripts": _transcripts(page, found, texts, chosen),
        "apps": apps(page.house.settings.url(f"{show_path(show)}/feed.xml")),
        "editions": _editions(page, found),
        "previous": episode_line(page, show, before) if before else None,
        "next": episode_line(page, show, after) if after else None,
        "related": stories(page, _related(page, one)),
        "share": _share(page, found),
        "structured": structured.episode(page, show, one, sound, found.show_artwork, _spoken_url(found, chosen)),
        "description": words.blurb(one)[:200],
        "feed_url": page.house.settings.url(f"{show_path(show)}/feed.xml"),
        "feed_title": show.title,
        "canonical": page.house.settings.url(found.path),
    }


def _about(page: Page, found: Heard) -> dict[str, Any]:
    show, one = found.show, found.episode
    language, settings = one.language or show.language, page.house.settings
    return episode_line(page, show, one) | {
        "direction": direction(language),
        "language_label": language_name(language, page.language),
        "notes_html": Markup(words.notes_html(one)),  # noqa: S704 - sanitised there
        "people": people(page, one.persons or show.persons),
        "places": places(page, one.places),
        "licence": licence(one.licence, one.licence_url) or licence(show.licence, show.licence_url),
        "season_name": one.season_name,
        "elsewhere": one.link or "",
        "absolute_url": settings.url(found.path),
        "picture_url": settings.url(f"/media/{found.artwork.digest}/640.jpg") if found.artwork else "",
        "embed_url": settings.url(f"{found.path}/embed"),
        "oembed_url": f"{settings.url('/oembed')}?url={quote(settings.url(found.path), safe='')}&format=json",
        "archived": show.state == "archived",
    }


def _soundbites(one: Episode, sound: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Passages to begin with, where somebody gave them a name."""
    if sound is None:
        return []
    return [
        {
            "start": bite["start"],
            "until": bite["start"] + bite["duration"],
            "at": clock(bite["start"]),
            "title": bite["title"],
            "url": f"{sound['url']}#t={round(bite['start'])},{round(bite['start'] + bite['duration'])}",
        }
        for bite in one.soundbites
        if bite.get("title")
    ]


def _chosen(page: Page, one: Episode, show: Show, texts: list[Transcript]) -> Transcript | None:
    """The transcript that is asked for; else in the episode's own language, else in the page's, else any."""
    wanted = (page.request.query_params.get("transcript", ""), one.language or show.language, page.language)
    readable = [text for text in texts if text.text]
    known = {text.language: text for text in readable}
    return next((known[code] for code in wanted if code in known), readable[0] if readable else None)


def _transcript(page: Page, found: Heard, text: Transcript | None) -> dict[str, Any] | None:
    if text is None:
        return None
    said = spoken(text)
    forms = ("vtt", "srt", "txt") if said.timed else ("txt",)
    base = f"{found.path}/transcript.{text.language}"
    return {
        "language": text.language,
        "direction": direction(text.language),
        "timed": said.timed,
        "paragraphs": said.paragraphs,
        "files": [
            {"label": form.upper() if form != "txt" else page.gettext("Text"), "url": f"{base}.{form}"}
            for form in forms
        ],
    }


def _transcripts(page: Page, found: Heard, texts: list[Transcript], chosen: Transcript | None) -> list[dict[str, Any]]:
    """The transcript in each of its languages; one that is kept elsewhere is a link to there."""
    lines = [
        {
            "language": text.language,
            "label": own_name(text.language) if text.language else page.gettext("Transcript"),
            "url": page.link(found.path, transcript=text.language) + "#transcript" if text.text else text.url or "",
            "current": chosen is not None and text.id == chosen.id,
        }
        for text in texts
    ]
    return lines if len(lines) > 1 or chosen is None else []


def _spoken_url(found: Heard, text: Transcript | None) -> str:
    return f"{found.path}/transcript.{text.language}.txt" if text else ""


def _editions(page: Page, found: Heard) -> list[dict[str, Any]]:
    """The episode in each of its languages; nothing where there is only one."""
    others = hearing.other_editions(page.session, found.episode)
    if not others:
        return []
    lines = [(found.show, found.episode), *others]
    return [
        {
            "language": one.language or show.language,
            "label": own_name(one.language or show.language),
            "title": one.title,
            "url": page.link(episode_path(show, one)),
            "absolute_url": page.house.settings.url(episode_path(show, one)),
            "current": one.id == found.episode.id,
        }
        for show, one in sorted(lines, key=lambda pair: pair[0].id or 0)
    ]


def _related(page: Page, one: Episode) -> list[shelf.Shown]:
    """What the library has close to it; nothing where the episode is not on the shelf."""
    if one.work_id is None:
        return []
    try:
        return related(page, shelf.on_the_shelf(page.session, one.work_id))
    except NotFound:
        return []


def _share(page: Page, found: Heard) -> dict[str, str]:
    title = f"{found.episode.title} · {found.show.title}"
    return share(page, found.path, title) | {"embed": str(embed_code(page, found))}


def embed_code(page: Page, found: Heard, width: int | None = None, height: int = EMBED_HEIGHT) -> Markup:
    """What somebody puts into their own page."""
    pattern = (
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" style="border:0;max-width:100%"></iframe>'
    )
    url, title = page.house.settings.url(f"{found.path}/embed"), f"{found.episode.title} · {found.show.title}"
    return Markup(pattern).format(url, title, width or "100%", height)  # noqa: S704 - format escapes what is put in
