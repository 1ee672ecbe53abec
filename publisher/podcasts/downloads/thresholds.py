"""What each file needs to be a download, looked up once."""

from sqlmodel import Session, col, select

from publisher.media.models import MediaFile
from publisher.podcasts.downloads.weighing import needed


class Thresholds:
    """`Thresholds(session)(media_id)` is `weighing.needed` of that file; None for a file that is not known."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: dict[int | None, int | None] = {None: None}

    def __call__(self, media_id: int | None) -> int | None:
        if media_id not in self._found:
            self._found[media_id] = self._look(media_id)
        return self._found[media_id]

    def _look(self, media_id: int | None) -> int | None:
        wanted = select(MediaFile.length, MediaFile.audio_start, MediaFile.duration, MediaFile.bit_rate)
        row = self._session.exec(wanted.where(col(MediaFile.id) == media_id)).first()
        return None if row is None else needed(*row)
