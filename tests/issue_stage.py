"""The stage: a hub with one newsletter, its readers and works as rows that stay, and the real way from release to inbox."""

import email
import email.policy
from datetime import datetime

from cast import a_hub, a_list, a_newsletter, a_person, a_work
from smtp_sink import Sink

from publisher import clock
from publisher.house import House
from publisher.mail.delivery import Sender
from publisher.newsletters import drafting, issues, rehearsal
from publisher.newsletters.models import Issue, Newsletter


class Stage:
    """A hub with one newsletter, its readers and some works, as rows that stay."""

    def __init__(self, house: House, now: datetime, **newsletter: object) -> None:
        self.house, self.now = house, now
        with house.database.session() as session:
            self.list = a_list(session, a_hub(session, now), now)
            self.newsletter = a_newsletter(session, self.list, now, **newsletter)

    def reader(
        self,
        email: str,
        *,
        languages: str = "en",
        interests: tuple[tuple[str, str], ...] = (),
        state: str = "active",
        name: str = "",
    ) -> None:
        with self.house.database.session() as session:
            a_person(
                session, email, self.now, self.list, languages=languages, interests=interests, state=state, name=name
            )

    def work(self, title: str, **values: object) -> int:
        with self.house.database.session() as session:
            work = a_work(session, values.pop("now", self.now), title, **values)  # type: ignore[arg-type]
            assert work.id is not None
            return work.id

    def draft(self, now: datetime | None = None) -> Issue:
        with self.house.database.session() as session:
            return drafting.draft(session, session.get_one(Newsletter, self.newsletter.id), now=now or self.now)

    def send(self, now: datetime | None = None) -> tuple[str, dict[str, bytes]]:
        """Release the draft and carry it; returns its key and what arrived where."""
        now = now or self.now
        issue = self.draft(now)
        issues.release(self.house, issue.id or 0, now=now)
        return issue.slug, self.carry(now)

    def carry(self, now: datetime) -> dict[str, bytes]:
        with Sink() as sink:
            url = f"smtp://127.0.0.1:{sink.port}?tls=none"
            with Sender(self.house, present=lambda: now, wall=clock.now, relay_url=url) as sender:
                sender.drain()
            arrived = dict(sink.accepted)
            assert len(arrived) == len(sink.accepted)
        with self.house.database.session() as session:
            issues.close_done(session, now=now)
        return arrived

    def titles(self, email: str, slug: str) -> list[str]:
        with self.house.database.reading() as session:
            answers = rehearsal.why(session, self.house, issues.by_slug(session, slug), email, now=self.now)
        return [str(a["title"]) for a in answers if a["included"]]

    def reasons(self, email: str, slug: str) -> dict[str, str]:
        with self.house.database.reading() as session:
            answers = rehearsal.why(session, self.house, issues.by_slug(session, slug), email, now=self.now)
        return {str(a["title"]): str(a["reason"]) for a in answers}


def text_of(mail: bytes) -> str:
    part = email.message_from_bytes(mail, policy=email.policy.default).get_body(("plain",))
    assert part is not None
    return str(part.get_content())
