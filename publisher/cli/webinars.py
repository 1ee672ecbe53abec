"""`publisher webinars`: series and their dates, from draft to held."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.options import WHO, AsJson, Limit, Now, moment, noun, words
from publisher.cli.speaking import answer, counted, details, listing
from publisher.cli.webinar_rows import carry_out, on_the_trail, one_date, one_row, row_of, series_row
from publisher.cli.webinar_typed import of_a_date, of_a_series, walls_of

NAME = "webinars"
app = noun("Webinars, named by their short name, and series of them.")

Key = Annotated[str, typer.Argument(metavar="WEBINAR", help="The short name of a date, or of a series.")]
Many = list[str] | None
Title = Annotated[str | None, typer.Option(help="What people read.")]
Summary = Annotated[str | None, typer.Option(help="One or two sentences, for lists, library and letters.")]
Description = Annotated[str | None, typer.Option(metavar="TEXT|FILE", help="Markdown.")]
Language = Annotated[str | None, typer.Option(metavar="XX", help="Of these words.")]
Zone = Annotated[str | None, typer.Option(metavar="ZONE", help="Where the clocks stand, such as Africa/Nairobi.")]
Minutes = Annotated[int | None, typer.Option(min=5, help="How long.")]
ForList = Annotated[str | None, typer.Option("--for-list", metavar="SLUG", help="For the members of that list only.")]
Listed = Annotated[bool | None, typer.Option("--listed/--unlisted", help="Unlisted: found by its address only.")]
Spoken = Annotated[Many, typer.Option(metavar="XX", help="Languages spoken.")]
Captions = Annotated[Many, typer.Option(metavar="XX", help="Languages of the captions.")]
Interpreted = Annotated[Many, typer.Option(metavar="XX", help="Languages interpreted, sign languages too.")]
DialIn = Annotated[str | None, typer.Option(help="How to take part by telephone.")]
AccessNote = Annotated[str | None, typer.Option(help="What else helps people to take part.")]
Recorded = Annotated[bool | None, typer.Option("--recorded/--not-recorded", help="Said to people when they register.")]
Capacity = Annotated[int | None, typer.Option(min=0, help="Seats at each date; 0: as many as come.")]
Approval = Annotated[bool | None, typer.Option("--approval/--no-approval", help="Staff let people in one by one.")]
Confirm = Annotated[str | None, typer.Option(help="auto, always or never: whether an address says yes first.")]
Ask = Annotated[
    Many, typer.Option("--ask", metavar="QUESTION", help="Asked at registration; a ! at its end: required.")
]
Reminder = Annotated[list[int] | None, typer.Option("--reminder", min=0, metavar="MINUTES", help="Before the start.")]
Room = Annotated[str | None, typer.Option("--room", metavar="URL", help="Where it is held; people see their own link.")]
Server = Annotated[str | None, typer.Option("--server", metavar="SLUG", help="A meeting server makes the room.")]
Subject = Annotated[Many, typer.Option("--subject", metavar="FACET:KEY", help="Such as topic:play-and-learning.")]
Identity = Annotated[str | None, typer.Option("--from", metavar="SLUG", help="Who invites.")]
Rest = Annotated[Path | None, typer.Option("--set", metavar="FILE", help="A JSON object of any fields.")]


@app.command()
def add(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Its short name, for addresses.")],
    starts: Annotated[list[str], typer.Option(metavar="ISO8601-local", help="2026-12-03T15:00, as clocks there show it; once for each date.")],
    zone: Annotated[str, typer.Option(metavar="ZONE", help="Where the clocks stand, such as Africa/Nairobi.")] = "UTC",
    title: Title = None, summary: Summary = None, description: Description = None, language: Language = None,
    minutes: Minutes = None,
    every: Annotated[str | None, typer.Option(help="daily, weekly, fortnightly, four-weekly, monthly or monthly-day.")] = None,
    dates: Annotated[int | None, typer.Option(min=1, help="How many dates, with --every.")] = None,
    for_list: ForList = None, listed: Listed = None, spoken: Spoken = None, captions: Captions = None,
    interpreted: Interpreted = None, dial_in: DialIn = None, access_note: AccessNote = None, recorded: Recorded = None,
    capacity: Capacity = None, approval: Approval = None, confirm: Confirm = None, ask: Ask = None,
    reminder: Reminder = None, room: Room = None, server: Server = None, subject: Subject = None,
    identity: Identity = None, rest: Rest = None,
    publish: Annotated[bool, typer.Option("--publish", help="Show it and let people register now.")] = False,
    now: Now = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Make a webinar, or with several dates a series. It is a draft until it is published or announced."""
    said = dict(locals())
    from publisher.cli.opening import acting
    from publisher.webinars import scheduling, series

    at = moment(now)
    walls = walls_of(starts, every, dates)
    with acting() as (house, session):
        shape = series.Shape(**({"title": slug} | of_a_series(said, rest)))
        made = series.add(session, house, slug, shape, zone=zone, starts=walls, minutes=minutes or 60, now=at)
        on_the_trail(session, made, "made it", now)
        if publish:
            scheduling.publish(session, house, made, now=at)
        row = series_row(session, house, made, at)
    state = "published" if publish else "a draft"
    answer(row, as_json, f"“{row['title']}” is {state}, with {counted(len(row['dates']), 'date')}.")


