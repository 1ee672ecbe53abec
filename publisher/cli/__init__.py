"""The command line: one module per noun, each command a few lines.

Only what prints help is imported here; commands import what they work with when they run, so that help is fast.
Exit codes: 0 done; 1 done but something failed or was found; 2 wrong usage or bad input, with one sentence on standard error.
"""

import io
import os
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import typer

from publisher.cli import (
    arranging,
    backing_up,
    bench,
    bounces,
    brand,
    check,
    correcting,
    downloads,
    episode_sounds,
    episodes,
    issues,
    letters,
    lists,
    newsletters,
    pictures,
    podcast_feeds,
    podcast_moves,
    podcasts,
    reach,
    rehearsals,
    relays,
    resources,
    rooms,
    serving,
    setting_up,
    sources,
    staff,
    subscribers,
    timetable,
    webinar_afterwards,
    webinar_dates,
    webinar_letters,
    webinar_people,
    webinars,
)
from publisher.errors import FetchError, PublisherError, TransportError

INTERRUPTED = 130

#: Modules whose commands belong to another’s noun: importing them adds the commands.
ALSO_ISSUES = (rehearsals, arranging, correcting)
ALSO_PODCASTS, ALSO_EPISODES = (podcast_feeds, podcast_moves), (episode_sounds,)
ALSO_WEBINARS = (webinar_dates, webinar_people, webinar_letters, webinar_afterwards)

app = typer.Typer(
    help="Newsletters assembled for each reader, from one shelf of resources.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
setting_up.add_to(app)
serving.add_to(app)
backing_up.add_to(app)
timetable.add_to(app)
reach.add_to(app)
NOUNS = (
    staff, sources, resources, lists, subscribers, newsletters, letters, issues, podcasts, episodes, webinars, rooms, downloads, pictures, brand,
    relays, bounces, check, bench,
)  # fmt: skip
for noun in NOUNS:
    app.add_typer(noun.app, name=noun.NAME)


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point `publisher`. Ends the process with the exit code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; what went wrong is one sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = _command()(list(arguments), prog_name="publisher", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our answer has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as problem:
        code, sentence = _judged(problem)
        if code is None:
            raise
        print(sentence, file=sys.stderr)
        return code


@cache
def _command() -> Any:
    """The whole tree of commands, made once: it takes longer than many of them do."""
    return typer.main.get_command(app)


def _judged(problem: Exception) -> tuple[int | None, str]:
    """Exit code and sentence; no code where it is a fault of ours, which deserves its traceback."""
    if isinstance(problem, FetchError | TransportError):
        return 1, str(problem)
    if isinstance(problem, PublisherError):
        return 2, str(problem)
    if hasattr(problem, "format_message"):  # every version of Typer's own family of usage errors has it
        return 2, problem.format_message()
    if isinstance(problem, typer.Abort):
        return 2, "That was not answered, so nothing was done."
    if isinstance(problem, OSError):
        return 1, f"The machine could not do it: {problem.strerror or problem}."
    if "sqlalchemy" in sys.modules:
        from publisher.cli.opening import database_trouble

        return database_trouble(problem)
    return None, ""
