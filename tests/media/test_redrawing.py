"""Pictures drawn anew: whatever came in, what is kept is ours, and what would not be opened safely is a sentence."""

import contextlib
import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from publisher.errors import BadInput
from publisher.media import redrawing
from publisher.media.redrawing import redraw

SCRIPT = b"<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)  # type: ignore[arg-type]
    return out.getvalue()


def photograph(width: int = 600, height: int = 400, mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A small PNG of enormous size: rows of nothing, packed by a factor of a thousand."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(5_000_000)))
        + chunk(b"IEND", b"")
    )


def test_what_phones_write_into_a_picture_does_not_come_along() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "A telephone", 6
    exif.get_ifd(0x8825)[1] = "S"
    came = saved(photograph(), "JPEG", exif=exif, comment=b"my house", icc_profile=b"no profile at all")
    assert b"A telephone" in came
    made = redraw(came)
    assert (made.extension, made.width, made.height) == ("jpg", 400, 600), "turned the right way up"
    kept = opened(made.data)
    assert dict(kept.getexif()) == {}
    assert {"icc_profile", "comment", "exif"} & kept.info.keys() == set()
    for word in (b"A telephone", b"my house", b"no profile"):
        assert word not in made.data


def test_colours_are_those_of_screens() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red = Image.new("RGB", (40, 40), (200, 10, 10))
    made = opened(redraw(saved(red, "JPEG", icc_profile=lab, quality=95)).data)
    assert all(abs(a - b) < 8 for a, b in zip(made.getpixel((20, 20)), (200, 10, 10), strict=True))  # type: ignore[arg-type]
    for mode in ("CMYK", "L", "1", "P", "LA", "I;16"):
        form = "JPEG" if mode == "CMYK" else "PNG"
        image = Image.new(mode, (40, 40)) if mode == "I;16" else photograph(40, 40).convert(mode)
        assert opened(redraw(saved(image, form)).data).mode == "RGB"


def test_a_logo_keeps_what_is_see_through_and_a_large_photograph_becomes_smaller() -> None:
    logo = Image.new("RGBA", (300, 100), (0, 80, 60, 0))
    made = redraw(saved(logo, "PNG"))
    assert (made.extension, opened(made.data).mode) == ("png", "RGBA")
    large = redraw(saved(photograph(4800, 3200), "JPEG"))
    assert (large.width, large.height, large.extension) == (2400, 1600, "jpg")
    noise = Image.effect_noise((1600, 1200), 90).convert("RGB")
    assert redraw(saved(noise, "PNG")).extension == "jpg", "a photograph saved as PNG"


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_what_moves_the_first_picture_is_kept(form: str) -> None:
    frames = [Image.new("RGB", (64, 64), (n % 256, n // 256, 0)) for n in range(1, 1200)]
    made = redraw(saved(Image.new("RGB", (64, 64), "blue"), form, save_all=True, append_images=frames))
    assert made.moved
    assert not getattr(opened(made.data), "is_animated", False)
    assert opened(made.data).convert("RGB").getpixel((9, 9))[2] > 240  # type: ignore[index]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_script_behind_or_inside_a_picture_is_gone(form: str) -> None:
    made = redraw(saved(photograph(), form) + SCRIPT)
    assert b"script" not in made.data
    with_words = PngImagePlugin.PngInfo()
    with_words.add_text("Comment", SCRIPT.decode())
    assert b"script" not in redraw(saved(photograph(), "PNG", pnginfo=with_words)).data
    assert b"script" not in redraw(saved(photograph(), "JPEG", comment=SCRIPT)).data


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (SVG, "SVG drawing, which may carry a script. Export it as PNG"),
        (b"<?xml version='1.0'?>" + SVG, "SVG drawing"),
        (SCRIPT, "This is a web page, whatever it is called"),
        (b"PK\x03\x04" + bytes(60), "a ZIP archive"),
        (b"\0\0\0\x18ftypheic" + bytes(99), "a HEIC picture. Save it as JPEG or PNG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "no picture that can be read"),
        (b"words", "no picture that can be read"),
        (b"", "The file is empty"),
        (saved(photograph(), "TIFF"), "a TIFF picture. Save it as JPEG or PNG"),
        (saved(photograph(), "JPEG")[:2000], "damaged, or the file ends too early"),
        (saved(photograph(), "PNG")[:400], "damaged, or the file ends too early"),
        (bomb(40_000, 40_000), "more than 20 million pixels"),
        (bomb(8_000, 8_000), "more than 20 million pixels"),
        (bomb(2_000_000, 1), "damaged, or the file ends too early"),
        (bytes(31_000_000), "larger than 30 MB"),
        (saved(photograph(), "JPEG", progressive=True)[:-2] + b"\xff\xda\x00\x08" * 300, "takes minutes to open"),
    ],
    ids=["svg", "xml svg", "html", "zip", "heic", "eps", "words", "empty", "tiff", "torn jpeg", "torn png", "bomb", "small bomb",
         "one line", "large", "scans"],
)  # fmt: skip
def test_each_refusal_is_a_sentence(bad: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(bad)
    with pytest.raises(BadInput, match=says.replace("(", r"\(")):
        redraw(path)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_octets_at_all_do_more_than_a_refusal(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"]))
    octets = bytearray(saved(photograph(60, 40), form))
    for _ in range(data.draw(st.integers(1, 12))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(BadInput):  # nothing else may come out of it
        assert opened(redraw(bytes(octets)).data).format in ("JPEG", "PNG")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says how much memory was used at most")
def test_the_largest_that_is_opened_stays_within_bounds(tmp_path: Path) -> None:
    """In a process of its own, so that its peak is that of this picture: 20 million see-through pixels, then 100 as a JPEG."""
    saved_png, saved_jpeg = tmp_path / "large.png", tmp_path / "large.jpg"
    Image.new("RGBA", (5_000, 4_000), (9, 9, 9, 9)).save(saved_png, compress_level=1)
    Image.new("RGB", (10_000, 10_000), "teal").save(saved_jpeg)
    program = (
        "import sys; from pathlib import Path; from publisher.media.redrawing import redraw\n"
        "redraw(Path(sys.argv[1]))\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    for path in (saved_png, saved_jpeg):
        done = subprocess.run(
            [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True, timeout=60
        )
        assert int(done.stdout) < 420_000, f"{path.name}: {int(done.stdout) // 1000} MB"
    assert redrawing.MOST_OF_A_JPEG >= 10_000 * 10_000
