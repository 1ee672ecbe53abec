"""What goes on beside each other, and what strangers send: nothing stale stays, nothing broken comes in, no key gets out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cast import a_hub, a_list
from podcasts.broadcast import a_draft, a_show, an_episode, body_of, many_rows
from sqlalchemy import event
from sqlmodel import Session

from publisher.house import House
from publisher.podcasts import episodes, publishing, shows
from publisher.podcasts.feed import Feeds
from publisher.podcasts.models import Show

Change = Callable[[Session, House, datetime], Any]


def _goes_private(session: Session, house: House, now: datetime) -> None:
    show = shows.by_slug(session, "small-hands")
    shows.edit(session, house, show, replace(shows.shape_of(session, show), list_slug="members"), now=now)


def _is_explicit(session: Session, house: House, now: datetime) -> None:
    show = shows.by_slug(session, "small-hands")
    shows.edit(session, house, show, replace(shows.shape_of(session, show), explicit=True), now=now)


def _has_other_words(session: Session, house: House, now: datetime) -> None:
    episode = episodes.by_id(session, "small-hands/the-first-word")
    episodes.edit(session, house, episode, replace(episodes.shape_of(episode), title="Other words"), now=now)


def _goes(session: Session, house: House, now: datetime) -> None:
    publishing.withdraw(session, house, episodes.by_id(session, "small-hands/the-first-word"), now=now)


def _comes(session: Session, house: House, now: datetime) -> None:
    publishing.publish(session, house, episodes.by_id(session, "small-hands/half-written"), now=now)


@pytest.mark.parametrize("change", [_goes_private, _is_explicit, _has_other_words, _goes, _comes])
def test_what_changes_while_a_feed_is_built_is_in_the_next_one(house: House, now: datetime, change: Change) -> None:
    """At whichever statement of the building the change is committed: on PostgreSQL each sees what was committed before it."""
    with house.database.session() as session:
        a_list(session, a_hub(session, now), now, slug="members")
        show = a_show(session, house, now)
        an_episode(session, house, show, now)
        a_draft(session, house, show, now, "Half written")
    built = _statements_of(house, Feeds(), lambda: None)
    assert built > 4
    for place in range(built):
        feeds = Feeds()
        _poll(house, feeds)
        _back(house, now)
        _statements_of(house, feeds, lambda: _committed(house, change, now), after=place)
        assert _poll(house, feeds) == _poll(house, Feeds()), f"after statement {place}"
        _back(house, now)


def test_a_show_that_gets_the_number_of_one_that_was_deleted_has_its_own_feed(
    session: Session, house: House, now: datetime
) -> None:
    feeds = Feeds()
    former = a_show(session, house, now, "former")
    before = many_rows(session, former, 1, now, title="Of the former show")
    assert b"Of the former show" in body_of(session, house, former, feeds)
    number, number_of_episode = former.id, before[0].id
    session.delete(before[0])
    session.delete(former)
    session.flush()
    session.add(
        Show(id=number, slug="next", title="Next", guid="n", changed_at=now, created_at=now + timedelta(days=1))
    )
    session.flush()
    following = shows.by_slug(session, "next")
    many_rows(session, following, 1, now, id=number_of_episode, title="Of the next show")
    body = body_of(session, house, following, feeds)
    assert b"Of the next show" in body
    assert b"former" not in body


def test_a_stranger_s_address_is_never_given_the_token_of_who_listens(
    session: Session, house: House, now: datetime
) -> None:
    a_list(session, a_hub(session, now), now, slug="members")
    show = a_show(session, house, now, list_slug="members")
    many_rows(session, show, 1, now, enclosure_url="https://stranger.example/token-of-the-reader.mp3")
    feeds = Feeds()
    body = feeds.private(session, house, feeds.standing(session, show.slug), "key.of-alice").body
    assert b"/private/key.of-alice/feed.xml" in body
    assert b"https://stranger.example/token-of-the-reader.mp3" in body


def test_a_build_that_breaks_off_leaves_nothing_half_done(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    silent, other = many_rows(session, show, 2, now)
    silent.enclosure_length = 0
    feeds = Feeds()
    assert b"Day 0" not in body_of(session, house, show, feeds)
    silent.enclosure_length, silent.revision = 1000, 2
    other.soundbites, other.revision = [{"start": "soon", "duration": 1}], 2
    shows.touch(session, house, show, now=now)
    with pytest.raises(TypeError):
        body_of(session, house, show, feeds)
    other.soundbites, other.revision = [], 3
    shows.touch(session, house, show, now=now)
    assert b"Day 0" in body_of(session, house, show, feeds)


def test_what_no_text_can_hold_is_left_out_of_it(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now, title="Small\udcff Hands\0", description="How\ud800 they learn")
    episode = a_draft(session, house, show, now, "A\udcfe word", notes="More\udcff of it")
    session.expire_all()
    assert (show.title, show.description) == ("Small Hands", "How they learn")
    assert (episode.title, episode.notes) == ("A word", "More of it")


def _back(house: House, now: datetime) -> None:
    """As it was, with every fragment to be written anew."""
    with house.database.session() as session:
        show = shows.by_slug(session, "small-hands")
        shows.edit(
            session, house, show, replace(shows.shape_of(session, show), list_slug=None, explicit=False), now=now
        )
        first = episodes.by_id(session, "small-hands/the-first-word")
        if first.state == "withdrawn":
            publishing.publish(session, house, first, now=now)
        episodes.edit(session, house, first, replace(episodes.shape_of(first), title="The first word"), now=now)
        draft = episodes.by_id(session, "small-hands/half-written")
        if draft.state == "published":
            publishing.withdraw(session, house, draft, now=now)
        shows.touch(session, house, show, now=now, every_item=True)


def _committed(house: House, change: Change, now: datetime) -> None:
    with house.database.session() as session:
        change(session, house, now)


def _poll(house: House, feeds: Feeds) -> bytes:
    with house.database.reading() as session:
        return feeds.whole(session, house, feeds.standing(session, "small-hands")).body


def _statements_of(house: House, feeds: Feeds, errand: Callable[[], None], *, after: int = -1) -> int:
    """How many statements a poll takes; `errand` is done in the middle, after so many."""
    with house.database.reading() as session, _watched(session, errand, after) as seen:
        feeds.whole(session, house, feeds.standing(session, "small-hands"))
    return len(seen)


@contextmanager
def _watched(session: Session, errand: Callable[[], None], after: int) -> Iterator[list[str]]:
    seen: list[str] = []
    connection = session.connection()

    def done(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)
        if len(seen) == after + 1:
            errand()

    event.listen(connection, "after_cursor_execute", done)
    try:
        yield seen
    finally:
        event.remove(connection, "after_cursor_execute", done)
