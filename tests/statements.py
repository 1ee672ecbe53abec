"""What pages ask of the database, counted."""

from collections.abc import Callable, Iterable

from sqlalchemy import event

from publisher.house import House


def asked(house: House, get: Callable[[str], object], paths: Iterable[str]) -> dict[str, int]:
    """Statements per page; `get` asks for one, and may look at the answer."""
    counts: dict[str, int] = {}
    path = ""

    def count(*_: object) -> None:
        counts[path] += 1

    event.listen(house.database.engine, "before_cursor_execute", count)
    try:
        for path in paths:
            counts[path] = 0
            get(path)
    finally:
        event.remove(house.database.engine, "before_cursor_execute", count)
    return counts
