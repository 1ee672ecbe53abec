"""The check of a document: what it is told about, what it refuses, and that nothing makes it stumble."""

import json
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.errors import FeedError, TooLarge, UnknownFormat
from feeds.podcast import emitting
from feeds.podcast.checks import RULES, Report, check, explain, forms, lists, titles
from feeds.podcast.checks.recurrence import faults
from feeds.podcast.reading import read_podcast

RICH = (Path(__file__).parent / "good" / "rich.xml").read_bytes()
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def musts(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings if finding.level == "must"}


# ---- the rules themselves


def test_all_62_requirements_are_rules_with_a_source() -> None:
    assert {rule.number for rule in RULES.values()} == set(range(1, 63))
    for name, rule in RULES.items():
        assert rule.id == name
        assert rule.title.endswith(".")
        assert rule.why.endswith(".")
        assert rule.source
        assert rule.url.startswith("https://")
    sources = {"PSP-1", "Podcasting 2.0", "Apple", "Spotify", "W3C WebSub"}
    assert sources <= {rule.source for rule in RULES.values()}


def test_a_rule_can_be_explained() -> None:
    rule = explain("channel.image")
    assert (rule.number, rule.level, rule.source) == (18, "must", "Apple")
    with pytest.raises(KeyError):
        explain("channel.weather")


def test_levels_are_those_of_the_list() -> None:
    """M in the list of requirements is a must, S and W a should; a tag that may be missing must be right where it stands."""
    should = {4, 7, 8, 9, 19, 20, 21, 22, 25, 26, 29, 45, 46, 47, 48, 59, 60, 61, 62, 2}
    assert {rule.number for rule in RULES.values() if rule.level == "should"} == should
    assert explain("urls.https").level == explain("tags.single").level == explain("document.namespaces").level == "must"


# ---- what only requests show


def test_of_a_file_nothing_is_judged_that_it_does_not_show() -> None:
    report = check(RICH, now=NOW)
    skipped = {one.rule for one in report.not_checked}
    assert skipped == {rule.id for rule in RULES.values() if rule.network}
    assert {explain(rule).number for rule in skipped} >= {5, 7, 8, 10, 11, 18, 42, 51, 52, 61}
    assert all(one.why == "A document does not show this: check the feed by its address." for one in report.not_checked)


def test_rules_that_do_not_concern_a_feed_are_not_named() -> None:
    without = RICH.replace(b'<atom:link href="https://websub.example.net/" rel="hub"/>', b"").replace(
        b"x-mpegURL", b"x"
    )
    skipped = {one.rule for one in check(without, now=NOW).not_checked}
    assert {rule.id for rule in RULES.values() if rule.network} - skipped == {"websub.headers", "apple.hls"}


def test_where_the_document_is_not_well_formed_nothing_else_is_judged() -> None:
    report = check(RICH.replace(b"</copyright>", b""), now=NOW)
    assert musts(report) == {"document.well-formed"}
    assert not report.ok
    assert {one.rule for one in report.not_checked} == {r for r in RULES if not r.startswith("document.")}
    (finding,) = report.findings
    line = (
        RICH[: RICH.index(b"</channel>")].count(b"\n") + 1
    )  # where the parser first sees that something is still open
    assert finding.where == f"line {line}, the document"


def test_the_answer_has_its_form() -> None:
    data = check(RICH.replace(b">en-ke<", b">English<"), now=NOW).as_data()
    assert list(data) == ["ok", "findings", "not_checked"]
    assert data["findings"] == [
        {
            "rule": "channel.language",
            "level": "must",
            "message": "<language> is “English”: write a code of ISO 639 such as en or pt-br.",
            "where": "line 12, channel",
        }
    ]
    assert data["not_checked"][0] == {
        "rule": "feed.type",
        "why": "A document does not show this: check the feed by its address.",
    }
    json.dumps(data)


