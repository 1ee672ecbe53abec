"""`publisher webinars dates`, `rehearsal`: further dates of a series, and trying it out before."""

from typing import Annotated

import typer

from publisher.cli.options import WHO, AsJson, Now, moment, noun, words
from publisher.cli.speaking import answer, counted
from publisher.cli.webinar_rows import carry_out, on_the_trail, one_date, series_row
from publisher.cli.webinars import Key, Minutes, app

dates = noun("Dates of a series.")
app.add_typer(dates, name="dates")


@dates.command("add")
def add_dates(
    webinar: Key,
    starts: Annotated[list[str], typer.Option(metavar="ISO8601-local", help="As clocks there show it; once for each date.")],
    minutes: Minutes = None,
    say: Annotated[str, typer.Option("--say", metavar="TEXT", help="A sentence to those who registered.")] = "",
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Add dates to a series. Who registered for all of it is registered for them too, and gets one mail for each."""
    from publisher.cli.opening import opened
    from publisher.webinars import dates as room
    from publisher.webinars import programme, times

    at = moment(now)
    walls = [times.read_wall(one) for one in words(starts)]
    with opened() as house:
        with house.database.session() as session:
            found, _ = programme.find(session, webinar)
            for wall in walls:
                room.add(session, house, found, wall, minutes=minutes, now=at, by=WHO, note=say)
            on_the_trail(session, found, f"added {counted(len(walls), 'date')}", now)
            row = series_row(session, house, found, at)
        carry_out(house, at)
    answer(row, as_json, f"“{row['title']}” has {counted(len(row['dates']), 'date')} now.")


@app.command()
def rehearsal(
    webinar: Key,
    starts: Annotated[str | None, typer.Option(metavar="ISO8601-local", help="As clocks there show it.")] = None,
    minutes: Annotated[int, typer.Option(min=5)] = 30,
    off: Annotated[bool, typer.Option("--off", help="Call it off.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Set a rehearsal of a date, move it, or call it off. Its speakers get an invitation of their own."""
    from publisher.cli.opening import acting
    from publisher.errors import BadInput
    from publisher.webinars import dates as room
    from publisher.webinars import programme, times

    if off == (starts is not None):
        raise BadInput("Say when it is, with --starts, or that there is none, with --off.")
    at = moment(now)
    with acting() as (house, session):
        found, date = programme.find(session, webinar)
        one = one_date(found, date)
        wall = times.read_wall(starts) if starts is not None else None
        changed = room.rehearsal(session, house, one, wall, minutes=minutes, now=at)
        if changed:
            on_the_trail(session, found, "set the rehearsal" if wall else "called the rehearsal off", now)
        said = one.rehearsal_wall
        row = {"webinar": one.slug, "rehearsal": said or None, "zone": one.zone, "changed": changed}
    answer(row, as_json, f"The rehearsal is {said.replace('T', ' ')}." if said else "There is no rehearsal.")
