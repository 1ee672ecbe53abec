"""Reading the lines of a large log in a second process, while the first one stores what was read before.

Order is kept: one process reads all lines, because a line may be the second of two that are the same.
"""

import gc
import multiprocessing
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from publisher.errors import PublisherError
from publisher.podcasts.downloads.log_reading import Block, Reader

#: Lines that are read, and entered in one transaction, together.
AT_ONCE = 25_000
#: Blocks that are read before they are asked for.
AHEAD = 2
STOPPED = "Reading the log was stopped by the system. Run the import again: it goes on where it was."


def blocks(reader: Reader, lines: Iterator[bytes]) -> Iterator[Block]:
    """What the lines come to, some thousand at a time; in this process where they are few."""
    first, second = list(islice(lines, AT_ONCE)), list(islice(lines, AT_ONCE))
    if not second or not _can_start_another():
        for some in (first, second, *iter(lambda: list(islice(lines, AT_ONCE)), [])):
            if some:
                yield reader.read(some)
        return
    yield from _ahead(reader, first, second, lines)


@contextmanager
def without_collector() -> Iterator[None]:
    """No search for cycles meanwhile: a million rows have none, and looking for them takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _ahead(reader: Reader, first: list[bytes], second: list[bytes], lines: Iterator[bytes]) -> Iterator[Block]:
    spawn = multiprocessing.get_context("spawn")  # threads and connections of this process are none of its business
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=_begin, initargs=(reader,)) as other:
        waiting: deque[Future[Block]] = deque((other.submit(_read, first), other.submit(_read, second)))
        try:
            while waiting:
                block = waiting.popleft().result()
                while len(waiting) < AHEAD and (some := list(islice(lines, AT_ONCE))):
                    waiting.append(other.submit(_read, some))
                yield block
        except BrokenProcessPool as problem:
            raise PublisherError(STOPPED) from problem
        finally:
            other.shutdown(wait=True, cancel_futures=True)


def _can_start_another() -> bool:
    """A new process runs the main module again, which is not to be found where Python reads its standard input."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    return file is None or Path(file).is_file()


_reader: Reader


def _begin(reader: Reader) -> None:
    global _reader
    _reader = reader
    gc.disable()


def _read(lines: list[bytes]) -> Block:
    return _reader.read(lines)
