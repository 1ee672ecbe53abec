"""Files that apps do not play or show, known by their first octets, and what to do about each."""

import re
import shutil
from dataclasses import dataclass

from publisher.media.probed import Unplayable


@dataclass(frozen=True)
class Signature:
    """`pattern` at the beginning; `name` with its article; `demuxer`: by which name ffmpeg opens it, where it has sound."""

    pattern: re.Pattern[bytes]
    name: str
    demuxer: str = ""
    sort: str = "sound"


def _known(pattern: bytes, name: str, demuxer: str = "", sort: str = "sound") -> Signature:
    return Signature(re.compile(pattern, re.S), name, demuxer, sort)


SIGNATURES = (
    _known(rb"(RIFF|RF64|BW64)....WAVE", "a WAV file", "wav"),
    _known(rb"FORM....AIF[FC]", "an AIFF file", "aiff"),
    _known(rb"fLaC", "a FLAC file", "flac"),
    _known(rb"OggS.{24,60}OpusHead", "an Opus file", "ogg"),
    _known(rb"OggS.{24,60}\x80theora", "an Ogg video", "ogg", "video"),
    _known(rb"OggS", "an Ogg file", "ogg"),
    _known(rb"\x1aE\xdf\xa3.{0,60}webm", "a WebM file", "matroska", "video"),
    _known(rb"\x1aE\xdf\xa3", "a Matroska file", "matroska", "video"),
    _known(rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file", "asf"),
    _known(rb"RIFF....AVI ", "an AVI video", "avi", "video"),
    _known(rb"FLV\x01", "a Flash video", "flv", "video"),
    _known(rb"\x00\x00\x01\xba", "an MPEG video", "mpeg", "video"),
    _known(rb"G.{187}G.{187}G", "an MPEG transport stream", "mpegts", "video"),
    _known(rb"#!AMR", "an AMR file", "amr"),
    _known(rb"caff\x00\x01", "a Core Audio file", "caf"),
    _known(rb"MThd", "a MIDI file, which holds notes and no sound", "", "other"),
    _known(rb"\xff[\xf0\xf1\xf8\xf9]", "a bare AAC file", "aac"),
    _known(rb"\xff[\xf4\xf5\xfc\xfd]", "an MP2 file", "mp3"),
    _known(rb"GIF8", "a GIF picture", "", "picture"),
    _known(rb"RIFF....WEBP", "a WebP picture", "", "picture"),
    _known(rb"(II\*\x00|MM\x00\*)", "a TIFF picture", "", "picture"),
    _known(rb"BM.{12}[\x0c\x28\x6c\x7c]\x00\x00\x00", "a BMP picture", "", "picture"),
    _known(rb"....ftyp(heic|heix|mif1|msf1|hevc)", "a HEIC picture", "", "picture"),
    _known(rb"....ftypavi[fs]", "an AVIF picture", "", "picture"),
    _known(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.{0,100}-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg", "an SVG drawing", "", "picture"),
    _known(rb"(?i)(\xef\xbb\xbf)?\s*<(!doctype html|html|head)", "a web page", "", "other"),
    _known(rb"(\xef\xbb\xbf)?\s*<\?xml", "an XML document, such as a feed", "", "other"),
    _known(rb"#EXTM3U", "a playlist, which names sounds and holds none", "", "other"),
    _known(rb"PK\x03\x04", "a ZIP archive or an office document", "", "other"),
    _known(rb"(\x1f\x8b|BZh|7z\xbc\xaf|\xfd7zXZ|Rar!)", "a packed archive", "", "other"),
)  # fmt: skip

EPISODES = "Episodes are MP3 or M4A sound, MP4 video or PDF."


def foreign(head: bytes) -> Signature | None:
    """What these first octets (some 600 of them) are the beginning of."""
    return next((known for known in SIGNATURES if known.pattern.match(head)), None)


def refusal(known: Signature, wanted: str = EPISODES) -> Unplayable:
    """The sentence for it: what it is, and what to do. `wanted`: what is taken here, as a sentence."""
    if known.sort == "picture":
        return Unplayable(f"This is {known.name}. Apps show JPEG and PNG: save it as one of these.")
    if known.sort == "other":
        return Unplayable(f"This is {known.name}. {wanted}")
    what = "Apps play MP3 and M4A" if known.sort == "sound" else "Apps play MP4 video"
    return Unplayable(f"This is {known.name}. {what}: {advice(known.sort)}", demuxer=known.demuxer)


def advice(sort: str) -> str:
    """What to do with sound or video that apps do not play: the end of a sentence."""
    form = "MP3 or M4A (AAC)" if sort == "sound" else "MP4 (H.264 and AAC)"
    by_us = "turn it into MP3" if sort == "sound" else "take the sound out of it"
    offer = f"or let this hub {by_us}" if ffmpeg_is_here() else f"or install ffmpeg, so that this hub can {by_us}"
    return f"export it as {form}, {offer}."


def ffmpeg_is_here() -> bool:
    """Whether ffmpeg can be run on this machine."""
    return shutil.which("ffmpeg") is not None
