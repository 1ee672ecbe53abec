"""MP3: where the sound begins and ends, and how long it lasts, counted frame by frame.

Sources: ISO/IEC 11172-3 and 13818-3 (frames), MPEG 2.5 as everybody reads it; the Xing, Info, LAME and VBRI headers and
the ID3v1, APEv2 and Lyrics3v2 tags as their programs write them. What a file says of itself is compared with what is there.
"""

from dataclasses import dataclass

from publisher.errors import BadInput
from publisher.media import id3
from publisher.media.mp3_frames import Frames, Head, first_frame
from publisher.media.octets import KILO, Octets
from publisher.media.probed import CutShort, Probed, clock, size

#: Frames that encoders count or not: the one that holds the header, and one at the end.
FEW = 2


@dataclass(frozen=True)
class Told:
    """What the first frame says of those behind it. `delay`: samples that are no sound, at both ends together."""

    kind: str
    frames: int | None = None
    octets: int | None = None
    encoder: str = ""
    delay: int = 0


def probe(octets: Octets) -> Probed | None:
    """What this MP3 is; None where there are no MP3 frames. `CutShort` and `BadInput` say what is wrong with one."""
    tags = id3.tags(octets)
    if tags and tags[-1].end >= octets.length:
        raise CutShort("it holds its tags and no sound.")
    end = sound_end(octets)
    start = first_frame(octets, tags[-1].end if tags else 0, end)
    if start is None:
        return None
    head = Head.read(octets.at(start, 4))
    told = told_by(octets.at(start, 512), head)
    begin = start + head.size if told else start
    frames = Frames.count(octets, begin, end, head)
    _refuse_damage(octets, frames, end, head)
    duration = _duration(frames, head, told)
    _refuse_cut(frames, head, told, duration)
    chapters = [chapter for tag in tags for chapter in id3.chapters(octets, tag)]
    return Probed(
        kind="audio", type="audio/mpeg", extension="mp3", length=octets.length, duration=duration,
        bit_rate=_bit_rate(frames, head), audio_start=start, channels=head.channels, sample_rate=head.sample_rate,
        encoder=told.encoder if told else "", chapters=tuple(chapters), remarks=_remarks(frames, head, told, duration),
    )  # fmt: skip


def sound_end(octets: Octets) -> int:
    """Where the tags behind the sound begin. Sizes that reach before the file are not believed."""
    end = octets.length
    for _ in range(4):
        foot = octets.at(max(0, end - 160), 160)[-min(160, end) :] if end else b""
        length = _length_of_last(foot)
        if not 0 < length <= end:
            break
        end -= length
    return end


def _length_of_last(foot: bytes) -> int:
    """How long the tag is that ends here; 0 for none."""
    if foot[-128:-125] == b"TAG":
        return 128
    if foot[-32:-24] == b"APETAGEX":
        return int.from_bytes(foot[-20:-16], "little") + (32 if foot[-9] & 0x80 else 0)
    if foot[-9:] == b"LYRICS200" and foot[-15:-9].isdigit():
        return int(foot[-15:-9]) + 15
    if foot[-10:-7] == b"3DI":
        return id3.syncsafe(foot[-4:]) + 20
    return 0


def told_by(frame: bytes, head: Head) -> Told | None:
    """What a Xing, Info or VBRI header in the first frame says; None where it is a frame like the others."""
    at = 4 + head.side_information
    for kind in (b"Xing", b"Info"):
        if frame[at : at + 4] == kind or frame[at + 2 : at + 6] == kind:  # two octets later where there is a checksum
            return _xing(frame[frame.index(kind) :], kind.decode())
    if frame[36:40] == b"VBRI":
        return Told("VBRI", _number(frame[50:54]), _number(frame[46:50]))
    return None


def _xing(data: bytes, kind: str) -> Told:
    """Flags say which of frames, octets, table and quality follow; then LAME's own: encoder, and 12 bits of delay twice."""
    flags, at = data[7], 8
    frames = octets = None
    if flags & 1:
        frames, at = _number(data[at : at + 4]), at + 4
    if flags & 2:
        octets, at = _number(data[at : at + 4]), at + 4
    at += (100 if flags & 4 else 0) + (4 if flags & 8 else 0)
    encoder = data[at : at + 9].split(b"\0")[0].decode("latin-1").strip()
    if not encoder.startswith(("LAME", "Lavc", "Lavf", "L3.9", "GOGO")):
        return Told(kind, frames, octets)
    both = int.from_bytes(data[at + 21 : at + 24], "big")
    return Told(kind, frames, octets, encoder, (both >> 12) + (both & 0xFFF))


def _number(four: bytes) -> int | None:
    return int.from_bytes(four, "big") or None if len(four) == 4 else None


def _duration(frames: Frames, head: Head, told: Told | None) -> float:
    """Counted; the encoder's silence is taken off where the header is about these very frames. Of files too long to be
    counted the header is believed where it is about so many octets."""
    number = frames.number
    if not frames.whole and told and told.frames and abs((told.octets or 0) - (frames.end - frames.start)) < 64 * KILO:
        number = told.frames
    samples = number * head.samples
    if told and told.frames is not None and abs(told.frames - frames.number) <= FEW:
        samples -= told.delay if told.delay < samples else 0
    return round(samples / head.sample_rate, 3)


def _refuse_damage(octets: Octets, frames: Frames, end: int, head: Head) -> None:
    rest = end - frames.end
    if frames.whole and frames.partial == 0 and rest > max(64 * KILO, (end - frames.start) // 100):
        at = clock(frames.number * head.samples / head.sample_rate)
        raise BadInput(f"From {at} on this file holds no sound: its last {size(rest)} are damaged or were not copied.")


def _refuse_cut(frames: Frames, head: Head, told: Told | None, duration: float) -> None:
    """A frame or two more or less is how programs count; more than a second, or a torn frame, is a file that was cut."""
    if told and told.frames is not None and frames.whole:
        missing = told.frames - frames.number
        if missing > head.sample_rate / head.samples or (frames.partial and missing > 0):
            whole = clock(told.frames * head.samples / head.sample_rate)
            raise CutShort(f"it says that it lasts {whole}, and {clock(duration)} of it are there.")
    elif told and told.octets is not None and told.octets > frames.end - frames.start + 4 * KILO:
        raise CutShort(f"it announces {told.octets:,} bytes of sound and holds {frames.end - frames.start:,}.")
    elif frames.partial:
        raise CutShort("its last frame is not whole.", whole_until=frames.end)


def _bit_rate(frames: Frames, head: Head) -> int:
    if frames.bit_rate:
        return frames.bit_rate
    seconds = frames.number * head.samples / head.sample_rate
    return round((frames.end - frames.start) * 8 / seconds) if seconds else head.bit_rate


def _remarks(frames: Frames, head: Head, told: Told | None, duration: float) -> tuple[str, ...]:
    if frames.bit_rate is None and told is None:
        return (
            "Its bit rate varies and nothing in it says so: some apps will show a wrong length and jump to wrong places.",
        )
    if told and told.frames is not None and frames.number > told.frames + FEW:
        says = clock(told.frames * head.samples / head.sample_rate)
        return (f"It says that it lasts {says}, and it lasts {clock(duration)}: some apps will stop too early.",)
    return ()
