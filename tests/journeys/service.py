"""The service as it runs: pages on a port, a sender, the built-in mailbox; and the hub that the journeys happen in."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import uvicorn
from cast import a_work
from sqlmodel import col, select
from stage import Clock, a_full_hub

from publisher import clock, migrations
from publisher.audience.models import MailingList
from publisher.database import Database
from publisher.house import House
from publisher.mail.delivery import Sender
from publisher.mail.models import MailboxMessage
from publisher.newsletters import drafting, issues
from publisher.newsletters.models import Newsletter
from publisher.settings import Settings
from publisher.templating import Templates
from publisher.tokens import Tokens
from publisher.web.app import make_app
from publisher.web.serving import Server, bind


@dataclass
class Service:
    """A hub that answers at `url`. Its time is `wall`, which goes on when it is told to."""

    house: House
    url: str
    wall: Clock

    def deliver(self) -> None:
        """A sender carries what is due into the built-in mailbox, and ends: between deliveries no row is its doing."""
        with Sender(self.house, present=self.wall, wall=clock.now) as sender:
            sender.drain()

    def mails(self, to: str) -> list[EmailMessage]:
        """What one person got, the newest last."""
        with self.house.database.reading() as session:
            wanted = (
                select(MailboxMessage.data).where(col(MailboxMessage.recipient) == to).order_by(col(MailboxMessage.id))
            )
            return [_read(data) for data in session.exec(wanted)]

    def next_issue(self, *works: dict[str, Any], after: timedelta = timedelta(days=30)) -> str:
        """A month later there is news; the next issue is released and delivered. Returns its key."""
        self.wall.move(after)
        now = self.wall.now
        with self.house.database.session() as session:
            for work in works:
                a_work(session, now - timedelta(days=1), **work)
            newsletter = session.exec(select(Newsletter).where(col(Newsletter.slug) == "monthly")).one()
            issue = drafting.draft(session, newsletter, now=now)
            assert issue.id is not None
        issues.release(self.house, issue.id, now=now)
        self.deliver()
        return issue.slug


@contextmanager
def running(
    database_url: str,
    folder: Path,
    now: datetime,
    *,
    counts_clicks: bool = False,
    fill: Callable[[House, datetime], object] = a_full_hub,
) -> Iterator[Service]:
    """The service over this database, with alice, bob, carol and their works, from here to the end of the block. `fill`: another hub."""
    listener = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = Settings(
        data_dir=folder, database_url=database_url, public_url=url, secret_key="a secret for tests only"
    )
    database = Database(database_url)
    migrations.upgrade(database)
    house, wall = (
        House(settings, database, Tokens(settings.secret_key), Templates(settings.owner_templates)),
        Clock(now),
    )
    fill(house, now)
    if counts_clicks:
        with database.session() as session:
            session.exec(select(MailingList).where(col(MailingList.slug) == "monthly")).one().counts_clicks = True
    app = make_app(house, wall=wall, bind_is_loopback=True)
    answering = threading.Event()
    config = uvicorn.Config(app, lifespan="off", proxy_headers=False, access_log=False, log_config=None)
    server = Server(config, ready=lambda _port: answering.set())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert answering.wait(30), "the pages do not answer"
    try:
        yield Service(house, url, wall)
    finally:
        server.should_exit = True
        thread.join(30)
        database.close()
        listener.close()


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def _read(data: bytes) -> EmailMessage:
    mail = message_from_bytes(data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail
