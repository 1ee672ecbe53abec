"""Series: what staff decide, what is refused in words, and what follows from a change."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cast import a_list
from podcasts.broadcast import a_cover, together
from sqlmodel import Session, col, select
from webinars.mailing_stage import Who, register, states
from webinars.webinar_stage import FIRST, NAIROBI, a_series, a_webinar, dates_of, the_hub

from publisher.errors import BadInput, Conflict, NotFound, PublisherError
from publisher.house import House
from publisher.mail.models import Identity
from publisher.webinars import dates, fields, programme, scheduling, series, times
from publisher.webinars.models import Mailing, MeetingServer, Registrant, Registration, Series, Webinar

ALICE, BOB, CAROL = Who("alice@example.org"), Who("bob@example.org"), Who("carol@example.org")


def edit(session: Session, house: House, made: Series, now: datetime, **changes: Any) -> bool:
    return series.edit(session, house, made, dataclasses.replace(series.shape_of(session, made), **changes), now=now)


def test_a_series_of_six_dates_is_one_invitation(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, announced=False)
    six = dates_of(session, made)
    assert [(one.slug, one.number, one.state) for one in six] == [(f"leading-{n}", n, "draft") for n in range(1, 7)]
    assert {one.zone for one in six} == {NAIROBI}
    assert [one.wall for one in six][:2] == ["2026-12-03T15:00", "2026-12-10T15:00"]
    assert [one.slot for one in six] == [one.wall for one in six]
    assert six[0].starts_at == datetime(2026, 12, 3, 12, tzinfo=UTC)
    assert six[0].ends_at - six[0].starts_at == timedelta(minutes=60)
    assert made.uid.endswith("@hub.example.org")
    assert (made.sequence, made.is_single) == (0, False)
    assert len({one.meeting_key for one in six}) == 6


def test_a_one_off_and_its_date_have_one_name(session: Session, house: House, now: datetime) -> None:
    made, webinar = a_webinar(session, house, now)
    assert (made.is_single, webinar.slug) == (True, made.slug)
    assert series.find(session, "play") == (made, webinar)


def test_names_find_dates_and_series(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    third = series.webinar_by_slug(session, "leading-3")
    assert series.find(session, "leading") == (made, None)
    assert series.find(session, "leading-3") == (made, third)
    assert programme.by_uid(session, made.uid) == made
    for look in (series.find, series.by_slug, series.webinar_by_slug):
        with pytest.raises(NotFound, match="There is no webinar “nothing”"):
            look(session, "nothing")


def test_one_date_may_begin_a_series(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, dates=1)
    assert [one.slug for one in dates_of(session, made)] == ["leading-1"]


@pytest.mark.parametrize("slug", ["", "Leading Together", "-x", "é", "x" * 61, "calendar", "calendar.ics", "mine", "series", "new", None, 7])  # fmt: skip
def test_a_short_name_is_one_and_none_of_ours(session: Session, house: House, now: datetime, slug: Any) -> None:
    with pytest.raises(BadInput) as told:
        a_series(session, house, now, slug)
    assert told.value.field == "slug"


@pytest.mark.parametrize("slug", ["leading", "leading-2", "play"])
def test_a_name_is_given_once_to_series_and_dates_alike(
    session: Session, house: House, now: datetime, slug: str
) -> None:
    a_series(session, house, now)
    a_webinar(session, house, now)
    with pytest.raises(Conflict, match=f"There is a webinar “{slug}” already") as told:
        a_webinar(session, house, now, slug)
    assert told.value.field == "slug"
    assert len(programme.all_of(session)) == 2


def test_dates_pass_over_names_that_are_taken(session: Session, house: House, now: datetime) -> None:
    a_webinar(session, house, now, "leading-2")
    made = a_series(session, house, now, dates=2)
    assert [one.slug for one in dates_of(session, made)] == ["leading-3", "leading-4"]


def test_of_two_who_take_a_name_at_one_moment_one_gets_it(house: House, now: datetime) -> None:
    with house.database.session() as session:
        the_hub(session, now)

    def take() -> None:
        with house.database.session() as session:
            a_series(session, house, now, announced=False)

    answers = together(take, take, take)
    assert sorted(type(one).__name__ for one in answers) == ["Conflict", "Conflict", "NoneType"]
    with house.database.reading() as session:
        assert len(session.exec(select(Webinar)).all()) == 6


REFUSED_STARTS: list[tuple[dict[str, Any], str, str]] = [
    ({"starts": []}, "starts", "between 1 and 60"),
    ({"starts": [FIRST + timedelta(days=n) for n in range(61)]}, "starts", "between 1 and 60"),
    ({"starts": [FIRST, FIRST]}, "starts", "Two dates are at one time: 15:00 on 3 December 2026"),
    ({"starts": [FIRST, FIRST.replace(second=30)]}, "starts", "Two dates are at one time"),
    ({"starts": [datetime(2026, 11, 20, 15)]}, "starts", "15:00 on 20 November 2026 in Africa/Nairobi has passed"),
    ({"starts": [FIRST.replace(tzinfo=UTC)]}, "starts", "without an offset"),
    ({"starts": ["2026-12-03T15:00"]}, "starts", "a date and time"),
    ({"starts": [datetime(2027, 3, 14, 2, 30)], "zone": "America/New_York"}, "starts", "does not exist"),
    ({"starts": [datetime(2027, 11, 7, 1, 30)], "zone": "America/New_York"}, "starts", "comes twice"),
    ({"starts": [datetime(2199, 1, 1, 9)]}, "starts", "too far"),
    ({"zone": "Mars/Olympus_Mons"}, "zone", "not a time zone"),
    ({"zone": "EST"}, "zone", "not a time zone"),
    ({"minutes": 0}, "minutes", "three days"),
    ({"minutes": 5000}, "minutes", "three days"),
    ({"starts": [FIRST, FIRST + timedelta(days=1)], "single": True}, "starts", "A one-off has one date"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "field", "words"), REFUSED_STARTS, ids=[f"{n}" for n in range(len(REFUSED_STARTS))])
def test_dates_that_cannot_be_are_refused_and_nothing_stays(
    session: Session, house: House, now: datetime, said: dict[str, Any], field: str, words: str
) -> None:
    the_hub(session, now)
    given: dict[str, Any] = {"zone": NAIROBI, "starts": [FIRST], "minutes": 60, "single": None} | said
    with pytest.raises(BadInput, match=words) as told:
        series.add(session, house, "leading", series.Shape("Leading"), now=now, **given)
    assert told.value.field == field
    assert programme.all_of(session) == []


REFUSED: list[tuple[str, Any]] = [
    ("title", ""), ("title", "x" * 256), ("title", 7), ("summary", "x" * 601), ("description", 7), ("description", "x" * 50_001),
    ("language", "of love"), ("language", None), ("texts", ["x"]), ("texts", {"fr": "Bonjour"}), ("texts", {"klingonish": {"title": "x"}}),
    ("texts", {"fr": {"summary": "Sans titre"}}), ("texts", {"fr": {"title": "T", "smell": "x"}}), ("texts", {"en": {"title": "Twice"}}),
    ("identity_slug", "nobody"), ("list_slug", "nobody"), ("server_slug", "nowhere"), ("is_listed", "yes"), ("spoken", "en"),
    ("spoken", ["of love"]), ("captions", [7]), ("interpreted", None), ("capacity", 0), ("capacity", -1), ("capacity", "many"),
    ("capacity", True), ("capacity", 1.5), ("needs_approval", 1), ("confirm", "perhaps"), ("questions", "Why?"), ("questions", ["Why?"]),
    ("questions", [{"label": "Why?", "kind": "smell"}]), ("questions", [{"label": "Which?", "kind": "choice", "options": ["one"]}]),
    ("questions", [{"label": "A", "key": "k"}, {"label": "B", "key": "k"}]), ("questions", [{"label": f"Q{n}"} for n in range(21)]),
    ("questions", [{"label": "Why?", "required": "yes"}]), ("questions", [{"label": "Why?", "kind": "scale"}]),
    ("answers_days", 0), ("answers_days", "soon"), ("reminders", [-1]), ("reminders", [60.5]), ("reminders", 60), ("reminders", [50_000]),
    ("reminders", list(range(9))), ("opens_before", -1), ("opens_before", 2000), ("attended_share", 0), ("attended_share", 101),
    ("subjects", ["play"]), ("subjects", ["country:XX"]), ("subjects", ["region:Moon"]), ("subjects", [[1, 2]]), ("subjects", "topic:play"),
    ("room_kind", "zoom"), ("room_url", "javascript:alert(1)"), ("room_url", "meet.example.org"), ("room_url", "https://a b.example"),
    ("survey", [{"label": "How?", "kind": "smell"}]), ("dial_in", 7), ("access_note", ["x"]),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), REFUSED, ids=[f"{name}-{n}" for n, (name, _) in enumerate(REFUSED)])
def test_what_cannot_be_kept_is_refused_in_words(
    session: Session, house: House, now: datetime, field: str, value: Any
) -> None:
    made = a_series(session, house, now, dates=1)
    with pytest.raises(BadInput) as told:
        edit(session, house, made, now, **{field: value})
    assert told.value.field == field
    assert str(told.value).endswith(".")
    with pytest.raises(PublisherError):
        a_series(session, house, now, "other", **{field: value})


def test_a_room_on_a_server_needs_the_server(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, dates=1)
    with pytest.raises(BadInput) as told:
        edit(session, house, made, now, room_kind="bigbluebutton")
    assert told.value.field == "server_slug"
    session.add(MeetingServer(slug="meet", url="https://meet.example.org/api", secret="s", created_at=now))
    session.flush()
    assert edit(session, house, made, now, room_kind="bigbluebutton", server_slug="meet")
    assert series.shape_of(session, made).server_slug == "meet"


def test_everything_said_is_kept_clean(session: Session, house: House, now: datetime) -> None:
    cohort = a_list(session, the_hub(session, now), now, "leaders", "cohort")
    made = a_series(
        session, house, now, dates=1, title="  Leading \x00 together ", texts={"fra": {"title": "Diriger ensemble"}, "ar": {}},
        list_slug="leaders", spoken=["English", "fr", "en"], captions=["fr"], interpreted=["sw"], capacity="700",
        questions=[{"label": "What do you need to take part?", "required": True}, {"label": ""},
                   {"label": "الدور", "kind": "choice", "options": ["أ", "ب", "أ"]}],
        reminders=[60, 1440, 60, 0], subjects=["topic:leadership", ["country", "KE"]],
    )  # fmt: skip
    assert (made.title, made.list_id, made.capacity) == ("Leading together", cohort.id, 700)
    assert made.texts == {"fr": {"title": "Diriger ensemble", "summary": "", "description": ""}}
    assert (made.spoken, made.captions, made.interpreted) == (["en", "fr"], ["fr"], ["sw"])
    assert made.questions == [
        {"key": "what-do-you-need-to-take-part", "label": "What do you need to take part?", "kind": "text", "options": [], "required": True},
        {"key": "question", "label": "الدور", "kind": "choice", "options": ["أ", "ب"], "required": False},
    ]  # fmt: skip
    assert made.reminders == [1440, 60, 0]
    assert made.subjects == [["topic", "leadership"], ["country", "KE"]]
    assert series.edit(session, house, made, series.shape_of(session, made), now=now + timedelta(days=1)) is False
    assert made.changed_at == now


def test_an_archived_list_is_none(session: Session, house: House, now: datetime) -> None:
    a_list(session, the_hub(session, now), now, "leaders", "cohort").archived = True
    with pytest.raises(BadInput, match="There is no list “leaders”"):
        a_series(session, house, now, list_slug="leaders")


def test_before_the_hub_is_set_up_nothing_invites(session: Session, house: House, now: datetime) -> None:
    with pytest.raises(BadInput, match="not been set up"):
        series.add(session, house, "x", series.Shape("X"), zone=NAIROBI, starts=[FIRST], now=now)


def test_an_edit_gives_registrants_a_new_version_and_no_new_sequence(
    session: Session, house: House, now: datetime
) -> None:
    """RFC 5546 §2.1.4: other words are no other time; a newer DTSTAMP says them."""
    made, other = a_series(session, house, now), a_webinar(session, house, now)[0]
    register(session, made, [ALICE], now)
    register(session, other, [BOB], now)
    later = now + timedelta(hours=1)
    assert edit(session, house, made, later, title="Leading, together") is True
    assert (made.sequence, made.changed_at) == (0, later)
    session.expire_all()
    assert [one.version for one in session.exec(select(Registrant).order_by(col(Registrant.id)))] == [2, 1]
    assert edit(session, house, made, later + timedelta(hours=1), room_url="https://meet.example.org/other") is True
    assert made.changed_at == later  # the room is behind our own link: no calendar shows it


def test_seats_are_not_taken_back(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, capacity=10)
    register(session, made, [ALICE, BOB], now)
    register(session, made, [Who("carol@example.org", state="waiting"), Who("dan@example.org", seat="recording")], now)
    with pytest.raises(BadInput, match="2 have registered already") as told:
        edit(session, house, made, now, capacity=1)
    assert told.value.field == "capacity"
    assert edit(session, house, made, now, capacity=2)
    assert edit(session, house, made, now, capacity=None)


def test_more_seats_let_in_who_waits(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, dates=1, capacity=1)
    register(session, made, [ALICE], now)
    register(session, made, [Who("bob@example.org", state="waiting")], now)
    register(session, made, [Who("carol@example.org", state="waiting")], now + timedelta(minutes=1))
    edit(session, house, made, now, capacity=2)
    session.expire_all()
    found = session.exec(select(Registration.state).order_by(col(Registration.id))).all()
    assert found == ["registered", "registered", "waiting"]


def test_other_reminders_are_planned_at_once(session: Session, house: House, now: datetime) -> None:
    made, _ = a_webinar(session, house, now)
    assert states(session, "reminder") == [(1440, "waiting"), (60, "waiting")]
    edit(session, house, made, now, reminders=[60, 10])
    assert states(session, "reminder") == [(1440, "cancelled"), (60, "waiting"), (10, "waiting")]


def test_a_sender_is_for_life_once_invitations_went_out(session: Session, house: House, now: datetime) -> None:
    """Calendar programs take changes only from the ORGANIZER they know."""
    the_hub(session, now)
    session.add(
        Identity(slug="other", name="Other", from_name="Other", from_address="o@o.example", domain="o.example", created_at=now)
    )  # fmt: skip
    draft = a_series(session, house, now, "draft", announced=False)
    assert edit(session, house, draft, now, identity_slug="other")
    made = a_series(session, house, now)
    with pytest.raises(BadInput) as told:
        edit(session, house, made, now, identity_slug="other")
    assert told.value.field == "identity_slug"


def test_private_answers_are_forgotten_in_time_however_often_dates_move(
    session: Session, house: House, now: datetime
) -> None:
    made = a_series(session, house, now, dates=2)
    one = register(session, made, [ALICE], now)[0]
    one.answers_until = dates_of(session, made)[-1].ends_at + timedelta(days=30)
    session.add(one)
    session.flush()
    scheduling.reschedule(session, house, dates_of(session, made)[-1], starts=FIRST + timedelta(days=40), now=now)
    session.refresh(one)
    assert one.answers_until == dates_of(session, made)[-1].ends_at + timedelta(days=30)
    edit(session, house, made, now, answers_days=10)
    session.refresh(one)
    assert one.answers_until == dates_of(session, made)[-1].ends_at + timedelta(days=10)


def test_drafts_can_be_removed_and_what_people_know_of_cannot(session: Session, house: House, now: datetime) -> None:
    draft = a_series(session, house, now, announced=False)
    series.remove(session, draft)
    assert session.exec(select(Webinar)).all() == []
    made = a_series(session, house, now)
    with pytest.raises(Conflict, match="announced already"):
        series.remove(session, made)
    other = a_series(session, house, now, "other", announced=False)
    register(session, other, [ALICE], now)
    with pytest.raises(Conflict, match="People have registered"):
        series.remove(session, other)


def test_what_hangs_on_a_draft_goes_with_it(session: Session, house: House, now: datetime) -> None:
    draft = a_series(session, house, now, announced=False)
    one = dates_of(session, draft)[0]
    session.add(Mailing(key="x", kind="message", series_id=draft.id, webinar_id=one.id, due_at=now, created_at=now))
    session.flush()
    series.remove(session, draft)
    assert session.exec(select(Mailing)).all() == []


def test_lists_for_readers_and_for_staff(session: Session, house: House, now: datetime) -> None:
    a_list(session, the_hub(session, now), now, "leaders", "cohort")
    a_series(session, house, now, "for-leaders", list_slug="leaders")
    a_series(session, house, now, "quiet", is_listed=False)
    a_series(session, house, now, "draft", announced=False)
    made = a_series(session, house, now, dates=3)
    scheduling.cancel(session, house, dates_of(session, made)[1], now=now)
    assert [one.slug for _, one in programme.listed(session, now)] == ["leading-1", "leading-3"]
    during = dates_of(session, made)[0].starts_at + timedelta(minutes=1)
    assert [one.slug for _, one in programme.listed(session, during)] == ["leading-1", "leading-3"]
    after = during + timedelta(hours=1)
    assert [one.slug for _, one in programme.listed(session, after)] == ["leading-3"]
    assert [one.slug for _, one in programme.listed(session, after, past=True, limit=5)] == ["leading-1"]
    assert len(programme.every(session)) == 21
    assert programme.state_of_series(dates_of(session, made), now) == "announced"
    assert programme.state_of_series(dates_of(session, made), during) == "live"
    assert programme.state_of_series(dates_of(session, made), after + timedelta(days=90)) == "held"


def test_a_picture_is_one(session: Session, house: House, now: datetime) -> None:
    made, _ = a_webinar(session, house, now)
    media = a_cover(session, house, now)
    series.set_picture(session, house, made, media, now=now)
    assert made.picture_id == media.id
    series.set_picture(session, house, made, None, now=now)
    assert made.picture_id is None
    media.kind = "audio"
    with pytest.raises(BadInput) as told:
        series.set_picture(session, house, made, media, now=now)
    assert told.value.field == "picture"


def test_a_date_says_what_is_its_own(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, texts={"fr": {"title": "Diriger ensemble"}})
    one = dates_of(session, made)[1]
    shape = dates.DateShape(
        title="Care first", texts={"fr": {"title": "Le soin d'abord"}},
        agenda=[{"minute": 10, "title": "Talk", "by": "Amina"}, {"title": "Welcome"}, {"title": ""}],
    )  # fmt: skip
    later = now + timedelta(hours=1)
    assert dates.edit(session, house, one, shape, now=later) is True
    assert dates.edit(session, house, one, dates.shape_of(one), now=later) is False
    assert one.agenda == [{"minute": 0, "title": "Welcome", "by": ""}, {"minute": 10, "title": "Talk", "by": "Amina"}]
    assert (one.changed_at, made.sequence) == (later, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "x" * 256), ("texts", {"en": {"title": "Its own"}}), ("agenda", [{"minute": -1, "title": "x"}]), ("agenda", ["x"]), ("room_url", "x")],
)  # fmt: skip
def test_what_a_date_cannot_say(session: Session, house: House, now: datetime, field: str, value: Any) -> None:
    made = a_series(session, house, now)
    with pytest.raises(BadInput) as told:
        dates.edit(session, house, dates_of(session, made)[0], dates.DateShape(**{field: value}), now=now)
    assert told.value.field == field


def test_every_field_of_a_shape_is_read() -> None:
    """A field that nobody reads would be lost without a word."""
    names = {one.name for one in dataclasses.fields(series.Shape)}
    assert names == set(series.READ)
    assert {one.name for one in dataclasses.fields(dates.DateShape)} == set(fields.OF_DATE)
    assert times.MOST_DATES == 60
