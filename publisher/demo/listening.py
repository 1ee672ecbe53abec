"""Who heard the demo's podcasts: a small crowd with habits, the same one every time, and the machines that come along.

Their requests go into the books as those of real listeners do and are weighed by the same rules, so that the numbers say
what numbers say: some asked for two bytes, some gave up, some were never people. Addresses are those that belong to nobody
(RFC 5737, RFC 3849).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from urllib.parse import urlsplit

from sqlmodel import Session

from publisher.demo import programme
from publisher.house import House
from publisher.media.models import MediaFile
from publisher.podcasts import episodes
from publisher.podcasts.downloads import counting
from publisher.podcasts.downloads.askers import network
from publisher.podcasts.downloads.ledger import Ledger
from publisher.podcasts.downloads.sightings import Sighting, to_the_millisecond, why_dropped
from publisher.podcasts.models import Episode, EpisodeState

#: How many people there are who might listen at all, by language of the show.
CROWD = {"en": 190, "fr": 110}
#: Of ten who begin, one or so does not hear it to the end; a few come back on another day.
GIVES_UP, COMES_BACK = 0.11, 0.06
#: Hours of the day, where they are, at which people listen; and how far that is from UTC.
HOURS = (6, 6, 7, 7, 7, 8, 12, 13, 16, 17, 17, 18, 19, 20, 21)
ZONES = {"en": (-6, -5, 0, 1, 2, 3, 3, 3, 5, 6, 8, 11), "fr": (0, 0, 0, 1, 1, 1, 2, 2, -5)}

_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0"
#: What listeners use, how, and how many in a hundred.
APPS = (
    ("AppleCoreMedia/1.0.0.22G86 (iPhone; U; CPU OS 18_6 like Mac OS X; en_gb)", "asks", 15),
    ("Podcasts/1750.3 CFNetwork/3826.600.41 Darwin/24.6.0", "whole", 13),
    ("AntennaPod/3.9.1", "whole", 14),
    ("Pocket Casts/7.97 (Android 14; SM-A155F)", "whole", 11),
    ("Spotify/9.0.80 Android/34 (Infinix X6833B)", "whole", 12),
    ("CastBox/11.22.1 (Android 13)", "whole", 6),
    ("Podcast Addict/v5 (Android 12; TECNO KG5j)", "whole", 5),
    ("Overcast/2025.9 (+http://overcast.fm/; iOS podcast app)", "whole", 4),
    (f"Mozilla/5.0 (Linux; Android 13; TECNO KI5k) {_CHROME} Mobile Safari/537.36", "page", 9),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36", "page", 5),
    (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {_SAFARI} Version/18.6 Mobile/15E148 Safari/604.1", "page", 4),
    ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "page", 2),
)  # fmt: skip
#: What comes for every episode and is nobody: User-Agent, hours after it appeared.
MACHINES = (
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 5),
    ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", 31),
    ("python-requests/2.32.5", 2),
    ("curl/8.14.1", 50),
    ("atc/1.0 watchOS/11.6 model/Watch6,14 hwp/t8301 build/22U84 (6; dt:264)", 9),
)


@dataclass(frozen=True)
class Listener:
    """One of the crowd. `zone`: hours from UTC; `hour`: when they listen there."""

    ip: str
    agent: str
    manner: str  # whole | asks | page
    hour: int
    zone: int


@dataclass(frozen=True)
class Asked:
    """One request: which bytes it asked for, and which of them were sent."""

    at: datetime
    ip: str
    agent: str
    sent: tuple[tuple[int, int], ...]
    asked: str = ""
    method: str = "GET"
    from_page: bool = False


def listen(session: Session, house: House, *, now: datetime) -> None:
    """Enter what was heard of every episode since it appeared, and have it counted."""
    host = urlsplit(house.settings.public_url).hostname or ""
    seen: list[Sighting] = []
    for about in programme.shows():
        people = crowd(about.language)
        for one in about.episodes:
            episode = episodes.by_id(session, f"{one.show}/{one.key}")
            if episode.state == EpisodeState.PUBLISHED:
                sound = session.get_one(MediaFile, episode.audio_id)
                said = asked_of(one, people, sound.length, now)
                seen += (_sighting(request, episode, sound, host) for request in said)
    Ledger(house).enter(session, sorted(seen, key=lambda sighting: sighting.at), now=now)
    counting.settle_all(session)


def crowd(language: str) -> list[Listener]:
    """Everybody who might listen to a show in that language. The same people every time."""
    chance = Random(f"crowd {language}")  # noqa: S311  # people, not secrets
    texts, manners, weights = zip(*APPS, strict=True)
    people = []
    for number in range(CROWD[language]):
        app = chance.choices(range(len(texts)), weights)[0]
        ip = _address(language, number, newer=chance.random() < 0.35)
        hour, zone = chance.choice(HOURS), chance.choice(ZONES[language])
        people.append(Listener(ip, texts[app], manners[app], hour, zone))
    return people


def asked_of(one: programme.Episode, people: list[Listener], length: int, now: datetime) -> list[Asked]:
    """Everything that was asked of an episode until `now`: by as many of the people as it is said to have, and machines."""
    chance, began = Random(one.key), one.airs(now)  # noqa: S311
    asked: list[Asked] = []
    for who in chance.sample(people, one.listeners):
        at = _moment(chance, who, began)
        asked += _heard(chance, who, at, length)
        if chance.random() < COMES_BACK:
            asked += _heard(chance, who, at + timedelta(days=chance.randint(2, 9)), length)
    for place, (agent, hours) in enumerate(MACHINES):
        asked.append(
            Asked(began + timedelta(hours=hours, minutes=place), f"203.0.113.{200 + place}", agent, ((0, length - 1),))
        )
    return [request for request in asked if request.at < now]


def _moment(chance: Random, who: Listener, began: datetime) -> datetime:
    """Half come on the first two days, most within two weeks, some much later; each at their hour of the day."""
    days = chance.choices((chance.expovariate(1 / 0.8), chance.uniform(1, 14), chance.uniform(10, 70)), (50, 36, 14))[0]
    day = began + timedelta(days=days)
    at = day.replace(hour=(who.hour - who.zone) % 24, minute=chance.randrange(60), second=chance.randrange(60))
    at += timedelta(milliseconds=chance.randrange(1000))
    return at if at >= began else at + timedelta(days=1)


def _heard(chance: Random, who: Listener, at: datetime, length: int) -> Iterator[Asked]:
    """How an app comes to its sound: at once, after asking whether ranges are understood, or piece by piece on a page."""
    stops = chance.uniform(0.1, 0.8) if chance.random() < GIVES_UP else 1.0
    last, soon = int(length * stops) - 1, timedelta(seconds=chance.uniform(0.2, 1.5))
    if who.manner == "asks":
        yield Asked(at, who.ip, who.agent, ((0, 1),), "bytes=0-1")
        yield Asked(at + soon, who.ip, who.agent, ((0, last),), "bytes=0-")
    elif who.manner == "page":
        middle = min(last, int(length * chance.uniform(0.3, 0.7)))
        yield Asked(at, who.ip, who.agent, ((0, middle),), "bytes=0-", from_page=True)
        if middle < last:
            rest = f"bytes={middle + 1}-"
            yield Asked(at + soon * 8, who.ip, who.agent, ((middle + 1, last),), rest, from_page=True)
    else:
        if chance.random() < 0.2:
            yield Asked(at, who.ip, who.agent, (), method="HEAD")
        yield Asked(at + soon, who.ip, who.agent, ((0, last),))


def _address(language: str, number: int, *, newer: bool) -> str:
    if newer:
        return f"2001:db8:{'1' if language == 'en' else '2'}:{number:x}::{number % 7 + 1}"
    return f"198.51.100.{number + 1}" if language == "en" else f"192.0.2.{number + 1}"


def _sighting(request: Asked, episode: Episode, sound: MediaFile, host: str) -> Sighting:
    status = 206 if request.asked else 200
    return Sighting(
        at=to_the_millisecond(request.at),
        show_id=episode.show_id,
        episode_id=episode.id or 0,
        media_id=sound.id,
        address=network(request.ip),
        agent=request.agent,
        referrer=host if request.from_page else "",
        method=request.method,
        status=status,
        asked=request.asked,
        sent=request.sent,
        line=None,
        dropped=why_dropped(request.method, status, request.asked, request.sent),
    )
