"""One door for every format: repositories, sitemaps, pages, tables, and the stable names of items without one."""

from datetime import UTC, datetime

import pytest

from feeds import oaipmh
from feeds.errors import FeedError, UnknownFormat
from feeds.reading import read, recognise

NOW = datetime(2026, 11, 23, tzinfo=UTC)
OAI = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><request verb="ListRecords">https://r.example.org/oai</request>{}</OAI-PMH>'


def opened(text: str | bytes, url: str | None = "https://e.example.org/a/", **given):
    data = text.encode() if isinstance(text, str) else text
    return read(data, **({"content_type": None, "url": url, "now": NOW} | given))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<rss/>", "rss"),
        ("\n<!-- a --><?xml version='1.0'?>\n<rdf:RDF xmlns:rdf='http://x'>", "rss"),
        ("Notice: undefined index in page.php\n<rss><channel/></rss>", "rss"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'/>", "atom"),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": []}', "jsonfeed"),
        (OAI.format(""), "oai-pmh"),
        ("<urlset/>", "sitemap"),
        ("https://e.example.org/\nhttps://e.example.org/2", "sitemap"),
        ("<!doctype html><p>hello", "html"),
        ('[{"title": "a"}]', "json"),
        ("Title;URL\na;b", "csv"),
        ("hello there", None),
        ("<svg/>", None),
        ("", None),
    ],
)
def test_the_content_decides_what_a_document_is(text, expected):
    assert recognise(text.encode()) == expected
    assert recognise(text.encode("utf-16")) == expected


def test_what_nobody_knows_is_said_plainly():
    with pytest.raises(UnknownFormat, match="The document is empty"):
        opened("  ")
    with pytest.raises(UnknownFormat, match="none of the formats we read"):
        opened("hello there")


def test_an_item_without_a_guid_gets_the_same_one_every_time():
    text = "<rss><channel><item><title>Play</title><description>a</description></item><item><link>/b</link></item><item><guid>7</guid></item></channel></rss>"
    one, two, three = opened(text).items

    assert one.guid == opened(text).items[0].guid
    assert one.guid.startswith("sha256:")
    assert (two.guid, two.guid_made) == ("https://e.example.org/b", True)
    assert (three.guid, three.guid_made, three.link) == ("7", False, None)


def test_a_repository_pages_through_its_records_and_tells_of_deleted_ones():
    body = (
        "<ListRecords><record><header><identifier>oai:r:1</identifier><datestamp>2026-11-01</datestamp></header><metadata>"
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>Play in Kenya</dc:title><dc:creator>Diop, A</dc:creator>'
        "<dc:date>2026-10-05</dc:date><dc:date>2024-03</dc:date><dc:identifier>https://r.example.org/1.pdf</dc:identifier>"
        "<dc:identifier>https://r.example.org/1</dc:identifier><dc:relation>doi:10.1234/ABC</dc:relation>"
        "<dcterms:spatial>Kenya</dcterms:spatial><dcterms:extent>24 pages</dcterms:extent><dc:language>fr</dc:language>"
        "</oai_dc:dc></metadata></record>"
        '<record><header status="deleted"><identifier>oai:r:2</identifier><datestamp>2026-11-02</datestamp></header></record>'
        "<resumptionToken>a/b 1</resumptionToken></ListRecords>"
    )
    feed = opened(OAI.format(body), url="https://r.example.org/oai?verb=ListRecords")
    first, gone = feed.items

    assert (first.title, first.authors, first.countries) == ("Play in Kenya", ("Diop, A",), ("Kenya",))
    assert (first.link, first.doi, first.pages) == ("https://r.example.org/1", "10.1234/abc", 24)
    assert first.published == datetime(2024, 3, 1, tzinfo=UTC)
    assert (gone.guid, gone.deleted) == ("oai:r:2", True)
    assert feed.next_page == "https://r.example.org/oai?verb=ListRecords&resumptionToken=a%2Fb+1"


def test_nothing_to_tell_is_an_empty_page_and_an_old_token_may_be_tried_anew():
    assert opened(OAI.format('<error code="noRecordsMatch"/>')).items == ()
    assert oaipmh.read_sets(OAI.format('<error code="noSetHierarchy"/>').encode()).sets == ()
    with pytest.raises(oaipmh.BadResumptionToken, match="begin the list anew") as caught:
        opened(OAI.format('<error code="badResumptionToken">gone</error>'))
    assert not caught.value.permanent
    with pytest.raises(oaipmh.OaiError) as caught:
        opened(OAI.format('<error code="cannotDisseminateFormat"/>'))
    assert caught.value.permanent


def test_questions_to_a_repository_are_urls():
    since = oaipmh.stamp(datetime(2026, 11, 1, 5, tzinfo=UTC), "day")
    url = oaipmh.url_for("https://r.example.org/oai?x=1", "ListRecords", metadataPrefix="oai_dc", from_=since, set=None)

    assert url == "https://r.example.org/oai?verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-01"


