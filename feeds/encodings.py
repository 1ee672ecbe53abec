"""From bytes to characters, for documents that are wrong about their own encoding.

Order of belief: a byte order mark; the shape of the first four bytes (XML 1.0 appendix F); UTF-8 where the bytes prove
it; the charset of the HTTP header (RFC 7303 §3), the one the document declares; a guess. A charset that does not fit the
bytes is not believed.
"""

import codecs
import re

from charset_normalizer import from_bytes

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SHAPES = (
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<\x00", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)
# What the label means in the wild (the WHATWG Encoding Standard's table of labels), where Python is stricter.
WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}
# Not encodings of documents: quadratic, or a way to smuggle markup past whoever looks at the bytes.
NEVER = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7", "mbcs", "oem"}
DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""")
META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.I)
HEADER = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]{1,40})""", re.I)
GUESS_BYTES = 20_000
REFERENCE = re.compile(r"&#(1[2-5]\d|x[89][0-9a-f]);", re.I)
C1 = {n: bytes([n]).decode("cp1252", "ignore") or "\ufffd" for n in range(0x80, 0xA0)}
HAS_C1 = re.compile("[\x80-\x9f]")


def text_of(data: bytes, content_type: str | None = None) -> tuple[str, str | None]:
    """The text of a document without its byte order mark, and a sentence where its encoding was not as declared."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], name)
    head = data[:4]
    for shape, name in SHAPES:
        if head.startswith(shape):
            return _marked(data, name)
    if data[1:40:2].count(0) > 12 or data[0:40:2].count(0) > 12:
        return _marked(data, "utf-16-le" if data[1:40:2].count(0) > 12 else "utf-16-be")
    declared = _codec(_found(DECLARED, data[:1024]) or _found(META, data[:4096]))
    header = _codec(_header(content_type))
    text, problem = _believe(data, header, declared)
    return (text.translate(C1) if HAS_C1.search(text) else text), problem


def windows_references(text: str) -> str:
    """Numeric references to C1 controls mean Windows-1252, as every browser reads them (HTML §13.2.5.80)."""
    return REFERENCE.sub(_windows, text) if "&#" in text else text


def _windows(match: re.Match[str]) -> str:
    number = int(match[1][1:], 16) if match[1][0] in "xX" else int(match[1])
    return C1.get(number, match[0])


def _marked(data: bytes, name: str) -> tuple[str, str | None]:
    try:
        return data.decode(name), None
    except UnicodeDecodeError:
        return data.decode(name, "replace"), f"Some characters are not {name}, as the document begins by saying."


def _believe(data: bytes, header: str | None, declared: str | None) -> tuple[str, str | None]:
    """UTF-8 that decodes and holds more than ASCII is no accident, so it outranks a single-byte label in a header.

    ISO-2022 is all ASCII bytes, so there a label counts first.
    """
    named = [name for name in (header, declared) if name]
    seven_bit = [name for name in named if name.startswith("iso2022")]
    for name in dict.fromkeys([*seven_bit, "utf-8", *named]):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        return text, None
    guessed = _guess(data)
    return data.decode(
        guessed, "replace"
    ), f"The document does not name its encoding rightly; it was read as {guessed}."


def _guess(data: bytes) -> str:
    """Windows-1252 for text that is mostly ASCII letters; what statistics say for text that is mostly something else."""
    sample = data[:GUESS_BYTES] if any(b > 127 for b in data[:GUESS_BYTES]) else data[-GUESS_BYTES:]
    words = re.sub(rb"<[^<>]*>|&[#\w]{1,12};", b" ", sample)
    high = sum(b > 127 for b in words)
    letters = sum(chr(b).isalpha() for b in words if b < 128)
    if b"\x00" in sample or high * 4 < letters or high < 20:
        return "cp1252"
    best = from_bytes(sample).best()
    return _codec(best.encoding if best else None) or "cp1252"


def _found(pattern: re.Pattern[bytes], head: bytes) -> str | None:
    match = pattern.search(head)
    return match[1].decode("ascii", "replace") if match else None


def _header(content_type: str | None) -> str | None:
    match = HEADER.search(content_type or "")
    return match[1] if match else None


def _codec(label: str | None) -> str | None:
    """Python's name for a label; none for unknown ones, for what is no text encoding, and for UTF-16 or 32 without a mark."""
    if not label:
        return None
    try:
        info = codecs.lookup(label.strip())
        "".encode(info.name)
    except (LookupError, ValueError, UnicodeError):
        return None
    if info.name.replace("_", "-") in NEVER or info.name.startswith(("utf-16", "utf-32")):
        return None
    return WIDER.get(info.name, info.name)
