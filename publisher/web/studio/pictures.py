"""The library of pictures: taking one in, saying what it shows, choosing one for a place that shows pictures."""

from typing import Any
from urllib.parse import quote

from fastapi.responses import Response
from sqlmodel import Session

from publisher.desk import pictures as places
from publisher.desk.pictures import Place
from publisher.errors import BadInput, FetchError, NotFound
from publisher.languages import LANGUAGES, language_name
from publisher.media import pictures, redrawing
from publisher.media.models import MediaFile
from publisher.media.pictures import About
from publisher.media.redrawing import Redrawn
from publisher.staff import roles
from publisher.web.studio import words
from publisher.web.studio.visit import Desk

PATH = "/studio/pictures"
PER_PAGE = 24
OTHERS = tuple(code for code in LANGUAGES if code != "en")
KINDS = {
    "resource": "a resource",
    "item": "an item of an issue",
    "brand": "a logo",
    "series": "a series",
    "show": "a show",
}


def index(desk: Desk) -> Response:
    """GET /studio/pictures?for=&page=: all of them; with `for`, to choose one for that place."""
    asked = desk.asked("page", "1")
    number = min(int(asked), 10_000) if asked.isdecimal() and len(asked) < 6 and int(asked) else 1
    found = pictures.every(desk.session, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE)
    place = _asked_place(desk)
    values: dict[str, Any] = {"file": "", "url": desk.asked("url")[:500], "place": place.key if place else ""}
    keep = f"for={quote(place.key)}&" if place else ""
    return desk.show(
        "pictures/list.html",
        "library",
        place=_place(place) if place else None,
        may_choose=place is not None and desk.may(place.role),
        pictures=[_card(desk, media, place) for media in found[:PER_PAGE]],
        form=desk.filled(values | _blank(), PATH),
        tongues=_tongues(),
        pages={
            "previous_url": f"{PATH}?{keep}page={number - 1}" if number > 1 else "",
            "next_url": f"{PATH}?{keep}page={number + 1}" if len(found) > PER_PAGE else "",
            "text": "",
        },
    )


def add(desk: Desk) -> Response:
    """POST /studio/pictures: file or url, alt or decorative, alt_<code>, credit, licence, place. Drawn anew before the
    database is touched."""
    form = desk.form
    about, key = _about(desk), form.one("place")
    if key:
        _must(desk, places.place(desk.session, key))
    pictures.check(about)
    drawn, name = _drawn(desk)
    with desk.changing() as inner:
        media = pictures.add(inner.session, inner.house, drawn, about, name=name, now=inner.now)
        inner.note(f"picture:{media.id}", "Took a picture in.")
        number = media.id
        moved = " It was moving; its first picture was kept." if drawn.moved else ""
        if key:
            place = places.use(inner.session, inner.house, key, media, now=inner.now)
            return desk.go(place.url, f"The picture is in the library, and shown there.{moved}")
    return desk.go(f"{PATH}/{number}", f"The picture is in the library.{moved}")


def use(desk: Desk) -> Response:
    """POST /studio/pictures/use: picture (a number, or none), place."""
    chosen, key = desk.form.one("picture"), desk.form.one("place")
    place = places.place(desk.session, key)
    _must(desk, place)
    media = None if chosen == "none" else pictures.by_id(desk.session, int(chosen) if _is_number(chosen) else 0)
    places.use(desk.session, desk.house, key, media, now=desk.now)
    about = f"picture:{media.id}" if media else "picture"
    desk.note(about, f"Chose it for {place.title}." if media else f"Took the picture of {place.title} away.")
    return desk.go(place.url, "It shows the picture now." if media else "It shows no picture now.")


