"""What the pages of webinars ask of the database does not grow with dates, people, speakers and papers."""

from datetime import timedelta

from desk_webinars import ROOM, SIX, dates_rows, enrol
from media.making import png
from sqlalchemy import event
from sqlmodel import col, select
from webinars.letter_stage import a_speaker
from webinars.webinar_stage import a_series, a_webinar

from publisher.media import intake
from publisher.webinars import handouts, mailings
from publisher.webinars.models import Series, Webinar


def test_no_page_asks_more_when_there_is_more(editor, house, webinars, now):
    first = f"{SIX}/dates/{dates_rows(house)[0].id}"
    paths = (ROOM, SIX, first, f"{SIX}/settings", f"{ROOM}/new", f"{SIX}?move={dates_rows(house)[0].id}")
    more(house, now, "first", 1)
    asked(house, editor, paths)  # warm
    few = asked(house, editor, paths)
    more(house, now, "then", 12)
    many = asked(house, editor, paths)
    assert {path: (few[path], many[path]) for path in few if many[path] > few[path]} == {}


def asked(house, browser, paths) -> dict[str, int]:
    """Statements per page."""
    counts = dict.fromkeys(paths, 0)
    path = ""

    def count(*_: object) -> None:
        counts[path] += 1

    event.listen(house.database.engine, "before_cursor_execute", count)
    try:
        for path in paths:
            browser.get(path)
    finally:
        event.remove(house.database.engine, "before_cursor_execute", count)
    return counts


def more(house, now, word: str, number: int) -> None:
    """Series, drafts, people, speakers with pictures, papers, letters that wait."""
    with house.database.session() as session:
        six = session.exec(select(Series).where(col(Series.slug) == "leading")).one()
        date = session.exec(
            select(Webinar).where(col(Webinar.series_id) == six.id).order_by(col(Webinar.number))
        ).first()
        enrol(session, six, now, number, first=1000 * len(word))
        for n in range(number):
            a_series(session, house, now, f"{word}-series-{n}", 3)
            a_webinar(session, house, now, f"{word}-draft-{n}", announced=False)
            a_webinar(session, house, now - timedelta(days=60), f"{word}-held-{n}", starts=date.starts_at.replace(tzinfo=None) - timedelta(days=40))  # fmt: skip
            path = house.settings.data_dir / f"{word}-{n}.png"
            path.write_bytes(png(20 + n, 20, (n, len(word), 7)))
            media = intake.take_file(session, house, path, name=path.name, now=now, expect="picture")
            a_speaker(
                session, six, now, f"{word}{n}@talks.example", name=f"{word} {n}", picture_id=media.id, invited_at=now
            )
            handouts.add(session, date, media, now=now)
            mailings.make(session, key=f"message:{word}:{n}", kind="message", series=six, webinar=date, due_at=now + timedelta(days=1), now=now)  # fmt: skip
