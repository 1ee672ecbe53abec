"""`publisher check`: a critical reader of what programs elsewhere will read."""

from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.options import AsJson, noun, octets
from publisher.cli.speaking import answer, listing

NAME = "check"
app = noun("Check what programs elsewhere will read.")


@app.callback()
def checks() -> None:
    """Check what programs elsewhere will read."""


@app.command()
def mail(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A whole mail; - reads standard input.")],
    as_json: AsJson = False,
) -> None:
    """What would look bad in a mail, be clipped, or be held against the sender. Exit code 1 where a must is broken."""
    from publisher.mail import lint

    findings = [found._asdict() for found in lint.check(octets(file))]
    ok = not any(found["level"] == "must" for found in findings)
    if as_json:
        answer({"ok": ok, "findings": findings}, True)
    else:
        listing(findings, False, "level", "rule", "message", "where", empty="Nothing to complain about.")
    if not ok:
        raise typer.Exit(1)
