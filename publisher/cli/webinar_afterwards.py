"""`publisher webinars attendance`, `recording`, `take-further`, `questions`, `audit`, `replies`: during and after."""

from pathlib import Path
from typing import Annotated

import typer

from publisher.cli import typed
from publisher.cli.options import WHO, AsJson, Now, moment, noun, octets
from publisher.cli.speaking import answer, counted, listing, note
from publisher.cli.webinar_rows import carry_out, on_the_trail, one_date
from publisher.cli.webinars import Key, app
from publisher.errors import BadInput

questions = noun("What people ask, and what is answered.")
app.add_typer(questions, name="questions")
Number = Annotated[int, typer.Argument(metavar="N", help="The question’s number.")]


@app.command()
def attendance(
    webinar: Key,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A list of Zoom, Teams, BigBlueButton, or of addresses and minutes; - reads standard input.")],
    zone: Annotated[str, typer.Option(metavar="ZONE", help="Where the clocks of the file stand, where that is elsewhere.")] = "",
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Take in who was there, and for how long. The same file twice changes nothing. Exit code 0 though rows were skipped."""
    from dataclasses import asdict

    from publisher.cli.opening import acting
    from publisher.webinars import attendance_files, programme

    data = octets(file)
    with acting() as (house, session):
        found, date = programme.find(session, webinar)
        taken = attendance_files.take(
            session, house, one_date(found, date), data, file.name, now=moment(now), zone=zone
        )
        on_the_trail(session, found, "took in who was there", now)
    row = {
        "format": taken.format, "rows": taken.rows, "matched": taken.matched, "unmatched": taken.unmatched,
        "skipped": taken.skipped, "errors": [asdict(one) for one in taken.errors], "notes": list(taken.notes),
    }  # fmt: skip
    for sentence in () if as_json else [*taken.notes, *(f"row {one.row}: {one.reason}" for one in taken.errors)]:
        note(sentence)
    answer(row, as_json, f"{counted(taken.matched, 'row')} of {taken.rows} are of people who registered.")


@app.command()
def recording(
    webinar: Key,
    source: Annotated[str | None, typer.Argument(metavar="URL|FILE", help="Where it can be seen, or the file.")] = None,
    transcript: Annotated[Path | None, typer.Option(metavar="FILE", help="What is said: WebVTT or SRT.")] = None,
    language: Annotated[
        str | None, typer.Option(metavar="XX", help="Of the transcript; by default the series’.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the recording away.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Give a webinar its recording. It is on its page and on the library’s shelf at once."""
    from publisher.cli.podcasts import acting_with
    from publisher.webinars import programme
    from publisher.webinars import recording as room

    if remove == (source is not None) and not (transcript and not remove):
        raise BadInput("Name an address or a file, a --transcript, or say --remove.")
    at = moment(now)
    is_address = source is not None and source.lower().startswith(("http://", "https://"))
    path = Path(source) if source is not None and not is_address else None
    with acting_with(path, at, expect="episode") as (house, session, media):
        found, date = programme.find(session, webinar)
        one = one_date(found, date)
        if source is not None or remove:
            room.give(session, house, one, url=source or "" if is_address else "", media=media, now=at)
        if transcript is not None:
            code = language or found.language
            room.set_transcript(session, house, one, code, octets(transcript), name=transcript.name, now=at)
        on_the_trail(session, found, "took the recording away" if remove else "gave it a recording", now)
        row = {
            "webinar": one.slug, "title": found.title, "recording": one.recording_url or (media.name if media else None),
            "transcript": one.transcript_language or None, "resource": one.recording_work_id,
        }  # fmt: skip
    answer(row, as_json, "The recording is gone." if remove else "It is there.")


@app.command("take-further")
def take_further(
    webinar: Key,
    show: Annotated[
        str | None, typer.Option(metavar="SHOW", help="The podcast that gets a draft; “-” for none.")
    ] = None,
    letters: Annotated[bool, typer.Option("--letters/--no-letters", help="Send the letters afterwards.")] = True,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Make of a recording a resource, the draft of an episode, and letters to who came and who missed it.

    Exit code 1 where something is still to be done; run it again then.
    """
    from publisher.cli.opening import opened
    from publisher.desk import afterwards
    from publisher.webinars import programme

    at = moment(now)
    with opened() as house:
        with house.database.reading() as session:
            found, date = programme.find(session, webinar)
            number = one_date(found, date).id or 0
        wanted = "" if show == "-" else show
        steps = afterwards.take_further(house, number, show=wanted, letters=letters, who=WHO, now=at)
        carry_out(house, at)
    answer(steps, as_json, *(f"{'done' if one.done else 'open'}  {one.text}" for one in steps))
    if not all(one.done for one in steps):
        raise typer.Exit(1)


@app.command()
def audit(
    apply: Annotated[bool, typer.Option("--apply", help="Move them, and tell who registered.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Coming dates whose instant changes because clocks elsewhere change by law. The timetable applies it every hour.

    Exit code 1 where there are any that were not moved.
    """
    from publisher.cli.opening import opened
    from publisher.webinars import audit as room

    at = moment(now)
    with opened() as house:
        if apply:
            found = room.run(house, at)
            carry_out(house, at)
        else:
            with house.database.reading() as session:
                found = room.preview(session, at)
    rows = [
        {
            "webinar": one.slug, "title": one.wall, "state": one.state, "zone": one.zone, "before": one.before,
            "after": one.after, "error": one.problem,
        }
        for one in found
    ]  # fmt: skip
    listing(rows, as_json, "webinar", "zone", "before", "after", "error", empty="Every date is where it was agreed.")
    if any(row["after"] is None for row in rows) or (rows and not apply):
        raise typer.Exit(1)


@app.command()
def replies(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Whole mails; - reads one from standard input.")],
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Take in what people’s calendar programs answered to invitations, from mails."""
    from publisher.cli.opening import opened
    from publisher.webinars import replies as room

    at = moment(now)
    rows = []
    with opened() as house:
        for file in files:
            with house.database.session() as session:
                rows.append({"file": str(file), "outcome": room.take(session, house, octets(file), at)})
    listing(rows, as_json, "file", "outcome")


@app.command("reply-mailbox")
def reply_mailbox(
    url: Annotated[str | None, typer.Argument(metavar="URL", help="imaps://user:password@host/INBOX")] = None,
    identity: Annotated[
        str, typer.Option("--from", metavar="SLUG", help="Whose invitations are answered there.")
    ] = "hub",
    remove: Annotated[bool, typer.Option("--remove", help="Read it no more; answers are not asked for then.")] = False,
    as_json: AsJson = False,
) -> None:
    """The mailbox where people’s calendar programs answer. Without one, invitations ask for no answer."""
    from sqlmodel import col, select

    from publisher.cli.opening import acting
    from publisher.errors import NotFound
    from publisher.mail.models import Identity
    from publisher.webinars import reply_mailbox as room

    if url is not None and not remove and (problem := room.check(url)):
        raise BadInput(problem)
    with acting() as (_house, session):
        sender = session.exec(select(Identity).where(col(Identity.slug) == identity)).first()
        if sender is None:
            raise NotFound(f"There is no sender “{identity}”.")
        if remove:
            room.take_away(session, sender)
        elif url is not None:
            room.give(session, sender, url)
        box = room.given(session, sender)
        row = {"from": identity, "state": box.state if box else "none", "error": box.error if box else ""}
    answer(row, as_json, "Answers are read there." if row["state"] != "none" else "Answers are not asked for.")


@questions.command("list")
def list_questions(webinar: Key, as_json: AsJson = False) -> None:
    """Every question of a date, the most wanted first."""
    from publisher.cli.opening import looking
    from publisher.webinars import programme
    from publisher.webinars import questions as room

    with looking() as (_house, session):
        found, date = programme.find(session, webinar)
        rows = [
            {
                "question": one.id, "title": one.text, "state": one.state, "votes": one.votes, "name": one.name,
                "answer": one.answer, "published": one.is_published, "asked_at": one.asked_at,
            }
            for one in room.of(session, one_date(found, date))
        ]  # fmt: skip
    listing(rows, as_json, "question", "title", "state", "votes", "name", empty="Nobody asked anything yet.")


@questions.command()
def moderate(
    webinar: Key,
    question: Number,
    state: Annotated[str, typer.Argument(metavar="STATE", help="shown, hidden or new.")],
    as_json: AsJson = False,
) -> None:
    """Show a question to all who registered, or hide it."""
    from publisher.cli.opening import acting
    from publisher.webinars import programme
    from publisher.webinars import questions as room

    with acting() as (_house, session):
        found, date = programme.find(session, webinar)
        one = room.get(session, one_date(found, date), question)
        room.moderate(session, one, state)
        row = {"question": one.id, "title": one.text, "state": one.state}
    answer(row, as_json, f"It is {row['state']}.")


@questions.command("answer")
def answer_question(
    webinar: Key,
    question: Number,
    text: Annotated[str, typer.Option("--text", metavar="TEXT|FILE", help="Markdown.")],
    by: Annotated[str, typer.Option(help="Who answers.")] = "",
    publish: Annotated[bool, typer.Option("--publish", help="Show both on the page.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question in writing."""
    from publisher.cli.opening import acting
    from publisher.webinars import programme
    from publisher.webinars import questions as room

    with acting() as (_house, session):
        found, date = programme.find(session, webinar)
        one = room.get(session, one_date(found, date), question)
        room.answer(session, one, typed.words_of(text) or "", by, now=moment(now))
        if publish:
            room.publish(session, one)
        row = {"question": one.id, "title": one.text, "state": one.state, "published": one.is_published}
    answer(row, as_json, "It is answered.")
