"""`publisher webinars register`, `registrations`, `approve`, `decline`, `withdraw`, `speakers`, `ics`: who takes part."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli import typed
from publisher.cli.options import AsJson, Limit, Now, moment, noun, words
from publisher.cli.speaking import answer, listing, note
from publisher.cli.webinar_rows import carry_out, on_the_trail
from publisher.cli.webinars import Key, Zone, app
from publisher.errors import NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from publisher.house import House
    from publisher.webinars.models import Registration, Series, Webinar

Email = Annotated[str, typer.Argument(metavar="EMAIL")]
SERIES_OR_DATE = "The short name of a date, or of a series."
speakers = noun("Who speaks, hosts and interprets.")
app.add_typer(speakers, name="speakers")

_SAID = {
    "registered": "is registered",
    "waiting": "is on the waiting list",
    "asked": "waits for approval",
    "pending": "was asked to confirm",
}


@app.command()
def register(
    webinar: Key,
    email: Email,
    name: Annotated[str, typer.Option()] = "",
    organisation: Annotated[str, typer.Option()] = "",
    country: Annotated[str | None, typer.Option(metavar="CC")] = None,
    language: Annotated[str, typer.Option(metavar="XX", help="Of the letters.")] = "",
    zone: Annotated[str, typer.Option(metavar="ZONE", help="Where they are: letters tell the time there.")] = "",
    recording: Annotated[bool, typer.Option("--recording", help="They cannot come, and want what is recorded.")] = False,
    calendar_only: Annotated[bool, typer.Option("--calendar-only", help="No reminders by mail; the invitation rings.")] = False,
    as_form: Annotated[bool, typer.Option("--as-form", help="As if they had filled the form themselves: approval, confirming.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Register somebody who asked for it, for a date or for all dates of a series. They get the invitation by mail."""
    from publisher.cli.opening import acting
    from publisher.webinars import programme, registering, wishes

    at = moment(now)
    with acting() as (house, session):
        found, date = programme.find(session, webinar)
        wish = wishes.Wish(
            email=email, webinars=(date.id or 0,) if date is not None and not found.is_single else None, name=name,
            organisation=organisation, country=country, language=language, zone=zone,
            wants="recording" if recording else "coming", reminded_by="calendar" if calendar_only else "mail",
            source="form" if as_form else "staff",
        )  # fmt: skip
        outcome = registering.register(session, house, found, wish, now=at)
        if outcome.registration is None:
            answer({"webinar": webinar, "email": email, "state": ""}, as_json, outcome.said)
            return
        row = row_of(session, outcome.registration, found)
    verb = _SAID.get(outcome.state, f"is {outcome.state}")
    answer(row | {"is_new": outcome.is_new}, as_json, f"{row['email']} {verb}.")


