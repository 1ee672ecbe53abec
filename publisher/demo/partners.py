"""The demo's partners: organisations whose people, readers of its letter, have shared what stands on the shelf."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from publisher.demo import content, people
from publisher.house import House
from publisher.library.models import ON_THE_SHELF, Share, Work
from publisher.mail import addresses

#: What was news so long ago has stood in an issue that left.
IN_AN_ISSUE = 30


def share(session: Session, house: House, *, now: datetime) -> None:
    """Write down who shared what, and what they heard of it. What an editor let in names them; the rest waits."""
    readers = {reader.email: reader for reader in content.readers()}
    news = {thing.key[:70]: thing.news_days_ago for thing in content.resources()}
    for partner in content.partners():
        reader = readers[partner.email]
        address = addresses.find_or_make(session, house.tokens, partner.email, now=now)
        works = session.exec(select(Work).where(col(Work.slug).in_(partner.resources)).order_by(col(Work.id))).all()
        for work in works:
            at = max(work.first_seen, people.joined_at(reader, now) + timedelta(days=1))
            is_shown = work.state in ON_THE_SHELF
            was_mailed = is_shown and (news[work.slug] or 0) >= IN_AN_ISSUE
            session.add(
                Share(
                    work_id=work.id or 0,
                    address_id=address.id or 0,
                    name=reader.name,
                    organisation=partner.organisation,
                    credit=partner.organisation,
                    licence=work.licence,
                    may_share=True,
                    naming="named" if is_shown else "agreed",
                    language=partner.language,
                    at=at,
                    answer="published" if was_mailed else "received",
                    answered_at=at + timedelta(days=9) if was_mailed else None,
                )
            )
    session.flush()