def show(desk: Desk, number: int) -> Response:
    """GET /studio/pictures/<id>: large, what is said of it, and what shows it."""
    media = pictures.by_id(desk.session, number)
    here = f"{PATH}/{number}"
    values = {
        "alt": media.alt, "decorative": bool(media.decorative), "credit": media.credit, "licence": media.licence,
        **{f"alt_{code}": str((media.alts or {}).get(code, "")) for code in OTHERS},
    }  # fmt: skip
    return desk.show(
        "pictures/picture.html",
        "library",
        picture={"url": here, "title": media.alt or media.name, "figure": pictures.on_page(media, "en")},
        facts=[
            ("Size", f"{media.width} × {media.height} pixels"),
            ("Kind", media.extension.upper()),
            ("Fetched from", media.source_url or ""),
        ],
        moment=desk.moment(media.shelved_at),
        form=desk.filled(values, here, verb="save"),
        tongues=_tongues(),
        uses=[_place(place) for place in places.uses(desk.session, media)],
    )


def save(desk: Desk, number: int) -> Response:
    """POST /studio/pictures/<id>: verb save|remove."""
    media = pictures.by_id(desk.session, number)
    if desk.form.one("verb") == "remove":
        places.remove(desk.session, media)
        desk.note(f"picture:{number}", "Took it out of the library.")
        return desk.go(PATH, "The picture is out of the library.")
    pictures.describe(desk.session, media, _about(desk))
    desk.note(f"picture:{number}", "Described it.")
    return desk.go(f"{PATH}/{number}", "Saved.")


def chosen(session: Session, key: str, media: MediaFile | None) -> dict[str, str]:
    """What a page of a place says of its picture: its address, small, and where another is chosen."""
    return {
        "key": key,
        "small": f"/media/{media.digest}/320.webp" if media else "",
        "alt": media.alt if media else "",
        "url": f"{PATH}/{media.id}" if media and media.shelved_at else "",
        "choose_url": f"{PATH}?for={quote(key)}",
    }


def _drawn(desk: Desk) -> tuple[Redrawn, str]:
    """The picture of the form, from this machine or from the web, and what it was called."""
    url, upload = desk.form.one("url"), desk.upload("file", most=redrawing.MOST_OCTETS)
    if upload is not None:
        try:
            return redrawing.redraw(upload.file.read(redrawing.MOST_OCTETS + 1)), upload.filename or "picture"
        except BadInput as problem:
            raise BadInput(str(problem), field="file") from problem
    if not url:
        raise BadInput("Choose a picture, or give the address of one.", field="file")
    try:
        return pictures.get(desk.house, url), url.rpartition("/")[2].partition("?")[0]
    except (BadInput, FetchError) as problem:
        raise BadInput(str(problem), field="url") from problem


def _about(desk: Desk) -> About:
    form = desk.form
    return About(
        alt=form.one("alt"), decorative=form.ticked("decorative"), credit=form.one("credit"), licence=form.one("licence"),
        alts={code: form.one(f"alt_{code}") for code in OTHERS}, source_url=form.one("url") or None,
    )  # fmt: skip


def _blank() -> dict[str, Any]:
    return {"alt": "", "decorative": False, "credit": "", "licence": "", **{f"alt_{code}": "" for code in OTHERS}}


def _tongues() -> list[tuple[str, str]]:
    return [(code, language_name(code, "en")) for code in OTHERS]


def _asked_place(desk: Desk) -> Place | None:
    """Of the address; of the form, where that was refused."""
    key = desk.asked("for") or desk.form.one("place")
    try:
        return places.place(desk.session, key) if key else None
    except NotFound:
        return None


def _must(desk: Desk, place: Place) -> None:
    roles.must(desk.staff.member, place.role)


def _place(place: Place) -> dict[str, str]:
    kind = KINDS[place.key.partition(":")[0]]
    return {"key": place.key, "title": place.title, "url": place.url, "kind": kind, "has": place.digest}


def _card(desk: Desk, media: MediaFile, place: Place | None) -> dict[str, Any]:
    return {
        "id": media.id,
        "url": f"{PATH}/{media.id}",
        "small": f"/media/{media.digest}/320.webp",
        "alt": media.alt,
        "title": media.alt or media.name,
        "facts": [pictures.credit_of(media), "decorates" if media.decorative else ""],
        "size": f"{words.figure(media.width or 0)} × {words.figure(media.height or 0)}",
        "chosen": place is not None and place.digest == media.digest,
    }


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 10
