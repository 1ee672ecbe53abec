"""What the columns of a table, or the keys of a JSON record, mean: the names catalogues and people give them."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from feeds.dates import parse_date
from feeds.jsonfeed import raw_of
from feeds.jsontext import texts, words
from feeds.links import absolute, doi_in
from feeds.markup import pages_in, whole
from feeds.values import Enclosure, ReadItem, guid_of, unique
from feeds.xml import plain_title

# The meaning, then the names it goes by, the best source first.
NAMES = {
    "title": "title name headline titre titulo titel publication_title document_title",
    "link": "url link href permalink web_address landing_page page_url source_url lien enlace uri",
    "guid": "id source_id guid identifier record_id key uid uuid handle",
    "authors": "authors author creator creators authors_names auteur auteurs autor autores by",
    "countries": "country_iso2 country_iso3 country_code iso2 iso3 country countries count geography location pays pais nation",
    "published": "published date_published publication_date date issued pub_date published_at release_date docdt created year "
    "publication_year published_print published_online annee ano jahr",
    "updated": "updated modified date_modified last_modified updated_at lastmod",
    "kind": "type kind document_type resource_type publication_type docty genre category_type format_type",
    "languages": "language languages lang langue idioma sprache locale",
    "summary": "summary description abstract abstracts excerpt teaser blurb resume resumen zusammenfassung notes",
    "content": "content content_html body full_text text html",
    "publisher": "publisher organisation organization institution publisher_name editeur editorial source_name journal "
    "container_title",
    "doi": "doi digital_object_identifier",
    "licence": "licence license rights copyright terms_of_use",
    "categories": "topics topic tags tag keywords keyword subjects subject themes theme categories category",
    "pages": "pages page_count number_of_pages num_pages nb_pages",
    "file_size": "file_size filesize size size_in_bytes bytes",
    "image": "image thumbnail cover image_url picture",
    "file": "pdf pdf_url pdfurl file file_url download download_url enclosure attachment",
    "starts": "starts_at start start_date startdate begins starts",
    "ends": "ends_at end end_date enddate ends deadline",
    "deleted": "deleted is_deleted withdrawn",
}
MEANING = {name: (meaning, rank) for meaning, names in NAMES.items() for rank, name in enumerate(names.split())}
YES = {"1", "true", "yes", "y", "deleted", "withdrawn"}
CODES = re.compile(r"[A-Z]{2,3}(?:\s*,\s*[A-Z]{2,3})+")


def column_of(name: str) -> str | None:
    """What a column means, or none. Case, accents, spaces and punctuation do not matter."""
    return MEANING.get(_plain(name), (None, 0))[0]


def item_of(record: Mapping[str, Any], base: str | None) -> ReadItem | None:
    """The item a row or record tells of; none where it has neither a title nor a link nor an id of the web."""
    got = _by_meaning(record)
    doi = doi_in(*texts(got.get("doi")), *texts(got.get("guid")), *texts(got.get("link")))
    link = absolute(words(got.get("link")), base if _is_path(words(got.get("link"))) else None)
    link = link or absolute(words(got.get("guid"))) or (f"https://doi.org/{doi}" if doi else None)
    title = plain_title(words(got.get("title")))
    if not title and not link:
        return None
    published = parse_date(_date_words(got.get("published")))
    guid, made = guid_of(words(got.get("guid")), link, title, published, words(got.get("summary")))
    return ReadItem(
        guid=guid,
        guid_made=made,
        link=link,
        title=title,
        summary_html=words(got.get("summary")),
        content_html=words(got.get("content")),
        published=published,
        updated=parse_date(_date_words(got.get("updated"))),
        authors=_split(got.get("authors"), ";|\n"),
        languages=_split(got.get("languages"), ";|,/"),
        categories=_split(got.get("categories"), ";|,"),
        countries=_countries(got.get("countries")),
        publisher=words(got.get("publisher")),
        licence=words(got.get("licence")),
        doi=doi,
        kind=words(got.get("kind")),
        enclosure=_file(got, base),
        image=absolute(words(got.get("image")), base),
        pages=_pages(words(got.get("pages"))),
        file_size=whole(words(got.get("file_size"))),
        deleted=got.get("deleted") is True or (words(got.get("deleted")) or "").lower() in YES,
        starts_at=parse_date(_date_words(got.get("starts"))),
        ends_at=parse_date(_date_words(got.get("ends"))),
        base=base,
        raw=raw_of(record),
    )


def _by_meaning(record: Mapping[str, Any]) -> dict[str, Any]:
    """The values by meaning; of several columns that mean the same, the one whose name says it best and that says something."""
    best: dict[str, tuple[int, Any]] = {}
    for name, value in record.items():
        meaning, rank = MEANING.get(_plain(str(name)), (None, 0))
        said = value is not None and value != [] and value != "" and not (isinstance(value, str) and not value.strip())
        if meaning and said and (meaning not in best or rank < best[meaning][0]):
            best[meaning] = (rank, value)
    return {meaning: value for meaning, (_, value) in best.items()}


def _plain(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name[:80])
    folded = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", folded).strip("_")


def _split(value: Any, delimiters: str) -> tuple[str, ...]:
    """The parts of a cell at the first delimiter that occurs in it; the parts of a list as they are."""
    if not isinstance(value, str):
        return unique(texts(value))
    delimiter = next((d for d in delimiters if d in value), None)
    return unique(value.split(delimiter) if delimiter else [value])


def _countries(value: Any) -> tuple[str, ...]:
    """Commas divide codes only: "Congo, Dem. Rep." is one country."""
    if isinstance(value, str) and CODES.fullmatch(value.strip()):
        return unique(value.split(","))
    return _split(value, ";|")


def _date_words(value: Any) -> str | None:
    """The text of a date; `{"date-parts": [[2017, 3]]}` is how Crossref writes one."""
    parts = value.get("date-parts") if isinstance(value, Mapping) else None
    if isinstance(parts, list) and parts and isinstance(parts[0], list):
        numbers = [part for part in parts[0] if isinstance(part, int)]
        return "-".join(f"{number:02d}" for number in numbers) or None
    if isinstance(value, Mapping):
        return words(value.get("date-time") or value.get("date") or value)
    text = words(value)
    return text.removesuffix(".0") if text else None


def _pages(text: str | None) -> int | None:
    return whole(text) or pages_in([text] if text else [])


def _file(got: Mapping[str, Any], base: str | None) -> Enclosure | None:
    url = absolute(words(got.get("file")), base)
    if url is None:
        return None
    return Enclosure(
        url, "application/pdf" if url.lower().endswith(".pdf") else None, whole(words(got.get("file_size")))
    )


def _is_path(link: str | None) -> bool:
    """A link without a host is taken as one only where it looks like a path, not like some number in the column."""
    return bool(link) and str(link).startswith(("/", "./", "../"))
