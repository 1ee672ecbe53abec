"""Backups in the studio: how old the last one is; and after a restore, what happened since, and the button that lets mail leave."""

from datetime import timedelta

import pytest
from desk_stage import plain

from publisher import sendlog
from publisher.backups import making
from publisher.backups.replaying import replay
from publisher.desk import vital
from publisher.errors import Conflict
from publisher.mail import restored
from publisher.staff.trail import latest

PATH = "/studio/settings/backups"


@pytest.fixture
def held(house, hub, wall):
    """A hub that was just restored from a backup of yesterday; since then one mail was accepted, and one has no answer."""
    manifest = {"made_at": (wall.now - timedelta(days=1)).isoformat()}
    lines = [sendlog.line(what, wall.now, 1, key).split() for what, key in (("F", "a"), ("A", "a"), ("F", "b"))]
    with house.database.session() as session:
        replay(session, house, manifest, lines, wall.now)


def test_the_last_backup_and_how_to_make_one(house, owner, wall, tmp_path):
    page = plain(owner.get(PATH))
    assert "This hub was never backed up." in page
    assert "publisher backup hub-" in page
    assert "none was made yet" in plain(owner.get("/studio/settings"))
    making.make(house, tmp_path / "b.tar", now=wall.now - timedelta(days=9))
    page = plain(owner.get(PATH))
    assert "The last backup is 9 days old." in page
    assert str(tmp_path / "b.tar") in page
    assert "Let mail leave again" not in page


def test_only_owners_see_it(held, sit_down):
    editor = sit_down("editor")
    assert "Mail is held" in plain(editor.get("/studio"))
    assert PATH not in editor.get("/studio")
    editor.get(PATH, 403)


def test_mail_leaves_again_once_an_owner_has_looked(held, house, owner, database):
    today = owner.get("/studio")
    assert "Mail is held." in plain(today)
    assert "from a backup of" in plain(today)
    assert PATH in today
    page = plain(owner.get(PATH))
    assert "1 mail, not to be sent again" in page
    assert "1 mail without an answer" in page
    assert "say that you have" in plain(owner.post(PATH, 422))
    with database.reading() as session, pytest.raises(Conflict):
        restored.refuse(session)
    assert "Mail leaves again." in owner.told(PATH, looked="yes")
    with database.reading() as session:
        restored.refuse(session)
        line = latest(session, limit=1)[0]
        assert (line.who, line.what) == ("owner@example.org", "Let mail leave again after the restore.")
    assert "Mail is held" not in plain(owner.get("/studio"))
    assert "let go by owner@example.org" in plain(owner.get(PATH))
    owner.post(PATH, 409, looked="yes")


def test_a_held_hub_is_well_and_says_why_nothing_leaves(held, house, wall):
    with house.database.reading() as session:
        seen = vital.examine(session, house, wall.now, settled=False)
    assert any("nobody has looked yet" in one for one in seen.said("warn"))
