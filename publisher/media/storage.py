"""Files by their content: what has the same bytes is one file, under the name that its bytes give it.

A file appears whole or not at all: it is written beside its place, brought to the disk, and then renamed.
"""

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Table
from sqlmodel import Session, col, select

from publisher.database import insert_into
from publisher.errors import PublisherError
from publisher.house import House
from publisher.media.models import MediaFile
from publisher.media.octets import MEGA
from publisher.media.probed import Probed, size
from publisher.settings import Settings

LONGEST_NAME = 150
#: What is left free on the disk for the database and the rest of the house.
RESERVE = 100 * MEGA
FULL = "The disk of this hub is full: nothing was kept. Its operator has to make room."
_TABLE: Table = MediaFile.__table__  # type: ignore[attr-defined]


def path_of(settings: Settings, media: MediaFile) -> Path:
    """Where the bytes of a file are."""
    return _place(settings, media.digest, media.extension)


def keep(
    session: Session,
    house: House,
    path: Path,
    probed: Probed,
    name: str,
    now: datetime,
    *,
    made: Mapping[str, object] | None = None,
) -> MediaFile:
    """Keep a copy of the file at `path`, or find that we have it: the same bytes are one row, however often they come.

    `probed`: of these very bytes. `name`: what it was called; the first one stays. `made`: more for `details`, of what we
    made ourselves. Hashes and copies before it touches the database. `PublisherError` where the disk is full.
    """
    digest = _kept(house.settings, path, probed.extension)
    row = {
        "digest": digest, "kind": probed.kind, "type": probed.type, "extension": probed.extension, "length": probed.length,
        "name": clean_name(name), "duration": probed.duration, "bit_rate": probed.bit_rate, "audio_start": probed.audio_start,
        "width": probed.width, "height": probed.height, "alt": "", "credit": "", "licence": "",
        "details": probed.details() | dict(made or {}), "created_at": now,
    }  # fmt: skip
    session.execute(insert_into(session, _TABLE).values(**row).on_conflict_do_nothing(index_elements=["digest"]))
    return session.exec(select(MediaFile).where(col(MediaFile.digest) == digest)).one()


def clean_name(name: str) -> str:
    """The last part of a path, without what cannot be seen or would break out of a header, an address or a folder."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    plain = "".join(letter if letter.isprintable() and letter not in '"<>|:*?' else " " for letter in last)
    plain = " ".join(plain.split()).lstrip(".")
    stem, dot, extension = plain.rpartition(".")
    if dot and len(extension) <= 5:
        return f"{stem[: LONGEST_NAME - 6]}.{extension}"
    return plain[:LONGEST_NAME]


def workshop(settings: Settings) -> Path:
    """The folder for files on their way in or being made; on the same disk as those that are kept."""
    return _folder(settings.data_dir / "incoming")


@contextmanager
def a_draft(settings: Settings, extension: str) -> Iterator[Path]:
    """A path in the workshop for a file that is being made; what is there at the end is thrown away."""
    path = workshop(settings) / f"{secrets.token_hex(12)}.{extension}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def need_room(settings: Settings, octets: int) -> None:
    """`PublisherError` where so much does not fit on the disk."""
    free = shutil.disk_usage(_folder(settings.data_dir)).free - RESERVE
    if octets > free:
        room = size(max(free, 0))
        raise PublisherError(
            f"The disk of this hub has no room for {size(octets)}: {room} are free. Its operator has to make room."
        )


@contextmanager
def disk() -> Iterator[None]:
    """Writes in here fail with a sentence where the disk is full or cannot be written."""
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise PublisherError(FULL) from problem
        raise PublisherError(f"The data folder of this hub cannot be written: {problem.strerror}.") from problem


def _kept(settings: Settings, path: Path, extension: str) -> str:
    """The digest of the file, which afterwards is in its place."""
    with disk():
        if path.is_relative_to(settings.data_dir):
            return _linked(settings, path, extension)
        need_room(settings, path.stat().st_size)
        with a_draft(settings, "part") as copy:
            _copy(path, copy)  # what is hashed is what is kept, also where somebody still writes to the other
            return _linked(settings, copy, extension)


def _copy(path: Path, copy: Path) -> None:
    with path.open("rb") as source, copy.open("xb") as target:
        shutil.copyfileobj(source, target, MEGA)


def _linked(settings: Settings, path: Path, extension: str) -> str:
    """A file of ours that nobody writes to any more gets a second name: four gigabytes are not written twice."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    place = _place(settings, digest, extension)
    if place.is_file() and place.stat().st_size == path.stat().st_size:
        return digest
    beside = _folder(place.parent) / f".{place.name}.{secrets.token_hex(4)}"
    try:
        _second_name(path, beside)
        beside.chmod(0o444)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
    _to_disk(place.parent)
    return digest


def _second_name(path: Path, beside: Path) -> None:
    try:
        os.link(path, beside)
    except OSError:  # a file system without links
        shutil.copyfile(path, beside)
        with beside.open("rb") as file:
            os.fsync(file.fileno())


def _to_disk(folder: Path) -> None:
    """A rename lasts through a power cut once its folder has been written."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _place(settings: Settings, digest: str, extension: str) -> Path:
    return settings.data_dir / "media" / digest[:2] / f"{digest}.{extension}"


def _folder(path: Path) -> Path:
    with disk():
        path.mkdir(parents=True, exist_ok=True)
    return path
