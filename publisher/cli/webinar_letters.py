"""`publisher webinars announce`, `message`, `follow-up`, `letters`: what is mailed to many."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli import typed
from publisher.cli.options import WHO, AsJson, Limit, Now, moment
from publisher.cli.speaking import answer, counted, listing
from publisher.cli.webinar_rows import carry_out, on_the_trail, one_date
from publisher.cli.webinars import Key, app
from publisher.errors import BadInput

if TYPE_CHECKING:
    from sqlmodel import Session

    from publisher.webinars.models import Mailing, Series

Subject = Annotated[str | None, typer.Option(help="Of the mail.")]
Text = Annotated[str | None, typer.Option("--text", metavar="TEXT|FILE", help="Markdown.")]
Language = Annotated[str | None, typer.Option(metavar="XX", help="Of these words; by default the series’.")]
Words = Annotated[Path | None, typer.Option("--words", metavar="FILE", help="JSON: {language: {subject, body}}.")]
At = Annotated[str | None, typer.Option(metavar="ISO8601", help="When it goes; by default now.")]
Count = Annotated[bool, typer.Option("--count", help="Only say to how many.")]


@app.command()
def announce(
    webinar: Key,
    list_: Annotated[str, typer.Option("--list", metavar="SLUG", help="Whose readers are told.")],
    at: At = None,
    rule: Annotated[str, typer.Option(metavar="RULE", help="Only those readers, such as “country:KE or topic:play-and-learning”.")] = "",
    subject: Subject = None, text: Text = None, language: Language = None, words: Words = None,
    count: Count = False, now: Now = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Tell the readers of a list. A draft is published with it. Nobody is told twice, or who has registered."""
    from publisher.audience import lists
    from publisher.cli.opening import opened
    from publisher.clock import parse_instant
    from publisher.webinars import announcing, programme, scheduling

    present = moment(now)
    with opened() as house:
        with house.database.session() as session:
            found, date = programme.find(session, webinar)
            what, readers = date or found, lists.get(session, list_)
            if count:
                answer(announcing.count(session, house, what, readers, rule=rule, now=present), as_json)
                return
            if any(one.state == "draft" for one in programme.webinars_of(session, found)):
                scheduling.publish(session, house, found, now=present)
            made = announcing.announce(
                session, house, what, readers, at=parse_instant(at, found.zone) if at else None, rule=rule,
                words=_words(found, subject, text, language, words) or None, by=WHO, now=present,
            )  # fmt: skip
            on_the_trail(session, found, f"announced it to {readers.slug}", now)
            number = made.id or 0
        carry_out(house, present)
        row = _shown(house, number)
    answer(row, as_json, f"“{row['title']}” is announced: {_to_how_many(row)}.")


@app.command()
def message(
    webinar: Key,
    to: Annotated[str, typer.Option(help="coming, recording, registered, waiting; of a date also came, missed.")] = "coming",
    subject: Subject = None, text: Text = None, language: Language = None, words: Words = None, at: At = None,
    count: Count = False, now: Now = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write to those who registered."""
    from publisher.cli.opening import opened
    from publisher.clock import parse_instant
    from publisher.webinars import messages, programme

    present = moment(now)
    with opened() as house:
        with house.database.session() as session:
            found, date = programme.find(session, webinar)
            if count:
                answer({"recipients": messages.count(session, found, date, to, now=present)}, as_json)
                return
            said = _words(found, subject, text, language, words)
            if not said:
                raise BadInput("Say what to write: --subject and --text.")
            made = messages.send(
                session,
                house,
                found,
                date,
                said,
                to,
                at=parse_instant(at, found.zone) if at else None,
                by=WHO,
                now=present,
            )
            on_the_trail(session, found, f"wrote to those {to}", now)
            number = made.id or 0
        carry_out(house, present)
        row = _shown(house, number)
    answer(row, as_json, f"It goes out: {_to_how_many(row)}.")


@app.command("follow-up")
def follow_up(
    webinar: Key,
    came: Annotated[bool, typer.Option("--came", help="Write the letter for who came.")] = False,
    missed: Annotated[bool, typer.Option("--missed", help="Write the letter for who missed it.")] = False,
    subject: Subject = None, text: Text = None, language: Language = None, at: At = None,
    send: Annotated[bool, typer.Option("--send", help="Send both.")] = False,
    now: Now = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """The letters afterwards: shown, written with --came or --missed, or sent with --send."""
    from publisher.cli.opening import opened
    from publisher.clock import parse_instant
    from publisher.webinars import following_up, programme

    present = moment(now)
    if came and missed:
        raise BadInput("Write one of the two at a time: --came or --missed.")
    with opened() as house:
        with house.database.session() as session:
            found, date = programme.find(session, webinar)
            one = one_date(found, date)
            if came or missed:
                who = "came" if came else "missed"
                code = language or found.language
                following_up.write(session, one, who, code, subject or "", typed.words_of(text) or "", now=present)
            if send:
                following_up.send(
                    session, house, one, by=WHO, at=parse_instant(at, one.zone) if at else None, now=present
                )
                on_the_trail(session, found, "sent the letters afterwards", now)
            row = {
                "webinar": one.slug, "sent_at": one.followed_up_at, "readers": following_up.count(session, one, now=present),
                "came": one.came_words, "missed": one.missed_words,
            }  # fmt: skip
        carry_out(house, present)
    readers = row["readers"]
    sentence = "Sent" if row["sent_at"] else "Not sent yet"
    answer(row, as_json, f"{sentence}: {readers['came']} came, {readers['missed']} missed it.")  # type: ignore[index]


@app.command("letters")
def letters(webinar: Key, limit: Limit = None, as_json: AsJson = False) -> None:
    """What is and will be mailed to many about it, the newest first."""
    from publisher.cli.opening import looking
    from publisher.webinars import mailings, programme

    with looking() as (_house, session):
        found, date = programme.find(session, webinar)
        rows = [_row(session, found, one) for one in mailings.of(session, found, date)[:limit]]
    listing(rows, as_json, "kind", "state", "due_at", "prepared", "accepted", "reason", empty="Nothing was mailed yet.")


def _words(
    series: "Series", subject: str | None, text: str | None, language: str | None, file: Path | None
) -> dict[str, dict[str, str]]:
    """What was typed, over what the file says."""
    said: dict[str, Any] = typed.json_of(file) if file is not None else {}
    if subject or text:
        said[language or series.language] = {"subject": subject or "", "body": typed.words_of(text) or ""}
    return said


def _shown(house: Any, number: int) -> dict[str, Any]:
    from publisher.webinars.models import Mailing, Series

    with house.database.reading() as session:
        made = session.get_one(Mailing, number)
        return _row(session, session.get_one(Series, made.series_id), made)


def _row(session: "Session", series: "Series", mailing: "Mailing") -> dict[str, Any]:
    from publisher.mail.models import Letter
    from publisher.webinars import mailings

    letter = session.get(Letter, mailing.letter_id) if mailing.letter_id else None
    return {
        "mailing": mailing.key,
        "letter": letter.key if letter else None,
        "title": series.title,
        "kind": mailing.kind,
        "state": mailing.state,
        "reason": mailing.reason,
        "due_at": mailing.due_at,
        **mailings.numbers(session, mailing),
    }


def _to_how_many(row: dict[str, Any]) -> str:
    if row["state"] == "waiting":
        return f"at {row['due_at']:%Y-%m-%d %H:%M} UTC"
    return counted(int(row.get("prepared", 0)), "mail")
