"""Rules 27 to 40 and 51 to 57: each tag of the podcast namespace by itself, wherever it stands."""

from collections.abc import Callable

from feeds.podcast.checks import forms, lists
from feeds.podcast.checks.looking import (
    BOOLEAN,
    EITHER,
    Look,
    is_positive,
    is_seconds,
    is_some_seconds,
    one_of,
)
from feeds.podcast.checks.media_tags import alternate_enclosure, image, is_address, transcript
from feeds.podcast.checks.notes import Notes
from feeds.podcast.checks.parts import Part, short
from feeds.podcast.checks.recurrence import faults
from feeds.podcast.checks.value_tags import remote_item, value

CHAPTERS = "application/json+chapters"


def judge(part: Part, notes: Notes) -> None:
    for name, (rule, check) in TAGS.items():
        for element in part.all(name):
            check(Look(notes, part, element, rule))
    _together(part, notes)


def _txt(look: Look) -> None:
    look.words(4000)
    look.short_attribute("purpose", 128)


def _funding(look: Look) -> None:
    look.address("url")
    if not look.words(128, needed=False):
        look.advise("<podcast:funding> has no text: say what the button is for.")


def _person(look: Look) -> None:
    look.words(128)
    role, group = (look.get("role") or "host").lower(), (look.get("group") or "cast").lower()
    if role not in lists.ROLES:
        look.wrong(
            f"<podcast:person> has “{short(role)}” for role: take a role of the podcast taxonomy, such as host or guest."
        )
    elif group not in lists.GROUPS:
        look.wrong(
            f"<podcast:person> has “{short(group)}” for group: take a group of the podcast taxonomy, such as cast."
        )
    elif group in lists.TAXONOMY and role not in lists.TAXONOMY[group]:
        right = next(name for name, roles in lists.TAXONOMY.items() if role in roles)
        look.advise(f'<podcast:person> has the role {role} in the group {group}: write group="{right}".')
    look.address("href", needed=False)
    look.address("img", needed=False)


def _medium(look: Look) -> None:
    if look.text not in lists.MEDIUMS:
        look.wrong(
            f"<podcast:medium> is “{short(look.text)}”: write podcast, music, video or another of its list, in small letters."
        )


def _update_frequency(look: Look) -> None:
    look.words(128, needed=False)
    look.may("complete", one_of(BOOLEAN), EITHER)
    look.may("dtstart", lambda text: forms.iso_moment(text, with_time=False), "a date of ISO 8601")
    rule = look.get("rrule")
    if rule is None:
        if not look.text and look.get("complete") is None:
            look.wrong("<podcast:updateFrequency> says nothing: give it an rrule, and the same in words.")
        return
    for fault in faults(rule):
        look.wrong(f"The rrule of <podcast:updateFrequency> {fault}: write a rule of RFC 5545, such as FREQ=WEEKLY.")
    if "COUNT=" in rule.upper() and look.get("dtstart") is None:
        look.wrong("<podcast:updateFrequency> counts and does not say from when: add dtstart.")


def _trailer(look: Look) -> None:
    look.words(128)
    look.address("url")
    look.need("pubdate", forms.mailed_date, "a date of RFC 2822 with the right weekday")
    look.may("season", forms.whole, "a whole number above zero")
    if look.may("length", is_positive, "the size of the file in bytes") is None and look.get("length") is None:
        look.advise("<podcast:trailer> has no length: add the size of the file in bytes.")
    kind = look.get("type")
    if kind is None or kind.lower() not in lists.EXTENSIONS:
        look.advise(
            f"<podcast:trailer> has {f'“{short(kind)}” for' if kind else 'no'} type: add one that apps play, such as audio/mpeg."
        )


def _podroll(look: Look) -> None:
    if not look.all("podcast:remoteItem"):
        look.wrong("<podcast:podroll> is empty: add a <podcast:remoteItem> for each show, or take it away.")
    for item in look.all("podcast:remoteItem"):
        remote_item(item.by("podcast.remote-item"))


def _publisher(look: Look) -> None:
    found = look.all("podcast:remoteItem")
    if len(found) != 1:
        look.wrong(f"<podcast:publisher> has {len(found)} <podcast:remoteItem>: it needs exactly one.")
    for item in found:
        if item.get("medium") != "publisher":
            look.wrong('The <podcast:remoteItem> of <podcast:publisher> does not say medium="publisher": add it.')
        remote_item(item.by("podcast.remote-item"))


def _podping(look: Look) -> None:
    look.need("usesPodping", one_of(BOOLEAN), "true, if changes are announced by podping")


def _location(look: Look) -> None:
    look.words(128)
    look.may("rel", one_of(("subject", "creator")), "subject or creator")
    look.may("geo", forms.is_geo, "a geo: address such as geo:-1.2921,36.8219")
    look.may("osm", lambda text: forms.OSM.fullmatch(text), "N, W or R and a number of OpenStreetMap")
    look.may("country", lambda text: text in lists.COUNTRIES, "a country of ISO 3166 in two capitals")


def _license(look: Look) -> None:
    slug = look.words(128).lower()
    if look.address("url", needed=False) is None and look.get("url") is None and slug and not _is_licence(slug):
        look.wrong(f"<podcast:license> is “{short(look.text)}”, which is not on the list: add its address as url.")


def _is_licence(slug: str) -> bool:
    head, _, country = slug.rpartition("-")
    return slug in lists.LICENCES or (head in lists.LICENCES and head.startswith("cc-by") and country.isalpha())