@app.command()
def edit(
    webinar: Key,
    title: Title = None, summary: Summary = None, description: Description = None, language: Language = None,
    for_list: ForList = None, listed: Listed = None, spoken: Spoken = None, captions: Captions = None,
    interpreted: Interpreted = None, dial_in: DialIn = None, access_note: AccessNote = None, recorded: Recorded = None,
    capacity: Capacity = None, approval: Approval = None, confirm: Confirm = None, ask: Ask = None,
    reminder: Reminder = None, room: Room = None, server: Server = None, subject: Subject = None,
    identity: Identity = None, rest: Rest = None, now: Now = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Change what was decided; what is not named stays. Of one date of a series: its own title, words, agenda and room."""
    said = dict(locals())
    from publisher.cli.opening import acting
    from publisher.webinars import dates, programme, series

    at = moment(now)
    with acting() as (house, session):
        found, date = programme.find(session, webinar)
        if date is not None and not found.is_single:
            shape = replace(dates.shape_of(date), **of_a_date(said, rest))
            changed = dates.edit(session, house, date, shape, now=at)
        else:
            shape_of_all = replace(series.shape_of(session, found), **of_a_series(said, rest))
            changed = series.edit(session, house, found, shape_of_all, now=at)
        if changed:
            on_the_trail(session, found, "edited it", now)
        row = series_row(session, house, found, at)
    answer(row, as_json, f"“{row['title']}” is changed." if changed else "Nothing is different.")


@app.command("list")
def listed_(
    state: Annotated[Many, typer.Option(help="draft, announced, live, held or cancelled.")] = None,
    limit: Limit = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Every date of every series, by its start."""
    from publisher.cli.opening import looking
    from publisher.webinars import programme, seats

    at = moment(now)
    wanted = words(state or ())
    with looking() as (_house, session):
        pairs = programme.every(session)
        taken = seats.taken(session, [date.id or 0 for _, date in pairs])
        rows = [row_of(series, date, taken, at) for series, date in pairs]
        rows = [row for row in rows if not wanted or row["state"] in wanted][:limit]
    listing(
        rows, as_json, "webinar", "title", "state", "starts", "zone", "registered", empty="There are no webinars yet."
    )


@app.command()
def show(webinar: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Everything about a webinar or a series."""
    from dataclasses import asdict

    from publisher.cli.opening import looking
    from publisher.webinars import dates, programme, series, speakers

    at = moment(now)
    with looking() as (house, session):
        found, date = programme.find(session, webinar)
        data = asdict(series.shape_of(session, found)) | series_row(session, house, found, at)
        if date is not None and not found.is_single:
            own = {name: value for name, value in asdict(dates.shape_of(date)).items() if value}
            data |= own | {"dates": [one for one in data["dates"] if one["webinar"] == date.slug]}
        data["speakers"] = [{"name": one.name, "role": one.role} for one in speakers.of(session, found, date)]
    details(data, as_json)


@app.command()
def publish(webinar: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Show its drafts on the pages, in calendars and on the shelf, and let people register. Nobody is written to."""
    from publisher.cli.opening import acting
    from publisher.webinars import programme, scheduling

    at = moment(now)
    with acting() as (house, session):
        found, _ = programme.find(session, webinar)
        done = scheduling.publish(session, house, found, now=at)
        if done:
            on_the_trail(session, found, "published it", now)
        row = series_row(session, house, found, at)
    answer(row, as_json, f"{counted(len(done), 'date')} can be seen now." if done else "It was published before.")


@app.command()
def remove(webinar: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Delete a draft nobody registered for: a date of a series, or all of it."""
    from publisher.cli.opening import acting
    from publisher.webinars import dates, programme, series

    with acting() as (_house, session):
        found, date = programme.find(session, webinar)
        if date is not None and not found.is_single:
            dates.remove(session, date)
        else:
            series.remove(session, found)
    answer({"webinar": webinar, "removed": True}, as_json, f"{webinar} is gone.")


@app.command()
def reschedule(
    webinar: Key,
    starts: Annotated[str | None, typer.Option(metavar="ISO8601-local", help="The new time, as clocks there show it.")] = None,
    minutes: Minutes = None,
    zone: Annotated[str | None, typer.Option(metavar="ZONE", help="Move all dates of it to the clocks of another place.")] = None,
    say: Annotated[str, typer.Option("--say", metavar="TEXT", help="A sentence to those who registered.")] = "",
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Move a date. Everybody who registered gets one mail, and what stands in their calendar moves with it."""
    from publisher.cli.opening import opened
    from publisher.webinars import programme, scheduling, times

    at = moment(now)
    with opened() as house:
        with house.database.session() as session:
            found, date = programme.find(session, webinar)
            moved = False
            if zone is not None:
                moved = bool(scheduling.change_zone(session, house, found, zone, note=say, now=at, by=WHO))
            if starts is not None or minutes is not None:
                wall = times.read_wall(starts) if starts is not None else None
                one = one_date(found, date)
                moved = (
                    scheduling.reschedule(session, house, one, starts=wall, minutes=minutes, note=say, now=at, by=WHO)
                    or moved
                )
            if moved:
                on_the_trail(session, found, "moved it", now)
            row = series_row(session, house, found, at) if date is None else one_row(session, found, date, at)
        carry_out(house, at)
    answer(row, as_json, f"It is {row['starts']} now." if moved else "It was there already; nobody is written to.")


@app.command()
def cancel(
    webinar: Key,
    say: Annotated[str, typer.Option("--say", metavar="TEXT", help="A sentence to those who registered.")] = "",
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Call off a date, or all of a series. Everybody who registered is told, and it goes from their calendars."""
    from publisher.cli.opening import opened
    from publisher.webinars import programme, scheduling

    at = moment(now)
    with opened() as house:
        with house.database.session() as session:
            found, date = programme.find(session, webinar)
            if date is None:
                scheduling.cancel_series(session, house, found, note=say, now=at, by=WHO)
            else:
                scheduling.cancel(session, house, date, note=say, now=at, by=WHO)
            on_the_trail(session, found, "called it off", now)
            row = series_row(session, house, found, at) if date is None else one_row(session, found, date, at)
        carry_out(house, at)
    answer(row, as_json, f"“{row['title']}” is called off.")
