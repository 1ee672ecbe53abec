"""MP3 by its frames: where the sound begins, how long it lasts, what was cut off, which chapters its tag has."""

import io
import struct
from pathlib import Path

import pytest
from media.making import (
    cbr,
    chapter,
    contents,
    cover,
    frame,
    id3,
    id3_frame,
    id3v1,
    length_of,
    mp3,
    text_frame,
    told_by,
    vbr,
)

from publisher.errors import BadInput
from publisher.media import mp3 as reader
from publisher.media import mp3_frames
from publisher.media.octets import Octets
from publisher.media.probed import CutShort, Probed


def probe(data: bytes) -> Probed:
    found = reader.probe(Octets.of(data))
    assert found is not None
    return found


@pytest.mark.parametrize("header", ["", "Info", "Xing", "VBRI"])
@pytest.mark.parametrize("stereo", [False, True])
@pytest.mark.parametrize("bit_rate", [32_000, 64_000, 128_000, 320_000])
def test_the_length_is_that_of_the_frames_whatever_stands_in_front(header: str, stereo: bool, bit_rate: int) -> None:
    found = probe(mp3(10, bit_rate, header=header, stereo=stereo))
    assert found.duration == pytest.approx(383 * 1152 / 44_100, abs=0.0006)  # ten seconds need 383 frames
    assert found.bit_rate == bit_rate
    assert (found.channels, found.sample_rate, found.type, found.extension) == (
        2 if stereo else 1,
        44_100,
        "audio/mpeg",
        "mp3",
    )


def test_a_rate_that_varies_is_counted_exactly_and_remarked_where_nothing_says_so() -> None:
    rates = [64_000, 128_000, 32_000, 320_000] * 250  # 1000 frames last 26.122 s
    silent = probe(vbr(rates))
    assert silent.duration == pytest.approx(26.122, abs=0.001)
    # 250 rounds of 208 + 417 + 104 + 1044 octets
    assert silent.bit_rate == round(250 * 1773 * 8 / (1_152_000 / 44_100))
    assert len(silent.remarks) == 1
    assert "wrong length" in silent.remarks[0]
    spoken = probe(told_by("Xing", 1000, 250 * 1773) + vbr(rates))
    assert spoken.duration == silent.duration
    assert spoken.remarks == ()


def test_the_silence_that_lame_adds_is_taken_off() -> None:
    """LAME's own header: 576 samples in front and 1000 behind are no sound."""
    frames = cbr(100, 128_000, stereo=True)
    own = struct.pack(">4sIII", b"Info", 3, 100, len(frames) + 417) + b"LAME3.100" + bytes(12)
    own += (576 << 12 | 1000).to_bytes(3, "big")
    found = probe(frame(128_000, stereo=True, inside=own) + frames)
    assert found.duration == pytest.approx((100 * 1152 - 1576) / 44_100, abs=0.0006)
    assert found.encoder == "LAME3.100"


def test_the_sound_begins_behind_the_tag_with_its_large_picture() -> None:
    """As research found it in a real episode: 505 kB of tag. The first minute is counted from there: t = id3 + a minute."""
    tag = id3(text_frame("TIT2", "An episode"), cover(bytes(504_900)), padding=2000)
    data = mp3(240, 128_000, tag)
    found = probe(data)
    assert found.audio_start == len(tag) > 505_000
    assert found.duration == pytest.approx(length_of(240), abs=0.001)
    assert found.bit_rate == 128_000  # the picture is no sound
    minute = found.audio_start + (found.length - found.audio_start) / (found.duration or 1) * 60
    assert minute == pytest.approx(len(tag) + 960_000, abs=450)  # 128 kbit/s for a minute, give or take a frame


