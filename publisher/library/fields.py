"""One item as it was read becomes the fields of a work: cleaned, coded, and with an identity."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from feeds.values import ReadItem
from publisher.languages import folded, normalise
from publisher.library import cleaning, identifiers
from publisher.library.models import KINDS, Source
from publisher.library.terms import Subjects, Terms, places
from publisher.vocabulary.defaults import kind_from

MAX_GUID = 500
MAX_AUTHORS = 40
DEFAULT_KIND = "article"

_TITLE_KINDS = (
    ("webinar", r"webinars?|webinaires?|seminario web"),
    ("landscape-analysis", r"landscape (analysis|study|review|mapping)|etat des lieux"),
    ("country-brief", r"(country|policy|evidence) brief|fact ?sheet|country profile|note d orientation"),
    ("country-study", r"country (study|report|case study)|etude de (cas|pays)|estudio de (caso|pais)"),
    ("call", r"call for (\w+ )?(proposals|papers|applications|abstracts|nominations|submissions)|appel a \w+"),
    ("tool", r"tool ?kit|handbook|manual|guidelines?|boite a outils|herramientas"),
)
_TITLE_PATTERNS = [(kind, re.compile(rf"\b(?:{words})\b")) for kind, words in _TITLE_KINDS]
_SCRIPTS = (
    ("ar", "\u0600", "\u06ff"),
    ("ru", "\u0400", "\u04ff"),
    ("el", "\u0370", "\u03ff"),
    ("he", "\u0590", "\u05ff"),
    ("hi", "\u0900", "\u097f"),
    ("bn", "\u0980", "\u09ff"),
    ("th", "\u0e00", "\u0e7f"),
    ("am", "\u1200", "\u137f"),
    ("ko", "\uac00", "\ud7af"),
    ("ja", "\u3040", "\u30ff"),
    ("zh", "\u4e00", "\u9fff"),
)
_TRANSLATION_FIELDS = {"translation_of", "translationof", "istranslationof", "translationofwork", "original"}


@dataclass(frozen=True)
class Fields:
    """What a record says, in our terms. `digest` covers everything here, and nothing else: no change of it, no update."""

    guid: str
    title: str
    blurb: str
    abstract: str
    link: str
    canonical: str | None
    doi: str | None
    language: str
    authors: tuple[str, ...]
    publisher: str
    licence: str
    published_on: date | None
    kind: str
    subjects: Subjects
    pages: int | None
    seconds: int | None
    file_bytes: int | None
    file_type: str
    image: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    translation_of: str | None

    @property
    def title_key(self) -> str:
        return key_of_title(self.title)

    def as_data(self) -> dict[str, Any]:
        """For `Record.data`: what this source said, without what is empty."""
        data = {name: _json_value(value) for name, value in vars(self).items() if value not in (None, "", ())}
        return data | {"subjects": [list(subject) for subject in self.subjects]}

    def digest(self) -> str:
        # Suggestions follow our own tables of names, not the source: a better table must not look like news from there.
        said = self.as_data() | {"subjects": [[f, k] for f, k, suggested in self.subjects if not suggested]}
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def fields_of(item: ReadItem, source: Source, terms: Terms) -> Fields | None:
    """The fields of one item; None where it says neither a title nor anything else one could show."""
    abstract = cleaning.plain(item.summary_html) or cleaning.plain(item.content_html)
    title = cleaning.title(item.title, source.title) or cleaning.title(abstract[:120], source.title)
    if not title:
        return None
    doi = (
        identifiers.doi(item.doi)
        or identifiers.doi(_if_doi_link(item.link))
        or identifiers.doi(_if_doi_link(item.guid))
    )
    link = identifiers.clean_url(item.link) or (identifiers.doi_url(doi) if doi else "") or _file_url(item)
    defaults = source.defaults
    return Fields(
        guid=guid_key(item.guid),
        title=title,
        blurb=cleaning.blurb(item.summary_html, title) or cleaning.blurb(item.content_html, title),
        abstract=abstract,
        link=link,
        canonical=identifiers.canonical_url(link),
        doi=doi,
        language=_language(item, source, f"{title} {abstract[:300]}"),
        authors=_authors(item),
        publisher=cleaning.name(item.publisher or "") or str(defaults.get("publisher", "")),
        licence=cleaning.licence(item.licence),
        published_on=item.published.date() if item.published else None,
        kind=_kind(item, title, str(defaults.get("kind", ""))),
        subjects=_subjects(item, f"{title}. {abstract[:600]}", _given_subjects(item, source), terms),
        pages=item.pages if item.pages and item.pages < 100_000 else None,
        seconds=_seconds(item),
        file_bytes=_file_bytes(item),
        file_type=(item.enclosure.type or "")[:100] if item.enclosure else "",
        image=identifiers.clean_url(item.image),
        starts_at=item.starts_at,
        ends_at=item.ends_at,
        translation_of=_translation_of(item),
    )


def key_of_title(title: str) -> str:
    """A title as look-alikes are compared."""
    return folded(title)[:200]


def guid_key(guid: str) -> str:
    """A guid that fits the column: a very long one is kept by its digest."""
    guid = guid.replace("\x00", "").strip()
    if len(guid) <= MAX_GUID:
        return guid
    return "sha256:" + hashlib.sha256(guid.encode("utf-8", "replace")).hexdigest()


def _if_doi_link(text: str | None) -> str | None:
    """A DOI only where the link or guid is one: an article's address may quote the DOI of something else."""
    return text if text and re.match(r"(?i)\s*(https?://(dx\.)?doi\.org/|doi:|10\.\d{4})", text) else None


