"""The library of pictures: what they show in words, whose they are, and the sizes in which pages and mails show them.

A picture here was drawn anew (`redrawing`), has words for who does not see it (or somebody said that it decorates), and is
served by us. Where one is used is written at what uses it; `desk.pictures` knows the places.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from publisher.errors import BadInput, NotFound
from publisher.house import House
from publisher.internet import fetch
from publisher.internet.door import Limits
from publisher.languages import fallbacks
from publisher.media import intake, redrawing
from publisher.media.models import MediaFile
from publisher.media.redrawing import Redrawn
from publisher.media.storage import a_draft, disk
from publisher.settings import Settings

LONGEST_ALT, LONGEST_CREDIT = 300, 200
NO_ALT = "Say in a few words what the picture shows, for who does not see it. If it only decorates, say that."
BOTH = "A picture that only decorates has no words for what it shows. Choose one of the two."
#: Widths of a picture in a letter, shown half as wide: mails are 600 wide, screens twice as sharp. And of a logo.
MAIL_WIDTH, IN_MAIL = 1072, 536
LOGO_WIDTH, LOGO_HEIGHT = 200, 72


@dataclass(frozen=True)
class About:
    """What somebody says of a picture. `alts`: what it shows in other languages."""

    alt: str = ""
    decorative: bool = False
    credit: str = ""
    licence: str = ""
    alts: Mapping[str, str] = field(default_factory=dict)
    source_url: str | None = None


def add(session: Session, house: House, drawn: Redrawn, about: About, *, name: str, now: datetime) -> MediaFile:
    """Put a picture that was drawn anew into the library. The same picture again is the same row, described anew."""
    check(about)
    with a_draft(house.settings, drawn.extension) as draft:
        with disk():
            draft.write_bytes(drawn.data)
        stem = Path(name).stem or "picture"
        media = intake.take_file(session, house, draft, name=f"{stem}.{drawn.extension}", now=now, expect="picture")
    media.shelved_at = media.shelved_at or now
    media.source_url = about.source_url or media.source_url
    describe(session, media, about)
    return media


def get(house: House, url: str) -> Redrawn:
    """The picture at an address, drawn anew. `FetchError` for what the web does, `BadInput` for what came."""
    most = redrawing.MOST_OCTETS
    came = fetch(
        url.strip(),
        limits=Limits(seconds=60, wire_bytes=most, body_bytes=most),
        private_hosts=house.settings.private_hosts,
        accept="image/jpeg, image/png, image/webp, image/gif;q=0.8, */*;q=0.1",
        public_url=house.settings.public_url,
    )
    return redrawing.redraw(came.body)


def check(about: About) -> None:
    """`BadInput` where the picture would be silent for who does not see it."""
    if about.decorative and about.alt.strip():
        raise BadInput(BOTH, field="alt")
    if not about.decorative and not about.alt.strip():
        raise BadInput(NO_ALT, field="alt")
    if len(about.alt) > LONGEST_ALT:
        raise BadInput(f"Say it in at most {LONGEST_ALT} letters: what matters in the picture.", field="alt")
    if len(about.credit) > LONGEST_CREDIT:
        raise BadInput(f"A credit has at most {LONGEST_CREDIT} letters.", field="credit")


def describe(session: Session, media: MediaFile, about: About) -> None:
    """What it shows, whose it is, and under which licence it may be shown."""
    check(about)
    media.alt, media.decorative = _line(about.alt), about.decorative
    media.alts = {code: text for code, said in about.alts.items() if (text := _line(said)[:LONGEST_ALT])} or None
    if about.decorative:
        media.alts = None
    media.credit, media.licence = _line(about.credit), _line(about.licence)
    session.add(media)
    session.flush()


def by_id(session: Session, number: int) -> MediaFile:
    """One of the library; `NotFound` otherwise."""
    found = session.get(MediaFile, number) if 0 < number < 2**31 else None
    if found is None or found.shelved_at is None:
        raise NotFound("There is no such picture in the library.")
    return found


def every(session: Session, *, limit: int | None = None, offset: int = 0) -> list[MediaFile]:
    """The library, the newest first."""
    order = (col(MediaFile.shelved_at).desc(), col(MediaFile.id).desc())
    which = select(MediaFile).where(col(MediaFile.shelved_at).is_not(None)).order_by(*order)
    return list(session.exec(which.offset(offset).limit(limit)).all())


def of(session: Session, ids: set[int]) -> dict[int, MediaFile]:
    """Pictures by their number, in one question."""
    if not ids:
        return {}
    return {one.id or 0: one for one in session.exec(select(MediaFile).where(col(MediaFile.id).in_(ids)))}


def alt_in(media: MediaFile, language: str) -> str:
    """What it shows, in the reader's language where somebody wrote it; empty for what decorates."""
    if media.decorative:
        return ""
    return next((str(text) for code in fallbacks(language) if (text := (media.alts or {}).get(code))), media.alt)


def credit_of(media: MediaFile) -> str:
    """“Amina Otieno, CC BY 4.0”."""
    return ", ".join(part for part in (media.credit, media.licence) if part)


def in_mail(settings: Settings, media: MediaFile, language: str) -> dict[str, Any]:
    """As a letter shows it: an absolute address of ours, width and height as shown, words, credit."""
    wide = min(media.width or IN_MAIL, IN_MAIL)
    return {
        "url": settings.url(f"/media/{media.digest}/{MAIL_WIDTH}.{_form(media)}"),
        "width": wide,
        "height": _high(media, wide),
        "alt": alt_in(media, language),
        "credit": credit_of(media),
    }


def on_page(media: MediaFile, language: str) -> dict[str, Any]:
    """As a page shows it, in several sizes."""
    wide = min(media.width or 640, 640)
    sizes = {width: f"/media/{media.digest}/{width}.webp" for width in (320, 640, MAIL_WIDTH)}
    return {
        "url": sizes[640],
        "srcset": ", ".join(f"{url} {width}w" for width, url in sizes.items()),
        "width": wide,
        "height": _high(media, wide),
        "alt": alt_in(media, language),
        "credit": media.credit,
        "licence": media.licence,
    }


def as_logo(media: MediaFile) -> dict[str, Any]:
    """What an identity keeps of it: within the room that a masthead has, drawn twice as sharp."""
    width, height = media.width or LOGO_WIDTH, media.height or LOGO_HEIGHT
    share = min(1.0, LOGO_WIDTH / width, LOGO_HEIGHT / height)
    path = f"/media/{media.digest}/640.{_form(media)}"
    return {
        "path": path,
        "width": max(1, round(width * share)),
        "height": max(1, round(height * share)),
        "digest": media.digest,
    }


def _form(media: MediaFile) -> str:
    """Mail programs show JPEG and PNG; the latter keeps what is see-through."""
    return "png" if media.extension == "png" else "jpg"


def _high(media: MediaFile, wide: int) -> int:
    return max(1, round(wide * (media.height or 1) / (media.width or 1)))


def _line(text: str) -> str:
    return " ".join(text.split())
