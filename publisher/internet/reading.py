"""The body of a document, decompressed by us and never beyond the cap."""

import zlib
from typing import Any

import requests

from publisher.errors import FetchError
from publisher.internet.door import Door


def read_body(response: requests.Response, door: Door, first: int | None = None) -> bytes:
    """The body, decompressed by us and never beyond the cap: a few kilobytes can hold a gigabyte.

    `first`: as many octets at most, and no complaint about what comes after them.
    """
    length = response.headers.get("Content-Length", "")
    if first is None and length.isascii() and length.isdigit() and int(length[:20]) > door.limits.wire_bytes:
        raise door.too_large(door.limits.wire_bytes)
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise FetchError(f"{door.name} sent the document packed in a way we did not ask for.")
    decoder = None if coding in ("", "identity") else _Unpacker(coding, door)
    body = bytearray()
    for chunk in response.raw.stream(min(first or 65_536, 65_536), decode_content=False):
        body += decoder.unpack(chunk, door.limits.body_bytes - len(body)) if decoder else chunk
        if first is not None and len(body) >= first:
            return bytes(body[:first])
        if len(body) > door.limits.body_bytes:
            raise door.too_large(door.limits.body_bytes)
    if decoder and body and not decoder.complete:
        raise FetchError(f"The document of {door.name} broke off in the middle.")
    return bytes(body)


class _Unpacker:
    """gzip with all its members (RFC 1952 §2.2), or deflate with and without its zlib wrapping (both are in use)."""

    def __init__(self, coding: str, door: Door) -> None:
        self._coding, self._door = coding, door
        self._stream: Any = None
        self.complete = False

    def unpack(self, chunk: bytes, room: int) -> bytes:
        """What `chunk` holds, up to one octet more than `room`."""
        out = bytearray()
        while chunk and len(out) <= room:
            self._door.remaining()
            if self._stream is None:
                if self.complete and chunk[:1] == b"\0":  # padding after the last member
                    break
                self._stream = zlib.decompressobj(self._window(chunk))
            try:
                out += self._stream.decompress(chunk, room + 1 - len(out))
            except zlib.error as problem:
                raise FetchError(f"The document of {self._door.name} is damaged.") from problem
            self.complete = self._stream.eof
            chunk = self._stream.unused_data if self.complete else self._stream.unconsumed_tail
            self._stream = None if self.complete else self._stream
        return bytes(out)

    def _window(self, chunk: bytes) -> int:
        if self._coding != "deflate":
            return 16 + zlib.MAX_WBITS
        wrapped = chunk[0] & 15 == 8 and (len(chunk) < 2 or int.from_bytes(chunk[:2], "big") % 31 == 0)
        return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS
