"""Shows: the room’s front page, a new show, and what is decided about one."""

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi.responses import Response
from sqlmodel import col, func, select

from feeds.podcast import categories
from publisher.audience import lists
from publisher.errors import BadInput
from publisher.languages import folded, language_name
from publisher.media import intake
from publisher.media.models import MediaFile
from publisher.podcasts import addresses, shows
from publisher.podcasts.downloads.models import DownloadWindow
from publisher.podcasts.models import Episode, EpisodeState, Show
from publisher.podcasts.shows import Shape
from publisher.web.studio import words
from publisher.web.studio.visit import MEGA, Desk

PATH = "/studio/podcasts"
LARGEST_COVER = 30 * MEGA
LATELY = timedelta(days=30)
#: Fields of the form that the room calls otherwise.
NAMES = {"persons": "people", "licence_url": "licence", "list_slug": "list", "update_frequency": "rhythm"}
LICENCES = (
    ("", "None said"),
    ("cc-by-4.0", "CC BY 4.0"),
    ("cc-by-sa-4.0", "CC BY-SA 4.0"),
    ("cc-by-nc-4.0", "CC BY-NC 4.0"),
    ("cc-by-nc-nd-4.0", "CC BY-NC-ND 4.0"),
    ("cc0-1.0", "CC0, public domain"),
)
_TEXTS = (
    "title",
    "description",
    "language",
    "author",
    "owner_name",
    "owner_email",
    "link",
    "type",
    "copyright",
    "medium",
)
_TICKS = ("explicit", "complete", "block", "locked", "podping", "op3")


def index(desk: Desk) -> Response:
    """GET /studio/podcasts"""
    rows = shows.all_of(desk.session)
    return desk.show(
        "podcasts/list.html",
        "podcasts",
        state_text=words.counted(len(rows), "show").capitalize() if rows else "",
        shows=[_shown(desk, show) for show in rows if show.state == "active"],
        archived=[_shown(desk, show) for show in rows if show.state != "active"],
    )


def new(desk: Desk) -> Response:
    """GET /studio/podcasts/new"""
    said = Shape(title="")
    return _form(desk, None, f"{PATH}/new", _values(said) | {"slug": "", "cover": ""})


def create(desk: Desk) -> Response:
    """POST /studio/podcasts/new (multipart)"""
    slug = desk.form.one("slug") or re.sub(r"[^a-z0-9]+", "-", folded(desk.form.one("title"))).strip("-")[:40].strip(
        "-"
    )
    show = shows.add(desk.session, desk.house, slug, _shape(desk, Shape(title="")), now=desk.now)
    _take_cover(desk, show)
    desk.note(f"show:{show.slug}", f"Began the show “{show.title}”.")
    return desk.go(f"{PATH}/{show.slug}", "The show is made. Its first episode comes next.")


def settings(desk: Desk, slug: str) -> Response:
    """GET /studio/podcasts/<show>/settings"""
    show = shows.by_slug(desk.session, slug)
    return _form(desk, show, f"{PATH}/{slug}/settings", _values(shows.shape_of(desk.session, show)) | {"cover": ""})


def save(desk: Desk, slug: str) -> Response:
    """POST /studio/podcasts/<show>/settings (multipart): verb save|archive|reopen."""
    show, verb = shows.by_slug(desk.session, slug), desk.form.one("verb", "save")
    if verb in ("archive", "reopen"):
        shows.archive(desk.session, desk.house, show, now=desk.now, archived=verb == "archive")
        said = "Archived: it is off the pages; its feed keeps answering." if verb == "archive" else "It is back."
        desk.note(f"show:{slug}", said)
        return desk.go(f"{PATH}/{slug}", said)
    changed = shows.edit(desk.session, desk.house, show, _shape(desk, shows.shape_of(desk.session, show)), now=desk.now)
    changed = _take_cover(desk, show) or changed
    if changed:
        desk.note(f"show:{slug}", "Changed what is said of it.")
    return desk.go(f"{PATH}/{slug}", "Saved." if changed else "Nothing was different.")


def move(desk: Desk, slug: str) -> Response:
    """POST /studio/podcasts/<show>/move: to; empty takes it back."""
    show = shows.by_slug(desk.session, slug)
    shows.move(desk.session, desk.house, show, desk.form.one("to") or None, now=desk.now)
    said = f"The feed sends everybody on to {show.moved_to}." if show.moved_to else "The feed is here again."
    desk.note(f"show:{slug}", said)
    return desk.go(f"{PATH}/{slug}/settings", said)


