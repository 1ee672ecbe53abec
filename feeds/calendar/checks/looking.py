"""A look at one component: what it says, and the words in which to complain about it."""

from dataclasses import dataclass

from feeds.calendar.checks.report import Notes
from feeds.calendar.reading import Component, Property


@dataclass(frozen=True)
class Look:
    """`owner`: whose lines they are, `event “Title”`."""

    notes: Notes
    part: Component
    owner: str

    def add(self, rule: str, message: str, said: Property | None = None) -> None:
        """In the line of `said`, or where the component begins."""
        self.notes.add(rule, message, said.line if said else self.part.line, self.owner)

    def single(self, rule: str, name: str) -> Property | None:
        """The first of that name; a complaint where there are more."""
        found = self.part.all(name)
        if len(found) > 1:
            self.add(rule, f"{name} stands more than once: say it once.", found[1])
        return found[0] if found else None


def short(value: str) -> str:
    """A value as it is quoted in a sentence."""
    value = " ".join(value.split())
    return value if len(value) <= 60 else f"{value[:57]}…"
