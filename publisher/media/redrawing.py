"""Pictures drawn anew: whatever came in, what we keep was written by us, pixel by pixel.

What a file says beside its pixels (place, camera, comments, a thumbnail, a script behind the last octet) does not come along.
Bounds: octets, pixels (counted from the head before any is read), scans of a JPEG; of what moves, the first picture alone.
A large JPEG is read smaller at once. At most some 250 MB are used, and one picture is drawn at a time in a process.
"""

import io
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from publisher.errors import BadInput
from publisher.media.signatures import foreign

#: The longer side of what is kept: enough for a cover, a page on a sharp screen, a print of a hand's breadth.
LARGEST = 2400
MOST_OCTETS = 30_000_000
MOST_PIXELS, MOST_OF_A_JPEG = 20_000_000, 120_000_000
#: A progressive JPEG has some ten scans; thousands in a small file keep a reader busy for minutes.
MOST_SCANS = 100
OPENED = ("JPEG", "PNG", "GIF", "WEBP")
#: A drawing stays a PNG up to here; a photograph saved as PNG is larger, and becomes a JPEG.
LARGEST_PNG = 1_500_000
SAVE_AS = "Save it as JPEG or PNG and send it once more."
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Redrawn:
    """What we wrote. `moved`: the original was moving, and this is its first picture."""

    data: bytes
    extension: str  # jpg | png
    width: int
    height: int
    moved: bool = False


def redraw(picture: Path | bytes) -> Redrawn:
    """The picture as a JPEG or PNG of ours: sRGB, the right way up, at most `LARGEST` pixels a side. `BadInput`: a sentence."""
    data = _octets(picture)
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # large pictures are refused below, by a sentence
        with _opened(data) as image:
            moved = _moves(image)
            try:
                drawn = _drawn(image)
            except Exception as problem:  # Pillow's readers raise whatever their formats make them stumble over
                raise BadInput(f"The picture is damaged, or the file ends too early. {SAVE_AS}") from problem
            return _written(drawn, as_png=image.format in ("PNG", "GIF"), moved=moved)


def _octets(picture: Path | bytes) -> bytes:
    size = len(picture) if isinstance(picture, bytes) else picture.stat().st_size
    if size > MOST_OCTETS:
        raise BadInput(f"The picture is larger than {MOST_OCTETS // 1_000_000} MB. Make it smaller first.")
    if not size:
        raise BadInput("The file is empty.")
    return picture if isinstance(picture, bytes) else picture.read_bytes()


def _opened(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=OPENED)
    except Image.DecompressionBombError as problem:
        raise BadInput(_too_many(MOST_PIXELS)) from problem
    except Exception as problem:
        raise BadInput(_no_picture(data)) from problem
    most = MOST_OF_A_JPEG if image.format == "JPEG" else MOST_PIXELS
    if image.width * image.height > most:
        raise BadInput(_too_many(most))
    if image.format == "JPEG" and data.count(b"\xff\xda") > MOST_SCANS:
        raise BadInput(f"The picture is built so that it takes minutes to open. {SAVE_AS}")
    return image


def _too_many(most: int) -> str:
    return f"The picture has more than {most // 1_000_000} million pixels, which is too many to be opened. Make it smaller first."


def _no_picture(data: bytes) -> str:
    known = foreign(data[:600])
    if known is None:
        return f"This is no picture that can be read. {SAVE_AS}"
    if "SVG" in known.name:
        return "This is an SVG drawing, which may carry a script. Export it as PNG and send that."
    if known.sort == "picture":
        return f"This is {known.name}. {SAVE_AS}"
    return f"This is {known.name}, whatever it is called. A picture is a JPEG, PNG, GIF or WebP file."


def _moves(image: Image.Image) -> bool:
    """Asked without counting the pictures of a GIF, of which there may be thousands."""
    if image.format == "GIF":
        try:
            image.seek(1)
        except EOFError:
            return False
        except Exception:  # a torn second picture is none
            return True
        image.seek(0)
        return True
    return bool(getattr(image, "is_animated", False))


def _drawn(image: Image.Image) -> Image.Image:
    """Smaller first, then everything else: the rest works on few pixels."""
    image.draft("RGB", (LARGEST, LARGEST))
    image.load()
    turned = image.getexif().get(0x0112, 1)
    profile = image.info.get("icc_profile")
    see_through = image.has_transparency_data
    if image.mode.startswith("I"):  # 16 bits a grey: Pillow would cut instead of scale
        image = image.point(lambda value: value / 256).convert("L")
    elif image.mode not in ("RGB", "RGBA", "L", "CMYK"):
        image = image.convert("RGBA" if see_through else "RGB")
    elif see_through and image.mode != "RGBA":
        image = image.convert("RGBA")
    image.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    return _turned(_in_srgb(image, profile), turned)


def _turned(image: Image.Image, orientation: object) -> Image.Image:
    """The right way up, as phones say it (EXIF 0x0112)."""
    named = Image.Exif()
    named[0x0112] = orientation
    image.info.clear()
    image.info["exif"] = named.tobytes()
    return ImageOps.exif_transpose(image)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """In the colours of screens. A profile that cannot be read is as good as none."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    flat = image.convert("RGB") if alpha else image
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            flat = ImageCms.profileToProfile(flat, source, ImageCms.createProfile("sRGB"), outputMode="RGB") or flat
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    flat = flat.convert("RGB")
    if alpha:
        flat.putalpha(alpha)
    return flat


def _written(drawn: Image.Image, *, as_png: bool, moved: bool) -> Redrawn:
    drawn.info.clear()
    low = drawn.getchannel("A").getextrema()[0] if drawn.mode == "RGBA" else 255
    see_through = isinstance(low, int | float) and low < 255
    if not see_through:
        drawn = drawn.convert("RGB")
        drawn.info.clear()
    out = io.BytesIO()
    if as_png or see_through:
        drawn.save(out, "PNG", optimize=drawn.width * drawn.height < LARGEST_PNG)
        if see_through or out.tell() <= LARGEST_PNG:
            return Redrawn(out.getvalue(), "png", drawn.width, drawn.height, moved)
        out = io.BytesIO()
    drawn.save(out, "JPEG", quality=86, optimize=True, progressive=True)
    return Redrawn(out.getvalue(), "jpg", drawn.width, drawn.height, moved)
