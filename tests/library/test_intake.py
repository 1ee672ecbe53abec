"""From record to work: identity, translations, news, edits of people, and things taken back."""

from datetime import datetime, timedelta

import pytest
from cast import a_source
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from feeds.values import ReadItem
from publisher.library import cleaning, editing, identifiers, merging, review, shelf
from publisher.library.intake import Taken, take_in
from publisher.library.models import LookAlike, Record, Source, Subject, Work, WorkText
from publisher.vocabulary.models import Term


@pytest.fixture
def partner(session: Session, now: datetime) -> Source:
    return a_source(session, now, "https://partner.example/feed", first_harvest_done=True)


@pytest.fixture
def other(session: Session, now: datetime) -> Source:
    return a_source(session, now, "https://other.example/feed", slug="other", first_harvest_done=True)


def item(guid: str, title: str = "Pay of home visitors", **fields: object) -> ReadItem:
    return ReadItem(**{"guid": guid, "title": title, "link": f"https://partner.example/{guid}", **fields})  # type: ignore[arg-type]


def the_work(session: Session) -> Work:
    return session.exec(select(Work)).one()


def texts(session: Session) -> dict[str, str]:
    return {t.language: t.title for t in session.exec(select(WorkText))}


def counts(taken: Taken) -> tuple[int, int, int, int, int]:
    return taken.new, taken.updated, taken.unchanged, taken.deleted, taken.skipped


def test_the_same_thing_twice_adds_nothing(session: Session, partner: Source, now: datetime) -> None:
    batch = [item("a"), item("b", "Another"), item("a", "The guid again")]
    assert counts(take_in(session, partner, batch, now=now)) == (2, 0, 0, 0, 0)
    assert counts(take_in(session, partner, batch, now=now)) == (0, 0, 2, 0, 0)


def test_one_doi_or_address_is_one_work_whatever_the_source(
    session: Session, partner: Source, other: Source, now: datetime
) -> None:
    take_in(
        session, partner, [item("a", doi="10.1000/X.1", link="https://www.partner.example/a/?utm_source=x")], now=now
    )
    take_in(session, other, [item("1", "Its name there", doi="https://doi.org/10.1000/x.1", link=None)], now=now)
    take_in(session, other, [item("2", link="http://partner.example/a#part")], now=now)
    assert the_work(session).doi == "10.1000/x.1"
    assert texts(session) == {"en": "Pay of home visitors"}
    assert len(session.exec(select(Record)).all()) == 3


def test_a_late_translation_is_a_text_of_the_same_work_and_news_to_its_readers(
    session: Session, partner: Source, other: Source, now: datetime
) -> None:
    take_in(session, partner, [item("a", doi="10.1000/x")], now=now)
    later = now + timedelta(days=40)
    french = item(
        "fr", "Le salaire des visiteuses", doi="10.1000/x", languages=("fre",), link="https://other.example/fr"
    )
    spanish = item("es", "El salario", languages=("Español",), raw={"dcterms:isTranslationOf": ["doi:10.1000/x"]})
    take_in(session, other, [french, spanish], now=later)
    assert texts(session).keys() == {"en", "fr", "es"}
    news = {t.language: t.news_since for t in session.exec(select(WorkText))}
    assert news == {"en": None, "fr": later, "es": later}
    assert the_work(session).news_since == now
    take_in(session, partner, [item("again", "Le salaire", link="https://other.example/fr")], now=later)
    assert the_work(session).id  # its French address leads to it as well


def test_a_person_s_words_outlive_the_next_harvest(session: Session, partner: Source, now: datetime) -> None:
    take_in(session, partner, [item("a", summary_html="<p>First words.</p>", kind="report")], now=now)
    work_id = the_work(session).id or 0
    take_in(session, partner, [item("a", summary_html="<p>Second words.</p>", kind="report")], now=now)
    assert session.exec(select(WorkText.blurb)).one() == "Second words."
    editing.edit_text(session, work_id, "en", title="Ours", blurb="Our words.", now=now)
    editing.edit(session, work_id, {"kind": "country-study"}, now=now)
    take_in(session, partner, [item("a", "Changed", summary_html="Third.", kind="report", publisher="They")], now=now)
    assert texts(session) == {"en": "Ours"}
    assert (the_work(session).kind, the_work(session).publisher) == ("country-study", "They")


