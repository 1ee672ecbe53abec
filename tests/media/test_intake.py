"""Files on their way in: kept once by their content, refused with a sentence, mended where that was asked for."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from media.making import chapter, id3, length_of, mp3, mp4, png, text_frame, wav
from sqlmodel import Session, func, select

from publisher.errors import BadInput, PublisherError
from publisher.house import House
from publisher.media import storage
from publisher.media.intake import take_file, take_folder
from publisher.media.models import MediaFile
from publisher.media.storage import path_of, workshop

Put = Callable[[bytes], Path]


@pytest.fixture
def put(tmp_path_factory: pytest.TempPathFactory) -> Put:
    """A file outside the data folder."""
    folder = tmp_path_factory.mktemp("elsewhere")

    def put(data: bytes, name: str = "file") -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return put


def files_in(house: House) -> list[str]:
    folder = house.settings.data_dir / "media"
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def test_an_episode_is_kept_under_its_content(session: Session, house: House, now: datetime, put: Put) -> None:
    tag = id3(text_frame("TIT2", "Home visits"), chapter("a", 0, 5, text_frame("TIT2", "Welcome")))
    data = mp3(20, id3=tag)
    path = put(data)
    media = take_file(session, house, path, name="../Home visits.mp3", now=now)
    digest = hashlib.sha256(data).hexdigest()
    assert (media.digest, media.kind, media.type, media.extension) == (digest, "audio", "audio/mpeg", "mp3")
    assert (media.length, media.audio_start, media.bit_rate, media.name) == (
        len(data),
        len(tag),
        64_000,
        "Home visits.mp3",
    )
    assert media.duration == pytest.approx(length_of(20), abs=0.001)
    assert media.details["tags"] == {"title": "Home visits"}
    assert [c["title"] for c in media.details["chapters"]] == ["Welcome"]
    assert media.created_at == now
    kept = path_of(house.settings, media)
    assert kept == house.settings.data_dir / "media" / digest[:2] / f"{digest}.mp3"
    assert kept.read_bytes() == data == path.read_bytes()
    assert list(workshop(house.settings).iterdir()) == []


def test_the_same_content_is_one_file_and_a_lost_one_comes_back(
    session: Session, house: House, now: datetime, put: Put
) -> None:
    path = put(mp3(5))
    first = take_file(session, house, path, name="a.mp3", now=now)
    again = take_file(session, house, path, name="another name.mp3", now=now)
    assert (again.id, again.name) == (first.id, "a.mp3")
    assert session.exec(select(func.count()).select_from(MediaFile)).one() == 1
    path_of(house.settings, first).unlink()
    take_file(session, house, path, name="a.mp3", now=now)
    assert files_in(house) == [f"{first.digest}.mp3"]


@pytest.mark.parametrize(
    ("data", "expect", "says"),
    [
        (b"", "audio", "This file is empty."),
        (wav(), "audio", "This is a WAV file."),
        (mp3(60, header="Info")[:200_000], "audio", "The file ends too early: it says that it lasts 1:00, and 0:25"),
        (mp3(0.5), "audio", "This lasts less than a second: it is no episode."),
        (mp4(60, video=True, brand="isom"), "audio", "This is a video, and sound is wanted here:"),
        (png(1400, 1400), "audio", "This is a picture, and sound is wanted here."),
        (png(1400, 1400), "episode", "This is a picture, and sound or a video or a PDF is wanted here."),
        (mp3(5), "image", "This is sound, and a picture is wanted here."),
        (png(1400, 1500), "image", "The picture is 1400 × 1500 pixels. Covers are square"),
        (png(3100, 3100), "image", "Covers have at most 3000 × 3000."),
        (b"GIF89a" + bytes(50), "image", "This is a GIF picture. Apps show JPEG and PNG"),
        (b"<html>404", "any", "This is a web page."),
    ],
)
def test_what_apps_would_choke_on_is_refused_and_not_kept(
    session: Session, house: House, now: datetime, put: Put, data: bytes, expect: str, says: str
) -> None:
    with pytest.raises(BadInput) as refused:
        take_file(session, house, put(data), name="episode.mp3", now=now, expect=expect)  # type: ignore[arg-type]
    assert str(refused.value).startswith(says) or says in str(refused.value)
    assert files_in(house) == []
    assert session.exec(select(MediaFile)).all() == []


def test_each_place_takes_what_fits_it(session: Session, house: House, now: datetime, put: Put) -> None:
    assert (
        take_file(session, house, put(mp4(60, video=True, brand="isom")), name="", now=now, expect="episode").kind
        == "video"
    )
    assert take_file(session, house, put(b"%PDF-1.4 %%EOF"), name="", now=now, expect="episode").kind == "document"
    assert take_file(session, house, put(png(300, 200)), name="", now=now, expect="picture").kind == "image"
    assert take_file(session, house, put(png(1400, 1400)), name="", now=now, expect="image").width == 1400
    assert take_file(session, house, put(mp3(5)), name="", now=now, expect="any").kind == "audio"


def test_mending_makes_a_cover_and_cuts_off_a_torn_frame(
    session: Session, house: House, now: datetime, put: Put
) -> None:
    cover = take_file(session, house, put(png(3100, 3100)), name="cover.png", now=now, expect="image", mend=True)
    assert (cover.width, cover.height, cover.extension, cover.details["mended"]) == (3000, 3000, "png", True)
    torn = mp3(60)[:200_000]
    sound = take_file(session, house, put(torn), name="a.mp3", now=now, mend=True)
    assert 200_000 - 210 < sound.length < 200_000
    assert torn.startswith(path_of(house.settings, sound).read_bytes())
    with pytest.raises(BadInput, match="square"):
        take_file(session, house, put(png(3100, 3000)), name="", now=now, expect="image", mend=True)
    with pytest.raises(BadInput, match="ends too early"):  # what is not there cannot be mended
        take_file(session, house, put(mp3(60, header="Info")[:200_000]), name="", now=now, mend=True)
    assert list(workshop(house.settings).iterdir()) == []


def test_a_full_disk_keeps_nothing_and_says_so(
    session: Session, house: House, now: datetime, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(mp3(5))
    monkeypatch.setattr(
        storage.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 10**12, 60 * 1024 * 1024)
    )  # type: ignore[attr-defined]
    with pytest.raises(PublisherError, match=r"has no room for 40 kB: 0 bytes are free"):
        take_file(session, house, path, name="", now=now)
    monkeypatch.undo()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(storage.shutil, "copyfileobj", full)
    with pytest.raises(PublisherError, match="The disk of this hub is full: nothing was kept"):
        take_file(session, house, path, name="", now=now)
    assert files_in(house) == []
    assert list(workshop(house.settings).iterdir()) == []


def test_a_folder_gives_what_became_of_each_file(
    house: House, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("back catalogue")
    outside = tmp_path_factory.mktemp("private") / "secret.mp3"
    outside.write_bytes(mp3(9))
    (folder / "01.mp3").write_bytes(mp3(5))
    (folder / "02.wav").write_bytes(wav())
    (folder / "03.mp3").write_bytes(mp3(60)[:50_000])
    (folder / "04.m4a").write_bytes(mp4(60))
    (folder / ".hidden.mp3").write_bytes(mp3(7))
    (folder / "05").mkdir()
    (folder / "06.mp3").symlink_to(outside)
    taken = list(take_folder(house, folder, now=now, expect="audio"))
    assert [(t.path.name, t.media.extension if t.media else None, t.why_not[:22]) for t in taken] == [
        ("01.mp3", "mp3", ""),
        ("02.wav", None, "This is a WAV file. Ap"),
        ("03.mp3", None, "The file ends too earl"),
        ("04.m4a", "m4a", ""),
    ]
    with house.database.reading() as session:  # each in a transaction of its own
        assert sorted(session.exec(select(MediaFile.name)).all()) == ["01.mp3", "04.m4a"]
    with pytest.raises(BadInput, match="There is no folder"):
        list(take_folder(house, folder / "no", now=now))


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("C:\\Users\\ann\\talk.mp3", "talk.mp3"),
        ("../../etc/passwd", "passwd"),
        ('a"b\r\nc<d>.mp3', "a b c d .mp3"),
        (".hidden.mp3", "hidden.mp3"),
        ("Hausbesuche · الزيارات.mp3", "Hausbesuche · الزيارات.mp3"),
        ("x" * 400 + ".mp3", "x" * 144 + ".mp3"),
        ("", ""),
    ],
)
def test_names_are_made_harmless(given: str, clean: str) -> None:
    assert storage.clean_name(given) == clean
