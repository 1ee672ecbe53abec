"""What a file is, by its bytes: what apps play is measured, what they do not is named, and no lie takes long."""

import struct
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from media.making import box, chapter, cover, id3, id3v1, mp3, mp4, mp4_with_chapter_track, png, text_frame, vbr, wav

from publisher.errors import BadInput
from publisher.media.probed import CutShort, Probed, Unplayable
from publisher.media.probing import probe

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def look(tmp_path: Path):  # type: ignore[no-untyped-def]
    def look(data: bytes, name: str = "") -> Probed:
        path = tmp_path / "file"
        path.write_bytes(data)
        return probe(path, name)

    return look


# --- MP4 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kind", "type_", "extension"),
    [
        (mp4(90), "audio", "audio/x-m4a", "m4a"),
        (mp4(90, brand="M4B "), "audio", "audio/x-m4a", "m4a"),
        (mp4(90, brand="isom"), "audio", "audio/x-m4a", "m4a"),
        (mp4(90, brand="mp42", video=True), "video", "video/mp4", "mp4"),
        (mp4(90, brand="M4V ", video=True), "video", "video/x-m4v", "m4v"),
        (mp4(90, brand="qt  ", video=True), "video", "video/quicktime", "mov"),
        (mp4(90, moov_first=False), "audio", "audio/x-m4a", "m4a"),
    ],
)
def test_mp4_has_the_type_that_its_tracks_give_it(look, data: bytes, kind: str, type_: str, extension: str) -> None:  # type: ignore[no-untyped-def]
    found = look(data)
    assert (found.kind, found.type, found.extension) == (kind, type_, extension)
    assert (found.duration, found.length, found.audio_start) == (90.0, len(data), 0)
    assert (found.channels, found.sample_rate) == (2, 44_100)


def test_mp4_that_ends_too_early_says_how_much_of_it_is_there(look) -> None:  # type: ignore[no-untyped-def]
    sound = bytes(1_000_000)
    first, last = mp4(60, sound=sound), mp4(60, sound=sound, moov_first=False)
    with pytest.raises(CutShort, match=r"400 kB of 1\.0 MB are there"):
        look(first[:400_000])
    with pytest.raises(CutShort, match=r"400 kB of 1\.0 MB"):
        look(last[:400_000])
    with pytest.raises(CutShort, match="moov"):  # all of the sound, nothing of the list behind it
        look(last[: 24 + 8 + len(sound)])
    with pytest.raises(CutShort, match="no sound"):
        look(mp4(60, sound=b""))


def test_the_last_box_may_reach_to_the_end_and_then_the_places_of_its_pieces_tell(look) -> None:  # type: ignore[no-untyped-def]
    """A size of 0 means “to the end”: what was cut off shows only where a chunk lies behind it."""
    whole = mp4_with_chapter_track(60, [(0, "One")])
    at = whole.index(b"mdat") - 4
    moov = whole[whole.index(b"moov") - 4 :]
    moved = moov.replace(struct.pack(">III", 0, 1, at + 8), struct.pack(">III", 0, 1, 5_000_000))
    with pytest.raises(CutShort, match="behind its end"):
        look(whole[:at] + moved + struct.pack(">I4s", 0, b"mdat") + bytes(500))


def test_mp4_chapters_by_list_and_by_track(look) -> None:  # type: ignore[no-untyped-def]
    told = [(0.0, "Begrüßung"), (12.5, "مقابلة"), (61.25, "Ende")]
    by_list = look(mp4(90, chapters=told)).chapters
    assert [(c["start"], c["title"], c["end"]) for c in by_list] == [(s, t, None) for s, t in told]
    by_track = look(mp4_with_chapter_track(90, told)).chapters
    assert [(c["start"], c["title"], c["end"]) for c in by_track] == [
        (0.0, "Begrüßung", 12.5), (12.5, "مقابلة", 61.25), (61.25, "Ende", 90.0),
    ]  # fmt: skip
    assert all(c["toc"] is True and c["link"] is None for c in (*by_list, *by_track))


def test_what_is_protected_or_coded_otherwise_is_refused(look) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput, match="protected against copying"):
        look(mp4(60).replace(b"mp4a", b"drms"))
    with pytest.raises(Unplayable, match="Inside this M4A file is Apple Lossless, which many apps do not play"):
        look(mp4(60).replace(b"mp4a", b"alac"))
    with pytest.raises(BadInput, match="neither sound nor video"):
        look(mp4(60).replace(b"soun", b"meta"))
    with pytest.raises(Unplayable, match="does not say how long"):
        look(mp4(0))


