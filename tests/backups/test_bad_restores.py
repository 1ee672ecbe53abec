"""Backups that cannot be used, places that cannot be written, hubs that are in use: a sentence each, and nothing is lost."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from cast import a_hub
from sqlalchemy import text
from sqlmodel import select
from test_disaster import a_letter, rewritten, states

from publisher import cli, clock, migrations
from publisher.backups import archive, contents, making, restoring
from publisher.database import Database
from publisher.errors import BadInput, Conflict, PublisherError
from publisher.house import House
from publisher.mail.delivery import Sender
from publisher.mail.models import Address
from publisher.tokens import Tokens
from publisher.unfinished import MARK


@contextmanager
def no_file_larger_than(octets: int) -> Iterator[None]:
    """As on a full disk, and as real: the kernel refuses the write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def left_over(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_a_backup_of_an_older_version_is_migrated(house: House, now: datetime, tmp_path: Path) -> None:
    if house.database.is_sqlite:
        house.database.engine.dispose()
        for path in tmp_path.glob("publisher.db*"):
            path.unlink()
    with house.database.engine.begin() as connection:
        if not house.database.is_sqlite:
            contents.empty_postgres(connection)
        migrations.upgrade_on(connection, "0006")
        connection.execute(
            text(
                "INSERT INTO identity (slug, name, from_name, from_address, domain, postal_address, website, accent, created_at, tagline, default_language, taglines) "
                "VALUES ('hub', 'Early Hands', 'Early Hands', 'letters@hub.example.org', 'hub.example.org', '', '', '#1f6f5c', :now, '', 'en', '{}')"
            ),
            {"now": now.replace(tzinfo=None)},
        )
    assert making.make(house, tmp_path / "old.tar", now=now)["revision"] == "0006"
    migrations.upgrade(house.database)
    restoring.restore(house, tmp_path / "old.tar", now=now, word=restoring.REPLACE)
    with house.database.engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM identity")).scalars().all() == ["Early Hands"]
        assert migrations.differences(connection) == []


def test_a_backup_of_the_other_database_is_refused(house: House, now: datetime, tmp_path: Path) -> None:
    making.make(house, tmp_path / "b.tar", now=now)
    other = "postgresql" if house.database.is_sqlite else "sqlite"
    rewritten(tmp_path / "b.tar", tmp_path / "other.tar", database=other)
    with pytest.raises(BadInput, match=r"This backup is of (SQLite|PostgreSQL), and this hub is on"):
        restoring.restore(house, tmp_path / "other.tar", now=now)


@pytest.mark.parametrize("what", [b"", b"not a backup at all", b"\0" * 20_000])
def test_what_is_no_backup_is_refused(house: House, now: datetime, tmp_path: Path, what: bytes) -> None:
    (tmp_path / "b.tar").write_bytes(what)
    with pytest.raises(BadInput, match="not whole"):
        restoring.restore(house, tmp_path / "b.tar", now=now)
    with pytest.raises(BadInput, match="cannot be read"):
        restoring.restore(house, tmp_path / "nowhere.tar", now=now)


def test_a_flipped_byte_anywhere_is_found(house: House, now: datetime, tmp_path: Path) -> None:
    """In the data of each member, and in every heading that says something."""
    making.make(house, tmp_path / "b.tar", now=now)
    whole = (tmp_path / "b.tar").read_bytes()
    places = range(3, len(whole), max(1, len(whole) // 41))
    unnoticed = 0
    for place in places:
        data = bytearray(whole)
        data[place] ^= 0x10
        (tmp_path / "bad.tar").write_bytes(data)
        if not is_found(tmp_path / "bad.tar"):
            unnoticed += 1
            assert whole[place] == 0, "only what fills the blocks of the tar up may differ"
    assert unnoticed < len(places) / 2


def is_found(path: Path) -> bool:
    try:
        archive.verify(path)
    except BadInput as problem:
        return "not whole" in str(problem)
    return False


def test_a_file_that_is_there_is_not_written_over(house: House, now: datetime, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("something else")
    for bad, said in ((tmp_path / "b.tar", "there already"), (tmp_path, "not the name of a file"), (tmp_path / "no" / "b", "not the name")):  # fmt: skip
        with pytest.raises(BadInput, match=said):
            making.make(house, bad, now=now)
    assert (tmp_path / "b.tar").read_text() == "something else"
    making.make(house, tmp_path / "b.tar", now=now, force=True)
    assert archive.verify(tmp_path / "b.tar")["made_at"]


def test_a_full_disk_leaves_the_backup_that_was_there(house: House, now: datetime, tmp_path: Path) -> None:
    making.make(house, tmp_path / "b.tar", now=now)
    before = (tmp_path / "b.tar").read_bytes()
    with no_file_larger_than(30_000), pytest.raises(PublisherError, match="could not be"):
        making.make(house, tmp_path / "b.tar", now=now, force=True)
    assert (tmp_path / "b.tar").read_bytes() == before
    assert left_over(tmp_path) == []


def test_a_full_disk_during_a_restore_leaves_the_hub(house: House, now: datetime, tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "large.mp3").write_bytes(b"0" * 4_000_000)
    making.make(house, tmp_path / "b.tar", now=now)
    a_letter(house, now, "issue-1", "", 2)
    with no_file_larger_than(3_000_000), pytest.raises(PublisherError, match="The hub is as it was"):
        restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE)
    assert states(house, "issue-1") == {"queued": 2}
    assert left_over(tmp_path) == []


def test_a_hub_that_sends_is_not_restored(house: House, now: datetime, tmp_path: Path) -> None:
    making.make(house, tmp_path / "b.tar", now=now)
    with house.database.session() as session:
        a_hub(session, now)
    with Sender(house, present=clock.now, wall=clock.now), pytest.raises(Conflict, match="still running"):
        restoring.restore(house, tmp_path / "b.tar", now=clock.now(), word=restoring.REPLACE)
    assert restoring.restore(house, tmp_path / "b.tar", now=clock.now(), word=restoring.REPLACE)["log_found"] in (True, False)  # fmt: skip


def test_another_secret_key_is_not_taken_away_unasked(house: House, now: datetime, tmp_path: Path) -> None:
    theirs = house.settings.secret_key
    making.make(house, tmp_path / "b.tar", now=now)
    (tmp_path / "secret_key").write_text("a key that this hub has mailed links with")
    settings = replace(house.settings, secret_key="a key that this hub has mailed links with")  # of this test
    ours = House(settings, house.database, Tokens(settings.secret_key), house.templates)
    a_letter(ours, now, "issue-1", "", 1)
    with pytest.raises(Conflict, match="--key replace"):
        restoring.restore(ours, tmp_path / "b.tar", now=now, word=restoring.REPLACE)
    assert states(ours, "issue-1") == {"queued": 1}
    assert (tmp_path / "secret_key").read_text() == settings.secret_key
    found = restoring.restore(ours, tmp_path / "b.tar", now=now, word=restoring.REPLACE, key=restoring.REPLACE)
    assert (tmp_path / "secret_key").read_text() == theirs
    assert (tmp_path / found["key_kept_as"]).read_text() == settings.secret_key


def test_a_key_given_by_a_setting_is_never_contradicted(house: House, now: datetime, tmp_path: Path) -> None:
    making.make(house, tmp_path / "b.tar", now=now)
    ours = replace(house, settings=replace(house.settings, secret_key="from a setting"))  # of this test
    with pytest.raises(BadInput, match="PUBLISHER_SECRET_KEY is not the key"):
        restoring.restore(ours, tmp_path / "b.tar", now=now, key=restoring.REPLACE)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_cannot_be_read_any_more_is_replaced(house: House, now: datetime, tmp_path: Path) -> None:
    a_letter(house, now, "issue-1", "", 3)
    making.make(house, tmp_path / "b.tar", now=now)
    house.database.engine.dispose()
    (tmp_path / "publisher.db").write_bytes(b"the disk has eaten it" * 1000)
    with pytest.raises(Conflict, match="--onto-data"):
        restoring.restore(house, tmp_path / "b.tar", now=now)
    restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE)
    assert states(house, "issue-1") == {"queued": 3}


def test_pages_that_are_still_served_are_found_too(house: House, now: datetime, tmp_path: Path) -> None:
    """A process that only serves pages sends nothing, and would go on with what is no longer there."""
    making.make(house, tmp_path / "b.tar", now=now)
    served = Database(house.settings.database_url)
    with served.reading() as session:
        session.exec(select(Address.id)).all()
    with pytest.raises(Conflict, match="Something of this hub is still running"):
        restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE)
    served.close()
    assert restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE)["backup_made_at"]


def test_nothing_runs_on_a_restore_that_was_cut_off(
    house: House, now: datetime, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    making.make(house, tmp_path / "b.tar", now=now)
    a_letter(house, now, "issue-1", "", 1)
    (tmp_path / MARK).touch()
    monkeypatch.setenv("PUBLISHER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PUBLISHER_DATABASE_URL", database_url)
    monkeypatch.setenv("PUBLISHER_SECRET_KEY", house.settings.secret_key)
    house.database.close()
    assert cli.run(["tick"]) == 2
    assert "with the same backup again" in capsys.readouterr().err
    assert cli.run(["restore", str(tmp_path / "b.tar")]) == 0
    assert cli.run(["restore", "--confirm"]) == 0
    assert cli.run(["tick"]) == 0
