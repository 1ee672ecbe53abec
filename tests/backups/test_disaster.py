"""The database is lost and an older backup takes its place: nobody gets a mail twice, and nobody's wish is forgotten."""

import io
import json
import os
import re
import resource
import tarfile
import threading
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cast import a_hub, a_work
from smtp_sink import Sink
from sqlmodel import col, delete, select, update

from publisher import clock, migrations, sendlog
from publisher.backups import archive, making, restoring
from publisher.desk import person as people_desk
from publisher.errors import BadInput, Conflict, PublisherError, TransportError
from publisher.house import House
from publisher.last_backup import last_backup
from publisher.library.indexing import index_works
from publisher.library.queries import SearchQuery
from publisher.library.search import found_ids
from publisher.mail import addresses, claiming, outbox, restored
from publisher.mail.delivery import Sender
from publisher.mail.letters import HeaderPlan, compile_letter
from publisher.mail.models import Address, Identity, Letter, Outbox, Suppression
from publisher.staff import accounts


def a_letter(house: House, now: datetime, key: str, origin: str, readers: int) -> int:
    """A letter let out to reader0@example.org and so on."""
    with house.database.session() as session:
        hub = session.exec(select(Identity)).first() or a_hub(session, now)
        letter = Letter(key=key, origin=origin, kind="notice", title=key, identity_id=hub.id or 0, created_at=now)
        session.add(letter)
        session.flush()
        brand = {
            "name": "Early Hands",
            "accent": "#1f6f5c",
            "postal_address": "12 Garden Row",
            "website": "https://x.org",
        }
        context = {"brand": brand, "title": "News", "paragraphs": ["There is news."]}
        plan = HeaderPlan("Early Hands", "letters@hub.example.org")
        data = compile_letter(house.templates, "notice", "en", context, plan).to_bytes()
        edition = outbox.keep_edition(session, letter.id or 0, "en", "d", data)
        found = [
            addresses.find_or_make(session, house.tokens, f"reader{n}@example.org", now=now) for n in range(readers)
        ]
        outbox.add_rows(
            session,
            [
                {"letter_id": letter.id, "address_id": one.id, "occasion": "", "state": "queued", "edition_id": edition,
                 "to_name": "", "zone": "UTC", "not_before": now, "expires_at": now + timedelta(days=2), "attempts": 0,
                 "doubts": 0, "epoch": 0, "reply": "", "created_at": now}
                for one in found
            ],
        )  # fmt: skip
        outbox.let_out(session, letter, now=now)
        return letter.id or 0


def drain(house: House, sink: Sink, now: datetime) -> None:
    url = f"smtp://127.0.0.1:{sink.port}?tls=none"
    with Sender(house, present=lambda: now, wall=clock.now, relay_url=url) as sender:
        sender.drain()


def confirm(house: House, now: datetime) -> None:
    with house.database.session() as session:
        restored.confirm(session, now=now, by="ines")


def got(sink: Sink) -> Counter[str]:
    return Counter(recipient for recipient, _data in sink.accepted)


def states(house: House, letter: str) -> Counter[str]:
    with house.database.reading() as session:
        rows = session.exec(select(Outbox.state).join(Letter).where(col(Letter.key) == letter)).all()
    return Counter(rows)


def test_after_a_disaster_everybody_has_each_mail_once(house: House, now: datetime, tmp_path: Path) -> None:
    """One letter waits when the backup is made; it, and a later one, are sent after; then the database is lost."""
    a_letter(house, now, "issue-1", "issue:monthly:1", 12)
    making.make(house, tmp_path / "b.tar", now=now)
    with Sink() as sink:
        drain(house, sink, now)
        a_letter(house, now, "issue-2", "issue:monthly:2", 12)
        drain(house, sink, now)
        found = restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE)
        assert (found["accepted_since"], found["uncertain_since"]) == (24, 0)
        with pytest.raises(Conflict, match="restore --confirm"):
            drain(house, sink, now)
        confirm(house, now)
        # Drafted anew it has another number, and two readers who were not there the first time.
        a_letter(house, now, "issue-7", "issue:monthly:2", 14)
        drain(house, sink, now)
    assert got(sink) == Counter({f"reader{n}@example.org": 2 if n < 12 else 1 for n in range(14)})
    assert states(house, "issue-1") == {"accepted": 12}
    assert states(house, "issue-7") == {"accepted": 14}


