"""Entering sightings into the books: each becomes rows of `download_request`, joined to its asker's row of the day.

Here a network address is last seen: what is stored are digests under the secret of the day.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlmodel import Session

from publisher.house import House
from publisher.podcasts.downloads import agents, bulk, daily
from publisher.podcasts.downloads.askers import DayKeys, day_keys
from publisher.podcasts.downloads.models import DownloadRequest, DownloadWindow
from publisher.podcasts.downloads.sightings import Sighting

DAY = timedelta(days=1)
AT_ONCE = 1000
#: Askers whose digests are remembered; they cost more than a look into a dictionary.
REMEMBERED = 20_000

_REQUEST = (
    "at", "episode_id", "media_id", "method", "status", "asked", "first", "last", "agent_id", "referrer", "dropped",
    "window_id", "line",
)  # fmt: skip
_WINDOW = (
    "id", "key", "before_id", "listener", "address", "day", "show_id", "episode_id", "media_id", "agent_id", "started_at",
    "octets", "day_octets", "day_counted", "dropped", "stale",
)  # fmt: skip


class Ledger:
    """Enters sightings, and remembers what it looked up; one for each caller, never shared between threads."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._agents: dict[str, int] = {}
        self._keys: dict[date, DayKeys] = {}
        self._askers: dict[tuple[date, str, str], bytes] = {}

    def enter(self, session: Session, sightings: Sequence[Sighting], *, now: datetime) -> int:
        """Store those that were not met before (by `line`) and have them weighed. Returns how many that were."""
        unmet = _unmet(session, sightings)
        if missing := {sighting.agent for sighting in unmet} - self._agents.keys():
            self._agents |= agents.ids_of(session, missing)
        windows = self._windows(session, unmet, now)
        rows = list(self._rows(bulk.stored(session), unmet, windows))
        rows.sort(key=lambda row: row[11] or 0)  # neighbours in the index of windows
        bulk.add(session, _REQUESTS, _REQUEST, rows)
        return len(unmet)

    def _rows(
        self, stored: bulk.Stored, sightings: Iterable[Sighting], windows: Iterable[int | None]
    ) -> Iterable[tuple[Any, ...]]:
        for seen, window in zip(sightings, windows, strict=True):
            at, agent = stored.instant(seen.at), self._agents[seen.agent]
            for place, (first, last) in enumerate(seen.sent or ((0, -1),)):
                line = seen.line if not place or seen.line is None else f"{seen.line}+{place}"
                yield (
                    at, seen.episode_id, seen.media_id, seen.method, seen.status, seen.asked, first, last, agent,
                    seen.referrer, seen.dropped, window, line,
                )  # fmt: skip

    def _windows(self, session: Session, sightings: Sequence[Sighting], now: datetime) -> list[int | None]:
        """The row of each sighting's asker, episode and day; None for what counts for nothing by itself."""
        by_day: dict[date, dict[int, Sighting]] = {}
        keys: list[tuple[date, int] | None] = []
        for seen in sightings:
            if seen.dropped:
                keys.append(None)
                continue
            day = seen.at.date()
            key = self._keys_of(session, day, now).window(self._asker(day, seen), seen.episode_id)
            by_day.setdefault(day, {}).setdefault(key, seen)
            keys.append((day, key))
        opened = {day: self._open(session, day, by_day[day]) for day in sorted(by_day)}
        return [opened[place[0]][place[1]] if place else None for place in keys]

    def _open(self, session: Session, day: date, wanted: Mapping[int, Sighting]) -> dict[int, int]:
        """Rows by key, made where there are none; those whose numbers this may change are marked to be weighed again."""
        ids = _ids_of(session, wanted)
        touched = set(ids.values())
        if missing := {key: seen for key, seen in wanted.items() if key not in ids}:
            before = self._beside(session, day - DAY, missing)
            after = self._beside(session, day + DAY, missing)
            ids |= self._insert(session, day, missing, before)
            touched |= set(before.values()) | set(after.values())
            links = [{"its_id": after[key], "its_before": ids[key]} for key in after]
            if links:
                where = _WINDOWS.c.id == bindparam("its_id")
                session.execute(update(_WINDOWS).where(where).values(before_id=bindparam("its_before")), links)
        _weigh_again(session, touched)
        return ids

    def _beside(self, session: Session, day: date, wanted: Mapping[int, Sighting]) -> dict[int, int]:
        """The same askers' rows of a neighbouring day, by the key of this day."""
        if (keys := self._known_keys(session, day)) is None:
            return {}
        theirs = {key: keys.window(self._asker(day, seen), seen.episode_id) for key, seen in wanted.items()}
        found = _ids_of(session, theirs.values())
        return {key: found[other] for key, other in theirs.items() if other in found}

    def _insert(
        self, session: Session, day: date, missing: Mapping[int, Sighting], before: Mapping[int, int]
    ) -> dict[int, int]:
        """New rows. Where somebody else has just made one, theirs is taken, and weighed again."""
        stored, keys = bulk.stored(session), self._keys[day]
        ids = dict(zip(missing, bulk.reserve(session, _WINDOWS, len(missing)), strict=True))
        rows = []
        for key, seen in missing.items():
            asker = self._asker(day, seen)
            rows.append(
                (
                    ids[key], key, before.get(key), keys.listener(asker, seen.show_id), keys.address(seen.address),
                    stored.day(day), seen.show_id, seen.episode_id, seen.media_id, self._agents[seen.agent], None,
                    0, 0, False, "", True,
                )
            )  # fmt: skip
        if bulk.add(session, _WINDOWS, _WINDOW, rows) == len(rows):
            return ids
        ids = _ids_of(session, missing)
        _weigh_again(session, ids.values())
        return ids

    def _asker(self, day: date, seen: Sighting) -> bytes:
        place = (day, seen.address, seen.agent)
        if (found := self._askers.get(place)) is None:
            if len(self._askers) >= REMEMBERED:
                self._askers.clear()
            found = self._askers[place] = self._keys[day].asker(seen.address, seen.agent)
        return found

    def _keys_of(self, session: Session, day: date, now: datetime) -> DayKeys:
        if day not in self._keys:
            self._keys[day] = day_keys(self._house, daily.secret_of(session, day, now=now))
        return self._keys[day]

    def _known_keys(self, session: Session, day: date) -> DayKeys | None:
        """Those of a day that has a secret already: without one nobody has a row of that day."""
        if day not in self._keys and (secret := daily.known(session, day)) is not None:
            self._keys[day] = day_keys(self._house, secret)
        return self._keys.get(day)


