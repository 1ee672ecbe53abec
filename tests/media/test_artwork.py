"""Covers: what directories refuse is said beforehand, and mended without cutting anything off."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from media.making import png
from PIL import Image, ImageCms

from publisher.errors import BadInput
from publisher.media.artwork import mend, probe, problems


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)  # type: ignore[arg-type]
    return out.getvalue()


def cover(size: tuple[int, int] = (1400, 1400), mode: str = "RGB", form: str = "JPEG", **options: object) -> bytes:
    return saved(Image.new(mode, size), form, **options)


@pytest.mark.parametrize(
    "good",
    [cover(), cover((3000, 3000)), cover(form="PNG"), png(1400, 1400), cover((2000, 2000), "P", "PNG")],
    ids=["jpeg", "largest", "png", "ours", "palette"],
)
def test_good_covers_have_no_problems(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cover"
    path.write_bytes(good)
    assert problems(good) == problems(path) == []


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (cover((1400, 1500)), ["1400 × 1500 pixels. Covers are square"]),
        (cover((1399, 1399)), ["at least 1400 × 1400"]),
        (cover((3001, 3001)), ["at most 3000 × 3000"]),
        (cover((600, 3200)), ["square", "at least", "at most"]),
        (cover(mode="CMYK"), ["for printing (CMYK)"]),
        (cover(mode="L"), ["grey or unusual colours (L)"]),
        (cover(mode="RGBA", form="PNG"), ["see-through"]),
        (cover(mode="LA", form="PNG"), ["see-through"]),
        (saved(Image.new("P", (1400, 1400)), "PNG", transparency=0), ["see-through"]),
        (cover(mode="I;16", form="PNG"), ["unusual colours (I;16)"]),
        (saved(Image.new("RGB", (1400, 1400)), "PNG", save_all=True, append_images=[Image.new("RGB", (1400, 1400), "red")]), ["moves"]),
        (cover(form="WEBP"), ["This is a WEBP picture. Apps show JPEG and PNG"]),
        (cover(form="GIF"), ["This is a GIF picture"]),
        (b"\0\0\0\x18ftypheic" + bytes(99), ["a HEIC picture"]),
        (b"no picture", ["no picture that can be read"]),
        (cover()[:-2000], ["damaged, or the file ends too early"]),
        (png(1400, 1400)[:3000], ["damaged, or the file ends too early"]),
    ],
)  # fmt: skip
def test_each_fault_is_a_sentence(bad: bytes, says: list[str]) -> None:
    found = problems(bad)
    assert len(found) == len(says)
    for sentence, part in zip(found, says, strict=True):
        assert part in sentence
        assert sentence.endswith(".")


def bomb(width: int, height: int) -> bytes:
    """A PNG of few octets with more pixels than memory should hold."""

    def part(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1 + width // 8) * height, 9)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", rows) + part(b"IEND", b"")


def test_pictures_that_would_fill_the_memory_are_not_opened() -> None:
    data = bomb(20_000, 20_000)
    assert len(data) < 100_000
    assert (
        problems(data)
        == problems(bomb(7000, 7000))
        == ["The picture has too many pixels to be opened. Covers have at most 3000 × 3000."]
    )
    with pytest.raises(BadInput, match="too many pixels"):
        probe(data, len(data))
    assert "larger than 50 MB" in problems(bytes(51 * 1024 * 1024))[0]


@pytest.mark.parametrize(
    "bad",
    [cover((3600, 3600)), cover(mode="CMYK"), cover(mode="L"), cover(mode="RGBA", form="PNG"), cover(form="WEBP"), cover(form="GIF"),
     cover(mode="I;16", form="PNG"), cover((1500, 1500), "1", "PNG"), cover(form="TIFF")],
)  # fmt: skip
def test_what_can_be_mended_becomes_a_good_cover(bad: bytes) -> None:
    assert problems(bad) != []
    mended = mend(bad)
    assert problems(mended) == []
    with Image.open(io.BytesIO(mended)) as image:
        assert image.width == min(3000, Image.open(io.BytesIO(bad)).width)


@pytest.mark.parametrize("size", [(1400, 1401), (4000, 3000), (1000, 1000)])
def test_nothing_is_cut_off_or_filled_up(size: tuple[int, int]) -> None:
    with pytest.raises(BadInput, match=r"square|at least"):
        mend(cover(size))


def test_colours_stay_what_they_were() -> None:
    """See-through lies on white; printing colours and sixteen bits come near; a wide profile is taken into account."""

    def middle(data: bytes) -> tuple[int, ...]:
        with Image.open(io.BytesIO(data)) as image:
            found = image.getpixel((700, 700))
            assert isinstance(found, tuple)
            return found

    half = saved(Image.new("RGBA", (1400, 1400), (255, 0, 0, 128)), "PNG")
    assert middle(mend(half)) == (255, 127, 127)
    assert middle(mend(saved(Image.new("I;16", (1400, 1400), 32768), "PNG")))[0] == pytest.approx(128, abs=1)
    red = Image.new("CMYK", (1400, 1400), (0, 255, 255, 0))
    assert middle(mend(saved(red, "JPEG"))) == pytest.approx((254, 0, 0), abs=6)
    screen = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (screen, b"no profile at all"):
        teal = saved(Image.new("RGB", (1400, 1400), (0, 128, 128)), "JPEG", icc_profile=profile)
        assert middle(mend(teal)) == pytest.approx((0, 128, 128), abs=3)


def test_nothing_is_in_it_but_the_picture_and_it_stands_upright() -> None:
    image = Image.new("RGB", (1600, 1600), "white")
    image.paste("black", (0, 0, 1600, 100))  # a bar at the top
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "where I live"  # turned by a quarter, and a description
    mended = mend(saved(image, "JPEG", exif=exif))
    assert b"where I live" not in mended
    assert b"Exif" not in mended
    with Image.open(io.BytesIO(mended)) as upright:
        assert dict(upright.getexif()) == {}
        assert upright.getpixel((1590, 800)) == (0, 0, 0)  # the bar is at the right, where the camera's note puts it
        assert upright.getpixel((800, 10)) == (255, 255, 255)
