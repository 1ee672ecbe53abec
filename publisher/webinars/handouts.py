"""Slides and papers of a date: speakers and staff bring them, and once it is over everybody may read them."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from publisher.errors import BadInput, NotFound
from publisher.house import House
from publisher.languages import N_
from publisher.media import intake
from publisher.media.models import MediaFile
from publisher.webinars import wishes
from publisher.webinars.models import Handout, Speaker, Webinar, WebinarState

MOST = 20
NOT_A_PAPER = N_("Slides and papers are PDF files, or pictures. Export the slides as PDF first.")
NO_MORE = N_("A date has at most 20 handouts. Take one away first.")
#: The beginnings of PDF (which may have other octets in front), JPEG and PNG.
_PAPER = re.compile(rb"(?s).{0,1000}?%PDF-|\xff\xd8\xff|\x89PNG\r\n")


def take(
    session: Session,
    house: House,
    webinar: Webinar,
    path: Path,
    *,
    name: str,
    now: datetime,
    title: str = "",
    speaker: Speaker | None = None,
) -> Handout:
    """Keep a file of this machine as a handout. Slow work comes before the database is touched. `BadInput` says what is wrong
    with it."""
    with path.open("rb") as file:
        if not _PAPER.match(file.read(1024)):
            raise BadInput(NOT_A_PAPER, field="file")
    media = intake.take_file(session, house, path, name=name, now=now, expect="any")
    return add(session, webinar, media, now=now, title=title, speaker=speaker)


def add(
    session: Session,
    webinar: Webinar,
    media: MediaFile,
    *,
    now: datetime,
    title: str = "",
    speaker: Speaker | None = None,
) -> Handout:
    """Put a file that is kept already beside a date. The same file again is the same handout; a title that is given replaces
    the one it had."""
    if media.kind not in ("document", "image"):
        raise BadInput(NOT_A_PAPER, field="file")
    words = wishes.clean_text(title, 200).replace("\n", " ")
    present = [one for one, _ in of(session, webinar)]
    handout = next((one for one in present if one.media_id == media.id), None)
    if handout is None:
        if len(present) >= MOST:
            raise BadInput(NO_MORE, field="file")
        handout = Handout(webinar_id=webinar.id or 0, media_id=media.id or 0, created_at=now)
        handout.speaker_id = speaker.id if speaker else None
    handout.title = words or handout.title
    session.add(handout)
    session.flush()
    return handout


def remove(session: Session, handout: Handout) -> None:
    """Take it away from the date; the file itself stays where other dates may show it."""
    session.delete(handout)
    session.flush()


def get(session: Session, webinar: Webinar, handout_id: int, *, speaker: Speaker | None = None) -> Handout:
    """A handout of this date, and (`speaker`) of this speaker; `NotFound` for any other."""
    handout = session.get(Handout, handout_id)
    is_theirs = handout is not None and (speaker is None or handout.speaker_id == speaker.id)
    if handout is None or handout.webinar_id != webinar.id or not is_theirs:
        raise NotFound("There is no such handout.")
    return handout


def of(session: Session, webinar: Webinar) -> list[tuple[Handout, MediaFile]]:
    """All handouts of a date, in the order they came."""
    which = select(Handout, MediaFile).join(MediaFile, col(MediaFile.id) == col(Handout.media_id))
    rows = session.exec(which.where(col(Handout.webinar_id) == webinar.id).order_by(col(Handout.id)))
    return [(handout, media) for handout, media in rows]


def shown(session: Session, webinar: Webinar, *, now: datetime) -> list[tuple[Handout, MediaFile]]:
    """Those that everybody may read: of a date that was held; before, none."""
    return shown_at(session, [webinar], now=now)[webinar.id or 0]


def shown_at(
    session: Session, webinars: Sequence[Webinar], *, now: datetime
) -> dict[int, list[tuple[Handout, MediaFile]]]:
    """The same of several dates, by their ids, with one question to the database."""
    found: dict[int, list[tuple[Handout, MediaFile]]] = {one.id or 0: [] for one in webinars}
    over = [one.id for one in webinars if _was_held(one, now)]
    if over:
        which = select(Handout, MediaFile).join(MediaFile, col(MediaFile.id) == col(Handout.media_id))
        for handout, media in session.exec(which.where(col(Handout.webinar_id).in_(over)).order_by(col(Handout.id))):
            found[handout.webinar_id].append((handout, media))
    return found


def _was_held(webinar: Webinar, now: datetime) -> bool:
    is_over = webinar.ended_at is not None or webinar.ends_at <= now
    return is_over and webinar.state == WebinarState.ANNOUNCED


def name_of(handout: Handout, media: MediaFile) -> str:
    """What it is called on a page: its title, else its file's name without the extension."""
    return handout.title or media.name.rpartition(".")[0] or media.name
