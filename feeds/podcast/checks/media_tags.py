"""podcast:transcript, podcast:alternateEnclosure and podcast:image: files that belong to an episode or a show."""

import re

from feeds.podcast.checks import forms, lists
from feeds.podcast.checks.looking import (
    BOOLEAN,
    EITHER,
    Look,
    is_media_type,
    is_positive,
    is_some_seconds,
    one_of,
)
from feeds.podcast.checks.parts import short

RATIO = re.compile(r"\d{1,5}(?:\.\d{1,5})?(?:\s*[/:]\s*\d{1,5}(?:\.\d{1,5})?)?")
DIGEST = re.compile(r"sha(?:256|384|512)-[A-Za-z0-9+/]{40,90}={0,2}")
BYTES = "the size of the file in bytes"


def transcript(look: Look) -> None:
    look.address("url")
    look.need(
        "type", one_of(lists.TRANSCRIPTS), "text/vtt, application/x-subrip, application/json, text/html or text/plain"
    )
    look.may("language", forms.is_language, "a code of ISO 639 such as en")
    look.may("rel", one_of(("captions",)), "captions, or nothing")


def image(look: Look) -> None:
    look.address("href")
    look.may("width", is_positive, "a whole number of pixels")
    look.may("height", is_positive, "a whole number of pixels")
    look.may("aspect-ratio", lambda text: RATIO.fullmatch(text), "a proportion such as 1/1 or 16/9")
    look.may("type", lambda text: is_media_type(text) and text.lower().startswith("image/"), "the type of an image")
    lacks = [name for name in ("alt", "aspect-ratio", "width") if not look.get(name)]
    if lacks:
        look.advise(f"<podcast:image> has no {', '.join(lacks)}: say what it shows and how large it is.")


def alternate_enclosure(look: Look) -> None:
    look.need("type", is_media_type, "a type such as audio/opus")
    look.may("length", forms.whole, BYTES)
    look.may("bitrate", is_some_seconds, "bits per second")
    look.may("height", is_positive, "a whole number of pixels")
    look.may("lang", forms.is_language, "a code of ISO 639 such as en")
    look.may("default", one_of(BOOLEAN), EITHER)
    look.short_attribute("title", 32)
    look.short_attribute("rel", 32)
    sources = look.all("podcast:source")
    if not sources:
        look.wrong("<podcast:alternateEnclosure> has no <podcast:source>: add where it can be had.")
    for source in sources:
        source.need("uri", is_address, "an address")
        source.may("contentType", is_media_type, "a type such as audio/opus")
    for integrity in look.all("podcast:integrity"):
        _integrity(integrity)


def _integrity(look: Look) -> None:
    kind = look.need("type", one_of(("sri", "pgp-signature")), "sri or pgp-signature")
    value = look.need("value", bool, "the digest or signature")
    if kind == "sri" and value and not all(DIGEST.fullmatch(part) for part in value.split()):
        look.wrong(
            f"<podcast:integrity> has “{short(value, 30)}” for value: write sha256-, sha384- or sha512- and the digest in base64."
        )


def is_address(text: str) -> bool:
    """An absolute address of any scheme; of the web's own, a right one."""
    scheme, colon, rest = text.partition(":")
    if scheme.lower() in ("http", "https"):
        return forms.web(text) is not None
    return (
        bool(colon and rest) and bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme)) and not re.search(r"\s", text)
    )
