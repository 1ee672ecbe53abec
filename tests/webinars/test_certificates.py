"""Confirmation of attendance: what counts, hours summed over a series, and a code that other words do not fit."""

from datetime import datetime

import pytest
from sqlmodel import Session
from webinars.people_stage import BEGINS, DAY, attend, join
from webinars.webinar_stage import a_series, dates_of

from publisher.errors import BadToken, NotFound
from publisher.house import House
from publisher.tokens import Purpose
from publisher.webinars import addresses, booking, certificates, changing, seats
from publisher.webinars.certificates import Certificate


def test_hours_are_summed_over_the_dates_that_were_attended(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=4, minutes=60)
    first, second, third, fourth = dates_of(session, leading)
    alice = join(session, house, leading, "alice", now, organisation="A school")
    assert certificates.of(session, house, alice) is None
    attend(session, alice, first, 52)
    attend(session, alice, second, 80)  # the room stayed open: no more than the date's minutes are confirmed
    attend(session, alice, third)
    seats.of(session, alice)[fourth.id or 0].attended = "probable"
    paper = certificates.of(session, house, alice)
    assert paper is not None
    assert [(one.webinar, one.minutes) for one in paper.dates] == [(first, 52), (second, 60), (third, 60)]
    assert (paper.name, paper.organisation, paper.title, paper.share) == ("Alice", "A school", "Leading together", 75)
    assert (paper.minutes, paper.hours) == (172, 2.75)
    assert "@" not in repr((paper.name, paper.url, paper.code, paper.title))
    changing.cancel(session, house, alice, now=BEGINS + 14 * DAY)
    assert certificates.of(session, house, alice) == paper


def test_anybody_who_is_shown_it_can_check_it(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=2, texts={"fr": {"title": "Diriger ensemble"}})
    first, _ = dates_of(session, leading)
    alice, bob = (join(session, house, leading, name, now) for name in ("alice", "bob"))
    attend(session, alice, first, 60)
    token = addresses.attended(house, alice).rpartition("/")[2]
    seen = certificates.check(session, house, token, now=now)
    assert seen == certificates.of(session, house, alice)
    french = certificates.check(session, house, token, now=now, language="fr")
    assert (french.title, french.code) == ("Diriger ensemble", seen.code)
    for wrong in (token[:-1], "x", addresses.booking(house, alice).rpartition("/")[2]):
        with pytest.raises(BadToken):
            certificates.check(session, house, wrong, now=now)
    for nothing in (bob.key, "nobody"):
        with pytest.raises(NotFound):
            certificates.check(session, house, house.tokens.make(Purpose.ATTENDED, nothing), now=now)
    page = booking.open_page(session, house, addresses.booking(house, alice).rpartition("/")[2], now=now)
    assert page.certificate_url == seen.url


def test_the_code_fits_these_words_only(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=2)
    first, second = dates_of(session, leading)
    alice = join(session, house, leading, "alice", now)
    codes = set()
    for change in (lambda: attend(session, alice, first, 50), lambda: attend(session, alice, first, 51),
                   lambda: attend(session, alice, second, 51), lambda: setattr(alice, "name", "Alicia")):  # fmt: skip
        change()
        codes.add(code_of(certificates.of(session, house, alice)))
    assert len(codes) == 4
    assert code_of(certificates.of(session, house, alice)) in codes


def code_of(paper: Certificate | None) -> str:
    assert paper is not None
    left, hyphen, right = paper.code.partition("-")
    assert (len(left), hyphen, len(right)) == (5, "-", 5)
    assert not set(paper.code) & set("ILOU")
    return paper.code
