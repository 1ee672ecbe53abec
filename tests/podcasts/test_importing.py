"""Bringing shows in: any feed in the world, twice without harm, on from where it was cut off, and nothing lost unsaid."""

import dataclasses
import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cast import a_hub
from our_web import Web
from podcasts.broadcast import body_of, heard, on_the_shelf, together
from podcasts.foreign import GUID, feed, item
from sqlalchemy import event
from sqlmodel import col, select
from starlette.testclient import TestClient

from feeds.podcast import values as said_as
from feeds.podcast.reading import read_podcast
from publisher.errors import BadInput, Conflict, FetchError
from publisher.house import House
from publisher.podcasts import episodes, importing, publishing, shows, values
from publisher.podcasts.importing import Imported, Wish
from publisher.podcasts.models import Episode, Show, ShowImport, Transcript
from publisher.web.app import make_app

RICH = Path(__file__).parents[1] / "feeds" / "podcast" / "good" / "rich.xml"


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.close()


@pytest.fixture
def open_house(house: House) -> House:
    """A house that may read from this machine."""
    return dataclasses.replace(
        house, settings=dataclasses.replace(house.settings, private_hosts=frozenset({"127.0.0.1"}))
    )


def bring(house: House, document: str, now: datetime, name: str = "notes.xml", **wish: Any) -> Imported:
    return importing.import_file(house, document.encode(), name, Wish(**wish), now=now)


def rows(house: House, slug: str = "field-notes") -> list[Episode]:
    """The episodes in the order of the feed."""
    with house.database.reading() as session:
        found = episodes.published(session, shows.by_slug(session, slug))
        session.expunge_all()
        return found


def change(house: House, guid: str, now: datetime, **changes: Any) -> None:
    """What a member of staff does in the studio."""
    with house.database.session() as session:
        row = session.exec(select(Episode).where(col(Episode.guid) == guid)).one()
        episodes.edit(session, house, row, dataclasses.replace(episodes.shape_of(row), **changes), now=now)


def test_a_feed_comes_in_with_its_guids_its_order_and_its_dates(house: House, now: datetime) -> None:
    done = bring(house, feed([item(n, now) for n in range(1, 6)]), now)
    assert done.as_json() == {
        "show": "field-notes", "episodes": 5, "new": 5, "updated": 0, "lost_tags": [], "not_emitted": [], "problems": [],
    }  # fmt: skip
    found = rows(house)
    assert [one.guid for one in found] == [f"note-{n}" for n in range(1, 6)]
    assert [one.published_at for one in found] == [now - timedelta(days=n) for n in range(1, 6)]
    assert {one.state for one in found} == {"published"}
    with house.database.reading() as session:
        show = shows.by_slug(session, "field-notes")
        assert (show.guid, show.imported_from, show.locked) == (GUID, "notes.xml", True)
        assert [one.guid for one in heard(session, house, show, now).episodes] == [f"note-{n}" for n in range(1, 6)]


def test_twice_is_harmless(house: House, now: datetime) -> None:
    document = feed([item(n, now) for n in range(1, 4)])
    bring(house, document, now)
    with house.database.reading() as session:
        before = body_of(session, house, shows.by_slug(session, "field-notes"))
    done = bring(house, document, now + timedelta(days=1))
    assert (done.new, done.updated, done.show) == (0, 0, "field-notes")
    with house.database.reading() as session:
        assert body_of(session, house, shows.by_slug(session, "field-notes")) == before
        assert len(session.exec(select(Show)).all()) == 1


def test_what_the_feed_changed_comes_and_what_staff_changed_stays(house: House, now: datetime) -> None:
    bring(house, feed([item(1, now), item(2, now)]), now)
    change(house, "note-1", now, title="Ours", author="Ann")
    change(house, "note-2", now, title="Ours too")
    later = now + timedelta(days=1)
    document = feed([item(1, now, more="<itunes:season>2</itunes:season>"), item(2, now, title="Theirs, and newer")])
    done = bring(house, document, later)
    assert (done.new, done.updated) == (0, 2)
    first, second = rows(house)
    assert (first.title, first.author, first.season) == ("Ours", "Ann", 2)
    assert second.title == "Theirs, and newer"
    assert bring(house, document, later).updated == 0


