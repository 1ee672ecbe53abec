"""kill -9 in the middle of a backup and of a restore: what stands afterwards is as before, or whole."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import col, select
from test_disaster import a_letter, states

from publisher.backups import archive, making
from publisher.house import House
from publisher.mail import addresses, restored
from publisher.mail.models import Address
from publisher.unfinished import MARK


@pytest.fixture
def environment(house: House, database_url: str, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "secret_key").write_text(house.settings.secret_key)
    (tmp_path / "media").mkdir()
    for name in ("one", "two"):
        (tmp_path / "media" / name).write_bytes(os.urandom(8_000_000))
    mine = {"PUBLISHER_DATA_DIR": str(tmp_path), "PUBLISHER_DATABASE_URL": database_url}
    return {key: value for key, value in os.environ.items() if not key.startswith("PUBLISHER_")} | mine


def killed(environment: dict[str, str], where: Path, what: str, after: float, *words: str) -> bool:
    """Run a command and kill it so many seconds after its work has begun. False where it was done by then."""
    process = subprocess.Popen(
        [sys.executable, "-m", "publisher", *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    while process.poll() is None and not workplaces(where, what):
        time.sleep(0.002)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
    _, said = process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), said.decode()
    return process.returncode != 0


def workplaces(where: Path, what: str) -> list[Path]:
    return list(where.glob(f".publisher-{what}-*"))


def test_a_killed_backup_is_no_file_and_leaves_nothing_for_long(
    house: House, now: datetime, tmp_path: Path, environment: dict[str, str]
) -> None:
    a_letter(house, now, "issue-1", "", 20)
    where = tmp_path / "out"
    where.mkdir()
    dest = where / "b.tar"
    kills = 0
    for after in (0.0, 0.05, 0.15):
        kills += killed(environment, where, "backup", after, "backup", str(dest), "--force")
        if dest.exists():
            assert archive.verify(dest)["made_at"]
    assert kills > 0
    assert states(house, "issue-1") == {"queued": 20}
    making.make(house, dest, now=now, force=True)
    assert [path.name for path in where.iterdir()] == ["b.tar"]


def test_a_killed_restore_leaves_the_hub_as_it_was_or_whole(
    house: House, now: datetime, tmp_path: Path, environment: dict[str, str]
) -> None:
    a_letter(house, now, "issue-1", "", 200)
    making.make(house, tmp_path / "b.tar", now=now)
    with house.database.session() as session:
        addresses.find_or_make(session, house.tokens, "later@example.org", now=now)
    kills = 0
    words = ("restore", str(tmp_path / "b.tar"), "--onto-data", "replace")
    for after in (0.0, 0.1, 0.4, 0.8):
        house.database.close()
        kills += killed(environment, tmp_path, "restore", after, *words)
        if not (tmp_path / MARK).exists():
            assert as_before(house) != is_whole(house), after
    assert kills > 0
    house.database.close()
    done = subprocess.run(
        [sys.executable, "-m", "publisher", *words], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert is_whole(house)
    assert workplaces(tmp_path, "restore") == []


def as_before(house: House) -> bool:
    assert states(house, "issue-1") == {"queued": 200}
    with house.database.reading() as session:
        later = session.exec(select(Address).where(col(Address.email) == "later@example.org")).first()
        return later is not None and restored.waiting(session) is None


def is_whole(house: House) -> bool:
    assert states(house, "issue-1") == {"queued": 200}
    with house.database.reading() as session:
        later = session.exec(select(Address).where(col(Address.email) == "later@example.org")).first()
        return later is None and restored.waiting(session) is not None
