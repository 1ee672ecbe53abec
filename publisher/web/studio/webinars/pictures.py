"""Files that come with forms of webinars, put where the rooms can read them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from publisher.errors import BadInput
from publisher.media import artwork, intake
from publisher.media.models import MediaFile
from publisher.media.storage import a_draft
from publisher.web.studio.visit import MEGA, Desk

LARGEST = 30 * MEGA
#: The longer side of a picture as pages and mails show it.
PIXELS = 1600


@contextmanager
def given(desk: Desk, name: str, *, most: int = LARGEST) -> Iterator[tuple[Path, str] | None]:
    """The file of that field, on the disk while this lasts, and its name; None where none came. What the room says against it
    is said beside the field."""
    upload = desk.upload(name, most=most)
    if upload is None:
        yield None
        return
    with a_draft(desk.house.settings, "upload") as draft:
        with draft.open("xb") as file:
            shutil.copyfileobj(upload.file, file)
        try:
            yield draft, upload.filename or ""
        except BadInput as problem:
            raise BadInput(str(problem), field=name) from problem


def picture(desk: Desk, name: str) -> MediaFile | None:
    """The picture that came with the form, made smaller and without what phones write into it. `BadInput` where it is none."""
    with given(desk, name) as found:
        if found is None:
            return None
        path, called = found
        made = artwork.portrait(path, PIXELS)
        with a_draft(desk.house.settings, "jpg") as draft:
            draft.write_bytes(made)
            stem = f"{Path(called).stem}.jpg"
            return intake.take_file(desk.session, desk.house, draft, name=stem, now=desk.now, expect="picture")


def small(media: MediaFile | None) -> str:
    """Its address, 320 pixels wide; empty for none."""
    return f"/media/{media.digest}/320.jpg" if media else ""
