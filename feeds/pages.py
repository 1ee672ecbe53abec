"""What a web page says about itself: JSON-LD, Highwire `citation_*`, Dublin Core, Open Graph, and what is left in the HTML.

The more precise vocabulary is believed first. Nothing is fetched: sizes of files a page offers stay unknown.
"""

from datetime import datetime

from lxml import etree
from lxml import html as lxml_html

from feeds.dates import parse_date
from feeds.encodings import text_of
from feeds.errors import FeedError, TooLarge
from feeds.jsontext import texts, words
from feeds.linkeddata import best_node, contents, nodes_in
from feeds.links import absolute, doi_in, joined_base
from feeds.markup import pages_in, whole
from feeds.values import RAW_LIMIT, Enclosure, FoundFeed, ReadFeed, ReadItem, guid_of, unique
from feeds.xml import ILLEGAL, LIMIT, MOST_TAGS

FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
PUBLISHED = [
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "dcterms.issued",
    "dc.date.issued",
    "article:published_time",
    "dc.date",
    "dcterms.date",
    "date",
    "pubdate",
    "og:published_time",
]
UPDATED = ["article:modified_time", "og:updated_time", "dcterms.modified", "dc.date.modified", "last-modified"]
AUTHORS = ["citation_author", "citation_authors", "dc.creator", "dcterms.creator", "article:author", "author"]


def read_page(
    data: bytes, *, url: str | None, content_type: str | None = None, now: datetime, limit: int = LIMIT
) -> ReadFeed:
    """The page as a feed of one item, with the feeds it offers in `alternates`; `FeedError` where there is no page."""
    if len(data) > limit:
        raise TooLarge(f"The document is larger than the {limit:,} bytes we read.")
    text, problem = text_of(data, content_type)
    page = Page(_tree(text), url)
    item = page.item()
    return ReadFeed(
        format="html",
        title=page.said("og:site_name", "application-name") or item.title,
        link=item.link,
        language=page.language(),
        description=item.summary_html,
        items=(item,) if item.title or item.link else (),
        next_page=page.linked("next"),
        problems=(problem,) if problem else (),
        image=item.image,
        updated=item.updated,
        alternates=page.feeds(),
        read_at=now,
    )


