"""What a channel and an item say in the same words: descriptions, persons, places, the licence."""

from collections.abc import Iterable

from lxml import etree

from feeds.podcast.checks import forms
from feeds.podcast.checks.lists import COUNTRIES, GROUPS, LICENCES, ROLES
from feeds.podcast.sheet import Sheet, escaped, said
from feeds.podcast.texts import Described, line
from feeds.podcast.values import LONGEST_DESCRIPTION, Licence, Person, Place


def for_feedgen(notes: Described) -> str | etree.CDATA:
    """A description as feedgen is to write it: PSP-1 has HTML in CDATA only."""
    return etree.CDATA(notes.text) if notes.html else notes.text


def cut_sentence(notes: Described) -> Iterable[str]:
    if notes.full is not None:
        yield f"The end of the description is cut off: apps read at most {LONGEST_DESCRIPTION} bytes of it."


def persons(sheet: Sheet, people: Iterable[Person]) -> None:
    """podcast:person; one without a name, or in a role that the taxonomy does not have, is left out."""
    for person in people:
        name, role, group = sheet.line("podcast:person", person.name, 128), person.role.lower(), person.group.lower()
        if not name:
            sheet.leave("A person without a name is left out.")
        elif role not in ROLES or group not in GROUPS:
            wrong = role if role not in ROLES else group
            sheet.leave(f"{name} is left out: the podcast taxonomy has no role or group “{line(wrong, 128)}”.")
        else:
            image = person.image and sheet.secure(f"The picture of {name}", person.image)
            link = person.link and sheet.secure(f"The link of {name}", person.link)
            known = f'role="{role}" group="{group}"{said("img", image)}{said("href", link)}'
            sheet.lines.append(f"<podcast:person {known}>{escaped(name)}</podcast:person>")


def places(sheet: Sheet, where: Iterable[Place]) -> None:
    """podcast:location; what of a place is not as the namespace has it (RFC 5870, OpenStreetMap, ISO 3166) is left out."""
    for place in where:
        name = sheet.line("podcast:location", place.name, 128)
        if not name:
            sheet.leave("A place without a name is left out.")
            continue
        country = (place.country or "").upper()
        known = "".join(
            [
                _fact(sheet, name, "rel", place.rel, place.rel in ("subject", "creator")),
                _fact(sheet, name, "geo", place.geo, place.geo is None or forms.is_geo(place.geo)),
                _fact(sheet, name, "osm", place.osm, place.osm is None or forms.OSM.fullmatch(place.osm) is not None),
                _fact(sheet, name, "country", country, not country or country in COUNTRIES),
            ]
        )
        sheet.lines.append(f"<podcast:location{known}>{escaped(name)}</podcast:location>")


def _fact(sheet: Sheet, place: str, key: str, value: str | None, fits: bool) -> str:
    if value and not fits:
        sheet.leave(f"The place {place} is shown without {key}: “{line(value, 128)}” is none.")
    return said(key, value) if fits else ""


def licence(sheet: Sheet, given: Licence | None) -> None:
    """podcast:license: a slug of the list, or any text with an address of https."""
    if given is None:
        return
    text = sheet.line("podcast:license", given.text, 128)
    slug = text.lower()
    url = sheet.secure("The licence's link", given.url) if given.url else None
    if not text or (not _is_listed(slug) and url is None):
        sheet.leave(
            f"The licence “{text}” is left out: it is not in the list of licences, and no https address explains it."
        )
    else:
        sheet.add("podcast:license", slug if _is_listed(slug) else text, (("url", url),))


def _is_listed(slug: str) -> bool:
    """On the list, or one of its Creative Commons licences as a country has it: cc-by-3.0-de."""
    general, _, country = slug.rpartition("-")
    return slug in LICENCES or (general in LICENCES and general.startswith("cc-by") and country.isalpha())
