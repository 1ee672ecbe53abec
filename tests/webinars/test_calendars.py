"""Calendars that programs poll: right, the same bytes while nothing changes, and of some people only what is theirs."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from calendar_judges import by_ical, by_recurring_ical_events
from cast import a_list, a_person
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parent))

from webinar_stage import FIRST, a_series, a_webinar, dates_of, the_hub

from feeds.calendar.checks import check
from publisher.house import House
from publisher.mail import identities
from publisher.tokens import Purpose
from publisher.web.app import make_app
from publisher.webinars import addresses, calendar_addresses, changing, programme, registering, scheduling
from publisher.webinars import series as series_
from publisher.webinars.models import Registrant, Registration, Series
from publisher.webinars.wishes import Wish

ALL = "/webinars/calendar.ics"
LEADING = "/webinars/series/leading/calendar.ics"
#: Thursdays at 15:00 in Nairobi.
SIX = [datetime(2026, 12, 3, 12, tzinfo=UTC) + timedelta(weeks=number) for number in range(6)]


class Wall:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def wall(now: datetime) -> Wall:
    return Wall(now)


@pytest.fixture
def web(house: House, wall: Wall) -> Iterator[TestClient]:
    with TestClient(make_app(house, wall=wall), base_url=house.settings.public_url) as client:
        yield client


@pytest.fixture
def leading(house: House, now: datetime) -> Series:
    """A series of six dates that anybody may find."""
    with house.database.session() as session:
        return a_series(session, house, now)


def alice_of(house: House, series: Series, now: datetime, email: str = "alice@example.org") -> Registration:
    wish = Wish(email=email, name="Alice", zone="Europe/Paris", source="staff")
    with house.database.session() as session:
        made = registering.register(session, house, session.get_one(Series, series.id), wish, now=now).registration
        assert made is not None
        return made


def calendar_of(house: House, registration: Registration) -> str:
    with house.database.reading() as session:
        owner = session.get_one(Registrant, registration.registrant_id)
        return urlsplit(addresses.own_calendar(house, owner)).path


def events_in(body: bytes) -> int:
    return body.count(b"BEGIN:VEVENT")


def unfolded(body: bytes) -> str:
    return body.replace(b"\r\n ", b"").decode()


def sequences_in(body: bytes) -> set[int]:
    return {int(line[9:]) for line in body.decode().splitlines() if line.startswith("SEQUENCE:")}


def move(house: House, series: Series, number: int, now: datetime, **by: int) -> None:
    with house.database.session() as session:
        date = dates_of(session, series)[number]
        starts = datetime.fromisoformat(date.wall) + timedelta(**by)
        scheduling.reschedule(session, house, date, starts=starts, now=now)


def test_everybody_sees_what_is_listed_and_nothing_else(web, house, leading, now):
    with house.database.session() as session:
        circle = a_list(session, the_hub(session, now), now, slug="circle", kind="cohort")
        a_webinar(session, house, now, title="Play and care")
        a_webinar(session, house, now, "secret", title="By address only", is_listed=False)
        a_webinar(session, house, now, "inner", title="The inner circle", list_slug=circle.slug)
        a_webinar(session, house, now, "later", title="Not yet said", announced=False)
    alice_of(house, leading, now)

    answer = web.get(ALL)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    text = unfolded(answer.content)
    titles = {line.partition(":")[2] for line in text.splitlines() if line.startswith("SUMMARY")}
    assert titles == {"Leading together", "Play and care"}
    for secret in ("/j/", "/mine/", "alice", "ATTENDEE", "VALARM", "METHOD"):
        assert secret not in text
    for said in (
        "NAME:Webinars: Early Hands",
        "X-WR-CALNAME:",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ):
        assert said in text
    assert check(answer.content).findings == ()
    assert by_ical([answer.content])[0] == by_recurring_ical_events([answer.content])[0] == sorted([*SIX, SIX[0]])


def test_the_same_bytes_all_day_in_every_process_and_nothing_for_who_has_them(web, house, leading, wall, now):
    first = web.get(LEADING, headers={"accept-encoding": "identity"})
    wall.now = now.replace(hour=23, minute=59)
    again = web.get(LEADING, headers={"accept-encoding": "identity"})
    with TestClient(make_app(house, wall=wall), base_url=house.settings.public_url) as other:
        elsewhere = other.get(LEADING, headers={"accept-encoding": "identity"})

    assert first.content == again.content == elsewhere.content
    assert first.headers["etag"] == again.headers["etag"] == elsewhere.headers["etag"]
    assert first.headers["cache-control"] == "public, no-cache"
    for asked in (
        {"if-none-match": first.headers["etag"]},
        {"if-none-match": f"W/{first.headers['etag']}"},
        {"if-modified-since": first.headers["last-modified"]},
    ):
        answer = web.get(LEADING, headers=asked)
        assert (answer.status_code, answer.content) == (304, b""), asked
    zipped = web.get(LEADING, headers={"accept-encoding": "gzip"})
    assert (zipped.headers["content-encoding"], zipped.content) == ("gzip", first.content)
    assert web.get(LEADING, headers={"if-none-match": zipped.headers["etag"]}).status_code == 304
    assert web.head(LEADING).headers["etag"]


def test_a_date_that_moves_is_seen_at_the_next_poll(web, house, leading, now):
    before = web.get(LEADING)
    move(house, leading, 2, now + timedelta(minutes=1), hours=2)
    known = {"if-none-match": before.headers["etag"], "if-modified-since": before.headers["last-modified"]}
    after = web.get(LEADING, headers=known)

    assert after.status_code == 200
    assert after.headers["last-modified"] != before.headers["last-modified"]
    assert max(sequences_in(after.content)) == max(sequences_in(before.content)) + 1
    moved = [*SIX[:2], SIX[2] + timedelta(hours=2), *SIX[3:]]
    assert by_ical([after.content])[0] == by_recurring_ical_events([after.content])[0] == moved
    assert check(after.content).findings == ()
    assert web.get(LEADING, headers={"if-none-match": after.headers["etag"]}).status_code == 304


def test_what_is_called_off_stays_for_thirty_days(web, house, leading, wall, now):
    with house.database.session() as session:
        scheduling.cancel(session, house, dates_of(session, leading)[1], now=now)
    assert b"STATUS:CANCELLED" in web.get(LEADING).content
    assert by_ical([web.get(LEADING).content])[0] == [SIX[0], *SIX[2:]]

    wall.now = SIX[1] + timedelta(days=30)
    assert b"STATUS:CANCELLED" in web.get(LEADING).content
    wall.now = SIX[1] + timedelta(days=31)
    later = web.get(LEADING).content
    assert b"STATUS:CANCELLED" not in later
    assert by_ical([later])[0] == [SIX[0], *SIX[2:]]


def test_a_series_that_is_over_is_an_empty_calendar_and_one_that_never_was_is_none(web, house, leading, wall, now):
    with house.database.session() as session:
        a_series(session, house, now, "planned", announced=False, first=FIRST + timedelta(weeks=60))
    wall.now = SIX[-1] + timedelta(days=89)
    assert events_in(web.get(LEADING).content) == 1
    wall.now = SIX[-1] + timedelta(days=92)
    for path in (LEADING, ALL):
        over = web.get(path)
        assert (over.status_code, events_in(over.content)) == (200, 0)
        assert {finding.rule for finding in check(over.content).findings} == {"calendar.content"}
    for path in (
        "/webinars/series/planned/calendar.ics",
        "/webinars/series/nothing/calendar.ics",
        "/webinars/planned-1/event.ics",
        "/webinars/nothing/event.ics",
    ):
        none = web.get(path)
        assert (none.status_code, none.text) == (404, "There is no such webinar.\n"), path


def test_what_is_listed_no_more_goes_also_for_programs_that_know_only_dates(web, house, leading, wall, now):
    before = web.get(ALL)
    wall.now = later = now + timedelta(hours=1)
    with house.database.session() as session:
        series = session.get_one(Series, leading.id)
        shape = series_.shape_of(session, series)
        series_.edit(session, house, series, type(shape)(**{**vars(shape), "is_listed": False}), now=later)

    after = web.get(ALL, headers={"if-modified-since": before.headers["last-modified"]})
    assert (after.status_code, events_in(after.content)) == (200, 0)
    assert events_in(web.get(LEADING).content) == 1


def test_another_name_of_who_invites_is_seen_at_once(web, house, leading):
    before = web.get(LEADING)
    with house.database.session() as session:
        identities.hub(session).from_name = "Early Hands, Nairobi"
    after = web.get(LEADING, headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert 'CN="Early Hands, Nairobi"' in unfolded(after.content)


def test_one_date_is_a_file_with_the_name_it_has_in_every_calendar(web, house, leading, now):
    with house.database.session() as session:
        one, date = a_webinar(session, house, now)
        second = dates_of(session, leading)[1]
    single, of_series = web.get(f"/webinars/{date.slug}/event.ics"), web.get(f"/webinars/{second.slug}/event.ics")

    assert single.headers["content-disposition"] == f'attachment; filename="{date.slug}.ics"'
    assert f"UID:{one.uid}\r\n" in unfolded(single.content)
    assert "RECURRENCE-ID" not in unfolded(single.content)
    assert f"UID:{leading.uid}\r\n" in unfolded(of_series.content)
    assert "RECURRENCE-ID;TZID=Africa/Nairobi:20261210T150000" in unfolded(of_series.content)
    for answer, at in ((single, SIX[0]), (of_series, SIX[1])):
        assert check(answer.content).findings == ()
        assert by_ical([answer.content])[0] == by_recurring_ical_events([answer.content])[0] == [at]
        assert "/j/" not in unfolded(answer.content)


def test_my_calendar_has_what_i_registered_for_and_my_own_ways_in(web, house, leading, now):
    alice, bob = alice_of(house, leading, now), alice_of(house, leading, now, "bob@example.org")
    with house.database.session() as session:
        one, _ = a_webinar(session, house, now, starts=FIRST + timedelta(days=1))
    alice_of(house, one, now)
    path = calendar_of(house, alice)

    answer = web.get(path)

    text = unfolded(answer.content)
    assert text.count("/j/") >= 7
    with house.database.reading() as session:
        assert addresses.join(house, alice, dates_of(session, leading)[0]) in text
        assert addresses.join(house, bob, dates_of(session, leading)[0]) not in text
    assert check(answer.content).findings == ()
    assert (
        by_ical([answer.content])[0]
        == by_recurring_ical_events([answer.content])[0]
        == sorted([*SIX, SIX[0] + timedelta(days=1)])
    )
    head = answer.headers
    assert head["cache-control"] == "private, max-age=0, must-revalidate"
    assert (head["x-robots-tag"], head["referrer-policy"]) == ("noindex", "no-referrer")
    assert "access-control-allow-origin" not in head
    assert web.get(path, headers={"if-none-match": head["etag"]}).status_code == 304
    assert events_in(web.get(calendar_of(house, bob)).content) == 7


def test_what_i_decide_is_in_my_calendar_and_in_nobody_elses(web, house, leading, now):
    alice, bob = alice_of(house, leading, now), alice_of(house, leading, now, "bob@example.org")
    mine, theirs = calendar_of(house, alice), calendar_of(house, bob)
    before, beside = web.get(mine), web.get(theirs)
    with house.database.session() as session:
        alice = session.get_one(Registration, alice.id)
        changing.opt_out(session, house, alice, dates_of(session, leading)[3], now=now + timedelta(hours=1))

    after = web.get(mine, headers={"if-none-match": before.headers["etag"]})
    assert by_ical([after.content])[0] == by_recurring_ical_events([after.content])[0] == [*SIX[:3], *SIX[4:]]
    assert max(sequences_in(after.content)) == max(sequences_in(before.content)) + 1
    assert web.get(theirs, headers={"if-none-match": beside.headers["etag"]}).status_code == 304

    with house.database.session() as session:
        changing.cancel(session, house, session.get_one(Registration, alice.id), now=now + timedelta(hours=2))
    gone = web.get(mine, headers={"if-none-match": after.headers["etag"]})
    assert (gone.status_code, by_ical([gone.content])[0]) == (200, [])


def test_everybodys_move_is_in_my_calendar_too(web, house, leading, now):
    path = calendar_of(house, alice_of(house, leading, now))
    before = web.get(path)
    move(house, leading, 0, now + timedelta(minutes=1), days=1)
    after = web.get(path, headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert by_ical([after.content])[0] == sorted([SIX[0] + timedelta(days=1), *SIX[1:]])


def test_a_key_opens_its_own_calendar_only_and_none_once_it_was_taken_back(web, house, leading, now):
    alice = alice_of(house, leading, now)
    path = calendar_of(house, alice)
    with house.database.session() as session:
        owner = session.get_one(Registrant, alice.registrant_id)
        foreign = house.tokens.make(Purpose.COHORT, owner.key)
        calendar_addresses.give_own_anew(session, owner)
    for bad in (path, f"/webinars/mine/{foreign}.ics", "/webinars/mine/x.ics", "/webinars/cohort/x.y.ics"):
        answer = web.get(bad)
        assert answer.status_code == 404, bad
        assert b"BEGIN" not in answer.content
        assert answer.headers["cache-control"] == "private, no-store"
    assert web.get(calendar_of(house, alice)).status_code == 200


def test_a_cohort_has_a_calendar_of_its_own(web, house, now):
    with house.database.session() as session:
        circle = a_list(session, the_hub(session, now), now, slug="circle", kind="cohort")
        a_person(session, "alice@example.org", now, circle)
        a_series(session, house, now, "inner", 3, list_slug="circle", title="The inner circle")
        calendar = calendar_addresses.of_cohort(session, circle, now=now)
        assert calendar_addresses.of_cohort(session, circle, now=now).key == calendar.key
        path = urlsplit(addresses.cohort_calendar(house, calendar)).path

    answer = web.get(path)
    assert by_ical([answer.content])[0] == by_recurring_ical_events([answer.content])[0] == SIX[:3]
    assert check(answer.content).findings == ()
    assert "X-WR-CALNAME:Circle" in unfolded(answer.content)
    assert answer.headers["cache-control"] == "private, max-age=0, must-revalidate"
    assert events_in(web.get(ALL).content) == 0
    with house.database.session() as session:
        calendar_addresses.give_cohort_anew(session, calendar_addresses.of_cohort(session, circle, now=now), now=now)
    assert web.get(path).status_code == 404


def test_a_year_of_many_series_is_one_calendar(web, house, now):
    """Every rhythm at once, and the checks and two strangers agree on every date of it."""
    with house.database.session() as session:
        for number, rhythm in enumerate(("daily", "weekly", "fortnightly", "four-weekly", "monthly", "monthly-day")):
            a_series(
                session,
                house,
                now,
                rhythm,
                12,
                rhythm=rhythm,
                zone="America/New_York",
                first=FIRST + timedelta(days=number),
            )
        expected = sorted(one.starts_at for _, one in programme.every(session))
    answer = web.get(ALL)
    assert len(expected) == 72
    assert by_ical([answer.content])[0] == by_recurring_ical_events([answer.content])[0] == expected
    assert check(answer.content).findings == ()
