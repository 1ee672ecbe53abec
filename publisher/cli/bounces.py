"""`publisher bounces`: what comes back, told apart, read, and the mailbox that it comes back to."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from publisher.cli.options import AsJson, Now, moment, noun, unreadable
from publisher.cli.speaking import answer, counted, listing, note
from publisher.errors import BadInput

NAME = "bounces"
app = noun("What comes back: bounces, complaints, wishes to leave.")


@app.command()
def classify(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Mails, mailbox files (mbox), folders of both; - reads one mail from standard input.")],
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """What each mail is: hard, soft, complaint, auto_reply or not_a_bounce. Needs no hub, and changes nothing."""
    rows = [row for file in files for row in _classified(file)]
    listing(rows, as_json, "file", "verdict", "recipients", "status", "reason", empty="There is no mail in it.")


def _classified(file: Path) -> Iterator[dict[str, Any]]:
    from publisher.mail.bounces import files, reading
    from publisher.mail.bounces.opening import LARGEST

    try:
        mails = [("-", sys.stdin.buffer.read(LARGEST))] if str(file) == "-" else files.mails(file)
        for name, raw in mails:
            found = reading.read(raw)
            gravest = found.gravest
            yield {
                "file": name,
                "verdict": found.verdict.value,
                "recipients": found.recipients,
                "status": gravest.status if gravest else "",
                "reason": found.reason,
            }
    except OSError as problem:
        raise unreadable(file, problem) from problem


@app.command()
def read(now: Now = None, as_json: AsJson = False) -> None:
    """Read the mailboxes now, to their end. Exit code 1 where one cannot be read."""
    from publisher.cli.opening import opened
    from publisher.desk import returns

    count = 0
    with opened() as house:
        at = moment(now)
        while more := returns.read_due(house, at, anyway=True):
            count += more
            note(f"{counted(count, 'mail')} so far …")
        rows = _boxes(house, at)
    answer({"read": count, "mailboxes": rows}, as_json, f"Read {counted(count, 'mail')}." if rows else _NONE)
    for row in rows:
        if row["error"]:
            note(f"{row['from']}: {row['error']}")
    if any(row["error"] for row in rows):
        raise typer.Exit(1)


_NONE = "No mailbox is read for what comes back. Set one with “publisher bounces mailbox”."


@app.command()
def status(now: Now = None, as_json: AsJson = False) -> None:
    """What came back in the last thirty days, and which letters are above a mark."""
    from dataclasses import asdict

    from publisher.cli.opening import opened
    from publisher.mail.bounces import marks

    with opened() as house:
        at = moment(now)
        rows = _boxes(house, at)
        with house.database.reading() as session:
            above = [asdict(mark) for mark in marks.marks(session, at)]
    if as_json:
        answer({"mailboxes": rows, "marks": above}, True)
        return
    listing(
        rows,
        False,
        "from",
        "address",
        "state",
        "hard",
        "soft",
        "complaint",
        "auto_reply",
        "forged",
        "left",
        empty=_NONE,
    )
    for mark in above:
        print(f"“{mark['title']}”: {mark['sentence']}")


@app.command()
def mailbox(
    url: Annotated[str | None, typer.Argument(metavar="URL", help="imaps://user:password@host/INBOX")] = None,
    address: Annotated[str, typer.Option(metavar="ADDRESS", help="What return addresses are made of: bounces@example.org where the server takes bounces+…@ too, or @bounces.example.org for a whole domain.")] = "",
    identity: Annotated[str, typer.Option("--from", metavar="SLUG", help="Whose mails come back there.")] = "hub",
    remove: Annotated[bool, typer.Option("--remove", help="Read it no more.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """The mailbox that is read for what comes back of one sender’s mails."""
    from sqlmodel import col, select

    from publisher.cli.opening import acting
    from publisher.errors import NotFound
    from publisher.mail import inboxes
    from publisher.mail.bounces import mailboxes
    from publisher.mail.models import Identity

    if url is not None and not remove and (problem := inboxes.check(url)):
        raise BadInput(problem)
    with acting() as (_house, session):
        sender = session.exec(select(Identity).where(col(Identity.slug) == identity)).first()
        if sender is None:
            raise NotFound(f"There is no sender “{identity}”.")
        before = mailboxes.given(session, sender)
        if remove:
            mailboxes.take_away(session, sender)
        elif url is not None:
            if not address and before is None:
                raise BadInput("Say what return addresses are made of: --address bounces@example.org.")
            mailboxes.give(session, sender, url, address or (before.address if before else ""), now=moment(now))
        box = mailboxes.given(session, sender)
        row = {
            "from": identity,
            "address": box.address if box else "",
            "state": box.state if box else "none",
            "error": box.error if box else "",
        }
    answer(
        row, as_json, f"What comes back to {row['address']} is read there." if box else "What comes back is not read."
    )


def _boxes(house: Any, now: Any) -> list[dict[str, Any]]:
    from publisher.mail.bounces import mailboxes

    with house.database.reading() as session:
        counted = mailboxes.counts(session, now)
        return [
            {"from": identity.slug, "address": box.address, "state": box.state, "error": box.error, "checked_at": box.checked_at, **counted.get(box.id or 0, dict.fromkeys(mailboxes.KINDS, 0))}
            for identity, box in mailboxes.every(session)
        ]  # fmt: skip
