"""`publisher tick`: the whole timetable once, for cron and for tests with a simulated clock."""

import typer

from publisher.cli.options import AsJson, Now, moment
from publisher.cli.speaking import listing


def add_to(app: typer.Typer) -> None:
    app.command()(tick)


def tick(now: Now = None, as_json: AsJson = False) -> None:
    """Do every recurring job that is due, once. Mails are prepared, not sent. Exit code 1 where a job failed."""
    import scheduler
    from publisher.cli.opening import opened, refuse_other_schema

    with opened() as house:
        refuse_other_schema(house)
        ran = [{"job": r.job, "result": r.result, "error": r.error} for r in scheduler.tick(house, moment(now))]
    listing(ran, as_json, "job", "result", "error")
    if any(one["error"] is not None for one in ran):
        raise typer.Exit(1)
