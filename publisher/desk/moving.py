"""The hub has another address than before: what was written down with a former one says the present one from now on.

Links in mails that went out stay as they are, and lead here (`publisher.web.former`). What was given once, such as the ids of
episodes, events and resources and the domain of a Message-ID, never changes.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, or_, select

from publisher.house import House
from publisher.library.models import WorkText
from publisher.mail.models import Identity
from publisher.podcasts import shelf as episodes_shelf
from publisher.podcasts import shows
from publisher.webinars import programme
from publisher.webinars import shelf as webinars_shelf


def follow(session: Session, house: House, now: datetime) -> int:
    """Bring web sites of senders, the shelf and the feeds to the present address. Returns how many were changed; twice is
    harmless, and costs two looks where there is nothing to do."""
    former = [url for url in house.settings.former_urls if url != house.settings.public_url]
    if not former:
        return 0
    senders = [one for one in session.exec(select(Identity)) if _present(house, former, one.website) != one.website]
    for one in senders:
        one.website = _present(house, former, one.website)
        session.add(one)
    old = or_(*(col(WorkText.link).startswith(f"{url}/", autoescape=True) for url in former))
    texts = list(session.exec(select(WorkText).where(old)))
    if texts:
        _publish_anew(session, house, now)
    for text in session.exec(
        select(WorkText).where(old).execution_options(populate_existing=True)
    ):  # also what people wrote
        text.link = _present(house, former, text.link)
        session.add(text)
    session.flush()
    return len(senders) + len(texts)


def _publish_anew(session: Session, house: House, now: datetime) -> None:
    """Every episode and date on the shelf, and in the feeds of shows, whose readers ask whether something changed."""
    for show in shows.all_of(session):
        shows.touch(session, house, show, now=now, every_item=True)
        episodes_shelf.put_all(session, house, show, now=now)
    for series in programme.all_of(session):
        webinars_shelf.put_many(session, house, series, programme.webinars_of(session, series), now=now)
    session.flush()


def _present(house: House, former: Iterable[str], url: str) -> str:
    for base in former:
        if url == base or url.startswith(f"{base}/"):
            return house.settings.url(url.removeprefix(base))
    return url