def test_what_is_found_says_in_which_episode() -> None:
    line = RICH[: RICH.index(b">450<")].count(b"\n") + 1
    report = check(RICH.replace(b">450<", b">4.5<"), now=NOW)
    assert [finding.where for finding in report.findings] == [f"line {line}, item “Six words a day”"]


def test_the_address_it_was_found_at_is_compared_with_its_own() -> None:
    assert check(RICH, url="https://hub.example.org/podcasts/first-steps/feed.xml", now=NOW).findings == ()
    (finding,) = check(RICH, url="https://mirror.example.net/feed.xml", now=NOW).findings
    assert (finding.rule, finding.level) == ("channel.self", "should")


def test_an_episode_of_the_next_minute_is_not_yet_in_the_future() -> None:
    when = b"Mon, 16 Nov 2026 06:00:00 +0000</pubDate>\n      <description>"
    for minutes, found in ((4, set()), (6, {"item.date"})):
        date = format_datetime(NOW + timedelta(minutes=minutes)).encode()
        assert musts(check(RICH.replace(when, date + b"</pubDate>\n      <description>"), now=NOW)) == found


# ---- what is no feed, or attacks


@pytest.mark.parametrize(
    ("data", "family"),
    [
        (b"", UnknownFormat), (b"hello", UnknownFormat), (b'{"version": "https://jsonfeed.org/version/1"}', UnknownFormat),
        (b"<!DOCTYPE html><html><body><p>404<br></body></html>", UnknownFormat), (b"<html/>", UnknownFormat),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), UnknownFormat), (b"<opml version='2.0'/>", UnknownFormat),
        (b"<rss>" + b" " * 20_000_001, TooLarge), (b"<rss>" + b"<a>" * 1_000_001, TooLarge),
        (b"<rss version='2.0'>" + b"<a>" * 5000, TooLarge),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_refused_in_a_sentence(data: bytes, family: type[FeedError]) -> None:
    with pytest.raises(family) as caught:
        check(data, now=NOW)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "document",
    [
        b"<feed xmlns='http://www.w3.org/2005/Atom'/>",
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>",
    ],
)
def test_a_feed_of_another_kind_breaks_the_first_rule(document: bytes) -> None:
    report = check(document, now=NOW)
    assert musts(report) == {"document.rss"}
    assert {one.rule for one in report.not_checked} == {r for r in RULES if not r.startswith("document.")}


def test_entities_are_not_opened() -> None:
    bomb = b'<!DOCTYPE rss [<!ENTITY a "' + b"x" * 1000 + b'">' + b'<!ENTITY b "&a;&a;">' * 20 + b"]><rss>&b;</rss>"
    assert musts(check(bomb, now=NOW)) == {"document.entities"}
    outside = (
        b'<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss version="2.0"><channel><title>&x;</title></channel></rss>'
    )
    assert musts(check(outside, now=NOW)) == {"document.well-formed"}


@pytest.mark.parametrize(
    "piece",
    [
        b"<title>" + b":" * 300_000 + b"</title>", b"<title>" + b"- " * 150_000 + b"</title>",
        b"<description><![CDATA[" + b"<a " * 200_000 + b"]]></description>", b"<guid>" + b"a-" * 150_000 + b"</guid>",
        b"<pubDate>" + b"Mon, " * 100_000 + b"</pubDate>", b"<link>https://" + b"a." * 200_000 + b"</link>",
        b"<itunes:duration xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'>" + b"1:" * 200_000 + b"</itunes:duration>",
        b"<item><title>x</title></item>" * 10_000,
    ],
)  # fmt: skip
def test_long_values_take_no_long_time(piece: bytes) -> None:
    import time

    began = time.process_time()
    check(b"<rss version='2.0'><channel>" + piece + b"<item>" + piece + b"</item></channel></rss>", now=NOW)
    assert time.process_time() - began < 8


# ---- nothing raises but what is declared


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_bytes_of_any_kind_are_judged_or_refused(data: bytes) -> None:
    for document in (data, b"<rss version='2.0'><channel>" + data + b"</channel></rss>"):
        _judged_or_refused(document)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), st.text(max_size=12)), min_size=1, max_size=4))
