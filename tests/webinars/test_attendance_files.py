"""Lists of who was there, as services export them: each of their forms, and what is no list at all."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select
from webinars.gathering import a_date, a_series, a_speaker, seat_of, somebody

from publisher.errors import BadInput
from publisher.house import House
from publisher.webinars import attendance_files, attendance_reading
from publisher.webinars.attendance_files import Taken
from publisher.webinars.attendance_words import column_of, moment_in, seconds_in
from publisher.webinars.models import Presence, Registration, Series, Webinar

STARTS = datetime(2026, 12, 3, 12, tzinfo=UTC)  # 15:00 in Nairobi, a Thursday; months and days can be mixed up
Take = Callable[[bytes | str], Taken]
Minutes = Callable[[], dict[str, tuple[str, int | None]]]


@pytest.fixture
def webinar(session: Session, now: datetime) -> Webinar:
    return a_date(session, a_series(session, now), STARTS)


@pytest.fixture
def people(session: Session, webinar: Webinar, now: datetime) -> dict[str, Registration]:
    series = session.get_one(Series, webinar.series_id)
    a_speaker(session, series, "ines@example.org", now, "Ines Moreau", role="host")
    names = {"ann": "Ann Otieno", "bob": "Bob Söhne", "sara": "سارة علي"}
    return {
        key: somebody(session, series, f"{key}@example.org", now, webinar, name=name) for key, name in names.items()
    }


@pytest.fixture
def take(session: Session, house: House, webinar: Webinar, people: dict[str, Registration]) -> Take:
    def taken(data: bytes | str, **more: str) -> Taken:
        raw = data.encode() if isinstance(data, str) else data
        return attendance_files.take(session, house, webinar, raw, "list.csv", now=STARTS + timedelta(days=1), **more)

    return taken


@pytest.fixture
def minutes(session: Session, webinar: Webinar, people: dict[str, Registration]) -> Minutes:
    def said() -> dict[str, tuple[str, int | None]]:
        seats = {key: seat_of(session, who, webinar) for key, who in people.items()}
        return {key: (seat.attended, seat.minutes) for key, seat in seats.items()}

    return said


def counts(taken: Taken) -> tuple[str, int, int, int, int, int]:
    return taken.format, taken.rows, taken.matched, taken.unmatched, taken.skipped, len(taken.errors)


ZOOM_MEETING = """Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants,
987 6543 2100,Play & learn,12/03/2026 02:40:00 PM,12/03/2026 04:05:00 PM,ines@example.org,85,4,

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent,In Waiting Room
Ines Moreau,ines@example.org,12/03/2026 02:40:00 PM,12/03/2026 04:05:00 PM,85,No,,No
Ann (Ann Otieno),,12/03/2026 02:55:00 PM,12/03/2026 03:20:00 PM,25,Yes,Y,No
Ann Otieno,,12/03/2026 03:15:10 PM,12/03/2026 03:50:00 PM,35,Yes,Y,No
iPhone,BOB@example.org,12/03/2026 03:30:00 PM,12/03/2026 03:40:29 PM,11,Yes,Y,No
Stranger,stranger@example.net,12/03/2026 03:00:00 PM,12/03/2026 04:00:00 PM,60,Yes,Y,No
"""

ZOOM_WEBINAR = """Attendee Report
Report Generated:,"Dec 4, 2026 08:00 AM"
Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Registered,# Cancelled,Unique Viewers,Total Users,Max Concurrent Views
Play & learn,987 6543 2100,"Dec 3, 2026 02:58 PM",66,3,0,2,4,2
Host Details,
Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest,Country/Region Name
Yes,Early Hands,office@example.org,"Dec 3, 2026 02:40 PM","Dec 3, 2026 04:04 PM",84,No,Kenya
Panelist Details,
Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest,Country/Region Name
Yes,A Guest Speaker,other@example.org,"Dec 3, 2026 02:41 PM","Dec 3, 2026 04:04 PM",83,Yes,Benin
Attendee Details,
Attended,User Name (Original Name),First Name,Last Name,Email,Registration Time,Approval Status,Join Time,Leave Time,Time in Session (minutes),Is Guest,Country/Region Name
Yes,Ann Otieno,Ann,Otieno,ann@example.org,"Nov 24, 2026 09:00 AM",approved,"Dec 3, 2026 03:01 PM","Dec 3, 2026 03:55 PM",54,Yes,Kenya
No,Bob Söhne,Bob,Söhne,bob@example.org,"Nov 24, 2026 09:00 AM",approved,--,--,--,--,--
Yes,Sara,Sara,Ali,sara@example.org,"Nov 24, 2026 09:00 AM",approved,"Dec 3, 2026 03:00 PM","Dec 3, 2026 03:10 PM",10,Yes,Egypt
Yes,Sara,Sara,Ali,sara@example.org,,,"Dec 3, 2026 03:30 PM","Dec 3, 2026 04:00 PM",30,Yes,Egypt
"""

TEAMS = """1. Summary
Meeting title\tPlay & learn
Attended participants\t4
Start time\t12/3/26, 2:50:00 PM
End time\t12/3/26, 4:03:00 PM
Meeting duration\t1h 13m
Average attendance time\t48m 2s

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Ines Moreau\t12/3/26, 2:50:00 PM\t12/3/26, 4:03:00 PM\t1h 13m\tines@example.org\tines@example.org\tOrganizer
Ann Otieno\t12/3/26, 2:58:00 PM\t12/3/26, 4:00:00 PM\t42m 10s\tann@example.org\t\tPresenter
Bob Söhne (Guest)\t12/3/26, 3:00:00 PM\t12/3/26, 3:59:59 PM\t59m 59s\t\t\tAttendee

