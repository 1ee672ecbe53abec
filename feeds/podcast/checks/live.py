"""Rule 58: live items."""

import re
from collections.abc import Sequence
from datetime import datetime

from feeds.podcast.checks import forms
from feeds.podcast.checks.looking import Look, one_of
from feeds.podcast.checks.notes import Notes
from feeds.podcast.checks.parts import Part

RULE = "podcast.live-item"
MOMENT = "a moment of ISO 8601 such as 2026-11-23T09:00:00+03:00"


def judge(items: Sequence[Part], notes: Notes) -> None:
    for item in items:
        look = Look(notes, item, item.element, RULE)
        _times(look)
        for name in ("title", "guid"):
            if not item.text(name):
                look.wrong(
                    f"<podcast:liveItem> has no <{name}>: add one{', new for each stream' if name == 'guid' else ''}."
                )
        _content_links(item, look)
        for name in ("enclosure", "podcast:alternateEnclosure"):
            if not item.all(name):
                look.advise(f"<podcast:liveItem> has no <{name}>: some apps play that only, so offer both.")
        for element in item.all("enclosure"):
            enclosure = Look(notes, item, element, RULE)
            enclosure.address("url")
            enclosure.need("type", lambda text: forms.MEDIA_TYPE.fullmatch(text), "a type such as audio/mpeg")
        _guid(item, notes)


def _times(look: Look) -> None:
    look.need("status", one_of(("pending", "live", "ended")), "pending, live or ended")
    start = look.need("start", _is_moment, MOMENT)
    end = look.may("end", _is_moment, MOMENT)
    if look.get("end") is None:
        look.advise("<podcast:liveItem> has no end: add when it is expected to be over.")
    zones = [bool(re.search(r"(?:Z|[+-]\d\d:?\d\d)$", text)) for text in (start, end) if text]
    if not all(zones):
        look.advise("<podcast:liveItem> has a time without its zone: add Z, or a difference such as +03:00.")
    elif start and end and _order(start) is not None and _order(end) is not None and _order(end) < _order(start):  # type: ignore[operator]
        look.wrong("<podcast:liveItem> ends before it starts: mend start or end.")


def _is_moment(text: str) -> bool:
    return forms.iso_moment(text, with_time=True)


def _order(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _content_links(item: Part, look: Look) -> None:
    found = item.all("podcast:contentLink")
    if not found:
        look.wrong("<podcast:liveItem> has no <podcast:contentLink>: add a page where the stream can be followed.")
    for element in found:
        link = Look(look.notes, item, element, RULE)
        link.address("href")
        if not link.text:
            link.advise("<podcast:contentLink> is empty: say where it leads.")


def _guid(item: Part, notes: Notes) -> None:
    for element in item.all("guid"):
        look = Look(notes, item, element, "guid.permalink")
        if look.get("isPermaLink") != "false" and look.text and forms.web(look.text) is None:
            look.wrong('<guid> is no address: add isPermaLink="false".')
