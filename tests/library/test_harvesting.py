"""Harvests: conditional, resumable, patient with those who fail, and nobody waits for anybody else's trouble."""

import gzip
import os
import signal
import subprocess
import sys
import textwrap
from datetime import datetime, timedelta

import pytest
from our_web import Repository, Web, pubdate, rss
from sqlalchemy import func
from sqlmodel import Session, col, select

from publisher.house import House
from publisher.library import sources
from publisher.library.harvesting import CheckResult, back_off, check, check_due
from publisher.library.models import Record, Source, SourceRun, Work


def let_in(house: House, url: str, now: datetime, kind: str = "auto", **settings: object) -> int:
    found = sources.recognise(house, url, kind, now=now)
    with house.database.session() as session:
        return sources.add(session, house, url, kind, now=now, recognised=found, **settings).id or 0


def checked(house: House, source_id: int, now: datetime) -> CheckResult:
    (result,) = check(house, [source_id], now, pause=0)
    return result


def source(house: House, source_id: int) -> Source:
    with house.database.session() as session:
        return session.get_one(Source, source_id)


def count(house: House, table: type) -> int:
    with house.database.session() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def an_item(n: int, now: datetime) -> dict[str, str]:
    words = f"Supervision in district {'abcdefghij'[n] * 5}"
    return {"title": words, "link": f"https://partner.example/{n}", "guid": f"g{n}", "pubDate": pubdate(now)}


