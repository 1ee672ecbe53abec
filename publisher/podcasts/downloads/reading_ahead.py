"""Reading the lines of a large log in a second process, while the first one stores what was read before.

Order is kept: one process reads all lines, because a line may be the second of two that are the same.
"""

import gc
import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import date
from itertools import chain, islice
from pathlib import Path

from publisher.errors import PublisherError
from publisher.podcasts.downloads.askers import DayKeys
from publisher.podcasts.downloads.log_reading import Block, Reader

#: The keys of some days, by day.
KeysOf = Callable[[Sequence[date]], Mapping[date, DayKeys]]
#: Blocks that are read before they are asked for.
AHEAD = 3
STOPPED = "Reading the log was stopped by the system. Run the import again: it goes on where it was."


def blocks(reader: Reader, parts: Iterator[bytes], keys_of: KeysOf) -> Iterator[Block]:
    """What the parts of a log come to, each of whole lines; in this process where there is only one.

    `keys_of` is asked for the days that a part lies on before it is read.
    """
    first = list(islice(parts, 2))
    parts = chain(first, parts)
    if len(first) == 2 and _can_start_another():
        yield from _ahead(reader, parts, keys_of)
    else:
        for part in parts:
            yield reader.read(part, keys_of(reader.days_of(part)))


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


def _ahead(reader: Reader, parts: Iterator[bytes], keys_of: KeysOf) -> Iterator[Block]:
    spawn = multiprocessing.get_context("spawn")  # threads and connections of this process are none of its business
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=_begin, initargs=(reader,)) as other:
        waiting = deque[Future[Block]]()
        try:
            while True:
                for part in islice(parts, AHEAD - len(waiting)):
                    waiting.append(other.submit(_read, part, keys_of(reader.days_of(part))))
                if not waiting:
                    return
                yield waiting.popleft().result()
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


def _read(part: bytes, days: Mapping[date, DayKeys]) -> Block:
    return _reader.read(part, days)