def test_pictures_in_a_track_of_their_own_make_no_video(look) -> None:  # type: ignore[no-untyped-def]
    assert look(mp4(60, video=True).replace(b"avc1", b"jpeg")).kind == "audio"


# --- everything else -----------------------------------------------------------------------------------------------------


def test_pictures_and_documents(look) -> None:  # type: ignore[no-untyped-def]
    picture = look(png(1500, 1400))
    assert (picture.kind, picture.type, picture.extension) == ("image", "image/png", "png")
    assert (picture.width, picture.height, picture.duration) == (1500, 1400, None)
    assert (look(PDF).kind, look(PDF).type, look(PDF).extension) == ("document", "application/pdf", "pdf")
    with pytest.raises(CutShort):
        look(PDF[:40])
    with pytest.raises(BadInput, match="ends too early"):
        look(png(800, 800)[:-300])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (wav(), "a WAV file"),
        (b"FORM\0\0\0\0AIFF" + bytes(99), "an AIFF file"),
        (b"fLaC" + bytes(99), "a FLAC file"),
        (id3(text_frame("TIT2", "x")) + b"fLaC" + bytes(99), "a FLAC file"),
        (b"OggS" + bytes(24) + b"OpusHead" + bytes(99), "an Opus file"),
        (b"OggS" + bytes(24) + b"\x01vorbis" + bytes(99), "an Ogg file"),
        (b"\x1aE\xdf\xa3" + bytes(20) + b"webm" + bytes(99), "a WebM file"),
        (b"\xff\xf1\x50\x80" + bytes(999), "a bare AAC file"),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(99), "a WebP picture"),
        (b"GIF89a" + bytes(99), "a GIF picture"),
        (b"\0\0\0\x18ftypheic" + bytes(99), "a HEIC picture"),
        (b"\n<!DOCTYPE html><title>Not found</title>", "a web page"),
        (b'<?xml version="1.0"?><rss/>', "an XML document"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"#EXTM3U\nhttps://example.org/a.ts\n", "a playlist"),
        (b"PK\x03\x04" + bytes(99), "a ZIP archive"),
    ],
)
def test_what_apps_do_not_play_is_named_with_advice(look, data: bytes, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unplayable, match=f"^This is {says}.*[.]$"):
        look(data, "episode.mp3")


def test_empty_and_unknown_files(look) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput, match=r"^This file is empty\.$"):
        look(b"")
    with pytest.raises(BadInput, match="This is no sound, video, picture or document"):
        look(b"some words")
    with pytest.raises(BadInput, match="cannot be read"):
        probe(Path("no-such-file"))


def test_the_name_changes_nothing_but_a_remark(look) -> None:  # type: ignore[no-untyped-def]
    assert look(mp3(5), "talk.mp3").remarks == ()
    assert look(mp4(5), "talk.mp4").remarks == ()
    assert look(mp3(5), "talk.wav").remarks == ("It is called .wav and is MP3: it is kept as .mp3.",)
    assert look(mp3(5), "Nr. 5").remarks == ()


def test_words_in_tags(look) -> None:  # type: ignore[no-untyped-def]
    tagged = look(mp3(5, id3=id3(text_frame("TIT2", "Hausbesuche · الزيارات"), text_frame("TPE1", "Ann Otieno"))))
    assert tagged.tags["title"] == "Hausbesuche · الزيارات"
    assert tagged.tags["artist"] == "Ann Otieno"
    assert look(mp3(5, end=id3v1("An old title"))).tags["title"] == "An old title"
    details = tagged.details()
    assert set(details) == {"channels", "sample_rate", "tags"}


# --- lies, and time ------------------------------------------------------------------------------------------------------


# A guard against loops and lies about sizes, not a measurement: what is caught takes minutes.
def quickly(path: Path, most: float = 10) -> Probed | BadInput:
    begun = time.process_time()
    try:
        return probe(path)
    except BadInput as problem:
        return problem
    finally:
        assert time.process_time() - begun < most


def test_four_gigabytes_are_looked_into_in_a_moment(tmp_path: Path) -> None:
    path = tmp_path / "large"
    gigabytes = 4 * 1024**3
    head = mp4(7200, sound=b"")
    start = head[: -len(box("mdat"))]
    with path.open("wb") as file:  # the file is a hole: only its head is on the disk
        file.write(start + struct.pack(">I4sQ", 1, b"mdat", gigabytes + 16))
        file.truncate(len(start) + gigabytes + 16)
    found = quickly(path)
    assert isinstance(found, Probed)
    assert (found.duration, found.length) == (7200.0, len(start) + gigabytes + 16)
    with path.open("wb") as file:
        file.write(mp3(60))
        file.truncate(gigabytes)
    refused = quickly(path)
    assert str(refused) == "From 1:00 on this file holds no sound: its last 4.3 GB are damaged or were not copied."