def _file_url(item: ReadItem) -> str:
    return (identifiers.clean_url(item.enclosure.url) or "") if item.enclosure else ""


def _seconds(item: ReadItem) -> int | None:
    duration = item.enclosure.duration if item.enclosure else None
    return round(duration) if duration and 1 <= duration < 1_000_000 else None


def _file_bytes(item: ReadItem) -> int | None:
    size = item.file_size or (item.enclosure.length if item.enclosure else None)
    return size if size and 0 < size < 2**40 else None


def _language(item: ReadItem, source: Source, text: str) -> str:
    """As the record says, else as the source says, else by script, else English."""
    said = next((code for words in item.languages if (code := normalise(words))), None)
    return said or (source.language and normalise(source.language)) or _by_script(text) or "en"


def _by_script(text: str) -> str | None:
    letters = [c for c in text if c.isalpha()]
    for code, first, last in _SCRIPTS:
        share = sum(first <= c <= last for c in letters)
        if share and share * (4 if code == "ja" else 2) > len(letters):
            return code
    return None


def _authors(item: ReadItem) -> tuple[str, ...]:
    names = dict.fromkeys(name for text in item.authors[:MAX_AUTHORS] if (name := cleaning.name(_without_mail(text))))
    return tuple(names)


def _without_mail(text: str) -> str:
    """RSS's `jane@example.org (Jane)` names a person; their address is not ours to keep."""
    named = re.fullmatch(r"\s*\S+@\S+\s*\((.+)\)\s*", text)
    return named[1] if named else re.sub(r"<?\S+@\S+>?", "", text)


def _kind(item: ReadItem, title: str, default: str) -> str:
    if item.kind and (kind := kind_from(item.kind)):
        return kind
    plain = folded(title)
    if found := next((kind for kind, pattern in _TITLE_PATTERNS if pattern.search(plain)), None):
        return found
    media = (item.enclosure.type or "") if item.enclosure else ""
    if default in KINDS:
        return default
    if media.startswith("audio/"):
        return "episode"
    if media.startswith("video/"):
        return "recording"
    return "event" if item.starts_at else DEFAULT_KIND


def _subjects(item: ReadItem, text: str, given: Sequence[Any], terms: Terms) -> Subjects:
    found = {(f, k): suggested for f, k, suggested in terms.subjects(item.categories, text)}
    found |= dict.fromkeys(places(item.countries), False)
    for subject in given:
        facet, _, key = str(subject).partition(":")
        if facet and key:
            found[facet, key] = False
    if any(f in ("country", "region") and not suggested for (f, _), suggested in found.items()):
        found = {(f, k): s for (f, k), s in found.items() if not (f == "country" and s)}
    return tuple(sorted((f, k, s) for (f, k), s in found.items()))


def _given_subjects(item: ReadItem, source: Source) -> list[Any]:
    """`facet:key` as staff set them: for a source, or, where the source is ours, for the item itself."""
    own = item.raw.get("subjects", []) if source.kind == "builtin" else []
    return [*source.defaults.get("subjects", []), *own]


def _translation_of(item: ReadItem) -> str | None:
    """A DOI or address of the work this is a translation of, where the record says so."""
    for name, values in item.raw.items():
        plain = re.sub(r"[^a-z_]", "", name.rsplit(":", 1)[-1].lower())
        if plain in _TRANSLATION_FIELDS and values:
            return values[0].strip()[:500]
        for value in values if plain == "relation" else ():
            if found := re.match(r"(?i)\s*(?:is)?translation ?of:?\s*(\S+)", value):
                return found[1][:500]
    return None


def _json_value(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
