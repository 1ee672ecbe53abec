"""Artwork, chapters and transcripts as they were served, judged by their bytes (rules 18, 51 and 52)."""

import io
import warnings
from urllib.parse import urlsplit

from PIL import Image, UnidentifiedImageError

from feeds.encodings import text_of
from feeds.errors import FeedError
from feeds.jsontext import load
from feeds.podcast.checks.answers import Answer, judge_cors
from feeds.podcast.checks.forms import extension, is_geo
from feeds.podcast.checks.notes import Notes, Spot
from feeds.podcast.checks.parts import short

SMALLEST, LARGEST = 1400, 3000
FORMATS = {"JPEG": ("jpg", "jpeg"), "PNG": ("png",)}
#: Pictures that are looked into; whatever else it may be is no artwork.
OPENED = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
CHAPTERS = "application/json+chapters"
#: Sentences of a lint that are told; the others are counted.
TOLD = 3


def judge_artwork(head: Answer, answer: Answer, spot: Spot, notes: Notes) -> None:
    """`head`: to HEAD; `answer`: its first bytes at least, as far as a picture's size and colours stand in them."""
    if head.problem or not 200 <= head.status < 300:
        why = head.problem or f"The answer was {head.status}."
        notes.missing("image.head", f"The artwork does not answer HEAD: let it. ({why})", spot)
    if answer.problem:
        notes.wrong("image.type", f"The artwork cannot be had: mend its address. ({answer.problem})", spot)
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(answer.body), formats=OPENED)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        notes.wrong("image.type", "The artwork is no picture that can be read: make it a JPEG or PNG.", spot)
        return
    _format(picture, answer, spot, notes)
    width, height = picture.size
    if width != height or not SMALLEST <= width <= LARGEST:
        message = f"The artwork is {width} by {height} pixels: make it square, {SMALLEST} to {LARGEST}."
        notes.wrong("image.pixels", message, spot)
    if picture.mode not in ("RGB", "RGBA", "P"):
        notes.wrong("image.colour", f"The artwork is in {picture.mode}: save it in RGB.", spot)
    elif picture.mode != "RGB":
        notes.advise("image.colour", "The artwork is not in plain RGB: save it without transparency and palette.", spot)
    _resolution(picture, spot, notes)


def _format(picture: Image.Image, answer: Answer, spot: Spot, notes: Notes) -> None:
    kind = "JPEG" if picture.format == "MPO" else picture.format or ""  # phones put several JPEGs into one
    if kind not in FORMATS:
        notes.wrong("image.type", f"The artwork is a {kind or 'picture'}: make it a JPEG or PNG.", spot)
        return
    ending = extension(urlsplit(answer.url))
    if ending in ("jpg", "jpeg", "png") and ending not in FORMATS[kind]:
        message = f"The artwork is a {kind} and named .{ending}: give it the extension of what it is."
        notes.wrong("image.type", message, spot)
    if answer.type and answer.type != f"image/{kind.lower()}":
        notes.wrong(
            "image.type", f"The artwork is a {kind} and served as {short(answer.type)}: say image/{kind.lower()}.", spot
        )


def _resolution(picture: Image.Image, spot: Spot, notes: Notes) -> None:
    stated = picture.info.get("dpi")
    if not isinstance(stated, tuple) or picture.info.get("jfif_unit") == 0:
        return
    try:
        found = {round(float(number)) for number in stated}
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return
    if found - {0, 1, 72}:
        words = " by ".join(str(number) for number in sorted(found))
        notes.wrong("image.resolution", f"The artwork states {words} dpi: save it with 72.", spot)


def judge_chapters(answer: Answer, duration: float | None, spot: Spot, notes: Notes) -> None:
    from feeds.podcast import chapters

    if answer.problem:
        notes.wrong("chapters.file", f"The chapters cannot be had: mend their address. ({answer.problem})", spot)
        return
    judge_cors(answer, "chapters.cors", "The chapters", spot, notes)
    if answer.type != CHAPTERS:
        message = f"The chapters are served as “{short(answer.type)}”: serve them as {CHAPTERS}."
        notes.wrong("chapters.file", message, spot)
    try:
        value = load(text_of(answer.body)[0])
        found = chapters.read_json(answer.body)
    except FeedError as problem:
        notes.wrong("chapters.file", f"The chapters cannot be read: write them anew. ({problem})", spot)
        return
    for fault in _shape(value):
        notes.wrong("chapters.file", fault, spot)
    order = "does not begin after the one before it"
    faults = chapters.check(found, duration)
    if any(order in fault for fault in faults):
        notes.wrong("chapters.file", "The chapters are not in the order of their starts: sort them.", spot)
    _told("chapters.file", [fault for fault in faults if order not in fault], spot, notes)


def _shape(value: object) -> list[str]:
    """What JSON chapters ask for beyond a list of chapters."""
    if not isinstance(value, dict):
        return ["The chapters are a bare list: put it into an object with version and chapters."]
    faults = (
        []
        if isinstance(value.get("version"), str)
        else ["The chapters have no version: add “version”: “1.2.0”, a text."]
    )
    for entry in value.get("chapters", []):
        start = entry.get("startTime")
        if isinstance(start, bool) or not isinstance(start, int | float):
            faults.append("A chapter has no startTime that is a number: write seconds from the beginning.")
        place = entry.get("location")
        if place is not None and not (isinstance(place, dict) and place.get("name") and is_geo(str(place.get("geo")))):
            faults.append("The location of a chapter needs a name and a geo: address: add both.")
    return faults


def judge_transcript(answer: Answer, kind: str, duration: float | None, spot: Spot, notes: Notes) -> None:
    """`kind`: the type that the feed names."""
    from feeds.podcast import transcripts

    if answer.problem:
        notes.wrong("transcript.file", f"The transcript cannot be had: mend its address. ({answer.problem})", spot)
        return
    judge_cors(answer, "transcript.cors", "The transcript", spot, notes)
    if answer.type and answer.type != kind:
        message = (
            f"The transcript is served as {short(answer.type)}, and the feed says {short(kind)}: let both say the same."
        )
        notes.advise("transcript.file", message, spot)
    try:
        cues = transcripts.read(answer.body, kind)
    except FeedError as problem:
        notes.wrong("transcript.file", f"The transcript cannot be read: write it anew. ({problem})", spot)
        return
    if kind == "text/vtt" and not text_of(answer.body)[0].lstrip("\ufeff").startswith("WEBVTT"):
        notes.wrong(
            "transcript.file", "The transcript is no WebVTT, which begins with the line WEBVTT: convert it.", spot
        )
    if kind in ("text/vtt", "application/x-subrip"):
        _told("transcript.file", transcripts.lint(cues, duration), spot, notes)


def _told(rule: str, faults: list[str], spot: Spot, notes: Notes) -> None:
    for fault in faults[:TOLD]:
        notes.advise(rule, f"{fault} Mend it in the file.", spot)
    if len(faults) > TOLD:
        notes.advise(rule, f"{len(faults) - TOLD:,} more things like these are to be mended.", spot)