def test_what_is_taken_back_stays_while_somebody_else_says_it(
    session: Session, partner: Source, other: Source, now: datetime
) -> None:
    both = {"doi": "10.1000/x"}
    take_in(session, partner, [item("a", **both)], now=now)
    take_in(session, other, [item("b", **both)], now=now)
    take_in(session, partner, [item("a", deleted=True)], now=now)
    assert the_work(session).state == "new"
    assert take_in(session, other, [item("b", deleted=True)], now=now).deleted == 1
    assert the_work(session).state == "withdrawn"
    take_in(session, other, [item("b", **both)], now=now)
    assert the_work(session).state == "new"


def test_what_is_news(session: Session, now: datetime) -> None:
    fresh, old = now - timedelta(days=3), now - timedelta(days=3000)
    batch = [
        item("young", "Alpha one", published=fresh),
        item("old", "Beta two", published=old),
        item("undated", "Gamma three"),
        item("future", "Delta four", published=now + timedelta(days=3000)),
        item("coming", "Epsilon five", starts_at=now + timedelta(days=9)),
        item("over", "Zeta six", starts_at=now - timedelta(days=9)),
    ]

    def news(slug: str, **settings: object) -> set[str]:
        source = a_source(session, now, f"https://{slug}.example", slug=slug, **settings)
        theirs = [
            ReadItem(**{**vars(i), "guid": f"{slug}/{i.guid}", "link": f"https://{slug}.example/{i.guid}"})
            for i in batch
        ]
        ids = take_in(session, source, theirs, now=now).work_ids
        found = session.exec(select(Record).where(col(Record.source_id) == source.id)).all()
        dated = {w.id for w in session.exec(select(Work).where(col(Work.id).in_(ids))) if w.news_since}
        return {r.guid.split("/")[1] for r in found if r.work_id in dated}

    assert news("first") == {"young", "coming"}
    assert news("second", first_harvest_done=True) == {"young", "undated", "future", "coming"}
    assert news("shelf-only", first_harvest_done=True, news=False) == set()


def test_approved_later_is_news_from_that_moment(session: Session, partner: Source, now: datetime) -> None:
    work_ids = take_in(
        session, partner, [item("a"), item("b", "Old", published=now - timedelta(days=900))], now=now
    ).work_ids
    later = now + timedelta(days=8)
    assert review.approve(session, work_ids, who="ines@hub", now=later) == work_ids
    assert review.approve(session, work_ids, who="ines@hub", now=later) == []
    assert [w.news_since for w in session.exec(select(Work).order_by(col(Work.id)))] == [later, None]


def test_subjects_are_firm_from_fields_and_suggested_from_text(
    session: Session, partner: Source, now: datetime
) -> None:
    session.add(Term(facet="sector", key="home-visiting", names={"en": "Home visiting", "fr": "Visites à domicile"}))
    session.add(Term(facet="topic", key="gender", names={"en": "Gender"}))
    session.flush()
    said = item("a", "Gender in Kenya", categories=("Visites à domicile",), countries=("Côte d'Ivoire", "Somewhere"))
    take_in(session, partner, [said], now=now)
    found = {(s.facet, s.key): s.suggested for s in session.exec(select(Subject))}
    assert found == {("sector", "home-visiting"): False, ("topic", "gender"): True, ("country", "CI"): False}
    review.approve(session, [the_work(session).id or 0], who="ines", now=now)
    assert not any(s.suggested for s in session.exec(select(Subject)))
    editing.set_subjects(session, the_work(session).id or 0, [("country", "Kenya")], now=now)
    take_in(session, partner, [item("a", "Gender in Kenya", categories=("Gender",))], now=now)
    assert {(s.facet, s.key) for s in session.exec(select(Subject))} == {("country", "KE")}