def test_a_mangled_feed_is_judged_or_refused(cuts: list[tuple[float, int, str]]) -> None:
    data = RICH
    for at, length, put in cuts:
        start = int(at * len(data))
        data = data[:start] + put.encode("utf-8", "replace") + data[start + length :]
    _judged_or_refused(data)


VALUES = st.one_of(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Z")), max_size=20),
    st.sampled_from(["0", "-1", "1e9", "99999999999999999999", "NaN", "²", "٣", "true", "http://[", "https://a:b/", "https://[::1",
                     "geo:1,2", "geo:,", "Mon, 99 Nov 2026 99:99:99 +9999", "Mon, 01 Jan 9999 00:00:00 -9959", "0001-01-01T00:00:00Z",
                     "FREQ=", ";;=", "FREQ=DAILY;BYDAY=,", "//x", "a@b.c", "en-", "http://\u2488.com/"]),
)  # fmt: skip
NAMES = sorted(f"podcast:{name}" for name in lists.PODCAST_TAGS) + sorted(
    f"itunes:{name}" for name in lists.ITUNES_TAGS
)
NAMES += [
    "title",
    "link",
    "guid",
    "pubDate",
    "enclosure",
    "description",
    "atom:link",
    "item",
    "language",
    "media:thumbnail",
]
ATTRIBUTES = ["url", "href", "type", "length", "text", "rel", "geo", "osm", "country", "rrule", "dtstart", "start", "end", "split",
              "startTime", "duration", "feedGuid", "value", "uri", "protocol", "status", "isPermaLink", "width", "height", "role",
              "group", "pubdate", "language", "default", "remotePercentage"]  # fmt: skip
TREES = st.recursive(
    st.tuples(
        st.sampled_from(NAMES), st.dictionaries(st.sampled_from(ATTRIBUTES), VALUES, max_size=4), VALUES, st.just([])
    ),
    lambda inner: st.tuples(
        st.sampled_from(NAMES),
        st.dictionaries(st.sampled_from(ATTRIBUTES), VALUES, max_size=4),
        VALUES,
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TREES, max_size=6))
def test_any_tags_in_any_order_with_any_values_are_judged(trees: list[object]) -> None:
    from xml.sax.saxutils import escape, quoteattr

    def written(tree: object) -> str:
        name, attributes, text, inner = tree  # type: ignore[misc]
        said = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        return f"<{name}{said}>{escape(text)}{''.join(map(written, inner))}</{name}>"

    head = RICH[: RICH.index(b"<channel>")].decode()
    document = f"{head}<channel>{''.join(map(written, trees))}</channel></rss>".encode("utf-8", "replace")
    report = check(document, url="https://hub.example.org/", now=NOW)
    assert "document.well-formed" not in musts(report)


def _judged_or_refused(document: bytes) -> None:
    verdict = _verdict(document)
    if isinstance(verdict, str):
        assert verdict.endswith(".")
    else:
        assert all(finding.rule in RULES for finding in verdict.findings)
        json.dumps(verdict.as_data())


def _verdict(document: bytes) -> Report | str:
    try:
        return check(document, now=NOW)
    except FeedError as problem:
        return str(problem)


