"""What these pages ask of the database does not grow with people, questions, letters and dates."""

from datetime import timedelta

from gathered_desk import PLAY, ask, at, came, play
from statements import asked
from webinars.people_stage import ENDS, join
from webinars.webinar_stage import a_series

from publisher.webinars import mailings, programme
from publisher.webinars.models import MeetingServer


def test_no_page_asks_more_when_there_is_more(owner, house, now, wall, hub):
    date = play(house, now, "dora")
    more(house, now, date, "first", 1)
    came(house, date, {"Dora": 60})
    at(owner, wall, ENDS + timedelta(hours=1), "owner")
    here = f"{PLAY}/dates/{date}"
    alice = f"/studio/people/{hub['alice'].id}"
    paths = (alice, f"{PLAY}/registrations", f"{PLAY}/registrations?date={date}", f"{PLAY}/message", f"{PLAY}/announce", f"{here}/live", f"{here}/afterwards", "/studio/agenda?month=2026-12", "/studio/settings/rooms")  # fmt: skip
    asked(house, owner.get, paths)  # warm
    few = asked(house, owner.get, paths)
    more(house, now, date, "then", 30)
    came(house, date, {f"Then{n}": 60 for n in range(30)})
    many = asked(house, owner.get, paths)
    assert {path: (few[path], many[path]) for path in few if many[path] > few[path]} == {}


def more(house, now, date: int, word: str, number: int) -> None:
    with house.database.session() as session:
        series = programme.by_slug(session, "play")
        for n in range(number):
            join(session, house, series, f"{word}{n}", now, source="import", zone="Asia/Tokyo")
            other = a_series(session, house, now, f"{word}-{n}", 2)
            join(session, house, other, "alice", now, source="import")
            for kind in ("message", "announcement"):
                mailings.make(session, key=f"{kind}:{word}:{n}", kind=kind, series=series, due_at=now, now=now, state="skipped")  # fmt: skip
            session.add(MeetingServer(slug=f"{word}-{n}", url="https://x.example/api", secret="s" * 12, created_at=now))
    for n in range(number):
        ask(house, date, f"{word}{n}".title(), f"Question {word} {n}?", now)
