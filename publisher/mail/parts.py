"""The body of a letter as a MIME tree whose leaves are lists of chunks, and the one flat list it becomes for joining.

A personal calendar part, an attachment or a signature is one more leaf. Boundaries are fixed by the content, so the same
letter always has the same bytes.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, TypeAlias, TypedDict

from publisher.mail import quoted
from publisher.mail.marks import Chunk, Piece

Wire: TypeAlias = "bytes | int | tuple[int, tuple[Wire, ...]]"
WireChunk: TypeAlias = "tuple[int | str | None, tuple[Wire, ...]]"


class Part(TypedDict, total=False):
    """A node of the MIME tree: a multipart with `parts`, or a leaf with `encoding` and `chunks` in that encoding."""

    type: str
    parts: list["Part"]
    encoding: str
    headers: list[list[str]]
    chunks: list[Any]


def encoded(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Chunks of plain text as chunks of quoted-printable segments."""
    return [(owner, [_encoded_piece(piece) for piece in pieces]) for owner, pieces in chunks]


def _encoded_piece(piece: Piece) -> Piece:
    if isinstance(piece, str):
        return quoted.segment(piece)
    if isinstance(piece, int):
        return piece
    return piece[0], [_encoded_piece(inner) for inner in piece[1]]


def leaves(part: Part) -> list[Part]:
    """The parts that are no multipart, in order."""
    return [leaf for inner in part["parts"] for leaf in leaves(inner)] if "parts" in part else [part]


def flat(part: Part) -> list[WireChunk]:
    """A part with its own header fields, then an empty line, then its content."""
    if "parts" not in part:
        extra = "".join(f"{name}: {value}\r\n" for name, value in part.get("headers", []))
        head = f"Content-Type: {part['type']}\r\nContent-Transfer-Encoding: {part['encoding']}\r\n{extra}\r\n"
        return [(None, (head.encode("ascii"),)), *wire(part["chunks"])]
    boundary = _boundary(part)
    chunks: list[WireChunk] = [
        (None, (f'Content-Type: {part["type"]};\r\n boundary="{boundary}"\r\n'.encode("ascii"),))
    ]
    for inner in part["parts"]:
        chunks.append((None, (f"\r\n--{boundary}\r\n".encode("ascii"),)))
        chunks += flat(inner)
    chunks.append((None, (f"\r\n--{boundary}--\r\n".encode("ascii"),)))
    return chunks


def _boundary(part: Part) -> str:
    """Fixed by the content; `=_` cannot occur in quoted-printable or base64."""
    return "=_" + sha256(json.dumps(part["parts"]).encode()).hexdigest()[:32]


def wire(chunks: Sequence[Any]) -> tuple[WireChunk, ...]:
    """Encoded chunks as bytes."""
    return tuple((owner, tuple(_wire_piece(piece) for piece in pieces)) for owner, pieces in chunks)


def _wire_piece(piece: Any) -> Wire:
    if isinstance(piece, str):
        return piece.encode("ascii")
    if isinstance(piece, int):
        return piece
    return piece[0], tuple(_wire_piece(inner) for inner in piece[1])


def merged(chunks: Sequence[WireChunk]) -> tuple[WireChunk, ...]:
    """The same with neighbouring chunks of everybody made one, and neighbouring bytes joined."""
    joined: list[tuple[int | str | None, list[Wire]]] = []
    for owner, pieces in chunks:
        if not joined or owner is not None or joined[-1][0] is not None:
            joined.append((owner, []))
        target = joined[-1][1]
        for piece in pieces:
            if isinstance(piece, bytes) and target and isinstance(target[-1], bytes):
                target[-1] += piece
            else:
                target.append(piece)
    return tuple((owner, tuple(pieces)) for owner, pieces in joined)
