"""Documents that attack: refused or capped, with a plain sentence, in bounded time."""

import gzip
import time
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feeds.errors import FeedError, Refused, TooLarge
from feeds.reading import read, recognise

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LAUGHS = (
    '<?xml version="1.0"?><!-- x --><!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {chr(98 + n)} "{"&" + chr(97 + n) + ";" * 1}{("&" + chr(97 + n) + ";") * 9}">' for n in range(12)
    )
    + "]><rss><channel><item><title>&m;</title></item></channel></rss>"
)
EXTERNAL = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>'


def opened(data: bytes | str, **given):
    data = data.encode() if isinstance(data, str) else data
    return read(data, **({"content_type": None, "url": None, "now": NOW} | given))


def refusal(data: bytes, **given) -> str | None:
    """The sentence of a refusal, none where the document was read; the format is asked for first."""
    try:
        recognise(data, content_type=given.get("content_type"))
        opened(data, **given)
    except FeedError as error:
        return str(error)
    return None


@pytest.mark.parametrize("document", [LAUGHS, EXTERNAL, EXTERNAL.replace("<!ENTITY x", "<!ENTITY % x")])
def test_entities_of_its_own_are_refused(document):
    with pytest.raises(Refused, match="declares entities"):
        opened(document)


def test_an_external_document_type_is_neither_fetched_nor_missed():
    feed = opened(
        '<!DOCTYPE rss PUBLIC "-//N//DTD" "http://127.0.0.1:1/x.dtd"><rss><channel><title>A&eacute;</title></channel></rss>'
    )

    assert feed.title == "Aé"


def test_an_article_about_entities_is_an_article():
    text = "<rss><channel><item><title>t</title><description><![CDATA[<!DOCTYPE a [<!ENTITY b 'c'>]>]]></description></item></channel></rss>"

    assert opened(text).items[0].summary_html == "<!DOCTYPE a [<!ENTITY b 'c'>]>"


@pytest.mark.parametrize(
    "document",
    [
        b"<rss><channel>" + b"<a>" * 100_000,
        b"<rss><channel>" + b"<a/>" * 1_100_000,
        b"<rss><channel><item><title>" + b"x" * 11_000_000 + b"</title></item></channel></rss>",
        b"<rss>" + b" " * 50_000_000,
        b"<html><body>" + b"<div/>" * 1_100_000,
        b'{"items":' + b"[" * 100_000,
        b'{"items":[{"title":"t","url":"https://e.org/","x":' + b"[" * 500 + b"]" * 500 + b"}]}",
        gzip.compress(b"<rss>" + b" " * 50_000_000),
    ],
    ids=["deep", "many", "long", "large", "page", "brackets", "nested", "zipped"],
)
def test_what_is_too_much_is_capped_soon(document):
    began = time.process_time()
    with pytest.raises(TooLarge) as caught:
        opened(document)

    assert str(caught.value).endswith(".")
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "document",
    [
        b"<rss><channel><item><title>" + b"<![CDATA[" * 200_000,
        b"<!--" * 200_000 + b"<rss/>",
        b"<rss><channel><title>" + b"&" * 2_000_000 + b"</title></channel></rss>",
        b"<rss " + b"a='b' " * 100_000 + b"/>",
        b"<html>" + b"<div>" * 50_000,
        b'title,url\n"' + b'a\n"' * 100_000,
        b'title,url\n"' + b"a\n" * 20_000,
        b"<?" * 500_000,
        b'"' * 500_000,
        b"{" + b'"\\' * 300_000,
        b"title,url\n" + b'a,",c"b,"d\n' * 200_000,
        b"title;url\n" + b"x" * 3_000_000,
        b'<script type="application/ld+json">' + b"[" * 5000,
    ],
    ids=[
        "cdata",
        "comments",
        "ampersands",
        "attributes",
        "divs",
        "quotes",
        "open",
        "pis",
        "quote",
        "escape",
        "toggle",
        "cell",
        "ld",
    ],
)
def test_what_costs_much_elsewhere_costs_little_here(document):
    began = time.process_time()
    said = refusal(document)

    assert time.process_time() - began < 5
    assert said is None or said.endswith(".")


def test_the_limit_is_the_callers_and_counts_unpacked_bytes():
    small = b"<rss><channel><title>t</title></channel></rss>"

    assert opened(gzip.compress(small), limit=100).title == "t"
    with pytest.raises(TooLarge, match="larger than the 10 bytes"):
        opened(small, limit=10)
    with pytest.raises(TooLarge, match="unpacks to more"):
        opened(gzip.compress(b" " * 9_000), limit=200)
    with pytest.raises(FeedError, match="ends too early"):
        opened(gzip.compress(small)[:-9])


def test_nuls_and_control_characters_are_left_out_and_told():
    feed = opened(b"<rss><channel><title>a\x00b\x08c</title></channel></rss>")

    assert feed.title == "abc"
    assert feed.problems == ("Control characters that XML does not allow were left out.",)


STARTS = st.sampled_from(
    [
        b"",
        b"<rss><channel><item>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>",
        b"<OAI-PMH><ListRecords><record>",
        b"<urlset><url><loc>",
        b"title,url\n",
        b'{"items":[',
        b"[{",
        b"<html><head><meta ",
        b"\xff\xfe",
        b"\x1f\x8b",
        b"http://",
    ]
)


@settings(max_examples=300, deadline=None)
@given(STARTS, st.binary(max_size=200) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b'[{"title":"\\ud800","url":"http://[x"}]', b"")
@example(b'{"version":"https://jsonfeed.org/version/1","items":[{"id":1e400,"title":{"a":[]}}]}', b"")
@example(b"", b"<rss xml:base='http://[x'><item><link>http://[1</link></item></rss>")
def test_no_bytes_raise_anything_but_a_feed_error(start, rest):
    for content_type in (None, "text/html; charset=unicode_escape", "text/csv; charset=idna"):
        said = refusal(start + rest, content_type=content_type, url="https://e.org/")
        assert said is None or said.endswith(".")