def test_numbers_that_left_before_are_not_given_again(house: House, now: datetime, tmp_path: Path) -> None:
    """Message-ID, return address and counted links are made of the row's number: another mail must not be taken for it."""
    a_letter(house, now, "issue-1", "issue:monthly:1", 2)
    making.make(house, tmp_path / "b.tar", now=now)
    with Sink() as sink:
        drain(house, sink, now)
        a_letter(house, now, "issue-2", "issue:monthly:2", 3)
        drain(house, sink, now)
        restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE)
        confirm(house, now)
        for key in ("issue-8", "issue-9"):
            a_letter(house, now, key, key, 4)
            drain(house, sink, now)
    with house.database.reading() as session:
        numbers = session.exec(select(Outbox.id).order_by(col(Outbox.id))).all()
    assert numbers == [1, 2, *range(6, 14)]
    assert len({re.search(rb"Message-ID: (\S+)", data)[1] for _to, data in sink.accepted}) == 2 + 3 + 4 + 4  # type: ignore[index]


def test_what_people_wished_since_the_backup_is_done_again(house: House, now: datetime, tmp_path: Path) -> None:
    a_letter(house, now, "issue-1", "", 3)
    making.make(house, tmp_path / "b.tar", now=now)
    with house.database.session() as session:
        carol = addresses.find_or_make(session, house.tokens, "reader0@example.org", now=now)
        addresses.suppress(session, carol, Suppression.BULK, "bounced", now=now)
    with house.database.session() as session:
        assert people_desk.erase_address(session, house, "reader1@example.org", now)
    found = restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE)
    assert (found["suppressed"], found["erased"]) == (1, 1)
    with house.database.reading() as session:
        kept = {one.email: one.suppressed for one in session.exec(select(Address)).all() if "reader" in one.email}
        assert kept == {"reader0@example.org": "bulk", "reader2@example.org": ""}
    assert "example.org" not in (tmp_path / sendlog.NAME).read_text()


def test_a_mail_without_an_answer_is_uncertain_and_not_sent_again(house: House, now: datetime, tmp_path: Path) -> None:
    a_letter(house, now, "issue-1", "", 2)
    making.make(house, tmp_path / "b.tar", now=now)
    with house.database.reading() as session:
        row_id = session.exec(select(Outbox.id).order_by(col(Outbox.id))).first() or 0
        key = restored.key_of(house.tokens, *claiming.names_of(session, [row_id])[row_id])
    assert house.database.log is not None
    house.database.log.append([sendlog.line("F", now, row_id, key)])
    found = restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE)
    assert (found["accepted_since"], found["uncertain_since"]) == (0, 1)
    confirm(house, now)
    with Sink() as sink:
        drain(house, sink, now)
    assert states(house, "issue-1") == {"accepted": 1, "uncertain": 1}
    assert sum(got(sink).values()) == 1


def test_a_backup_while_mail_leaves_loses_and_doubles_nothing(house: House, now: datetime, tmp_path: Path) -> None:
    a_letter(house, now, "issue-1", "", 300)
    with Sink() as sink:
        sending = threading.Thread(target=drain, args=(house, sink, now))
        sending.start()
        making.make(house, tmp_path / "b.tar", now=now)
        sending.join()
        restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE)
        confirm(house, now)
        drain(house, sink, now)
    assert set(got(sink).values()) == {1}
    assert len(got(sink)) == 300
    assert states(house, "issue-1") == {"accepted": 300}


def test_nothing_leaves_that_could_not_be_remembered(house: House, now: datetime, tmp_path: Path) -> None:
    """The send log cannot be written: no mail is begun, none is charged, and all of them leave once it can."""
    a_letter(house, now, "issue-1", "", 5)
    (tmp_path / sendlog.NAME).mkdir()
    with Sink() as sink:
        with pytest.raises(TransportError, match="send log cannot be written"):
            drain(house, sink, now)
        assert not sink.accepted
        assert states(house, "issue-1") == {"queued": 5}
        (tmp_path / sendlog.NAME).rmdir()
        drain(house, sink, now)
    assert set(got(sink).values()) == {1}
    assert states(house, "issue-1") == {"accepted": 5}


def test_a_number_that_is_given_again_is_not_taken_for_one_that_left(
    house: House, now: datetime, tmp_path: Path
) -> None:
    """A letter to one person, of the same kind and occasion as one of a lost day, is another mail."""
    a_letter(house, now, "notice", "", 1)
    making.make(house, tmp_path / "b.tar", now=now)
    with house.database.session() as session:
        session.execute(delete(Outbox))
        session.execute(update(Letter).values(state="planning", key="old"))
    a_letter(house, now + timedelta(hours=1), "notice", "", 1)
    with Sink() as sink:
        drain(house, sink, now + timedelta(hours=2))
        restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE)
        confirm(house, now)
        drain(house, sink, now + timedelta(hours=2))
        assert sum(got(sink).values()) == 1, "of that very day it is the same"
        with house.database.session() as session:
            session.execute(update(Letter).values(key="old"))
        tomorrow = now + timedelta(days=1)
        a_letter(house, tomorrow, "notice", "", 1)
        drain(house, sink, tomorrow)
        assert sum(got(sink).values()) == 2


