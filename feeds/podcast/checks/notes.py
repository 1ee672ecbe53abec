"""Where findings are written down while a document is judged."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from feeds.podcast.checks.report import Finding, Level, NotChecked, Report
from feeds.podcast.checks.rules import RULES

NAMED = 3
"""Places that a finding names; the others are counted."""


@dataclass(frozen=True)
class Spot:
    """A place in the document: a line, and whose it is (`item “Title”`)."""

    line: int
    owner: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.owner}" if self.line else self.owner


def line_of(element: etree._Element) -> int:
    """The line an element begins in; 0 where nobody knows."""
    return cast(int | None, element.sourceline) or 0


@dataclass
class Notes:
    """Findings so far, those with the same words together."""

    _found: dict[tuple[str, Level, str], list[Spot]] = field(default_factory=dict)
    _skipped: dict[str, str] = field(default_factory=dict)

    def missing(self, rule: str, message: str, spot: Spot) -> None:
        """What the rule asks for is not there: as bad as the rule says."""
        self._add(rule, RULES[rule].level, message, spot)

    def wrong(self, rule: str, message: str, spot: Spot) -> None:
        """It is there and cannot be used: a must."""
        self._add(rule, "must", message, spot)

    def advise(self, rule: str, message: str, spot: Spot) -> None:
        """It can be used and would be better otherwise."""
        self._add(rule, "should", message, spot)

    def skip(self, rule: str, why: str) -> None:
        self._skipped[rule] = why

    def skip_all(self, rules: Iterable[str], why: str) -> None:
        for rule in rules:
            self.skip(rule, why)

    def is_skipped(self, rule: str) -> bool:
        return rule in self._skipped

    def checked(self, rule: str) -> None:
        self._skipped.pop(rule, None)

    def report(self) -> Report:
        found = [Finding(rule, level, message, _where(spots)) for (rule, level, message), spots in self._found.items()]
        found.sort(key=lambda one: (one.level != "must", RULES[one.rule].number))
        return Report(
            tuple(found), tuple(NotChecked(rule, self._skipped[rule]) for rule in RULES if rule in self._skipped)
        )

    def _add(self, rule: str, level: Level, message: str, spot: Spot) -> None:
        spots = self._found.setdefault((rule, level, message), [])
        if spot not in spots[-1:]:
            spots.append(spot)


def _where(spots: list[Spot]) -> str:
    named = "; ".join(str(spot) for spot in spots[:NAMED])
    more = len(spots) - NAMED
    return named if more <= 0 else f"{named}; and {more:,} more"
