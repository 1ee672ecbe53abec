"""What a page asks of the database does not grow with the dates, people and questions it shows."""

from datetime import datetime, timedelta

from met_stage import LEADING, PLAY, link_to, webinar
from sqlmodel import select
from statements import asked
from webinars.webinar_stage import a_webinar, dates_of

from publisher.webinars import dates as dates_room
from publisher.webinars import questions, registering
from publisher.webinars.models import Registration, Speaker
from publisher.webinars.programme import by_slug
from publisher.webinars.wishes import Wish

PUBLIC = ("/", "/webinars", "/webinars?language=en", PLAY, LEADING, "/webinars/leading-1", "/webinars/first-steps", "/webinars/first-steps/recording", "/webinars/leading/embed")  # fmt: skip


def test_no_page_asks_more_when_there_is_more(web, house, met, now):
    paths = (*PUBLIC, *keys_of_dora(house, now))
    more(house, now, "first", 1)
    asked(house, answered(web), paths)  # warm
    few = asked(house, answered(web), paths)
    more(house, now, "then", 20)
    many = asked(house, answered(web), paths)
    assert {path: (few[path], many[path]) for path in few if many[path] > few[path]} == {}


def answered(web):
    def get(path: str) -> None:
        assert web.get(path).status_code == 200, path

    return get


def keys_of_dora(house, now) -> tuple[str, ...]:
    """Her page, and a speaker's of the series with the live questions."""
    with house.database.session() as session:
        series = by_slug(session, "leading")
        wish = Wish(email="dora@example.org", name="Dora", zone="Asia/Kathmandu", source="staff")
        key = registering.register(session, house, series, wish, now=now).registration.key
        session.add(Speaker(series_id=series.id, key="of-the-series", name="Sam", created_at=now))
    speaker = link_to(house, "speaker", "of-the-series")
    return link_to(house, "mine", key), speaker, f"{speaker}/questions/leading-1"


def more(house, now, word: str, number: int) -> None:
    """Webinars to come and over, dates, speakers, registrations and questions."""
    with house.database.session() as session:
        series = by_slug(session, "leading")
        dora = session.exec(select(Registration).where(Registration.name == "Dora")).one()
        for n in range(number):
            weeks = timedelta(weeks=n + (1 if word == "first" else 4))
            dates_room.add(session, house, series, datetime(2027, 2, 1, 10, 0) + weeks, now=now)
            a_webinar(session, house, now, f"{word}-{n}", starts=datetime(2027, 1, 4, 8, 0) + weeks, title=f"{word} {n}", spoken=["en"])  # fmt: skip
            earlier = now - timedelta(days=500)
            a_webinar(session, house, earlier, f"{word}-over-{n}", starts=datetime(2026, 1, 5, 8, 0) + weeks, title=f"Over {word} {n}")  # fmt: skip
            play, one = webinar(session, "play")
            session.add(Speaker(series_id=play.id, key=f"{word}-{n}", name=f"Speaker {word} {n}", created_at=now))
            wish = Wish(email=f"{word}{n}@example.org", name=f"Guest {n}", source="staff")
            guest = registering.register(session, house, play, wish, now=now).registration
            questions.moderate(session, questions.ask(session, guest, one, f"Why {word} {n}?", now=now), "shown")
        session.flush()
        for one in dates_of(session, series)[:6]:
            if one.state == "announced":
                asked_ = questions.ask(session, dora, one, f"What about {word} {one.number}?", now=now)
                questions.moderate(session, asked_, "shown")
