"""What the pages of a person and of somebody who is no reader tell alike: what happened, the last letters, what erasing takes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from publisher.languages import join_list
from publisher.mail.models import Address, Letter, Outbox
from publisher.newsletters.models import Issue, Newsletter
from publisher.web.studio import words
from publisher.web.studio.issues import title_of_issue, url_of
from publisher.web.studio.visit import Desk

SHOWN, LETTERS = 25, 20


def history(desk: Desk, lines: Sequence[tuple[datetime, str]]) -> dict[str, Any]:
    """The newest first; all of them where the address asks for it."""
    newest = list(reversed(lines))
    shown = newest if desk.asked("history") == "all" else newest[:SHOWN]
    more = len(newest) - len(shown)
    return {
        "lines": [{"text": text, "moment": desk.moment(at)} for at, text in shown],
        "more_text": f"And {words.counted(more, 'line')} before" if more else "",
        "more_url": f"{desk.path}?history=all#history" if more else "",
    }


def letters_to(desk: Desk, theirs: Sequence[Address]) -> list[dict[str, Any]]:
    """The last mails to these addresses; an issue leads to its page."""
    rows = desk.session.exec(
        select(Outbox, Letter)
        .join(Letter, col(Letter.id) == col(Outbox.letter_id))
        .where(col(Outbox.address_id).in_([address.id for address in theirs]))
        .order_by(col(Outbox.id).desc())
        .limit(LETTERS)
    ).all()
    sent = desk.session.exec(
        select(Issue, Newsletter)
        .join(Newsletter, col(Newsletter.id) == col(Issue.newsletter_id))
        .where(col(Issue.letter_id).in_([letter.id for _, letter in rows]))
    )
    of_letter = {
        issue.letter_id: (title_of_issue(newsletter, issue), url_of(newsletter, issue)) for issue, newsletter in sent
    }
    return [
        {
            "title": of_letter.get(letter.id, (letter.title, ""))[0],
            "url": of_letter.get(letter.id, ("", ""))[1],
            "state": mail.state,
            "reply": mail.reply if mail.state in ("rejected", "deferred", "uncertain") else "",
            "moment": desk.moment(mail.done_at or mail.created_at),
        }
        for mail, letter in rows
    ]


def erase_text(data: dict[str, Any]) -> str:
    """“Erases the name, the address, 2 subscriptions, 5 interests, and what 14 letters say of them”"""

    def some(key: str, one: str) -> str:
        rows: Sequence[Any] = data.get(key) or ()
        return words.counted(len(rows), one) if rows else ""

    parts = [
        "the name and the address",
        some("subscriptions", "subscription"),
        some("interests", "interest"),
        some("received", "thing they had"),
        f"what {some('mails', 'letter')} say of them" if data.get("mails") else "",
        f"their name in {some('registrations', 'registration')}" if data.get("registrations") else "",
        f"their name at {some('shares', 'shared resource')}" if data.get("shares") else "",
        some("private_feeds", "feed of their own"),
    ]
    if data.get("speaking"):
        parts.append(f"their part as speaker of {some('speaking', 'webinar')}")
    return f"Erases {join_list([part for part in parts if part], 'en')}"
