"""A mail read a second time, by hand: no line of the standard library's e-mail parser, and nothing forgiven.

What two readers that share no code both see is what was written. Only what our letters use is understood; all else raises.
"""

import re
from base64 import b64decode
from dataclasses import dataclass

_WORD = re.compile(r"=\?([^?\s]+)\?([bq])\?([^?\s]*)\?=")


@dataclass(frozen=True)
class Wire:
    """Fields in their order with folds removed, the same with folds kept, and the body or its parts."""

    fields: tuple[tuple[str, str], ...]
    folded: tuple[tuple[str, str], ...]
    body: bytes
    parts: tuple["Wire", ...]

    def all(self, name: str) -> list[str]:
        return [value for given, value in self.fields if given.lower() == name.lower()]

    def one(self, name: str) -> str:
        (value,) = self.all(name)
        return value

    def has(self, name: str) -> bool:
        return bool(self.all(name))

    @property
    def text(self) -> str:
        """The decoded body of a part."""
        assert self.one("Content-Transfer-Encoding") == "quoted-printable"
        return unquoted(self.body).decode("utf-8")

    def part(self, media_type: str) -> "Wire":
        (found,) = [part for part in self.parts if part.one("Content-Type").startswith(media_type)]
        return found


def read(raw: bytes) -> Wire:
    """The mail; an assertion fails where a line, a header or a boundary is not what RFC 5322 and 2046 say."""
    header, blank, body = raw.partition(b"\r\n\r\n")
    assert blank, "no empty line ends the header"
    fields: list[list[str]] = []
    for line in header.decode("utf-8").split("\r\n"):
        if line[:1] in (" ", "\t"):
            assert fields, "the header begins with a continuation"
            assert line.strip(), "a folded line is empty"
            fields[-1][1] += "\r\n" + line
        else:
            found = re.fullmatch(r"([!-9;-~]+): ?(.*)", line)
            assert found, f"not a header line: {line!r}"
            fields.append([found[1], found[2]])
    folded = tuple((name, value) for name, value in fields)
    plain = tuple((name, value.replace("\r\n", "").strip(" ")) for name, value in fields)
    return Wire(plain, folded, body, _parts(dict(plain).get("Content-Type", ""), body))


def _parts(content_type: str, body: bytes) -> tuple[Wire, ...]:
    if not content_type.startswith("multipart/"):
        return ()
    boundary = re.search(r'boundary="?([^";]+)"?', content_type)
    assert boundary, "a multipart without a boundary"
    before, *parts, after = (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())
    assert (before.strip(), after.strip()) == (b"", b"--"), "words around the parts"
    return tuple(read(part.removeprefix(b"\r\n") + b"\r\n") for part in parts)


def unquoted(octets: bytes) -> bytes:
    """Quoted-printable undone (RFC 2045 §6.7)."""
    octets = octets.replace(b"=\r\n", b"")
    assert not re.search(rb"=(?![0-9A-F]{2})", octets), "a stray = in quoted-printable"
    return re.sub(rb"=([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), octets)


def words(value: str) -> str:
    """A header value with its encoded-words decoded (RFC 2047); blanks between two of them are no blanks."""
    value = re.sub(r"\?=\s+(?==\?)", "?=", value)

    def decoded(found: "re.Match[str]") -> str:
        if found[2] == "b":
            return b64decode(found[3]).decode(found[1])
        return unquoted(found[3].replace("_", " ").encode()).decode(found[1])

    return _WORD.sub(decoded, value)


def mailboxes(value: str) -> tuple[str, str]:
    """Name and address of a From, To or Reply-To with one address."""
    found = re.fullmatch(r'(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^<>]*)>|([^<>\s]+)', value)
    assert found, f"not one address: {value!r}"
    name = re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else words(found[2] or "")
    return name, found[3] or found[4]
