"""Episodes on the library's shelf: who is found there, as what, and when it is news."""

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest
from podcasts.broadcast import a_draft, a_show, an_episode, many_rows, on_the_shelf, together
from sqlmodel import Session, select

from publisher.house import House
from publisher.library.models import Source
from publisher.library.search import SearchQuery, search
from publisher.library.shelf import shown
from publisher.podcasts import episodes, publishing, shelf


def test_an_episode_is_found_in_the_library_as_what_it_is(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now, subjects=["topic:play-and-learning"], licence="cc-by-4.0", language="fr")
    one = an_episode(
        session, house, show, now, "Le premier mot", summary="Comment il vient.", subjects=["country:SN"],
        persons=[{"name": "Awa Ndiaye", "role": "guest"}],
    )  # fmt: skip
    work = on_the_shelf(session)["Le premier mot"]
    assert one.work_id == work.id
    found = shown(session, [work.id or 0])[0]
    text = found.texts["fr"]
    assert (work.kind, work.seconds, work.authors, work.publisher) == ("episode", 3, ["Awa Ndiaye"], "Small Hands")
    assert (text.title, text.blurb, text.link) == ("Le premier mot", "Comment il vient.", "https://hub.example.org/podcasts/small-hands/le-premier-mot")  # fmt: skip
    assert (found.keys("topic"), found.keys("country")) == (("play-and-learning",), ("SN",))
    assert [one.work.id for one in search(session, SearchQuery(text="premier mot")).items] == [work.id]


@pytest.mark.parametrize(
    ("show_said", "said"), [({"block": True}, {}), ({"on_shelf": False}, {}), ({}, {"block": True}), ({}, {"type": "trailer"})]
)  # fmt: skip
def test_what_keeps_to_itself_and_what_advertises_itself_is_not_there(
    session: Session, house: House, now: datetime, show_said: dict[str, Any], said: dict[str, Any]
) -> None:
    show = a_show(session, house, now, **show_said)
    an_episode(session, house, show, now, **said)
    a_draft(session, house, show, now, "Draft")
    assert on_the_shelf(session) == {}


def test_an_edit_reaches_the_shelf_and_twice_is_harmless(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    one = an_episode(session, house, show, now)
    later = now + timedelta(days=1)
    episodes.edit(session, house, one, dataclasses.replace(episodes.shape_of(one), title="The second word"), now=later)
    assert list(on_the_shelf(session)) == ["The second word"]
    for _ in range(2):
        shelf.put(session, house, show, one, now=later)
    assert len(on_the_shelf(session)) == 1
    episodes.edit(session, house, one, dataclasses.replace(episodes.shape_of(one), type="trailer"), now=later)
    assert on_the_shelf(session) == {}


def test_a_back_catalogue_is_shelf_and_no_news_but_for_what_is_fresh(
    session: Session, house: House, now: datetime
) -> None:
    """The library's rule for all that comes in at once: younger than 14 days is news."""
    show = a_show(session, house, now)
    rows = many_rows(session, show, 20, now)
    shelf.put_many(session, house, show, rows, now=now)
    works = on_the_shelf(session)
    assert len(works) == 20
    assert {title for title, work in works.items() if work.news_since} == {
        f"Day {n}" for n in range(20) if 20 - n <= 14
    }


def test_translations_are_one_work(session: Session, house: House, now: datetime) -> None:
    english = a_show(session, house, now, editions="hands")
    french = a_show(session, house, now, "petites-mains", title="Petites mains", language="fr", editions="hands")
    first = an_episode(session, house, english, now, "The first word")
    second = an_episode(session, house, french, now, "Le premier mot", original_id=first.id)
    assert first.work_id == second.work_id
    found = shown(session, [first.work_id or 0])[0]
    assert {code: text.title for code, text in found.texts.items()} == {"en": "The first word", "fr": "Le premier mot"}
    publishing.withdraw(session, house, first, now=now)
    assert list(on_the_shelf(session)) == ["Le premier mot"]


def test_the_first_two_episodes_of_a_hub_may_appear_at_one_moment(house: House, now: datetime) -> None:
    """Both make the library's source for episodes."""
    with house.database.session() as session:
        numbers = [
            a_draft(session, house, a_show(session, house, now, slug), now).id or 0 for slug in ("one", "two", "three")
        ]

    def publish(number: int) -> None:
        with house.database.session() as session:
            publishing.publish(session, house, episodes.by_id(session, number), now=now)

    assert together(*(lambda n=n: publish(n) for n in numbers)) == [None] * 3
    with house.database.reading() as session:
        assert len(session.exec(select(Source)).all()) == 1