def test_a_feed_is_asked_only_for_what_changed(house: House, web: Web, now: datetime) -> None:
    def answer(_path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if headers.get("If-None-Match") == '"one"':
            return 304, {}, b""
        return 200, {"Content-Type": "text/xml", "ETag": '"one"'}, rss(an_item(1, now)).encode()

    web.routes["/feed"] = answer
    source_id = let_in(house, web.url("/feed"), now)
    first, second = checked(house, source_id, now), checked(house, source_id, now + timedelta(hours=1))
    assert (first.status, first.new) == ("ok", 1)
    assert (second.status, second.new) == ("unchanged", 0)
    assert first.as_json().keys() == {"source", "url", "status", "new", "updated", "deleted", "error"}


def test_the_timetable_checks_what_is_due_and_nothing_else(house: House, web: Web, now: datetime) -> None:
    due = let_in(house, web.serve("/due", rss(an_item(1, now))), now)
    later = let_in(house, web.serve("/later", rss(an_item(2, now))), now + timedelta(hours=2))
    with house.database.session() as session:
        sources.pause(session.get_one(Source, let_in(house, web.serve("/paused", rss()), now)))
    assert [r.source for r in check_due(house, now, pause=0)] == [source(house, due).slug]
    assert check_due(house, now, pause=0) == []
    assert [r.new for r in check_due(house, now + timedelta(days=1), pause=0)] == [0, 1]
    assert source(house, later).last_checked_at == now + timedelta(days=1)


def test_one_failing_source_never_delays_another(house: House, web: Web, now: datetime) -> None:
    bad = {
        "/ill": b"<rss><channel><item>" + b"\x00\xff" * 50,
        "/bomb": b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><rss>&b;</rss>',
        "/page": b"<html><body><h1>Moved</h1></body></html>",
        "/empty": b"",
    }
    ids = [let_in(house, web.serve(path, rss(an_item(1, now))), now) for path in [*bad, "/hangs-up", "/500"]]
    well = let_in(house, web.serve("/well", rss(an_item(7, now))), now)
    for path, body in bad.items():
        web.serve(path, body)
    web.routes["/hangs-up"] = lambda *_: None
    web.routes["/500"] = (500, {}, b"")
    results = check(house, [*ids, well], now, pause=0)
    failed = [r for r in results if r.status == "failed"]
    assert len(results) == 7
    assert results[-1].status == "ok"
    assert results[-1].new == 1
    assert len(failed) >= 5
    assert all(r.error.endswith(".") and "Error" not in r.error for r in failed)
    assert source(house, ids[-1]).failing_since == now


def test_bombs_and_giants_end_as_a_sentence(house: House, web: Web, now: datetime) -> None:
    source_id = let_in(house, web.serve("/feed", rss(an_item(1, now))), now)
    bomb = gzip.compress(b"<rss>" + b" " * 60_000_000)
    web.routes["/feed"] = (200, {"Content-Type": "text/xml", "Content-Encoding": "gzip"}, bomb)
    assert "larger than" in checked(house, source_id, now).error
    web.routes["/feed"] = (302, {"Location": "http://10.0.0.1/feed"}, b"")
    assert "public internet" in checked(house, source_id, now).error
    assert count(house, Work) == 0


def test_a_failing_source_is_left_alone_longer_and_longer(house: House, web: Web, now: datetime) -> None:
    source_id = let_in(house, web.serve("/feed", rss(an_item(1, now))), now)
    web.routes["/feed"] = (503, {"Retry-After": "100000"}, b"")
    checked(house, source_id, now)
    assert source(house, source_id).next_check_at == now + timedelta(seconds=100_000)
    web.routes["/feed"] = (500, {}, b"")
    checked(house, source_id, now + timedelta(days=2))
    row = source(house, source_id)
    assert (row.failures, row.failing_since) == (2, now)
    assert sources.health(row, now + timedelta(days=2)).startswith("failing since Monday: ")
    waits = [back_off(7, timedelta(hours=1), n) for n in range(1, 12)]
    assert waits == [back_off(7, timedelta(hours=1), n) for n in range(1, 12)]
    assert timedelta(minutes=50) < waits[0] < timedelta(minutes=70)
    assert all(wait <= timedelta(days=1) * 1.15 for wait in waits)
    web.serve("/feed", rss(an_item(1, now)))
    assert checked(house, source_id, now + timedelta(days=3)).new == 1
    assert source(house, source_id).failing_since is None


def test_gone_is_gone_and_moved_is_followed(house: House, web: Web, now: datetime) -> None:
    moved = let_in(house, web.serve("/old", rss(an_item(1, now))), now)
    web.routes["/old"] = (301, {"Location": web.serve("/new", rss(an_item(1, now)))}, b"")
    assert checked(house, moved, now).new == 1
    assert source(house, moved).url == web.url("/new")
    web.routes["/new"] = (410, {}, b"")
    assert checked(house, moved, now).status == "gone"
    assert source(house, moved).state == "gone"
    assert check_due(house, now + timedelta(days=9), pause=0) == []
    with house.database.session() as session:
        assert [r.status for r in session.exec(select(SourceRun).order_by(col(SourceRun.id)))] == ["ok", "gone"]


def test_a_repository_is_read_page_by_page_and_then_only_what_is_new(house: House, web: Web, now: datetime) -> None:
    repository = Repository(10, now)
    web.routes["/oai"] = repository
    source_id = let_in(house, web.url("/oai"), now)
    assert checked(house, source_id, now).new == 10
    assert checked(house, source_id, now).new == 0
    repository.now = later = now + timedelta(days=3)
    repository.records[3] = (later, "A new title altogether", False)
    repository.records[4] = (later, "", True)
    repository.records[99] = (later, "Something else entirely", False)
    web.asked.clear()
    result = checked(house, source_id, later)
    assert (result.new, result.updated, result.deleted) == (1, 1, 1)
    assert any("from=2026-11-23T05" in path for path in web.asked)
    with house.database.session() as session:
        states = session.exec(select(Work.state).order_by(col(Work.id))).all()
    assert states.count("withdrawn") == 1


def test_a_harvest_cut_off_in_the_middle_goes_on_from_there(house: House, web: Web, now: datetime) -> None:
    repository = Repository(12, now)
    web.routes["/oai"] = repository
    source_id = let_in(house, web.url("/oai"), now)
    repository.breaks_at = 6
    assert checked(house, source_id, now).status == "failed"
    assert count(house, Record) == 6
    repository.breaks_at = None
    web.asked.clear()
    assert checked(house, source_id, now).new == 6
    assert "resumptionToken=6" in web.asked[0]
    assert not source(house, source_id).cursor


def test_an_expired_token_begins_the_list_anew(house: House, web: Web, now: datetime) -> None:
    repository = Repository(12, now)
    web.routes["/oai"] = repository
    source_id = let_in(house, web.url("/oai"), now)
    repository.breaks_at = 6
    checked(house, source_id, now)
    repository.breaks_at, repository.expired = None, {"6!"}
    assert checked(house, source_id, now).status == "failed"  # expired where it is given again: the repository's fault
    repository.expired = set()
    checked(house, source_id, now)
    assert count(house, Record) == 12


KILLED = """
    import os, sys
    from datetime import datetime, timedelta
    from publisher.database import Database
    from publisher.house import House
    from publisher.library.harvesting import check
    from publisher.settings import Settings
    from publisher.templating import Templates
    from publisher.tokens import Tokens
    from pathlib import Path
    url, source_id, now = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
    settings = Settings(data_dir=Path("."), database_url=url, public_url="https://hub.example.org", secret_key="x",
                        private_hosts=frozenset({"127.0.0.1"}))
    house = House(settings, Database(url), Tokens("x"), Templates(Path("none")))
    check(house, [source_id], now, pause=0)
"""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_killed_harvest_is_taken_over_when_its_lease_ends(house: House, web: Web, now: datetime) -> None:
    repository = Repository(12, now)
    source_id = let_in(house, (web.routes.setdefault("/oai", repository), web.url("/oai"))[1], now)
    killed: list[int] = []

    def kill_at_the_third_page(path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes] | None:
        if "resumptionToken=6" in path and not killed:
            killed.append(process.pid)
            os.kill(process.pid, signal.SIGKILL)
            return None
        return repository(path, headers)

    web.routes["/oai"] = kill_at_the_third_page
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), house.settings.database_url, str(source_id), now.isoformat()]
    )
    assert process.wait(30) == -signal.SIGKILL
    assert count(house, Record) == 6
    assert "another process" in checked(house, source_id, now).error
    lease = source(house, source_id).lease_until
    assert lease is not None
    (result,) = check(house, [source_id], now, pause=0, wall=lambda: lease + timedelta(seconds=1))
    assert (result.status, result.new) == ("ok", 6)
    assert count(house, Record) == 12


