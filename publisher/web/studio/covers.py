"""Covers in the studio: taken in from a form, shown small."""

import shutil
from collections.abc import Mapping

from sqlmodel import Session

from publisher.errors import BadInput
from publisher.media import intake
from publisher.media.models import MediaFile
from publisher.media.storage import a_draft
from publisher.podcasts.models import Episode, Show
from publisher.web.studio.visit import MEGA, Desk

LARGEST = 30 * MEGA


def cover_of(session: Session, row: Show | Episode) -> str:
    """Address of its cover, 320 pixels wide; of one that is still elsewhere the address there; or nothing."""
    media = session.get(MediaFile, row.artwork_id) if row.artwork_id else None
    return cover_in({row.artwork_id: media} if media else {}, row)


def cover_in(files: Mapping[int | None, MediaFile], row: Show | Episode) -> str:
    """As `cover_of`, where the files are known, by number."""
    media = files.get(row.artwork_id) if row.artwork_id else None
    return f"/media/{media.digest}/320.jpg" if media else row.artwork_url or ""


def picture(desk: Desk, name: str, *, mend: bool) -> MediaFile | None:
    """The picture that came with the form, taken in; `mend`: colours and size are put right where that can be done."""
    upload = desk.upload(name, most=LARGEST)
    if upload is None:
        return None
    with a_draft(desk.house.settings, "upload") as draft:
        with draft.open("xb") as file:
            shutil.copyfileobj(upload.file, file)
        try:
            return intake.take_file(
                desk.session,
                desk.house,
                draft,
                name=upload.filename or "",
                now=desk.now,
                expect="image",
                mend=mend,
            )
        except BadInput as problem:
            raise BadInput(str(problem), field=name) from problem
