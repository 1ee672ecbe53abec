"""Uploads in pieces: on from where they stopped, by who began them, and in whole or not at all."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from media.making import mp3, wav
from sqlmodel import select

from publisher.errors import BadInput, NotFound
from publisher.house import House
from publisher.media import uploads
from publisher.media.models import MediaFile, Upload
from publisher.media.storage import path_of
from publisher.media.uploads import WrongOffset

ANN, BEN = "staff:1", "staff:2"
DATA = mp3(60)  # 480 kB


@pytest.fixture
def hub(house: House) -> Iterator[House]:
    """Each request is a transaction of its own, so these stories commit."""
    yield house
    with house.database.session() as session:
        for row in (*session.exec(select(Upload)).all(), *session.exec(select(MediaFile)).all()):
            session.delete(row)
            session.flush()


def begun(house: House, now: datetime, data: bytes = DATA, name: str = "talk.mp3") -> str:
    with house.database.session() as session:
        return uploads.begin(session, house, name=name, length=len(data), by=ANN, now=now).key


def sent(house: House, key: str, offset: int, chunk: bytes, now: datetime, by: str = ANN) -> int:
    with house.database.session() as session:
        return uploads.receive(session, house, key, offset=offset, chunk=chunk, now=now, by=by).received


def finished(house: House, key: str, now: datetime, by: str = ANN, **options: object) -> MediaFile:
    with house.database.session() as session:
        return uploads.finish(session, house, key, now=now, by=by, **options)  # type: ignore[arg-type]


def test_a_file_in_three_pieces_with_a_break_between_becomes_one(hub: House, now: datetime) -> None:
    key = begun(hub, now)
    assert sent(hub, key, 0, DATA[:200_000], now) == 200_000
    with hub.database.session() as session:  # the browser was closed; it asks how far it was
        assert uploads.find(session, hub, key, by=ANN).received == 200_000
    later = now + timedelta(hours=3)
    assert sent(hub, key, 200_000, DATA[200_000:400_000], later) == 400_000
    assert sent(hub, key, 400_000, DATA[400_000:], later) == len(DATA)
    media = finished(hub, key, later)
    assert (media.digest, media.name, media.length) == (hashlib.sha256(DATA).hexdigest(), "talk.mp3", len(DATA))
    assert path_of(hub.settings, media).read_bytes() == DATA
    assert finished(hub, key, later).id == media.id  # the answer was lost; it is asked for again


def test_a_piece_for_another_place_learns_where_to_go_on(hub: House, now: datetime) -> None:
    key = begun(hub, now)
    sent(hub, key, 0, DATA[:1000], now)
    for offset in (999, 1001, 5000, -1):
        with pytest.raises(WrongOffset, match="has 1,000 bytes: go on from there") as refused:
            sent(hub, key, offset, b"x" * 300_000, now)
        assert refused.value.offset == 1000
    assert sent(hub, key, 0, DATA[:1000], now) == 1000  # the same piece again, because its answer was lost
    assert sent(hub, key, 500, DATA[500:800], now) == 1000
    with pytest.raises(WrongOffset):  # the same place, other octets
        sent(hub, key, 0, b"x" * 1000, now)
    assert sent(hub, key, 1000, b"", now) == 1000
    with pytest.raises(WrongOffset) as too_early:
        finished(hub, key, now)
    assert too_early.value.offset == 1000


def test_only_who_began_it_goes_on_with_it(hub: House, now: datetime) -> None:
    key = begun(hub, now)
    with pytest.raises(NotFound, match="given up or never begun"):
        sent(hub, key, 0, DATA, now, by=BEN)
    with pytest.raises(NotFound):
        finished(hub, key, now, by=BEN)
    with pytest.raises(NotFound), hub.database.session() as session:
        uploads.give_up(session, hub, key, by=BEN)
    for other in ("", "no-such-key", "../publisher.db"):
        with pytest.raises(NotFound):
            sent(hub, other, 0, DATA, now)


def test_lengths_that_cannot_be_are_refused(hub: House, now: datetime) -> None:
    for length, says in ((0, "empty"), (-5, "empty"), (4 * 1024**3 + 1, r"Files have at most 4\.3 GB")):
        with pytest.raises(BadInput, match=says), hub.database.session() as session:
            uploads.begin(session, hub, name="a.mp3", length=length, by=ANN, now=now)
    key = begun(hub, now)
    with pytest.raises(BadInput, match="begun with 480,026 bytes, and more came"):
        sent(hub, key, 0, DATA + b"more", now)
    with pytest.raises(BadInput, match="One piece has at most"):
        sent(hub, key, 0, bytes(uploads.LARGEST_PIECE + 1), now)
    assert sent(hub, key, 0, DATA, now) == len(DATA)


def test_a_refused_file_is_not_kept_and_may_be_finished_otherwise(hub: House, now: datetime) -> None:
    torn = DATA[:300_000]
    key = begun(hub, now, torn)
    sent(hub, key, 0, torn, now)
    with pytest.raises(BadInput, match="ends too early"):
        finished(hub, key, now)
    with hub.database.reading() as session:
        assert session.exec(select(MediaFile)).all() == []
    assert finished(hub, key, now, mend=True).length < 300_000


def test_octets_that_a_power_cut_took_are_asked_for_again(hub: House, now: datetime) -> None:
    """The database remembers more than the disk: what counts is what is on the disk."""
    key = begun(hub, now)
    sent(hub, key, 0, DATA[:300_000], now)
    path = hub.settings.data_dir / "uploads" / key
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(WrongOffset) as told:
        sent(hub, key, 300_000, DATA[300_000:], now)
    assert told.value.offset == 100_000
    sent(hub, key, 100_000, DATA[100_000:], now)
    assert finished(hub, key, now).length == len(DATA)


def test_octets_that_were_written_and_not_recorded_are_written_over(hub: House, now: datetime) -> None:
    key = begun(hub, now)
    sent(hub, key, 0, DATA[:1000], now)
    with hub.database.session() as session:
        uploads.receive(session, hub, key, offset=1000, chunk=b"y" * 60_000, now=now, by=ANN)
        session.rollback()  # the machine stops here
    sent(hub, key, 1000, DATA[1000:], now)
    assert finished(hub, key, now).digest == hashlib.sha256(DATA).hexdigest()


def test_what_nobody_went_on_with_for_a_day_is_forgotten(hub: House, now: datetime) -> None:
    old, done, fresh = begun(hub, now), begun(hub, now), begun(hub, now + timedelta(hours=20))
    sent(hub, old, 0, DATA[:1000], now)
    sent(hub, done, 0, DATA, now)
    media = finished(hub, done, now)
    sent(hub, fresh, 0, DATA[:1000], now + timedelta(hours=20))
    folder = hub.settings.data_dir / "uploads"
    assert {p.name for p in folder.iterdir()} == {old, done, fresh}
    with hub.database.session() as session:
        assert uploads.forget_old(session, hub, now=now + timedelta(hours=23)) == 0
        assert uploads.forget_old(session, hub, now=now + timedelta(hours=25)) == 2
    assert (
        fresh in {p.name for p in folder.iterdir()} or now.year > 2025
    )  # files of the past are swept by their own date
    with pytest.raises(NotFound):
        sent(hub, old, 1000, DATA[1000:], now)
    assert path_of(hub.settings, media).read_bytes() == DATA  # what was kept stays


def test_giving_up_leaves_nothing(hub: House, now: datetime) -> None:
    key = begun(hub, now, wav())
    sent(hub, key, 0, wav(), now)
    with hub.database.session() as session:
        uploads.give_up(session, hub, key, by=ANN)
    assert list((hub.settings.data_dir / "uploads").iterdir()) == []
    with pytest.raises(NotFound):
        sent(hub, key, 0, wav(), now)
