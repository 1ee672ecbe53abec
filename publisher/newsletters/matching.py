"""Which items of an issue a reader gets, in which language, and why. Values in, values out; no database.

The rules, in words a reader could be told:
- Topics, sectors and audiences are alternatives: one that both name is enough. What only one side names does not count
  against an item, so an item without topics concerns everyone.
- An item of a country reaches who chose that country, a region it lies in, or no country at all; an item of a region
  reaches who chose it or a country in it; an item without a country concerns everyone.
- The text is in the first of the reader's languages that the work has; a work in none of them stays out.
- In a section that shows things once, a work that the reader had before stays out, whatever issue brought it.
- What has ended stays out.

A reason is a code, `country:KE+topic:leadership`; `publisher.newsletters.reasons` puts it into words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product

from publisher import languages

SUBJECTS = ("topic", "sector", "audience")
EVERYONE = "everyone"
AGAIN = "again"


@dataclass(frozen=True)
class Item:
    """A work in an issue, as matching sees it. `texts`: its languages. `position`: order within the whole letter."""

    work_id: int
    section: str
    once: bool
    limit: int | None
    position: int
    texts: tuple[str, ...]
    subjects: frozenset[tuple[str, str]]
    ends_at: datetime | None = None

    def block(self, language: str) -> str:
        """Key of the block that shows this item in that language."""
        return f"w{self.work_id}.{language}"


@dataclass(frozen=True)
class Reader:
    """What matching knows of a reader: no name, no address. `had`: works they had in any issue."""

    languages: tuple[str, ...]
    interests: frozenset[tuple[str, str]] = frozenset()
    had: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """In or out, and the reason as a code. Out: `language`, `subject`, `country`, `had`, `ended`, `limit`."""

    item: Item
    included: bool
    reason: str
    language: str = ""


@dataclass
class Matcher:
    """Judges many readers of one issue. Readers with the same tastes are judged once; what they had is looked at last."""

    items: Sequence[Item]
    now: datetime
    _cache: dict[tuple[tuple[str, ...], frozenset[tuple[str, str]]], tuple[Verdict, ...]] = field(default_factory=dict)

    def judge(self, reader: Reader) -> list[Verdict]:
        """One verdict for every item, in the letter's order."""
        taste = (reader.languages, reader.interests)
        if taste not in self._cache:
            if len(self._cache) > 20_000:
                self._cache.clear()
            self._cache[taste] = tuple(judge(item, reader, self.now) for item in self.items)
        return list(_within_limits(_not_twice(verdict, reader) for verdict in self._cache[taste]))

    def select(self, reader: Reader) -> list[Verdict]:
        """What the reader gets."""
        return [verdict for verdict in self.judge(reader) if verdict.included]


def judge(item: Item, reader: Reader, now: datetime) -> Verdict:
    """The verdict on one item, not looking at what the reader had or how much a section holds."""
    if item.ends_at is not None and item.ends_at <= now:
        return Verdict(item, False, "ended")
    language = text_language(item.texts, reader.languages)
    if language is None:
        return Verdict(item, False, "language")
    place = _place(item.subjects, reader.interests)
    if place is None:
        return Verdict(item, False, "country")
    subject = _subject(item.subjects, reader.interests)
    if subject is None:
        return Verdict(item, False, "subject")
    return Verdict(item, True, "+".join(part for part in (place, subject) if part) or EVERYONE, language)


def text_language(texts: Sequence[str], wanted: Sequence[str]) -> str | None:
    """The first wanted language that there is a text in; `pt` and `pt-BR` satisfy each other."""
    for language in wanted:
        if language in texts:
            return language
        base = language.partition("-")[0]
        for text in texts:
            if text.partition("-")[0] == base:
                return text
    return None


def possible_reasons(item: Item) -> set[str]:
    """Every reason this item could be included for: what a compiled letter must have words for."""
    countries = {key for facet, key in item.subjects if facet == "country"}
    for facet, key in item.subjects:
        if facet == "region":
            countries |= languages.countries_of(key)
    places = {f"country:{key}" for key in countries}
    places |= {f"region:{key}" for key in languages.REGIONS if not countries.isdisjoint(languages.countries_of(key))}
    places |= {f"{facet}:{key}" for facet, key in item.subjects if facet == "region"}
    subjects = {f"{facet}:{key}" for facet, key in item.subjects if facet in SUBJECTS}
    pairs = product(("", *places), ("", *subjects))
    return {"+".join(p for p in pair if p) or EVERYONE for pair in pairs} | ({AGAIN} if not item.once else set())


def _not_twice(verdict: Verdict, reader: Reader) -> Verdict:
    if not verdict.included or verdict.item.work_id not in reader.had:
        return verdict
    if verdict.item.once:
        return Verdict(verdict.item, False, "had")
    return Verdict(verdict.item, True, AGAIN, verdict.language)


def _within_limits(verdicts: Iterable[Verdict]) -> Iterable[Verdict]:
    taken: dict[str, int] = {}
    for verdict in verdicts:
        item = verdict.item
        if verdict.included and item.limit is not None and taken.get(item.section, 0) >= item.limit:
            yield Verdict(item, False, "limit")
            continue
        taken[item.section] = taken.get(item.section, 0) + verdict.included
        yield verdict


def _subject(subjects: frozenset[tuple[str, str]], interests: frozenset[tuple[str, str]]) -> str | None:
    """The shared topic, sector or audience; "" where nothing can be compared; None where nothing fits."""
    comparable = False
    for facet in SUBJECTS:
        of_item = {key for f, key in subjects if f == facet}
        of_reader = {key for f, key in interests if f == facet}
        if shared := of_item & of_reader:
            return f"{facet}:{min(shared)}"
        comparable = comparable or bool(of_item and of_reader)
    return None if comparable else ""


def _place(subjects: frozenset[tuple[str, str]], interests: frozenset[tuple[str, str]]) -> str | None:
    """The chosen country or region the item lies in; "" where one side names none; None where they do not meet."""
    wanted = sorted((facet, key) for facet, key in interests if facet in ("country", "region"))
    here = {(facet, key) for facet, key in subjects if facet in ("country", "region")}
    if not wanted or not here:
        return ""
    covered = {key for facet, key in here if facet == "country"}
    for facet, key in here:
        if facet == "region":
            covered |= languages.countries_of(key)
    for facet, key in wanted:  # countries sort before regions: the narrower reason is the better one
        if (facet, key) in here or (facet == "country" and key in covered):
            return f"{facet}:{key}"
        if facet == "region" and not covered.isdisjoint(languages.countries_of(key)):
            return f"region:{key}"
    return None
