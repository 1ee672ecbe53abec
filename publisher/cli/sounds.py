"""Files of episodes as they are typed on the command line: a path, an address, a transcript with its language."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.cli.options import octets
from publisher.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from publisher.house import House
    from publisher.media.intake import Expect
    from publisher.media.models import MediaFile


def is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def fetched(house: "House", audio: str, at: "datetime", *, mend: bool) -> "MediaFile | None":
    """The sound at an address; None where it is no address."""
    from publisher.media import intake

    return intake.take_url(house, audio, now=at, expect="episode", mend=mend) if is_url(audio) else None


def taken(
    session: "Session", house: "House", path: Path, at: "datetime", *, mend: bool = False, expect: "Expect" = "episode"
) -> "MediaFile":
    """A file of this machine."""
    from publisher.media import intake

    if not path.is_file():
        raise BadInput(f"There is no file {path}.")
    return intake.take_file(session, house, path, name=path.name, now=at, expect=expect, mend=mend)


def title_of(media: "MediaFile") -> str:
    """What the file says it is called, else its name."""
    said = str(media.details.get("tags", {}).get("title") or "").strip()
    return (said or Path(media.name).stem.replace("_", " ").strip() or "Untitled")[:255]


def transcript_in(given: str) -> tuple[str | None, Path]:
    """`fr:talk.vtt` or `talk.vtt`: the language, where it is said, and the file."""
    found = re.fullmatch(r"([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*):(.+)", given)
    if found and not Path(given).is_file():
        return found[1], Path(found[2])
    return None, Path(given)


def chapters_in(path: Path) -> list[dict[str, Any]]:
    """Chapters in a file: JSON chapters of the podcast namespace, or lines such as “1:30 A title”."""
    from feeds.errors import FeedError
    from feeds.podcast import chapters

    data = octets(path, chapters.LIMIT)
    try:
        is_json = data.lstrip().startswith(b"{")
        found = chapters.read_json(data) if is_json else chapters.from_lines(data.decode("utf-8", "replace"))
    except FeedError as problem:
        raise BadInput(f"{path}: {problem}") from problem
    return [one.as_data() for one in found]
