"""Tables of readers: whatever people export comes in, nobody comes back, and what goes out comes in again."""

import contextlib
import io
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import posted
import pytest
from cast import a_hub, a_list, a_person
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, func, select

from publisher.audience import confirming, exporting, importing, lists, people, segments, spreadsheets
from publisher.audience.models import Consent, MailingList, Person
from publisher.errors import BadInput
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Address, Outbox, Suppression
from publisher.vocabulary import terms


@pytest.fixture
def monthly(session: Session, now: datetime) -> MailingList:
    return a_list(session, a_hub(session, now), now)


def test_new_readers_with_a_consent_are_active_and_get_no_mail(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    terms.seed_defaults(session)
    table = (
        "E-mail;Full Name;Langue;Pays;Topics\r\n"
        "Alice@Example.org;Alice Achieng;French;Kenya;country:KE, Initial training\r\n"
        "zoë@bücher.example;Zoë;ar;;nonsense\r\n"
    )
    result = bring(session, house, table, now, mailing_list=monthly, consent="At the workshop in Nairobi")
    assert counts(result) == (2, 2, 0, 0, 0)
    assert result.errors == [
        {"row": 3, "email": "zoë@bücher.example", "reason": "“nonsense” is not in the vocabulary and was left out."}
    ]
    alice = people.get(session, house.tokens, "alice@example.org")
    assert (alice.name, alice.languages, alice.country) == ("Alice Achieng", "fr", "KE")
    assert people.interests(session, alice) == {("country", "KE"), ("topic", "initial-training")}
    assert [s.state for s, _ in people.subscriptions(session, alice)] == ["active"]
    assert posted.kinds(session) == []
    assert {c.wording for c in session.exec(select(Consent))} == {"At the workshop in Nairobi"}

    again = bring(session, house, table, now, mailing_list=monthly, consent="Again")
    assert counts(again) == (2, 0, 0, 2, 0)


def test_without_a_consent_they_are_asked(session: Session, house: House, monthly: MailingList, now: datetime) -> None:
    table = "email,name,language\nbob@example.org,Bob,en\ndan@example.org,Dan,en\nema@example.org,Ema,fr\n"
    assert bring(session, house, table, now).created == 3
    assert posted.kinds(session) == ["confirm"] * 3
    assert len({posted.link(session, "confirm", f"{name}@example.org") for name in ("bob", "dan", "ema")}) == 3
    for name in ("dan", "ema"):
        confirming.confirm(session, house, posted.token(session, "confirm", f"{name}@example.org"), now)
    dan = people.get(session, house.tokens, "dan@example.org")
    assert [s.state for s, _ in people.subscriptions(session, dan)] == ["active"]


def test_nobody_comes_back_by_an_import(session: Session, house: House, monthly: MailingList, now: datetime) -> None:
    for name, state in (("carol", "unsubscribed"), ("dan", "bounced"), ("eve", "complained")):
        a_person(session, f"{name}@example.org", now, monthly, state=state)
    sam = a_person(session, "sam@example.org", now, monthly)
    addresses.suppress(session, people.address_of(session, sam), Suppression.BULK, "staff", now=now)
    fay = addresses.find_or_make(session, house.tokens, "fay@example.org", now=now)
    addresses.erase(session, house.tokens, fay, now=now)
    table = "email\n" + "".join(f"{name}@example.org\n" for name in ("carol", "dan", "eve", "sam", "fay"))
    result = bring(session, house, table, now, consent="They agreed, honestly")
    assert counts(result) == (5, 0, 0, 0, 5)
    assert [error["reason"] for error in result.errors] == [
        "They are unsubscribed on “monthly”; only they themselves can come back.",
        "They are bounced on “monthly”; only they themselves can come back.",
        "They are complained on “monthly”; only they themselves can come back.",
        "Staff stopped mail to this address.",
        "They asked us to erase them.",
    ]
    assert session.exec(select(func.count()).select_from(Address)).one() == 5


def test_what_a_reader_set_is_not_overwritten(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    weekly = lists.add(session, "weekly", "The Weekly", now=now)
    alice = a_person(session, "alice@example.org", now, monthly, name="Alice", languages="fr")
    bob = a_person(session, "bob@example.org", now, monthly, state="pending")
    table = (
        "email,name,language,country,lists\n"
        "alice@example.org,Somebody,en,KE,monthly;weekly\n"
        "bob@example.org,Bob,en,,monthly\n"
        "dan@example.org,Dan,en,,no-such-list\n"
    )
    result = bring(session, house, table, now, consent="On paper")
    assert counts(result) == (3, 0, 2, 0, 1)
    session.expire_all()
    assert (alice.name, alice.languages, alice.country) == ("Alice", "fr", "KE")
    assert {row.slug: s.state for s, row in people.subscriptions(session, alice)} == {
        "monthly": "active",
        weekly.slug: "active",
    }
    assert (bob.name, [s.state for s, _ in people.subscriptions(session, bob)]) == ("Bob", ["active"])


def test_a_dry_run_tells_and_takes_back(session: Session, house: House, monthly: MailingList, now: datetime) -> None:
    result = bring(session, house, "email\nbob@example.org\nnobody\n", now, dry_run=True)
    assert counts(result) == (2, 1, 0, 0, 1)
    assert session.exec(select(Person)).all() == []
    assert session.exec(select(Outbox)).all() == []


def test_a_broken_row_is_named_and_the_rest_comes_in(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    table = (
        "name,email\n"
        "Alice,alice@example.org\n"
        '"Bob,bob@example.org\n'
        "Nobody,\n"
        "\n"
        'Dan "the man" Lee,dan@example.org\n'
        "Ema,ema at example.org\n"
        '"Fay\nMoreau",fay@example.org\n'
        "Alice again,ALICE@example.org,too,many\n"
        f"{'x' * 70_000},gil@example.org\n"
        "Hal,hal@example.org"
    )
    result = bring(session, house, table, now, consent="On paper")
    assert counts(result) == (9, 4, 0, 1, 4)
    assert sorted((error["row"], error["reason"]) for error in result.errors) == [
        (3, "A quotation mark opens a cell and none closes it."),
        (4, "There is no address in this row."),
        (7, "“ema at example.org” is not an e-mail address."),
        (9, "The same address is in row 2."),
        (10, "The row is too long."),
    ]
    assert people.get(session, house.tokens, "fay@example.org").name == "Fay Moreau"
    assert people.get(session, house.tokens, "dan@example.org").name == 'Dan "the man" Lee'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_usual_encoding_and_separator(encoding: str, separator: str) -> None:
    text = f"email{separator}name\r\nzoe@example.org{separator}Zoë Müller\r\n"
    cells = [row.cells for row in spreadsheets.rows(io.BytesIO(text.encode(encoding)))]
    assert cells == [["email", "name"], ["zoe@example.org", "Zoë Müller"]]


def test_a_table_of_addresses_alone_needs_no_header(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    assert bring(session, house, "alice@example.org\nbob@example.org\n", now, consent="On paper").created == 2


@pytest.mark.parametrize(
    "table",
    ["name,country\nAlice,KE\n", b"PK\x03\x04\x00\x00\x14\x00\x08\x00binary", b"\x7fELF" + bytes(40) + b"@\x008\x00"],
)
def test_what_is_no_table_of_readers_gets_a_sentence(
    session: Session, house: House, monthly: MailingList, now: datetime, table: str | bytes
) -> None:
    with pytest.raises(BadInput):
        bring(session, house, table, now)


def test_who_left_elsewhere_is_not_signed_up_here(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    table = "email,status\nalice@example.org,Unsubscribed\nbob@example.org,subscribed\ndan@example.org,cleaned\n"
    assert counts(bring(session, house, table, now, consent="On paper")) == (3, 1, 0, 0, 2)


def test_it_must_be_clear_which_list(session: Session, house: House, monthly: MailingList, now: datetime) -> None:
    lists.add(session, "weekly", "The Weekly", now=now)
    with pytest.raises(BadInput):
        bring(session, house, "email\nbob@example.org\n", now)
    assert session.exec(select(Person)).all() == []


def test_an_export_comes_in_again_unchanged(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    a_person(session, "alice@example.org", now, monthly, name="=HYPERLINK(1)", interests=(("country", "KE"),))
    a_person(session, "+bob@example.org", now, monthly, name="'quoted", languages="fr,en")
    a_person(session, "carol@example.org", now, monthly, state="unsubscribed")
    text = "".join(exporting.export(session))
    assert "'=HYPERLINK(1)" in text
    assert "'+bob@example.org" in text
    result = bring(session, house, text, now, mailing_list=monthly, consent="Moved from elsewhere")
    assert counts(result) == (3, 0, 0, 2, 1)
    rule = segments.condition(session, "language:fr", now=now)
    assert len(list(exporting.export(session, where=rule))) == 2


@given(st.lists(st.text(), min_size=2, max_size=5))
def test_every_cell_survives_the_guard(cells: list[str]) -> None:
    assert [spreadsheets.unguarded(spreadsheets.guarded(cell)) for cell in cells] == cells
    assert all(spreadsheets.guarded(cell)[:1] not in ("=", "+", "-", "@", "\t", "\r", "|") for cell in cells)


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0\ufffd\ufeff")), min_size=2, max_size=4
        ),
        max_size=4,
    )
)
def test_what_is_written_is_read(table: list[list[str]]) -> None:
    header = ["email", "name"]
    written = "".join(spreadsheets.line_of(row) for row in [header, *table]).encode()
    read = [[spreadsheets.unguarded(cell) for cell in row.cells] for row in spreadsheets.rows(io.BytesIO(written))]
    assert read == [row for row in [header, *table] if not _is_empty(row)]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with contextlib.suppress(BadInput):
        list(spreadsheets.rows(io.BytesIO(data)))


def test_a_long_table_comes_in_by_parts(session: Session, house: House, monthly: MailingList, now: datetime) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"email,name,language,country\n")
        file.writelines(f"reader{n}@example.org,Reader {n},fr,KE\n".encode() for n in range(20_000))
        file.seek(0)
        result = importing.import_file(session, house, file, now=now, mailing_list=monthly, consent="On paper")
    assert result.created == 20_000
    assert lists.counts(session, now=now)[monthly.id or 0].active == 20_000


@pytest.mark.corpora
def test_real_exports_are_read(
    session: Session, house: House, monthly: MailingList, now: datetime, corpora: Path
) -> None:
    for path in sorted((corpora / "subscriber-csv").glob("*members*/*.csv")):
        with path.open("rb") as file:
            result = importing.import_file(session, house, file, now=now, mailing_list=monthly, consent="On paper")
        assert result.rows == result.created + result.updated + result.unchanged + result.skipped
        assert result.rows > 0
        if path.stem in ("unsubscribed", "cleaned"):
            assert result.created == 0


def bring(session: Session, house: House, table: str | bytes, now: datetime, **how: Any) -> importing.Imported:
    data = table.encode() if isinstance(table, str) else table
    return importing.import_file(session, house, io.BytesIO(data), now=now, **how)


def counts(result: importing.Imported) -> tuple[int, int, int, int, int]:
    return (result.rows, result.created, result.updated, result.unchanged, result.skipped)


def _is_empty(row: list[str]) -> bool:
    return not spreadsheets.line_of(row).strip(" \r\n\ufeff,")
