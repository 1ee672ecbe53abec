"""Everything real comes in over HTTP: no exception, counts told, a second run adds nothing, one work per identity."""

import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from our_web import Web
from sqlalchemy import func
from sqlmodel import Session, col, select

from publisher.errors import BadInput
from publisher.house import House
from publisher.library import files, sources
from publisher.library.harvesting import check
from publisher.library.models import LookAlike, Record, Source, Work

IDENTIFY = (
    b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-23T06:00:00Z</responseDate>'
    b"<request>http://x</request><Identify><repositoryName>Replayed</repositoryName><baseURL>http://x</baseURL>"
    b"<granularity>YYYY-MM-DDThh:mm:ssZ</granularity><deletedRecord>no</deletedRecord></Identify></OAI-PMH>"
)
"""What the recorded repositories are made to say of themselves, since that question was not recorded."""


def test_all_real_feeds_and_repositories_come_in_once(house: House, web: Web, now: datetime, corpora: Path) -> None:
    every = 8 if not house.database.is_sqlite else 1
    let_in, refused = let_everything_in(house, web, now, corpora, every)
    results = check(house, let_in, now, pause=0)
    first = Counter(result.status for result in results)
    with house.database.session() as session:
        before = counted(session)
    second = check(house, let_in, now, pause=0)
    with house.database.session() as session:
        assert counted(session) == before
        identities = session.exec(select(Work.doi).where(col(Work.doi).is_not(None))).all()
        assert len(identities) == len(set(identities))
    print(f"{len(let_in)} sources, {refused} refused with a sentence, {dict(first)}, {before}")
    assert [r for r in results if r.status != "ok"] == []
    assert sum(r.new + r.updated + r.deleted for r in second) == 0
    assert {r.status for r in second} <= {"ok", "unchanged"}
    if every == 1:
        assert before["records"] > 400
        assert refused < 12


def let_everything_in(house: House, web: Web, now: datetime, corpora: Path, every: int) -> tuple[list[int], int]:
    paths = sorted(p for p in (corpora / "feeds").rglob("*") if p.is_file() and not p.name.endswith(".serde.json"))
    ids, refused = [], 0
    for path in paths[::every]:
        kind = "application/json" if path.suffix == ".json" else "text/xml"
        url = web.serve(f"/{quote(str(path.relative_to(corpora)))}", path.read_bytes(), kind)
        try:
            ids.append(let_in(house, url, "auto", now))
        except BadInput:
            refused += 1
    names = sorted({p.name.rsplit("-", 1)[0] for p in (corpora / "domain/oai-pmh").glob("*.xml")})[::every]
    ids += [let_in(house, replayed(web, corpora, name), "oai-pmh", now) for name in names]
    return ids, refused


def let_in(house: House, url: str, kind: str, now: datetime) -> int:
    found = sources.recognise(house, url, kind, now=now)
    with house.database.session() as session:
        return sources.add(session, house, url, kind, now=now, recognised=found).id or 0


def replayed(web: Web, corpora: Path, name: str) -> str:
    """A repository that answers with its recorded pages, in their order."""
    pages = [p.read_bytes() for p in sorted((corpora / "domain/oai-pmh").glob(f"{name}-*.xml"))]

    def answer(path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if "verb=Identify" in path:
            return 200, {"Content-Type": "text/xml"}, IDENTIFY
        page = pages[-1 if "resumptionToken" in path else 0]
        if len(pages) == 1:  # where the list went on was not recorded
            page = re.sub(rb"<resumptionToken.*?</resumptionToken>", b"", page, flags=re.S)
        return 200, {"Content-Type": "text/xml"}, page

    web.routes[f"/oai/{name}"] = answer
    return web.url(f"/oai/{name}")


def counted(session: Session) -> dict[str, int]:
    tables = {"sources": Source, "records": Record, "works": Work, "look-alikes": LookAlike}
    return {name: session.exec(select(func.count()).select_from(table)).one() for name, table in tables.items()}


def test_the_sample_of_resources_is_imported_once_and_look_alikes_wait_for_a_person(
    house: House, now: datetime, corpora: Path, session: Session
) -> None:
    path = corpora / "domain/ecd_resources_sample.csv"
    result = files.import_file(session, house, path, news=False, now=now)
    assert (result.rows, result.created, result.errors) == (276, 276, [])
    again = files.import_file(session, house, path, news=False, now=now)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 276)
    works = session.exec(select(Work)).all()
    assert len(works) == 273  # four rows have one address
    assert {w.news_since for w in works} == {None}
    pairs = session.exec(select(LookAlike)).all()
    assert pairs
    assert {p.state for p in pairs} == {"open"}
    assert len(pairs) < 40  # the same survey in seventeen countries is seventeen surveys


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_recorded_answers_of_the_protocol_are_understood(house: House, web: Web, now: datetime, corpora: Path) -> None:
    cassettes = corpora / "domain/oai-pmh-protocol"
    recorded = {name: yaml.safe_load((cassettes / f"{name}.yaml").read_text()) for name in ("identify", "list_records")}

    def answer(path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        name = "identify" if "verb=Identify" in path else "list_records"
        responses = [one["response"] for one in recorded[name]["interactions"]]
        best = next(r for r in responses if r["status"] == 200 and "<OAI-PMH" in r["body"]["content"])
        body = best["body"]["content"]
        return (
            200,
            {"Content-Type": "text/xml"},
            body.split("<resumptionToken")[0].encode()
            + (b"</ListRecords></OAI-PMH>" if "<resumptionToken" in body else b""),
        )

    web.routes["/oai2d"] = answer
    found = sources.preview(house, web.url("/oai2d"), now=now)
    assert found.kind == "oai-pmh"
    assert found.records > 0
    source_id = let_in(house, web.url("/oai2d"), "oai-pmh", now)
    (first,), (second,) = (check(house, [source_id], now, pause=0) for _ in range(2))
    assert (first.status, first.new) == ("ok", found.records)
    assert second.new == second.updated == 0


def test_crossref_works_are_records_with_a_doi(house: House, now: datetime, corpora: Path, session: Session) -> None:
    text = (corpora / "domain/crossref/test_works_query.yaml").read_text()
    body = yaml.safe_load(text)["interactions"][0]["response"]["body"]["string"]
    result = files.import_file(session, house, body, news=True, now=now)
    assert result.created > 0
    assert all(w.doi for w in session.exec(select(Work)))