def test_two_tags_in_front_a_footer_and_scraps_before_the_first_frame() -> None:
    doubled = id3(text_frame("TIT2", "new")) + id3(text_frame("TIT2", "old"), padding=500)
    assert probe(mp3(5, id3=doubled)).audio_start == len(doubled)
    with_footer = id3(text_frame("TIT2", "x", 4), version=4, flags=0x10)
    assert probe(mp3(5, id3=with_footer)).audio_start == len(with_footer)
    assert probe(mp3(5, id3=bytes(3000))).audio_start == 3000
    assert probe(mp3(5, id3=b"\xff\xfb" * 700)).audio_start == 1400  # looks like frames and is none


@pytest.mark.parametrize(
    "end",
    [
        id3v1("A title"),
        bytes(300_000) + struct.pack("<8sIIII8s", b"APETAGEX", 2000, 300_032, 1, 0, bytes(8)),
        b"LYRICSBEGIN" + b"IND0000200" + b"000021LYRICS200",
        b"TAG+" + bytes(223) + id3v1("x"),
    ],
    ids=["id3v1", "ape", "lyrics", "enhanced"],
)  # fmt: skip
def test_tags_behind_the_sound_are_no_sound(end: bytes) -> None:
    assert probe(mp3(5, end=end)).duration == probe(mp3(5)).duration


