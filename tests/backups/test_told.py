"""What came in after the backup was mailed, lost, and comes in again: nobody hears of it twice, in whatever issue it stands."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from issue_stage import Stage, text_of

from publisher import sendlog
from publisher.backups import making, restoring
from publisher.house import House
from publisher.library.models import Work
from publisher.mail import restored
from publisher.newsletters import issues, rehearsal

MONTH = timedelta(days=31)


@pytest.fixture
def stage(house: House, now: datetime) -> Stage:
    stage = Stage(house, now)
    for name in ("alice", "dina"):
        stage.reader(f"{name}@example.org", name=name.title())
    return stage


def comes_in(stage: Stage, title: str, now: datetime, **names: str) -> int:
    """A work as a source brings it: with the names by which it is known again."""
    work_id = stage.work(title, now=now)
    with stage.house.database.session() as session:
        work = session.get_one(Work, work_id)
        for key, value in names.items():
            setattr(work, key, value)
        session.add(work)
    return work_id


def in_haste(stage: Stage, now: datetime) -> None:
    """The issue that had left goes by again, without what came in after the backup: who had it is not mailed."""
    assert stage.send(now)[1] == {}


def lose_and_restore(stage: Stage, backup: Path, now: datetime) -> None:
    restoring.restore(stage.house, backup, now=now, word=restoring.REPLACE)
    with stage.house.database.session() as session:
        restored.confirm(session, now=now, by="ines")


@pytest.mark.parametrize(
    ("before", "again"),
    [
        ({"canonical_url": "https://who.example.org/kenya"}, {"canonical_url": "https://who.example.org/kenya"}),
        ({"canonical_url": "https://a.example.org/", "doi": "10.5555/12"}, {"canonical_url": "https://b.example.org/", "doi": "10.5555/12"}),
        ({"title_key": "kenya country brief"}, {"title_key": "kenya country brief"}),
    ],
    ids=["its address", "its DOI, found elsewhere", "its title, where it has no other name"],
)  # fmt: skip
def test_what_was_mailed_after_the_backup_is_news_to_nobody_who_had_it(
    stage: Stage, now: datetime, tmp_path: Path, before: dict[str, str], again: dict[str, str]
) -> None:
    comes_in(stage, "An old report", now, canonical_url="https://old.example.org/")
    making.make(stage.house, tmp_path / "b.tar", now=now)
    comes_in(stage, "Country brief: Kenya", now, **before)
    _, arrived = stage.send(now)
    assert sorted(arrived) == ["alice@example.org", "dina@example.org"]
    lose_and_restore(stage, tmp_path / "b.tar", now + timedelta(hours=1))
    in_haste(stage, now + timedelta(hours=2))
    stage.reader("emma@example.org")
    comes_in(stage, "Something else", now + MONTH - timedelta(days=2), canonical_url="https://c.example.org/")
    comes_in(stage, "Country brief: Kenya", now + MONTH - timedelta(days=1), **again)
    slug, arrived = stage.send(now + MONTH)
    assert "Country brief: Kenya" not in text_of(arrived["alice@example.org"])
    assert "Something else" in text_of(arrived["alice@example.org"])
    assert "Country brief: Kenya" in text_of(arrived["emma@example.org"]), "she had nothing yet"
    assert stage.titles("dina@example.org", slug) == ["Something else"]


def test_the_rehearsal_knows_it_too(stage: Stage, now: datetime, tmp_path: Path) -> None:
    comes_in(stage, "An old report", now, canonical_url="https://old.example.org/")
    making.make(stage.house, tmp_path / "b.tar", now=now)
    comes_in(stage, "Country brief: Kenya", now, canonical_url="https://who.example.org/kenya")
    stage.send(now)
    lose_and_restore(stage, tmp_path / "b.tar", now + timedelta(hours=1))
    in_haste(stage, now + timedelta(hours=2))
    comes_in(stage, "Country brief: Kenya", now + MONTH, canonical_url="https://who.example.org/kenya")
    issue = stage.draft(now + MONTH)
    with stage.house.database.reading() as session:
        numbers, _ = rehearsal.rehearse(session, stage.house, issue, now=now + MONTH)
    assert (numbers.recipients, numbers.without_items) == (0, 2)


def test_the_issue_itself_drafted_again_reaches_those_whom_it_had_not(
    stage: Stage, now: datetime, tmp_path: Path
) -> None:
    """The same issue as before, with the same item: who had it is not mailed, who came since gets it whole."""
    making.make(stage.house, tmp_path / "b.tar", now=now)
    comes_in(stage, "Country brief: Kenya", now, canonical_url="https://who.example.org/kenya")
    stage.send(now)
    lose_and_restore(stage, tmp_path / "b.tar", now + timedelta(hours=1))
    stage.reader("emma@example.org")
    comes_in(stage, "Country brief: Kenya", now, canonical_url="https://who.example.org/kenya")
    _, arrived = stage.send(now)
    assert sorted(arrived) == ["emma@example.org"]
    assert "Country brief: Kenya" in text_of(arrived["emma@example.org"])


def test_the_log_names_works_by_keyed_hashes_only(stage: Stage, now: datetime) -> None:
    comes_in(stage, "Country brief: Kenya", now, canonical_url="https://who.example.org/kenya")
    stage.send(now)
    path = stage.house.settings.data_dir / sendlog.NAME
    (said,) = [parts for parts in sendlog.read(path) if parts[0] == "T"]
    assert said[2].startswith("issue:monthly:")
    assert said[3] == stage.house.tokens.keyed_hash("told", "https://who.example.org/kenya")
    assert "who.example.org" not in path.read_text()


def test_an_issue_that_was_called_off_while_it_was_planned_has_told_nobody(
    stage: Stage, now: datetime, tmp_path: Path
) -> None:
    comes_in(stage, "An old report", now - MONTH, canonical_url="https://old.example.org/")
    making.make(stage.house, tmp_path / "b.tar", now=now)
    comes_in(stage, "Country brief: Kenya", now, canonical_url="https://who.example.org/kenya")
    issue = stage.draft(now)
    issues.release(stage.house, issue.id or 0, now=now)
    with stage.house.database.session() as session:
        issues.cancel(session, session.get_one(type(issue), issue.id), now=now)
    lose_and_restore(stage, tmp_path / "b.tar", now + timedelta(hours=1))
    comes_in(stage, "Country brief: Kenya", now + MONTH, canonical_url="https://who.example.org/kenya")
    _, arrived = stage.send(now + MONTH)
    assert sorted(arrived) == ["alice@example.org", "dina@example.org"]
