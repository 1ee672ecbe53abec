"""The built-in mailbox belongs to an open database: who opens the same one again gets a mailbox that answers."""

import smtplib
import socket
from datetime import datetime

import pytest
from sqlmodel import select

from publisher.database import Database
from publisher.mail.mailbox import built_in_mailbox
from publisher.mail.models import MailboxMessage

MAIL = b"From: ines@example.org\r\nSubject: News\r\n\r\nHello\r\n"


def letter_into(database: Database, now: datetime) -> None:
    port = built_in_mailbox(database, lambda: now).port
    with smtplib.SMTP("127.0.0.1", port) as line:
        line.sendmail("ines@example.org", ["alice@example.org"], MAIL)


def test_a_database_that_is_opened_again_has_a_mailbox_that_answers(database_url: str, now: datetime) -> None:
    for day in (now, now.replace(day=24)):
        database = Database(database_url)
        letter_into(database, day)
        letter_into(database, day)
        with database.reading() as session:
            assert [one.received_at for one in session.exec(select(MailboxMessage))][-1] == day
        database.close()


def test_it_ends_with_its_database(database_url: str, now: datetime) -> None:
    database = Database(database_url)
    port = built_in_mailbox(database, lambda: now).port
    database.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)
