"""Who gets which item, in which language and why: the rules told as stories, and what must hold for every hub."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from publisher.newsletters import reasons
from publisher.newsletters.matching import (
    AGAIN,
    EVERYONE,
    Item,
    Matcher,
    Reader,
    Verdict,
    judge,
    possible_reasons,
    text_language,
)

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
KENYA, PERU = ("country", "KE"), ("country", "PE")
EASTERN_AFRICA, AFRICA, LATIN_AMERICA = ("region", "014"), ("region", "002"), ("region", "419")
PAY, PLAY, HOME = ("topic", "pay"), ("topic", "play"), ("sector", "home-visiting")


def item(work_id: int = 1, *subjects: tuple[str, str], **changes: object) -> Item:
    values: dict[str, object] = {
        "section": "new", "once": True, "limit": None, "position": work_id, "texts": ("en",), "ends_at": None,
    } | changes  # fmt: skip
    return Item(work_id=work_id, subjects=frozenset(subjects), **values)  # type: ignore[arg-type]


def reader(*interests: tuple[str, str], languages: tuple[str, ...] = ("en",), had: tuple[int, ...] = ()) -> Reader:
    return Reader(languages, frozenset(interests), frozenset(had))


def said(verdict: Verdict) -> str:
    return ("in: " if verdict.included else "out: ") + verdict.reason


@pytest.mark.parametrize(
    ("subjects", "interests", "verdict"),
    [
        ((), (), "in: everyone"),
        ((), (KENYA, PAY), "in: everyone"),
        ((KENYA, PAY), (), "in: everyone"),
        ((PAY,), (PAY, PLAY), "in: topic:pay"),
        ((PAY,), (PLAY,), "out: subject"),
        ((PAY, HOME), (PLAY, HOME), "in: sector:home-visiting"),
        ((HOME,), (PAY,), "in: everyone"),
        ((KENYA,), (KENYA,), "in: country:KE"),
        ((KENYA,), (EASTERN_AFRICA,), "in: region:014"),
        ((KENYA,), (AFRICA,), "in: region:002"),
        ((KENYA,), (PERU,), "out: country"),
        ((KENYA,), (LATIN_AMERICA,), "out: country"),
        ((KENYA, PERU), (LATIN_AMERICA,), "in: region:419"),
        ((AFRICA,), (KENYA,), "in: country:KE"),
        ((AFRICA,), (AFRICA,), "in: region:002"),
        ((AFRICA,), (EASTERN_AFRICA,), "in: region:014"),
        ((EASTERN_AFRICA,), (AFRICA,), "in: region:002"),
        ((KENYA,), (AFRICA, KENYA), "in: country:KE"),
        ((KENYA, PAY), (KENYA, PAY), "in: country:KE+topic:pay"),
        ((KENYA, PAY), (KENYA, PLAY), "out: subject"),
        ((PERU, PAY), (KENYA, PAY), "out: country"),
        ((PAY,), (KENYA,), "in: everyone"),
    ],
)
def test_the_rules_a_reader_could_be_told(
    subjects: tuple[tuple[str, str], ...], interests: tuple[tuple[str, str], ...], verdict: str
) -> None:
    assert said(judge(item(1, *subjects), reader(*interests), NOW)) == verdict


@pytest.mark.parametrize(
    ("texts", "wanted", "language"),
    [
        (("en", "fr"), ("fr", "en"), "fr"),
        (("en",), ("fr", "en"), "en"),
        (("en",), ("fr",), None),
        (("pt-BR",), ("pt",), "pt-BR"),
        (("pt",), ("pt-BR", "en"), "pt"),
        (("pt", "pt-BR"), ("pt-BR",), "pt-BR"),
        ((), ("en",), None),
    ],
)
def test_the_text_is_in_the_first_language_there_is(
    texts: tuple[str, ...], wanted: tuple[str, ...], language: str | None
) -> None:
    assert text_language(texts, wanted) == language


def test_what_ends_this_instant_has_ended() -> None:
    assert said(judge(item(ends_at=NOW), reader(), NOW)) == "out: ended"
    assert said(judge(item(ends_at=NOW + timedelta(seconds=1)), reader(), NOW)) == "in: everyone"


def test_once_is_once_and_until_returns_with_another_reason() -> None:
    once, until = item(1), item(2, section="coming", once=False)
    assert [said(v) for v in Matcher([until, once], NOW).judge(reader(had=(1, 2)))] == ["in: again", "out: had"]


def test_a_full_section_leaves_out_the_rest_and_what_they_had_takes_no_room() -> None:
    items = [item(n, limit=2) for n in range(1, 5)]
    assert [said(v) for v in Matcher(items, NOW).judge(reader(had=(1,)))] == [
        "out: had", "in: everyone", "in: everyone", "out: limit",
    ]  # fmt: skip


FACETS = st.sampled_from(
    [KENYA, PERU, ("country", "FR"), AFRICA, EASTERN_AFRICA, LATIN_AMERICA, ("region", "001"), PAY, PLAY, HOME]
)
SUBJECTS = st.frozensets(FACETS, max_size=4)
LANGUAGES = st.lists(st.sampled_from(["en", "fr", "ar", "pt", "pt-BR"]), min_size=1, max_size=3, unique=True).map(tuple)
ENDS = st.none() | st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours))


@st.composite
def issues(draw: st.DrawFn) -> list[Item]:
    modes = {"coming": False, "new": True, "more": True}
    limits = {key: draw(st.none() | st.integers(0, 3)) for key in modes}
    made: list[Item] = []
    for key, once in modes.items():
        for _ in range(draw(st.integers(0, 4))):
            made.append(Item(len(made), key, once, limits[key], len(made), draw(LANGUAGES), draw(SUBJECTS), draw(ENDS)))
    return made


READERS = st.builds(Reader, LANGUAGES, SUBJECTS, st.frozensets(st.integers(0, 12), max_size=6))


@effort(max_examples=150, deadline=None)
@given(issues(), READERS)
def test_what_holds_for_every_issue_and_reader(items: list[Item], person: Reader) -> None:
    matcher = Matcher(items, NOW)
    verdicts = matcher.judge(person)
    assert [v.item for v in verdicts] == items
    assert matcher.judge(person) == verdicts, "the kept answer is the answer"
    for verdict in verdicts:
        if not verdict.included:
            assert verdict.reason in reasons.OUT
            continue
        entry = verdict.item
        assert entry.ends_at is None or entry.ends_at > NOW
        assert not (entry.once and entry.work_id in person.had)
        assert (verdict.reason == AGAIN) == (not entry.once and entry.work_id in person.had)
        assert verdict.reason in possible_reasons(entry)
        assert verdict.language == text_language(entry.texts, person.languages)
        first = next(
            w for w in person.languages if any(t.partition("-")[0] == w.partition("-")[0] for t in entry.texts)
        )
        assert verdict.language.partition("-")[0] == first.partition("-")[0]
    for section in {entry.section for entry in items}:
        taken = [v for v in verdicts if v.included and v.item.section == section]
        assert all(v.item.limit is None or len(taken) <= v.item.limit for v in taken)
    for verdict in verdicts:
        if verdict.reason == "limit":
            taken = [v for v in verdicts if v.included and v.item.section == verdict.item.section]
            assert len(taken) == verdict.item.limit


@effort(max_examples=60, deadline=None)
@given(issues(), LANGUAGES)
def test_who_asks_for_nothing_gets_everything_in_their_languages(items: list[Item], spoken: tuple[str, ...]) -> None:
    for verdict in (judge(entry, Reader(spoken), NOW) for entry in items):
        ended = verdict.item.ends_at is not None and verdict.item.ends_at <= NOW
        readable = text_language(verdict.item.texts, spoken) is not None
        assert verdict.included == (readable and not ended)
        assert verdict.reason == (EVERYONE if verdict.included else "ended" if ended else "language")


@effort(max_examples=60, deadline=None)
@given(issues(), READERS, READERS)
def test_readers_do_not_change_each_others_answers(items: list[Item], one: Reader, other: Reader) -> None:
    shared = Matcher(items, NOW)
    shared.judge(one)
    assert shared.judge(other) == Matcher(items, NOW).judge(other)


@effort(max_examples=30, deadline=None)
@given(issues(), READERS, st.sampled_from(["en", "fr", "ar"]))
def test_every_reason_has_words_in_a_compiled_letter(items: list[Item], person: Reader, language: str) -> None:
    table = reasons.table(items, language, reasons.namer(language, {}))
    for verdict in Matcher(items, NOW).select(person):
        assert table[verdict.reason]