@pytest.mark.parametrize(
    "data",
    [
        b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + mp3(2),
        box("ftyp", b"M4A ") + struct.pack(">I4s", 0xFFFFFFFF, b"moov") + bytes(100),
        box("ftyp", b"M4A ") + struct.pack(">I4sQ", 1, b"mdat", 2**63) + bytes(100),
        box("ftyp", b"M4A ") + struct.pack(">I4s", 8, b"free") * 200_000,
        mp4(10, chapters=[(0, "x")]).replace(b"chpl\1\0\0\0\0\0\0\0\1", b"chpl\1\0\0\0\xff\xff\xff\xff\xff"),
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0) + bytes(50),
        b"OggS" * 100_000,
        vbr([32_000]) * 3 + (b"\xff\xfb\x10\xc0" + bytes(9)) * 50_000,
        id3(*[chapter(str(n), n, n + 1, text_frame("TIT2", "x")) for n in range(5000)]) + mp3(2),
    ],
    ids=["tag", "moov", "mdat", "boxes", "chapters", "pixels", "pages", "scraps", "5000 chapters"],
)  # fmt: skip
def test_lying_sizes_and_endless_lists_end(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "lie"
    path.write_bytes(data)
    quickly(path)


GOOD = (
    mp3(
        3,
        id3=id3(text_frame("TIT2", "x"), chapter("a", 0, 1, text_frame("TIT2", "y")), cover(b"pic" * 40)),
        end=id3v1("t"),
    ),
    mp3(3, header="Xing"),
    mp3(3, header="VBRI", stereo=True),
    mp4(30, chapters=[(0, "One"), (5, "Two")], video=True),
    mp4_with_chapter_track(30, [(0, "One"), (5, "Two")]),
    png(60, 60),
    PDF,
    wav(),
)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_mangled_files_are_measured_or_refused_with_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Octets changed, cut out, doubled, or the end cut off, near the head above all: never another error, never long."""
    mangled = bytearray(data.draw(st.sampled_from(GOOD)))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.one_of(st.integers(0, min(400, len(mangled))), st.integers(0, len(mangled))))
        new = data.draw(st.binary(min_size=0, max_size=6))
        mangled[at : at + data.draw(st.integers(0, 12))] = new
    if data.draw(st.booleans()):
        del mangled[data.draw(st.integers(0, len(mangled))) :]
    path = tmp_path_factory.getbasetemp() / "mangled"
    path.write_bytes(bytes(mangled))
    found = quickly(path)
    if isinstance(found, BadInput):
        assert str(found).endswith(".")
    else:
        assert found.length == len(mangled)
        assert found.kind in ("image", "document") or 0 < (found.duration or 0) < 1_000_000
        assert 0 <= found.audio_start < found.length


@pytest.mark.parametrize(
    ("codec", "extension"),
    [("libmp3lame", "mp3"), ("aac", "m4a"), ("aac", "mov"), ("libvorbis", "ogg"), ("libopus", "opus"), ("flac", "flac"),
     ("pcm_s16le", "wav"), ("libopus", "webm"), ("aac", "aac"), ("mp2", "mp2"), ("alac", "m4a"), ("wmav2", "wma")],
)  # fmt: skip
def test_files_of_a_real_encoder(ffmpeg: str, tmp_path: Path, codec: str, extension: str) -> None:
    """Seven seconds of a tone: played ones are seven seconds, the others are known for what they are."""
    path = tmp_path / f"tone.{extension}"
    command = [ffmpeg, "-v", "error", "-f", "lavfi", "-i", "sine=d=7", "-metadata", "title=Tön", "-c:a", codec, str(path)]  # fmt: skip
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    if codec in ("libmp3lame", "aac") and extension in ("mp3", "m4a", "mov"):
        found = probe(path)
        assert found.duration == pytest.approx(7, abs=0.03)
        assert found.extension == extension
        assert extension == "mov" or found.tags["title"] == "Tön"
        path.write_bytes(path.read_bytes()[:-5000])
        with pytest.raises(CutShort):
            probe(path)
    else:
        with pytest.raises(Unplayable) as refused:
            probe(path)
        assert refused.value.demuxer
