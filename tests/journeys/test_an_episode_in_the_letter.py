"""An episode puts itself on the shelf: search, draft and letter have it, once for each reader, whatever their language."""

import email
import email.policy
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from issue_stage import Stage
from sqlmodel import Session, col, select

from publisher.house import House
from publisher.library.models import Subject, Work, WorkText
from publisher.library.search import SearchQuery, search
from publisher.podcasts import episodes, publishing, shows
from publisher.podcasts.models import Episode, Show


@pytest.fixture
def stage(house: House, now: datetime) -> Stage:
    return Stage(house, now, languages="en,fr")


def on_air(stage: Stage, slug: str, title: str, language: str = "en", days: int = 0, **shape: object) -> Episode:
    """A published episode of a show of its own, with sound that is kept elsewhere."""
    with stage.house.database.session() as session:
        known = session.exec(select(Show).where(col(Show.slug) == slug)).first()
        said = shows.Shape(title=slug.title(), language=language, author="Early Hands", subjects=["topic:play"])
        show = known or shows.add(session, stage.house, slug, said, now=stage.now)
        made = episodes.Shape(title=title, summary="What she carries in her bag.", **shape)  # type: ignore[arg-type]
        episode = episodes.add(session, stage.house, show, made, now=stage.now)
        episode.enclosure_url, episode.enclosure_type = f"https://media.example/{episode.id}.mp3", "audio/mpeg"
        episode.enclosure_length, episode.duration = 9_000_000, 725
        session.add(episode)
        session.flush()
        publishing.publish(session, stage.house, episode, now=stage.now + timedelta(days=days))
        return episode


def text_of(mail: bytes) -> str:
    message = email.message_from_bytes(mail, policy=email.policy.default)
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def the_work(session: Session, episode: Episode) -> Work:
    return session.get_one(Work, session.get_one(Episode, episode.id).work_id)


def test_the_next_issue_has_the_episode_with_its_length_and_a_way_to_listen(stage: Stage) -> None:
    stage.reader("alice@example.org", interests=(("topic", "play"),))
    episode = on_air(stage, "doorstep", "The bag by the door", subjects=["country:KE"])
    _, mails = stage.send()
    said = text_of(mails["alice@example.org"])
    assert "The bag by the door" in said
    assert "Doorstep · 12 min" in said
    assert f"Listen:\n{stage.house.settings.url('/podcasts/doorstep/the-bag-by-the-door')}" in said
    with stage.house.database.reading() as session:
        work = the_work(session, episode)
        assert (work.kind, work.seconds, work.news_since) == ("episode", 725, stage.now)
        subjects = session.exec(
            select(Subject).where(col(Subject.work_id) == work.id, col(Subject.suggested).is_(False))
        )
        assert {(one.facet, one.key) for one in subjects} == {("topic", "play"), ("country", "KE")}
        assert [one.work.id for one in search(session, SearchQuery(text="carries bag"), facets=()).items] == [work.id]


def test_an_edition_in_another_language_is_the_same_work_and_told_to_nobody_twice(stage: Stage) -> None:
    stage.reader("alice@example.org")
    english = on_air(stage, "doorstep", "The bag by the door")
    _, first = stage.send()
    assert "The bag by the door" in text_of(first["alice@example.org"])

    stage.reader("zoe@example.org", languages="fr")
    french = on_air(stage, "sur-le-pas", "Le sac à la porte", "fr", days=20, original_id=english.id)
    with stage.house.database.reading() as session:
        assert the_work(session, french).id == the_work(session, english).id
        texts = session.exec(select(WorkText).where(col(WorkText.work_id) == the_work(session, english).id)).all()
        assert {text.language: text.title for text in texts} == {"en": "The bag by the door", "fr": "Le sac à la porte"}
    later = stage.now + timedelta(days=31)
    _, second = stage.send(later)
    assert "alice@example.org" not in second
    assert "Le sac à la porte" in text_of(second["zoe@example.org"])
    assert "Écouter" in text_of(second["zoe@example.org"])


def test_what_is_withdrawn_is_gone_from_shelf_and_draft_and_returns_as_the_same(stage: Stage) -> None:
    stage.reader("alice@example.org")
    stage.work("Home visits in four counties")
    episode = on_air(stage, "doorstep", "The bag by the door")
    with stage.house.database.session() as session:
        publishing.withdraw(session, stage.house, episodes.by_id(session, episode.id or 0), now=stage.now)
        assert the_work(session, episode).state == "withdrawn"
    _, mails = stage.send()
    assert "The bag by the door" not in text_of(mails["alice@example.org"])
    with stage.house.database.session() as session:
        again = episodes.by_id(session, episode.id or 0)
        publishing.publish(session, stage.house, again, now=stage.now + timedelta(days=1))
        assert (again.guid, again.published_at) == (episode.guid, stage.now)
        assert the_work(session, episode).state == "approved"


def test_trailers_and_private_shows_stay_off_the_shelf(stage: Stage) -> None:
    trailer = on_air(stage, "doorstep", "What is to come", type="trailer")
    episode = on_air(stage, "doorstep", "The bag by the door")
    with stage.house.database.session() as session:
        assert episodes.by_id(session, trailer.id or 0).work_id is None
        show = shows.by_slug(session, "doorstep")
        private = replace(shows.shape_of(session, show), list_slug="monthly")
        shows.edit(session, stage.house, show, private, now=stage.now)
        assert the_work(session, episode).state == "withdrawn"
        shows.edit(session, stage.house, show, replace(private, list_slug=None), now=stage.now)
        assert the_work(session, episode).state == "approved"


def test_an_edition_that_goes_takes_its_words_along_and_leaves_the_other(stage: Stage) -> None:
    """The work stays for those who read French; nothing of the English edition is found any more, by search or link."""
    english = on_air(stage, "doorstep", "The bag by the door")
    on_air(stage, "sur-le-pas", "Le sac à la porte", "fr", original_id=english.id)
    with stage.house.database.session() as session:
        show = shows.by_slug(session, "doorstep")
        private = replace(shows.shape_of(session, show), list_slug="monthly")
        shows.edit(session, stage.house, show, private, now=stage.now)
        work = the_work(session, english)
        texts = session.exec(select(WorkText).where(col(WorkText.work_id) == work.id)).all()
        assert [(text.language, text.title) for text in texts] == [("fr", "Le sac à la porte")]
        assert (work.state, work.language) == ("approved", "fr")
        assert search(session, SearchQuery(text="bag door"), facets=()).items == []
        shows.edit(session, stage.house, show, replace(private, list_slug=None), now=stage.now)
        texts = session.exec(select(WorkText).where(col(WorkText.work_id) == work.id)).all()
        assert {text.language for text in texts} == {"en", "fr"}
