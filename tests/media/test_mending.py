"""What ffmpeg does for a file here: sound out of what apps do not play, even loudness, a small version. Real ffmpeg."""

import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from media.making import mp3, wav
from sqlmodel import Session

from publisher.errors import BadInput, PublisherError
from publisher.house import House
from publisher.media import ffmpeg, mending
from publisher.media.intake import take_file
from publisher.media.models import MediaFile
from publisher.media.probed import Unplayable
from publisher.media.storage import path_of, workshop


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """One database is enough here: what ffmpeg does knows none."""
    shutil.copy(sqlite_template, tmp_path / "publisher.db")
    return f"sqlite:///{tmp_path / 'publisher.db'}"


pytestmark = pytest.mark.usefixtures("ffmpeg")


def made(path: Path, *words: str) -> Path:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *words, str(path)], check=True, stdin=subprocess.DEVNULL)
    return path


def tone(volume: str = "0.1", seconds: int = 6, channels: int = 2) -> tuple[str, ...]:
    layout = "stereo" if channels == 2 else "mono"
    return ("-f", "lavfi", "-i", f"sine=440:duration={seconds},volume={volume},aformat=channel_layouts={layout}")


def loudness(path: Path) -> float:
    """Integrated, in LUFS, by ffmpeg's own meter."""
    words = ["ffmpeg", "-hide_banner", "-i", str(path), "-af", "loudnorm=print_format=json", "-f", "null", "-"]
    report = subprocess.run(words, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True).stderr
    return float(json.loads(report[report.rindex("{") :])["input_i"])


def take(session: Session, house: House, path: Path, now: datetime, **options: object) -> MediaFile:
    return take_file(session, house, path, name=path.name, now=now, **options)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


CHAPTERS = ";FFMETADATA1\ntitle=Home visits\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=3000\ntitle=Welcome\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=3000\nEND=6000\ntitle=Fragen\n"


@pytest.mark.parametrize(
    ("extension", "words"),
    [("ogg", ("-c:a", "libvorbis")), ("opus", ("-c:a", "libopus")), ("wav", ()), ("flac", ()), ("webm", ("-c:a", "libopus")),
     ("mkv", ("-c:a", "aac")), ("m4a", ("-c:a", "alac")), ("aac", ("-c:a", "aac")), ("mp2", ("-c:a", "mp2")), ("wma", ("-c:a", "wmav2"))],
)  # fmt: skip
def test_what_apps_do_not_play_becomes_mp3(
    session: Session, house: House, now: datetime, folder: Path, extension: str, words: tuple[str, ...]
) -> None:
    source = made(folder / f"talk.{extension}", *tone(channels=1), *words)
    with pytest.raises(Unplayable):
        take(session, house, source, now)
    media = take(session, house, source, now, mend=True)
    assert (media.type, media.extension, media.name, media.bit_rate) == ("audio/mpeg", "mp3", "talk.mp3", 128_000)
    assert media.duration == pytest.approx(6, abs=0.1)
    assert media.details["sample_rate"] == 44_100
    assert media.details["channels"] == 1
    assert media.details["mended"] is True
    assert list(workshop(house.settings).iterdir()) == []


def test_the_sound_of_a_video_keeps_its_title_and_chapters(
    session: Session, house: House, now: datetime, folder: Path
) -> None:
    (folder / "told").write_text(CHAPTERS)
    source = made(
        folder / "talk.mp4", "-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=6", *tone(), "-i", str(folder / "told"),
        "-map_metadata", "2", "-map", "0:v", "-map", "1:a", "-c:v", "mpeg4", "-c:a", "aac",
    )  # fmt: skip
    with pytest.raises(
        BadInput, match="This is a video, and sound is wanted here: let this hub take the sound out of it"
    ):
        take(session, house, source, now)
    assert take(session, house, source, now, expect="episode").kind == "video"
    media = mending.sound_of(session, house, source, now=now, name="talk.mp4")
    assert (media.extension, media.name, media.details["channels"]) == ("mp3", "talk.mp3", 2)
    assert media.details["tags"]["title"] == "Home visits"
    assert [(c["start"], c["title"]) for c in media.details["chapters"]] == [(0.0, "Welcome"), (3.0, "Fragen")]
    again = mending.sound_of(session, house, source, now=now)  # the same sound is the same file
    assert again.id == media.id


