"""What an administrator meets who backs up and restores by hand: odd places, full disks, logs that a bad disk has changed."""

import json
import logging
import stat
import tarfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select
from test_disaster import a_letter

from publisher import cli, sendlog
from publisher.backups import archive, making, restoring
from publisher.errors import BadInput
from publisher.house import House
from publisher.mail import restored
from publisher.mail.models import Address
from publisher.settings import Settings

WHOLE = b"U 2026-12-01T06:00:00Z abc monthly\n"


@given(st.binary(max_size=200))
def test_nothing_in_a_log_that_a_bad_disk_has_changed_stops_a_restore(tmp_path_factory, rubbish: bytes) -> None:
    path = tmp_path_factory.mktemp("log") / sendlog.NAME
    path.write_bytes(rubbish.replace(b"\n", b" ") + b"\n" + WHOLE)
    lines = list(sendlog.read(path))
    assert lines[-1] == WHOLE.decode().split()
    restored.settle(lines)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"A 2026-12-01T06:00:00Z 1\xff3 key", ("accepted_since", 1)),
        (b"F 2026-12-01T06:00:00Z -1 key", ("uncertain_since", 1)),
        (b"S 2026-12-01T06:00:00Z {hash} bu,k undeliverable", ("suppressed", 1)),
        (b"Q 2026-12-01T06:00:00Z 13 key", ("accepted_since", 0)),
    ],
)
def test_what_a_line_with_a_wrong_octet_still_says_counts(
    house: House, now: datetime, tmp_path: Path, line: bytes, found: tuple[str, int]
) -> None:
    a_letter(house, now, "news", "news", 1)
    making.make(house, tmp_path / "b.tar", now=now)
    with house.database.reading() as session:
        address = session.exec(select(Address.hash)).one()
    saved = tmp_path / "saved.log"
    saved.write_bytes(line.replace(b"{hash}", address.encode()) + b"\n" + WHOLE)
    said = restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE, logs=(saved,))
    assert (said[found[0]], said["unknown_addresses"]) == (found[1], 1)


def test_a_backup_is_not_put_among_the_files_that_it_takes_along(house: House, now: datetime) -> None:
    folder = house.settings.data_dir / "media" / "ab"
    folder.mkdir(parents=True)
    with pytest.raises(BadInput, match="would hold itself"):
        making.make(house, folder / "b.tar", now=now)
    making.make(house, house.settings.data_dir / "b.tar", now=now)


def test_a_backup_that_cannot_be_noted_is_one_all_the_same(
    house: House, now: datetime, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The disk of the data folder is full, that of the backup is not: here the name is taken by a folder."""
    (house.settings.data_dir / "last_backup.json.new").mkdir()
    with caplog.at_level(logging.WARNING, "publisher"):
        making.make(house, tmp_path / "b.tar", now=now)
    assert archive.verify(tmp_path / "b.tar")["database"]
    assert "The backup is whole" in caplog.text


def test_settings_that_were_others_are_named_after_a_restore(house: House, now: datetime, tmp_path: Path) -> None:
    """A new machine, where nobody has written them yet; what is secret is in the file, and not on the screen."""
    then = replace(
        house.settings,
        smtp_url="smtp://user:a-password@mail.example.org:587",
        private_hosts=frozenset({"papers.internal"}),
        podping_token="a-token",
    )
    making.make(replace(house, settings=then), tmp_path / "b.tar", now=now)
    with tarfile.open(tmp_path / "b.tar") as tar:
        kept = json.load(tar.extractfile(making.SETTINGS))  # type: ignore[arg-type]
    assert (kept["PUBLISHER_PRIVATE_HOSTS"], kept["PUBLISHER_PODPING_TOKEN"]) == ("papers.internal", "a-token")
    found = restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE)
    assert found["settings_changed"] == [
        "PUBLISHER_SMTP_URL",
        "PUBLISHER_PRIVATE_HOSTS",
        "PUBLISHER_PODPING_TOKEN",
    ]


def test_an_empty_folder_has_no_other_key_to_keep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`restore` itself made the key that was there: nobody can miss it, and the words about it would only worry."""
    monkeypatch.setenv("PUBLISHER_DATA_DIR", str(tmp_path / "hub"))
    assert cli.run(["init"]) == 0
    assert cli.run(["backup", str(tmp_path / "b.tar")]) == 0
    monkeypatch.setenv("PUBLISHER_DATA_DIR", str(tmp_path / "new"))
    monkeypatch.setenv("PUBLISHER_PUBLIC_URL", "https://hub.example.org")
    capsys.readouterr()
    assert cli.run(["restore", str(tmp_path / "b.tar")]) == 0
    said = capsys.readouterr().err
    assert "secret key" not in said
    assert "PUBLISHER_PUBLIC_URL" in said
    assert "settings.json" in said
    assert not (tmp_path / "new" / "secret_key.replaced").exists()
    assert (tmp_path / "new" / "secret_key").read_text() == (tmp_path / "hub" / "secret_key").read_text()


def test_only_we_look_into_a_data_folder_that_we_make(tmp_path: Path) -> None:
    """The database holds everybody's addresses and the password of the relay."""
    Settings.from_environment({"PUBLISHER_DATA_DIR": str(tmp_path / "hub")})
    assert stat.S_IMODE((tmp_path / "hub").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "url", ["https://hub.example.org:99999", "https://hub example.org", "https://hub.example.org/a b"]
)
def test_an_address_that_no_browser_opens_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadInput, match="is not an address such as"):
        Settings.from_environment({"PUBLISHER_DATA_DIR": str(tmp_path), "PUBLISHER_PUBLIC_URL": url})
