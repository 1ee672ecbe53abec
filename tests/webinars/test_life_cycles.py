"""A thousand lives of webinars, message by message: nothing for our checks to find, nothing for libical's rules of invitations,
and in each of four strangers' programs the same instants after every step.

No stranger sees anything otherwise. How they read zones that they do not know by name is told where every zone is
(`tests/feeds/calendar/test_every_zone.py`). The lives are the same in every run.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from calendar_judges import JUDGES, Instants, judged_by_libical, judges_here
from calendar_program import Program
from invitation_checks import findings_of
from sqlmodel import Session
from webinars.life_cycles import Step, lived

from feeds.calendar.checks import check
from publisher.database import Database
from publisher.house import House
from publisher.settings import Settings
from publisher.templating import Templates
from publisher.tokens import Tokens

#: Told in parts, so that several processes share them.
PARTS = [range(first, first + 125) for first in range(0, 1000, 125)]


class Shown(NamedTuple):
    """What stands in a calendar after a step of a life."""

    life: int
    what: str
    document: bytes
    expected: Instants


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A hub with one short letter of its own: what it looks like is told elsewhere."""
    folder = tmp_path_factory.mktemp("lives")
    letter = folder / "own" / "mail" / "tiny"
    letter.mkdir(parents=True)
    (letter / "subject.txt").write_text("{{ title }}")
    (letter / "body.txt").write_text("{{ title }}\n")
    (letter / "body.mjml").write_text(
        "<mjml><mj-body><mj-section><mj-column><mj-text>{{ title }}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    shutil.copy(sqlite_template, folder / "publisher.db")
    settings = Settings(folder, f"sqlite:///{folder / 'publisher.db'}", "https://hub.example.org", "a secret for tests")
    database = Database(settings.database_url)
    yield House(settings, database, Tokens(settings.secret_key), Templates(folder / "own"))
    database.close()


@pytest.mark.parametrize("part", PARTS, ids=lambda part: f"{part.start}-{part.stop - 1}")
def test_every_message_keeps_the_rules_and_every_program_shows_what_is_meant(part: range, stage: House) -> None:
    with Session(stage.database.engine) as session:
        told = [(number, step) for number in part for step in lived(session, stage, number).steps()]
        session.rollback()

    assert faults_in(told) == []
    shown = list(after_each(told))
    for name, judge in judges_here().items():
        seen = judge([one.document for one in shown])
        assert differences(shown, seen) == [], name


@pytest.mark.parametrize("judge", JUDGES)
def test_every_judge_is_asked(judge: str) -> None:
    """Skipped where one cannot be, which in CI is a failure."""
    assert JUDGES[judge]([]) == []


def faults_in(told: list[tuple[int, Step]]) -> list[object]:
    """By our check of every calendar, our check of some of the mails (they are all alike), and libical's iTIP rules."""
    found: list[object] = []
    for number, step in told:
        found += [(number, step.what, one) for one in check(step.calendar).findings]
        found += [(number, step.what, one) for one in findings_of(step.mail)] if number % 25 == 0 else []
    if "libical" in judges_here():
        judged = judged_by_libical([step.calendar for _, step in told])
        found += [
            (number, step.what, one.faults) for (number, step), one in zip(told, judged, strict=True) if one.faults
        ]
    return found


def after_each(told: list[tuple[int, Step]]) -> Iterator[Shown]:
    programs: dict[int, Program] = {}
    for number, step in told:
        program = programs.setdefault(number, Program())
        program.take(step.calendar)
        assert program.ignored == 0, (number, step.what)
        document = program.document()
        if document:
            yield Shown(number, step.what, document, step.expected)
        else:
            assert step.expected == []


def differences(shown: list[Shown], seen: list[Instants]) -> list[tuple[int, str, Instants]]:
    return [
        (one.life, one.what, sorted(set(one.expected) ^ set(theirs)))
        for one, theirs in zip(shown, seen, strict=True)
        if one.expected != theirs
    ]
