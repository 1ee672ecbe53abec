"""`publisher subscribers`: readers, in bulk and one by one."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from publisher.cli import one_subscriber
from publisher.cli.options import WHO, AsJson, Now, moment, noun, unreadable
from publisher.cli.speaking import answer, counted, details, note, progress
from publisher.errors import BadInput, NotFound

NAME = "subscribers"
app = noun("Readers: taking in, handing out, finding, forgetting.")
for _verb in (one_subscriber.find, one_subscriber.change, one_subscriber.pause, one_subscriber.move):
    app.command()(_verb)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A table with a column of addresses.")],
    list_slug: Annotated[str | None, typer.Option("--list", metavar="SLUG", help="The list they join.")] = None,
    file_format: Annotated[str, typer.Option("--format", help="auto or csv.")] = "auto",
    consent: Annotated[
        str | None, typer.Option(help="How they agreed. They are active at once; without it, they are asked first.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Take in readers from a file. Nobody who left, bounced or complained comes back by it."""
    from publisher.audience import importing, lists
    from publisher.cli.opening import acting

    try:
        opened = file.open("rb") if str(file) != "-" else sys.stdin.buffer
    except OSError as problem:
        raise unreadable(file, problem) from problem
    with acting() as (house, session), opened as table, progress("Importing") as on_progress:
        so_far = 0

        def tell(rows: int) -> None:
            nonlocal so_far
            on_progress(rows - so_far)
            so_far = rows

        done = importing.import_file(
            session,
            house,
            table,
            now=moment(now),
            mailing_list=lists.get(session, list_slug) if list_slug else None,
            consent=consent,
            dry_run=dry_run,
            file_format=file_format,
            progress=tell,
        ).as_json()
    counts = ", ".join(f"{done[name]} {name}" for name in ("rows", "created", "updated", "unchanged", "skipped"))
    if dry_run:
        note("Nothing was kept: this was a dry run.")
    answer(done, as_json, f"{counts}.", *(f"Row {e['row']}: {e['email']}: {e['reason']}" for e in done["errors"]))


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the CSV; - is standard output.")],
    segment: Annotated[str, typer.Option(metavar="RULE", help="Only who fits, such as “list:monthly country:KE”.")] = "",
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write readers as a CSV that can be imported again. The file can be read by you only."""
    from publisher.audience import exporting, segments
    from publisher.cli.opening import looking

    to_stdout = str(file) == "-"
    if to_stdout and as_json:
        raise BadInput("Standard output holds either the table or JSON. Name a file.")
    with looking() as (_house, session):
        where = segments.condition(session, segment, now=moment(now)) if segment.strip() else None
        lines = exporting.export(session, where=where)
        if to_stdout:
            for line in lines:
                sys.stdout.write(line)
            return
        number = -1  # the first line is the header
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "w", encoding="utf-8", newline="") as out:
                for line in lines:
                    out.write(line)
                    number += 1
        except OSError as problem:
            raise BadInput(f"{file} cannot be written: {problem.strerror or problem}.") from problem
    answer({"file": str(file), "rows": number}, as_json, f"{counted(number, 'reader')} in {file}.")


@app.command()
def show(email: str, as_json: AsJson = False) -> None:
    """One reader: what they asked for, their lists, and what happened."""
    from publisher.audience import people
    from publisher.cli.opening import looking
    from publisher.desk import stories

    with looking() as (house, session):
        person = people.get(session, house.tokens, email)
        address = people.address_of(session, person)
        if not address.email:
            raise NotFound(f"Whoever had the address {email} was erased. Nothing about them is left.")
        subscriptions = [
            {"list": row.slug, "state": one.state, "since": one.active_since, "ended": one.ended_at}
            for one, row in people.subscriptions(session, person)
        ]
        story = [{"at": at, "what": what} for at, what in stories.story(session, person)]
        data = {
            "subscriber": address.email,
            "name": person.name,
            "languages": person.languages.split(","),
            "country": person.country,
            "zone": person.zone,
            "interests": sorted(f"{facet}:{key}" for facet, key in people.interests(session, person)),
            "subscriptions": subscriptions,
            "paused_until": person.paused_until,
            "suppressed": address.suppressed,
            "reason": address.reason,
            "story": story,
        }
    details(data, as_json)


@app.command()
def count(
    segment: Annotated[str, typer.Option(metavar="RULE", help="Such as “topic:home-visiting and not language:fr”.")] = "",
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """How many readers there are, or how many fit a rule."""
    from publisher.audience import segments
    from publisher.cli.opening import looking

    with looking() as (_house, session):
        number = segments.count(session, segment, now=moment(now))
    answer({"count": number, "segment": segment}, as_json, str(number))


@app.command()
def erase(
    email: str,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Forget a person for good. What stays is a hash, so that no import brings them back."""
    from publisher.cli.opening import acting, looking
    from publisher.desk import person
    from publisher.staff import trail

    at = moment(now)
    with looking() as (house, session):
        held = _known(person.data_of_address(session, house, email), email)
    goes = {name: len(rows) for name, rows in held.items() if isinstance(rows, list) and rows}
    note("It takes " + ", ".join(f"{name.replace('_', ' ')}: {number}" for name, number in goes.items()) + ".")
    if dry_run:
        answer({"erased": False, "goes": goes}, as_json, "Nothing was erased: this was a dry run.")
        return
    with acting() as (house, session):
        if not person.erase_address(session, house, email, at):
            raise NotFound(f"Nobody here has the address {email}.")
        trail.note(session, WHO, "erasure", "erased a person at their wish", at)
    answer({"erased": True}, as_json, "Erased. Nothing that names them is left.")


@app.command()
def data(email: str, as_json: AsJson = False) -> None:
    """Everything we hold about a person, as JSON either way."""
    from publisher.cli.opening import looking
    from publisher.desk import person

    with looking() as (house, session):
        found = _known(person.data_of_address(session, house, email), email)
    answer(found, True)


def _known(found: dict[str, Any] | None, email: str) -> dict[str, Any]:
    if found is None:
        raise NotFound(f"Nobody here has the address {email}.")
    if not any(address["email"] for address in found["addresses"]):
        raise NotFound(
            f"Whoever had the address {email} was erased. Nothing about them is left but a fingerprint of it."
        )
    return found
