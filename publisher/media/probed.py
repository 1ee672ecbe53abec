"""What was found in a file, and the errors that say what is wrong with one."""

from dataclasses import dataclass, field
from typing import Any, Literal

from publisher.errors import BadInput

Kind = Literal["audio", "video", "image", "document"]


@dataclass(frozen=True)
class Probed:
    """What the bytes of a file are. Units as in `MediaFile`: octets, seconds, bits per second, pixels.

    `chapters`: {start, title, end, image, link, toc} in order, times in seconds; `picture` where one is inside the file.
    `tags`: title, artist, album, … as written in the file. `remarks`: sentences about what some apps will stumble over though
    most play it.
    """

    kind: Kind
    type: str
    extension: str
    length: int
    duration: float | None = None
    bit_rate: int | None = None
    audio_start: int = 0
    width: int | None = None
    height: int | None = None
    channels: int | None = None
    sample_rate: int | None = None
    encoder: str = ""
    chapters: tuple[dict[str, Any], ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def details(self) -> dict[str, Any]:
        """What of this has no column of its own, as JSON; only what was found."""
        found = {
            "channels": self.channels, "sample_rate": self.sample_rate, "encoder": self.encoder,
            "chapters": list(self.chapters), "tags": self.tags, "remarks": list(self.remarks),
        }  # fmt: skip
        return {name: value for name, value in found.items() if value}


class CutShort(BadInput):
    """The file ends too early. `whole_until`: octets up to which it is sound, where the rest can be cut off."""

    def __init__(self, why: str, *, whole_until: int | None = None) -> None:
        super().__init__(f"The file ends too early: {why}")
        self.whole_until = whole_until


class Unplayable(BadInput):
    """A file whose type we know and apps do not play. `demuxer`: by which name ffmpeg opens it; empty: nothing to be heard."""

    def __init__(self, message: str, *, demuxer: str = "") -> None:
        super().__init__(message)
        self.demuxer = demuxer


def size(octets: int) -> str:
    """How much, as people write it: 12 bytes, 830 kB, 1.2 MB, 3.4 GB."""
    for unit, of in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if octets >= of:
            return f"{octets / of:.1f} {unit}" if octets < 10 * of else f"{octets / of:.0f} {unit}"
    return f"{octets} bytes"


def clock(seconds: float) -> str:
    """A length as people write it: 0:07, 42:03, 1:02:33."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
