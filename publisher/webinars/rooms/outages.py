"""Telling the host that the server of the room does not answer, while there is time to give the webinar another room."""

from datetime import datetime

from sqlmodel import Session, col, select

from publisher.house import House
from publisher.languages import Translator, translator
from publisher.mail.models import Address, Identity
from publisher.mail.post import post
from publisher.webinars import addresses, words
from publisher.webinars.models import Series, Speaker, Webinar


def tell_hosts(session: Session, house: House, series: Series, webinar: Webinar, *, now: datetime) -> int:
    """A notice to who hosts this date (who speaks, where nobody hosts), at most one in an hour; how many were written to."""
    everybody = _speakers(session, series, webinar)
    hosts = [pair for pair in everybody if pair[0].role == "host"]
    for speaker, address in hosts or everybody:
        post(
            session,
            house,
            kind="notice",
            to=address,
            to_name=speaker.name,
            language=speaker.language,
            zone=speaker.zone,
            identity=session.get_one(Identity, series.identity_id),
            context=_context(translator(speaker.language), words.of_webinar(series, webinar, speaker.language).title),
            values={"action": addresses.host(house, speaker, webinar), "name": speaker.name},
            occasion=f"room down {webinar.id} {int(now.timestamp()) // 3600:x}",
            now=now,
        )
    return len(hosts or everybody)


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