def test_what_was_on_the_shelf_is_found_again(house: House, now: datetime, tmp_path: Path) -> None:
    with house.database.session() as session:
        visits = a_work(session, now, "Home visits in Kenya").id or 0
        index_works(session, [visits])
    making.make(house, tmp_path / "b.tar", now=now)
    restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE)
    with house.database.reading() as session:
        assert found_ids(session, SearchQuery(text="visits")) == [visits]


def test_media_key_and_templates_come_back(house: House, now: datetime, tmp_path: Path) -> None:
    (tmp_path / "media" / "ab").mkdir(parents=True)
    (tmp_path / "media" / "ab" / "abc.mp3").write_bytes(b"sound")
    made = making.make(house, tmp_path / "b.tar", now=now)
    (tmp_path / "media" / "ab" / "abc.mp3").unlink()
    assert made["size"] > 0
    assert os.stat(tmp_path / "b.tar").st_mode & 0o777 == 0o600
    restoring.restore(house, tmp_path / "b.tar", now=now)
    assert (tmp_path / "media" / "ab" / "abc.mp3").read_bytes() == b"sound"
    assert (tmp_path / "secret_key").read_text() == house.settings.secret_key
    with house.database.engine.connect() as connection:
        assert migrations.differences(connection) == []


def test_a_hub_with_data_is_not_replaced_unless_told(house: House, now: datetime, tmp_path: Path) -> None:
    a_letter(house, now, "issue-1", "", 1)
    making.make(house, tmp_path / "b.tar", now=now)
    with pytest.raises(Conflict, match="--onto-data replace"):
        restoring.restore(house, tmp_path / "b.tar", now=now)
    assert states(house, "issue-1") == {"queued": 1}


def test_a_hub_that_has_nobody_but_its_owner_is_not_replaced_either(
    house: House, now: datetime, tmp_path: Path
) -> None:
    making.make(house, tmp_path / "b.tar", now=now)
    with house.database.session() as session:
        accounts.add(session, house, "ines@example.org", "owner", now, invite=False)
        session.execute(delete(Outbox))
    assert restoring.has_data(house.database)
    with pytest.raises(Conflict, match="--onto-data replace"):
        restoring.restore(house, tmp_path / "b.tar", now=now)


@pytest.mark.parametrize("part", [0.02, 0.5, 0.8])
def test_half_a_backup_is_refused_before_anything_is_touched(
    house: House, now: datetime, tmp_path: Path, part: float
) -> None:
    a_letter(house, now, "issue-1", "", 1)
    making.make(house, tmp_path / "b.tar", now=now)
    whole = (tmp_path / "b.tar").read_bytes()
    (tmp_path / "half.tar").write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(BadInput, match="not whole"):
        restoring.restore(house, tmp_path / "half.tar", now=now, word=restoring.REPLACE)
    assert states(house, "issue-1") == {"queued": 1}


def test_a_changed_byte_is_found(house: House, now: datetime, tmp_path: Path) -> None:
    making.make(house, tmp_path / "b.tar", now=now)
    data = bytearray((tmp_path / "b.tar").read_bytes())
    data[700] ^= 1
    (tmp_path / "bad.tar").write_bytes(data)
    with pytest.raises(BadInput, match="not whole"):
        archive.verify(tmp_path / "bad.tar")


def test_a_newer_version_is_refused_with_a_sentence(house: House, now: datetime, tmp_path: Path) -> None:
    making.make(house, tmp_path / "b.tar", now=now)
    rewritten(tmp_path / "b.tar", tmp_path / "new.tar", revision="9999")
    with pytest.raises(BadInput, match="newer Publisher"):
        restoring.restore(house, tmp_path / "new.tar", now=now)


def test_a_full_disk_leaves_no_file(house: House, now: datetime, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "large.mp3").write_bytes(b"0" * 9_000_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, before[1]))
    try:
        with pytest.raises(PublisherError, match="could not be"):
            making.make(house, tmp_path / "out" / "b.tar", now=now)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((tmp_path / "out").iterdir()) == []
    assert last_backup(house, now).made_at is None


def test_an_old_or_missing_backup_is_said(house: House, now: datetime, tmp_path: Path) -> None:
    assert "never" in last_backup(house, now).warning
    making.make(house, tmp_path / "b.tar", now=now)
    assert last_backup(house, now + timedelta(days=2)).warning == ""
    assert "9 days" in last_backup(house, now + timedelta(days=9)).warning


def rewritten(source: Path, dest: Path, **changes: str) -> None:
    """The same backup with another manifest."""
    with tarfile.open(source) as old, tarfile.open(dest, "w") as new:
        for member in old:
            file = old.extractfile(member)
            assert file is not None
            data = file.read()
            if member.name == archive.MANIFEST:
                data = json.dumps(archive.sealed(json.loads(data) | changes)).encode()
                member.size = len(data)
            new.addfile(member, io.BytesIO(data))