def test_a_cut_file_says_how_much_of_it_is_there() -> None:
    whole = mp3(60, header="Info")
    with pytest.raises(
        CutShort, match=r"^The file ends too early: it says that it lasts 1:00, and 0:30 of it are there\.$"
    ):
        probe(whole[: len(whole) // 2])
    bare = mp3(60)
    with pytest.raises(CutShort, match="its last frame is not whole") as caught:
        probe(bare[:100_000])
    assert caught.value.whole_until is not None
    assert 100_000 - 210 < caught.value.whole_until < 100_000
    assert probe(bare[: caught.value.whole_until]).duration == pytest.approx(
        12.5, abs=0.05
    )  # 100,000 octets at 8000 a second
    frames = cbr(500, 64_000)
    with pytest.raises(CutShort, match="announces"):  # only octets are told
        probe(frame(64_000, inside=struct.pack(">4sII", b"Xing", 2, 2 * len(frames))) + frames)


def test_only_a_tag_or_less_of_it_is_a_cut_file_too() -> None:
    with pytest.raises(CutShort, match="tags and no sound"):
        probe(id3(text_frame("TIT2", "x")))
    with pytest.raises(CutShort, match="tags and no sound"):
        probe(id3(cover(bytes(50_000)))[:20_000])


def test_a_copy_that_was_filled_with_zeros_is_damaged() -> None:
    with pytest.raises(
        BadInput, match=r"^From 0:30 on this file holds no sound: its last 2\.0 MB are damaged or were not copied\.$"
    ):
        probe(mp3(30) + bytes(2_000_000))


def test_scraps_between_frames_are_passed_over() -> None:
    halves = mp3(10) + b"\0scrap\xff\xfb\0" * 50 + mp3(10)
    assert probe(halves).duration == pytest.approx(2 * length_of(10), abs=0.001)


def test_two_files_in_one_last_as_long_as_both_and_are_remarked() -> None:
    joined = mp3(10, header="Info") + id3(text_frame("TIT2", "the second")) + mp3(50)
    found = probe(joined)
    assert found.duration == pytest.approx(60, abs=0.05)
    assert found.remarks == ("It says that it lasts 0:10, and it lasts 1:00: some apps will stop too early.",)


def test_what_is_no_mp3_is_none() -> None:
    for data in (b"", b"\xff", b"\xff\xfb\x90", bytes(100_000), b"\xff" * 100_000, b"just words, and no sound" * 999):
        assert reader.probe(Octets.of(data)) is None


def test_chapters_have_title_link_and_place_in_the_table_of_contents() -> None:
    wxxx = id3_frame("WXXX", b"\x01" + "a label".encode("utf-16") + b"\0\0" + b"https://example.org/home-visits")
    tag = id3(
        chapter("late", 120, 240, text_frame("TIT2", "Fragen · أسئلة")),
        chapter("first", 0, 60.5, text_frame("TIT2", "Welcome"), wxxx, cover(bytes(70_000))),
        chapter("hidden", 60.5, 120, text_frame("TIT2", "A picture only")),
        contents(["first", "late"]),
    )
    found = probe(mp3(240, id3=tag)).chapters
    common = {"image": None}
    assert found == (
        common
        | {
            "start": 0.0,
            "title": "Welcome",
            "end": 60.5,
            "link": "https://example.org/home-visits",
            "toc": True,
            "picture": True,
        },
        common | {"start": 60.5, "title": "A picture only", "end": 120.0, "link": None, "toc": False},
        common | {"start": 120.0, "title": "Fragen · أسئلة", "end": 240.0, "link": None, "toc": True},
    )


@pytest.mark.parametrize("version", [3, 4])
def test_chapters_of_both_versions_also_where_the_tag_hides_what_looks_like_frames(version: int) -> None:
    told = chapter("a", 1, 2, text_frame("TIT2", "Eins", version), version=version)
    plain = [{"start": 1.0, "title": "Eins", "end": 2.0, "image": None, "link": None, "toc": True}]
    assert list(probe(mp3(5, id3=id3(told, version=version))).chapters) == plain
    if version == 3:  # the whole tag is unsynchronised
        body = told.replace(b"\xff", b"\xff\0")
        hidden = b"ID3\x03\0\x80" + bytes((0, 0, len(body) >> 7, len(body) & 0x7F)) + body
    else:  # each frame is, and says so
        body = told[10:].replace(b"\xff", b"\xff\0")
        framed = b"CHAP" + bytes((0, 0, len(body) >> 7, len(body) & 0x7F)) + b"\0\x02" + body
        hidden = b"ID3\x04\0\x80" + bytes((0, 0, len(framed) >> 7, len(framed) & 0x7F)) + framed
    assert list(probe(mp3(5, id3=hidden)).chapters) == plain


def test_sizes_of_eight_bits_in_a_tag_that_promises_seven_are_understood() -> None:
    long_title = text_frame("TIT2", "x" * 150, 3)  # 303 octets, written with eight bits an octet
    told = chapter("a", 0, 4, text_frame("TIT2", "Eins", 4), version=4)
    assert [c["title"] for c in probe(mp3(5, id3=id3(long_title, told, version=4))).chapters] == ["Eins"]


def test_three_hours_are_counted_to_the_frame() -> None:
    data = io.BytesIO(mp3(3 * 3600, 64_000))
    found = reader.probe(Octets(data))
    assert found is not None
    assert found.duration == pytest.approx(10_800, abs=0.03)


def test_what_is_too_long_to_be_counted_is_reckoned_or_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of 1000 frames stands for the real one, which is ten hours away."""
    monkeypatch.setattr(mp3_frames, "MOST_FRAMES", 1000)
    monkeypatch.setattr(mp3_frames, "PIECE", 50_000)
    assert probe(mp3(120)).duration == pytest.approx(120, abs=0.05)
    rates = [32_000] * 3000 + [320_000] * 1000  # what was counted is not like the rest
    told = told_by("Xing", 4000, 3000 * 104 + 1000 * 1044)
    found = probe(told + vbr(rates))
    assert found.duration == pytest.approx(4000 * 1152 / 44_100, abs=0.001)
    with pytest.raises(CutShort, match="announces"):
        probe((told + vbr(rates))[:900_000])


def test_a_real_file(corpora: Path) -> None:
    """42 seconds by LAME, varying: its header says 1610 frames and 733,526 octets behind a tag of 119."""
    path = corpora / "podcasts" / "audio" / "audio.mp3"
    with path.open("rb") as file:
        found = reader.probe(Octets(file))
    assert found is not None
    assert (found.audio_start, found.length, found.channels, found.encoder) == (119, 733_645, 2, "LAME3.100")
    assert found.duration == pytest.approx(1610 * 1152 / 44_100, abs=0.06)  # less what LAME put around it
    assert found.remarks == ()
