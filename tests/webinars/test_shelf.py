"""Webinars on the library's shelf: who is found there, as what, in which languages, and when it goes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cast import a_list
from podcasts.broadcast import together
from sqlmodel import Session, select
from webinars.webinar_stage import FIRST, a_series, a_webinar, dates_of, on_the_shelf, the_hub

from publisher.house import House
from publisher.library.models import LookAlike, Source, Work
from publisher.library.search import SearchQuery, search
from publisher.library.shelf import coming, shown
from publisher.webinars import dates, programme, scheduling, series, shelf, speakers
from publisher.webinars.models import Series, Speaker, Webinar
from publisher.webinars.speakers import SpeakerShape

FRENCH = {"fr": {"title": "Jouer et soigner", "summary": "Pourquoi jouer est un travail."}}


def edit(session: Session, house: House, made: Series, now: datetime, **changes: Any) -> None:
    series.edit(session, house, made, replace(series.shape_of(session, made), **changes), now=now)


def test_a_webinar_is_found_in_the_library_as_what_it_is(session: Session, house: House, now: datetime) -> None:
    _, one = a_webinar(session, house, now, subjects=["topic:play-and-learning", "country:KE"], zone="Africa/Nairobi")
    session.expire_all()
    work = on_the_shelf(session)["Play and care"]
    assert one.work_id == work.id
    assert (work.kind, work.zone, work.publisher) == ("webinar", "Africa/Nairobi", "Early Hands")
    assert (work.starts_at, work.ends_at) == (datetime(2026, 12, 3, 12, tzinfo=UTC), datetime(2026, 12, 3, 13, 30, tzinfo=UTC))  # fmt: skip
    assert work.news_since == now
    found = shown(session, [work.id or 0])[0]
    text = found.texts["en"]
    assert (text.title, text.blurb, text.link) == ("Play and care", "Why play is work.", "https://hub.example.org/webinars/play")  # fmt: skip
    assert (found.keys("topic"), found.keys("country")) == (("play-and-learning",), ("KE",))
    assert [each.work.id for each in coming(session, now=now)] == [work.id]
    assert [each.work.id for each in search(session, SearchQuery(text="play care")).items] == [work.id]


@pytest.mark.parametrize("said", [{"announced": False}, {"is_listed": False}, {"list_slug": "leaders"}])
def test_what_is_not_for_everybody_is_not_there(
    session: Session, house: House, now: datetime, said: dict[str, Any]
) -> None:
    a_list(session, the_hub(session, now), now, "leaders", "cohort")
    a_webinar(session, house, now, **said)
    assert on_the_shelf(session) == {}
    assert session.exec(select(Source)).all() == []


def test_it_goes_and_comes_as_it_is_decided(session: Session, house: House, now: datetime) -> None:
    made, one = a_webinar(session, house, now)
    number = one.work_id
    edit(session, house, made, now, is_listed=False)
    assert on_the_shelf(session) == {}
    edit(session, house, made, now, is_listed=True)
    assert on_the_shelf(session)["Play and care"].id == number
    scheduling.cancel(session, house, one, now=now)
    assert on_the_shelf(session) == {}


def test_a_move_reaches_the_shelf_and_is_the_same_work(session: Session, house: House, now: datetime) -> None:
    _, one = a_webinar(session, house, now)
    number, since = one.work_id, on_the_shelf(session)["Play and care"].news_since
    scheduling.reschedule(session, house, one, starts=FIRST + timedelta(days=1), now=now + timedelta(days=1))
    work = on_the_shelf(session)["Play and care"]
    assert (work.id, work.starts_at, work.news_since) == (number, datetime(2026, 12, 4, 12, tzinfo=UTC), since)


def test_another_zone_reaches_the_shelf(session: Session, house: House, now: datetime) -> None:
    made, _ = a_webinar(session, house, now)
    scheduling.change_zone(session, house, made, "Asia/Kathmandu", now=now)
    session.expire_all()
    work = on_the_shelf(session)["Play and care"]
    assert (work.zone, work.starts_at) == ("Asia/Kathmandu", datetime(2026, 12, 3, 9, 15, tzinfo=UTC))


def test_twice_is_harmless(session: Session, house: House, now: datetime) -> None:
    made, one = a_webinar(session, house, now, texts=FRENCH)
    before = on_the_shelf(session)["Play and care"].updated_at
    for _ in range(3):
        shelf.put(session, house, made, one, now=now + timedelta(hours=1))
    assert len(session.exec(select(Work)).all()) == 1
    assert on_the_shelf(session)["Play and care"].updated_at == before


def test_languages_are_texts_of_one_work(session: Session, house: House, now: datetime) -> None:
    made, one = a_webinar(session, house, now, texts=FRENCH)
    found = shown(session, [one.work_id or 0])[0]
    assert {code: (text.title, text.link) for code, text in found.texts.items()} == {
        "en": ("Play and care", "https://hub.example.org/webinars/play"),
        "fr": ("Jouer et soigner", "https://hub.example.org/webinars/play?lang=fr"),
    }
    edit(session, house, made, now, texts={"ar": {"title": "اللعب والرعاية"}})
    assert set(shown(session, [one.work_id or 0])[0].texts) == {"en", "ar"}
    edit(session, house, made, now, is_listed=False)
    assert on_the_shelf(session) == {}
    edit(session, house, made, now, is_listed=True)
    assert set(shown(session, [one.work_id or 0])[0].texts) == {"en", "ar"}


def test_a_late_translation_is_news_to_its_readers(session: Session, house: House, now: datetime) -> None:
    made, one = a_webinar(session, house, now)
    later = now + timedelta(days=2)
    edit(session, house, made, later, texts=FRENCH)
    texts = shown(session, [one.work_id or 0])[0].texts
    assert (texts["en"].news_since, texts["fr"].news_since) == (None, later)


def test_dates_of_a_series_are_told_apart(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, dates=3, texts={"fr": {"title": "Diriger ensemble"}})
    two = dates_of(session, made)[1]
    dates.edit(session, house, two, dates.DateShape(title="Care first", summary="The second talk."), now=now)
    assert sorted(on_the_shelf(session)) == ["Care first", "Leading together (1 of 3)", "Leading together (3 of 3)"]
    assert set(shown(session, [two.work_id or 0])[0].texts) == {"en"}  # nobody translated this one
    assert len({one.work_id for one in dates_of(session, made)}) == 3
    assert session.exec(select(LookAlike)).all() == []
    dates.add(session, house, made, FIRST + timedelta(days=1), now=now)
    assert sorted(on_the_shelf(session))[1:] == [f"Leading together ({n} of 4)" for n in (1, 2, 4)]


def test_who_speaks_stands_beside_it_whenever_that_changes(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, dates=2)
    one, two = dates_of(session, made)

    def add(name: str, date: Webinar | None, role: str, position: int) -> Speaker:
        shape = SpeakerShape(name, role=role, position=position)
        return speakers.add(session, house, made, shape, now=now, webinar=date)

    def beside() -> list[list[str]]:
        works = on_the_shelf(session)
        return [works[f"Leading together ({number} of 2)"].authors for number in (1, 2)]

    zola = add("Zola", None, "speaker", 0)
    amina, _, _ = add("Amina", one, "speaker", 1), add("Ben", two, "speaker", 2), add("Host", None, "host", 3)
    assert beside() == [["Amina", "Zola"], ["Ben", "Zola"]]
    speakers.edit(session, house, amina, replace(speakers.shape_of(session, amina), name="Amina Diallo"), now=now)
    speakers.remove(session, house, zola, now=now)
    assert beside() == [["Amina Diallo"], ["Ben"]]


def test_a_recording_is_a_work_of_its_own(session: Session, house: House, now: datetime) -> None:
    made, one = a_webinar(session, house, now, texts=FRENCH, subjects=["topic:leadership"])
    after = one.ends_at + timedelta(hours=3)
    shelf.put_recording(session, house, made, one, now=after)
    assert one.recording_work_id is None  # there is nothing to see
    one.recording_url, one.recording_found_at = "https://video.example/1", after
    session.add(one)
    session.flush()
    shelf.put_recording(session, house, made, one, now=after)
    assert one.recording_work_id not in (None, one.work_id)
    found = shown(session, [one.recording_work_id or 0])[0]
    assert (found.work.kind, found.work.starts_at, found.work.news_since) == ("recording", None, after)
    assert {code: text.link for code, text in found.texts.items()} == {
        "en": "https://hub.example.org/webinars/play/recording",
        "fr": "https://hub.example.org/webinars/play/recording?lang=fr",
    }
    assert found.keys("topic") == ("leadership",)
    assert session.exec(select(LookAlike)).all() == []
    edit(session, house, made, after, title="Play, care, work")
    assert shown(session, [one.recording_work_id or 0])[0].texts["en"].title == "Play, care, work"
    one.recording_url = ""
    session.add(one)
    session.flush()
    shelf.put_recording(session, house, made, one, now=after)
    assert list(on_the_shelf(session)) == ["Play, care, work"]


def test_a_cohort_keeps_its_recordings(session: Session, house: House, now: datetime) -> None:
    a_list(session, the_hub(session, now), now, "leaders", "cohort")
    made, one = a_webinar(session, house, now, list_slug="leaders")
    one.recording_url = "https://video.example/1"
    shelf.put_recording(session, house, made, one, now=one.ends_at)
    assert session.exec(select(Work)).all() == []


def test_the_first_two_webinars_of_a_hub_may_be_announced_at_one_moment(house: House, now: datetime) -> None:
    """Both make the library's source for webinars."""
    with house.database.session() as session:
        for slug in ("one", "two", "three"):
            a_webinar(session, house, now, slug, announced=False, title=f"About {slug}")

    def publish(slug: str) -> None:
        with house.database.session() as session:
            scheduling.publish(session, house, programme.by_slug(session, slug), now=now)

    assert together(*(lambda s=s: publish(s) for s in ("one", "two", "three"))) == [None] * 3
    with house.database.reading() as session:
        assert len(session.exec(select(Source)).all()) == 1
        assert len(session.exec(select(Work)).all()) == 3


def test_the_last_who_speaks_is_taken_off_it_too(session: Session, house: House, now: datetime) -> None:
    made, _ = a_webinar(session, house, now)
    zola = speakers.add(session, house, made, SpeakerShape("Zola"), now=now)
    assert on_the_shelf(session)["Play and care"].authors == ["Zola"]
    speakers.remove(session, house, zola, now=now)
    assert on_the_shelf(session)["Play and care"].authors == []
    assert [each.work.title_key for each in search(session, SearchQuery(text="Zola")).items] == []
