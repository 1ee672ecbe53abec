"""A new show, and what is decided about one: one form, the rarer things folded away."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi.responses import Response

from feeds.podcast import categories
from publisher.audience import lists
from publisher.errors import BadInput
from publisher.languages import folded
from publisher.podcasts import shows
from publisher.podcasts.models import Show
from publisher.podcasts.shows import Shape
from publisher.web.studio import words
from publisher.web.studio.covers import cover_of, picture
from publisher.web.studio.podcasts import PATH
from publisher.web.studio.said_in_lines import (
    giving_of,
    name_of,
    people_of,
    people_text,
    places_of,
    places_text,
    subjects_of,
    tags_of,
)
from publisher.web.studio.visit import Desk

#: Fields of the form that the room calls otherwise.
NAMES = {
    "persons": "people",
    "licence_url": "licence",
    "list_slug": "list",
    "update_frequency": "rhythm",
    "categories": "category",
    "live": "tags",
    "artwork": "cover",
}
#: Words that follow /studio/podcasts/ and so cannot name a show.
TAKEN = frozenset({"new", "import", "check", "uploads", "sounds"})
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


def new(desk: Desk) -> Response:
    """GET /studio/podcasts/new"""
    said = Shape(title="")
    return _form(desk, None, f"{PATH}/new", _values(said) | {"slug": "", "cover": ""})


def create(desk: Desk) -> Response:
    """POST /studio/podcasts/new (multipart)"""
    stem = re.sub(r"[^a-z0-9]+", "-", folded(desk.form.one("title")))
    slug = desk.form.one("slug") or stem.strip("-")[:40].strip("-")
    if slug in TAKEN:
        raise BadInput(f"“{slug}” means something else in the studio. Choose another short name.", field="slug")
    if not desk.form.one("title"):
        raise BadInput("Give the show a name.", field="title")
    if not slug:
        raise BadInput("Give a short name in Latin letters for the addresses.", field="slug")
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
    show, verb = shows.by_slug(desk.session, slug), desk.form.one("verb") or desk.asked("verb", "save")
    if verb in ("archive", "reopen"):
        shows.archive(desk.session, desk.house, show, now=desk.now, archived=verb == "archive")
        said = "Archived: it is off the pages; its feed keeps answering." if verb == "archive" else "It is back."
        desk.note(f"show:{slug}", said)
        undo = f"{PATH}/{slug}/settings?verb=reopen" if verb == "archive" else ""
        return desk.go(f"{PATH}/{slug}", said, undo=undo)
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


def _form(desk: Desk, show: Show | None, here: str, values: Mapping[str, Any]) -> Response:
    form = desk.filled(values, here, NAMES)
    move_form = (
        desk.filled({"to": show.moved_to or ""}, f"{PATH}/{show.slug}/move", {"moved_to": "to"}) if show else None
    )
    return desk.show(
        "podcasts/settings.html",
        "podcasts",
        show={"title": show.title, "slug": show.slug, "state": show.state, "cover": cover_of(desk.session, show)}
        if show
        else None,
        here=here,
        form=form,
        move_form=move_form,
        languages=words.language_options(str(values["language"])),
        categories=_categories(),
        licences=licences_with(str(values["licence"])),
        mediums=[(one, one.capitalize()) for one in shows.MEDIUMS],
        lists=[("", "Everybody"), *((row.slug, f"Members of {row.name}") for row in lists.every(desk.session))],
        topics=words.vocabulary(desk.session, "topic"),
        countries=words.chosen_first(words.countries(), values["country"]),
    )


def licences_with(present: str) -> words.Options:
    """The licences to choose from, and the one that is there."""
    return [*LICENCES, *([] if present in dict(LICENCES) else [(present, present)])]


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
    tags = tags_of(form.whole("tags"))
    said: dict[str, Any] = {name: form.one(name) for name in (*_TEXTS, "licence")}
    said |= {name: form.ticked(name) for name in _TICKS} | {"description": form.whole("description")}
    return replace(
        before,
        **said,
        description_format="markdown" if form.one("description") != before.description else before.description_format,
        categories=[*(one for one in chosen if one), *before.categories[2:]],
        persons=people_of(form.one("people"), before.persons),
        funding=[giving_of(line) for line in form.one("funding").splitlines() if line.strip()],
        places=places_of(form.one("places"), before.places),
        update_frequency={name: value for name, value in rhythm.items() if value not in ("", None)},
        editions=form.one("editions") or None,
        list_slug=form.one("list") or None,
        hubs=form.one("hubs").split(),
        tags=[tag for tag in tags if name_of(tag) != "podcast:liveItem"],
        live=[tag for tag in tags if name_of(tag) == "podcast:liveItem"],
        subjects=subjects_of(form, before.subjects),
    )


def _take_cover(desk: Desk, show: Show) -> bool:
    media = picture(desk, "cover", mend=desk.form.ticked("mend"))
    if media is None:
        return False
    shows.set_artwork(desk.session, desk.house, show, media, now=desk.now)
    return True
