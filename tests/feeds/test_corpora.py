"""Real documents of others: none may raise, and where somebody wrote down the truth we compare.

Where we differ from feed-rs on purpose: an Atom entry without an author has its feed's (RFC 4287 §4.2.1), `dc:`, `itunes:`
and `media:` fields count, RSS 1.0 items are named by `rdf:about`, links are absolute, so only counts, titles, dates and
bodies are compared one by one. Where we differ from feedparser: we do not undo text that was encoded twice.
"""

import ast
import json
import re
from pathlib import Path

import pytest
import yaml

from feeds import oaipmh
from feeds.dates import parse_date
from feeds.encodings import text_of
from feeds.errors import FeedError
from feeds.reading import read, recognise

pytestmark = pytest.mark.corpora
NOT_A_FEED = {"xml_iso8859.xml", "xml_sample_1.xml", "xml_sample_2.xml", "rss_empty_document.xml"}
# feed-rs knows a date that names an offset in no form it reads; these two are plain enough.
DATES_THEY_MISS = {("rss_1.0_example_1.xml", 1), ("rss_2.0_nbcny.xml", 0)}
TWICE_ENCODED = {"bozo_double-encoded-html.xml", "demoronize-3.xml"}


def words(text: str | None) -> str:
    return " ".join((text or "").split())


def test_every_feed_is_read_or_refused_with_a_sentence(corpora: Path, now):
    files = [f for f in sorted((corpora / "feeds").rglob("*")) if f.is_file() and not f.name.endswith(".serde.json")]
    refused = {}
    for file in files:
        try:
            feed = read(file.read_bytes(), content_type=None, url=None, now=now)
            assert feed.format in ("rss", "atom", "jsonfeed"), file.name
        except FeedError as error:
            refused[file.name] = str(error)

    assert len(files) == 168
    assert set(refused) == NOT_A_FEED
    assert all(sentence.endswith(".") for sentence in refused.values())


def test_what_feed_rs_knows_we_know(corpora: Path, now):
    truths = sorted((corpora / "feeds" / "feed-rs").rglob("*.serde.json"))
    items = 0
    for path in truths:
        stem = path.name.removesuffix(".serde.json")
        file = next(f for f in (path.with_name(f"{stem}.xml"), path.with_name(f"{stem}.json")) if f.exists())
        truth, feed = json.loads(path.read_bytes()), read(file.read_bytes(), content_type=None, url=None, now=now)
        assert len(feed.items) == len(truth["entries"]), file.name
        if file.name != "atom_entry_1.xml":  # an entry alone: its title is the feed's to us
            assert feed.title == words(truth["title"] and truth["title"]["content"]), file.name
        for number, (item, entry) in enumerate(zip(feed.items, truth["entries"], strict=True)):
            items += 1
            assert item.title == words(entry["title"] and entry["title"]["content"]), (file.name, number)
            if (file.name, number) not in DATES_THEY_MISS:
                assert item.published == parse_date(entry["published"]), (file.name, number)
            told = words((entry["content"] or {}).get("body"))
            if told and "xhtml" not in str(entry["content"]["content_type"]) and not told.startswith("<div"):
                assert words(item.content_html) == told, (file.name, number)

    assert len(truths) == 63
    assert items > 100


def test_encodings_are_what_feedparser_expects(corpora: Path, now):
    """Each file says in a comment which characters come out."""
    checked = 0
    for file in sorted((corpora / "feeds" / "feedparser-encoding").glob("*.xml")):
        data = file.read_bytes()
        text, _ = text_of(data)
        expected = re.search(r"(feed\['title'\]|entries\[0\]\['description'\]) == ('(?:[^'\\]|\\.)*')", text)
        header = re.search(r"Content-type:\s*(.+)", text)
        feed = read(data, content_type=header[1].strip() if header else None, url=None, now=now)
        if expected and file.name not in TWICE_ENCODED:
            got = feed.title if "title" in expected[1] else feed.items[0].summary_html
            assert got == ast.literal_eval(expected[2]), file.name
            checked += 1

    assert checked >= 6


