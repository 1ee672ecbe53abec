"""Sound files made by hand: silent MPEG frames, ID3 tags, MP4 boxes. Other tests write `from media.making import mp3`."""

import itertools
import math
import struct
import zlib
from collections.abc import Sequence

RATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # kbit/s of MPEG 1 Layer III, index from 1
SAMPLES, PER_SECOND = 1152, 44_100


def mp3(
    seconds: float,
    bit_rate: int = 64_000,
    id3: bytes = b"",
    *,
    header: str = "",
    stereo: bool = False,
    end: bytes = b"",
) -> bytes:
    """Silence that plays: MPEG 1 Layer III at 44.1 kHz, lasting `frames_of(seconds)` × 1152 / 44,100 seconds.

    `header`: Xing, Info or VBRI puts such a frame first. `end`: what stands behind the sound (ID3v1, APE).
    """
    count = frames_of(seconds)
    frames = cbr(count, bit_rate, stereo=stereo)
    told = told_by(header, count, len(frames), bit_rate=bit_rate, stereo=stereo) if header else b""
    return id3 + told + frames + end


def frames_of(seconds: float) -> int:
    """How many frames last at least so long."""
    return max(1, math.ceil(seconds * PER_SECOND / SAMPLES - 1e-9))


def length_of(seconds: float) -> float:
    """What `mp3(seconds)` lasts, in seconds."""
    return frames_of(seconds) * SAMPLES / PER_SECOND


def cbr(count: int, bit_rate: int, *, stereo: bool = False) -> bytes:
    """`count` frames of one bit rate, padded as the standard says, so that the average is exact."""
    whole, rest = divmod(144 * bit_rate, PER_SECOND)
    plain, padded = (frame(bit_rate, stereo=stereo, padding=p) for p in (False, True))
    assert len(plain) == whole
    parts, owed = [], 0
    for _ in range(count):
        owed += rest
        parts.append(padded if owed >= PER_SECOND else plain)
        owed -= PER_SECOND if owed >= PER_SECOND else 0
    return b"".join(parts)


def vbr(bit_rates: Sequence[int]) -> bytes:
    """One frame of each bit rate, and nothing that says so: the sort whose length nobody can guess."""
    return b"".join(frame(rate) for rate in bit_rates)


