"""Partners: named once they agreed and an editor saw the name; their site is offered as a source; people are never named."""

from datetime import datetime

import pytest
from cast import a_hub
from sqlmodel import Session, col, select

from publisher.errors import BadInput, Conflict, NotFound
from publisher.house import House
from publisher.library import review, sharing
from publisher.library.models import Share, Source
from publisher.library.partners import last_share, name_as, partners, site_to_take

FORM = {
    "name": "Carol Njoroge", "email": "carol@partner.example", "organisation": "Partner", "may_share": "on", "may_name": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def hub(session: Session, now: datetime) -> None:
    a_hub(session, now)


def shared(session: Session, house: House, now: datetime, title: str, **changes: str) -> Share:
    link = f"https://partner.example/{title.replace(' ', '-')}"
    form = FORM | {"title": title, "link": link} | changes
    return sharing.propose(session, house, form, now=now, network="192.0.2.0/24")


def names(session: Session) -> list[tuple[str, int]]:
    return [(one.name, len(one.works)) for one in partners(session)]


def test_an_organisation_is_named_once_an_editor_has_seen_it(session: Session, house: House, now: datetime) -> None:
    first = shared(session, house, now, "Mentoring")
    assert names(session) == []
    review.approve(session, [first.work_id], who="ines", now=now)
    assert names(session) == [("Partner", 1)]
    again = shared(session, house, now, "Mentoring", organisation="Buy here")
    assert again.id == first.id
    session.expire_all()
    assert names(session) == [], "another name is seen anew before readers see it"
    name_as(session, first.work_id, first.id or 0, "Partner", named=True)
    assert names(session) == [("Partner", 1)]
    name_as(session, first.work_id, first.id or 0, "Partner", named=False)
    assert names(session) == []
    review.withdraw(session, [first.work_id], who="ines", now=now)
    name_as(session, first.work_id, first.id or 0, "Partner", named=True)
    assert names(session) == [], "what was withdrawn is no resource of theirs"


def test_who_shares_what_is_there_already_is_not_named_by_themselves(
    session: Session, house: House, now: datetime
) -> None:
    first = shared(session, house, now, "Mentoring")
    review.approve(session, [first.work_id], who="ines", now=now)
    shared(session, house, now, "Mentoring", email="mallory@elsewhere.example", organisation="A famous name")
    review.feature(session, [first.work_id], who="ines", now=now)
    session.expire_all()
    assert names(session) == [("Partner", 1)]


def test_who_did_not_agree_is_never_named(session: Session, house: House, now: datetime) -> None:
    share = shared(session, house, now, "Mentoring", may_name="")
    review.approve(session, [share.work_id], who="ines", now=now)
    with pytest.raises(Conflict, match="have not agreed"):
        name_as(session, share.work_id, share.id or 0, "Partner", named=True)
    nameless = shared(session, house, now, "Pay", organisation="")
    review.approve(session, [nameless.work_id], who="ines", now=now)
    assert names(session) == []


def test_two_spellings_are_one_and_others_are_written_alike(session: Session, house: House, now: datetime) -> None:
    spelt = ["Écoles  du Sud", "ecoles du sud", "Ecoles du Sud asbl", "Partner"]
    shares = [shared(session, house, now, f"Study {n}", organisation=name) for n, name in enumerate(spelt)]
    review.approve(session, [share.work_id for share in shares], who="ines", now=now)
    session.expire_all()
    assert [count for _, count in names(session)] == [2, 1, 1]
    name_as(session, shares[2].work_id, shares[2].id or 0, "Écoles du Sud", named=True)
    assert names(session)[0] == ("Écoles du Sud", 3)


def test_bad_names(session: Session, house: House, now: datetime) -> None:
    share = shared(session, house, now, "Mentoring")
    with pytest.raises(BadInput, match="Write the organisation"):
        name_as(session, share.work_id, share.id or 0, "  ", named=True)
    with pytest.raises(NotFound):
        name_as(session, share.work_id + 1, share.id or 0, "Partner", named=True)
    with pytest.raises(NotFound):
        last_share(session, share.work_id + 1)
    assert last_share(session, share.work_id).id == share.id


def test_their_site_is_offered_until_a_source_reads_it(session: Session, house: House, now: datetime) -> None:
    share = shared(session, house, now, "Mentoring")
    assert site_to_take(session, share.work_id) == "https://partner.example/"
    source = Source(
        slug="partner", title="Partner", url="https://www.partner.example/feed.xml", kind="feed", created_at=now
    )
    session.add(source)
    session.flush()
    assert site_to_take(session, share.work_id) == ""
    assert session.exec(select(Source).where(col(Source.slug) == "partner")).one().url
