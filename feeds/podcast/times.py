"""Times inside a sound, as people and files write them: seconds as a number, in words as 1:02:03.5."""

import re

CLOCK = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,7})(?:[.,](\d{1,9}))?")
SPOKEN = re.compile(
    r"(?:PT)?(?:(\d{1,3})\s?h[a-z]*)?\s*(?:(\d{1,4})\s?m[a-z]*)?\s*(?:(\d{1,6})(?:[.,]\d+)?\s?s[a-z]*)?", re.I
)
LONGEST = 100 * 3600.0
"""Seconds: no sound is longer than this, whatever a file says."""


def seconds_of(text: str | None) -> float | None:
    """Seconds, m:ss or h:mm:ss, each with a fraction if need be (after a point or a comma); none for anything else.

    Minutes may be more than 59 where there are no hours (62:03), as in many feeds.
    """
    match = CLOCK.fullmatch((text or "").strip())
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[:3])
    return round(hours * 3600 + minutes * 60 + seconds + float(f"0.{match[4] or 0}"), 6)


def duration_of(text: str | None) -> int | None:
    """Whole seconds of itunes:duration: as `seconds_of`, also “1h 2m 3s” and PT1H2M3S; none for nonsense and for zero."""
    found = seconds_of(text)
    words = (text or "").strip()
    if found is None and words and (match := SPOKEN.fullmatch(words)) and any(match.groups()):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        found = hours * 3600 + minutes * 60 + seconds
    whole = int(found or 0)
    return whole if 0 < whole <= LONGEST else None


def as_clock(seconds: float, *, hours: bool = False) -> str:
    """0:05, 1:02:03 or 1:02:03.500: milliseconds only where there are some, hours where there are some or they are wanted."""
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(abs(thousandths), 60_000)
    fraction = f".{rest % 1000:03}" if rest % 1000 else ""
    sign = "-" if thousandths < 0 else ""
    if minutes >= 60 or hours:
        return f"{sign}{minutes // 60}:{minutes % 60:02}:{rest // 1000:02}{fraction}"
    return f"{sign}{minutes}:{rest // 1000:02}{fraction}"


def as_stamp(seconds: float, point: str = ".") -> str:
    """00:00:05.000, as WebVTT (and with a comma SRT) writes it; hours have two digits or more."""
    thousandths = max(round(seconds * 1000), 0)
    whole, fraction = divmod(thousandths, 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{fraction:03}"


def number_of(value: object) -> float | None:
    """Seconds out of JSON: a number, or a text as `seconds_of` reads it; none for what is no time (true, NaN, −1, 1e300)."""
    if isinstance(value, str):
        value = seconds_of(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(float(value), 6) if 0 <= value <= LONGEST else None


def plain_number(seconds: float) -> int | float:
    """Seconds for JSON, to the millisecond: 3 rather than 3.0."""
    rounded = round(seconds, 3)
    return int(rounded) if rounded == int(rounded) else rounded
