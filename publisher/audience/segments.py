"""Segments: a small language for “which readers”, such as
`topic:home-visiting and (country:KE or region:014) and not language:fr and list:monthly joined-after:2026-01-01`.

    rule   := and-part (“or” and-part)*
    and    := part ((“and”)? part)*
    part   := “not” part | “(” rule “)” | word “:” value        value: no blanks, or in double quotes

It is parsed into values, and the values become bound parameters: nothing a person types is ever part of a statement.
`country:` and `region:` are what readers follow; `lives-in:` is where they are. `list:monthly` means that they get it;
`list:monthly/pending` names another state. `region:` includes who follows a country or a region inside it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_
from sqlmodel import Session, col, select

from publisher import languages
from publisher.audience import lists, people
from publisher.audience.models import Interest, Person, Subscription, SubscriptionState
from publisher.clock import zone as check_zone
from publisher.errors import BadInput, NotFound
from publisher.mail.models import Address
from publisher.vocabulary import terms

LONGEST_RULE = 2000
DEEPEST = 30
WORDS = (
    "topic", "sector", "audience", "country", "region", "language", "list", "state", "zone", "lives-in", "domain",
    "joined-after", "joined-before",
)  # fmt: skip
STATES = (*(state.value for state in SubscriptionState), "paused", "suppressed")


@dataclass(frozen=True)
class Is:
    """`word:value`, at a place in the rule (counted from 1)."""

    word: str
    value: str
    place: int


@dataclass(frozen=True)
class Not:
    part: "Rule"


@dataclass(frozen=True)
class All:
    parts: "tuple[Rule, ...]"


@dataclass(frozen=True)
class AnyOf:
    parts: "tuple[Rule, ...]"


Rule: TypeAlias = "Is | Not | All | AnyOf"


def parse(text: str) -> Rule:
    """A rule as a tree. `BadInput` with the place where it cannot be read, and never anything else."""
    if len(text) > LONGEST_RULE:
        raise BadInput(f"A rule has at most {LONGEST_RULE} characters.")
    parser = _Parser(_tokens(text), len(text) + 1)
    rule = parser.rule(0)
    if parser.token is not None:
        raise _wrong(parser.token.place, "“)” closes nothing")
    return rule


def condition(session: Session, text: str, *, now: datetime) -> ColumnElement[bool]:
    """The rule as a condition on `Person`. `BadInput` also where a list, term, place or date is unknown."""
    return _where(session, parse(text), now)


def count(session: Session, text: str, *, now: datetime) -> int:
    """How many readers a rule finds; everybody for an empty one."""
    wanted = select(func.count()).select_from(Person).join(Address, col(Address.id) == col(Person.address_id))
    wanted = wanted.where(col(Address.email) != "")
    if text.strip():
        wanted = wanted.where(condition(session, text, now=now))
    return int(session.exec(wanted).one())


@dataclass(frozen=True)
class _Token:
    text: str
    place: int

    @property
    def plain(self) -> str:
        return self.text.lower()


class _Parser:
    def __init__(self, tokens: list[_Token], end: int) -> None:
        self._tokens, self._at, self._end = tokens, 0, end

    @property
    def token(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def rule(self, depth: int) -> Rule:
        parts = [self._all(depth)]
        while self.token is not None and self.token.plain == "or":
            self._at += 1
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all(self, depth: int) -> Rule:
        parts = [self._part(depth)]
        while self.token is not None and self.token.plain not in ("or", ")"):
            if self.token.plain == "and":
                self._at += 1
            parts.append(self._part(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _part(self, depth: int) -> Rule:
        token = self.token
        if token is None:
            raise _wrong(self._end, "something like “topic:home-visiting” is missing")
        if depth > DEEPEST:
            raise _wrong(token.place, "the brackets are too deep")
        self._at += 1
        if token.plain == "not":
            return Not(self._part(depth + 1))
        if token.text == "(":
            inner = self.rule(depth + 1)
            if self.token is None:
                raise _wrong(token.place, "this bracket is never closed")
            self._at += 1
            return inner
        return _is(token)


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = re.compile(r'[()]|(?:[^\s()"]|"[^"]*")+').match(text, at)
        if match is None:
            raise _wrong(at + 1, "a quotation mark is never closed")
        found.append(_Token(match[0], at + 1))
        at = match.end()
    return found


def _is(token: _Token) -> Is:
    word, colon, value = token.text.partition(":")
    value = value.replace('"', "").strip()
    if not colon:
        raise _wrong(token.place, f"“{token.text[:40]}” is not of the form word:value")
    if word.lower() not in WORDS:
        raise _wrong(token.place, f"there is no word “{word[:40]}”; there are {', '.join(WORDS)}")
    if not value or not value.isprintable():
        raise _wrong(token.place, f"a value is missing after “{word}:”")
    return Is(word.lower(), value, token.place)


def _wrong(place: int, what: str) -> BadInput:
    return BadInput(f"The rule cannot be read at character {place}: {what}.", field="segment")


def _where(session: Session, rule: Rule, now: datetime) -> ColumnElement[bool]:
    if isinstance(rule, Not):
        return not_(_where(session, rule.part, now))
    if isinstance(rule, All):
        return and_(*(_where(session, part, now) for part in rule.parts))
    if isinstance(rule, AnyOf):
        return or_(*(_where(session, part, now) for part in rule.parts))
    try:
        return _of(session, rule, now)
    except (NotFound, BadInput) as problem:
        raise _wrong(rule.place, str(problem).rstrip(".")) from problem


def _of(session: Session, rule: Is, now: datetime) -> ColumnElement[bool]:
    match rule.word:
        case "topic" | "sector" | "audience":
            return _follows(rule.word, [_term(session, rule.word, rule.value)])
        case "country":
            return _follows("country", [_country(rule.value)])
        case "region":
            return _region(rule.value)
        case "language":
            return _language(rule.value)
        case "list":
            return _list(session, rule.value)
        case "state":
            return _state(rule.value, now)
        case "zone":
            return col(Person.zone) == check_zone(rule.value).key
        case "lives-in":
            return col(Person.country) == _country(rule.value)
        case "domain":
            return _address(col(Address.normalised).endswith("@" + rule.value.lower(), autoescape=True))
        case "joined-after":
            return _joined(col(Subscription.active_since) >= _day(rule.value))
        case "joined-before":
            return _joined(col(Subscription.active_since) < _day(rule.value))
    return false()


def _term(session: Session, facet: str, value: str) -> str:
    found = terms.recognise_in(session, facet, value)
    if found is None:
        raise BadInput(f"there is no {facet} “{value[:60]}”")
    return found[1]


def _country(value: str) -> str:
    code = people.clean_country(value)
    if code is None:
        raise BadInput("a country is missing")
    return code


def _region(value: str) -> ColumnElement[bool]:
    code = languages.region_code(value)
    if code is None:
        raise BadInput(f"“{value[:60]}” is not a region")
    inside = [region for region in languages.REGIONS if region == code or code in languages.regions_of(region)]
    return or_(_follows("region", inside), _follows("country", sorted(languages.countries_of(code))))


def _language(value: str) -> ColumnElement[bool]:
    code = languages.normalise(value)
    if code is None:
        raise BadInput(f"“{value[:60]}” is not a language")
    return ("," + col(Person.languages) + ",").contains(f",{code},", autoescape=True)


def _list(session: Session, value: str) -> ColumnElement[bool]:
    slug, _, state = value.partition("/")
    state = state.lower() or SubscriptionState.ACTIVE.value
    if state not in list(SubscriptionState):
        raise BadInput(f"there is no state “{state[:40]}” of a subscription")
    row = lists.get(session, slug)
    return _subscribed(col(Subscription.list_id) == row.id, col(Subscription.state) == state)


def _state(value: str, now: datetime) -> ColumnElement[bool]:
    state = value.lower()
    if state not in STATES:
        raise BadInput(f"there is no state “{value[:40]}”; there are {', '.join(STATES)}")
    if state == "paused":
        return and_(col(Person.paused_until).is_not(None), col(Person.paused_until) > now)
    if state == "suppressed":
        return _address(people.is_silenced())
    return _subscribed(col(Subscription.state) == state)


def _day(value: str) -> datetime:
    try:
        day = date.fromisoformat(value)
    except ValueError as problem:
        raise BadInput(f"“{value[:40]}” is not a day such as 2026-01-31") from problem
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _follows(facet: str, keys: list[str]) -> ColumnElement[bool]:
    return exists().where(
        col(Interest.person_id) == col(Person.id), col(Interest.facet) == facet, col(Interest.key).in_(keys)
    )


def _subscribed(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(col(Subscription.person_id) == col(Person.id), *conditions)


def _joined(when: Any) -> ColumnElement[bool]:
    return _subscribed(col(Subscription.state) == SubscriptionState.ACTIVE, when)


def _address(what: ColumnElement[bool]) -> ColumnElement[bool]:
    return col(Person.address_id).in_(select(Address.id).where(what))
