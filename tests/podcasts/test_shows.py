"""Shows: what staff decide, what is refused in words, and what follows from a change."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from cast import a_hub, a_list
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from podcasts.broadcast import a_cover, a_show, an_episode, body_of, heard, on_the_shelf, together
from sqlmodel import Session, col, select

from publisher.errors import BadInput, Conflict, NotFound
from publisher.house import House
from publisher.podcasts import episodes, shows
from publisher.podcasts.models import Episode, Show


def test_a_show_gets_the_guid_of_its_feed_for_life(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    name_space = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
    assert show.guid == str(uuid.uuid5(name_space, "hub.example.org/podcasts/small-hands/feed.xml"))
    shows.edit(session, house, show, shows.Shape(title="Bigger Hands"), now=now)
    shows.move(session, house, show, "https://elsewhere.example/feed.xml", now=now)
    assert heard(session, house, show, now).show.guid == show.guid
    with pytest.raises(Conflict, match="small-hands"):
        a_show(session, house, now)
    with pytest.raises(NotFound):
        shows.by_slug(session, "large-feet")


REFUSED: list[tuple[str, Any]] = [
    ("title", ""), ("title", "x" * 256), ("title", 7), ("language", "of love"), ("language", None), ("owner_email", "ann@nowhere"),
    ("link", "javascript:alert(1)"), ("link", "https://a b.example"), ("type", "weekly"), ("medium", "smell"),
    ("explicit", "yes"), ("licence_url", "cc-by"), ("categories", [["Cookery", None]]), ("categories", "Arts"),
    ("categories", [["Arts", "Rugby"]]), ("persons", [{"name": "x" * 129}]), ("persons", ["Ann"]),
    ("persons", [{"name": "Ann", "image": "ftp://x.example/a"}]), ("funding", [{"url": "give"}]),
    ("places", [{"name": "Nairobi", "geo": "here"}]), ("places", [{"name": "Nairobi", "country": "XX"}]),
    ("places", [{"name": "Nairobi", "osm": "17"}]), ("trailers", [{"title": "T", "url": "https://x.example/t", "published": "soon"}]),
    ("trailers", [{"title": "T", "url": "https://x.example/t", "published": "2026-11-01T00:00:00"}]),
    ("update_frequency", [1]), ("update_frequency", {"complete": "no"}), ("tags", [{"name": "script"}]),
    ("tags", [{"name": "podcast:value", "attributes": {"a": 1}}]), ("tags", "podcast:value"), ("subjects", ["play"]),
    ("subjects", [[1, 2]]), ("hubs", ["hub"]), ("description", None), ("description_format", "docx"), ("editions", "Two Words"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), REFUSED, ids=[f"{name}-{n}" for n, (name, _) in enumerate(REFUSED)])
def test_what_no_app_could_read_is_refused_in_words(field: str, value: Any) -> None:
    with pytest.raises(BadInput) as told:
        shows.READERS[field](value)
    assert told.value.field == field
    assert str(told.value).endswith(".")


@pytest.mark.parametrize("slug", ["", "Small Hands", "-x", "feed", "private", "é", "x" * 81])
def test_a_short_name_is_one(session: Session, house: House, now: datetime, slug: str) -> None:
    with pytest.raises(BadInput):
        a_show(session, house, now, slug)


def test_a_change_makes_a_new_version_and_no_change_does_not(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    later = now + timedelta(hours=1)
    assert shows.edit(session, house, show, shows.shape_of(session, show), now=later) is False
    assert (show.version, show.changed_at) == (1, now)
    shape = shows.Shape(title="Small Hands", description="How children *learn*.", author="Early Hands", explicit=True)
    episode = an_episode(session, house, show, now)
    version, revision = show.version, episode.revision
    assert shows.edit(session, house, show, shape, now=later) is True
    session.refresh(episode)
    assert (show.version, show.changed_at, episode.revision) == (version + 1, later, revision + 1)
    assert heard(session, house, show, now).episodes[0].explicit is True


def test_what_a_feed_brought_and_nobody_touches_is_not_judged_again(
    session: Session, house: House, now: datetime
) -> None:
    show = a_show(session, house, now)
    show.categories, show.language = [["Society & Culture", "Old Word"]], "en-GB"
    session.add(show)
    session.flush()
    shape = shows.shape_of(session, show)
    shows.edit(session, house, show, _with(shape, title="Other Hands"), now=now)
    assert (show.title, show.categories, show.language) == ("Other Hands", [["Society & Culture", "Old Word"]], "en-GB")
    with pytest.raises(BadInput, match="Newer Word"):
        shows.edit(session, house, show, _with(shape, categories=[["Arts", "Newer Word"]]), now=now)


def test_a_show_for_a_list_leaves_the_shelf_and_comes_back(session: Session, house: House, now: datetime) -> None:
    a_list(session, a_hub(session, now), now, slug="members")
    show = a_show(session, house, now)
    an_episode(session, house, show, now, "For all")
    assert list(on_the_shelf(session)) == ["For all"]
    shape = shows.shape_of(session, show)
    shows.edit(session, house, show, _with(shape, list_slug="members"), now=now)
    assert on_the_shelf(session) == {}
    assert shows.public(session) == []
    said = heard(session, house, show, now).show
    assert (said.owner_email, said.block) == ("", True)
    shows.edit(session, house, show, shape, now=now)
    assert list(on_the_shelf(session)) == ["For all"]
    with pytest.raises(NotFound):
        shows.edit(session, house, show, _with(shape, list_slug="nobody"), now=now)


def test_a_show_may_keep_to_itself_and_may_be_archived(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now, on_shelf=False)
    an_episode(session, house, show, now)
    assert on_the_shelf(session) == {}
    shows.edit(session, house, show, _with(shows.shape_of(session, show), on_shelf=True), now=now)
    assert len(on_the_shelf(session)) == 1
    shows.archive(session, house, show, now=now)
    assert (on_the_shelf(session), shows.public(session)) == ({}, [])
    assert len(heard(session, house, show, now).episodes) == 1
    shows.archive(session, house, show, now=now, archived=False)
    assert (len(on_the_shelf(session)), shows.public(session)) == (1, [show])


def test_a_cover_that_directories_refuse_is_refused_here(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    with pytest.raises(BadInput, match="1400"):
        shows.set_artwork(session, house, show, a_cover(session, house, now, 1399), now=now)
    assert show.artwork_id is None
    first = a_cover(session, house, now, 1400)
    shows.set_artwork(session, house, show, first, now=now)
    before = heard(session, house, show, now).show.image
    assert before == f"https://hub.example.org/media/{first.digest}.png"
    shows.set_artwork(session, house, show, a_cover(session, house, now, 3000), now=now)
    assert heard(session, house, show, now).show.image != before


def test_a_feed_that_moved_says_where(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    assert heard(session, house, show, now).show.new_feed_url is None
    shows.move(session, house, show, "https://elsewhere.example/feed.xml", now=now)
    assert heard(session, house, show, now).show.new_feed_url == "https://elsewhere.example/feed.xml"
    with pytest.raises(BadInput, match="already"):
        shows.move(session, house, show, "https://hub.example.org/podcasts/small-hands/feed.xml", now=now)
    with pytest.raises(BadInput, match="web address"):
        shows.move(session, house, show, "elsewhere", now=now)
    shows.move(session, house, show, None, now=now)
    assert heard(session, house, show, now).show.new_feed_url is None


def test_language_editions_know_each_other(session: Session, house: House, now: datetime) -> None:
    english = a_show(session, house, now, editions="hands")
    french = a_show(session, house, now, "petites-mains", title="Petites mains", language="fr", editions="hands")
    a_show(session, house, now, "alone")
    assert shows.editions_of(session, english) == [french]
    assert shows.editions_of(session, shows.by_slug(session, "alone")) == []


def test_of_two_people_who_begin_one_show_one_does(house: House, now: datetime) -> None:
    def begin() -> None:
        with house.database.session() as session:
            a_show(session, house, now)

    done = together(begin, begin, begin)
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Conflict", "NoneType"]
    with house.database.reading() as session:
        assert len(session.exec(select(Show)).all()) == 1


def test_of_two_people_who_write_one_title_both_get_an_episode(house: House, now: datetime) -> None:
    with house.database.session() as session:
        a_show(session, house, now)

    def write() -> str:
        with house.database.session() as session:
            show = shows.by_slug(session, "small-hands")
            return episodes.add(session, house, show, episodes.Shape(title="The same"), now=now).slug

    assert sorted(together(write, write)) == ["the-same", "the-same-2"]


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Feed!", "feed-1"), ("العربية", "episode"), ("Ça va, été?", "ca-va-ete"), ("a/b/../c", "a-b-c"), ("", "episode"),
     ("A resource", "a-resource"), ("x" * 300, "x" * 70)],
)  # fmt: skip
def test_titles_make_short_names(title: str, slug: str) -> None:
    assert episodes.slug_stem(title) == slug


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=True) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["name", "url", "text", "title", "start", "duration", "geo", "role", "published", "attributes", "children", "x"]), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(said=st.dictionaries(st.sampled_from(sorted(shows.Shape.__dataclass_fields__)), JSON, max_size=4))
def test_whatever_a_program_says_is_refused_or_makes_a_feed(
    session: Session, house: House, now: datetime, said: dict[str, Any]
) -> None:
    """The forms of the API and of `--set` take any JSON."""
    attempt = session.begin_nested()
    try:
        show = shows.add(session, house, "any", shows.Shape(**{"title": "Any"} | said), now=now)
    except (BadInput, NotFound):
        attempt.rollback()
        return
    etree.fromstring(body_of(session, house, show))
    attempt.rollback()
    session.expunge_all()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(said=st.dictionaries(st.sampled_from(sorted(episodes.Shape.__dataclass_fields__)), JSON, max_size=4))
def test_whatever_a_program_says_of_an_episode_is_refused_or_makes_an_item(
    session: Session, house: House, now: datetime, said: dict[str, Any]
) -> None:
    attempt = session.begin_nested()
    show = a_show(session, house, now)
    try:
        one = episodes.add(session, house, show, episodes.Shape(**{"title": "Any"} | said), now=now)
    except BadInput:
        attempt.rollback()
        return
    one.state, one.published_at = "published", now
    one.enclosure_url, one.enclosure_type, one.enclosure_length = "https://x.example/a.mp3", "audio/mpeg", 9
    session.add(one)
    session.flush()
    etree.fromstring(body_of(session, house, show))
    assert session.exec(select(Episode.id).where(col(Episode.show_id) == show.id)).one()
    attempt.rollback()
    session.expunge_all()


def _with(shape: shows.Shape, **changes: Any) -> shows.Shape:
    from dataclasses import replace

    return replace(shape, **changes)


def test_a_show_is_not_called_like_a_page_of_the_studio(session: Session, house: House, now: datetime) -> None:
    for word in ("new", "import", "check"):
        with pytest.raises(BadInput, match="our own addresses"):
            shows.add(session, house, word, shows.Shape(title="New"), now=now)
