"""A folder to work in beside the place where the result will stand; what a killed process left of one is cleared away."""

import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def workplace(where: Path, what: str) -> Iterator[Path]:
    """A hidden folder in `where` that only we may read, gone at the end. Those of dead processes of this machine go first."""
    begin = f".publisher-{what}-{socket.gethostname()}-"
    for left in where.glob(f"{begin}*-*"):
        if not _lives(left.name.removeprefix(begin).partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    folder = where / f"{begin}{os.getpid()}-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: str) -> bool:
    if not pid.isdecimal():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def sync(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
