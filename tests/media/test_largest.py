"""The largest files that may come fit into the tables of both databases."""

from datetime import datetime

from sqlmodel import Session

from publisher.house import House
from publisher.internet.downloading import FOUR_GB
from publisher.media import uploads
from publisher.media.models import MediaFile


def test_four_gigabytes_can_be_kept_and_sent_in_pieces(session: Session, house: House, now: datetime) -> None:
    film = MediaFile(digest="0" * 64, kind="video", type="video/mp4", extension="mp4", length=FOUR_GB, created_at=now)
    upload = uploads.begin(session, house, name="film.mp4", length=3_000_000_000, by="staff:1", now=now)
    upload.received = 2_999_999_999
    session.add_all([film, upload])
    session.flush()
    session.expire_all()
    assert (film.length, upload.length, upload.received) == (4_294_967_296, 3_000_000_000, 2_999_999_999)