def test_what_staff_changed_on_the_show_stays_until_the_feed_says_something_else(house: House, now: datetime) -> None:
    bring(house, feed([]), now)
    with house.database.session() as session:
        show = shows.by_slug(session, "field-notes")
        shape = dataclasses.replace(shows.shape_of(session, show), title="Our Notes", author="Ann")
        shows.edit(session, house, show, shape, now=now)
    bring(house, feed([], more="<itunes:author>Theirs</itunes:author>"), now)
    with house.database.reading() as session:
        show = shows.by_slug(session, "field-notes")
        assert (show.title, show.author) == ("Our Notes", "Theirs")


def test_new_episodes_come_on_top_and_what_says_no_date_keeps_its_order(house: House, now: datetime) -> None:
    undated = [item(n, now, published=None) for n in range(10)]
    bring(house, feed(undated[4:8]), now)
    bring(house, feed(undated[2:8]), now)
    bring(house, feed(undated[0:5]), now)
    assert [one.guid for one in rows(house)] == [f"note-{n}" for n in range(8)]
    with house.database.reading() as session:
        said = heard(session, house, shows.by_slug(session, "field-notes"), now).episodes
        assert {one.published for one in said} == {None}


def test_a_back_catalogue_is_shelf_and_no_news(house: House, now: datetime) -> None:
    bring(house, feed([item(n, now) for n in (3, 30, 300)]), now)
    with house.database.reading() as session:
        works = on_the_shelf(session)
        assert {title: bool(work.news_since) for title, work in works.items()} == {
            "Note 3": True,  # the library's rule for whatever comes in at once: younger than 14 days
            "Note 30": False,
            "Note 300": False,
        }
    assert {one.news for one in rows(house)} == {False}


def test_a_show_may_come_in_without_the_shelf(house: House, now: datetime) -> None:
    document = feed([item(1, now)])
    bring(house, document, now, on_shelf=False)
    with house.database.reading() as session:
        assert on_the_shelf(session) == {}
    bring(house, document, now)
    with house.database.reading() as session:
        assert on_the_shelf(session) == {}
    bring(house, document, now, on_shelf=True)
    with house.database.reading() as session:
        assert list(on_the_shelf(session)) == ["Note 1"]


def test_what_lies_in_the_future_waits_for_its_instant(house: House, now: datetime) -> None:
    instant = now + timedelta(days=2)
    bring(house, feed([item(1, now, published=instant)]), now)
    assert rows(house) == []
    assert publishing.publish_due(house, instant - timedelta(seconds=1)) == []
    bring(house, feed([item(1, now, published=instant + timedelta(days=1))]), now)
    assert publishing.publish_due(house, instant) == []
    assert len(publishing.publish_due(house, instant + timedelta(days=1))) == 1
    (one,) = rows(house)
    assert one.published_at == instant + timedelta(days=1)
    with house.database.reading() as session:
        assert on_the_shelf(session)["Note 1"].news_since == instant + timedelta(days=1)


def test_what_cannot_be_emitted_is_kept_and_named_with_the_reason(house: House, now: datetime) -> None:
    items = [
        item(1, now), item(2, now, sound=None), item(3, now, length=0), item(4, now, length="lots"),
        item(5, now, sound="https://cdn.notes.example/1.mp3"),
    ]  # fmt: skip
    done = bring(house, feed(items), now)
    assert (done.episodes, done.new) == (5, 5)
    assert [one["guid"] for one in done.not_emitted] == ["note-2", "note-3", "note-4", "note-5"]
    assert [one["reason"] for one in done.not_emitted] == [
        "It has no sound.",
        "The length of its sound is not known: it says 0 bytes.",
        "The length of its sound is not known: it says 0 bytes.",
        "Another episode of this feed has the same sound.",
    ]
    assert len(rows(house)) == 5
    assert bring(house, feed(items), now).not_emitted == done.not_emitted