def cover_of(desk: Desk, show: Show) -> str:
    """Address of its cover, or nothing."""
    media = desk.session.get(MediaFile, show.artwork_id) if show.artwork_id else None
    return addresses.picture(desk.house, media).removeprefix(desk.house.settings.public_url) if media else ""


def _shown(desk: Desk, show: Show) -> dict[str, Any]:
    rows = select(Episode).where(col(Episode.show_id) == show.id)
    coming = desk.session.exec(
        rows.where(col(Episode.state) == EpisodeState.SCHEDULED).order_by(col(Episode.publish_at)).limit(1)
    ).first()
    last = desk.session.exec(
        rows.where(col(Episode.state) == EpisodeState.PUBLISHED).order_by(col(Episode.published_at).desc()).limit(1)
    ).first()
    count = desk.session.exec(
        select(func.count())
        .select_from(Episode)
        .where(col(Episode.show_id) == show.id, col(Episode.state) == EpisodeState.PUBLISHED)
    ).one()
    lately = desk.session.exec(
        select(func.count())
        .select_from(DownloadWindow)
        .where(
            col(DownloadWindow.show_id) == show.id,
            col(DownloadWindow.dropped) == "",
            col(DownloadWindow.started_at) >= desk.now - LATELY,
        )
    ).one()
    return {
        "title": show.title,
        "url": f"{PATH}/{show.slug}",
        "language": show.language,
        "cover": cover_of(desk, show),
        "facts": [
            words.counted(int(count), "episode"),
            language_name(show.language, "en"),
            "for a list only" if show.list_id else "",
            f"{words.counted(int(lately), 'download')} in 30 days" if count else "",
        ],
        "lines": [_line(desk, show, one) for one in (coming, last) if one is not None],
    }


def _line(desk: Desk, show: Show, episode: Episode) -> dict[str, Any]:
    when = episode.publish_at if episode.state == EpisodeState.SCHEDULED else episode.published_at
    return {
        "title": episode.title,
        "url": f"{PATH}/{show.slug}/episodes/{episode.id}",
        "facts": [],
        "state": episode.state,
        "state_label": "",
        "moment": desk.moment(when),
    }


def _form(desk: Desk, show: Show | None, here: str, values: Mapping[str, Any]) -> Response:
    form = desk.filled(values, here, NAMES)
    move_form = (
        desk.filled({"to": show.moved_to or ""}, f"{PATH}/{show.slug}/move", {"moved_to": "to"}) if show else None
    )
    return desk.show(
        "podcasts/settings.html",
        "podcasts",
        show={"title": show.title, "slug": show.slug, "state": show.state, "cover": cover_of(desk, show)}
        if show
        else None,
        here=here,
        form=form,
        move_form=move_form,
        languages=words.language_options(str(values["language"])),
        categories=_categories(),
        licences=LICENCES
        if values["licence"] in dict(LICENCES)
        else (*LICENCES, (values["licence"], values["licence"])),
        mediums=[(one, one.capitalize()) for one in shows.MEDIUMS],
        lists=[("", "Everybody"), *((row.slug, f"Members of {row.name}") for row in lists.every(desk.session))],
        topics=words.vocabulary(desk.session, "topic"),
        countries=words.chosen_first(words.countries(), values["country"]),
    )


def _categories() -> words.Options:
    pairs = [("", "None")]
    for top, subs in categories.CATEGORIES.items():
        pairs += [(top, top), *((f"{top} > {sub}", f"{top} › {sub}") for sub in subs)]
    return pairs


def _values(said: Shape) -> dict[str, Any]:
    chosen = [" > ".join(filter(None, pair)) for pair in said.categories]
    subjects = [tuple(pair) for pair in said.subjects]
    return {
        **{name: getattr(said, name) for name in (*_TEXTS, *_TICKS, "licence")},
        "category": chosen[0] if chosen else "",
        "category_2": chosen[1] if len(chosen) > 1 else "",
        "people": people_text(said.persons),
        "funding": "\n".join(" ".join(filter(None, [one["url"], one["text"]])) for one in said.funding),
        "places": places_text(said.places),
        "rhythm": said.update_frequency.get("rrule", ""),
        "rhythm_text": said.update_frequency.get("text", ""),
        "editions": said.editions or "",
        "list": said.list_slug or "",
        "hubs": "\n".join(said.hubs),
        "tags": json.dumps([*said.tags, *said.live], indent=1, ensure_ascii=False) if said.tags or said.live else "",
        "topic": [key for facet, key in subjects if facet == "topic"],
        "country": [key for facet, key in subjects if facet == "country"],
    }


