"""Noting what we served ourselves. Called by the route of the sound after each answer, with what was really sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from publisher.house import House
from publisher.media.models import MediaFile
from publisher.podcasts.downloads.askers import agent_text, network
from publisher.podcasts.downloads.ledger import Ledger
from publisher.podcasts.downloads.sightings import (
    ASKED_LENGTH,
    METHOD_LENGTH,
    Sighting,
    clean,
    host_of,
    to_the_millisecond,
    why_dropped,
)  # fmt: skip
from publisher.podcasts.models import Episode


def note(
    session: Session,
    house: House,
    *,
    at: datetime,
    episode: Episode,
    media: MediaFile | None,
    ip: str,
    user_agent: str | None,
    referrer: str | None,
    method: str,
    status: int,
    asked: str | None,
    sent: Sequence[tuple[int, int]],
) -> None:
    """Enter one answer. `at`: UTC-aware, when the request came.

    `sent`: the bytes of the file that were handed to the connection, as (first, last) inclusive, one pair for each range of
    the answer; empty for HEAD, 304 and whoever had gone. `asked`: the Range header. `ip`: the listener's, after proxies that
    are trusted (`PUBLISHER_TRUSTED_PROXIES`); it is hashed here and not kept. Several ranges are several rows.
    """
    pieces = tuple((first, last) for first, last in sent if last >= first)
    asked = (asked or "").strip()
    seen = Sighting(
        at=to_the_millisecond(at),
        show_id=episode.show_id,
        episode_id=episode.id or 0,
        media_id=media.id if media else None,
        address=network(ip),
        agent=agent_text(user_agent),
        referrer=host_of(referrer),
        method=clean(method.upper(), METHOD_LENGTH),
        status=status,
        asked=clean(asked, ASKED_LENGTH),
        sent=pieces,
        line=None,
        dropped=why_dropped(method.upper(), status, asked, pieces),
    )
    Ledger(house).enter(session, [seen], now=at)
