"""The stage of the counting: files whose first minute is easy to reckon, shows made by the dozen, and requests as values."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, func, select

from publisher.house import House
from publisher.media.models import MediaFile
from publisher.podcasts.downloads import counting, recording
from publisher.podcasts.downloads.models import DownloadRequest, DownloadWindow
from publisher.podcasts.models import Episode, Show

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
APP = "AntennaPod/3.4.0"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
HOME = "203.0.113.7"

#: name: (length, audio_start, duration, bit_rate). The first minute of `main`: 80,000 + 1,920,000 · 60 / 120 = 1,040,000.
FILES: dict[str, tuple[int, int, float | None, int | None]] = {
    "main": (2_000_000, 80_000, 120.0, None),
    "slow": (1_000_000, 0, 120.0, None),  # 500,000
    "replaced": (2_400_000, 0, 120.0, None),  # 1,200,000
    "short": (500_000, 20_000, 30.0, None),  # the whole file
    "minute": (960_000, 0, 60.0, None),  # the whole file
    "61 seconds": (610_000, 0, 61.0, None),  # 600,000
    "variable": (3_000_001, 1_234, 187.3, None),  # 1,234 + 2,998,767 · 60 / 187.3 = 961,864.1…, so 961,865
    "no duration": (700_000, 0, None, None),  # the whole file
    "bit rate only": (5_000_000, 100_000, None, 128_000),  # 100,000 + 128,000 / 8 · 60 = 1,060,000
    "big cover": (4_340_000, 505_000, 240.0, None),  # 505,000 + 3,835,000 / 4 = 1,463,750
}


@dataclass(frozen=True)
class Asked:
    """One request and its answer. `at`: hours after Monday 0:00 UTC. `sent`: pairs of first and last byte."""

    sent: tuple[tuple[int, int], ...] = ((0, 1_999_999),)
    at: float = 6.0
    ip: str = HOME
    agent: str | None = APP
    method: str = "GET"
    status: int = 206
    asked: str = "bytes=0-"
    file: str = "main"
    episode: int = 0

    @property
    def when(self) -> datetime:
        return MONDAY + timedelta(hours=self.at)

    def but(self, **changes: object) -> "Asked":
        return replace(self, **changes)  # type: ignore[arg-type]


def whole(**how: object) -> Asked:
    """The main sound from its first byte to its last."""
    return Asked(status=200, asked="").but(**how)


def part(first: int, last: int, **how: object) -> Asked:
    return Asked(((first, last),), asked=f"bytes={first}-{last}").but(**how)


class Stage:
    """Files once, shows as many as wanted. Every verb commits, as routes and jobs do."""

    def __init__(self, house: House) -> None:
        self.house = house
        with house.database.session() as session:
            self.media = {name: self._file(name) for name in FILES}
            session.add_all(self.media.values())
        self.shows = 0

    def _file(self, name: str) -> MediaFile:
        length, start, duration, bit_rate = FILES[name]
        digest = f"{list(FILES).index(name):012x}" + "0" * 52
        return MediaFile(
            digest=digest, kind="audio", type="audio/mpeg", extension="mp3", length=length, audio_start=start,
            duration=duration, bit_rate=bit_rate, created_at=MONDAY,
        )  # fmt: skip

    def show(self, episodes: int = 2, published: datetime = MONDAY) -> tuple[Show, list[Episode]]:
        self.shows += 1
        slug = f"show{self.shows}"
        with self.house.database.session() as session:
            show = Show(slug=slug, title=slug, guid=slug, changed_at=MONDAY, created_at=MONDAY)
            session.add(show)
            session.flush()
            made = [
                Episode(
                    show_id=show.id or 0, slug=f"e{n}", guid=f"{slug}-e{n}", title=f"Episode {n}", state="published",
                    audio_id=self.media["main"].id, published_at=published, created_at=MONDAY, updated_at=MONDAY,
                )
                for n in range(episodes)
            ]  # fmt: skip
            session.add_all(made)
        return show, made

    def note(self, episodes: Sequence[Episode], *requests: Asked) -> None:
        with self.house.database.session() as session:
            for one in requests:
                self.note_in(session, episodes, one)

    def note_in(self, session: Session, episodes: Sequence[Episode], one: Asked) -> None:
        recording.note(
            session, self.house, at=one.when, episode=episodes[one.episode], media=self.media[one.file], ip=one.ip,
            user_agent=one.agent, referrer="https://player.example/listen?who=me", method=one.method, status=one.status,
            asked=one.asked, sent=one.sent,
        )  # fmt: skip

    def settle(self) -> int:
        return counting.settle(self.house, MONDAY)

    def downloads(self, show: Show) -> tuple[int, int]:
        """By windows of 24 hours, and by calendar days."""
        here = select(func.count()).select_from(DownloadWindow).where(col(DownloadWindow.show_id) == show.id)
        with self.house.database.reading() as session:
            rolling = session.exec(here.where(col(DownloadWindow.dropped) == "")).one()
            return rolling, session.exec(here.where(col(DownloadWindow.day_counted))).one()

    def reasons(self, show: Show) -> set[str]:
        """Why requests or askers of this show do not count."""
        with self.house.database.reading() as session:
            windows = select(DownloadWindow.dropped).where(col(DownloadWindow.show_id) == show.id)
            episodes = select(Episode.id).where(col(Episode.show_id) == show.id)
            requests = select(DownloadRequest.dropped).where(col(DownloadRequest.episode_id).in_(episodes))
            return {*session.exec(windows), *session.exec(requests)} - {"", "continued"}

    def windows(self, show: Show) -> list[tuple[object, ...]]:
        """What the rows of a show come to, without numbers that chance gives."""
        with self.house.database.reading() as session:
            rows = session.exec(
                select(DownloadWindow)
                .where(col(DownloadWindow.show_id) == show.id)
                .order_by(col(DownloadWindow.day), col(DownloadWindow.episode_id), col(DownloadWindow.started_at))
            )
            return sorted(
                (row.day, row.episode_id, str(row.started_at), row.octets, row.day_octets, row.day_counted, row.dropped)
                for row in rows
            )

    def path(self, show: Show, episode: Episode, one: Asked) -> str:
        return f"/podcasts/{show.slug}/audio/{episode.id}-{self.media[one.file].digest[:12]}.mp3"

    def caddy(self, show: Show, episodes: Sequence[Episode], one: Asked) -> str:
        """The request as a line of Caddy's log, which has the range that was asked for and the bytes that were sent."""
        headers = {"Range": [one.asked]} if one.asked else {}
        if one.agent is not None:
            headers["User-Agent"] = [one.agent]
        return json.dumps(
            {
                "ts": one.when.timestamp(),
                "request": {
                    "remote_ip": one.ip, "method": one.method, "uri": self.path(show, episodes[one.episode], one),
                    "headers": headers,
                },
                "size": sum(last - first + 1 for first, last in one.sent),
                "status": one.status,
            }
        )  # fmt: skip


def naively(requests: Iterable[Asked]) -> int:
    """What a count of lines says: everything that was answered with 200 or 206."""
    return sum(one.status in (200, 206) for one in requests)


def once_a_day(requests: Iterable[Asked]) -> int:
    """What a redirecting counter says, which never sees what is sent: GET, not `0-1`, once for IP, User-Agent and UTC day."""
    return len(
        {
            (one.ip, one.agent, one.episode, one.when.date())
            for one in requests
            if one.method == "GET" and one.asked != "bytes=0-1"
        }
    )
