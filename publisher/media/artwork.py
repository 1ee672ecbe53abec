"""Covers: what directories refuse, and what can be mended without changing what is seen.

Source of the rules: Apple's artwork requirements and PSP-1 (JPEG or PNG, square, 1400 to 3000 pixels, RGB).
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps

from publisher.errors import BadInput
from publisher.media.octets import MEGA
from publisher.media.probed import Probed, Unplayable
from publisher.media.signatures import foreign, refusal

SMALLEST, LARGEST = 1400, 3000
MOST_PIXELS, MOST_OCTETS = 36_000_000, 50 * MEGA
PICTURES = "Save it as JPEG or PNG."
TOO_MANY = f"The picture has too many pixels to be opened. Covers have at most {LARGEST} × {LARGEST}."
JPEG_QUALITY = 90
#: What can be turned into a cover, and of that what covers may be.
OPENED = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP")
SHOWN = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png")}
Picture = Path | bytes


def probe(picture: Picture, length: int) -> Probed:
    """What a JPEG or PNG is, once all of it could be read. `BadInput`: damaged, cut off, or too large to be opened."""
    with _opened(picture) as image:
        type_, extension = _shown(image)
        return Probed(
            kind="image", type=type_, extension=extension, length=length, width=image.width, height=image.height
        )


def problems(picture: Picture) -> list[str]:
    """What directories would refuse in a cover, a sentence each; empty for a good one. Unreadable ones are one sentence."""
    try:
        with _opened(picture) as image:
            _shown(image)
            return [*_of_shape(image), *_of_colours(image)]
    except BadInput as problem:
        return [str(problem)]


def mend(picture: Picture) -> bytes:
    """The same picture as a cover: RGB, at most 3000 pixels, the right way up, nothing in it but the picture.

    Never cuts or fills up: a picture that is not square or too small is `BadInput`, because only people know what may go.
    A PNG stays one; everything else becomes a JPEG.
    """
    with _opened(picture) as image:
        as_png = image.format == "PNG"
        turned = ImageOps.exif_transpose(image)
        if shape := [s for s in _of_shape(turned) if turned.width <= LARGEST or turned.width != turned.height]:
            raise BadInput(shape[0])
        plain = _plain(turned)
        if plain.width > LARGEST:
            plain = plain.resize((LARGEST, LARGEST), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        if as_png:
            plain.save(out, "PNG", optimize=False)
        else:
            plain.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0, dpi=(72, 72), optimize=True)
        return out.getvalue()


def portrait(picture: Picture, largest: int = 1000) -> bytes:
    """A photograph of somebody as a JPEG: the right way up, at most `largest` pixels a side, without the place and the camera
    that phones write into it. `BadInput` where it cannot be read."""
    with _opened(picture) as image:
        plain = _plain(ImageOps.exif_transpose(image))
        plain.thumbnail((largest, largest), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        plain.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
        return out.getvalue()


def _of_shape(image: Image.Image) -> Iterator[str]:
    width, height = image.size
    if width != height:
        yield f"The picture is {width} × {height} pixels. Covers are square: cut it to a square first."
    if min(width, height) < SMALLEST:
        yield f"The picture is {width} × {height} pixels. Covers have at least {SMALLEST} × {SMALLEST}."
    if max(width, height) > LARGEST:
        yield f"The picture is {width} × {height} pixels. Covers have at most {LARGEST} × {LARGEST}."


def _of_colours(image: Image.Image) -> Iterator[str]:
    if getattr(image, "is_animated", False):
        yield "The picture moves. Covers stand still."
    if image.mode == "CMYK":
        yield "The colours are for printing (CMYK). Covers are RGB."
    elif image.has_transparency_data:
        yield "Parts of the picture are see-through (an alpha channel), which some apps show black. Covers are plain RGB."
    elif image.mode not in ("RGB", "P"):
        yield f"The picture has grey or unusual colours ({image.mode}). Covers are RGB."


def _plain(image: Image.Image) -> Image.Image:
    """RGB in the colour space of screens; what is see-through lies on white."""
    if image.has_transparency_data:
        over = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
    elif profile := image.info.get("icc_profile"):
        image = _in_srgb(image, profile)
    elif image.mode.startswith("I;16") or image.mode == "I":  # 16 bits a grey: Pillow would cut instead of scale
        image = image.point(lambda value: value / 256).convert("L")
    plain = image.convert("RGB")
    plain.info.clear()
    return plain


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """A profile that cannot be read is as good as none."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _shown(image: Image.Image) -> tuple[str, str]:
    found = SHOWN.get(image.format or "")
    if found is None:
        raise Unplayable(f"This is a {image.format} picture. Apps show JPEG and PNG: save it as one of these.")
    return found


@contextmanager
def _opened(picture: Picture) -> Iterator[Image.Image]:
    """A picture with all its pixels read. The pixels are counted from its head before any is read."""
    size = len(picture) if isinstance(picture, bytes) else picture.stat().st_size
    if size > MOST_OCTETS:
        raise BadInput(f"The picture is larger than {MOST_OCTETS // MEGA} MB. Covers are smaller than that.")
    with _source(picture) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        head = file.read(600)
        file.seek(0)
        image = _read(file, head)
        with image:
            yield image


def _read(file: BinaryIO, head: bytes) -> Image.Image:
    try:
        image = Image.open(file, formats=OPENED)
    except Image.DecompressionBombError as problem:
        raise BadInput(TOO_MANY) from problem
    except Exception as problem:  # Pillow's readers raise whatever their formats make them stumble over
        if known := foreign(head):
            raise refusal(known, PICTURES) from problem
        raise BadInput(f"This is no picture that can be read. {PICTURES}") from problem
    if image.width * image.height > MOST_PIXELS:
        raise BadInput(TOO_MANY)
    try:
        image.load()
    except Exception as problem:
        raise BadInput(
            "The picture is damaged, or the file ends too early: save it again and send it once more."
        ) from problem
    return image


@contextmanager
def _source(picture: Picture) -> Iterator[BinaryIO]:
    if isinstance(picture, bytes):
        yield io.BytesIO(picture)
        return
    with picture.open("rb") as file:
        yield file