def test_encodings_nobody_named_are_guessed_and_told(corpora: Path):
    files = sorted((corpora / "feeds" / "feedparser-illformed" / "chardet").glob("*.xml"))
    for file in files:
        data = file.read_bytes()
        expected = re.search(rb"encoding == '([^']+)'", data)[1].decode()
        text, problem = text_of(data)
        assert text == data.decode(expected, "replace"), file.name
        assert problem.startswith("The document does not name its encoding rightly")

    assert len(files) == 8


def test_ampersands_of_links_survive(corpora: Path, now):
    file = corpora / "feeds" / "feedparser-illformed" / "rss_item_link_corrupted_ampersands.xml"

    assert read(file.read_bytes(), content_type=None, url=None, now=now).items[0].link == "http://link/get?a=1&b=2"


@pytest.mark.parametrize(
    ("name", "records", "dois"),
    [
        ("addis_ababa-00", 8, 0),
        ("csir-00", 6, 0),
        ("cuny-00", 44, 0),
        ("erudit-00", 46, 27),
        ("hacettepe-00", 100, 0),
        ("hacettepe-01", 3, 0),
        ("kent-00", 4, 0),
        ("mit-00", 50, 50),
        ("nku-00", 5, 0),
        ("umontreal-00", 41, 1),
    ],
)
def test_every_record_of_nine_repositories_has_title_link_and_date(corpora: Path, now, name, records, dois):
    feed = read((corpora / "domain" / "oai-pmh" / f"{name}.xml").read_bytes(), content_type=None, url=None, now=now)

    assert feed.format == "oai-pmh"
    assert len(feed.items) == records
    assert all(item.title and item.link and item.published and item.guid.startswith("oai:") for item in feed.items)
    assert sum(item.doi is not None for item in feed.items) == dois
    assert (feed.next_page is not None) == (name == "hacettepe-00")


def test_recorded_answers_of_a_repository_are_read_page_by_page(corpora: Path, now):
    pages, errors = 0, []
    for file in sorted((corpora / "domain" / "oai-pmh-protocol").glob("*.yaml")):
        for exchange in yaml.safe_load(file.read_text())["interactions"]:
            body, asked = exchange["response"]["body"]["content"].encode(), exchange["request"]["uri"]
            if recognise(body) == "html":
                continue
            try:
                feed = oaipmh.read_records(body, url=asked, now=now)
            except oaipmh.OaiError as error:
                errors.append(error.code)
                continue
            pages += 1
            assert len(feed.items) == body.count(b"</header>")
            assert sum(item.deleted for item in feed.items) == body.count(b'<header status="deleted"')
            assert (feed.next_page is not None) == bool(re.search(rb"<resumptionToken[^>]*>\s*[^<\s]", body))

    assert pages == 28
    assert set(errors) == {"badArgument", "badResumptionToken", "idDoesNotExist"}


def test_276_records_of_two_catalogues(corpora: Path, now):
    data = (corpora / "domain" / "ecd_resources_sample.csv").read_bytes()
    feed = read(data, content_type="text/csv", url=None, now=now)
    namibia = next(item for item in feed.items if item.guid == "NAM_1999_NCAS_v01_M")

    assert (feed.format, len(feed.items), feed.problems) == ("csv", 276, ())
    assert namibia.countries == ("NA",)
    assert namibia.kind == "dataset"
    assert namibia.published.year == 1999
    assert namibia.link == "http://catalog.ihsn.org/catalog/study/NAM_1999_NCAS_v01_M_WB"
    assert all(item.title and not item.guid_made for item in feed.items)


def test_answers_of_a_catalogue_in_json(corpora: Path, now):
    for name, count in (("test_cursor", 20), ("test_works_query", 2), ("test_works_with_one_id", 1)):
        cassette = yaml.safe_load((corpora / "domain" / "crossref" / f"{name}.yaml").read_text())
        feed = read(cassette["interactions"][0]["response"]["body"]["string"], content_type=None, url=None, now=now)
        assert (feed.format, len(feed.items)) == ("json", count)
        assert all(item.title and item.doi and item.link for item in feed.items)
