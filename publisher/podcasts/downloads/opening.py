"""An asker's row of a day: found, or opened where there is none. Here a network address is last seen.

What is stored are digests under the secret of the day. The same asker has another digest on another day; the rows of two
days are joined here, while both secrets are known.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlmodel import Session

from publisher.house import House
from publisher.podcasts.downloads import agents, bulk, daily
from publisher.podcasts.downloads.askers import DAY, DayKeys, KeyRing, Keys, day_keys
from publisher.podcasts.downloads.models import DownloadWindow
from publisher.podcasts.downloads.sightings import Piece, Sighting
from publisher.podcasts.downloads.thresholds import Thresholds
from publisher.podcasts.downloads.weighing import verdict, weigh_alone

AT_ONCE = 1000

_COLUMNS = (
    "id", "key", "before_id", "listener", "address", "day", "show_id", "episode_id", "agent_id", "media_id", "started_at",
    "octets", "day_media_id", "day_octets", "day_counted", "dropped", "stale",
)  # fmt: skip


@dataclass(slots=True)
class _Asking:
    """What one asker took of one episode on one day, of the sightings at hand."""

    seen: Sighting
    keys: Keys
    pieces: list[Piece]


class Opening:
    """Finds and opens rows of `download_window`. `at_once`: what has no neighbours is weighed before it is stored.

    `places`: shows and days where that was done, for the rule about spikes.
    """

    def __init__(self, house: House, at_once: bool) -> None:
        self._house, self._at_once = house, at_once
        self._ring = KeyRing()
        self.places: set[tuple[int, date]] = set()

    def keys_of(self, session: Session, days: Iterable[date], now: datetime) -> dict[date, DayKeys]:
        """The keys of these days, whose secrets are made where there are none, and of the days before that have one."""
        for day in days:
            if day not in self._ring.days:
                self._ring.add({day: day_keys(self._house, daily.secret_of(session, day, now=now))})
            self._learn(session, day - DAY)
        return {one: keys for day in days for one, keys in self._ring.days.items() if one in (day, day - DAY)}

    def rows_for(
        self, session: Session, sightings: Sequence[Sighting], agents: Mapping[str, agents.Known], now: datetime
    ) -> list[int | None]:
        """The row of each sighting's asker, episode and day; None for what counts for nothing by itself."""
        wanted: dict[date, dict[int, _Asking]] = {}
        windows: list[int | None] = []  # numbers of 63 bits under the secrets of days: no two days share one
        for seen in sightings:
            if seen.dropped:
                windows.append(None)
                continue
            day = seen.at.date()
            if (mine := wanted.get(day)) is None:
                self.keys_of(session, (day,), now)
                self._learn(session, day + DAY)
                mine = wanted[day] = {}
            keys = seen.keys or self._ring.of(day, seen.address, seen.agent, seen.episode_id)
            window = keys[0]
            windows.append(window)
            pieces = [(seen.at, seen.media_id, first, last) for first, last in seen.sent]
            if window in mine:
                mine[window].pieces += pieces
            else:
                mine[window] = _Asking(seen, keys, pieces)
        opened: dict[int, int] = {}
        for day in sorted(wanted):
            opened |= self._open(session, day, wanted[day], agents)
        return [None if window is None else opened[window] for window in windows]

    def _open(
        self, session: Session, day: date, wanted: Mapping[int, _Asking], agents: Mapping[str, agents.Known]
    ) -> dict[int, int]:
        """Rows by key, made where there are none; those whose numbers this may change are marked to be weighed again."""
        shows = {asking.seen.show_id for asking in wanted.values()}
        ids = _ids_of(session, wanted) if _any(session, shows, day) else {}
        touched = set(ids.values())
        if missing := {key: asking for key, asking in wanted.items() if key not in ids}:
            before = self._before(session, day, missing) if _any(session, shows, day - DAY) else {}
            after = self._after(session, day, missing) if _any(session, shows, day + DAY) else {}
            rows = self._rows(session, day, missing, before, after, agents)
            opened = {row[1]: row[0] for row in rows}
            if bulk.add(session, _WINDOWS, _COLUMNS, rows) < len(rows):  # somebody else has just opened one
                opened = _ids_of(session, missing)
                touched |= set(opened.values())
            ids |= opened
            touched |= {*before.values(), *after.values()}
            _link(session, {after[key]: ids[key] for key in after})
        _weigh_again(session, touched)
        return ids

    def _before(self, session: Session, day: date, wanted: Mapping[int, _Asking]) -> dict[int, int]:
        """The same askers' rows of the day before, by the key of this day. None where that day has no secret."""
        if day - DAY not in self._ring.days:
            return {}
        theirs = {}
        for key, asking in wanted.items():
            seen, before = asking.seen, asking.keys[1]
            if before is None:  # its secret was not at hand when the keys were found
                before = self._ring.of(day, seen.address, seen.agent, seen.episode_id)[1]
            if before is not None:
                theirs[key] = before
        return _found(session, theirs)

    def _after(self, session: Session, day: date, wanted: Mapping[int, _Asking]) -> dict[int, int]:
        """The same of the day after, which has a secret only where later requests came first."""
        if (keys := self._ring.days.get(day + DAY)) is None:
            return {}
        seen = {key: asking.seen for key, asking in wanted.items()}
        return _found(
            session, {key: keys.window(keys.asker(one.address, one.agent), one.episode_id) for key, one in seen.items()}
        )

    def _rows(
        self,
        session: Session,
        day: date,
        missing: Mapping[int, _Asking],
        before: Mapping[int, int],
        after: Collection[int],
        agents: Mapping[str, agents.Known],
    ) -> list[tuple[Any, ...]]:
        stored, needed, rows = bulk.stored(session), Thresholds(session), []
        today = stored.day(day)
        for number, (key, asking) in zip(bulk.reserve(session, _WINDOWS, len(missing)), missing.items(), strict=True):
            seen, agent = asking.seen, agents[asking.seen.agent]
            _, _, listener, address = asking.keys
            result: tuple[Any, ...] = (None, None, 0, None, 0, False, "", True)
            if self._at_once and key not in before and key not in after:
                weighed = weigh_alone(asking.pieces, needed)
                rolling, of_day = weighed.rolling, weighed.of_day
                result = (
                    rolling.media_id, stored.instant(weighed.started_at or seen.at), rolling.octets, of_day.media_id,
                    of_day.octets, of_day.enough and not agent.machine, verdict(weighed, agent.machine), False,
                )  # fmt: skip
                self.places.add((seen.show_id, day))
            rows.append(
                (
                    number, key, before.get(key), listener, address, today, seen.show_id,
                    seen.episode_id, agent.id, *result,
                )
            )  # fmt: skip
        return rows

    def _learn(self, session: Session, day: date) -> None:
        """The keys of a day that has a secret already: without one nobody has a row of it."""
        if day not in self._ring.days and (secret := daily.known(session, day)) is not None:
            self._ring.add({day: day_keys(self._house, secret)})


