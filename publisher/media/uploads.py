"""Large files from a browser or a program, piece by piece: what was cut off goes on where it stopped.

The idea is that of the IETF's resumable uploads for HTTP (draft-ietf-httpbis-resumable-upload: Upload-Offset, Upload-Length,
Upload-Complete): an upload is begun, has an address of its own, says how far it is, and takes pieces only there. In words of
HTTP, for the routes that carry it, so that a shell and curl can do it:

    POST  …/uploads                 name and length                       → 201, Location: …/uploads/<key>, Upload-Offset: 0
    HEAD  …/uploads/<key>                                                 → 204, Upload-Offset: 8388608, Upload-Length: …
    PATCH …/uploads/<key>           Upload-Offset: 8388608, the octets    → 204, Upload-Offset: 16777216
                                    at another place                      → 409, Upload-Offset: where it is
    POST  …/uploads/<key>/finish                                          → what became of it

A piece that came already and comes again is taken as said twice. Only who began an upload goes on with it.
"""

import os
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from publisher.errors import BadInput, Conflict, NotFound
from publisher.house import House
from publisher.internet.downloading import FOUR_GB
from publisher.media.intake import Expect, take_file
from publisher.media.models import MediaFile, Upload
from publisher.media.octets import MEGA
from publisher.media.probed import size
from publisher.media.storage import clean_name, disk, need_room
from publisher.settings import Settings

LARGEST = FOUR_GB
#: One piece; browsers send fewer octets at a time, so that a bad line repeats little.
LARGEST_PIECE = 16 * MEGA
KEPT = timedelta(days=1)
GONE = "This upload was given up or never begun: begin it again."


class WrongOffset(Conflict):
    """A piece for another place than the one where the upload is. `offset`: where to go on."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"This upload has {offset:,} bytes: go on from there.")
        self.offset = offset


def begin(session: Session, house: House, *, name: str, length: int, by: str, now: datetime) -> Upload:
    """Begin an upload of so many octets. `by`: who, as `staff:<id>`. `BadInput` for lengths that cannot be taken."""
    if length <= 0:
        raise BadInput("This file is empty.", field="file")
    if length > LARGEST:
        raise BadInput(f"This file has {size(length)}. Files have at most {size(LARGEST)}.", field="file")
    need_room(house.settings, length)
    upload = Upload(
        key=secrets.token_urlsafe(18), name=clean_name(name), length=length, by=by, created_at=now, changed_at=now
    )
    session.add(upload)
    session.flush()
    return upload


def find(session: Session, house: House, key: str, *, by: str) -> Upload:
    """The upload of this person by that key; `NotFound` for everybody else's too. Says how far it is: `received`."""
    upload = session.exec(select(Upload).where(col(Upload.key) == key).with_for_update()).first()
    if upload is None or upload.by != by:
        raise NotFound(GONE)
    if upload.media_id is None:
        there = _on_disk(_path(house.settings, key))
        upload.received = min(upload.received, there)  # a power cut can take octets that were not on the disk yet
    return upload


def receive(session: Session, house: House, key: str, *, offset: int, chunk: bytes, now: datetime, by: str) -> Upload:
    """Take a piece that begins at `offset`. `WrongOffset` says where to go on; the same piece again changes nothing.

    Commit after each piece: two that come at once for one upload wait for each other.
    """
    if len(chunk) > LARGEST_PIECE:
        raise BadInput(f"One piece has at most {size(LARGEST_PIECE)}.")
    upload = find(session, house, key, by=by)
    path = _path(house.settings, key)
    if offset != upload.received or upload.media_id is not None:
        if upload.media_id is None and _has(path, offset, chunk, upload.received):
            return upload
        raise WrongOffset(upload.received)
    if not chunk:
        return upload
    if offset + len(chunk) > upload.length:
        raise BadInput(f"This upload was begun with {upload.length:,} bytes, and more came. Begin it again.")
    _write(path, offset, chunk)
    upload.received, upload.changed_at = offset + len(chunk), now
    session.add(upload)
    session.flush()
    return upload


def finish(
    session: Session, house: House, key: str, *, now: datetime, by: str, expect: Expect = "audio", mend: bool = False
) -> MediaFile:
    """Look into the whole file and keep it, or refuse it with a sentence (`BadInput`); as `intake.take_file`.

    Finished again it answers the same. A refused file stays for a day, so that it can be finished with `mend`. Reads what
    was committed, in a session of its own, so that nobody waits while a large file is looked into.
    """
    with house.database.reading() as looking:
        upload = looking.exec(select(Upload).where(col(Upload.key) == key)).first()
        if upload is None or upload.by != by:
            raise NotFound(GONE)
        done, name, length, received = upload.media_id, upload.name, upload.length, upload.received
    if done is not None:
        return session.get_one(MediaFile, done)
    path = _path(house.settings, key)
    there = min(received, _on_disk(path))
    if there != length:
        raise WrongOffset(there)
    media = take_file(session, house, path, name=name, now=now, expect=expect, mend=mend)
    row = session.exec(select(Upload).where(col(Upload.key) == key)).one()
    row.media_id, row.changed_at = media.id, now
    session.add(row)
    session.flush()
    return media


def give_up(session: Session, house: House, key: str, *, by: str) -> None:
    """Throw an upload away. What it became, if it was finished, stays."""
    upload = find(session, house, key, by=by)
    session.delete(upload)
    session.flush()
    _path(house.settings, key).unlink(missing_ok=True)


def forget_old(session: Session, house: House, *, now: datetime) -> int:
    """Throw away what nobody went on with for a day, and the pieces of finished ones; how many uploads that were."""
    old = session.exec(select(Upload).where(col(Upload.changed_at) < now - KEPT)).all()
    for upload in old:
        session.delete(upload)
    session.flush()
    for upload in old:
        _path(house.settings, upload.key).unlink(missing_ok=True)
    _sweep(house.settings, set(session.exec(select(Upload.key)).all()), now)
    return len(old)


def _sweep(settings: Settings, keys: set[str], now: datetime) -> None:
    """What a process left in the folders that was ended in the middle."""
    for folder in ("uploads", "incoming"):
        for path in (settings.data_dir / folder).glob("*"):
            with suppress(FileNotFoundError):
                if path.name not in keys and datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo) < now - KEPT:
                    path.unlink()


def _write(path: Path, offset: int, chunk: bytes) -> None:
    """At its place, also where an earlier try wrote there and was not recorded."""
    with disk():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.seek(offset)
            file.write(chunk)


def _has(path: Path, offset: int, chunk: bytes, received: int) -> bool:
    if not 0 <= offset < offset + len(chunk) <= received:
        return False
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(len(chunk)) == chunk


def _on_disk(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _path(settings: Settings, key: str) -> Path:
    return settings.data_dir / "uploads" / key
