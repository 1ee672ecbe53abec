"""The hub's shows as an OPML list, which every podcast app can take in at once. Source: OPML 2.0 (opml.org/spec2.opml)."""

from collections.abc import Sequence
from datetime import UTC
from email.utils import format_datetime

from lxml import etree

from publisher.house import House
from publisher.podcasts import addresses
from publisher.podcasts.models import Show


def write(house: House, shows: Sequence[Show], *, title: str = "Podcasts") -> bytes:
    """These shows as OPML, in the order given. The same shows give the same bytes, so that a poller can be told “not changed”.
    Give it public shows only: addresses of private feeds are nobody else's business."""
    root = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = _clean(title)
    if shows:
        changed = max(show.changed_at for show in shows)
        etree.SubElement(head, "dateModified").text = format_datetime(changed.astimezone(UTC), usegmt=True)
    for show in shows:
        said = {
            "type": "rss",
            "text": show.title,
            "title": show.title,
            "xmlUrl": addresses.feed(house, show),
            "htmlUrl": addresses.page(house, show),
            "language": show.language,
        }
        etree.SubElement(body, "outline", {name: _clean(value) for name, value in said.items()})
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _clean(text: str) -> str:
    """Without what XML cannot carry."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