@app.command()
def registrations(
    webinar: Key,
    state: Annotated[list[str] | None, typer.Option(help="registered, waiting, asked, pending, declined or cancelled.")] = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Who registered, in the order they asked; of a date, what their seat there says."""
    from sqlmodel import col, select

    from publisher.cli.opening import looking
    from publisher.webinars import programme
    from publisher.webinars.models import Registration, Seat

    wanted = words(state or ())
    with looking() as (_house, session):
        found, date = programme.find(session, webinar)
        which = select(Registration).where(col(Registration.series_id) == found.id)
        if date is not None:
            seated = select(Seat.registration_id).where(col(Seat.webinar_id) == date.id)
            waiting = col(Registration.state).in_(("pending", "asked", "waiting"))
            which = which.where(col(Registration.id).in_(seated) | waiting)
        if wanted:
            which = which.where(col(Registration.state).in_(wanted))
        found_rows = session.exec(which.order_by(col(Registration.asked_at), col(Registration.id)).limit(limit))
        rows = [row_of(session, one, found, date) for one in found_rows]
    columns = ("registration", "title", "email", "state", "seat", "zone", "language", "attended", "minutes")
    listing(rows, as_json, *columns, empty="Nobody registered yet.")


@app.command()
def approve(
    webinar: Key, email: Annotated[list[str], typer.Argument(metavar="EMAIL…")], now: Now = None, as_json: AsJson = False
) -> None:  # fmt: skip
    """Let people in who wait for it."""
    from publisher.webinars import approval

    _each(webinar, email, now, as_json, "approved", approval.approve)


@app.command()
def decline(
    webinar: Key, email: Annotated[list[str], typer.Argument(metavar="EMAIL…")], now: Now = None, as_json: AsJson = False
) -> None:  # fmt: skip
    """Say no to people; who was let in is taken out again."""
    from publisher.webinars import approval

    _each(webinar, email, now, as_json, "declined", approval.decline)


@app.command()
def withdraw(
    webinar: Key, email: Annotated[list[str], typer.Argument(metavar="EMAIL…")], now: Now = None, as_json: AsJson = False
) -> None:  # fmt: skip
    """Cancel registrations, because people asked for it. Whoever waits moves up."""
    from publisher.webinars import changing

    _each(webinar, email, now, as_json, "cancelled", changing.cancel)


@app.command()
def ics(
    webinar: Key,
    for_: Annotated[str | None, typer.Option("--for", metavar="EMAIL", help="The invitation of one person.")] = None,
    now: Now = None,
) -> None:
    """Print a calendar on standard output: what everybody may see, or the invitation of one person."""
    import sys

    from publisher.cli.opening import looking
    from publisher.webinars import calendar_writing, invitations, programme

    at = moment(now)
    with looking() as (house, session):
        found, date = programme.find(session, webinar)
        if for_ is not None:
            data = invitations.of(session, house, registration_of(session, house, found, for_), now=at)
        elif date is not None:
            data = calendar_writing.of_date(session, house, date.slug).body
        else:
            data = calendar_writing.of_series(session, house, found.id or 0, now=at).body
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


@speakers.command("add")
def add_speaker(
    webinar: Key,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    email: Annotated[str, typer.Option(help="They get a link of their own.")] = "",
    role: Annotated[str, typer.Option(help="speaker, host or interpreter.")] = "speaker",
    organisation: Annotated[str, typer.Option()] = "",
    bio: Annotated[str | None, typer.Option(metavar="TEXT|FILE", help="Markdown.")] = None,
    language: Annotated[str, typer.Option(metavar="XX")] = "en",
    zone: Zone = None,
    picture: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    invite: Annotated[bool, typer.Option("--invite", help="Mail them their link now.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Add a speaker to a date, or to all dates of a series."""
    from publisher.cli.podcasts import acting_with
    from publisher.webinars import programme
    from publisher.webinars import speakers as room

    at = moment(now)
    with acting_with(picture, at, expect="picture") as (house, session, media):
        found, date = programme.find(session, webinar)
        shape = room.SpeakerShape(name, email, role, organisation, typed.words_of(bio) or "", language, zone or "")
        made = room.add(session, house, found, shape, now=at, webinar=None if found.is_single else date)
        if media is not None:
            room.set_picture(session, made, media)
        if invite:
            room.invite(session, house, made, now=at)
        row = {"speaker": made.id, "title": made.name, "state": "invited" if invite else "added", "role": made.role}
    answer(row, as_json, f"{made.name} is {row['state']}.")


@speakers.command("list")
def list_speakers(webinar: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Who speaks, and what is still missing of each."""
    from publisher.cli.opening import looking
    from publisher.webinars import programme
    from publisher.webinars import speakers as room
    from publisher.webinars.preparing import missing

    at = moment(now)

    with looking() as (_house, session):
        found, date = programme.find(session, webinar)
        rows = [
            {
                "speaker": one.id, "title": one.name, "state": "invited" if one.invited_at else "added", "role": one.role,
                "organisation": one.organisation, "recording": one.recording_answer, "missing": missing(session, one, now=at),
            }
            for one in room.of(session, found, date)
        ]  # fmt: skip
    listing(rows, as_json, "speaker", "title", "role", "state", "missing", empty="Nobody speaks yet.")


@speakers.command("remove")
def remove_speaker(webinar: Key, speaker: Annotated[int, typer.Argument(metavar="NUMBER")], now: Now = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Take a speaker off; their link stops at once."""
    from publisher.cli.opening import acting
    from publisher.webinars import programme
    from publisher.webinars import speakers as room

    with acting() as (house, session):
        found, _ = programme.find(session, webinar)
        one = next((one for one in room.of(session, found) if one.id == speaker), None)
        if one is None:
            raise NotFound(f"“{found.title}” has no speaker {speaker}.")
        room.remove(session, house, one, now=moment(now))
    answer({"speaker": speaker, "removed": True}, as_json, "They are taken off.")


def registration_of(session: "Session", house: "House", series: "Series", email: str) -> "Registration":
    """The registration of an address; `NotFound` with the address where there is none."""
    from sqlmodel import col, select

    from publisher.mail import addresses
    from publisher.webinars.models import Registrant, Registration

    address = addresses.find(session, house.tokens, email)
    wanted = (
        select(Registration)
        .join(Registrant, col(Registrant.id) == col(Registration.registrant_id))
        .where(
            col(Registration.series_id) == series.id, col(Registrant.address_id) == (address.id if address else None)
        )
    )
    found = session.exec(wanted).first()
    if found is None:
        raise NotFound(f"Nobody registered for “{series.title}” with the address {email.strip()[:80]}.")
    return found


def row_of(
    session: "Session", registration: "Registration", series: "Series", date: "Webinar | None" = None
) -> dict[str, Any]:
    """A registration as lists and answers show it. `dates`: {short name: coming | recording | away}."""
    from publisher.webinars import programme, registrants, seats

    mine = seats.of(session, registration)
    slugs = {one.id: one.slug for one in programme.webinars_of(session, series)}
    here = mine.get(date.id or 0) if date is not None else None
    email = registrants.address_of(session, registration).email
    return {
        "registration": registration.id,
        "title": registration.name or email,
        "email": email,
        "state": registration.state,
        "name": registration.name,
        "organisation": registration.organisation,
        "country": registration.country,
        "language": registration.language,
        "zone": registration.zone,
        "source": registration.source,
        "asked_at": registration.asked_at,
        "registered_at": registration.registered_at,
        "answered": registration.partstat,
        "dates": {slugs[number]: seat.state for number, seat in sorted(mine.items()) if number in slugs},
        "seat": here.state if here else None,
        "attended": here.attended if here else None,
        "minutes": here.minutes if here else None,
    }


def _each(webinar: str, emails: list[str], now: str | None, as_json: bool, done: str, verb: Any) -> None:
    """A verb for each of these addresses; one that fails does not keep the others."""
    from publisher.cli.opening import opened
    from publisher.errors import PublisherError
    from publisher.webinars import programme

    at = moment(now)
    rows: list[dict[str, Any]] = []
    failed = 0
    with opened() as house:
        for email in words(emails):
            try:
                with house.database.session() as session:
                    found, _ = programme.find(session, webinar)
                    one = registration_of(session, house, found, email)
                    verb(session, house, one, now=at)
                    on_the_trail(session, found, f"{done} a registration", now)
                    rows.append({"email": email, "state": one.state})
            except PublisherError as problem:
                failed += 1
                rows.append({"email": email, "error": str(problem)})
        carry_out(house, at)
    if as_json:
        answer(rows, True)
    else:
        for row in rows:
            note(f"{row['email']}: {row.get('error') or row['state']}")
    if failed:
        raise typer.Exit(1)
