"""The hub's shows as a list that apps take in."""

from datetime import datetime

from cast import a_hub, a_list
from lxml import etree
from podcasts.broadcast import a_show
from sqlmodel import Session

from publisher.house import House
from publisher.podcasts import opml, shows


def test_public_shows_stand_in_it_with_their_feeds(session: Session, house: House, now: datetime) -> None:
    a_list(session, a_hub(session, now), now, slug="members")
    a_show(session, house, now)
    a_show(session, house, now, "bits", title='Bits & <pieces> "of" \u0007 it', language="fr")
    a_show(session, house, now, "inside", list_slug="members")
    shows.archive(session, house, a_show(session, house, now, "old"), now=now)
    document = opml.write(house, shows.public(session), title="Early Hands")
    root = etree.fromstring(document)
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "Early Hands")
    assert root.findtext("head/dateModified") == "Mon, 23 Nov 2026 06:00:00 GMT"
    outlines = [dict(one.attrib) for one in root.iterfind("body/outline")]
    assert outlines[0] == {
        "type": "rss", "text": "Small Hands", "title": "Small Hands", "language": "en",
        "xmlUrl": "https://hub.example.org/podcasts/small-hands/feed.xml",
        "htmlUrl": "https://hub.example.org/podcasts/small-hands",
    }  # fmt: skip
    assert [one["text"] for one in outlines] == ["Small Hands", 'Bits & <pieces> "of" it']
    assert opml.write(house, shows.public(session), title="Early Hands") == document


def test_a_hub_without_shows_has_an_empty_list(house: House) -> None:
    assert etree.fromstring(opml.write(house, [])).findall("body/outline") == []
