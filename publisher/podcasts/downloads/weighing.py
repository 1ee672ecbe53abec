"""Weighing what was sent: the union of the bytes, against the first minute of the sound. Values in, values out.

Source: IAB Podcast Measurement Guidelines 2.2. A download has sent the first minute of the sound, which begins after the
ID3 tag: pictures and chapters in the tag are no listening. Of a sound of a minute or less it has sent the whole file.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from publisher.podcasts.downloads.sightings import Dropped, Piece

LASTS = timedelta(hours=24)
MINUTE = 60

#: Bytes that make a download of a file; None where the file is not known, which nothing can reach.
Needed = Callable[[int | None], int | None]


class Taken(NamedTuple):
    """The file that most of what it needs was sent of, the union of bytes, and how much that is of what it needs."""

    media_id: int | None
    octets: int
    share: float  # 1 and more: a download

    @property
    def enough(self) -> bool:
        return self.share >= 1


class Weighed(NamedTuple):
    """What an asker's row of a day comes to. `started_at`: None where all belongs to the window of the day before."""

    started_at: datetime | None
    rolling: Taken
    of_day: Taken


NOTHING = Taken(None, 0, 0.0)


def needed(length: int, audio_start: int, duration: float | None, bit_rate: int | None = None) -> int:
    """Bytes that make a download: the tag and a minute of sound, at the file's mean rate (of a file at a changing rate too).

    Without a duration the bit rate says what a minute is; without either it is the whole file.
    """
    start = min(max(0, audio_start), length)
    if duration is not None and duration > 0:
        return length if duration <= MINUTE else math.ceil(start + (length - start) * MINUTE / duration)
    if bit_rate:
        return min(length, start + math.ceil(bit_rate * MINUTE / 8))
    return length


def union(spans: Iterable[tuple[int, int]]) -> int:
    """Bytes in at least one of the spans (first, last; inclusive). What was sent twice is one byte."""
    octets, end = 0, 0
    for first, last in sorted(spans):
        if last >= end and last >= first:
            octets += last + 1 - (first if first > end else end)
            end = last + 1
    return octets


def weigh(
    own: Sequence[Piece], following: Sequence[Piece], *, day: date, free_from: datetime | None, needed: Needed
) -> Weighed:
    """One asker's pieces of one UTC day (`own`) and of the next (`following`), in any order.

    `free_from`: when the window of the day before ends. The window of this day begins with the first request from then on,
    and takes in what follows within 24 hours. The calendar day takes in what lies on it. Depends on what was sent and when,
    never on the order in which it became known.
    """
    mine = own if free_from is None else [piece for piece in own if piece[0] >= free_from]
    started = min(mine)[0] if mine else None
    on_day = [piece for piece in own if piece[0].date() == day]
    of_day = _heaviest(on_day, needed)
    if started is None:
        return Weighed(None, NOTHING, of_day)
    rolling = [*mine, *(piece for piece in following if piece[0] < started + LASTS)]
    same = len(rolling) == len(mine) == len(on_day)
    return Weighed(started, of_day if same else _heaviest(rolling, needed), of_day)


def weigh_alone(pieces: Sequence[Piece], needed: Needed) -> Weighed:
    """The same for pieces of one UTC day where neither the day before nor the next has any: one window, one day."""
    of_day = _heaviest(pieces, needed)
    return Weighed(min(pieces)[0], of_day, of_day)


def verdict(weighed: Weighed, machine: str) -> str:
    """Why these requests are no download; empty where they are one."""
    if weighed.started_at is None:
        return Dropped.CONTINUED.value
    if machine:
        return machine
    return "" if weighed.rolling.enough else Dropped.TOO_LITTLE.value


def taken(media_id: int | None, octets: int, needed: Needed) -> Taken:
    enough = needed(media_id)
    return Taken(media_id, octets, 0.0 if enough is None else octets / max(1, enough))


def _heaviest(pieces: Sequence[Piece], needed: Needed) -> Taken:
    """An episode may have a second file for slow lines, and its sound may be replaced: half a minute of each is no minute."""
    if len(pieces) == 1:
        _, media_id, first, last = pieces[0]
        return taken(media_id, max(0, last - first + 1), needed)
    spans: dict[int | None, list[tuple[int, int]]] = {}
    for _, media_id, first, last in pieces:
        if media_id in spans:
            spans[media_id].append((first, last))
        else:
            spans[media_id] = [(first, last)]
    found = [taken(media_id, union(of_file), needed) for media_id, of_file in spans.items()]
    if len(found) < 2:
        return found[0] if found else NOTHING
    return max(found, key=lambda one: (one.share, -(one.media_id or 0)))