def test_look_alikes_are_flagged_and_a_person_decides(
    session: Session, partner: Source, other: Source, now: datetime
) -> None:
    year = datetime(2020, 5, 1, tzinfo=now.tzinfo)
    take_in(
        session,
        partner,
        [item("a", "The early years workforce of Malawi", authors=("Phiri, Grace",), published=year)],
        now=now,
    )
    twins = [
        item(
            "b",
            "Early years workforce of Malawi, the",
            authors=("Grace Phiri",),
            published=year,
            link="https://o.example/b",
        ),
        item(
            "c",
            "The early years workforce of Zambia",
            authors=("Grace Phiri",),
            published=year,
            link="https://o.example/c",
        ),
        item(
            "d",
            "The early years workforce of Malawi 2",
            authors=("Grace Phiri",),
            published=year,
            link="https://o.example/d",
        ),
        item(
            "e",
            "The early years workforce of Malawi",
            authors=("Ann Other",),
            published=year,
            link="https://o.example/e",
        ),
    ]
    take_in(session, other, twins, now=now)
    (pair,) = session.exec(select(LookAlike)).all()
    assert "same authors" in pair.reason
    merging.decide_look_alike(session, pair.id or 0, "same", who="ines", now=now)
    loser, winner = session.get_one(Work, pair.work_id), session.get_one(Work, pair.other_id)
    assert (loser.state, loser.merged_into_id) == ("withdrawn", winner.id)
    assert merging.standing_for(session, [winner.id or 0]) == {winner.id: {winner.id, loser.id}}
    assert shelf.work_by_id(session, loser.id or 0).work.id == winner.id
    taken = take_in(session, other, [*twins, item("z", "New name", link="https://o.example/b")], now=now)
    assert taken.work_ids == [winner.id]


def test_many_records_of_one_name_are_not_compared_without_end(
    session: Session, partner: Source, now: datetime
) -> None:
    batch = [item(f"n{n}", f"Country brief {n}") for n in range(600)]
    taken = take_in(session, partner, batch, now=now)
    assert (taken.new, taken.look_alikes) == (600, 0)


def test_words_are_cleaned() -> None:
    assert (
        cleaning.title("THE WORKFORCE OF TOMORROW IN KENYA | Partner News", "Partner News")
        == "The Workforce of Tomorrow in Kenya"
    )
    assert cleaning.title("Caf&amp;eacute; &lt;b&gt;bold&lt;/b&gt;") == "Café bold"
    assert (
        cleaning.blurb("<script>x()</script><p>Abstract: One. Two! Three? Four.</p><a>Read more</a>")
        == "One. Two! Three?"
    )
    assert cleaning.blurb("Same", "Same") == ""
    assert len(cleaning.blurb("word " * 400)) <= cleaning.MAX_BLURB
    assert cleaning.licence("https://creativecommons.org/licenses/by-nc/4.0/") == "CC BY-NC 4.0"


def test_identity_is_written_in_one_way() -> None:
    one = "https://example.org/Path?a=1&b=2"
    for spelling in (
        "http://EXAMPLE.org:80/Path/?b=2&a=1&utm_medium=mail#top",
        "https://www.example.org/Path?a=1&b=2&fbclid=9",
    ):
        assert identifiers.canonical_url(spelling) == one
    assert identifiers.canonical_url("https://example.org/") is None
    assert identifiers.canonical_url("javascript:alert(1)") is None
    assert identifiers.doi("See https://doi.org/10.1016/S0140-6736(20)30183-5).") == "10.1016/s0140-6736(20)30183-5"


@given(st.text(max_size=300))
@hypothesis_settings(max_examples=200, deadline=None)
def test_nothing_typed_breaks_the_cleaning(text: str) -> None:
    for made in (cleaning.title(text, "Site"), cleaning.blurb(text, "T"), cleaning.name(text), cleaning.licence(text)):
        made.encode("utf-8")
        assert "\x00" not in made
        assert "<script" not in cleaning.plain(f"<script>{text}</script>")
    identifiers.canonical_url(text)
    identifiers.canonical_url("https://example.org/" + text)
    assert identifiers.clean_url(identifiers.clean_url("https://e.org/" + text)) == identifiers.clean_url(
        "https://e.org/" + text
    )
