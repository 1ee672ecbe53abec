"""The file of a backup: a tar whose last member is the manifest, with the SHA-256 of every other one.

It is written beside its place, brought to the disk, read back, and then renamed: what has the name of a backup is whole.
It holds secrets, so it can be read by its owner only.
"""

import hashlib
import json
import os
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from publisher.backups.working import sync, workplace
from publisher.errors import BadInput, PublisherError

MANIFEST = "manifest.json"
FORMAT = 1
BROKEN = "The backup {} is not whole: {}. Nothing was changed."
_PIECE = 1 << 20
#: So many seconds of rest after a piece; so many octets go to the disk together.
BREATH, STEP = 0.01, 4_000_000


@dataclass
class Writing:
    """A backup that is being written; `add` and `add_bytes` keep the sums for the manifest."""

    tar: tarfile.TarFile
    sums: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            self._put(name, os.fstat(file.fileno()).st_size, file)

    def add_bytes(self, name: str, data: bytes) -> None:
        self._put(name, len(data), BytesIO(data))

    def _put(self, name: str, size: int, file: IO[bytes]) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        summed = _Summed(file)
        self.tar.addfile(member, summed)
        self.sums[name] = summed.sum.hexdigest()


class _Summed:
    """A file that is hashed as it is read, with a breath now and then: others want the disk as well."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.sum, self._read = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.sum.update(data)
        self._read += len(data)
        if self._read >= _PIECE:
            self._read = 0
            time.sleep(BREATH)
        return data


@contextmanager
def written(dest: Path) -> Iterator[tuple[Writing, Path]]:
    """A backup at `dest`, there whole at the end or not at all, and a folder to work in. Call `finish` last."""
    try:
        with workplace(dest.parent, "backup") as folder:
            beside = folder / "whole"
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                with tarfile.open(fileobj=_Steady(file), mode="w", format=tarfile.PAX_FORMAT) as tar:  # type: ignore[call-overload]
                    yield Writing(tar), folder
                file.flush()
                os.fsync(file.fileno())
            verify(beside)
            beside.replace(dest)
            sync(dest.parent)
    except OSError as problem:
        raise PublisherError(
            f"The backup could not be written: {problem.strerror or problem}. Nothing was kept."
        ) from problem


class _Steady:
    """A file that goes to the disk bit by bit: at once, a gigabyte would keep every other writer waiting for seconds."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self._unsynced = file, 0

    def write(self, data: bytes) -> int:
        self._unsynced += len(data)
        if self._unsynced >= STEP:
            self.file.flush()
            os.fdatasync(self.file.fileno())
            self._unsynced = 0
        return self.file.write(data)

    def tell(self) -> int:
        return self.file.tell()

    def close(self) -> None:
        """Whoever opened the file closes it."""


def finish(writing: Writing, manifest: dict[str, Any]) -> None:
    """The manifest, last: a file without one was cut off."""
    whole = sealed({"format": FORMAT, **manifest, "sha256": dict(writing.sums)})
    writing.add_bytes(MANIFEST, json.dumps(whole, indent=1).encode())


def sealed(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest with a sum of itself."""
    rest = {key: value for key, value in manifest.items() if key != "seal"}
    return rest | {"seal": hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()}


def verify(path: Path) -> dict[str, Any]:
    """The manifest of a backup every member of which has been read and is as it was; `BadInput` where it is not."""
    sums: dict[str, str] = {}
    data = b""
    try:
        with tarfile.open(path, "r|") as tar:
            for member in tar:
                file = tar.extractfile(member)
                if file is None:
                    raise BadInput(BROKEN.format(path, f"{member.name} is no file"))
                if member.name == MANIFEST:
                    data = file.read(50_000_000)
                else:
                    sums[member.name] = _sum(file)
        manifest: dict[str, Any] = json.loads(data) if data else {}
    except (tarfile.TarError, ValueError, EOFError, AttributeError) as problem:
        raise BadInput(BROKEN.format(path, "it was cut off, or is no backup")) from problem
    except OSError as problem:
        raise BadInput(f"The backup {path} cannot be read: {problem.strerror or problem}.") from problem
    if manifest.get("format") != FORMAT:
        raise BadInput(BROKEN.format(path, "its list of contents is missing or from another version"))
    if manifest.get("sha256") != sums or manifest != sealed(manifest):
        raise BadInput(BROKEN.format(path, "what is in it is not what was put in"))
    return manifest


def take_out(path: Path, folder: Path) -> None:
    """Unpack a verified backup into a folder of ours. Names that lead elsewhere are refused by the filter."""
    with tarfile.open(path, "r|") as tar:
        tar.extractall(folder, filter="data")


def _sum(file: IO[bytes]) -> str:
    found = hashlib.sha256()
    while piece := file.read(_PIECE):
        found.update(piece)
        time.sleep(BREATH)
    return found.hexdigest()
