"""The frames of an MP3: their heads, where they begin, and how many there are. Source: ISO/IEC 11172-3 §2.4, 13818-3."""

from dataclasses import dataclass
from functools import cache

from publisher.media.octets import KILO, MEGA, Octets

#: kbit/s of Layer III by index, for MPEG 1 and for MPEG 2 and 2.5.
_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_HERTZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
LAYER_III = 1
#: How far behind the tags the first frame is looked for, how many in a row make sure, how much of no frame is passed over.
SEARCHED, IN_A_ROW, MOST_JUNK = 128 * KILO, 4, MEGA
PIECE = 2 * MEGA
MOST_FRAMES, MOST_OCTETS = 1_000_000, 256 * MEGA


@dataclass(frozen=True)
class Head:
    """The four octets in front of a frame, understood. `samples`: of one channel."""

    version: int
    layer: int
    bit_rate: int
    sample_rate: int
    padding: int
    channels: int

    @classmethod
    def read(cls, four: bytes) -> "Head":
        version, layer = four[1] >> 3 & 3, four[1] >> 1 & 3
        rates = _RATES_1 if version == 3 else _RATES_2
        hertz = _HERTZ[version][four[2] >> 2 & 3]
        return cls(version, layer, rates[four[2] >> 4] * 1000, hertz, four[2] >> 1 & 1, 1 if four[3] >> 6 == 3 else 2)

    @property
    def samples(self) -> int:
        return 1152 if self.version == 3 else 576

    @property
    def size(self) -> int:
        return self.samples // 8 * self.bit_rate // self.sample_rate + self.padding

    @property
    def side_information(self) -> int:
        """Octets between the head and the sound."""
        if self.version == 3:
            return 17 if self.channels == 1 else 32
        return 9 if self.channels == 1 else 17


@cache
def sizes(version: int, hertz: int) -> tuple[int, ...]:
    """Size of a frame by its second and third octet as one number; 0 for what is no frame of this sort.

    `hertz`: the index of the sample rate. All frames of one file have one version and one sample rate.
    """
    table = [0] * 65536
    for bare in (0, 1):  # whether there is no checksum
        for rate in range(1, 15):
            for rest in range(4):  # padding and the private bit
                second = 0xE0 | version << 3 | LAYER_III << 1 | bare
                third = rate << 4 | hertz << 2 | rest
                table[second << 8 | third] = Head.read(bytes((0xFF, second, third, 0))).size
    return tuple(table)


def sizes_like(four: bytes) -> tuple[int, ...] | None:
    """The table for frames like this one; None where it is no Layer III frame."""
    if len(four) < 4 or four[0] != 0xFF or four[1] & 0xE6 != 0xE2:
        return None
    version, hertz = four[1] >> 3 & 3, four[2] >> 2 & 3
    table = sizes(version, hertz) if version != 1 and hertz != 3 else None
    return table if table and table[four[1] << 8 | four[2]] else None


def first_frame(octets: Octets, start: int, end: int) -> int | None:
    """Where the first frame begins that others of its sort follow, up to the end or four in a row."""
    data = octets.at(start, min(SEARCHED + 16 * KILO, end - start))
    at = data.find(b"\xff")
    while 0 <= at < SEARCHED:
        table = sizes_like(data[at : at + 4])
        if table and _row(data, at, table, at_end=start + len(data) >= end):
            return start + at
        at = data.find(b"\xff", at + 1)
    return None


def _row(data: bytes, at: int, table: tuple[int, ...], *, at_end: bool) -> bool:
    for number in range(IN_A_ROW):
        if at_end and at >= len(data) - 3:
            return number > 0 and at <= len(data) + 2
        size = table[data[at + 1] << 8 | data[at + 2]] if at + 2 < len(data) and data[at] == 0xFF else 0
        if not size:
            return False
        at += size
    return True


@dataclass(frozen=True)
class Frames:
    """The frames between two places. `number`: whole ones. `partial`: octets of a last one that the file cuts off.

    `end`: behind the last whole one. `bit_rate`: of them all, None where it varies. `whole`: all were counted; else the
    rest was reckoned.
    """

    start: int
    end: int
    number: int
    partial: int
    bit_rate: int | None
    whole: bool

    @classmethod
    def count(cls, octets: Octets, start: int, end: int, head: Head) -> "Frames":
        """Count them. Tags and scraps between frames are passed over, up to a megabyte of them in all."""
        walk = _Walk(octets, end, sizes(head.version, _HERTZ[head.version].index(head.sample_rate)), start)
        walk.to_the_end()
        number, last, whole = walk.number, walk.behind, walk.number < MOST_FRAMES and walk.at - start < MOST_OCTETS
        if not whole:  # hours beyond counting: as dense as what was counted
            number, last = round(number * (end - start) / (last - start)), end
        rates = _RATES_1 if head.version == 3 else _RATES_2
        one = number > 0 and walk.rates & (walk.rates - 1) == 0
        bit_rate = rates[walk.rates.bit_length() - 1] * 1000 if one else None
        return cls(start, last, number, walk.partial if whole else 0, bit_rate, whole)


class _Walk:
    """From frame to frame, in pieces of the file."""

    def __init__(self, octets: Octets, end: int, table: tuple[int, ...], at: int) -> None:
        self.octets, self.end, self.table = octets, end, table
        self.at = self.behind = at
        self.number = self.rates = self.partial = self._junk = 0
        self._limit = at + MOST_OCTETS

    def to_the_end(self) -> None:
        while self.at + 4 <= self.end and self.at < self._limit and self.number < MOST_FRAMES and not self.partial:
            data = self.octets.at(self.at, min(PIECE, self.end - self.at))
            self._through(data)
            if self.at + 4 <= self.end and self.partial == 0 and not self._next_is_frame() and not self._found_again():
                return

    def _through(self, data: bytes) -> None:
        """Count the frames that begin and end in this piece. The inner loop runs once a frame, so it is bare."""
        at, number, rates, table, last = 0, 0, 0, self.table, len(data) - 3
        room = len(data)
        while at < last and data[at] == 0xFF:
            size = table[data[at + 1] << 8 | data[at + 2]]
            if not size or at + size > room:
                break
            rates |= 1 << (data[at + 2] >> 4)
            at += size
            number += 1
        self.number, self.rates, self.at = self.number + number, self.rates | rates, self.at + at
        if number:
            self.behind = self.at
        if at < last and data[at] == 0xFF and (size := table[data[at + 1] << 8 | data[at + 2]]):
            self.partial = self.end - self.at if self.at + size > self.end else 0

    def _next_is_frame(self) -> bool:
        four = self.octets.at(self.at, 4)
        return len(four) == 4 and four[0] == 0xFF and self.table[four[1] << 8 | four[2]] != 0

    def _found_again(self) -> bool:
        """Go to the next frame that another one follows; False where there is none within reach."""
        from_here = self.at
        data = self.octets.at(from_here, min(MOST_JUNK - self._junk, self.end - from_here))
        at = data.find(b"\xff", 1)
        while at >= 0:
            size = self.table[data[at + 1] << 8 | data[at + 2]] if at + 2 < len(data) else 0
            after = self.octets.at(from_here + at + size, 4) if size else b""
            if len(after) == 4 and after[0] == 0xFF and self.table[after[1] << 8 | after[2]]:
                self._junk += at
                self.at = from_here + at
                return True
            at = data.find(b"\xff", at + 1)
        return False
