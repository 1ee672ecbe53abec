"""An asker's row of a day: found, or opened where there is none. Here a network address is last seen.

What is stored are digests under the secret of the day. The same asker has another digest on another day; the rows of two
days are joined here, while both secrets are known.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlmodel import Session

from publisher.house import House
from publisher.podcasts.downloads import agents, bulk, daily
from publisher.podcasts.downloads.askers import Asker, DayKeys, day_keys
from publisher.podcasts.downloads.models import DownloadWindow
from publisher.podcasts.downloads.sightings import Piece, Sighting
from publisher.podcasts.downloads.thresholds import Thresholds
from publisher.podcasts.downloads.weighing import verdict, weigh

DAY = timedelta(days=1)
AT_ONCE = 1000
#: Askers of a day whose digests are remembered.
REMEMBERED = 20_000

_COLUMNS = (
    "id", "key", "before_id", "listener", "address", "day", "show_id", "episode_id", "agent_id", "media_id", "started_at",
    "octets", "day_media_id", "day_octets", "day_counted", "dropped", "stale",
)  # fmt: skip


@dataclass(slots=True)
class _Asking:
    """What one asker took of one episode on one day, of the sightings at hand."""

    seen: Sighting
    pieces: list[Piece] = field(default_factory=list)


class Opening:
    """Finds and opens rows of `download_window`. `at_once`: what has no neighbours is weighed before it is stored.

    `places`: shows and days where that was done, for the rule about spikes.
    """

    def __init__(self, house: House, at_once: bool) -> None:
        self._house, self._at_once = house, at_once
        self._days: dict[date, _Day] = {}
        self.places: set[tuple[int, date]] = set()

    def rows_for(
        self, session: Session, sightings: Sequence[Sighting], agents: Mapping[str, agents.Known], now: datetime
    ) -> list[int | None]:
        """The row of each sighting's asker, episode and day; None for what counts for nothing by itself."""
        wanted: dict[date, dict[int, _Asking]] = {}
        places: list[tuple[date, int] | None] = []
        today: _Day | None = None
        for seen in sightings:
            if seen.dropped:
                places.append(None)
                continue
            day = seen.at.date()
            if today is None or day != today.date:
                today, mine = self._day(session, day, now), wanted.setdefault(day, {})
            key = today.key(seen)
            if (asking := mine.get(key)) is None:
                asking = mine[key] = _Asking(seen)
            for first, last in seen.sent:
                asking.pieces.append(Piece(seen.at, seen.media_id, first, last))
            places.append((day, key))
        opened = {day: self._open(session, self._days[day], wanted[day], agents) for day in sorted(wanted)}
        return [opened[place[0]][place[1]] if place else None for place in places]

    def _open(
        self, session: Session, day: "_Day", wanted: Mapping[int, _Asking], agents: Mapping[str, agents.Known]
    ) -> dict[int, int]:
        """Rows by key, made where there are none; those whose numbers this may change are marked to be weighed again."""
        ids = _ids_of(session, wanted)
        touched = set(ids.values())
        if missing := {key: asking for key, asking in wanted.items() if key not in ids}:
            before = self._beside(session, day.date - DAY, missing)
            after = self._beside(session, day.date + DAY, missing)
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

    def _beside(self, session: Session, date: date, wanted: Mapping[int, _Asking]) -> dict[int, int]:
        """The same askers' rows of a neighbouring day, by the key of this day. None where that day has no secret."""
        if (day := self._known(session, date)) is None:
            return {}
        theirs = {key: day.key(asking.seen) for key, asking in wanted.items()}
        found = _ids_of(session, theirs.values())
        return {key: found[other] for key, other in theirs.items() if other in found} if found else {}

    def _rows(
        self,
        session: Session,
        day: "_Day",
        missing: Mapping[int, _Asking],
        before: Mapping[int, int],
        after: Collection[int],
        agents: Mapping[str, agents.Known],
    ) -> list[tuple[Any, ...]]:
        stored, needed, keys = bulk.stored(session), Thresholds(session), day.keys
        today, rows = stored.day(day.date), []
        for number, (key, asking) in zip(bulk.reserve(session, _WINDOWS, len(missing)), missing.items(), strict=True):
            seen, agent = asking.seen, agents[asking.seen.agent]
            result: tuple[Any, ...] = (None, None, 0, None, 0, False, "", True)
            if self._at_once and key not in before and key not in after:
                weighed = weigh(asking.pieces, (), day=day.date, free_from=None, needed=needed)
                rolling, of_day = weighed.rolling, weighed.of_day
                result = (
                    rolling.media_id, stored.instant(weighed.started_at or seen.at), rolling.octets, of_day.media_id,
                    of_day.octets, of_day.enough and not agent.machine, verdict(weighed, agent.machine), False,
                )  # fmt: skip
                self.places.add((seen.show_id, day.date))
            rows.append(
                (
                    number, key, before.get(key), day.asker(seen).listener, keys.address(seen.address),
                    today, seen.show_id, seen.episode_id, agent.id, *result,
                )
            )  # fmt: skip
        return rows

    def _day(self, session: Session, date: date, now: datetime) -> "_Day":
        if date not in self._days:
            self._days[date] = _Day(date, day_keys(self._house, daily.secret_of(session, date, now=now)))
        return self._days[date]

    def _known(self, session: Session, date: date) -> "_Day | None":
        """A day that has a secret already: without one nobody has a row of it."""
        if date not in self._days and (secret := daily.known(session, date)) is not None:
            self._days[date] = _Day(date, day_keys(self._house, secret))
        return self._days.get(date)


class _Day:
    """The digests of one UTC day, those of its last askers remembered."""

    def __init__(self, date: date, keys: DayKeys) -> None:
        self.date, self.keys = date, keys
        self._askers: dict[tuple[str, str], Asker] = {}

    def asker(self, seen: Sighting) -> Asker:
        place = (seen.address, seen.agent)
        if (found := self._askers.get(place)) is None:
            if len(self._askers) >= REMEMBERED:
                self._askers.clear()
            found = self._askers[place] = self.keys.asker(seen.address, seen.agent)
        return found

    def key(self, seen: Sighting) -> int:
        return self.keys.window(self.asker(seen), seen.episode_id)


def _ids_of(session: Session, keys: Collection[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), AT_ONCE):
        some = _WINDOWS.c.key.in_(wanted[start : start + AT_ONCE])
        found |= {row[0]: row[1] for row in session.execute(select(_WINDOWS.c.key, _WINDOWS.c.id).where(some))}
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
