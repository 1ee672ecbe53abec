"""The files that pages load, read once: our stylesheet, scripts and icon."""

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


@dataclass(frozen=True)
class Asset:
    """One file of the static folder, read once."""

    body: bytes
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Every file of the static folder by its path in it: only what is listed here can be asked for."""
    files = sorted(path for path in _FOLDER.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {
        path.relative_to(_FOLDER).as_posix(): Asset(
            path.read_bytes(),
            _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        )
        for path in files
    }


@cache
def version() -> str:
    """Of all files together: scripts import each other by plain names, so one that changed renews them all."""
    together = hashlib.blake2b(digest_size=6)
    for name, asset in assets().items():
        together.update(name.encode() + asset.body)
    return together.hexdigest()
