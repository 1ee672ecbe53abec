"""A file read at any place, in pieces of bounded size, with an end to how often: what a file says of itself may be a lie."""

import io
from typing import BinaryIO

from publisher.errors import BadInput

KILO, MEGA = 1024, 1024 * 1024
LARGEST_PIECE = 4 * MEGA
READS = 50_000
TOTAL = 640 * MEGA


class Octets:
    """`at` gives what is there, which at the end of the file is less than was asked for, and nothing behind it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._reads, self._total = READS, TOTAL
        self.length = file.seek(0, io.SEEK_END)

    @classmethod
    def of(cls, data: bytes) -> "Octets":
        return cls(io.BytesIO(data))

    def at(self, start: int, count: int) -> bytes:
        """At most `LARGEST_PIECE` octets; `BadInput` for files so broken up that reading them would not end."""
        if start < 0 or start >= self.length or count <= 0:
            return b""
        self._reads -= 1
        self._file.seek(start)
        data = self._file.read(min(count, LARGEST_PIECE))
        self._total -= len(data)
        if self._reads < 0 or self._total < 0:
            raise BadInput("This file is made of so many small parts that it cannot be read in good time.")
        return data

    def number(self, start: int, size: int) -> int:
        """An unsigned number, most significant octet first; 0 where the file ends before it."""
        data = self.at(start, size)
        return int.from_bytes(data, "big") if len(data) == size else 0