def _found(session: Session, theirs: Mapping[int, int]) -> dict[int, int]:
    """Rows by our key, from their keys by ours."""
    found = _ids_of(session, theirs.values())
    return {key: found[other] for key, other in theirs.items() if other in found} if found else {}


def _any(session: Session, shows: Collection[int], day: date) -> bool:
    """Whether there are rows of that day at all: of most days that a log comes to there are none."""
    here = (_WINDOWS.c.show_id.in_(shows)) & (_WINDOWS.c.day == day)
    return session.execute(select(_WINDOWS.c.id).where(here).limit(1)).first() is not None


def _ids_of(session: Session, keys: Collection[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    wanted, connection = sorted(keys), session.connection()
    for start in range(0, len(wanted), AT_ONCE):
        some = ", ".join(map(str, wanted[start : start + AT_ONCE]))  # numbers of ours: nothing to be escaped
        rows = connection.exec_driver_sql(f"SELECT key, id FROM download_window WHERE key IN ({some})")  # noqa: S608
        found |= {row[0]: row[1] for row in rows}
    return found


def _link(session: Session, before: Mapping[int, int]) -> None:
    """Tell rows, by id, which row the same asker has of the day before."""
    if before:
        links = [{"its_id": number, "its_before": other} for number, other in before.items()]
        where = _WINDOWS.c.id == bindparam("its_id")
        session.execute(update(_WINDOWS).where(where).values(before_id=bindparam("its_before")), links)


def _weigh_again(session: Session, ids: Collection[int]) -> None:
    """Mark rows and those of the day before: what comes on a day may belong to the window that began the day before.

    Also rows that are marked: somebody may be weighing them at this moment without what is about to be stored, and the
    update waits for them. The earlier day comes first, as in `counting`, so that nobody waits for each other.
    """
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        before = select(_WINDOWS.c.before_id).where(_WINDOWS.c.id.in_(some), _WINDOWS.c.before_id.is_not(None))
        for where in (_WINDOWS.c.id.in_(before), _WINDOWS.c.id.in_(some)):
            session.execute(update(_WINDOWS).where(where).values(stale=True))


_WINDOWS: Table = DownloadWindow.__table__  # type: ignore[attr-defined]
