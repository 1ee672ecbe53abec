"""Time zones as people choose them: a place, by the name it has now. `UTC` is one; abbreviations and offsets are none, because
they do not say when clocks change."""

import re
from functools import cache

from publisher import clock
from publisher.errors import BadInput
from publisher.languages import N_, folded

#: Places that were renamed. The data knows both names as one zone; browsers and old lists still say the former.
RENAMED = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Catamarca": "America/Argentina/Catamarca",
    "America/Cordoba": "America/Argentina/Cordoba",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "America/Jujuy": "America/Argentina/Jujuy",
    "America/Louisville": "America/Kentucky/Louisville",
    "America/Mendoza": "America/Argentina/Mendoza",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Dacca": "Asia/Dhaka",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Macao": "Asia/Macau",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Asia/Thimbu": "Asia/Thimphu",
    "Asia/Ujung_Pandang": "Asia/Makassar",
    "Asia/Ulan_Bator": "Asia/Ulaanbaatar",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Europe/Kiev": "Europe/Kyiv",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}
#: What people say instead of a place, and the place that most of them mean.
SPOKEN = {
    "est": "America/New_York",
    "edt": "America/New_York",
    "et": "America/New_York",
    "easterntime": "America/New_York",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "centraltime": "America/Chicago",
    "mst": "America/Denver",
    "mountaintime": "America/Denver",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pacifictime": "America/Los_Angeles",
    "bst": "Europe/London",
    "wet": "Europe/Lisbon",
    "cet": "Europe/Paris",
    "cest": "Europe/Paris",
    "mez": "Europe/Berlin",
    "eet": "Europe/Helsinki",
    "msk": "Europe/Moscow",
    "gmt": "UTC",
    "wat": "Africa/Lagos",
    "cat": "Africa/Maputo",
    "sast": "Africa/Johannesburg",
    "eat": "Africa/Nairobi",
    "gst": "Asia/Dubai",
    "pkt": "Asia/Karachi",
    "ist": "Asia/Kolkata",
    "npt": "Asia/Kathmandu",
    "ict": "Asia/Bangkok",
    "wib": "Asia/Jakarta",
    "pht": "Asia/Manila",
    "jst": "Asia/Tokyo",
    "brt": "America/Sao_Paulo",
}
_OFFSET = re.compile(r"(?i)(utc|gmt)?\s*[+\-\u2212]\s*\d{1,2}(:?\d\d)?")
_UTC = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu", "Z"})


def chosen(given: object, field: str = "zone") -> str:
    """The zone's present name; `BadInput` with a suggestion where it is none."""
    name = given.strip() if isinstance(given, str) else ""
    if name in _UTC:
        return "UTC"
    if name in clock.zone_names():
        return RENAMED.get(name, name)
    if not name:
        raise BadInput(N_("Choose a time zone, such as Africa/Nairobi."), field=field)
    place = _by_place().get(_plain(name.rsplit("/", 1)[-1])) or SPOKEN.get(_plain(name))
    hint = f"Did you mean {place}?" if place else "Choose a place, such as Africa/Nairobi."
    if _OFFSET.fullmatch(name):
        hint = f"It does not say when clocks change. {hint}"
    raise BadInput(f"“{name[:60]}” is not a time zone. {hint}", field=field)


@cache
def _by_place() -> dict[str, str]:
    names = (name for name in clock.zone_names() if "/" in name)
    return {_plain(name.rsplit("/", 1)[-1]): RENAMED.get(name, name) for name in names}


def _plain(name: str) -> str:
    """As people type it: “new york”, “New_York”, “NewYork” are one."""
    return "".join(c for c in folded(name) if c.isalnum())
