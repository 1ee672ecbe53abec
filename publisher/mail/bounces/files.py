"""Mails in files: one in each, many in a mailbox file (mbox, RFC 4155), or folders of both. Never a whole file in memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from publisher.mail.bounces.opening import LARGEST

LONGEST_LINE = 65_536


def mails(path: Path) -> Iterator[tuple[str, bytes]]:
    """The name of each mail and its first octets. Mails of a mailbox file are numbered: `old.mbox#2`. `OSError` where something
    cannot be read. What begins with a dot is passed over in folders."""
    if path.is_dir():
        for inside in sorted(path.iterdir()):
            if not inside.name.startswith(".") and (inside.is_dir() or inside.is_file()):
                yield from mails(inside)
        return
    with path.open("rb") as opened:
        if opened.peek(5)[:5] == b"From ":
            yield from _of_mailbox(path, opened)
        else:
            yield str(path), opened.read(LARGEST)


def _of_mailbox(path: Path, opened: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """A line “From …” after an empty one begins the next mail; one that a writer had to quote keeps its mark."""
    number, taken, is_free = 0, bytearray(), True
    while line := opened.readline(LONGEST_LINE):
        if is_free and line.startswith(b"From "):
            if number:
                yield f"{path}#{number}", bytes(taken[:LARGEST])
            number, taken = number + 1, bytearray()
        elif len(taken) < LARGEST:
            taken += line
        is_free = not line.strip()
    yield (f"{path}#{number}" if number > 1 else str(path)), bytes(taken[:LARGEST])