@pytest.mark.parametrize(("channels", "target"), [(2, -16.0), (1, -19.0)])
def test_loudness_is_evened_to_what_podcasts_have(
    session: Session, house: House, now: datetime, folder: Path, channels: int, target: float
) -> None:
    quiet = take(session, house, made(folder / "quiet.mp3", *tone("0.2", 8, channels), "-b:a", "96k"), now)
    before = loudness(path_of(house.settings, quiet))
    even = mending.even_loudness(session, house, quiet, now=now)
    assert loudness(path_of(house.settings, even)) == pytest.approx(target, abs=1)
    assert even.details["loudness"] == pytest.approx(target, abs=1)
    assert even.details["loudness_before"] == pytest.approx(before, abs=0.5)
    assert (even.details["made_by"], even.details["made_from"]) == ("loudness", quiet.digest)
    assert (even.bit_rate, even.details["channels"]) == (96_000, channels)
    assert even.duration == pytest.approx(quiet.duration, abs=0.1)
    assert path_of(house.settings, quiet).is_file()


def test_a_slow_version_is_small(session: Session, house: House, now: datetime, folder: Path) -> None:
    full = take(session, house, made(folder / "full.mp3", *tone(seconds=20), "-b:a", "192k"), now)
    slow = mending.slow_version(session, house, full, now=now)
    assert (slow.bit_rate, slow.details["channels"], slow.name) == (64_000, 1, "full-slow.mp3")
    assert slow.length < full.length / 2.8
    assert slow.duration == pytest.approx(full.duration, abs=0.1)


def test_silence_and_damage_are_said(session: Session, house: House, now: datetime, folder: Path) -> None:
    silent = folder / "silent.mp3"
    silent.write_bytes(mp3(5))
    media = take(session, house, silent, now)
    with pytest.raises(BadInput, match="nothing to be heard"):
        mending.even_loudness(session, house, media, now=now)
    broken = folder / "broken.wav"
    broken.write_bytes(wav()[:30])
    with pytest.raises(BadInput, match="cannot be read: it is damaged, or there is none in it"):
        take(session, house, broken, now, mend=True)
    mute = made(folder / "mute.mp4", "-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=2", "-c:v", "mpeg4")
    with pytest.raises(BadInput, match="This is a video"):
        take(session, house, mute, now)
    with pytest.raises(BadInput, match="damaged, or there is none in it"):
        take(session, house, mute, now, mend=True)


def test_a_file_that_names_other_files_reads_none_of_them(
    session: Session, house: House, now: datetime, folder: Path
) -> None:
    """Playlists and QuickTime references are how sound tools are made to read what they should not."""
    secret = folder / "secret.txt"
    secret.write_text("a key")
    for name, text in (
        ("a.m3u8", f"#EXTM3U\n#EXTINF:10,\nfile://{secret}\n#EXT-X-ENDLIST\n"),
        ("a.wav", f"ffconcat version 1.0\nfile {secret}\n"),
    ):
        path = folder / name
        path.write_text(text)
        with pytest.raises(BadInput):
            take(session, house, path, now, mend=True)
    listed = folder / "list.webm"
    listed.write_bytes(b"\x1aE\xdf\xa3#EXTM3U webm\nfile:///etc/passwd\n")
    with pytest.raises(BadInput, match="damaged"):
        take(session, house, listed, now, mend=True)


def test_a_sound_with_a_list_of_files_in_front_is_the_sound(
    session: Session, house: House, now: datetime, folder: Path
) -> None:
    """ffmpeg's own guess would be the list, and it would read the file beside it."""
    (folder / "secret.mp3").write_bytes(mp3(30))
    path = folder / "talk.mp3"
    path.write_bytes(b"ffconcat version 1.0\nfile 'secret.mp3'\n" + mp3(5))
    assert mending.sound_of(session, house, path, now=now).duration == pytest.approx(5, abs=0.1)


def test_without_ffmpeg_the_sentence_says_what_would_help(
    session: Session, house: House, now: datetime, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    assert not mending.available()
    path = folder / "talk.wav"
    path.write_bytes(wav())
    with pytest.raises(Unplayable, match="or install ffmpeg, so that this hub can turn it into MP3"):
        take(session, house, path, now)
    with pytest.raises(PublisherError, match="ffmpeg is not installed on its machine"):
        take(session, house, path, now, mend=True)


def test_what_takes_too_long_or_becomes_too_large_is_given_up(
    house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = made(folder / "long.flac", *tone(seconds=600))
    with pytest.raises(BadInput, match="we gave up"):
        ffmpeg.run(source, "flac", ("-c:a", "libmp3lame"), folder / "out.mp3", seconds=0.05)
    monkeypatch.setattr(ffmpeg, "LARGEST", 200_000)
    with pytest.raises(BadInput, match=r"too long: it would become larger than 200 kB"):
        ffmpeg.run(source, "flac", ("-c:a", "libmp3lame"), folder / "out.mp3")
