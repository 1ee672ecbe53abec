"""Covers for pages: a directory wants 3000 pixels, a phone in the sun wants 320 of them and few bytes.

Made when they are first asked for, kept in memory up to a limit; their addresses name the content, so browsers keep them for
ever. Only pictures of the library, and those that a show, an episode or a webinar shows, can be asked for, and only in these sizes.
"""

import io
import threading
from collections import OrderedDict
from pathlib import Path

from PIL import Image, ImageOps

from publisher.media.artwork import MOST_PIXELS, OPENED

#: 1072: a letter shows it half as wide.
WIDTHS = (160, 320, 640, 1072)
FORMS = {"webp": ("WEBP", "image/webp"), "jpg": ("JPEG", "image/jpeg"), "png": ("PNG", "image/png")}
QUALITY = 80
MOST_OCTETS = 16_000_000


class Pictures:
    """The smaller pictures of one process. Threads may share it; of several that want the same one, one makes it."""

    def __init__(self, most_octets: int = MOST_OCTETS) -> None:
        self._lock, self._making = threading.Lock(), threading.Lock()
        self._kept: OrderedDict[tuple[str, int, str], bytes] = OrderedDict()
        self._most, self._octets = most_octets, 0

    def smaller(self, path: Path, digest: str, width: int, form: str) -> bytes:
        """The picture at `path`, at most `width` pixels wide, in one of `FORMS`. `OSError` where it cannot be read."""
        key = (digest, width, form)
        if (found := self._found(key)) is not None:
            return found
        with self._making:  # one at a time: a cover of 3000 pixels takes 36 MB while it is open
            if (found := self._found(key)) is None:
                found = _made(path, width, form)
                self._keep(key, found)
            return found

    def _found(self, key: tuple[str, int, str]) -> bytes | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: tuple[str, int, str], body: bytes) -> None:
        with self._lock:
            self._kept[key] = body
            self._octets += len(body)
            while self._octets > self._most and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                self._octets -= len(gone)


def _made(path: Path, width: int, form: str) -> bytes:
    out = io.BytesIO()
    with Image.open(path, formats=OPENED) as image:
        if image.width * image.height > MOST_PIXELS:
            raise OSError("too many pixels")
        image.draft("RGB", (width * 2, width * 2))  # a JPEG can be read smaller at once
        plain = _flat(ImageOps.exif_transpose(image), form)
        plain.thumbnail((width, width * 4), Image.Resampling.LANCZOS)
        plain.info.clear()
        plain.save(out, FORMS[form][0], quality=QUALITY)
    return out.getvalue()


def _flat(image: Image.Image, form: str) -> Image.Image:
    """What is see-through stays so where the form can say it; on a JPEG it lies on white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    over = image.convert("RGBA")
    if form != "jpg":
        return over
    return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("RGB")