def _block(look: Look) -> None:
    if look.text not in ("yes", "no"):
        look.wrong(f"<podcast:block> is “{short(look.text)}”: write yes or no.")
    service = look.get("id")
    if service is not None and service not in lists.SERVICES:
        look.advise(
            f"<podcast:block> names a service “{short(service)}” that is not on the list we know: look for its slug."
        )


def _chapters(look: Look) -> None:
    look.address("url")
    look.need("type", one_of((CHAPTERS,)), CHAPTERS)


def _soundbite(look: Look) -> None:
    start = look.need("startTime", is_seconds, "seconds from the beginning")
    length = look.need("duration", is_some_seconds, "seconds, more than none")
    look.words(128, needed=False)
    if length and not 15 <= float(length) <= 120:
        look.advise("<podcast:soundbite> is not between 15 and 120 seconds long: choose a sample of that length.")
    whole = forms.whole(look.part.text("itunes:duration"))
    if start and length and whole and float(start) + float(length) > whole + 1:
        look.wrong("<podcast:soundbite> goes on when the episode is over: choose an earlier start.")


def _season(look: Look) -> None:
    if forms.whole(look.text) is None:
        look.wrong(f"<podcast:season> is “{short(look.text)}”: write a whole number.")
    elif (said := forms.whole(look.part.text("itunes:season"))) and said != forms.whole(look.text):
        look.advise("<podcast:season> and <itunes:season> differ: let both say the same.")
    look.short_attribute("name", 128)


def _episode(look: Look) -> None:
    number = forms.decimal(look.text)
    if number is None:
        look.wrong(f"<podcast:episode> is “{short(look.text)}”: write a number, and what it is called as display.")
    elif (said := forms.whole(look.part.text("itunes:episode"))) and said != int(number):
        look.advise("<podcast:episode> and <itunes:episode> differ: let both say the same.")
    look.short_attribute("display", 32)


def _social_interact(look: Look) -> None:
    protocol = look.need("protocol", lambda text: bool(text), "the protocol, such as activitypub, or disabled")
    if protocol == "disabled":
        if look.get("uri") is not None:
            look.wrong("<podcast:socialInteract> is disabled and has an address: take one of the two away.")
        return
    if protocol and protocol not in lists.SOCIAL:
        look.advise(
            f"<podcast:socialInteract> has a protocol “{short(protocol)}” that is not on the list we know: check its name."
        )
    look.need("uri", is_address, "the address of the post")
    look.may("priority", forms.whole, "a whole number")
    look.address("accountUrl", needed=False)


def _chat(look: Look) -> None:
    look.need("server", lambda text: not any(c.isspace() for c in text), "the name of the server")
    protocol = look.need("protocol", lambda text: bool(text), "the protocol, such as matrix or irc")
    if protocol and protocol not in lists.CHATS:
        look.advise(
            f"<podcast:chat> has a protocol “{short(protocol)}” that is not on the list we know: check its name."
        )


def _together(part: Part, notes: Notes) -> None:
    """What several tags of one name must be together."""
    kinds = {(element.get("type") or "").strip() for element in part.all("podcast:transcript")}
    if kinds and "text/vtt" not in kinds:
        message = "No transcript is of type text/vtt, the only one that Apple takes: add one."
        notes.advise("podcast.transcript", message, part.spot(part.first("podcast:transcript")))
    blocked = [element.get("id") for element in part.all("podcast:block")]
    for service, element in zip(blocked, part.all("podcast:block"), strict=True):
        if blocked.count(service) > 1:
            message = f"<podcast:block> stands more than once for {service or 'every service'}: keep one."
            notes.wrong("podcast.block", message, part.spot(element))
    defaults = [e for e in part.all("podcast:alternateEnclosure") if e.get("default") == "true"]
    if len(defaults) > 1:
        message = "More than one <podcast:alternateEnclosure> is the default: leave one."
        notes.wrong("podcast.alternate-enclosure", message, part.spot(defaults[1]))


Check = Callable[[Look], None]
TAGS: dict[str, tuple[str, Check]] = {
    "podcast:txt": ("podcast.txt", _txt),
    "podcast:funding": ("podcast.funding", _funding),
    "podcast:person": ("podcast.person", _person),
    "podcast:medium": ("podcast.medium", _medium),
    "podcast:updateFrequency": ("podcast.update-frequency", _update_frequency),
    "podcast:trailer": ("podcast.trailer", _trailer),
    "podcast:podroll": ("podcast.podroll", _podroll),
    "podcast:remoteItem": ("podcast.remote-item", remote_item),
    "podcast:podping": ("podcast.podping", _podping),
    "podcast:location": ("podcast.location", _location),
    "podcast:license": ("podcast.license", _license),
    "podcast:value": ("podcast.value", value),
    "podcast:block": ("podcast.block", _block),
    "podcast:image": ("podcast.image", image),
    "podcast:publisher": ("podcast.publisher", _publisher),
    "podcast:transcript": ("podcast.transcript", transcript),
    "podcast:chapters": ("podcast.chapters", _chapters),
    "podcast:soundbite": ("podcast.soundbite", _soundbite),
    "podcast:season": ("podcast.season", _season),
    "podcast:episode": ("podcast.episode", _episode),
    "podcast:alternateEnclosure": ("podcast.alternate-enclosure", alternate_enclosure),
    "podcast:socialInteract": ("podcast.social-interact", _social_interact),
    "podcast:chat": ("podcast.chat", _chat),
}