def test_a_site_without_a_feed_is_read_by_its_map(house: House, web: Web, now: datetime) -> None:
    def listing(*pages: tuple[str, str]) -> str:
        urls = "".join(f"<url><loc>{web.url(p)}</loc><lastmod>{at}</lastmod></url>" for p, at in pages)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'

    def page(title: str) -> str:
        return (
            f'<html lang="fr"><head><title>{title}</title><meta property="og:title" content="{title}">'
            '<meta name="citation_doi" content="10.5555/abc"></head><body><p>Un texte.</p></body></html>'
        )

    web.serve("/a", page("Étude du personnel"), "text/html")
    web.serve("/b", "<html><head><title>Contact</title></head><body></body></html>", "text/html")
    web.serve("/sitemap.xml", listing(("/a", "2026-11-01"), ("/b", "2026-11-02"), ("/gone", "2026-11-03")))
    source_id = let_in(house, web.url("/sitemap.xml"), now)
    assert checked(house, source_id, now).new == 2
    web.asked.clear()
    assert checked(house, source_id, now).status == "unchanged"
    assert web.asked == ["/sitemap.xml"]
    web.serve("/a", page("Étude du personnel, revue"), "text/html")
    web.serve("/sitemap.xml", listing(("/a", "2026-11-20"), ("/b", "2026-11-02"), ("/gone", "2026-11-03")))
    assert checked(house, source_id, now).updated == 1
    with house.database.session() as session:
        assert session.exec(select(Work.language).where(col(Work.doi) == "10.5555/abc")).one() == "fr"


def test_a_page_leads_to_its_feed(house: House, web: Web, now: datetime) -> None:
    web.serve("/feed", rss(an_item(1, now), an_item(2, now), title="Partner News"))
    head = '<link rel="alternate" type="application/rss+xml" href="/feed" title="News">'
    web.serve("/", f"<html><head><title>Partner</title>{head}</head><body></body></html>", "text/html")
    found = sources.preview(house, web.url("/"), now=now)
    assert (found.kind, found.title, found.in_words()) == ("feed", "Partner News", "2 records, 2 this month")
    web.serve("/nothing", "<html><head><title>Partner</title></head><body></body></html>", "text/html")
    with pytest.raises(Exception, match="offers no feed"):
        sources.recognise(house, web.url("/nothing"), now=now)


def test_what_a_first_harvest_of_a_repository_would_bring(house: House, web: Web, now: datetime) -> None:
    repository = Repository(10, now)
    repository.records[1] = (now, "Fresh", False)
    web.routes["/oai"] = repository
    assert sources.preview(house, web.url("/oai"), now=now).in_words() == "10 records, 1 this month"


def test_words_keep_records_out_until_they_change(house: House, web: Web, now: datetime, session: Session) -> None:
    items = [an_item(1, now), {**an_item(2, now), "title": "A football match"}]
    source_id = let_in(house, web.serve("/feed", rss(*items)), now, include="supervis*")
    assert checked(house, source_id, now).new == 1
    assert checked(house, source_id, now).new == 0
    with house.database.session() as writing:
        sources.change(writing, writing.get_one(Source, source_id), include="")
    assert checked(house, source_id, now).new == 1
    assert count(house, Work) == 2
