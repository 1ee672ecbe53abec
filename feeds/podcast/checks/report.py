"""What a check says: rules, findings, and what could not be judged."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["must", "should"]


@dataclass(frozen=True)
class Rule:
    """A requirement. `number`: its line in the list of 62; several ids may share one. `level`: how bad it is when what the
    rule asks for is missing; a value that is there and wrong is always a must. `source`, `url`: who says so, and where.
    `network`: a document alone does not show whether it is kept."""

    id: str
    number: int
    level: Level
    title: str
    source: str
    url: str
    why: str
    network: bool = False


@dataclass(frozen=True)
class Finding:
    """Something wrong. `message`: a sentence that says what, and one that says what to do. `where`: `line 12, item “Title”`;
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
        """The JSON of `publisher check feed`."""
        return {
            "ok": self.ok,
            "findings": [asdict(finding) for finding in self.findings],
            "not_checked": [asdict(one) for one in self.not_checked],
        }
