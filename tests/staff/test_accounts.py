"""Members of staff: invited, signed in, throttled; and always an owner."""

from dataclasses import replace
from datetime import datetime, timedelta

import posted
import pytest
from cast import a_hub
from sqlmodel import Session, select

from publisher.errors import BadInput, BadToken, Conflict, Forbidden, NotFound, TooMany
from publisher.house import House
from publisher.settings import Settings
from publisher.staff import accounts, passwords, roles, sessions, trail
from publisher.staff.models import Member, StaffSession

GOOD = "a garden with seven gates"
OTHER = "seven gardens with a gate"


@pytest.fixture(autouse=True)
def hub(session: Session, now: datetime) -> None:
    a_hub(session, now)


@pytest.fixture
def owner(session: Session, house: House, now: datetime) -> Member:
    token = accounts.first_owner_token(session, house, now)
    assert token is not None
    return accounts.become_first_owner(session, house, token, "ines@example.org", GOOD, now, name="Ines")


def test_the_console_makes_the_first_owner_and_no_second(
    session: Session, house: House, owner: Member, now: datetime
) -> None:
    assert accounts.first_owner_token(session, house, now) is None
    token = house.tokens.make(accounts.Purpose.INVITE, accounts.FIRST_OWNER)
    with pytest.raises(Forbidden):
        accounts.become_first_owner(session, house, token, "mallory@example.org", GOOD, now)
    assert accounts.sign_in(session, house, "ines@example.org", GOOD, now)


def test_an_invitation_works_once_for_three_days(session: Session, house: House, now: datetime) -> None:
    member = accounts.add(session, house, "omar@example.org", "editor", now)
    token = posted.token(session, "action", "omar@example.org")
    assert accounts.look_invitation(session, house, token, now) is member
    assert accounts.sign_in(session, house, "omar@example.org", GOOD, now) is None
    with pytest.raises(BadToken):
        accounts.accept(session, house, token, GOOD, now + timedelta(days=4))
    with pytest.raises(BadInput):
        accounts.accept(session, house, token, "short", now)
    accounts.accept(session, house, token, GOOD, now, name="Omar", zone="Africa/Cairo")
    assert (member.name, member.zone) == ("Omar", "Africa/Cairo")
    with pytest.raises(BadToken):
        accounts.accept(session, house, token, OTHER, now)
    assert accounts.sign_in(session, house, "OMAR@example.org", GOOD, now)
    with pytest.raises(Conflict):
        accounts.add(session, house, "omar@example.org", "viewer", now)


def test_an_invitation_is_no_reset_and_no_ownership(session: Session, house: House, now: datetime) -> None:
    accounts.add(session, house, "omar@example.org", "viewer", now)
    token = posted.token(session, "action", "omar@example.org")
    with pytest.raises(BadToken):
        accounts.reset(session, house, token, GOOD, now)
    with pytest.raises(BadToken):
        accounts.become_first_owner(session, house, token, "omar@example.org", GOOD, now)


def test_a_session_is_a_key_whose_hash_is_kept(session: Session, house: House, owner: Member, now: datetime) -> None:
    signed_in = accounts.sign_in(
        session, house, "ines@example.org", GOOD, now, ip="203.0.113.9", user_agent="A browser"
    )
    assert signed_in is not None
    found = sessions.find(session, signed_in.key, now)
    assert found is not None
    assert (found[0].id, found[1].csrf) == (owner.id, signed_in.csrf)
    assert signed_in.key not in [row.key_hash for row in session.exec(select(StaffSession))]
    sessions.check_csrf(found[1], signed_in.csrf)
    with pytest.raises(Forbidden):
        sessions.check_csrf(found[1], "something else")
    assert sessions.find(session, "made up", now) is None
    assert sessions.find(session, "", now) is None
    sessions.sign_out(session, signed_in.key)
    session.expire_all()
    assert sessions.find(session, signed_in.key, now) is None


def test_a_session_ends_when_idle_and_in_any_case_after_two_weeks(
    session: Session, house: House, owner: Member, now: datetime
) -> None:
    key = signed_in(session, house, now)
    assert sessions.find(session, key, now + timedelta(hours=12)) is None
    moment = now
    while (found := sessions.find(session, key, moment)) is not None:
        sessions.touch(session, found[1], moment)
        moment += timedelta(hours=11)
    assert timedelta(days=14) <= moment - now < timedelta(days=14, hours=11)
    sessions.forget_old(session, moment)
    assert session.exec(select(StaffSession)).all() == []


def test_sessions_die_with_the_password_and_the_role(
    session: Session, house: House, owner: Member, now: datetime
) -> None:
    key = signed_in(session, house, now)
    with pytest.raises(BadInput):
        accounts.change_password(session, owner, "not it", OTHER, now)
    assert sessions.find(session, key, now)
    accounts.change_password(session, owner, GOOD, OTHER, now)
    assert sessions.find(session, key, now) is None

    second = a_member(session, house, "omar@example.org", "owner", now)
    key = signed_in(session, house, now, password=OTHER)
    roles.change_role(session, owner, "editor")
    assert sessions.find(session, key, now) is None
    key = signed_in(session, house, now, email="omar@example.org")
    with pytest.raises(Conflict):
        roles.disable(session, second, now)
    assert sessions.find(session, key, now)


def test_a_reset_is_mailed_to_members_and_answers_alike(
    session: Session, house: House, owner: Member, now: datetime
) -> None:
    key = signed_in(session, house, now)
    for email in ("ines@example.org", "nobody@example.org"):
        assert accounts.request_reset(session, house, email, now) is None
    assert posted.kinds(session) == ["notice"]
    token = posted.token(session, "action", "ines@example.org")
    with pytest.raises(BadToken):
        accounts.look_reset(session, house, token, now + timedelta(minutes=61))
    accounts.reset(session, house, token, OTHER, now)
    with pytest.raises(BadToken):
        accounts.reset(session, house, token, GOOD, now)
    assert sessions.find(session, key, now) is None
    assert accounts.sign_in(session, house, "ines@example.org", OTHER, now)


