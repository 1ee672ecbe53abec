"""The commands of docs/operating.md, one after the other, as an operator types them; and what `migrate` asks before."""

import os
import pty
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import DateTime, MetaData, Table, insert
from sqlalchemy.types import TypeEngine

from publisher import cli, migrations
from publisher.backups import archive
from publisher.database import Database

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
VERBS = ["backup", "migrate", "migrate", "doctor", "restore", "restore", "restore"]


@pytest.fixture
def hub(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a hub of one's own that has somebody in it, and a safe place beside."""
    (tmp_path / "safe").mkdir()
    for name in [name for name in os.environ if name.startswith("PUBLISHER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PUBLISHER_DATA_DIR", str(tmp_path / "hub"))
    monkeypatch.setenv("PUBLISHER_DATABASE_URL", database_url)
    assert cli.run(["init"]) == 0
    assert cli.run(["staff", "add", "ines@example.org", "--role", "owner"]) == 0
    return tmp_path


def typed(hub: Path, chapter: str) -> list[list[str]]:
    """The commands of a chapter, with our safe place."""
    text = PAGE.read_text(encoding="utf-8").partition(f"\n## {chapter}")[2].partition("\n## ")[0]
    lines = re.findall(r"^publisher (.+)$", text, re.MULTILINE)
    return [line.replace("/safe/place", str(hub / "safe")).split() for line in lines]


def test_the_page_names_these_commands() -> None:
    lines = re.findall(r"^publisher (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [line.split()[0] for line in lines] == VERBS


def test_an_upgrade_as_the_page_says_it(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in typed(hub, "Upgrade"):
        code = cli.run(words)
        assert code in ((0, 1) if words[0] == "doctor" else (0,)), (words, capsys.readouterr().err)
    assert archive.verify(hub / "safe" / "before-upgrade.tar")["revision"]


def test_a_drill_as_the_page_says_it(
    hub: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Backed up here, restored in an empty data folder, as after the loss of the machine. On PostgreSQL onto the same server."""
    for words in typed(hub, "Back up"):
        assert cli.run(words) == 0
    onto = []
    if os.environ["PUBLISHER_DATABASE_URL"].startswith("sqlite"):
        monkeypatch.setenv("PUBLISHER_DATABASE_URL", f"sqlite:///{hub / 'new.db'}")
    else:
        onto = ["--onto-data", "replace", "--key", "replace"]
    monkeypatch.setenv("PUBLISHER_DATA_DIR", str(hub / "new"))
    first, *others = typed(hub, "Restore")
    if onto:
        assert cli.run(first) == 2, "there is data"
    for words in (first + onto, *others):
        assert cli.run(words) == 0, (words, capsys.readouterr().err)
    assert "Mail leaves again." in capsys.readouterr().out
    assert cli.run(["restore", "--confirm"]) == 2
    assert "No restore waits" in capsys.readouterr().err
    assert cli.run(["staff", "list", "--json"]) == 0
    assert "ines@example.org" in capsys.readouterr().out
    assert (hub / "new" / "secret_key").read_text() == (hub / "hub" / "secret_key").read_text()


def test_migrate_backs_up_first_where_it_is_told(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dest = str(hub / "safe" / "first.tar")
    assert cli.run(["migrate", "--backup", dest]) == 0
    assert "a whole backup" in capsys.readouterr().err
    assert cli.run(["migrate", "--backup", dest]) == 2
    assert "there already" in capsys.readouterr().err
    assert cli.run(["migrate", "--backup", dest, "--no-backup"]) == 2
    assert "not both" in capsys.readouterr().err


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("said", "made"), [("{safe}/asked.tar\n", True), ("\n", False), (None, False)])
def test_migrate_asks_on_a_terminal_only(hub: Path, said: str | None, made: bool) -> None:
    """Asked where the schema is to change and somebody is there; a script goes on and hears of it."""
    database = hub / "publisher.db"
    database.unlink()
    older(database)
    end, terminal = pty.openpty()
    stdin = terminal if said is not None else subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, "-m", "publisher", "migrate"], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    if said is not None:
        os.write(end, said.replace("{safe}", str(hub / "safe")).encode())
    out, err = process.communicate()
    os.close(end)
    os.close(terminal)
    assert process.returncode == 0, err.decode()
    assert "The schema is current." in out.decode()
    assert ("Back up first?" in err.decode()) == (said is not None)
    assert ("No backup was made first" in err.decode()) == (said is None)
    assert (hub / "safe" / "asked.tar").exists() == made


def older(path: Path) -> None:
    """A hub of an earlier version, with a resource in it."""
    database = Database(f"sqlite:///{path}")
    with database.engine.begin() as connection:
        migrations.upgrade_on(connection, "0003")
        work = Table("work", MetaData(), autoload_with=connection)
        needed = [column for column in work.columns if not column.nullable]
        connection.execute(insert(work).values({column.name: some(column.type) for column in needed}))
    database.close()


def some(kind: TypeEngine[Any]) -> object:
    """Any value of that kind."""
    if isinstance(kind, DateTime):
        return datetime(2026, 1, 1)  # as SQLite keeps it
    return {"INTEGER": 1, "BOOLEAN": False, "JSON": {}}.get(str(kind), "")
