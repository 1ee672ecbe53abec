"""`publisher downloads`: what was downloaded, by the rules of the IAB; logs of web servers in, tables out."""

import os
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.options import AsJson, Now, moment, noun
from publisher.cli.speaking import answer, counted, details, note, progress
from publisher.errors import BadInput

NAME = "downloads"
app = noun("What was downloaded of a podcast, counted by the rules of the IAB. See docs/counting.md.")

Since = Annotated[str | None, typer.Option(metavar="DAY", help="From this day on, such as 2026-11-01.")]
Until = Annotated[str | None, typer.Option(metavar="DAY", help="Up to this day, with it.")]
Zone = Annotated[str, typer.Option(metavar="ZONE", help="Whose days these are, such as Africa/Nairobi.")]


@app.command()
def show(show: str, since: Since = None, until: Until = None, zone: Zone = "UTC", as_json: AsJson = False) -> None:
    """Downloads of a show: days, episodes, apps, listeners, and what was left out."""
    from dataclasses import asdict

    from publisher.cli.opening import looking
    from publisher.podcasts import shows
    from publisher.podcasts.downloads import numbers

    begin, end = _days(since, until, zone)
    with looking() as (_house, session):
        found = numbers.of_show(session, shows.by_slug(session, show), since=begin, until=end, zone=zone)
    details(asdict(found), as_json)


@app.command("import")
def import_(
    logs: Annotated[list[Path], typer.Argument(metavar="LOG…", help="Access logs, plain or gzip, in any order.")],
    show: Annotated[str | None, typer.Option(metavar="SLUG", help="Only what is about this show.")] = None,
    form: Annotated[str, typer.Option("--format", help="auto, combined, caddy or s3.")] = "auto",
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Read web servers’ logs in and count them. What was read before adds nothing; lines that cannot be read are named."""
    from publisher.cli.opening import opened
    from publisher.podcasts.downloads import logs as reading

    at = moment(now)
    with opened() as house:
        for log in logs:
            if not log.is_file():
                raise BadInput(f"There is no file {log}.")
        results = []
        for log in logs:
            with progress(f"Reading {log.name}") as advance:
                done = reading.import_log(house, log, now=at, show=show, form=form, progress=advance)
            results.append(done.as_json())
    for result in results:
        for bad in result["bad"]:
            note(f"{result['name']}, line {bad['line']}: {bad['reason']}.")
    sentences = [
        f"{result['name']}: {counted(result['lines'], 'line')}, {result['requests']} new requests for sound, "
        f"{result['known']} met before, {result['skipped']} about something else, {result['bad_lines']} unreadable."
        for result in results
    ]
    answer(results[0] if len(results) == 1 else results, as_json, *sentences)


@app.command()
def export(
    show: str,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the CSV; - is standard output.")],
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Write downloads as a CSV: a line for each UTC day, episode and app."""
    from publisher.cli.opening import looking
    from publisher.podcasts import shows
    from publisher.podcasts.downloads import exporting

    to_stdout = str(file) == "-"
    if to_stdout and as_json:
        raise BadInput("Standard output holds either the table or JSON. Name a file.")
    begin, end = _days(since, until, "UTC")
    with looking() as (_house, session):
        lines = exporting.export_csv(session, shows.by_slug(session, show), since=begin, until=end)
        if to_stdout:
            sys.stdout.writelines(lines)
            return
        number = -1  # the first line is the header
        try:
            with open(
                os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "w", encoding="utf-8", newline=""
            ) as out:
                for line in lines:
                    out.write(line)
                    number += 1
        except OSError as problem:
            raise BadInput(f"{file} cannot be written: {problem.strerror or problem}.") from problem
    answer({"file": str(file), "rows": number}, as_json, f"{counted(number, 'row')} in {file}.")


@app.command()
def recount(show: str, as_json: AsJson = False) -> None:
    """Count a show again from every request, by the present lists of machines."""
    from publisher.cli.opening import acting
    from publisher.podcasts import shows
    from publisher.podcasts.downloads import agents, counting

    with acting() as (_house, session):
        found = shows.by_slug(session, show)
        weighed = counting.recompute(session, found.id or 0)
    answer(
        {"show": show, "askers": weighed, "list_version": agents.list_version()},
        as_json,
        f"Counted {show} again: {counted(weighed, 'asker')}, by {agents.list_version()}.",
    )


def _days(since: str | None, until: str | None, zone: str) -> tuple[datetime | None, datetime | None]:
    """The instants at which the first day begins and the last one ends."""
    first, last = _day(since), _day(until)
    if first and last and last < first:
        raise BadInput("The last day is before the first.")
    return _midnight(first, zone), _midnight(last + timedelta(days=1) if last else None, zone)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise BadInput(f"“{text}” is not a day. Write it like 2026-11-01.") from problem


def _midnight(day: date | None, zone: str) -> datetime | None:
    from publisher import clock

    if day is None:
        return None
    if not clock.EARLIEST <= day.year <= clock.LATEST:
        raise BadInput(f"The year {day.year} is too far away.")
    return datetime(day.year, day.month, day.day, tzinfo=clock.zone(zone)).astimezone(clock.zone("UTC"))
