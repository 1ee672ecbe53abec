"""The promises of the demo hub's content: enough of it, from everywhere, in six languages, nothing twice, nothing unknown."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from email_validator import validate_email

from publisher.demo import content
from publisher.languages import COUNTRIES, REGIONS
from publisher.newsletters.matching import Item, Matcher
from publisher.newsletters.matching import Reader as Taste
from publisher.vocabulary.defaults import KINDS, SECTORS, TOPICS

TODAY = date(2026, 11, 23)
SHELF = content.resources()
READERS = content.readers()
SIXTY = [reader for reader in READERS if reader.group == "main"]
LETTER = content.newsletters()[0]
ARABIC = re.compile(r"[\u0600-\u06ff]")
LATIN = re.compile(r"[A-Za-zÀ-ÿ]")
EXAMPLE = re.compile(r"(^|\.)(example\.(org|com|net)|example)$")


def host_of(url: str) -> str:
    return url.split("/")[2]


def is_written_in(language: str, text: str) -> bool:
    """By script only: Arabic is mostly Arabic letters, the other five languages have none."""
    arabic, latin = len(ARABIC.findall(text)), len(LATIN.findall(text))
    return arabic > latin if language == "ar" else arabic == 0 and latin > 0


def test_the_shelf_is_full_and_from_everywhere():
    assert len(SHELF) >= 165
    assert len({country for item in SHELF for country in item.countries}) >= 72
    assert any(not item.countries and not item.regions for item in SHELF)
    assert any(item.regions for item in SHELF)


def test_the_shelf_speaks_six_languages():
    spoken = Counter(item.original_language for item in SHELF)
    least = {"en": 85, "fr": 30, "es": 20, "pt": 12, "ar": 12, "sw": 8}
    assert set(spoken) == set(least)
    assert {language: spoken[language] for language in least if spoken[language] < least[language]} == {}
    assert sum(len(item.texts) > 1 for item in SHELF) >= len(SHELF) // 3


def test_featured_resources_can_be_read_in_english_french_and_arabic():
    featured = [item for item in SHELF if item.status == "featured"]
    assert len(featured) == 5
    assert all({"en", "fr", "ar"} <= set(item.texts) for item in featured)
    assert {item.image for item in featured} == {image.no for image in content.hub().images}


def test_statuses_leave_something_to_review():
    count = Counter(item.status for item in SHELF)
    assert set(count) == {"approved", "featured", "new", "rejected"}
    assert 10 <= count["new"] <= 16
    assert count["rejected"] == 3


@pytest.mark.parametrize(("least", "oldest", "youngest"), [(35, 75, 45), (30, 44, 16), (28, 15, 0)])
def test_news_fills_two_past_issues_and_the_draft(least: int, oldest: int, youngest: int):
    told = [item for item in SHELF if item.status in ("approved", "featured") and item.news_days_ago is not None]
    assert sum(youngest <= item.news_days_ago <= oldest for item in told) >= least
    assert all(0 <= item.news_days_ago <= 75 for item in told)


def test_what_never_was_news_is_old():
    shelved = [item for item in SHELF if item.news_days_ago is None]
    assert len(shelved) >= 45
    assert all(item.published_days_ago > 60 for item in shelved)
    assert all(item.published_days_ago >= item.news_days_ago for item in SHELF if item.news_days_ago is not None)


def test_nothing_is_on_the_shelf_twice():
    keys = [item.key for item in SHELF]
    urls = [item.url for item in SHELF] + [item.url for item in content.trickle()]
    titles = [(lang, text.title) for item in SHELF for lang, text in item.texts.items()]
    titles += [(item.language, item.title) for item in content.trickle()]
    blurbs = [text.blurb for item in SHELF for text in item.texts.values()]
    blurbs += [item.summary for item in content.trickle()]
    dois = [item.doi for item in SHELF if item.doi]
    assert [thing for each in (keys, urls, titles, blurbs, dois) for thing, n in Counter(each).items() if n > 1] == []
    assert all(doi.startswith("10.5555/") for doi in dois)


def test_every_blurb_is_two_or_three_sentences_long():
    blurbs = [text.blurb for item in SHELF for text in item.texts.values()]
    blurbs += [item.summary for item in content.trickle()]
    assert [blurb for blurb in blurbs if not 80 <= len(blurb) <= 420] == []


def test_blurbs_do_not_all_begin_alike():
    begins = Counter(" ".join(text.blurb.split()[:2]) for item in SHELF for text in item.texts.values())
    assert begins.most_common(1)[0][1] <= 4


def test_texts_are_written_in_the_language_they_claim():
    texts = [(lang, part) for item in SHELF for lang, text in item.texts.items() for part in (text.title, text.blurb)]
    texts += [(item.language, part) for item in content.trickle() for part in (item.title, item.summary)]
    for paper in content.newsletters():
        words = [
            paper.names,
            paper.taglines,
            paper.subjects,
            paper.preheaders,
            *(part.titles for part in paper.sections),
        ]
        words += [each for issue in paper.issues for each in (issue.subjects, issue.preheaders, issue.openings)]
        texts += [pair for each in words for pair in each.items()]
    hub = content.hub()
    texts += [
        pair for each in (hub.tagline, hub.about, hub.invented, hub.privacy, hub.consent) for pair in each.items()
    ]
    assert [pair for pair in texts if not is_written_in(*pair)] == []
    assert all(item.original_language in item.texts for item in SHELF)


def test_every_key_is_in_the_vocabulary():
    things = [*SHELF, *content.trickle()]
    assert {item.kind for item in SHELF} == set(KINDS)
    assert {item.kind for item in things} <= set(KINDS)
    assert {topic for thing in (*things, *READERS) for topic in thing.topics} <= set(TOPICS)
    assert {sector for thing in (*things, *READERS) for sector in thing.sectors} <= set(SECTORS)
    assert all(item.topics and item.sectors for item in things)
    rules = [part for paper in content.newsletters() for part in paper.sections]
    assert {kind for part in rules for kind in part.kinds} <= set(KINDS)
    assert {topic for part in rules for topic in part.topics} <= set(TOPICS)


def test_every_country_region_and_zone_exists():
    chosen = [*SHELF, *READERS]
    countries = {country for thing in chosen for country in thing.countries}
    countries |= {reader.country for reader in READERS} | {item.country for item in content.trickle()}
    assert countries - set(COUNTRIES) == set()
    assert {region for thing in chosen for region in thing.regions} - set(REGIONS) == set()
    for zone in {reader.zone for reader in READERS} | {paper.zone for paper in content.newsletters()}:
        assert ZoneInfo(zone).key == zone


def test_meetings_and_calls_have_their_time_and_several_are_still_to_come():
    dated = [item for item in SHELF if item.kind in ("webinar", "event", "call")]
    spans = [item.span for item in dated if item.span]
    assert len(spans) == len(dated)
    assert all(span.starts(TODAY) < span.ends(TODAY) for span in spans)
    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    assert sum(midnight < span.ends(TODAY) < midnight + timedelta(days=40) for span in spans) >= 8
    assert any(span.ends(TODAY) < midnight for span in spans)
    assert all(item.minutes for item in SHELF if item.kind in ("episode", "recording"))


def test_a_time_is_the_wall_time_of_its_own_zone():
    island = next(item for item in SHELF if item.key == "solomon-islands-boat-supervisors")
    assert island.span
    assert island.span.starts(TODAY) == datetime(2026, 12, 2, 0, 0, tzinfo=UTC)  # 11:00 at UTC+11, nine days on


def test_sixty_active_readers_are_on_the_main_list():
    assert len(SIXTY) == 60
    assert all(reader.state == "active" and LETTER.list.slug in reader.lists for reader in SIXTY)


def test_others_are_pending_paused_or_gone():
    states = Counter(reader.state for reader in READERS if reader.group == "others")
    assert states == {"pending": 4, "unsubscribed": 3, "paused": 1}


def test_readers_differ_in_what_they_asked_for():
    profiles = {(r.languages, r.topics, r.sectors, r.countries, r.regions) for r in SIXTY}
    assert len(profiles) >= 50
    assert {reader.languages[0] for reader in SIXTY} == {"en", "fr", "es", "pt", "ar", "sw"}
    assert any(not (r.topics or r.sectors or r.countries or r.regions) and r.languages == ("en",) for r in SIXTY)


def test_addresses_are_sound_unique_and_belong_to_nobody():
    addresses = [reader.email for reader in READERS] + [person.email for person in content.hub().staff]
    assert len({address.casefold() for address in addresses}) == len(addresses)
    for address in addresses:
        assert EXAMPLE.search(validate_email(address, check_deliverability=False).ascii_domain), address
    assert sum(not address.isascii() for address in addresses) >= 2
    hosts = [host_of(item.url) for item in (*SHELF, *content.trickle())]
    assert [host for host in hosts if not EXAMPLE.search(host)] == []


def test_three_newsletters_of_three_kinds():
    papers = content.newsletters()
    assert [(paper.slug, paper.list.kind, paper.release) for paper in papers] == [
        ("letter", "open", "by-hand"),
        ("opportunities", "open", "by-itself"),
        ("costing-circle", "cohort", "by-hand"),
    ]
    assert {part.mode for paper in papers for part in paper.sections} == {"once", "until"}
    assert {name for reader in READERS for name in reader.lists} == {paper.list.slug for paper in papers}
    assert all(sum(paper.list.slug in reader.lists for reader in SIXTY) >= 8 for paper in papers)
    assert {kind for part in LETTER.sections for kind in part.kinds} == set(KINDS)


def test_the_letter_has_two_past_issues_and_a_growing_draft_in_three_languages():
    first, second, draft = LETTER.issues
    assert first.sent_days_ago is not None
    assert second.sent_days_ago is not None
    assert first.sent_days_ago > second.sent_days_ago
    assert draft.sent_days_ago is None
    for issue in LETTER.issues:
        for words in (issue.subjects, issue.preheaders, issue.openings):
            assert set(words) == set(LETTER.languages)
    # The letter greets by name and signs: an opening that did it too would say both twice.
    assert not any("mbeki" in opening.casefold() for issue in LETTER.issues for opening in issue.openings.values())


def test_sources_trickle_for_days():
    items, sources = content.trickle(), content.sources()
    assert len(items) == 40
    assert [item.after_hours for item in items[:8]] == [0.0] * 8
    gaps = [later.after_hours - earlier.after_hours for earlier, later in pairwise(items[7:])]
    assert all(0.3 <= gap <= 0.7 for gap in gaps[:16])
    assert all(2 <= gap <= 6 for gap in gaps[16:])
    assert {item.source for item in items} == {source.key for source in sources}
    assert {source.kind for source in sources} == {"feed", "oai-pmh", "sitemap", "json"}
    assert all(source.path == f"/demo/sources/{source.key}" for source in sources)
    assert all(item.span for item in items if item.kind in ("webinar", "event", "call"))


def taste_of(reader: content.Reader) -> Taste:
    asked = {"topic": reader.topics, "sector": reader.sectors, "country": reader.countries, "region": reader.regions}
    return Taste(reader.languages, frozenset((facet, key) for facet, keys in asked.items() for key in keys))


def draft_items() -> list[Item]:
    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    fresh = [item for item in SHELF if item.status in ("approved", "featured") and item.news_days_ago in range(16)]
    return [
        Item(number, part.key, part.mode == "once", part.limit, number, tuple(work.texts), subjects_of(work), ends)
        for part in LETTER.sections
        for number, work in enumerate(fresh)
        if work.kind in part.kinds
        if (ends := work.span.ends(TODAY) if work.span else None) is None or ends > midnight
    ]


def subjects_of(work: content.Resource) -> frozenset[tuple[str, str]]:
    named = {"topic": work.topics, "sector": work.sectors, "country": work.countries, "region": work.regions}
    return frozenset((facet, key) for facet, keys in named.items() for key in keys)


def test_the_draft_has_something_for_every_reader_and_not_the_same():
    matcher = Matcher(draft_items(), datetime(2026, 11, 23, 6, tzinfo=UTC))
    selections = [[(v.item.work_id, v.language) for v in matcher.select(taste_of(reader))] for reader in SIXTY]
    assert min(map(len, selections)) >= 2
    assert len({tuple(selection) for selection in selections}) >= 30