def _unmet(session: Session, sightings: Sequence[Sighting]) -> Sequence[Sighting]:
    """Those whose line is not in the books. Lines begin with their time, so one look at a stretch of them tells."""
    lines = {seen.line for seen in sightings if seen.line is not None}
    if not lines:
        return sightings
    stretch = select(_REQUESTS.c.line).where(_REQUESTS.c.line.between(min(lines), max(lines)))
    known = {line for line in session.execute(stretch).scalars() if line in lines}
    return [seen for seen in sightings if seen.line not in known] if known else sightings


def _ids_of(session: Session, keys: Collection[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), AT_ONCE):
        some = _WINDOWS.c.key.in_(wanted[start : start + AT_ONCE])
        found |= {row[0]: row[1] for row in session.execute(select(_WINDOWS.c.key, _WINDOWS.c.id).where(some))}
    return found


def _weigh_again(session: Session, ids: Collection[int]) -> None:
    """Mark rows and those of the day before: what comes on a day may belong to the window that began the day before."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        before = select(_WINDOWS.c.before_id).where(_WINDOWS.c.id.in_(some), _WINDOWS.c.before_id.is_not(None))
        for where in (_WINDOWS.c.id.in_(some), _WINDOWS.c.id.in_(before)):
            session.execute(update(_WINDOWS).where(where, _WINDOWS.c.stale.is_(False)).values(stale=True))


_WINDOWS: Table = DownloadWindow.__table__  # type: ignore[attr-defined]
_REQUESTS: Table = DownloadRequest.__table__  # type: ignore[attr-defined]
