"""There is always an owner, also where two owners change each other at the same moment on two connections."""

import threading
from datetime import datetime

import posted
import pytest
from cast import a_hub
from sqlmodel import Session, select

from publisher.errors import BadToken, Conflict, Forbidden, PublisherError
from publisher.house import House
from publisher.mail.models import Outbox
from publisher.staff import accounts, roles, sessions
from publisher.staff.models import Member

GOOD = "a garden with seven gates"


@pytest.fixture
def two_owners(house: House, now: datetime) -> tuple[int, int]:
    with house.database.session() as session:
        a_hub(session, now)
        ines, omar = (an_owner(session, house, name, now).id or 0 for name in ("ines", "omar"))
    return ines, omar


def an_owner(session: Session, house: House, name: str, now: datetime) -> Member:
    member = accounts.add(session, house, f"{name}@example.org", "owner", now, invite=False)
    accounts.set_password(session, member, GOOD, now)
    return member


def at_once(house: House, deeds: list[tuple[int, int, str]], now: datetime) -> list[str]:
    """Each (who, whom, what) in a transaction on a connection of its own, begun together; what each was told."""
    start, told = threading.Barrier(len(deeds)), [""] * len(deeds)

    def act(place: int, who: int, whom: int, what: str) -> None:
        start.wait()
        try:
            with house.database.session() as session:
                roles.must_still_own(session, session.get_one(Member, who))
                member = session.get_one(Member, whom)
                if what == "close":
                    roles.disable(session, member, now)
                else:
                    roles.change_role(session, member, what)
            told[place] = "done"
        except PublisherError as problem:
            told[place] = str(problem)

    threads = [threading.Thread(target=act, args=(n, *deed)) for n, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return told


@pytest.mark.parametrize("what", ["editor", "viewer", "close"])
def test_two_owners_who_demote_each_other_leave_one(
    house: House, two_owners: tuple[int, int], what: str, now: datetime
) -> None:
    ines, omar = two_owners
    told = at_once(house, [(ines, omar, what), (omar, ines, what)], now)
    assert sorted(told) == ["Another owner has just changed your role, so this was not done.", "done"]
    with house.database.reading() as session:
        assert len(roles.owners(session)) == 1


def test_many_at_once_leave_one(house: House, two_owners: tuple[int, int], now: datetime) -> None:
    with house.database.session() as session:
        dora = an_owner(session, house, "dora", now).id or 0
    ines, omar = two_owners
    told = at_once(house, [(a, b, "editor") for a in (ines, omar, dora) for b in (ines, omar, dora) if a != b], now)
    assert "done" in told
    with house.database.reading() as session:
        assert len(roles.owners(session)) >= 1


def test_two_commands_that_close_the_last_two_leave_one(
    house: House, two_owners: tuple[int, int], now: datetime
) -> None:
    """By command nobody acts as an owner; the last one is protected all the same."""
    start, told = threading.Barrier(2), []

    def close(number: int) -> None:
        start.wait()
        try:
            with house.database.session() as session:
                roles.disable(session, session.get_one(Member, number), now)
            told.append("done")
        except Conflict as problem:
            told.append(str(problem))

    threads = [threading.Thread(target=close, args=(number,)) for number in two_owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(told) == ["This is the only owner. Make somebody else an owner first.", "done"]


def test_who_is_no_owner_any_more_does_nothing(session: Session, house: House, now: datetime) -> None:
    a_hub(session, now)
    ines, omar = an_owner(session, house, "ines", now), an_owner(session, house, "omar", now)
    roles.must_still_own(session, omar)
    roles.change_role(session, omar, "viewer")
    with pytest.raises(Forbidden, match="has just changed your role"):
        roles.must_still_own(session, omar)
    with pytest.raises(Conflict, match="only owner"):
        roles.change_role(session, ines, "editor")


def test_an_invitation_sent_again_stops_the_first_link(session: Session, house: House, now: datetime) -> None:
    a_hub(session, now)
    dora = accounts.add(session, house, "dora@example.org", "viewer", now, by="Ines Moreau")
    first = posted.token(session, "action", "dora@example.org")
    accounts.send_invitation(session, house, dora, now.replace(hour=7), by="Ines Moreau")
    second = posted.token(session, "action", "dora@example.org")
    assert [mail.state for mail in session.exec(select(Outbox).order_by(Outbox.id))] == ["cancelled", "queued"]  # type: ignore[arg-type]
    with pytest.raises(BadToken):
        accounts.look_invitation(session, house, first, now.replace(hour=7))
    assert accounts.look_invitation(session, house, second, now.replace(hour=7)) is dora
    accounts.accept(session, house, second, GOOD, now.replace(hour=7))
    with pytest.raises(Conflict, match="taken up"):
        accounts.send_invitation(session, house, dora, now)
    with pytest.raises(Conflict, match="Close the account"):
        accounts.take_back(session, dora, now)


def test_an_invitation_taken_back_opens_nothing_also_not_for_who_comes_next(
    session: Session, house: House, now: datetime
) -> None:
    """SQLite gives the number of the row that went to the next one: the old link must not open the new account."""
    a_hub(session, now)
    dora = accounts.add(session, house, "dora@example.org", "owner", now)
    token = posted.token(session, "action", "dora@example.org")
    accounts.take_back(session, dora, now)
    assert [mail.state for mail in session.exec(select(Outbox))] == ["cancelled"]
    erin = accounts.add(session, house, "erin@example.org", "viewer", now.replace(minute=1))
    session.flush()
    with pytest.raises(BadToken):
        accounts.look_invitation(session, house, token, now)
    assert [address.email for _, address in accounts.every(session)] == ["erin@example.org"]
    assert erin.letter_hour is None


def test_a_link_from_the_machine_resets_a_password_once(session: Session, house: House, now: datetime) -> None:
    a_hub(session, now)
    ines = an_owner(session, house, "ines", now)
    key = sessions.begin(session, ines, now=now).key
    url = accounts.reset_link(session, house, ines, now)
    assert url.startswith("https://hub.example.org/studio/reset/")
    token = url.rpartition("/")[2]
    accounts.reset(session, house, token, "seven gardens with a gate", now)
    assert sessions.find(session, key, now) is None
    with pytest.raises(BadToken):
        accounts.look_reset(session, house, token, now)
    an_owner(session, house, "omar", now)
    roles.disable(session, ines, now)
    with pytest.raises(Conflict, match="closed"):
        accounts.reset_link(session, house, ines, now)


def test_signing_out_everywhere_else_keeps_this_one(session: Session, house: House, now: datetime) -> None:
    a_hub(session, now)
    ines = an_owner(session, house, "ines", now)
    here, there, phone = (sessions.begin(session, ines, now=now).key for _ in range(3))
    mine = sessions.find(session, here, now)
    assert mine is not None
    assert sessions.revoke_all(session, ines, but=mine[1].key_hash) == 2
    assert sessions.find(session, here, now)
    assert not sessions.find(session, there, now)
    assert not sessions.find(session, phone, now)
    assert not sessions.revoke(session, ines, "no such key")