def test_feeds_that_lie_do_no_harm(house: House, now: datetime) -> None:
    items = [
        item(1, now, length=9 * 10**14, more="<itunes:season>999999999</itunes:season><itunes:duration>99999999999</itunes:duration>"),
        item(2, now, guid="x" * 5000),
        item(3, now, title="&lt;script&gt;alert(1)&lt;/script&gt;Loud &amp; clear"),
        item(4, now, guid="note-1", title="An impostor", sound="https://cdn.notes.example/other.mp3"),
        item(5, now, title="é" * 3000, more="<itunes:author>" + "y" * 3000 + "</itunes:author>"),
        item(6, now, more="<podcast:person>" + "z" * 300 + "</podcast:person><podcast:location>Here</podcast:location>"),
    ]  # fmt: skip
    done = bring(house, feed(items, more="<language>of love</language>"), now)
    assert done.new == 5
    assert any("guid" in sentence for sentence in done.problems)
    found = {one.title[:20]: one for one in rows(house)}
    assert found["Note 1"].enclosure_length == 9 * 10**14
    assert found["Note 2"].guid.startswith("urn:sha256:")
    assert "An impostor" not in found
    assert bring(house, feed(items), now).new == 0
    with house.database.reading() as session:
        said = heard(session, house, shows.by_slug(session, "field-notes"), now)
        assert len(said.episodes) == 5
        assert max(len(one.title) for one in said.episodes) == 255


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06", b"\x00" * 100, b"<html><title>No</title></html>", b"[]"])
def test_what_is_no_feed_is_refused_with_a_sentence(house: House, now: datetime, data: bytes) -> None:
    with pytest.raises(BadInput) as told:
        importing.import_file(house, data, "x.xml", now=now)
    assert str(told.value).endswith(".")
    with house.database.reading() as session:
        assert session.exec(select(Show)).all() == []


def test_further_pages_are_followed_to_the_end(open_house: House, web: Web, now: datetime) -> None:
    for page, numbers in ((1, range(1, 3)), (2, range(2, 5)), (3, range(5, 7))):
        more = f'<atom:link rel="next" href="/feed{page + 1}"/>' if page < 3 else ""
        web.serve(f"/feed{page}", feed([item(n, now) for n in numbers], more=more))
    done = importing.import_url(open_house, web.url("/feed1"), now=now)
    assert (done.episodes, done.new, done.problems) == (6, 6, [])
    assert [one.guid for one in rows(open_house)] == [f"note-{n}" for n in range(1, 7)]


def test_pages_that_lead_back_or_break_off_are_said(open_house: House, web: Web, now: datetime) -> None:
    web.serve("/a", feed([item(1, now)], more='<atom:link rel="next" href="/b"/>'))
    web.serve("/b", feed([item(2, now)], more='<atom:link rel="next" href="/a"/>'))
    done = importing.import_url(open_house, web.url("/a"), now=now)
    assert (done.new, done.problems) == (
        2,
        ["The pages of this feed lead back to one that was read before; there it ends."],
    )
    web.serve("/b", feed([item(3, now)], more='<atom:link rel="next" href="/gone"/>'))
    done = importing.import_url(open_house, web.url("/a"), now=now)
    assert done.new == 1
    assert "older episodes are missing" in done.problems[0]


def test_a_page_in_a_file_names_the_next_and_fetches_nothing(open_house: House, web: Web, now: datetime) -> None:
    url = web.serve("/older", feed([item(9, now)]))
    done = bring(open_house, feed([item(1, now)], more=f'<atom:link rel="next" href="{url}"/>'), now)
    assert (done.new, web.asked) == (1, [])
    assert url in done.problems[0]


def test_a_feed_that_moved_for_good_is_known_by_both_addresses(open_house: House, web: Web, now: datetime) -> None:
    new = web.serve("/new", feed([item(1, now)], guid=None))
    web.routes["/old"] = (301, {"Location": new}, b"")
    done = importing.import_url(open_house, web.url("/old"), now=now)
    with open_house.database.reading() as session:
        assert session.exec(select(Show.imported_from)).one() == new
    for path in ("/old", "/new"):
        again = importing.import_url(open_house, web.url(path), now=now)
        assert (again.show, again.new) == (done.show, 0)


def test_an_address_that_cannot_be_had_changes_nothing(
    house: House, open_house: House, web: Web, now: datetime
) -> None:
    with pytest.raises(FetchError, match="not on the public internet"):
        importing.import_url(house, web.serve("/feed", feed([])), now=now)
    for path in ("/gone", "/loop"):
        web.routes["/loop"] = (302, {"Location": "/loop"}, b"")
        with pytest.raises(FetchError):
            importing.import_url(open_house, web.url(path), now=now)
    with house.database.reading() as session:
        assert session.exec(select(Show)).all() == []


