"""How files come in: from this machine, from an address, from a folder. Looked into first, then kept or refused.

A refusal is one plain sentence about what is wrong and what to do; nothing of a refused file is kept.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlmodel import Session

from publisher.errors import BadInput, PublisherError
from publisher.house import House
from publisher.internet.downloading import FOUR_GB, Progress, download, patient
from publisher.media import artwork, mending
from publisher.media.models import MediaFile
from publisher.media.probed import CutShort, Kind, Probed, Unplayable
from publisher.media.probing import probe
from publisher.media.storage import a_draft, disk, keep, need_room, workshop

#: What a file is to be: `audio` sound; `episode` whatever may be one (sound, video, PDF); `image` a cover for a show or an
#: episode; `picture` any JPEG or PNG; `any` all of these.
Expect = Literal["audio", "episode", "image", "picture", "any"]
_KINDS: dict[Expect, tuple[Kind, ...]] = {
    "audio": ("audio",),
    "episode": ("audio", "video", "document"),
    "image": ("image",),
    "picture": ("image",),
    "any": ("audio", "video", "document", "image"),
}
SHORTEST = 1.0
LARGEST = FOUR_GB
_NAMES = {"audio": "sound", "video": "a video", "image": "a picture", "document": "a PDF"}


def take_file(
    session: Session,
    house: House,
    path: Path,
    *,
    name: str,
    now: datetime,
    expect: Expect = "audio",
    mend: bool = False,
) -> MediaFile:
    """Keep a file of this machine, which stays where it is. The same bytes again are the same row.

    `mend`: turn into MP3 what apps do not play, take the sound out of a video, cut off a torn last frame, make a cover of what
    can be one. All slow work is done before the database is touched: give it a fresh session. `BadInput`: a sentence.
    """
    with _made_fit(house, path, name, expect, mend) as (fit, probed):
        _refuse_faults(fit, probed, expect)
        made = {"mended": True} if fit != path else None
        return keep(session, house, fit, probed, _renamed(name, probed), now, made=made)


def take_url(
    house: House,
    url: str,
    *,
    now: datetime,
    progress: Progress | None = None,
    expect: Expect = "audio",
    mend: bool = False,
    largest: int = LARGEST,
) -> MediaFile:
    """Fetch a file and keep it. What was cut off goes on where it stopped, in this call or in the next one for this address.

    Opens a session of its own once everything has arrived. `FetchError` for what the web does, `BadInput` for what came.
    `progress`: told (octets so far, octets in all or None).
    """
    settings = house.settings
    came = download(
        url,
        workshop(settings) / f"{hashlib.sha256(url.strip().encode()).hexdigest()[:32]}.part",
        limits=patient(largest),
        private_hosts=settings.private_hosts,
        public_url=settings.public_url,
        progress=progress,
        room=lambda octets: need_room(settings, octets),
    )
    try:
        with house.database.session() as session:
            return take_file(session, house, came.path, name=came.name, now=now, expect=expect, mend=mend)
    finally:
        came.forget()


@dataclass(frozen=True)
class Taken:
    """What became of one file of a folder: `media`, or the sentence why not."""

    path: Path
    media: MediaFile | None = None
    why_not: str = ""


def take_folder(
    house: House,
    folder: Path,
    *,
    now: datetime,
    expect: Expect = "any",
    mend: bool = False,
    wanted: Callable[[Path], bool] = lambda path: True,
) -> Iterator[Taken]:
    """Each file of a folder by name, in a transaction of its own; hidden ones, folders and links that lead out are passed over."""
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}.")
    inside = folder.resolve()
    for path in sorted(folder.iterdir()):
        if (
            path.name.startswith(".")
            or not path.is_file()
            or not path.resolve().is_relative_to(inside)
            or not wanted(path)
        ):
            continue
        try:
            with house.database.session() as session:
                taken = Taken(path, take_file(session, house, path, name=path.name, now=now, expect=expect, mend=mend))
        except PublisherError as problem:
            taken = Taken(path, why_not=str(problem))
        yield taken


def _made_fit(
    house: House, path: Path, name: str, expect: Expect, mend: bool
) -> AbstractContextManager[tuple[Path, Probed]]:
    """The file and what it is, or a passing one that is made from it."""
    try:
        probed = probe(path, name)
    except Unplayable as problem:
        if mend and problem.demuxer and "audio" in _KINDS[expect]:
            return mending.sound_in(house, path)
        raise
    except CutShort as problem:
        if mend and problem.whole_until and "audio" in _KINDS[expect]:
            return _without_the_rest(house, path, problem.whole_until)
        raise
    if mend and expect == "audio" and probed.kind == "video":
        return mending.sound_in(house, path)
    _refuse_other_kinds(probed, expect)
    if mend and expect == "image" and artwork.problems(path):
        return _cover_of(house, path)
    return nullcontext((path, probed))


@contextmanager
def _without_the_rest(house: House, path: Path, length: int) -> Iterator[tuple[Path, Probed]]:
    with a_draft(house.settings, "part") as draft, disk():
        with path.open("rb") as source, draft.open("xb") as target:
            while length > 0 and (data := source.read(min(length, 1 << 20))):
                target.write(data)
                length -= len(data)
        yield draft, probe(draft)


@contextmanager
def _cover_of(house: House, path: Path) -> Iterator[tuple[Path, Probed]]:
    with a_draft(house.settings, "part") as draft:
        data = artwork.mend(path)
        with disk():
            draft.write_bytes(data)
        yield draft, probe(draft)


def _refuse_other_kinds(probed: Probed, expect: Expect) -> None:
    if probed.kind in _KINDS[expect]:
        return
    if probed.kind == "video" and expect == "audio":
        offer = "let this hub take the sound out of it" if mending.available() else "export only its sound"
        raise BadInput(f"This is a video, and sound is wanted here: {offer}.")
    wanted = " or ".join(_NAMES[kind] for kind in _KINDS[expect])
    raise BadInput(f"This is {_NAMES[probed.kind]}, and {wanted} is wanted here.")


def _refuse_faults(path: Path, probed: Probed, expect: Expect) -> None:
    if probed.kind in ("audio", "video") and (probed.duration or 0) < SHORTEST:
        raise BadInput("This lasts less than a second: it is no episode.")
    if expect == "image" and (faults := artwork.problems(path)):
        raise BadInput(" ".join(faults))


def _renamed(name: str, probed: Probed) -> str:
    """Under the extension of what it is now."""
    stem = Path(name).stem
    return f"{stem}.{probed.extension}" if stem and probed.extension else name
