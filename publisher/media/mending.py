"""What ffmpeg can do for a file: take the sound out of it, even its loudness, make a small version for slow lines.

Each makes a new file and leaves the old one as it is. They take as long as ffmpeg needs before they touch the database, so
give them a fresh session. Loudness: EBU R 128, with the targets that Apple's and AES TD1008's recommendations name for podcasts.
"""

import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from publisher.errors import BadInput
from publisher.house import House
from publisher.media import ffmpeg
from publisher.media.models import MediaFile
from publisher.media.probed import Probed, Unplayable
from publisher.media.probing import probe
from publisher.media.signatures import ffmpeg_is_here
from publisher.media.storage import a_draft, keep, path_of

STEREO_LUFS, MONO_LUFS = -16.0, -19.0
HERTZ = "44100"
#: How far the length may go astray: coders put silence at both ends.
ASTRAY = 1.0
_DEMUXERS = {"mp3": "mp3", "m4a": "mov", "mp4": "mov", "m4v": "mov", "mov": "mov"}
#: No encoder's name in the file: the same sound becomes the same bytes.
_PLAIN = (
    "-map_metadata",
    "0",
    "-map_chapters",
    "0",
    "-id3v2_version",
    "3",
    "-fflags",
    "+bitexact",
    "-flags:a",
    "+bitexact",
)


def available() -> bool:
    """Whether this machine can do any of this."""
    return ffmpeg_is_here()


def sound_of(session: Session, house: House, path: Path, *, now: datetime, name: str = "") -> MediaFile:
    """The sound of a video, or of a file in a form that apps do not play, as MP3 of 128 kbit/s with its tags and chapters.

    `BadInput` where there is no sound in it, `PublisherError` where ffmpeg is absent.
    """
    with sound_in(house, path) as (out, probed):
        return keep(session, house, out, probed, _called(name or path.name), now, made={"made_by": "sound"})


def even_loudness(session: Session, house: House, media: MediaFile, *, now: datetime) -> MediaFile:
    """The same sound as loud as other podcasts: -16 LUFS, -19 for one channel, in two passes so that nothing is squeezed."""
    source, demuxer, mono = _opened(house, media)
    target = MONO_LUFS if mono else STEREO_LUFS
    loudnorm = f"loudnorm=I={target:g}:TP=-1.5:LRA=11"
    heard = _loudness(ffmpeg.run(source, demuxer, ("-map", "0:a:0", "-af", f"{loudnorm}:print_format=json"), None))
    measured = (
        f"{loudnorm}:measured_I={heard['input_i']}:measured_TP={heard['input_tp']}:measured_LRA={heard['input_lra']}"
        f":measured_thresh={heard['input_thresh']}:offset={heard['target_offset']}:linear=true:print_format=json"
    )
    rate = f"{min(max((media.bit_rate or 128_000) // 1000, 64), 192)}k"
    with _draft(house, media) as out:
        report = ffmpeg.run(source, demuxer, (*_maps(media), "-af", measured, *_mp3(rate, mono), *_PLAIN), out)
        loudness = {"loudness": float(_loudness(report)["output_i"]), "loudness_before": float(heard["input_i"])}
        probed = _checked(out, media.duration)
        return keep(session, house, out, probed, _called(media.name), now, made=_made("loudness", media) | loudness)


def slow_version(session: Session, house: House, media: MediaFile, *, now: datetime) -> MediaFile:
    """The same sound in one channel at 64 kbit/s, without its picture: a third of the bytes and less."""
    source, demuxer, _ = _opened(house, media)
    with _draft(house, media) as out:
        ffmpeg.run(source, demuxer, ("-map", "0:a:0", *_mp3("64k", mono=True), *_PLAIN), out)
        probed = _checked(out, media.duration)
        return keep(session, house, out, probed, _called(media.name, "-slow"), now, made=_made("slow", media))


@contextmanager
def sound_in(house: House, path: Path) -> Iterator[tuple[Path, Probed]]:
    """A passing file with the sound of this one, and what it is."""
    demuxer, duration = _how_to_open(path)
    with a_draft(house.settings, "mp3") as out:
        # Surround becomes two channels; one stays one.
        options = ("-map", "0:a:0", "-af", "aformat=channel_layouts=mono|stereo", *_mp3("128k"), *_PLAIN)
        ffmpeg.run(path, demuxer, options, out)
        yield out, _checked(out, duration)


def _how_to_open(path: Path) -> tuple[str, float | None]:
    """ffmpeg's name for what this file is by its bytes, and how long it lasts where that is known."""
    try:
        probed = probe(path)
    except Unplayable as problem:
        if problem.demuxer:
            return problem.demuxer, None
        raise
    if probed.extension not in _DEMUXERS:
        raise BadInput("There is no sound in this file.")
    return _DEMUXERS[probed.extension], probed.duration


def _opened(house: House, media: MediaFile) -> tuple[Path, str, bool]:
    if media.extension not in _DEMUXERS:
        raise BadInput("There is no sound in this file.")
    return path_of(house.settings, media), _DEMUXERS[media.extension], media.details.get("channels") == 1


@contextmanager
def _draft(house: House, media: MediaFile) -> Iterator[Path]:
    with a_draft(house.settings, "mp3") as out:
        yield out


def _maps(media: MediaFile) -> tuple[str, ...]:
    """The sound, and the picture that an MP3 carries."""
    return ("-map", "0:a:0", "-map", "0:v?", "-c:v", "copy") if media.extension == "mp3" else ("-map", "0:a:0")


def _mp3(rate: str, mono: bool = False) -> tuple[str, ...]:
    return ("-c:a", "libmp3lame", "-b:a", rate, "-ar", HERTZ, *(("-ac", "1") if mono else ()))


def _loudness(report: str) -> dict[str, str]:
    """What loudnorm measured: the last JSON object of its report. Silence measures as minus infinity."""
    found = re.findall(r"\{[^{}]*\"input_i\"[^{}]*\}", report)
    told: dict[str, str] = json.loads(found[-1]) if found else {}
    if not told or not math.isfinite(float(told["input_i"])):
        raise BadInput("There is nothing to be heard in this file, so there is no loudness to even.")
    return told


def _checked(out: Path, duration: float | None) -> Probed:
    """What was made, once it is as long as what it was made from: ffmpeg goes on where its source is damaged."""
    probed = probe(out)
    if duration and abs((probed.duration or 0) - duration) > max(ASTRAY, duration / 100):
        raise BadInput("Only a part of the sound in this file can be read: it is damaged.")
    return probed


def _called(name: str, more: str = "") -> str:
    return f"{Path(name).stem or 'sound'}{more}.mp3"


def _made(how: str, media: MediaFile) -> dict[str, object]:
    return {"made_by": how, "made_from": media.digest}
