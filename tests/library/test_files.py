"""Files and forms: broken rows are named, the rest comes in; bad input is a sentence and changes nothing."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from publisher.errors import BadInput
from publisher.house import House
from publisher.library import files
from publisher.library.models import Source, Subject, Work, WorkText

SPREADSHEET = (
    "\ufefftitle;link;language;country;date;authors\r\n"
    "Les assistantes maternelles;https://example.org/1;fr;Sénégal;2026-11-20;Awa Diop\r\n"
    "Too;few\r\n"
    "Home visiting;https://example.org/2;English;Kenya;2019;\r\n"
    ";;;;;\r\n"
    ";;fr;;;\r\n"
    "Pay;https://example.org/1;en;;2026;\r\n"
)


def test_a_spreadsheet_comes_in_and_its_broken_rows_are_named(house: House, session: Session, now: datetime) -> None:
    result = files.import_file(session, house, SPREADSHEET.encode(), news=False, now=now)
    assert (result.rows, result.created, result.skipped) == (5, 2, 3)
    assert [e["row"] for e in result.errors] == [3, 6]
    assert result.as_json().keys() == {"rows", "created", "updated", "unchanged", "skipped", "errors"}
    texts = {t.title: t for t in session.exec(select(WorkText))}
    assert texts["Les assistantes maternelles"].language == "fr"
    works = {w.id: w for w in session.exec(select(Work))}
    assert works[texts["Les assistantes maternelles"].work_id].news_since == now  # three days old
    assert works[texts["Home visiting"].work_id].news_since is None
    assert {(s.facet, s.key) for s in session.exec(select(Subject))} >= {("country", "SN"), ("country", "KE")}
    assert {w.state for w in works.values()} == {"approved"}


def test_a_file_may_be_news(house: House, session: Session, now: datetime) -> None:
    files.import_file(session, house, b'[{"title": "A call", "url": "https://example.org/c"}]', news=True, now=now)
    assert session.exec(select(Work.news_since)).one() == now


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"%PDF-1.7 not a table",
        b"shade,colour\nx,y\n",
        b"<html><body>no</body></html>",
        b'{"a": 1}',
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(
    house: House, session: Session, now: datetime, content: bytes
) -> None:
    with pytest.raises(BadInput, match=r"\.$"):
        files.import_file(session, house, content, news=False, now=now)
    assert session.exec(select(Work)).all() == []


def test_by_hand(house: House, session: Session, now: datetime) -> None:
    form = {"title": "Regional call", "link": "https://example.org/call", "kind": "call", "language": "en",
            "countries": "Kenya, Uganda", "ends_at": "2027-01-15", "blurb": "Apply by January."}  # fmt: skip
    work = files.add_manually(session, house, form, now=now, who="ines@hub")
    assert (work.state, work.kind, work.news_since, work.reviewed_by) == ("approved", "call", now, "ines@hub")
    assert files.add_manually(session, house, form, now=now + timedelta(days=1), who="ines@hub").id == work.id
    assert session.exec(select(Source.slug).where(col(Source.kind) == "builtin")).all() == ["manual"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", " "), ("link", "javascript:alert(1)"), ("doi", "12"), ("kind", "poem"), ("published_on", "soon")],
)
def test_a_form_names_the_field_that_cannot_be(
    house: House, session: Session, now: datetime, field: str, value: str
) -> None:
    with pytest.raises(BadInput) as refused:
        files.add_manually(session, house, {"title": "T", field: value}, now=now, who="ines@hub")
    assert refused.value.field == field


def test_a_file_that_is_said_to_be_news_is_news_whatever_its_dates(
    session: Session, house: House, now: datetime
) -> None:
    rows = b"title,url,published,ends_at\nOld study,https://example.org/old,2017-03-01,\nGone event,https://example.org/gone,2017-03-01,2018-01-01T09:00:00Z\n"
    files.import_file(session, house, rows, news=True, now=now)
    found = {work.slug: work.news_since for work in session.exec(select(Work)).all()}
    assert found == {"old-study": now, "gone-event": None}
