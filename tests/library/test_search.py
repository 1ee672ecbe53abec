"""Finding things: accents, beginnings, phrases, filters, facets, and nothing typed that breaks it."""

import dataclasses
from datetime import date, datetime

import pytest
from cast import a_work
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from publisher.bench.search import measure
from publisher.database import Database
from publisher.library import editing, review, shelf
from publisher.library.indexing import index_works
from publisher.library.models import WorkText
from publisher.library.search import SearchQuery, found_ids, search


@pytest.fixture
def library(session: Session, now: datetime) -> Session:
    works = [
        a_work(session, now, "Étude du personnel au Sénégal", texts={"fr": "Étude du personnel au Sénégal", "en": "Study of the workforce in Senegal"}, subjects=(("country", "SN"), ("topic", "pay")), kind="country-study"),
        a_work(session, now, "Home-visiting in Kenya", subjects=(("country", "KE"), ("sector", "home-visiting"))),
        a_work(session, now, "أجور العاملين في مصر", texts={"ar": "أجور العاملين في مصر"}, subjects=(("country", "EG"),)),
        a_work(session, now, "幼児教育の質", texts={"ja": "幼児教育の質"}),
        a_work(session, now, "Visiting homes, a draft", state="new"),
        a_work(session, now, "A toolkit for everyone", kind="tool", subjects=(("region", "014"),)),
    ]  # fmt: skip
    works[0].published_on = date(2024, 5, 1)
    index_works(session, [w.id for w in works if w.id is not None])
    return session


def titles(session: Session, typed: str = "", **filters: object) -> list[str]:
    found = search(session, SearchQuery(text=typed, **filters), facets=())  # type: ignore[arg-type]
    assert found.total == len(found.items)
    return [next(iter(one.texts.values())).title for one in found.items]


STUDY, VISITING, ARABIC, JAPANESE = (
    "Étude du personnel au Sénégal",
    "Home-visiting in Kenya",
    "أجور العاملين في مصر",
    "幼児教育の質",
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("etude senegal", [STUDY]),
        ("ÉTUDE", [STUDY]),
        ("workforce", [STUDY]),  # in its English text
        ("workf", [STUDY]),
        ("workf kenya", []),
        ("home-visiting", [VISITING]),
        ('"home visiting"', [VISITING]),
        ('"visiting home"', []),
        ("kenya -home", []),
        ("egypt", [ARABIC]),  # by the name of its country
        ("اجور", [ARABIC]),
        ("教育", [JAPANESE]),
        ("育教", []),
        ("?!", []),
    ],
)
def test_words_find_what_they_mean(library: Session, typed: str, found: list[str]) -> None:
    assert titles(library, typed) == found


def test_filters_narrow_and_facets_count_what_each_would_leave(library: Session) -> None:
    assert len(titles(library)) == 5
    assert set(titles(library, countries=("SN", "KE"))) == {STUDY, VISITING}
    assert set(titles(library, regions=("014",))) == {VISITING, "A toolkit for everyone"}
    assert titles(library, languages=("fr",)) == [STUDY]
    assert titles(library, year=2024) == [STUDY]
    assert titles(library, states=("new",)) == ["Visiting homes, a draft"]
    found = search(library, SearchQuery(kinds=("tool",), countries=()))
    assert dict(found.facets["kind"]) == {"report": 3, "country-study": 1, "tool": 1}
    assert found.facets["country"] == []
    assert dict(search(library, SearchQuery()).facets["region"])["014"] == 2
    assert search(library, SearchQuery()).facets["year"] == [("2024", 1)]
    assert search(library, SearchQuery(text="visiting")).facets["sector"] == [("home-visiting", 1)]


def test_pages_follow_each_other(library: Session) -> None:
    everything = found_ids(library, SearchQuery())
    pages = [search(library, SearchQuery(limit=2, offset=n), facets=()) for n in (0, 2, 4, 6)]
    assert [p.total for p in pages] == [5, 5, 5, 5]
    assert sorted(one.work.id or 0 for page in pages for one in page.items) == everything
    beyond = search(library, SearchQuery(text="visiting", offset=50), facets=())
    assert (beyond.total, beyond.items) == (1, [])


def test_the_index_follows_the_text(library: Session, now: datetime) -> None:
    (work_id,) = found_ids(library, SearchQuery(text="kenya"))
    editing.edit_text(library, work_id, "en", title="Mentoring in Rwanda", now=now)
    assert found_ids(library, SearchQuery(text="mentoring")) == [work_id]
    assert found_ids(library, SearchQuery(text="visiting", states=("approved",))) == []


def test_a_word_in_the_title_comes_first_and_pages_keep_that_order(session: Session, now: datetime) -> None:
    plain = [a_work(session, now, f"Number {n}") for n in range(70)]
    for work in plain:
        text = session.exec(select(WorkText).where(col(WorkText.work_id) == work.id)).one()
        text.blurb = "What a stipend pays for" + " and how it is paid" * 9
    late = a_work(session, now, "A stipend for carers")
    oldest = a_work(session, now, "Stipend")
    late.published_on, oldest.published_on = date(2025, 1, 1), date(2019, 1, 1)
    plain[3].published_on = date(2026, 1, 1)
    index_works(session, [w.id for w in (*plain, late, oldest) if w.id is not None])
    pages = [search(session, SearchQuery(text="stipend", limit=15, offset=n), facets=()) for n in range(0, 90, 15)]
    assert {page.total for page in pages[:5]} == {72}
    found = [one.work.id for page in pages for one in page.items]
    assert set(found[:2]) == {late.id, oldest.id}
    assert sorted(found) == sorted(w.id for w in (*plain, late, oldest))
    narrowed = search(session, SearchQuery(text="stipend", kinds=("report",), year=2019), facets=())
    assert [one.work.id for one in narrowed.items] == [oldest.id]


def test_a_decision_is_seen_by_the_next_search(library: Session, now: datetime) -> None:
    (draft,) = found_ids(library, SearchQuery(text="draft", states=("new",)))
    assert titles(library, "draft") == []
    review.approve(library, [draft], who="ines", now=now)
    assert titles(library, "draft") == ["Visiting homes, a draft"]
    review.reject(library, [draft], who="ines", now=now, note="not ours")
    assert titles(library, "draft") == []


@given(typed=st.text(max_size=60))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_typed_is_syntax(library: Session, typed: str) -> None:
    for text in (typed, f'"{typed}', f'a" OR {typed}* NOT (', f"-{typed} & ! <-> '{typed}"):
        search(library, SearchQuery(text=text), facets=("kind",))


def test_a_reader_meets_a_work_in_the_language_they_like(library: Session) -> None:
    (study,) = search(library, SearchQuery(text="etude"), facets=()).items
    assert shelf.public_item(study, ["ar", "en"]).title == "Study of the workforce in Senegal"
    assert shelf.public_item(study, ["sw"]).language == "fr"
    assert shelf.public_item(study, ["fr-CA"]).title == STUDY
    item = shelf.public_item(study, ["en"])
    assert (item.countries, item.languages, dataclasses.asdict(item)["kind"]) == (
        ("SN",),
        ("fr", "en"),
        "country-study",
    )


def test_the_benchmark_compares_like_with_like(database: Database) -> None:
    figures = measure(database, works=1500)
    assert figures["words"]
    assert all(row["found"] == row["found_by_scan"] for row in figures["words"])