class Page:
    """A parsed page and the few questions we have."""

    def __init__(self, root: etree._Element, url: str | None) -> None:
        self.root = root
        first_base = next(iter(root.iter("base")), None)
        self.base = joined_base(url, first_base.get("href") if first_base is not None else None)
        self.metas = _metas(root)
        self.links = [(set((e.get("rel") or "").lower().split()), e) for e in root.iter("link", "a") if e.get("rel")]
        scripts = [
            e.text for e in root.iter("script") if (e.get("type") or "").lower().startswith("application/ld+json")
        ]
        self.url = self.linked("canonical") or absolute(self.said("og:url"), self.base) or absolute(url)
        self.node = best_node([node for text in scripts for node in nodes_in(text or "")], self.url)

    def said(self, *names: str) -> str | None:
        """The first content of these meta tags that says something."""
        return next(iter(self.all_said(*names)), None)

    def all_said(self, *names: str) -> list[str]:
        """All contents of these meta tags, name by name."""
        return [text for name in names for text in self.metas.get(name, ())]

    def linked(self, relation: str) -> str | None:
        """The address of the first link of this relation."""
        found = (absolute(e.get("href"), self.base) for relations, e in self.links if relation in relations)
        return next((link for link in found if link), None)

    def language(self) -> str | None:
        """The language of the document."""
        root = self.root.get("lang") or self.root.get("{http://www.w3.org/XML/1998/namespace}lang")
        return root or self.said("content-language", "og:locale", "citation_language", "dc.language") or None

    def feeds(self) -> tuple[FoundFeed, ...]:
        """The feeds the page offers, in its order, each once."""
        found = [
            FoundFeed(link, kind, " ".join((e.get("title") or "").split()) or None)
            for relations, e in self.links
            if "alternate" in relations and (kind := (e.get("type") or "").split(";")[0].strip().lower()) in FEEDS
            if (link := absolute(e.get("href"), self.base))
        ]
        return tuple({feed.url: feed for feed in reversed(found)}.values())[::-1]

    def item(self) -> ReadItem:
        """The work the page is about."""
        title = self._title()
        published = self._date(("datePublished", "dateCreated", "uploadDate"), PUBLISHED)
        summary = words(self.node.get("description")) or words(self.node.get("abstract")) or self._summary()
        guid, made = guid_of(None, self.url, title, published, summary)
        return ReadItem(
            guid=guid,
            guid_made=made,
            link=self.url,
            title=title,
            summary_html=summary,
            published=published,
            updated=self._date(("dateModified",), UPDATED),
            authors=unique(texts(self.node.get("author") or self.node.get("creator")))
            or unique(self.all_said(*AUTHORS)),
            languages=self._languages(),
            categories=self._categories(),
            countries=self._places(),
            publisher=self._publisher(),
            licence=self._licence(),
            doi=doi_in(
                *self.all_said("citation_doi", "dc.identifier", "dc.identifier.doi", "doi"), *self._identifiers()
            ),
            kind=words(self.node.get("@type")) or self.said("dc.type", "citation_article_type", "og:type"),
            enclosure=self._enclosure(),
            image=absolute(words(self.node.get("image")) or self.said("og:image", "twitter:image"), self.base),
            pages=self._pages(),
            starts_at=parse_date(words(self.node.get("startDate")) or self.said("event:start_time")),
            ends_at=parse_date(words(self.node.get("endDate")) or self.said("event:end_time")),
            base=self.base,
            raw={name: [text[:RAW_LIMIT] for text in found] for name, found in self.metas.items()},
        )

    def _title(self) -> str:
        named = words(self.node.get("headline")) or words(self.node.get("name"))
        said = self.said("citation_title", "dcterms.title", "dc.title", "og:title", "twitter:title")
        shown = ("".join(map(str, e.itertext())) for tag in ("title", "h1") for e in self.root.iter(tag))
        found = named or said or next((text for text in shown if text.strip()), "")
        return " ".join(found.split())

    def _summary(self) -> str | None:
        return self.said(
            "citation_abstract",
            "dcterms.abstract",
            "dc.description",
            "og:description",
            "description",
            "twitter:description",
        )

    def _date(self, keys: tuple[str, ...], names: list[str]) -> datetime | None:
        told = [*(words(self.node.get(key)) for key in keys), *self.all_said(*names)]
        return next((moment for text in told if (moment := parse_date(text))), None)

    def _languages(self) -> tuple[str, ...]:
        told = self.all_said("citation_language", "dcterms.language", "dc.language")
        return unique(texts(self.node.get("inLanguage"))) or unique(told) or unique([self.language()])

    def _categories(self) -> tuple[str, ...]:
        said = self.all_said(
            "citation_keywords", "dc.subject", "dcterms.subject", "article:tag", "keywords", "news_keywords"
        )
        told = [*texts(self.node.get("keywords")), *said]
        return unique(part for text in told for part in text.split(";" if ";" in text else ","))

    def _places(self) -> tuple[str, ...]:
        told = [
            text for key in ("spatialCoverage", "contentLocation", "location") for text in texts(self.node.get(key))
        ]
        return unique([*told, *self.all_said("dc.coverage", "dcterms.spatial", "dcterms.coverage", "geo.country")])

    def _publisher(self) -> str | None:
        said = self.said(
            "citation_publisher", "dcterms.publisher", "dc.publisher", "citation_journal_title", "og:site_name"
        )
        return words(self.node.get("publisher")) or said

    def _licence(self) -> str | None:
        linked = self.linked("license")
        return words(self.node.get("license")) or linked or self.said("dcterms.license", "dc.rights", "dcterms.rights")

    def _identifiers(self) -> list[str]:
        return [text for key in ("identifier", "@id", "sameAs", "url") for text in texts(self.node.get(key))] + [
            self.url or ""
        ]

    def _enclosure(self) -> Enclosure | None:
        pdf = absolute(self.said("citation_pdf_url"), self.base)
        return contents(self.node, self.base) or (Enclosure(pdf, "application/pdf") if pdf else None)

    def _pages(self) -> int | None:
        told = whole(words(self.node.get("numberOfPages"))) or whole(self.said("citation_num_pages"))
        first, last = whole(self.said("citation_firstpage")), whole(self.said("citation_lastpage"))
        ranged = last - first + 1 if first and last and last >= first else None
        return told or ranged or pages_in(self.all_said("dc.format", "dcterms.extent", "dc.format.extent"))


def _tree(text: str) -> etree._Element:
    """The document. Declared entities and document types mean nothing to an HTML parser, so there is nothing to refuse."""
    cleaned = ILLEGAL.sub("", text).strip()
    if cleaned.count("<") > MOST_TAGS:
        raise TooLarge("The page has more elements than we read.")
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(cleaned.encode("utf-8"), parser)
    except (etree.ParserError, etree.XMLSyntaxError) as problem:
        raise FeedError("There is no page in the document.") from problem
    if root is None:
        raise FeedError("There is no page in the document.")
    return root


def _metas(root: etree._Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        content = (element.get("content") or "").strip()
        for key in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(key) or "").strip().lower()
            if name and content:
                found.setdefault(name, []).append(content)
                break
    return found