def _shape(desk: Desk, before: Shape) -> Shape:
    form = desk.form
    rhythm = {**before.update_frequency, "rrule": form.one("rhythm"), "text": form.one("rhythm_text")}
    chosen = [form.one("category"), form.one("category_2")]
    tags = _tags(form.one("tags"))
    said: dict[str, Any] = {name: form.one(name) for name in (*_TEXTS, "licence")}
    said |= {name: form.ticked(name) for name in _TICKS}
    return replace(
        before,
        **said,
        description_format="markdown" if form.one("description") != before.description else before.description_format,
        categories=[one for one in chosen if one],
        persons=people_of(form.one("people"), before.persons),
        funding=[_giving(line) for line in form.one("funding").splitlines() if line.strip()],
        places=places_of(form.one("places"), before.places),
        update_frequency={name: value for name, value in rhythm.items() if value not in ("", None)},
        editions=form.one("editions") or None,
        list_slug=form.one("list") or None,
        hubs=form.one("hubs").split(),
        tags=[tag for tag in tags if _name_of(tag) != "podcast:liveItem"],
        live=[tag for tag in tags if _name_of(tag) == "podcast:liveItem"],
        subjects=subjects_of(form, before.subjects),
    )


def people_text(persons: Any) -> str:
    """People as lines: “Amina Otieno, host, https://…”."""
    return "\n".join(", ".join(filter(None, [one["name"], one["role"], one["link"]])) for one in persons)


def people_of(text: str, before: Any) -> list[dict[str, Any]]:
    """The lines as people; what the lines cannot say (a picture, the group) stays as it was for the same name."""
    known = {one["name"]: one for one in before}
    kept = []
    for line in text.splitlines():
        name, *rest = (part.strip() for part in line.split(","))
        links = [part for part in rest if part.startswith(("http://", "https://"))]
        roles = [part for part in rest if part and part not in links]
        if name:
            said = {"name": name, "role": roles[0] if roles else "host", "link": links[0] if links else None}
            kept.append({**known.get(name, {}), **said})
    return kept


def places_text(places: Any) -> str:
    """Places as lines: “Kisumu, KE”."""
    return "\n".join(", ".join(filter(None, [one["name"], one["country"]])) for one in places)


def places_of(text: str, before: Any) -> list[dict[str, Any]]:
    known = {one["name"]: one for one in before}
    kept = []
    for line in text.splitlines():
        name, _, country = (part.strip() for part in line.rpartition(",")) if re.search(r",\s*[A-Za-z]{2}\s*$", line) else (line.strip(), "", "")  # fmt: skip
        if name:
            kept.append({**known.get(name, {}), "name": name, "country": country.upper() or None})
    return kept


def subjects_of(form: Any, before: Any) -> list[list[str]]:
    """Topics and countries that were ticked, and what the form has no boxes for."""
    kept = [list(pair) for pair in before if pair[0] not in ("topic", "country")]
    return kept + [["topic", key] for key in form.all("topic")] + [["country", key] for key in form.all("country")]


def _giving(line: str) -> dict[str, str]:
    url, _, text = line.strip().partition(" ")
    return {"url": url, "text": text.strip()}


def _tags(text: str) -> list[Any]:
    if not text:
        return []
    try:
        found = json.loads(text)
    except ValueError as problem:
        raise BadInput(f"This is not JSON: {problem}.", field="tags") from problem
    if not isinstance(found, list):
        raise BadInput("Write a list of tags, within [ and ].", field="tags")
    return found


def _name_of(tag: Any) -> str:
    return str(tag.get("name", "")) if isinstance(tag, Mapping) else ""


def _take_cover(desk: Desk, show: Show) -> bool:
    upload = desk.upload("cover", most=LARGEST_COVER)
    if upload is None:
        return False
    shows.set_artwork(
        desk.session, desk.house, show, picture(desk, "cover", mend=desk.form.ticked("mend")), now=desk.now
    )
    return True


def picture(desk: Desk, name: str, *, mend: bool) -> MediaFile | None:
    """The picture that came with the form, taken in; `mend`: colours and size are put right where that can be done."""
    upload = desk.upload(name, most=LARGEST_COVER)
    if upload is None:
        return None
    with tempfile.NamedTemporaryFile(suffix=".upload") as file:
        shutil.copyfileobj(upload.file, file)
        file.flush()
        try:
            return intake.take_file(
                desk.session,
                desk.house,
                Path(file.name),
                name=upload.filename or "",
                now=desk.now,
                expect="image",
                mend=mend,
            )
        except BadInput as problem:
            raise BadInput(str(problem), field=name) from problem