# ---- the forms of values


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9998, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_every_date_that_mail_writes_is_read(moment: datetime, minutes: int) -> None:
    aware = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert forms.mailed_date(format_datetime(aware)) == aware


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("en", True), ("en-us", True), ("pt-BR", True), ("zh-Hant-TW", True), ("es-419", True), ("sw", True), ("luo", True),
        ("sl-rozaj", True), ("", False), ("e", False), ("xx", False), ("en_US", False), ("English", False), ("en-", False),
        ("en-usa1", False), ("zq-us", False), ("en-zz", False), (" en", False), ("en us", False),
    ],
)  # fmt: skip
def test_languages(text: str, right: bool) -> None:
    assert forms.is_language(text) is right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("https://hub.example.org", True), ("http://a.example/x?y=1#z", True), ("https://[2001:db8::1]/", True), ("HTTPS://A.example/", True),
        ("https://例え.テスト/音", True), ("https://", False), ("https:///x", False), ("//a.example/", False), ("ftp://a.example/", False),
        ("https://a b/", False), ("https://a.example/a b", False), ("https://a..example/", False), ("https://a.example:port/", False),
        ("https://[::1", False), ("a.example", False), ("javascript:alert(1)", False), ("https://a.example/<b>", False),
    ],
)  # fmt: skip
def test_addresses(text: str, right: bool) -> None:
    assert (forms.web(text) is not None) is right


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("localhost", True), ("LOCALHOST.", True), ("app.localhost", True), ("[::1]", True),
     ("10.0.0.1", False), ("128.0.0.1", False), ("localhost.example", False), ("mylocalhost", False)],
)  # fmt: skip
def test_which_addresses_are_the_readers_own_machine(host: str, here: bool) -> None:
    parts = forms.web(f"http://{host}:8000/x")
    assert parts is not None
    assert forms.is_loopback(parts.hostname or "") is here


@pytest.mark.parametrize(
    ("text", "right"),
    [("geo:0,0", True), ("geo:-90,180", True), ("geo:1.5,2.5,30", True), ("geo:1,2;crs=wgs84;u=10", True), ("geo:1", False), ("1,2", False),
     ("geo:91,0", False), ("geo:0,181", False), ("geo:1, 2", False), ("geo:a,b", False), ("GEO:1,2", False)],
)  # fmt: skip
def test_places(text: str, right: bool) -> None:
    assert forms.is_geo(text) is right


@pytest.mark.parametrize(
    ("text", "with_time", "right"),
    [
        ("2026-11-30T09:00:00+03:00", True, True), ("2021-09-26T07:30:00.000-0600", True, True), ("2026-11-30T09:00Z", True, True),
        ("2026-11-30T09:00:00", True, True), ("2026-11-30", True, False), ("2026-11-30", False, True), ("2026-13-01", False, False),
        ("2026-02-29", False, False), ("2028-02-29", False, True), ("2026-11-30T24:30:00Z", True, False), ("20261130", False, False),
        ("30.11.2026", False, False), ("2026-11-30 09:00", True, False),
    ],
)  # fmt: skip
def test_moments(text: str, with_time: bool, right: bool) -> None:
    assert forms.iso_moment(text, with_time=with_time) is right


@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=MONTHLY;BYDAY=1MO,-1FR;INTERVAL=2", "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=-1;WKST=SU",
     "RRULE:FREQ=DAILY;UNTIL=20270101T000000Z", "freq=weekly;count=3", "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO"],
)  # fmt: skip
def test_rules_of_recurrence_that_can_be_computed(rule: str) -> None:
    assert faults(rule) == []


@pytest.mark.parametrize(
    ("title", "numbered"),
    [
        ("Episode 3 - The Future", True), ("Ep. 12: Sleep", True), ("S2E4 Sleep", True), ("S02 E04: Sleep", True), ("Folge 7", True),
        ("Épisode n° 3 – dormir", True), ("第12話 眠り", True), ("Выпуск 5. Сон", True), ("Sleep – Episode 4", True), ("E12 Sleep", True),
        ("Season 2: sleep", True), ("Seven days", False), ("The episode that 3 people heard", False), ("2026", False), ("Sleep, part 2", False),
        ("COVID-19 at home", False), ("Epidemics 101", False), ("E numbers explained", False), ("B12 and iron", False), ("4 in 10 children", False),
    ],
)  # fmt: skip
def test_numbers_in_titles(title: str, numbered: bool) -> None:
    assert titles.has_number(title) is numbered


