"""What a check says: rules, findings, and what could not be judged."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Level = Literal["must", "should"]
#: Places that a finding names; the others are counted.
NAMED = 3


@dataclass(frozen=True)
class Rule:
    """A requirement. `row`: its row in the list of conformance (C3, E10, T2, …); `source`: who says so.
    `unseen`: why a file does not show whether it is kept; empty where it does."""

    id: str
    row: str
    level: Level
    title: str
    source: str
    why: str
    unseen: str = ""


@dataclass(frozen=True)
class Finding:
    """Something wrong. `message`: a sentence that says what, and one that says what to do. `where`: `line 12, event “Title”`;
    what is wrong in the same way in many places is one finding that names the first few."""

    rule: str
    level: Level
    message: str
    where: str


@dataclass(frozen=True)
class NotChecked:
    """A rule that was not judged, or not everywhere, and why."""

    rule: str
    why: str


@dataclass(frozen=True)
class Report:
    """The musts first. `ok`: no must is broken."""

    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def ok(self) -> bool:
        return not any(finding.level == "must" for finding in self.findings)

    def as_data(self) -> dict[str, Any]:
        """The JSON of `publisher check calendar`."""
        return {
            "ok": self.ok,
            "findings": [asdict(finding) for finding in self.findings],
            "not_checked": [asdict(one) for one in self.not_checked],
        }


@dataclass
class Notes:
    """Findings so far, those with the same words together."""

    rules: dict[str, Rule]
    _found: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _skipped: dict[str, str] = field(default_factory=dict)

    def add(self, rule: str, message: str, line: int, owner: str = "") -> None:
        """`rule` is broken in `line`, which belongs to `owner`."""
        if rule not in self.rules:
            raise KeyError(rule)
        where = ", ".join(part for part in (f"line {line}" if line else "", owner) if part)
        places = self._found.setdefault((rule, message), [])
        if where not in places[-1:]:
            places.append(where)

    def skip(self, rule: str, why: str) -> None:
        self._skipped[rule] = why

    def report(self) -> Report:
        """In the order of the rules, the musts first."""
        order = {name: number for number, name in enumerate(self.rules)}
        found = [
            Finding(rule, self.rules[rule].level, message, _where(places))
            for (rule, message), places in self._found.items()
        ]
        found.sort(key=lambda one: (one.level != "must", order[one.rule]))
        return Report(
            tuple(found), tuple(NotChecked(rule, self._skipped[rule]) for rule in self.rules if rule in self._skipped)
        )


def _where(places: list[str]) -> str:
    more = len(places) - NAMED
    return "; ".join(places[:NAMED]) + (f"; and {more:,} more" if more > 0 else "")