def test_signing_in_is_throttled_per_address_and_network(
    session: Session, house: House, owner: Member, now: datetime
) -> None:
    for _ in range(accounts.TRIES_PER_ADDRESS):
        assert accounts.sign_in(session, house, "ines@example.org", "wrong", now) is None
    with pytest.raises(TooMany):
        accounts.sign_in(session, house, "ines@example.org", GOOD, now)
    assert accounts.sign_in(session, house, "ines@example.org", GOOD, now + timedelta(minutes=15))


def test_a_closed_account_and_an_unknown_one_are_refused_alike(
    session: Session, house: House, owner: Member, now: datetime
) -> None:
    omar = a_member(session, house, "omar@example.org", "viewer", now)
    roles.disable(session, omar, now)
    for email in ("omar@example.org", "nobody@example.org", "no address at all"):
        assert accounts.sign_in(session, house, email, GOOD, now) is None
    roles.enable(session, omar)
    assert accounts.sign_in(session, house, "omar@example.org", GOOD, now)
    with pytest.raises(NotFound):
        accounts.get(session, house, "nobody@example.org")


def test_the_demos_log_ins_work_on_loopback_only(
    session: Session, house: House, settings: Settings, now: datetime
) -> None:
    demo = a_member(session, house, "demo@example.org", "editor", now)
    demo.is_demo = True
    session.flush()
    local = House(
        Settings(settings.data_dir, settings.database_url, "http://127.0.0.1:8000", settings.secret_key),
        house.database,
        house.tokens,
        house.templates,
    )
    assert accounts.sign_in(session, house, "demo@example.org", GOOD, now, ip="127.0.0.1") is None
    assert accounts.sign_in(session, local, "demo@example.org", GOOD, now, ip="192.0.2.1") is None
    assert accounts.sign_in(session, local, "demo@example.org", GOOD, now, ip="127.0.0.1")
    assert accounts.sign_in(session, local, "demo@example.org", GOOD, now, ip="127.0.0.1", by_own_name=False) is None


@pytest.mark.parametrize(
    "password", ["short", "ines@example.org", "INES@EXAMPLE.ORG", "password123", "aaaaaaaaaaaa", "x" * 2000]
)
def test_passwords_that_are_refused(password: str) -> None:
    with pytest.raises(BadInput):
        passwords.check(password, "ines@example.org")


def test_roles_contain_each_other(session: Session, house: House, owner: Member, now: datetime) -> None:
    editor = a_member(session, house, "omar@example.org", "editor", now)
    assert [roles.may(editor, role) for role in ("viewer", "editor", "owner")] == [True, True, False]
    with pytest.raises(Forbidden, match="you need to be an owner"):
        roles.must(editor, "owner")
    with pytest.raises(BadInput):
        roles.change_role(session, editor, "emperor")
    assert [address.email for _, address in accounts.every(session)] == ["ines@example.org", "omar@example.org"]


def test_the_trail_says_who_did_what(session: Session, now: datetime) -> None:
    for number in range(3):
        trail.note(session, "ines@example.org", "issue:12", f"Moved item {number}.", now)
    trail.note(session, "timetable", "issue:13", "Drafted it.", now)
    assert [line.what for line in trail.of(session, "issue:12")] == ["Moved item 2.", "Moved item 1.", "Moved item 0."]
    newest = trail.latest(session, limit=2)
    assert [line.about for line in newest] == ["issue:13", "issue:12"]
    assert len(trail.latest(session, before=newest[-1].id)) == 2


def signed_in(
    session: Session, house: House, now: datetime, email: str = "ines@example.org", password: str = GOOD
) -> str:
    found = accounts.sign_in(session, house, email, password, now)
    assert found is not None
    return found.key


def a_member(session: Session, house: House, email: str, role: str, now: datetime) -> Member:
    member = accounts.add(session, house, email, role, now, invite=False)
    accounts.set_password(session, member, GOOD, now)
    return member


def test_other_spellings_of_an_address_give_no_further_tries(
    session: Session, house: House, owner: Member, now: datetime
) -> None:
    spellings = ["alice@example.org", "ALICE@example.org", "alice@example\u3002org", "alice@\uff45xample.org"]
    for number in range(10):
        accounts.sign_in(session, house, spellings[number % 4], "not the password", now)
    with pytest.raises(TooMany):
        accounts.sign_in(session, house, "alice@ex\uff41mple.org", "not the password", now)


def test_the_demos_owner_owns_no_hub_that_others_can_reach(session: Session, house: House, now: datetime) -> None:
    demo = accounts.add(session, house, "demo@example.org", "owner", now, invite=False)
    demo.is_demo = True
    accounts.set_password(session, demo, OTHER, now)
    here = replace(house, settings=replace(house.settings, public_url="http://127.0.0.1:8000"))
    assert accounts.first_owner_token(session, here, now) is None
    token = accounts.first_owner_token(session, house, now)
    assert token is not None
    with pytest.raises(BadToken):
        accounts.become_first_owner(session, house, token, "ines@example.org", GOOD, now + timedelta(days=4))
    ines = accounts.become_first_owner(session, house, token, "ines@example.org", GOOD, now)
    with pytest.raises(Forbidden):
        accounts.become_first_owner(session, house, token, "mallory@example.org", GOOD, now)
    with pytest.raises(Conflict):
        roles.disable(session, ines, now)