def test_a_sitemap_index_has_children_and_a_url_set_has_items():
    index = opened(
        "<sitemapindex><sitemap><loc>https://e.example.org/1.xml.gz</loc><lastmod>2026-11</lastmod></sitemap></sitemapindex>"
    )
    urls = opened(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://e.example.org/1</loc>'
        "<lastmod>2026-11-05</lastmod></url><url/></urlset>"
    )

    assert [(child.url, child.updated.month) for child in index.children] == [("https://e.example.org/1.xml.gz", 11)]
    assert [(item.link, item.updated.day) for item in urls.items] == [("https://e.example.org/1", 5)]
    assert urls.problems == ("1 entries have no address; they were left out.",)


PAGE = """<!DOCTYPE html><html lang="pt-BR"><head><title>Site | Relatório</title>
<link rel="canonical" href="/r/1"><link rel="alternate" type="application/rss+xml" title="News" href="/feed.xml">
<meta property="og:title" content="og"><meta property="og:image" content="/i.jpg"><meta property="og:site_name" content="Hub">
<meta name="citation_title" content="Relatório"><meta name="citation_author" content="Diop, A"><meta name="citation_author" content="Li, B">
<meta name="citation_publication_date" content="2026/10/05"><meta name="citation_doi" content="10.1234/x">
<meta name="citation_pdf_url" content="/r/1.pdf"><meta name="DC.coverage" content="Brazil"><meta name="description" content="About play.">
%s</head><body><h1>h</h1></body></html>"""


def test_a_page_tells_of_its_work_and_its_feeds():
    feed = opened(PAGE % "")
    item = feed.items[0]

    assert (item.title, item.authors, item.doi) == ("Relatório", ("Diop, A", "Li, B"), "10.1234/x")
    assert (item.link, item.guid_made, item.languages) == ("https://e.example.org/r/1", True, ("pt-BR",))
    assert (item.published.date().isoformat(), item.countries, item.publisher) == ("2026-10-05", ("Brazil",), "Hub")
    assert (item.enclosure.url, item.enclosure.length) == ("https://e.example.org/r/1.pdf", None)
    assert (item.image, item.summary_html) == ("https://e.example.org/i.jpg", "About play.")
    assert [(found.url, found.title) for found in feed.alternates] == [("https://e.example.org/feed.xml", "News")]


def test_linked_data_is_believed_before_the_rest_and_broken_linked_data_is_not_there():
    graph = (
        '<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "Hub"}, {"@type": ["Event"], "name": "Seminar",'
        '"startDate": "2026-12-01T10:00:00+03:00", "endDate": "2026-12-01T11:00:00+03:00", "inLanguage": "sw",'
        '"publisher": {"name": "Partner"}, "location": {"name": "Nairobi"}}]}</script>'
        '<script type="application/ld+json">{broken</script>'
    )
    item = opened(PAGE % graph).items[0]

    assert (item.title, item.kind, item.publisher) == ("Seminar", "Event", "Partner")
    assert (item.starts_at, item.ends_at.hour) == (datetime(2026, 12, 1, 7, tzinfo=UTC), 8)
    assert item.languages == ("sw",)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_a_table_is_read_in_any_dialect(delimiter, encoding):
    rows = [["Título", "URL", "Author(s)", "Year", "Country ISO2", "Tags"]]
    rows += [
        [
            "Crianças “a”" if encoding != "latin-1" else "Crianças",
            "https://e.example.org/1",
            "Diop; Li",
            "2019",
            "NA",
            "a, b",
        ]
    ]
    text = "\r\n".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    feed = opened(text.replace("“a”", '"a"').replace('"a"', '""a""').encode(encoding))
    item = feed.items[0]

    assert (feed.format, feed.problems[1:]) == ("csv", ())
    assert item.title.startswith("Crianças")
    assert (item.link, item.countries, item.published.year) == ("https://e.example.org/1", ("NA",), 2019)
    assert item.categories == ("a", "b")


def test_broken_rows_are_named_and_the_rest_is_read():
    text = 'id,title,url\n1,One,https://e.example.org/1\n2,Two\n3,"Three\n4,Four,https://e.example.org/4\n\n5,,\n6,"Six\nlines",\n7,5" pipe,\n'
    feed = opened(text)

    assert [item.guid for item in feed.items] == ["1", "4", "6", "7"]
    assert [item.title for item in feed.items][2:] == ["Six lines", '5" pipe']
    assert feed.problems == (
        "Row 3 has 2 cells where the header has 3; it was left out.",
        "Row 4 has 2 cells where the header has 3; it was left out.",
        "Row 7 has neither a title nor a link; it was left out.",
    )


def test_a_table_without_a_known_column_is_refused():
    with pytest.raises(FeedError, match="no column for a title"):
        opened("a,b\n1,2", content_type="text/csv")


def test_json_lines_and_catalogues_are_tables_too():
    lines = opened(
        '{"title": "A", "url": "https://e.example.org/1"}\nnot json\n{"name": "B", "keywords": ["x", "y"], "pages": 12}\n'
    )
    catalogue = opened(
        '{"total": 1, "result": {"records": [{"headline": "C", "doi": "https://doi.org/10.1/x", "handle": 4}]}}'
    )

    assert [item.title for item in lines.items] == ["A", "B"]
    assert (lines.items[1].categories, lines.items[1].pages) == (("x", "y"), 12)
    assert lines.problems == ("Line 2 is not JSON; it was left out.",)
    assert (catalogue.items[0].title, catalogue.items[0].guid) == ("C", "4")
