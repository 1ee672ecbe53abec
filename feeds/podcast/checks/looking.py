"""A look at one element: what it says, and the words in which to complain about it."""

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from feeds.podcast.checks import forms
from feeds.podcast.checks.notes import Notes
from feeds.podcast.checks.parts import Part, name_of, short, text_of

Test = Callable[[str], object]

WEB = "an absolute address that begins with https://"


@dataclass(frozen=True)
class Look:
    """`rule`: which one is broken where nothing else is said."""

    notes: Notes
    part: Part
    element: etree._Element
    rule: str

    @property
    def name(self) -> str:
        return f"<{name_of(self.element)}>"

    @property
    def text(self) -> str:
        return text_of(self.element)

    def get(self, attribute: str) -> str | None:
        value = self.element.get(attribute)
        return value.strip() if value is not None else None

    def all(self, name: str) -> list["Look"]:
        """The children of that name, looked at by the same rule."""
        return [Look(self.notes, self.part, e, self.rule) for e in self.element if name_of(e) == name]

    def by(self, rule: str) -> "Look":
        return Look(self.notes, self.part, self.element, rule)

    def wrong(self, message: str) -> None:
        self.notes.wrong(self.rule, message, self.part.spot(self.element))

    def advise(self, message: str) -> None:
        self.notes.advise(self.rule, message, self.part.spot(self.element))

    def need(self, attribute: str, test: Test, what: str) -> str | None:
        """The attribute's value where it is there and right; else a complaint and none."""
        value = self.get(attribute)
        if not value:
            self.wrong(f"{self.name} has no {attribute}: give it {what}.")
            return None
        return self.may(attribute, test, what)

    def may(self, attribute: str, test: Test, what: str) -> str | None:
        """As `need`, where the attribute may be missing."""
        value = self.get(attribute)
        if value is None:
            return None
        result = test(value)
        if result is None or result is False:
            self.wrong(f"{self.name} has “{short(value)}” for {attribute}: give it {what}.")
            return None
        return value

    def address(self, attribute: str, *, needed: bool = True) -> str | None:
        return self.need(attribute, forms.web, WEB) if needed else self.may(attribute, forms.web, WEB)

    def words(self, most: int, *, needed: bool = True) -> str:
        """The text, complained of where it is too long or, being needed, blank."""
        text = self.text
        if needed and not text:
            self.wrong(f"{self.name} is empty: write what it is for, in at most {most:,} characters.")
        if len(text) > most:
            self.wrong(f"{self.name} has {len(text):,} characters: shorten it to {most:,}.")
        return text

    def short_attribute(self, attribute: str, most: int) -> None:
        value = self.get(attribute)
        if value is not None and len(value) > most:
            self.wrong(f"{self.name} has {len(value):,} characters for {attribute}: shorten it to {most}.")


def one_of(values: frozenset[str] | tuple[str, ...]) -> Test:
    return lambda value: value in values


def is_positive(value: str) -> bool:
    return (forms.whole(value) or 0) > 0


def is_seconds(value: str) -> bool:
    return forms.decimal(value) is not None


def is_some_seconds(value: str) -> bool:
    return (forms.decimal(value) or 0) > 0


def is_uuid(value: str) -> bool:
    return bool(forms.UUID.fullmatch(value))


def is_media_type(value: str) -> bool:
    return bool(forms.MEDIA_TYPE.fullmatch(value))


BOOLEAN = ("true", "false")
EITHER = "true or false"
