"""The privacy notice that stands beside the forms: which text it is, and every text that somebody agreed beside."""

from datetime import datetime

from sqlalchemy import Table
from sqlmodel import Session, col, select

from publisher import pages
from publisher.audience.models import PrivacyNotice
from publisher.database import insert_into
from publisher.errors import NotFound
from publisher.house import House
from publisher.languages import N_
from publisher.mail.models import Identity
from publisher.pages import ShortPage

NAME = "privacy"
_NOTICES: Table = PrivacyNotice.__table__  # type: ignore[attr-defined]


def values(session: Session, house: House) -> dict[str, str]:
    """What short pages say of the hub: its name, where to write to, and where it stands."""
    found = session.exec(select(Identity).where(col(Identity.slug) == "hub")).first()
    if found is None:
        return {"hub": "Publisher", "contact": "", "postal_address": "", "website": house.settings.public_url}
    place = ", ".join(line.strip() for line in found.postal_address.splitlines() if line.strip())
    return {
        "hub": found.name,
        "contact": found.reply_to or found.from_address,
        "postal_address": place.removeprefix(f"{found.name}, "),  # the name stands before it already
        "website": found.website or house.settings.public_url,
    }


def current(session: Session, house: House, language: str) -> ShortPage:
    """The notice as it stands now."""
    return pages.find(house, NAME, language, values(session, house))


def keep(session: Session, house: House, language: str, *, now: datetime) -> str:
    """The version of the notice that somebody meets now, its text kept from here on: it is part of the proof."""
    found = current(session, house, language)
    if session.get(PrivacyNotice, found.version) is None:
        row = {"version": found.version, "language": found.language, "title": found.title, "text": found.text, "since": now}  # fmt: skip
        session.execute(insert_into(session, _NOTICES).values(row).on_conflict_do_nothing())
    return found.version


def of_version(session: Session, version: str) -> PrivacyNotice:
    """A notice that somebody agreed beside; `NotFound`."""
    found = session.get(PrivacyNotice, version)
    if found is None:
        raise NotFound(N_("There is no such version of the privacy notice."))
    return found


def earlier(session: Session, now_shown: ShortPage) -> list[PrivacyNotice]:
    """The texts in the same language that stood before, the newest first."""
    wanted = select(PrivacyNotice).where(
        col(PrivacyNotice.language) == now_shown.language, col(PrivacyNotice.version) != now_shown.version
    )
    return list(session.exec(wanted.order_by(col(PrivacyNotice.since).desc()).limit(50)))
