"""Review in bulk: who decided, what is news afterwards, and that a harvest does not undo it."""

from datetime import datetime, timedelta

import pytest
from cast import a_source, a_work
from sqlmodel import Session, select

from feeds.values import ReadItem
from publisher.errors import BadInput, Conflict, NotFound
from publisher.library import editing, merging, review, shelf, sources
from publisher.library.intake import take_in
from publisher.library.models import Work, WorkText


def test_what_was_rejected_stays_rejected_however_often_it_comes(session: Session, now: datetime) -> None:
    source = a_source(session, now, "https://partner.example/feed", first_harvest_done=True)
    (work_id,) = take_in(session, source, [ReadItem(guid="a", title="An advertisement")], now=now).work_ids
    assert review.reject(session, [work_id, 999], who="ines", now=now, note="Not ours.") == [work_id]
    take_in(session, source, [ReadItem(guid="a", title="An advertisement, again")], now=now)
    work = session.get_one(Work, work_id)
    assert (work.state, work.note, work.reviewed_by) == ("rejected", "Not ours.", "ines")
    assert review.reopen(session, [work_id], now=now) == [work_id]
    assert review.feature(session, [work_id], who="ines", now=now) == [work_id]
    assert shelf.latest(session)[0].work.state == "featured"
    assert review.withdraw(session, [work_id], who="ines", now=now) == [work_id]
    with pytest.raises(NotFound):
        shelf.on_the_shelf(session, work_id)


def test_a_trusted_source_needs_no_review(session: Session, now: datetime) -> None:
    source = a_source(session, now, "https://partner.example/feed", trust="shelf", first_harvest_done=True)
    take_in(session, source, [ReadItem(guid="a", title="A study")], now=now)
    work = session.exec(select(Work)).one()
    assert (work.state, work.reviewed_by, work.news_since) == ("approved", "source:partner", now)


def test_a_translation_written_later_is_news_to_its_readers(session: Session, now: datetime) -> None:
    work, later = a_work(session, now, "A study"), now + timedelta(days=60)
    text = editing.edit_text(session, work.id or 0, "Arabic", title="دراسة", link="https://example.org/ar", now=later)
    assert (text.language, text.news_since, text.edited) == ("ar", later, True)
    editing.remove_text(session, work.id or 0, "ar", now=later)
    with pytest.raises(Conflict):
        editing.remove_text(session, work.id or 0, "en", now=later)


def test_edits_are_checked(session: Session, now: datetime) -> None:
    work_id, other = a_work(session, now, "A study").id or 0, a_work(session, now, "Another")
    editing.edit(
        session, work_id, {"doi": "https://doi.org/10.1000/X", "authors": "Awa Diop; Li Wei", "pages": "12"}, now=now
    )
    work = session.get_one(Work, work_id)
    assert (work.doi, work.authors, work.pages) == ("10.1000/x", ["Awa Diop", "Li Wei"], 12)
    with pytest.raises(Conflict):
        editing.edit(session, other.id or 0, {"doi": "10.1000/x"}, now=now)
    for field, value in (("kind", "poem"), ("published_on", "soon"), ("image_url", "x"), ("state", "approved")):
        with pytest.raises(BadInput):
            editing.edit(session, work_id, {field: value}, now=now)
    with pytest.raises(BadInput):
        editing.set_subjects(session, work_id, [("country", "Atlantis")], now=now)


def test_a_chain_of_merges_ends_in_one_work(session: Session, now: datetime) -> None:
    one, two, three = (a_work(session, now, title) for title in ("One", "Two", "Three"))
    a_work(session, now, "Deux", texts={"fr": "Deux"})
    merging.merge(session, three.id or 0, two.id or 0, who="ines", now=now)
    merging.merge(session, two.id or 0, one.id or 0, who="ines", now=now)
    assert merging.standing_for(session, [one.id or 0]) == {one.id: {one.id, two.id, three.id}}
    assert merging.merge(session, three.id or 0, one.id or 0, who="ines", now=now) is one
    assert session.get_one(WorkText, 1).title == "One"


def test_settings_of_a_source_are_checked(session: Session, now: datetime) -> None:
    source = a_source(session, now, "https://partner.example/feed")
    sources.change(session, source, every_minutes="240", language="French", trust="shelf", defaults={"kind": "report"})
    assert (source.every_minutes, source.language, source.trust) == (240, "fr", "shelf")
    wrong = (
        {"every_minutes": 0},
        {"language": "klingonish"},
        {"trust": "blind"},
        {"defaults": {"x": 1}},
        {"colour": 1},
    )
    for settings in wrong:
        with pytest.raises(BadInput):
            sources.change(session, source, **settings)
    sources.pause(source)
    assert sources.health(source, now) == "paused"
    sources.resume(source, now=now)
    assert sources.health(source, now) == "not checked yet"
    source.failing_since, source.last_error = now - timedelta(days=6), "The certificate has expired."
    assert sources.health(source, now) == "failing since Tuesday: the certificate has expired"
