"""The vocabulary: seeded once, then staff's own."""

import pytest
from sqlmodel import Session

from publisher.errors import BadInput, Conflict, NotFound
from publisher.vocabulary import defaults, terms


def test_it_is_seeded_once_and_staffs_words_stay(session: Session) -> None:
    number = terms.seed_defaults(session)
    assert number == sum(len(facet) for facet in defaults.FACETS.values())
    terms.rename(session, terms.get(session, "topic", "initial-training"), "en", "Training before work")
    assert terms.seed_defaults(session) == 0
    assert terms.names(session, "topic", "en")["initial-training"] == "Training before work"
    assert terms.names(session, "topic", "fr")["initial-training"] == "Formation initiale"
    assert terms.names(session, "topic", "de")["initial-training"] == "Training before work"
    assert terms.names(session, "country", "fr")["KE"] == "Kenya"


def test_a_term_is_added_moved_retired_and_brought_back(session: Session) -> None:
    for name in ("One", "Two", "Three"):
        terms.add(session, "topic", name)
    three = terms.get(session, "topic", "three")
    terms.move(session, three, 0)
    assert [key for key, _ in terms.interest_choices(session, "en")["topic"]] == ["three", "one", "two"]
    terms.retire(session, three)
    assert [key for key, _ in terms.interest_choices(session, "en")["topic"]] == ["one", "two"]
    assert terms.names(session, "topic", "en")["three"] == "Three"
    terms.bring_back(session, three)
    assert len(terms.interest_choices(session, "en")["topic"]) == 3


def test_words_are_recognised_as_people_write_them(session: Session) -> None:
    terms.seed_defaults(session)
    for text in ("initial-training", "Initial Training", "formation INITIALE", "topic:initial-training"):
        assert terms.recognise(session, text) == ("topic", "initial-training")
    assert terms.recognise(session, "country:Kenya") == ("country", "KE")
    assert terms.recognise(session, "region:014") == ("region", "014")
    assert terms.recognise(session, "nonsense") is None


def test_what_cannot_be_gets_a_sentence(session: Session) -> None:
    one = terms.add(session, "topic", "One")
    with pytest.raises(Conflict):
        terms.add(session, "topic", "ONE")
    with pytest.raises(BadInput):
        terms.add(session, "colour", "Red")
    with pytest.raises(BadInput):
        terms.add(session, "topic", "التدريب")
    with pytest.raises(BadInput):
        terms.rename(session, one, "en", "")
    with pytest.raises(NotFound):
        terms.get(session, "topic", "two")
    assert terms.add(session, "topic", "التدريب", language="ar", key="training").key == "training"