3. In-Meeting Activities
Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole
Ines Moreau\t12/3/26, 2:50:00 PM\t12/3/26, 4:03:00 PM\t1h 13m\tines@example.org\tOrganizer
Ann Otieno\t12/3/26, 2:58:00 PM\t12/3/26, 3:10:10 PM\t12m 10s\t\tPresenter
Ann Otieno\t12/3/26, 3:30:00 PM\t12/3/26, 4:00:00 PM\t30m\t\tPresenter
"""

LOCALISED = {
    "fr": ("Nom complet\tHeure d'arrivée\tHeure de départ\tDurée\tE-mail\tRôle", "03/12/2026 15:05:00\t03/12/2026 15:55:00\t50 min"),
    "es": ("Nombre completo\tHora de unión\tHora de salida\tDuración\tCorreo electrónico\tRol", "3/12/2026, 15:05:00\t3/12/2026, 15:55:00\t50 min 0 s"),
    "es am pm": ("Nombre completo\tHora de unión\tHora de salida\tDuración\tCorreo electrónico\tRol", "3/12/2026, 3:05:00 p. m.\t3/12/2026, 3:55:00 p. m.\t50 min"),
    "pt": ("Nome completo\tHora de entrada\tHora de saída\tDuração\tE-mail\tFunção", "03/12/2026 15:05:00\t03/12/2026 15:55:00\t50 min"),
    "de": ("Vollständiger Name\tZeitpunkt des Beitritts\tZeitpunkt des Verlassens\tDauer\tE-Mail\tRolle", "3.12.2026, 15:05:00\t3.12.2026, 15:55:00\t50 Min."),
    "ar": ("الاسم الكامل\tوقت الانضمام\tوقت المغادرة\tالمدة\tالبريد الإلكتروني\tالدور", "٣‏/١٢‏/٢٠٢٦، ٣:٠٥:٠٠ م\t٣‏/١٢‏/٢٠٢٦، ٣:٥٥:٠٠ م\t٥٠ د"),
    "en": ("Full Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole", "12/3/2026, 3:05:00 PM\t12/3/2026, 3:55:00 PM\t50m"),
}  # fmt: skip

DASHBOARD = """Name,Moderator,Activity Score,Talk time,Webcam time,Messages,Raise Hand,Join time,Left time,Duration
Ines Moreau,TRUE,9.1,00:31:00,00:00:00,2,0,"12/3/2026, 2:50:00 PM","12/3/2026, 4:01:00 PM",01:11:00
Ann Otieno,FALSE,3.2,00:00:10,-,1,1,"12/3/2026, 3:02:00 PM","12/3/2026, 3:58:00 PM",00:56:00
سارة علي,FALSE,0,-,-,0,0,"12/3/2026, 3:10:00 PM","12/3/2026, 3:20:00 PM",00:10:00
"""


def test_zooms_report_of_a_meeting(take: Take, minutes: Minutes, session: Session) -> None:
    assert counts(take(ZOOM_MEETING)) == ("zoom", 5, 3, 1, 1, 0)
    assert minutes() == {"ann": ("yes", 50), "bob": ("no", 10), "sara": ("no", None)}
    strangers = select(Presence).where(col(Presence.registration_id).is_(None))
    assert [(one.name, one.email) for one in session.exec(strangers)] == [("Stranger", "stranger@example.net")]


def test_zooms_report_of_a_webinar(take: Take, minutes: Minutes) -> None:
    assert counts(take(ZOOM_WEBINAR)) == ("zoom", 6, 3, 0, 3, 0)
    assert minutes() == {"ann": ("yes", 54), "bob": ("no", None), "sara": ("no", 40)}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
def test_teams_report_in_three_parts(take: Take, minutes: Minutes, encoding: str) -> None:
    """Visit by visit where they are told, the sum where not; the address stands in another part."""
    assert counts(take(TEAMS.replace("\n", "\r\n").encode(encoding))) == ("teams", 4, 3, 0, 1, 0)
    assert minutes() == {"ann": ("no", 40), "bob": ("yes", 60), "sara": ("no", None)}


@pytest.mark.parametrize("language", LOCALISED)
def test_teams_speaks_many_languages(take: Take, minutes: Minutes, language: str) -> None:
    header, times = LOCALISED[language]
    text = f"{header}\nAnn Otieno\t{times}\tann@example.org\tx\nسارة علي\t{times}\t\tx\n"
    assert counts(take(text.encode("utf-16"))) == ("teams", 2, 2, 0, 0, 0)
    assert minutes() == {"ann": ("yes", 50), "bob": ("no", None), "sara": ("yes", 50)}


def test_the_table_of_bigbluebuttons_dashboard(take: Take, minutes: Minutes) -> None:
    assert counts(take(DASHBOARD)) == ("bigbluebutton", 3, 2, 0, 1, 0)
    assert minutes() == {"ann": ("yes", 56), "bob": ("no", None), "sara": ("no", 10)}


@pytest.mark.parametrize(
    "text",
    ["email,minutes\nann@example.org,45\nbob@example.org,12\n", "ann@example.org;45\nbob@example.org;12", "Email;Duration\nANN@EXAMPLE.ORG;45 min\nbob@example.org;0:12\n",
     "email|name|duration in seconds\nann@example.org||2700\nbob@example.org||720", "E-Mail\tDauer\nann@example.org\t45 Min.\nbob@example.org\t12 Min.", "\n\nemail,minutes\n\nann@example.org,20\n\nann@example.org,25\nbob@example.org,12\n,,\n"],
)  # fmt: skip
def test_plain_lists(take: Take, minutes: Minutes, text: str) -> None:
    taken = take(text)
    assert (taken.unmatched, taken.skipped, taken.errors) == (0, 0, ())
    assert minutes() == {"ann": ("yes", 45), "bob": ("no", 12), "sara": ("no", None)}


def test_a_list_without_lengths_means_the_whole_time(take: Take, minutes: Minutes) -> None:
    taken = take("email\nann@example.org\nsara@example.org\n")
    assert (counts(taken), "for the whole time" in taken.notes[0]) == (("plain", 2, 2, 0, 0, 0), True)
    assert minutes() == {"ann": ("yes", 60), "bob": ("no", None), "sara": ("yes", 60)}
    assert take("email,attended\nbob@example.org,no\nann@example.org,yes").skipped == 1


def test_the_same_list_twice_and_a_corrected_one(take: Take, minutes: Minutes, session: Session) -> None:
    for text in (ZOOM_MEETING, TEAMS, "email,minutes\nann@example.org,20\nann@example.org,25\n"):
        take(text)
        once = sorted(one.key for one in session.exec(select(Presence)))
        before = minutes()
        take(text)
        assert (sorted(one.key for one in session.exec(select(Presence))), minutes()) == (once, before)
    take("email,minutes\nsara@example.org,10\n")
    assert minutes()["sara"] == ("no", 10)
    take("email,minutes\nsara@example.org,55\n")
    assert minutes()["sara"] == ("yes", 55)


def test_rows_that_cannot_be_used_are_named_and_the_rest_is_taken(
    take: Take, minutes: Minutes, session: Session, webinar: Webinar, now: datetime
) -> None:
    series = session.get_one(Series, webinar.series_id)
    for n in (1, 2):
        somebody(session, series, f"twin{n}@example.org", now, webinar, name="Kim Lee")
    taken = take(
        "Name,Email,Join Time,Leave Time,Duration\n"
        "Ann Otieno,,2026-12-03 15:00,2026-12-03 15:50,\n"
        "Kim Lee,,2026-12-03 15:00,2026-12-03 15:50,\n"
        ",,2026-12-03 15:00,2026-12-03 15:50,\n"
        "Bob,bob@example.org,yesterday,2026-12-03 15:50,\n"
        "Bob,bob@example.org,2026-12-03 15:50,2026-12-03 15:00,\n"
        "Bob,bob@example.org,2026-12-03 15:50,,\n"
        "Bob,bob@example.org,,,400h\n"
        f"{'x' * 25_000},bob@example.org,2026-12-03 15:00,2026-12-03 15:50,\n"
        'Sara "the,sara@example.org,2026-12-03 15:00,2026-12-03 15:50,\n'
        "Ann,annie@private.example,2026-12-03 15:00,2026-12-03 16:00,\n"
    )
    assert counts(taken) == ("plain", 10, 2, 1, 0, 7)
    assert sorted(one.row for one in taken.errors) == [3, 4, 5, 6, 7, 8, 9]
    assert all(one.reason.endswith((".", ")")) for one in taken.errors)
    assert "Several people" in next(one.reason for one in taken.errors if one.row == 3)
    assert minutes() == {"ann": ("yes", 50), "bob": ("no", None), "sara": ("yes", 50)}


@pytest.mark.parametrize(
    ("came", "left", "expected", "note"),
    [("2026-12-03 15:00", "2026-12-03 15:50", 50, ""), ("2026-12-03 12:00", "2026-12-03 12:50", 50, "fit the webinar as UTC"), ("2026-12-03T12:00Z", "2026-12-03T12:50Z", 50, ""),
     ("2026-12-03T07:00-05:00", "2026-12-03T07:50-05:00", 50, ""), ("2026-12-03 04:00", "2026-12-03 04:50", 50, "only the lengths"), ("15:00", "15:50:30", 51, ""),
     ("03/12/2026 15:00", "03/12/2026 15:50", 50, ""), ("12/03/2026 15:00", "12/03/2026 15:50", 50, ""), ("3 December 2026 15:00", "Dec 3, 2026 3:50 PM", 50, ""), ("2026-12-03 14:00", "2026-12-03 15:40", 40, "")],
)  # fmt: skip
def test_by_which_clock_a_list_is_read(
    take: Take, minutes: Minutes, came: str, left: str, expected: int, note: str
) -> None:
    taken = take(f'email,join,leave\nann@example.org,"{came}","{left}"\n')
    assert taken.errors == ()
    assert minutes()["ann"][1] == expected
    assert [note in one for one in taken.notes] == [True] * bool(note)


def test_a_zone_may_be_said(take: Callable[..., Taken], minutes: Minutes) -> None:
    taken = take("email,join,leave\nann@example.org,2026-12-03 07:00,2026-12-03 07:50\n", zone="America/New_York")
    assert (taken.notes, minutes()["ann"]) == ((), ("yes", 50))
    with pytest.raises(BadInput, match="not a time zone"):
        take("email,join,leave\nann@example.org,2026-12-03 07:00,2026-12-03 07:50\n", zone="Mars/Olympus")


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"", "empty"), (b" \r\n\t\n", "empty"), (b"\xff\xfe", "empty"), (PICTURE, "picture"), (b"\xff\xd8\xff\xe0JFIF", "picture"), (b"PK\x03\x04rest", "Excel"), (b"%PDF-1.7", "PDF"),
     (b"x," * 15_000_000, "larger than 10 MB"), (bytes(range(256)) * 50, "not a list in text form"), (b"<!doctype html><p>x", "page"), (b"Hello, this is a letter.\nHow are you?\n", "no list"),
     (b"title,link\nA,https://x.example\n", "no list"), (b"a\n" * 100_001, "100,000 lines"), (b"Name\nAnn\n", "no list"), (b"1. Summary\nMeeting title\tx\n", "no list")],
    ids=lambda value: str(value[:12]),
)  # fmt: skip
def test_what_is_no_list_is_a_sentence_and_nothing_changes(
    take: Take, session: Session, data: bytes, told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        take(data)
    assert session.exec(select(Presence)).all() == []


def test_an_empty_list_of_the_right_kind_is_no_fault(take: Take) -> None:
    assert counts(take("Name,Email,Join Time,Leave Time\n")) == ("plain", 0, 0, 0, 0, 0)


def test_other_people_s_seats_are_not_touched(
    take: Take, session: Session, webinar: Webinar, now: datetime, minutes: Minutes
) -> None:
    series = session.get_one(Series, webinar.series_id)
    other = a_date(session, series, STARTS + timedelta(days=7))
    elsewhere = somebody(session, series, "dora@example.org", now, other, name="Dora")
    taken = take("email,minutes\ndora@example.org,50\n")
    assert (taken.matched, taken.unmatched) == (0, 1)
    assert seat_of(session, elsewhere, other).attended == ""


@given(st.binary(max_size=300))
def test_no_bytes_bring_it_down(data: bytes) -> None:
    with suppress(BadInput):
        attendance_reading.read(data)


@given(st.text(max_size=60))
def test_no_cell_brings_it_down(text: str) -> None:
    column_of(text)
    seconds_in(text)
    moment_in(text)


@given(st.integers(0, 100_000))
def test_lengths_in_words_are_what_they_say(seconds: int) -> None:
    hours, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    for text in (f"{hours}h {minute}m {second}s", f"{hours} Std. {minute} Min. {second} Sek.", f"{hours:02d}:{minute:02d}:{second:02d}", f"{hours} heures {minute} minutes {second} secondes"):  # fmt: skip
        assert seconds_in(text) == seconds


def test_ten_thousand_rows_take_seconds(take: Take) -> None:
    rows = "".join(f"p{n}@example.org,2026-12-03 15:00:{n % 60:02d},2026-12-03 15:50\n" for n in range(10_000))
    began = time.process_time()
    assert take(f"email,join,leave\n{rows}").unmatched == 10_000
    assert time.process_time() - began < 10
