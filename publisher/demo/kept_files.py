"""Files that the demo brought: those that nothing else has come to use go with it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from publisher.house import House
from publisher.library.models import Work
from publisher.mail.models import Identity
from publisher.media import storage
from publisher.media.models import MediaFile, Upload
from publisher.newsletters.models import IssueItem
from publisher.podcasts.models import Episode, Rendition, Show
from publisher.webinars.models import Handout, Series, Speaker, Webinar

Ids = Sequence[int]


def brought(session: Session, used: Any, at: datetime | None) -> Ids:
    """Row numbers of those among the files in `used` that came with a demo begun `at`."""
    which = select(MediaFile.id).where(col(MediaFile.id).in_(used), col(MediaFile.created_at) == at)
    return [number for number in session.exec(which) if number is not None]


def of_shows(shows: Ids, episodes: Ids) -> Any:
    """Numbers of the files that these shows and episodes use."""
    covers = _known(Show.artwork_id).where(col(Show.id).in_(shows))
    own = [_known(column).where(col(Episode.id).in_(episodes)) for column in (Episode.audio_id, Episode.artwork_id)]
    slower = select(Rendition.media_id).where(col(Rendition.episode_id).in_(episodes))
    return covers.union(*own, slower)


def of_webinars(series: Ids, webinars: Ids) -> Any:
    """Numbers of the files that these series and dates use."""
    pictures = _known(Series.picture_id).where(col(Series.id).in_(series))
    faces = _known(Speaker.picture_id).where(col(Speaker.series_id).in_(series))
    recordings = _known(Webinar.recording_id).where(col(Webinar.id).in_(webinars))
    papers = select(Handout.media_id).where(col(Handout.webinar_id).in_(webinars))
    return pictures.union(faces, recordings, papers)


def of_works(works: Ids) -> Any:
    """Numbers of the pictures that these resources show."""
    return _known(Work.picture_id).where(col(Work.id).in_(works))


def take_away(session: Session, house: House, files: Ids) -> list[Path]:
    """Delete the rows that nothing uses any more. Returns the files to delete once this is committed."""
    logos = {str((logo or {}).get("digest", "")) for logo in session.exec(select(Identity.logo))}
    which = select(MediaFile).where(col(MediaFile.id).in_(files), col(MediaFile.id).not_in(_used()))
    idle = [media for media in session.exec(which) if media.digest not in logos]
    paths = [storage.path_of(house.settings, media) for media in idle]
    numbers = [media.id for media in idle]
    gone = delete(MediaFile).where(col(MediaFile.id).in_(numbers))
    session.execute(gone, execution_options={"synchronize_session": False})
    return paths


def _used() -> Any:
    """Numbers of all files that anything uses."""
    columns = (
        Show.artwork_id, Episode.audio_id, Episode.artwork_id, Rendition.media_id, Upload.media_id,
        Series.picture_id, Speaker.picture_id, Webinar.recording_id, Handout.media_id, Work.picture_id, IssueItem.picture_id,
    )  # fmt: skip
    first, *others = (_known(column) for column in columns)
    # What somebody put into the library of pictures themselves; the demo's own came there with it.
    shelved = _known(MediaFile.id).where(col(MediaFile.shelved_at).is_not(None), col(MediaFile.shelved_at) != col(MediaFile.created_at))  # fmt: skip
    return first.union(*others, shelved)


def _known(column: Any) -> Any:
    return select(column).where(col(column).is_not(None))
