"""`publisher reach`: a quarter in numbers, on the screen, as JSON, or as a table for a funder."""

from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.options import AsJson, Now, moment
from publisher.cli.speaking import answer, listing, note
from publisher.errors import BadInput


def add_to(app: typer.Typer) -> None:
    app.command()(reach)


def reach(
    quarter: Annotated[str, typer.Option(metavar="2026Q4", help="Which one; the present one unless you say.")] = "",
    file: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write a table to this file.")] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """What the hub reached in a quarter: issues, readers, visits, downloads, webinars. Nothing about single people."""
    from publisher.cli.opening import looking
    from publisher.desk.reach import figures, quarters, telling

    at = moment(now)
    chosen = quarters.read(quarter, at)
    with looking() as (_house, session):
        both = figures.of(session, chosen, now=at), figures.of(session, chosen.before, now=at)
    if file is not None:
        try:
            file.write_text(telling.table(*both), encoding="utf-8", newline="")
        except OSError as problem:
            raise BadInput(f"{file} cannot be written: {problem.strerror or problem}.") from problem
        note(f"{file} has the figures of {chosen}.")
    if as_json:
        answer(telling.document(*both), as_json)
    elif file is None:
        rows = [
            {"figure": figure, "name": name or key, "number": number, "before": "" if past is None else past}
            for figure, key, name, number, past in telling.lines(*both)
        ]
        listing(rows, as_json, "figure", "name", "number", "before")
