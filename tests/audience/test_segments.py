"""Segments: what a rule finds, and what it says when it cannot be read."""

import contextlib
from datetime import datetime, timedelta

import pytest
from cast import a_hub, a_list, a_person
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from publisher.audience import lists, people, segments
from publisher.audience.models import Person
from publisher.errors import BadInput
from publisher.mail import addresses
from publisher.mail.models import Suppression
from publisher.vocabulary import terms


@pytest.fixture
def stage(session: Session, now: datetime) -> None:
    terms.seed_defaults(session)
    terms.add(session, "topic", "Home visiting", key="home-visits")
    monthly = a_list(session, a_hub(session, now), now)
    weekly = lists.add(session, "weekly", "The Weekly", now=now)
    a_person(session, "alice@example.org", now, monthly, weekly, name="alice", languages="fr,en",
             interests=(("topic", "home-visits"), ("country", "KE")), zone="Africa/Nairobi")  # fmt: skip
    bob = a_person(session, "bob@sub.example.org", now, monthly, state="pending", name="bob", languages="en")
    bob.country = "GH"
    carol = a_person(session, "carol@example.com", now, monthly, state="unsubscribed", name="carol",
                     interests=(("region", "014"),))  # fmt: skip
    carol.paused_until = now + timedelta(days=1)
    dan = a_person(session, "dan@example.com", now, weekly, name="dan", languages="pt-BR")
    addresses.suppress(session, people.address_of(session, dan), Suppression.ALL, "bounced", now=now)
    session.flush()


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("topic:home-visits", "alice"),
        ('topic:"Home visiting"', "alice"),
        ("country:Kenya", "alice"),
        ("region:014", "alice carol"),
        ('region:"Sub-Saharan Africa"', "alice carol"),
        ("region:150", ""),
        ("not region:014", "bob dan"),
        ("language:fr", "alice"),
        ("language:pt", ""),
        ("language:pt-BR", "dan"),
        ("list:monthly", "alice"),
        ("list:monthly/pending", "bob"),
        ("list:monthly or list:weekly", "alice dan"),
        ("list:weekly not list:monthly", "dan"),
        ("state:active", "alice dan"),
        ("state:paused", "carol"),
        ("state:suppressed", "dan"),
        ("zone:Africa/Nairobi", "alice"),
        ("lives-in:GH", "bob"),
        ("domain:example.org", "alice"),
        ("joined-after:2026-01-01", "alice dan"),
        ("joined-before:2026-01-01", ""),
        ("language:en or language:pt-BR and not list:weekly", "alice bob carol"),
        ("(language:en OR language:pt-BR) AND NOT list:weekly", "bob carol"),
        ("not not (not list:weekly)", "bob carol"),
    ],
)
@pytest.mark.usefixtures("stage")
def test_a_rule_finds(session: Session, now: datetime, rule: str, found: str) -> None:
    wanted = select(Person.name).where(segments.condition(session, rule, now=now)).order_by(col(Person.name))
    assert " ".join(session.exec(wanted)) == found
    assert segments.count(session, rule, now=now) == len(found.split())


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("", "at character 1: something like “topic:home-visiting” is missing"),
        ("list:monthly and", "at character 17: something like “topic:home-visiting” is missing"),
        ("(list:monthly", "at character 1: this bracket is never closed"),
        ("list:monthly)", "at character 13: “)” closes nothing"),
        ("list:monthly colour:red", "at character 14: there is no word “colour”"),
        ("monthly", "at character 1: “monthly” is not of the form word:value"),
        ("list:", "at character 1: a value is missing after “list:”"),
        ('list:"monthly', "at character 6: a quotation mark is never closed"),
        ("list:nothing", "at character 1: There is no list “nothing”."),
        ("state:gone", "at character 1: there is no state “gone”"),
        ("country:Atlantis", "at character 1: “Atlantis” is not a country."),
        ("topic:nothing", "at character 1: there is no topic “nothing”."),
        ("zone:Mars", "at character 1: “Mars” is not a time zone"),
        ("joined-after:yesterday", "at character 1: “yesterday” is not a day such as 2026-01-31."),
        ("(" * 40 + "list:monthly" + ")" * 40, "the brackets are too deep"),
        ("x" * 2001, "A rule has at most 2000 characters."),
    ],
)
@pytest.mark.usefixtures("stage")
def test_a_rule_that_cannot_be_read_says_where(session: Session, now: datetime, rule: str, sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        segments.condition(session, rule, now=now)
    assert sentence in str(caught.value)


PIECES = [
    "(",
    ")",
    " ",
    "and",
    "or",
    "not",
    '"',
    ":",
    *(f"{word}:" for word in segments.WORDS),
    "monthly",
    "KE",
    "'; --",
    "\0",
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=30).map("".join)))
def test_nothing_but_a_sentence_is_ever_raised(rule: str) -> None:
    with contextlib.suppress(BadInput):
        segments.parse(rule)


@given(st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join))
def test_every_rule_that_reads_is_a_statement(rule: str) -> None:
    try:
        tree = segments.parse(rule)
    except BadInput:
        return
    assert isinstance(tree, segments.Is | segments.Not | segments.All | segments.AnyOf)
