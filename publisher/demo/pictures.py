"""The demo's pictures: drawn for it, in the library of pictures, and shown by the resources they belong to."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files

from sqlmodel import Session

from publisher.demo import content, marker
from publisher.demo.shelf import Arrival
from publisher.house import House
from publisher.library.models import Work
from publisher.media import pictures, redrawing
from publisher.media.pictures import About
from publisher.media.redrawing import Redrawn


def hang(session: Session, house: House, coming: Sequence[Arrival], works: Sequence[Work], *, now: datetime) -> None:
    """Show with each of these works the picture that was drawn for it, if there is one."""
    images = {image.no: image for image in content.hub().images}
    line = marker.find(session)
    at = line.at if line is not None else now
    for arrival, work in zip(coming, works, strict=True):
        number = arrival.resource.image
        drawn = _drawn(number) if number is not None else None
        if drawn is None or number is None:
            continue
        about = images[number]
        licence = about.licence.replace("CC-", "CC ").replace("-4.0", " 4.0")  # as people write it
        said = About(about.alt["en"], credit=about.credit, licence=licence, alts=_others(about.alt))
        media = pictures.add(session, house, drawn, said, name=f"{arrival.resource.key}.jpg", now=at)
        work.picture_id = media.id
        session.add(work)


def _others(alt: content.Words) -> dict[str, str]:
    return {code: text for code, text in alt.items() if code != "en"}


@cache
def _drawn(number: int) -> Redrawn | None:
    file = files("publisher.demo") / "content" / "pictures" / f"{number}.jpg"
    return redrawing.redraw(file.read_bytes()) if file.is_file() else None