def frame(bit_rate: int, *, stereo: bool = False, padding: bool = False, inside: bytes = b"") -> bytes:
    """One silent frame: side information of zeros, and `inside` where the sound would be."""
    index = RATES.index(bit_rate // 1000) + 1
    head = bytes((0xFF, 0xFB, index << 4 | int(padding) << 1, 0x44 if stereo else 0xC0))
    size = 144 * bit_rate // PER_SECOND + int(padding)
    return (head + bytes(32 if stereo else 17) + inside).ljust(size, b"\0")


def told_by(kind: str, count: int, length: int, *, bit_rate: int = 64_000, stereo: bool = False) -> bytes:
    """The first frame that says how many frames and bytes follow. `length`: of the frames that follow."""
    bit_rate = max(bit_rate, 64_000)
    own = len(frame(bit_rate, stereo=stereo))
    if kind == "VBRI":  # always 32 bytes behind the frame's header, whatever the side information
        inside = struct.pack(">4sHHHII", b"VBRI", 1, 0, 75, length + own, count) + bytes(8)
        return frame(bit_rate, stereo=stereo, inside=(b"" if stereo else bytes(15)) + inside)
    return frame(bit_rate, stereo=stereo, inside=struct.pack(">4sIII", kind.encode(), 3, count, length + own))


def id3(*frames: bytes, version: int = 3, padding: int = 0, flags: int = 0) -> bytes:
    """An ID3v2 tag of frames made by `text_frame`, `chapter` and `contents`."""
    body = b"".join(frames) + bytes(padding)
    head = bytes((version, 0, flags)) + syncsafe(len(body))
    return b"ID3" + head + body + (b"3DI" + head if flags & 0x10 else b"")


def syncsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def id3_frame(name: str, body: bytes, version: int = 3) -> bytes:
    size = syncsafe(len(body)) if version == 4 else struct.pack(">I", len(body))
    return name.encode() + size + b"\0\0" + body


def text_frame(name: str, text: str, version: int = 3) -> bytes:
    return id3_frame(name, b"\x01" + text.encode("utf-16"), version)


def chapter(key: str, start: float, end: float, *inside: bytes, version: int = 3) -> bytes:
    """An ID3 CHAP frame; `inside`: frames of its own (TIT2, WXXX, APIC)."""
    times = struct.pack(">IIII", round(start * 1000), round(end * 1000), 0xFFFFFFFF, 0xFFFFFFFF)
    return id3_frame("CHAP", key.encode() + b"\0" + times + b"".join(inside), version)


def contents(keys: Sequence[str], version: int = 3) -> bytes:
    """An ID3 CTOC frame: the top one, in order."""
    listed = b"".join(key.encode() + b"\0" for key in keys)
    return id3_frame("CTOC", b"toc\0\x03" + bytes((len(keys),)) + listed, version)


def cover(data: bytes, version: int = 3) -> bytes:
    return id3_frame("APIC", b"\0image/png\0\x03\0" + data, version)


def id3v1(title: str) -> bytes:
    return b"TAG" + title.encode("latin-1").ljust(125, b"\0")


def box(name: str, body: bytes = b"", *, wide: bool = False) -> bytes:
    """An MP4 box; `wide`: with a size of 64 bits."""
    if wide:
        return struct.pack(">I4sQ", 1, name.encode(), len(body) + 16) + body
    return struct.pack(">I4s", len(body) + 8, name.encode()) + body


def mp4(
    seconds: float,
    *,
    brand: str = "M4A ",
    video: bool = False,
    chapters: Sequence[tuple[float, str]] = (),
    sound: bytes = bytes(2000),
    moov_first: bool = True,
    listed: bool = True,
) -> bytes:
    """The boxes of an MP4 around `sound`, which is no real AAC: enough for whoever reads boxes. `chapters`: Nero's list."""
    tracks = _track("soun", seconds) + (_track("vide", seconds) if video else b"")
    told = _nero(chapters) if chapters and listed else b""
    moov = box("moov", _movie_header(seconds) + tracks + box("udta", told))
    mdat = box("mdat", sound)
    start = box("ftyp", brand.encode() + bytes(4) + brand.encode())
    return start + (moov + mdat if moov_first else mdat + moov)


def mp4_with_chapter_track(seconds: float, chapters: Sequence[tuple[float, str]]) -> bytes:
    """Chapters as QuickTime keeps them: a text track that the sound refers to."""
    texts = [struct.pack(">H", len(t.encode())) + t.encode() for _, t in chapters]
    starts = [start for start, _ in chapters] + [seconds]
    lasting = [round((b - a) * 1000) for a, b in itertools.pairwise(starts)]
    start = box("ftyp", b"M4A \0\0\0\0M4A ")
    for_track = _track("soun", seconds, inside=box("tref", box("chap", struct.pack(">I", 2))))
    mdat = box("mdat", b"".join(texts))
    table = box("stbl", box("stsd", struct.pack(">IIIIIHH", 0, 1, 16, 0x74657874, 0, 0, 1))
                + box("stts", struct.pack(">II", 0, len(texts)) + b"".join(struct.pack(">II", 1, n) for n in lasting))
                + box("stsz", struct.pack(">III", 0, 0, len(texts)) + b"".join(struct.pack(">I", len(t)) for t in texts))
                + box("stsc", struct.pack(">IIIII", 0, 1, 1, len(texts), 1))
                + box("stco", struct.pack(">III", 0, 1, len(start) + 8)))  # fmt: skip
    moov = box("moov", _movie_header(seconds) + for_track + _track("text", seconds, table=table, number=2))
    return start + mdat + moov


def _movie_header(seconds: float) -> bytes:
    return box("mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, round(seconds * 1000)) + bytes(80))


def _track(kind: str, seconds: float, *, inside: bytes = b"", table: bytes = b"", number: int = 1) -> bytes:
    header = box("tkhd", struct.pack(">IIII", 7, 0, 0, number) + bytes(68))
    media = box("mdhd", struct.pack(">IIIIII", 0, 0, 0, 1000, round(seconds * 1000), 0))
    media += box("hdlr", struct.pack(">II4s", 0, 0, kind.encode()) + bytes(13))
    return box("trak", header + inside + box("mdia", media + box("minf", table or _plain_table(kind))))


def _plain_table(kind: str) -> bytes:
    coding = {"soun": b"mp4a", "vide": b"avc1"}.get(kind, b"text")
    entry = (
        struct.pack(">I4s", 36, coding)
        + bytes(6)
        + b"\0\x01"
        + bytes(8)
        + struct.pack(">HHHHI", 2, 16, 0, 0, PER_SECOND << 16)
    )
    return box("stbl", box("stsd", struct.pack(">II", 0, 1) + entry))


def _nero(chapters: Sequence[tuple[float, str]]) -> bytes:
    """Times of 100 ns; the count is a byte behind a reserved one (version 1)."""
    listed = b"".join(
        struct.pack(">QB", round(start * 10_000_000), len(title.encode())) + title.encode() for start, title in chapters
    )
    return box("chpl", bytes((1, 0, 0, 0, 0)) + struct.pack(">I", len(chapters)) + listed)


def wav(seconds: float = 1) -> bytes:
    data = bytes(round(seconds * 8000))
    told = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
    return b"RIFF" + struct.pack("<I", len(data) + 36) + b"WAVE" + told + b"data" + struct.pack("<I", len(data)) + data


def png(width: int, height: int, colour: tuple[int, int, int] = (90, 120, 90)) -> bytes:
    """A picture of one colour, small in bytes whatever its size."""
    rows = zlib.compress((b"\0" + bytes(colour) * width) * height, 9)
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )
