"""Rules 12 to 26: the channel."""

import re
import uuid
from collections.abc import Callable

from feeds.podcast import categories
from feeds.podcast.checks import forms, links, markup, titles
from feeds.podcast.checks.looking import WEB, Look
from feeds.podcast.checks.notes import Notes
from feeds.podcast.checks.parts import Part, name_of, short
from feeds.podcast.values import GUID_NAMESPACE, podcast_guid

IMAGES = ("jpg", "jpeg", "png")


def judge(channel: Part, found_at: tuple[str, ...], notes: Notes) -> None:
    """`found_at`: the addresses that led to the document."""
    links.judge(channel, found_at, notes)
    _title(channel, notes)
    _description(channel, notes)
    address_of(channel, "link", "channel.link", "The show has no <link>: add its website.", notes)
    _language(channel, notes)
    _categories(channel, notes)
    explicit(channel, "channel.explicit", "The show", notes)
    image(channel, "channel.image", "The show has no <itunes:image>: add artwork.", notes)
    for name, check in _CHECKS.items():
        for element in channel.all(name):
            check(Look(notes, channel, element, _RULES[name]))
    for name, message in _WANTED.items():
        if not channel.all(name) and not (name == "itunes:owner" and is_private(channel)):
            notes.missing(_RULES[name], message, channel.spot())
    block(channel, "itunes:complete", "channel.complete", notes)
    block(channel, "itunes:block", "channel.block", notes)
    for name in ("pubDate", "lastBuildDate"):
        for element in channel.all(name):
            look = Look(notes, channel, element, "document.rss")
            if forms.mailed_date(look.text) is None:
                look.wrong(f"<{name}> is no date of RFC 2822: write it like “Mon, 23 Nov 2026 06:00:00 +0000”.")


def is_private(channel: Part) -> bool:
    """Whether the show asks not to be listed, as feeds for one listener do."""
    return channel.text("itunes:block").lower() == "yes"


def explicit(part: Part, rule: str, whose: str, notes: Notes) -> None:
    """itunes:explicit of a channel or an item."""
    found = part.first("itunes:explicit")
    if found is None:
        notes.missing(rule, f"{whose} has no <itunes:explicit>: add it with true or false.", part.spot())
        return
    look = Look(notes, part, found, rule)
    if look.text not in ("true", "false"):
        look.wrong(f"<itunes:explicit> is “{short(look.text)}”: write true or false.")


def image(part: Part, rule: str, missing: str, notes: Notes) -> None:
    """itunes:image of a channel or an item."""
    found = part.first("itunes:image")
    if found is None:
        notes.missing(rule, missing, part.spot())
        return
    look = Look(notes, part, found, rule)
    href = look.address("href")
    parts = forms.web(href)
    if parts and forms.extension(parts) not in IMAGES:
        look.wrong("The artwork’s address does not end in .jpg or .png: give it the extension of what it is.")


def block(part: Part, name: str, rule: str, notes: Notes) -> None:
    for element in part.all(name):
        look = Look(notes, part, element, rule)
        if look.text not in ("yes", "Yes"):
            look.wrong(f"<{name}> is “{short(look.text)}”: write Yes, or leave the tag out where it is not meant.")


def address_of(part: Part, name: str, rule: str, missing: str, notes: Notes) -> None:
    """An element whose text is an address."""
    found = part.first(name)
    if found is None or not part.text(name):
        notes.missing(rule, missing, part.spot(found))
        return
    look = Look(notes, part, found, rule)
    if forms.web(look.text) is None:
        look.wrong(f"<{name}> is “{short(look.text)}”: write {WEB}.")


def _title(channel: Part, notes: Notes) -> None:
    found, text = channel.first("title"), channel.text("title")
    if not text:
        notes.missing("channel.title", "The show has no <title>: add one.", channel.spot(found))
    elif titles.is_stuffed(text):
        message = "The title looks like a list of keywords: leave the name of the show."
        notes.advise("channel.title", message, channel.spot(found))
    if titles.has_leftovers(text):
        message = "The title holds HTML or twice-escaped characters, which are shown as they stand: write plain text."
        notes.wrong("channel.title", message, channel.spot(found))


def _description(channel: Part, notes: Notes) -> None:
    found = channel.first("description")
    if found is None or not channel.text("description"):
        message = "The show has no <description>: tell in a few sentences what it is about."
        notes.missing("channel.description", message, channel.spot(found))
    else:
        markup.judge(Look(notes, channel, found, "channel.description"), strict=False)
    markup.judge_summary(channel, "channel.description", notes)


def _language(channel: Part, notes: Notes) -> None:
    found, text = channel.first("language"), channel.text("language")
    if not text:
        message = "The show has no <language>: add a code of ISO 639 such as en or pt-br."
        notes.missing("channel.language", message, channel.spot(found))
    elif not forms.is_language(text):
        message = f"<language> is “{short(text)}”: write a code of ISO 639 such as en or pt-br."
        notes.wrong("channel.language", message, channel.spot(found))


def _categories(channel: Part, notes: Notes) -> None:
    found = channel.all("itunes:category")
    if not found:
        message = "The show has no <itunes:category>: add one of Apple’s list, the most fitting first."
        notes.missing("channel.category", message, channel.spot())
    seen: set[tuple[str, str | None]] = set()
    for element in found:
        look = Look(notes, channel, element, "channel.category")
        category = look.get("text") or ""
        subs = [sub.get("text") or "" for sub in element if name_of(sub) == "itunes:category"]
        for sub in subs or (None,):
            if _category(look, category, sub) and (category, sub) in seen:
                look.advise(f"The category “{short(category)}” is named twice: keep the first.")
            seen.add((category, sub))


def _category(look: Look, category: str, sub: str | None) -> bool:
    if not category:
        look.wrong("<itunes:category> has no text: name a category of Apple’s list.")
        return False
    known = categories.known(category, sub)
    if known is None:
        look.wrong(f"Apple has no category “{short(category)}”: take one of its list.")
        return False
    if sub is not None and known[1] is None:
        look.wrong(f"Apple has no “{short(sub)}” in {known[0]}: take a subcategory of its list.")
        return False
    if known != (category, sub):
        right = known[0] if sub is None or known[0] != category else known[1]
        look.wrong(f"The category is not written as in Apple’s list: write “{right}”.")
        return False
    return True


def _locked(look: Look) -> None:
    if look.text not in ("yes", "no"):
        look.wrong(f"<podcast:locked> is “{short(look.text)}”: write yes or no.")
    look.may("owner", _is_mail, "an e-mail address")


def _guid(look: Look) -> None:
    if not forms.UUID.fullmatch(look.text):
        look.wrong(
            f"<podcast:guid> is “{short(look.text)}”: write a UUID, such as one derived from the feed’s address."
        )
        return
    own = next((e.get("href") or "" for rel, e in links.atom_links(look.part) if rel == "self"), "")
    if look.text.lower() == str(uuid.uuid5(GUID_NAMESPACE, own.rstrip("/"))) != podcast_guid(own):
        look.advise(
            "<podcast:guid> was derived with https:// left in: keep it where apps know it, else derive it from the address without."
        )
    elif uuid.UUID(look.text).version != 5:
        look.advise(
            "<podcast:guid> is no UUID of version 5: keep it where apps know it, else derive it from the feed’s address."
        )


def _author(look: Look) -> None:
    if not look.text:
        look.notes.missing(look.rule, _WANTED["itunes:author"], look.part.spot(look.element))


def _copyright(look: Look) -> None:
    if re.search(r"copyright|©|\(c\)|\b(?:19|20)\d\d\b", look.text[:500], re.I):
        look.advise("<copyright> has the word, the sign or a year in it: leave the holder’s name only.")


def _type(look: Look) -> None:
    if look.text in ("Episodic", "Serial"):
        look.advise("<itunes:type> begins with a capital: write it small.")
    elif look.text not in ("episodic", "serial"):
        look.wrong(f"<itunes:type> is “{short(look.text)}”: write episodic or serial.")


def _new_feed_url(look: Look) -> None:
    own = {e.get("href") for rel, e in links.atom_links(look.part) if rel == "self"}
    if forms.web(look.text) is None:
        look.wrong(f"<itunes:new-feed-url> is “{short(look.text)}”: write {WEB}.")
    elif own and look.text not in own:
        look.advise(
            "<itunes:new-feed-url> is not this feed’s own address: on the old feed redirect for good, on the new one name it itself."
        )


def _owner(look: Look) -> None:
    names = [child for child in look.all("itunes:name") if child.text]
    mails = [child for child in look.all("itunes:email") if child.text]
    if not names:
        look.advise("<itunes:owner> has no <itunes:name>: add who owns the show.")
    if not mails:
        look.advise(
            "<itunes:owner> has no <itunes:email>: add an address, because directories and YouTube send a code there."
        )
    for mail in mails:
        if not _is_mail(mail.text):
            mail.wrong(f"<itunes:email> is “{short(mail.text)}”: write an e-mail address.")


def _is_mail(text: str) -> bool:
    return len(text) <= 320 and bool(forms.EMAIL.fullmatch(text))


_CHECKS: dict[str, Callable[[Look], None]] = {
    "podcast:locked": _locked,
    "podcast:guid": _guid,
    "itunes:author": _author,
    "copyright": _copyright,
    "itunes:type": _type,
    "itunes:new-feed-url": _new_feed_url,
    "itunes:owner": _owner,
}
_RULES = {
    "podcast:locked": "channel.locked",
    "podcast:guid": "channel.guid",
    "itunes:author": "channel.author",
    "copyright": "channel.copyright",
    "itunes:type": "channel.type",
    "itunes:new-feed-url": "channel.new-feed-url",
    "itunes:owner": "channel.owner",
    "podcast:person": "channel.person",
}
_WANTED = {
    "podcast:locked": "The show does not say whether others may import it: add <podcast:locked>yes</podcast:locked>.",
    "podcast:guid": "The show has no <podcast:guid>: derive it once from the feed’s address, and keep it.",
    "itunes:author": "The show names no author: add <itunes:author>.",
    "itunes:owner": "The show names no owner: add <itunes:owner> with a name and an e-mail address.",
    "podcast:person": "The show names no people: add a <podcast:person> for each host.",
}
