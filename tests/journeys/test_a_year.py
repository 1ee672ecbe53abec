"""A year of a hub, from the empty folder on: the demo looked at and taken away, an own hub with three sources and two newsletters,
twelve monthly issues, a lost password, another domain, an upgrade from the first version, a disaster and a restore. Nobody is
mailed twice, nobody who left hears from it again, and no link that went out is dead."""

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from commands import Done
from imap_server import ImapServer
from our_web import Web
from smtp_sink import Sink
from sqlalchemy import create_engine, make_url, text
from sqlmodel import col, select
from stage import Clock
from year import Year, months_from
from year_beginning import DAY, READERS, the_demo_is_looked_at_and_taken_away, the_first_owner_follows_the_steps
from year_events import (
    NEW,
    OLD,
    a_disaster,
    a_month_goes_by,
    greta_complains,
    henri_leaves_by_an_old_letter,
    ines_loses_her_password,
    ivy_leaves,
    the_hub_is_upgraded,
    the_hub_moves,
    the_season_goes_out,
)
from year_sources import Sources

from publisher import clock
from publisher.audience.models import Person
from publisher.cli import run
from publisher.library.models import WorkText
from publisher.mail.models import Address, Outbox
from publisher.newsletters.models import Received

#: The month, counted from 0, after whose issue something happens.
COMPLAINT, PASSWORD, MOVE, LEAVING, UPGRADE, DISASTER = 1, 2, 3, 4, 5, 8
SEASONS = (1, 4, 7, 10)
#: Links that open something once, or for a while.
PASSES = re.compile(r"/(?:confirm|undo|studio/reset|studio/invitation)/")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def year(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Year]:
    """An empty folder, or an empty database, and the world around it."""

    def publisher(*words: object, ok: bool | None = True) -> Done:
        capfd.readouterr()
        code = run([str(word) for word in words])
        done = Done(code, *capfd.readouterr())
        assert not ok or done.code == 0, done
        return done

    def new_database() -> str:
        if request.param == "postgres":
            return _empty_database(request.getfixturevalue("postgres_server"))
        return f"sqlite:///{tmp_path / uuid.uuid4().hex[:8]}.db"

    for name in ("SMTP_URL", "SECRET_KEY", "MAIL_FROM", "LOG", "POSTAL_ADDRESS", "FORMER_URLS"):
        monkeypatch.delenv(f"PUBLISHER_{name}", raising=False)
    monkeypatch.setenv("PUBLISHER_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("PUBLISHER_DATABASE_URL", new_database())
    monkeypatch.setenv("PUBLISHER_PUBLIC_URL", OLD)
    monkeypatch.setenv("PUBLISHER_PRIVATE_HOSTS", "127.0.0.1")
    web, returns = Web(), ImapServer()
    with Sink() as relay:
        one = Year(publisher, monkeypatch, tmp_path, new_database, Sources(web), relay, returns, Clock(clock.now()))
        yield one
        one.stop()
    returns.close()
    web.close()


def test_a_year(year: Year) -> None:
    the_demo_is_looked_at_and_taken_away(year)
    today = year.wall.now
    firsts = months_from(today.year, today.month + 2, 12)  # the first is never due while the hub is set up
    the_first_owner_follows_the_steps(
        year, begins=firsts[0] - 20 * DAY, seasons=tuple(firsts[n].month for n in SEASONS)
    )
    backup = year.folder / "monthly backup.tar"
    for month, first in enumerate(firsts):
        if month == DISASTER:
            year.command("backup", backup)
        came = a_month_goes_by(year, month, first)
        assert {mail.to for mail in came if mail.issue} == readers_of("monthly", month), first
        if month in SEASONS:
            the_season_goes_out(year, first)
        match month:
            case 1:
                greta_complains(year)
            case 2:
                ines_loses_her_password(year)
            case 3:
                the_hub_moves(year)
                no_link_is_dead(year)
            case 4:
                henri_leaves_by_an_old_letter(year)
            case 5:
                the_hub_is_upgraded(year)
            case 8:
                ivy_leaves(year)
                a_disaster(year, backup)
                assert [mail for mail in year.due(year.wall.now) if mail.issue] == []
    everybody_had_each_issue_once(year)
    nobody_was_told_twice(year)
    the_ledger_says_the_same(year)
    no_link_is_dead(year)
    no_page_leads_nowhere(year)


def readers_of(name: str, month: int) -> set[str]:
    """Who is on a list when the issue of that month goes out."""
    gone = {"greta": COMPLAINT, "henri": LEAVING, "ivy": DISASTER}
    known = {who for who, (_languages, _interests, lists) in READERS.items() if name in lists}
    known |= {"dora"} if name == "monthly" else set()
    return {f"{who}@example.org" for who in known if month <= gone.get(who, 12)}


def everybody_had_each_issue_once(year: Year) -> None:
    had = Counter((mail.issue, mail.to) for mail in year.mails if mail.issue)
    assert set(had.values()) == {1}
    monthly = sorted({issue for issue, _to in had if issue.startswith("monthly")})
    assert len(monthly) == 12
    for month, issue in enumerate(monthly):
        assert {to for one, to in had if one == issue} == readers_of("monthly", month), issue
    assert len({issue for issue, _to in had if issue.startswith("saison")}) == 4
    assert len({str(mail.mail["Message-ID"]) for mail in year.mails}) == len(year.mails)


def nobody_was_told_twice(year: Year) -> None:
    told = Counter(
        (mail.to, title) for mail in year.mails if mail.issue for title in year.sources.said if title in mail.text
    )
    assert [(to, title) for (to, title), times in told.items() if times > 1] == []
    for title in year.sources.said:
        english = "guide pour" not in title
        readers = ("alice", "anton", "lina") if english else ("amina", "marc", "dora")
        missing = [who for who in readers if (f"{who}@example.org", title) not in told]
        assert missing == [], title
    kenyan = [title for to, title in told if to == "kofi@example.org" and "Kenya" in title]
    assert kenyan == [], "kofi asked for Ghana"


def the_ledger_says_the_same(year: Year) -> None:
    with year.house.database.reading() as session:
        states = Counter(session.exec(select(Outbox.state)).all())
        rows = session.exec(
            select(Address.email, WorkText.title)
            .join(Person, col(Person.address_id) == col(Address.id))
            .join(Received, col(Received.person_id) == col(Person.id))
            .join(WorkText, col(WorkText.work_id) == col(Received.work_id))
        ).all()
    assert set(states) <= {"accepted", "cancelled", "suppressed"}, states
    told = {(mail.to, title) for mail in year.mails if mail.issue for title in year.sources.said if title in mail.text}
    assert max(Counter(rows).values()) == 1
    assert set(rows) <= told
    assert {to for to, _title in told - set(rows)} <= {"ivy@example.org"}, (
        "she left between the backup and the disaster"
    )


def no_link_is_dead(year: Year) -> None:
    """Every link of every mail so far: ours lead to a page, also where they were written under the former address; those of the
    sources lead to what is read there. What opened something once says so in a sentence."""
    links = {link for mail in year.mails for link in mail.links}
    ours = {link for link in links if year.is_ours(link)}
    answers = {link: year.arrives(link)[0] for link in ours}
    dead = {link: code for link, code in answers.items() if code != 200 and not (PASSES.search(link) and code == 410)}
    assert dead == {}
    elsewhere = {link for link in links - ours if urlsplit(link).hostname == "127.0.0.1"}
    assert [link for link in elsewhere if requests.get(link, timeout=5).status_code != 200] == []


def no_page_leads_nowhere(year: Year) -> None:
    """Every page that a visitor can come to by following links, and what the pages load."""
    waiting, seen = ["/"], {"/"}
    while waiting:
        path = waiting.pop()
        answer = year.web.get(path)
        assert answer.status_code in (200, 301, 303), (path, answer.status_code)
        found = (
            re.findall(r'(?:href|src)="([^"#]+)', answer.text)
            if "html" in answer.headers.get("content-type", "")
            else []
        )
        for url in found:
            url = url.replace("&amp;", "&")
            short = url.removeprefix(NEW)
            assert OLD not in url
            if short.startswith("/") and not short.startswith("//") and short not in seen and "lang=" not in short:
                seen.add(short)
                waiting.append(short)
    assert len(seen) > 80


def _empty_database(server: str) -> str:
    name = f"year_{uuid.uuid4().hex[:10]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)
