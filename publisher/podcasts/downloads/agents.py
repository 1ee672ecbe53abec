"""What asks: a listener's app, or a machine. By the package `crawler-user-agents` (MIT) and by rules of ours for the rest.

The list of the package is well kept, and knows crawlers; it also catches some apps by short words, so our rules for apps come
before it. Every verdict is stored with the version of both, and a later version gives a verdict of its own: numbers that were
published do not change by themselves (`counting.recompute` changes them when asked).
"""

import re
from collections.abc import Collection
from functools import cache
from importlib.metadata import version
from typing import NamedTuple
from urllib.parse import unquote

from sqlalchemy import Table
from sqlmodel import Session, col, select

from publisher.database import insert_into
from publisher.podcasts.downloads import agent_rules as rules
from publisher.podcasts.downloads.models import Agent
from publisher.podcasts.downloads.sightings import Dropped

AT_ONCE = 500
_CHUNK = 25
"""Patterns of the list in one expression. More are no faster to search, and slow to compile."""


class Verdict(NamedTuple):
    """What a User-Agent is taken for. `machine`: why it is no listener; empty for a listener."""

    app: str = ""
    device: str = ""
    system: str = ""
    machine: str = ""


@cache
def list_version() -> str:
    """What verdicts are made with: part of every number that is published."""
    return f"crawler-user-agents {version('crawler-user-agents')}, rules {rules.RULES}"


def judge(text: str) -> Verdict:
    """What this User-Agent is. Who says nothing, or calls itself a bot, is a machine; whom nobody knows is a listener."""
    if not text:
        return Verdict(machine=Dropped.NO_AGENT)
    system, device = _systems().first(text), _devices().first(text)
    if rules.WATCH.search(text):
        return Verdict(_app(text), "watch", "watchOS", Dropped.WATCH)
    if rules.SERVER.search(text):
        return Verdict(_app(text), machine=Dropped.BOT)
    if app := _apps().first(text):
        return Verdict(app, device, system)
    if machine := _machine(text):
        return Verdict(_app(text), machine=machine)
    return Verdict(_app(text), device, system)


def _app(text: str) -> str:
    if app := _apps().first(text):
        return app
    if text.startswith(("Mozilla/", "Opera/")):
        return _browsers().first(text)
    named = rules.NAMED.match(text)
    return unquote(named[1]).strip() if named else ""


def _machine(text: str) -> str:
    if rules.LIBRARY.search(text):
        return Dropped.LIBRARY
    if rules.MACHINE_WORD.search(text):
        return Dropped.BOT
    for pattern, is_library in _crawlers():
        if pattern.search(text):
            return Dropped.LIBRARY if is_library else Dropped.BOT
    return ""


@cache
def _crawlers() -> tuple[tuple[re.Pattern[str], bool], ...]:
    """The list of the package, many patterns to an expression, and whether they are libraries."""
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA

    found = []
    for is_library in (True, False):
        wanted = [e["pattern"] for e in CRAWLER_USER_AGENTS_DATA if ("http-library" in e.get("tags", ())) is is_library]
        parts = ("|".join(wanted[start : start + _CHUNK]) for start in range(0, len(wanted), _CHUNK))
        found += [(re.compile(part), is_library) for part in parts]
    return tuple(found)


class _Table:
    """One expression for a table of rules; the group that matched says which."""

    def __init__(self, table: tuple[tuple[str, str], ...], flags: re.RegexFlag = re.NOFLAG) -> None:
        self._rules = [(name, re.compile(pattern, flags)) for name, pattern in table]
        self._any = re.compile("|".join(f"(?:{pattern})" for _, pattern in table), flags)

    def first(self, text: str) -> str:
        if not self._any.search(text):
            return ""
        return next((name for name, pattern in self._rules if pattern.search(text)), "")


@cache
def _apps() -> _Table:
    return _Table(rules.APPS, re.IGNORECASE)


@cache
def _browsers() -> _Table:
    return _Table(rules.BROWSERS)


@cache
def _devices() -> _Table:
    return _Table(rules.DEVICES, re.IGNORECASE)


@cache
def _systems() -> _Table:
    return _Table(rules.SYSTEMS, re.IGNORECASE)


class Known(NamedTuple):
    """A User-Agent in the books: its row, and why it is no listener."""

    id: int
    machine: str


def known(session: Session, texts: Collection[str]) -> dict[str, Known]:
    """These User-Agents under the present lists; those met for the first time are judged and stored."""
    found = _stored(session, texts)
    if missing := [text for text in texts if text not in found]:
        rows = [{"text": text, "list_version": list_version(), **judge(text)._asdict()} for text in sorted(missing)]
        session.execute(insert_into(session, _AGENTS).on_conflict_do_nothing(), rows)
        found |= _stored(session, missing)
    return found


def _stored(session: Session, texts: Collection[str]) -> dict[str, Known]:
    found: dict[str, Known] = {}
    wanted = list(texts)
    for start in range(0, len(wanted), AT_ONCE):
        some = col(Agent.text).in_(wanted[start : start + AT_ONCE])
        query = select(Agent.text, Agent.id, Agent.machine).where(some, col(Agent.list_version) == list_version())
        found |= {text: Known(number or 0, machine) for text, number, machine in session.exec(query)}
    return found


_AGENTS: Table = Agent.__table__  # type: ignore[attr-defined]