def test_what_is_told_apart_in_titles() -> None:
    assert [
        titles.leading_number(t) for t in ("221 - The Cloud", "07.02. – news", "12. Sleep", "3 naps", "1984: a year")
    ] == [221, None, 12, None, 1984]
    assert titles.names_show("First Steps: sleep", "First Steps")
    assert titles.names_show("Sleep - first steps", "First Steps")
    assert not titles.names_show("Science-fiction night", "Science")
    assert not titles.names_show("First Steps", "First Steps")
    assert not titles.is_stuffed("Sleep, Play & Learn: The Show")


# ---- lists


def test_lists_of_codes_are_whole() -> None:
    """ISO 3166-1 has 249 countries; ISO 639-1 had 184 languages of two letters with “bh”, which was withdrawn in 2021."""
    from babel import Locale

    english = Locale("en")
    assert len(lists.COUNTRIES) == 249
    assert {code for code in lists.COUNTRIES if code not in english.territories} == set()
    assert len(lists.TWO_LETTERS) == 184
    assert {code for code in lists.TWO_LETTERS if code not in english.languages} <= {"bh"}


@pytest.mark.corpora
def test_the_licences_of_the_namespace_are_known(corpora: Path) -> None:
    told = json.loads(
        (corpora / "podcasts/podcast-namespace-examples/license/licenses.json").read_text(encoding="utf-8")
    )
    assert {one["shortname"].lower() for one in told} - lists.LICENCES == set()


# ---- our own feeds


def test_what_we_write_ourselves_passes() -> None:
    """Every tag of the good feed, read and written anew by our own emitter."""
    podcast = read_podcast(RICH, url="https://hub.example.org/podcasts/first-steps/feed.xml", now=NOW)
    document = emitting.feed(podcast.show, podcast.episodes, live=True)
    report = check(document, now=NOW)
    assert [one for one in report.findings if one.rule not in ("feed.paging", "youtube.thumbnail")] == []
    assert document.count(b"<item>") == 3


# ---- the feeds of others

#: The musts that real feeds break, each looked at by hand: what the feed says stands beside it.
REAL = {
    "podcast-namespace-example.xml": {
        "document.namespaces",  # no xmlns:atom
        "urls.https",  # img="http://example.com/…" of a person
        "channel.self",  # no atom:link
        "channel.guid",  # y0ur-gu1d-g035-h3r3
        "item.title",  # “Episode 3 - The Future”
        "item.description",  # &lt;p&gt; instead of CDATA
        "podcast.chapters",  # type="application/json"
    },
    "real/anchorfm.xml": {"document.namespaces", "values.space", "channel.explicit", "item.explicit"},  # “No”
    "real/bbc.xml": {"document.namespaces", "channel.explicit", "item.explicit"},  # “no”, “clean”
    "real/ch9.xml": {"document.namespaces", "values.space", "channel.explicit"},
    "real/heated.xml": {  # a newsletter whose enclosure is a picture of length 0
        "document.namespaces", "values.space", "channel.category", "channel.explicit", "channel.image", "enclosure.extension",
        "enclosure.length", "enclosure.type",
    },
    "real/nightvale.xml": {"values.space"},  # descriptions in lines of their own
    "real/spiegel.xml": {"document.namespaces", "values.space", "channel.explicit"},
    "real/spreaker.xml": {"document.namespaces", "values.length", "values.space", "channel.explicit", "item.explicit"},
}  # fmt: skip


@pytest.mark.corpora
@pytest.mark.parametrize("name", REAL)
def test_real_feeds_break_what_they_break_and_no_more(name: str, corpora: Path) -> None:
    assert musts(check((corpora / "podcasts" / name).read_bytes(), now=NOW)) == REAL[name]


@pytest.mark.corpora
def test_every_document_of_others_is_judged_or_refused(corpora: Path) -> None:
    files = [
        file for folder in ("feeds", "podcasts") for file in sorted((corpora / folder).rglob("*")) if file.is_file()
    ]
    assert len(files) > 200
    for file in files:
        _judged_or_refused(file.read_bytes())
