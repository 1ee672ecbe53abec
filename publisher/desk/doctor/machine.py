"""What the machine and the installation are like: disk, schema, secret key, time-zone data, pins."""

import shutil
import stat
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files

from sqlalchemy import text
from sqlmodel import Session

from publisher import clock
from publisher.desk.doctor.findings import Finding
from publisher.house import House
from publisher.settings import Settings

LEAST_FREE = 200_000_000
LITTLE_FREE = 2_000_000_000
"""Octets free where the data folder is: below these, mail may be lost soon; somebody should look."""
SHORTEST_KEY = 32
FEWEST_SIGNS = 12
"""A secret key has at least so many characters, and so many different ones."""
OLD_PINS = 180
"""Days after which what the house is made of should be renewed: security, and clocks that change by law."""


def disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.data_dir).free
    level = "bad" if free < LEAST_FREE else "warn" if free < LITTLE_FREE else "good"
    advice = "" if level == "good" else f"Make room on the disk of {settings.data_dir}."
    yield Finding("disk", level, f"{free / 1e9:.1f} GB are free where the data folder is.", advice)  # type: ignore[arg-type]


def schema(session: Session) -> Iterator[Finding]:
    """By the number that the database keeps and the newest file among the migrations, which stand above this room."""
    kept = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    folder = files("publisher").joinpath("migrations", "versions")
    newest = max(file.name.partition("_")[0] for file in folder.iterdir() if file.name[:4].isdecimal())
    if kept == newest:
        yield Finding("schema", "good", "The schema is current.")
    else:
        yield Finding("schema", "bad", f"The schema is at {kept}, and this version needs {newest}.", "Run “publisher migrate”.")  # fmt: skip


def secret_key(settings: Settings) -> Iterator[Finding]:
    key, file = settings.secret_key, settings.data_dir / "secret_key"
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_SIGNS:
        advice = "Set PUBLISHER_SECRET_KEY to 40 random characters; links that were mailed before then stop working."
        yield Finding("secret key", "bad", "The secret key is short enough to be guessed.", advice)
        return
    if file.is_file() and file.read_text(encoding="utf-8", errors="replace").strip() == key:
        open_to = stat.S_IMODE(file.stat().st_mode) & 0o077
        if open_to:
            said = "Other users of this machine can read the secret key."
            yield Finding("secret key", "bad", said, f"Run “chmod 600 {file}”.")
            return
    yield Finding("secret key", "good", "The secret key is long enough, and only we can read it.")


def zones(now: datetime) -> Iterator[Finding]:
    """The version names its year; countries change their clocks every year, so last year's is looked at with doubt."""
    version = clock.zone_data_version()
    year = int(version.partition(".")[0])
    said = f"The time-zone data is {version}, of {year}"
    if year < now.year - 1 or (year == now.year - 1 and now.month > 6):
        yield Finding("time zones", "warn", f"{said}: some clocks may have changed since.", _RENEW)
    else:
        yield Finding("time zones", "good", f"{said}.")


def pins(now: datetime) -> Iterator[Finding]:
    renewed = pins_renewed()
    days = (now.date() - renewed).days
    age = "today" if days <= 0 else "a day ago" if days == 1 else f"{days} days ago"
    said = f"What Publisher is made of was last renewed {age}, on {renewed.isoformat()}."
    yield Finding("pins", "warn" if days > OLD_PINS else "good", said, _RENEW if days > OLD_PINS else "")


def pins_renewed() -> date:
    """When `make refresh` was last run; the file travels with the package."""
    return date.fromisoformat(files("publisher").joinpath("pins.txt").read_text(encoding="ascii").strip())


def machine(session: Session, house: House, now: datetime) -> Iterator[Finding]:
    """All of these, in the order a person would ask."""
    yield from disk(house.settings)
    yield from schema(session)
    yield from secret_key(house.settings)
    yield from zones(now)
    yield from pins(now)


_RENEW = "Install the newest version of Publisher; in a checkout, run “make refresh” and then “make test”."
