"""`publisher bench`: what this service promises about speed and memory, measured; ratios have both sides in one run."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import AsJson, noun
from publisher.cli.speaking import answer, details, note

if TYPE_CHECKING:
    from publisher.house import House

NAME = "bench"
app = noun("Measure what is promised about speed and memory. Only ratios can be compared between machines.")


@app.command()
def letter(
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; the median counts.")] = 3, as_json: AsJson = False
) -> None:
    """One reader’s mail of 60 kB, beside Jinja2 and EmailMessage."""
    details(_letter(rounds), as_json)


@app.command()
def send(mails: Annotated[int, typer.Option(min=1)] = 2000, as_json: AsJson = False) -> None:
    """Carrying mails with all the books that are kept, beside smtplib with Jinja2 and EmailMessage."""
    details(_send(mails), as_json)


@app.command()
def plan(
    few: Annotated[int, typer.Option(min=1, help="Readers.")] = 10_000,
    many: Annotated[int, typer.Option(min=1, help="Readers.")] = 100_000,
    as_json: AsJson = False,
) -> None:
    """Planning an issue for few and for many readers: time for each reader, and memory."""
    details(_plan(few, many), as_json)


@app.command()
def search(
    resources: Annotated[int, typer.Option(min=1000, help="How many are searched.")] = 50_000, as_json: AsJson = False
) -> None:
    """Finding words that few resources have, beside a LIKE scan."""
    details(_search(resources), as_json)


@app.command()
def harvest(records: Annotated[int, typer.Option(min=1)] = 2000, as_json: AsJson = False) -> None:
    """The same repository twice: the second time adds nothing."""
    details(_harvest(records), as_json)


@app.command()
def downloads(
    lines: Annotated[int, typer.Option(min=1000, help="Lines of the log.")] = 1_000_000, as_json: AsJson = False
) -> None:
    """Counting the lines of a web server’s log, beside a row at a time."""
    details(_downloads(lines), as_json)


@app.command()
def feed(
    episodes: Annotated[int, typer.Option(min=10, help="How many the show has.")] = 10_000, as_json: AsJson = False
) -> None:
    """A podcast feed: the first build, one after an edit, an answer from what is kept, beside feedgen."""
    details(_feed(episodes), as_json)


@app.command()
def webinars(
    people: Annotated[int, typer.Option(min=100, help="Registrants, subscribers of a calendar, and dates.")] = 10_000,
    as_json: AsJson = False,
) -> None:
    """Reminders planned, a calendar polled, dates reckoned anew when clocks change: beside a row at a time."""
    details(_webinars(people), as_json)


@app.command()
def bounces(
    mails: Annotated[int, typer.Option(min=10, help="Notices in the mailbox.")] = 10_000, as_json: AsJson = False
) -> None:
    """Reading what came back out of a mailbox, with all that follows; reading one notice, beside the library’s parser."""
    details(_bounces(mails), as_json)


@app.command()
def pages(
    rounds: Annotated[int, typer.Option(min=3, help="Answers of each page; the median counts.")] = 15,
    as_json: AsJson = False,
) -> None:
    """The first byte of every page of readers, with the demo hub; the goal is 50 ms."""
    details(_pages(rounds), as_json)


@app.command()
def backup(
    megabytes: Annotated[int, typer.Option(min=5, help="The size of the database.")] = 200,
    mails: Annotated[int, typer.Option(min=10, help="Mails of each round.")] = 2000,
    as_json: AsJson = False,
) -> None:
    """A backup while mail leaves: the rate of the sender with and without, and the memory of the backup for two sizes."""
    details(_backup(megabytes, mails), as_json)


@app.command("all")
def everything(as_json: AsJson = False) -> None:
    """All of them; takes a few minutes."""
    measures: dict[str, Callable[[], dict[str, Any]]] = {
        "letter": _letter,
        "send": _send,
        "search": _search,
        "harvest": _harvest,
        "plan": _plan,
        "feed": _feed,
        "downloads": _downloads,
        "webinars": _webinars,
        "bounces": _bounces,
        "pages": _pages,
        "backup": _backup,
    }
    figures: dict[str, dict[str, Any]] = {}
    for name, measure in measures.items():
        note(f"Measuring {name} …")
        figures[name] = measure()
        if not as_json:
            print(f"\n{name}")
            details(figures[name], False)
    if as_json:
        answer(figures, True)


def _letter(rounds: int = 3) -> dict[str, Any]:
    from publisher.bench import letters

    return letters.measure(rounds)


def _send(mails: int = 2000) -> dict[str, Any]:
    from publisher import migrations
    from publisher.bench import sending

    return sending.measure(migrations.upgrade, mails)


def _backup(megabytes: int = 200, mails: int = 2000) -> dict[str, Any]:
    from publisher import migrations
    from publisher.bench import backups

    return backups.measure(migrations.upgrade, back_up_to, megabytes, mails)


def back_up_to(house: "House", dest: Path) -> None:
    """What a process of its own does in that measurement."""
    from publisher import clock
    from publisher.backups import making

    making.make(house, dest, now=clock.now(), force=True)


def _plan(few: int = 10_000, many: int = 100_000) -> dict[str, Any]:
    from publisher import migrations
    from publisher.bench import planning

    return planning.measure(migrations.upgrade, (few, many))


def _search(resources: int = 50_000) -> dict[str, Any]:
    from publisher import migrations
    from publisher.bench import search as searching
    from publisher.database import Database

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        migrations.upgrade(database)
        figures = searching.measure(database, works=resources)
        database.close()
        return figures


def _harvest(records: int = 2000) -> dict[str, Any]:
    from publisher import migrations
    from publisher.bench import harvesting

    return harvesting.measure(migrations.upgrade, records)


def _feed(episodes: int = 10_000) -> dict[str, Any]:
    from publisher import migrations
    from publisher.bench import feeds
    from publisher.web.app import make_app

    return feeds.measure(migrations.upgrade, make_app, episodes)


def _downloads(lines: int = 1_000_000) -> dict[str, Any]:
    from publisher import migrations
    from publisher.bench import downloads as counting

    return counting.measure(migrations.upgrade, lines)


def _bounces(mails: int = 10_000) -> dict[str, Any]:
    from publisher import migrations
    from publisher.bench import returns

    return returns.measure(migrations.upgrade, mails)


def _webinars(people: int = 10_000) -> dict[str, Any]:
    from publisher import migrations
    from publisher.bench import webinars as gathering
    from publisher.web.app import make_app

    return gathering.measure(migrations.upgrade, make_app, people)


def _pages(rounds: int = 15) -> dict[str, Any]:
    """The demo hub in a folder of its own: one page of each kind of thing it has, beside the pages every hub has."""
    from publisher import clock
    from publisher.bench import pages as reading
    from publisher.cli.setting_up import set_up
    from publisher.demo import install as demonstration
    from publisher.house import open_house
    from publisher.settings import Settings
    from publisher.web.app import make_app

    with tempfile.TemporaryDirectory() as folder:
        house = open_house(Settings.from_environment({"PUBLISHER_DATA_DIR": folder}))
        set_up(house, clock.now())
        demonstration.install(house, clock.now())
        figures = reading.measure(make_app(house), "127.0.0.1:8000", reading.one_of_each(house), rounds)
        house.close()
        return figures
