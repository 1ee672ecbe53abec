"""Telling the host that the server of the room does not answer, while there is time to give the webinar another room."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.house import House
from publisher.languages import Translator, translator
from publisher.mail.models import Address, Identity
from publisher.mail.post import post
from publisher.staff.models import Member
from publisher.webinars import addresses, words
from publisher.webinars.models import Series, Speaker, Webinar


@dataclass(frozen=True)
class Told:
    """Who hears of it; `action` leads them into the room, or to where another one is chosen."""

    address: Address
    name: str
    language: str
    zone: str
    action: str


def tell_hosts(session: Session, house: House, series: Series, webinar: Webinar, *, now: datetime) -> int:
    """A notice to `who_hears`, at most one in an hour; how many were written to."""
    several = who_hears(session, house, series, webinar)
    for one in several:
        post(
            session,
            house,
            kind="notice",
            to=one.address,
            to_name=one.name,
            language=one.language,
            zone=one.zone,
            identity=session.get_one(Identity, series.identity_id),
            context=_context(translator(one.language), words.of_webinar(series, webinar, one.language).title),
            values={"action": one.action, "name": one.name},
            occasion=f"room down {webinar.id} {int(now.timestamp()) // 3600:x}",
            now=now,
        )
    return len(several)


def who_hears(session: Session, house: House, series: Series, webinar: Webinar) -> list[Told]:
    """Who hosts this date; where nobody does, who speaks; where nobody is there either, the staff, who can choose a room."""
    everybody = _speakers(session, series, webinar)
    hosts = [pair for pair in everybody if pair[0].role == "host"]
    if everybody:
        return [
            Told(address, one.name, one.language, one.zone, addresses.host(house, one, webinar))
            for one, address in hosts or everybody
        ]
    page = house.settings.url(f"/studio/webinars/{series.slug}/dates/{webinar.number}")
    which = select(Member, Address).join(Address, col(Address.id) == col(Member.address_id))
    able = which.where(col(Member.disabled_at).is_(None), col(Member.role) != "viewer", col(Address.email) != "")
    return [Told(address, one.name, "en", one.zone, page) for one, address in session.exec(able)]


def _speakers(session: Session, series: Series, webinar: Webinar) -> list[tuple[Speaker, Address]]:
    here = col(Speaker.webinar_id).is_(None) | (col(Speaker.webinar_id) == webinar.id)
    which = select(Speaker, Address).join(Address, col(Address.id) == col(Speaker.address_id))
    return list(session.exec(which.where(col(Speaker.series_id) == series.id, here)).all())


def _context(translate: Translator, title: str) -> dict[str, object]:
    say = translate.gettext
    return {
        "title": say("The room of “%(webinar)s” cannot be reached") % {"webinar": title},
        "paragraphs": [
            say("Somebody wanted to enter the room, and the server that has it did not answer. People see a sentence that says so, and can try again."),
            say("If it stays like this, ask a colleague to give the webinar another room in the studio: everybody's link then leads there at once, and nothing needs to be mailed."),
        ],
        "button_label": say("Try the room"),
    }  # fmt: skip