def test_a_locked_feed_needs_its_owners_word_and_a_file_does_not(open_house: House, web: Web, now: datetime) -> None:
    """PSP-1, podcast:locked: a platform does not import a locked feed."""
    document = feed([item(1, now)], more='<podcast:locked owner="ann@notes.example">yes</podcast:locked>')
    url = web.serve("/feed", document)
    with pytest.raises(BadInput, match=r"ann@notes\.example"):
        importing.import_url(open_house, url, now=now)
    done = importing.import_url(open_house, url, Wish(unlocked_by_owner=True), now=now)
    assert done.new == 1
    assert importing.import_url(open_house, url, now=now).new == 0
    assert bring(open_house, document.replace(GUID, "ad9b5f6e-8a7c-5d1f-b1f2-6e0d6f0e9f10"), now, slug="file").new == 1
    with open_house.database.reading() as session:
        said = heard(session, open_house, shows.by_slug(session, "file"), now).show
        assert (said.locked, said.locked_owner) == (True, "ann@notes.example")


class Killed(BaseException):
    """What the death of the process looks like from within."""


def test_cut_off_in_the_middle_it_goes_on_where_it_stopped(house: House, now: datetime) -> None:
    document = feed([item(n, now) for n in range(1, 501)])

    def die(_: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        importing.import_file(house, document.encode(), "notes.xml", Wish(on_shelf=False), now=now, on_progress=die)
    with house.database.reading() as session:
        (job,) = importing.unfinished(session)
        assert (job.state, job.new, len(session.exec(select(Episode.id)).all())) == ("running", 200, 200)
    done = bring(house, document, now)
    assert (done.new, done.updated) == (300, 0)
    assert [one.guid for one in rows(house)] == [f"note-{n}" for n in range(1, 501)]
    with house.database.reading() as session:
        assert importing.unfinished(session) == []
        (job,) = session.exec(select(ShowImport)).all()
        assert (job.state, job.new, job.episodes) == ("done", 500, 500)


def test_a_fault_in_the_middle_is_noted_and_nothing_is_half_done(house: House, now: datetime) -> None:
    document = feed([item(n, now) for n in range(1, 301)])

    def stumble(_: int) -> None:
        raise BadInput("The disk is full.")

    with pytest.raises(BadInput):
        importing.import_file(house, document.encode(), "notes.xml", Wish(on_shelf=False), now=now, on_progress=stumble)
    with house.database.reading() as session:
        (job,) = importing.unfinished(session)
        assert (job.state, job.error) == ("failed", "The disk is full.")
    assert bring(house, document, now).new == 100


def test_two_imports_at_once_make_one_show_with_each_episode_once(house: House, now: datetime) -> None:
    document = feed([item(n, now) for n in range(1, 451)])
    done = together(*[lambda: bring(house, document, now, on_shelf=False)] * 3)
    assert all(isinstance(one, Imported) for one in done), done
    assert sum(one.new for one in done) == 450
    assert {one.show for one in done} == {"field-notes"}
    assert [one.guid for one in rows(house)] == [f"note-{n}" for n in range(1, 451)]


@pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_show_that_another_import_begins_while_a_name_is_looked_for_is_the_same_show(
    house: House, now: datetime
) -> None:
    """SQLite has one writer at a time, so nothing can come in between there."""
    document, others = feed([item(n, now) for n in range(1, 4)]), []

    def comes_in_between(*asked: object) -> None:
        if "SELECT show.slug" in str(asked[2]) and not others:
            others.append(None)
            others[:] = together(lambda: bring(house, document, now, on_shelf=False))

    event.listen(house.database.engine, "before_cursor_execute", comes_in_between)
    mine = bring(house, document, now, on_shelf=False)
    assert (others[0].show, others[0].new) == ("field-notes", 3)
    assert (mine.show, mine.new) == ("field-notes", 0)


def test_three_thousand_episodes_of_five_megabytes(house: House, now: datetime) -> None:
    notes = "<content:encoded><![CDATA[<p>" + "What was said that day. " * 60 + "</p>]]></content:encoded>"
    text = '<podcast:transcript url="https://cdn.notes.example/{}.vtt" type="text/vtt" language="en"/>'
    document = feed([item(n, now, more=notes + text.format(n)) for n in range(1, 3001)])
    assert len(document) > 5_000_000
    done = bring(house, document, now, on_shelf=False)
    assert (done.episodes, done.new, done.not_emitted) == (3000, 3000, [])
    with house.database.reading() as session:
        show = shows.by_slug(session, "field-notes")
        assert len(session.exec(select(Transcript.id)).all()) == 3000
        assert len(heard(session, house, show, now).episodes) == 3000
    assert bring(house, document, now).updated == 0


def test_a_feed_is_known_by_its_guid_wherever_it_lies(open_house: House, web: Web, now: datetime) -> None:
    bring(open_house, feed([item(1, now)]), now, name="a.xml")
    done = importing.import_url(open_house, web.serve("/moved", feed([item(1, now), item(2, now)])), now=now)
    assert (done.show, done.new) == ("field-notes", 1)


def test_files_without_a_guid_are_known_by_name_and_title(house: House, now: datetime) -> None:
    first = bring(house, feed([item(1, now)], guid=None), now, name="feed.xml")
    assert bring(house, feed([item(1, now)], guid=None), now, name="feed.xml").show == first.show
    other = bring(house, feed([item(1, now)], guid=None, title="Other Notes"), now, name="feed.xml")
    assert (other.show, other.new) == ("other-notes", 1)


def test_a_feed_that_says_it_is_another_show_is_not_believed(house: House, now: datetime) -> None:
    bring(house, feed([item(1, now)]), now)
    impostor = feed([item(7, now)], title="Impostor")
    with pytest.raises(Conflict, match="none of its episodes"):
        bring(house, impostor, now, name="impostor.xml")
    assert [one.guid for one in rows(house)] == ["note-1"]
    assert bring(house, impostor, now, name="impostor.xml", slug="impostor").show == "impostor"
    other = feed([item(8, now)], guid="ad9b5f6e-8a7c-5d1f-b1f2-6e0d6f0e9f10")
    with pytest.raises(Conflict, match="another podcast"):
        bring(house, other, now, name="other.xml", slug="field-notes")


def test_a_show_that_was_begun_by_hand_takes_over_the_feeds_guid(house: House, now: datetime) -> None:
    with house.database.session() as session:
        shows.add(session, house, "notes", shows.Shape(title="Field Notes"), now=now)
    assert bring(house, feed([item(1, now)]), now, slug="notes").new == 1
    with house.database.reading() as session:
        assert shows.by_slug(session, "notes").guid == GUID


def test_our_own_feed_brings_nothing_and_harms_nothing(house: House, now: datetime) -> None:
    bring(house, feed([item(1, now), item(2, now, sound=None)]), now)
    with house.database.reading() as session:
        ours = body_of(session, house, shows.by_slug(session, "field-notes")).decode()
    change(house, "note-1", now, title="Edited since")
    done = bring(house, ours, now, name="ours.xml")
    assert (done.show, done.episodes, done.new, done.updated) == ("field-notes", 1, 0, 0)
    assert "nothing was changed" in done.problems[0]
    assert rows(house)[0].title == "Edited since"
    assert bring(house, ours, now, name="ours.xml", slug="a-copy").new == 1


def test_chapters_that_stand_in_the_feed_become_ours(house: House, now: datetime) -> None:
    inline = (
        '<psc:chapters version="1.2"><psc:chapter start="0" title="Hello"/><psc:chapter start="01:30" title="The walk" '
        'href="https://notes.example/walk"/></psc:chapters>'
    )
    done = bring(house, feed([item(1, now, more=inline)]), now)
    assert done.lost_tags == []
    assert [(c["start"], c["title"], c["link"]) for c in rows(house)[0].chapters] == [
        (0, "Hello", None),
        (90, "The walk", "https://notes.example/walk"),
    ]
    with house.database.reading() as session:
        (one,) = heard(session, house, shows.by_slug(session, "field-notes"), now).episodes
        assert one.chapters.url == "https://hub.example.org/podcasts/field-notes/note-1/chapters.json"


def test_transcripts_come_change_and_go_with_the_feed(house: House, now: datetime) -> None:
    def text(name: str, kind: str = "text/vtt") -> str:
        return f'<podcast:transcript url="https://cdn.notes.example/{name}" type="{kind}" language="en"/>'

    bring(house, feed([item(1, now, more=text("1.vtt") + text("again.vtt") + text("1.srt", "application/srt"))]), now)

    def urls() -> list[str]:
        with house.database.reading() as session:
            (one,) = heard(session, house, shows.by_slug(session, "field-notes"), now).episodes
            return [text.url.rpartition("/")[2] for text in one.transcripts]

    assert urls() == ["1.vtt", "again.vtt", "1.srt"]
    assert bring(house, feed([item(1, now, more=text("2.vtt"))]), now).updated == 1
    assert urls() == ["2.vtt"]


def test_everything_that_paragraph_two_knows_comes_back_out(house: House, now: datetime) -> None:
    """A feed with every element of the namespaces, in and out again: equal but for what is ours by right."""
    data = RICH.read_bytes().replace(b"hub.example.org", b"other.example")
    done = importing.import_file(house, data, "rich.xml", now=now)
    assert not [tag for tag in done.lost_tags if tag.startswith(("itunes:", "podcast:"))]
    assert_same(house, done.show, data, now)


@pytest.mark.corpora
def test_every_feed_of_the_corpora_comes_in_goes_out_and_comes_in_again(
    house: House, corpora: Path, now: datetime
) -> None:
    folder = corpora / "podcasts"
    files = [*sorted((folder / "real").glob("*.xml")), folder / "podcast-namespace-example.xml"]
    files += sorted((folder / "podcastparser-pairs").glob("*.rss"))
    assert len(files) >= 70
    for file in files:
        data = file.read_bytes()
        done = importing.import_file(house, data, file.name, now=now)
        assert_same(house, done.show, data, now)
        assert not [tag for tag in done.lost_tags if tag.startswith(("itunes:", "podcast:"))], file.name
        again = importing.import_file(house, data, file.name, now=now)
        assert (again.show, again.new, again.updated) == (done.show, 0, 0), file.name
        with house.database.reading() as session:
            ours = body_of(session, house, shows.by_slug(session, done.show))
        copy = importing.import_file(house, ours, f"ours-{file.name}", Wish(slug=f"copy-of-{done.show}"[:70]), now=now)
        assert (copy.new, copy.not_emitted, copy.lost_tags) == (done.episodes - len(done.not_emitted), [], []), (
            file.name
        )
        assert_same(house, copy.show, ours, now)


def assert_same(house: House, slug: str, data: bytes, now: datetime) -> None:
    """What is kept is what `data` says, field by field; where it says nothing, what every feed must say may stand."""
    given = read_podcast(data, url=None, now=now)
    with house.database.reading() as session:
        row = shows.by_slug(session, slug)
        found = session.exec(select(Episode).where(col(Episode.show_id) == row.id)).all()
        show = values.show(session, house, row)
        kept = {one.guid: one for one in values.episodes(session, house, row, found)}
        assert row.podping == given.show.pings
        assert (row.artwork_url, row.imported_from is not None) == (given.show.image, True)
    assert _differences(given.show, show, OF_THE_SHOW) == {}
    assert [one.guid for one in given.episodes if one.guid not in kept] == []
    for one in given.episodes:
        assert _differences(one, kept[one.guid], frozenset()) == {}, one.title


#: Ours by right: where the feed is, where it goes, when it changed, and whether we ping.
OF_THE_SHOW = frozenset({"feed_url", "new_feed_url", "changed", "published", "pings"})
#: What a feed must say, so that ours does where the other said nothing.
FILLED = frozenset({"title", "description", "link", "author", "guid", "locked", "locked_owner", "medium", "explicit", "type"})  # fmt: skip


def _differences(given: Any, kept: Any, ours: frozenset[str]) -> dict[str, tuple[Any, Any]]:
    found = {}
    for name in (field.name for field in dataclasses.fields(given) if field.name not in ours):
        there, here = getattr(given, name), getattr(kept, name)
        if name == "description":
            there, here = words(there), words(here)
        if name == "language":
            there, here = there.lower(), here.lower()
        if name == "chapters" and here is not None and here.url.endswith("/chapters.json") and there is None:
            continue  # they stood in the feed itself, and are ours now
        if name == "guid" and isinstance(given, said_as.Show) and there == "y0ur-gu1d-g035-h3r3":
            continue  # of the namespace's example: no UUID
        if there != here and not (name in FILLED and not there):
            found[name] = (there, here)
    return found


def words(text: str) -> str:
    """The words of a text, whether it is HTML or plain: tags that no app shows go, and so does the white space between."""
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]*>", " ", text)))


def test_pages_of_what_says_no_date_lead_to_each_other(house: House, now: datetime) -> None:
    items = [item(1, now), *(item(n, now, published=None) for n in (2, 3, 4))]
    bring(house, feed(items), now)
    with house.database.session() as session:
        a_hub(session, now)
    app = make_app(house, wall=lambda: now, bind_is_loopback=True)
    with TestClient(app, base_url=house.settings.public_url) as visitor:
        walked, path = [], "/podcasts/field-notes/note-4"
        while path:
            page = visitor.get(path)
            assert page.status_code == 200
            walked.append(path.rpartition("/")[2])
            onward = re.search(r'<a href="([^"]+)" rel="next"', page.text)
            path = onward[1] if onward else ""
    assert walked == ["note-4", "note-3", "note-2", "note-1"]
