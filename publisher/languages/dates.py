"""Dates, moments, numbers and lists in words, in the reader's language and zone (Babel, CLDR).

English is written day first ("Thursday 26 November 2026, 9:00"), because readers everywhere understand it. Digits are
European in every language: addresses, figures and times in a mail then read the same in both directions.
"""

import re
from datetime import date, datetime, timedelta
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_datetime, format_timedelta, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

from publisher.clock import zone as zone_of
from publisher.languages.catalogues import N_, translator
from publisher.languages.codes import locale_of

_OWN_PATTERNS = {
    "en": {"long": "d MMMM y", "full": "EEEE d MMMM y", "time": "H:mm", "day": "EEEE d MMMM"},
    "fr": {"day": "EEEE d MMMM", "time": "H'\u00a0h\u00a0'mm"},
    "ar": {"day": "EEEE، d MMMM"},
    "es": {"full": "EEEE d 'de' MMMM 'de' y", "day": "EEEE d 'de' MMMM"},
    "pt": {"day": "EEEE, d 'de' MMMM"},
    "sw": {"day": "EEEE, d MMMM"},
}
_BEGINS_WITH_I = re.compile(r"h?[ií](?![aeouáéóú])", re.IGNORECASE)
"""A Spanish word before which “y” becomes “e”: Irán, Hidalgo; not hielo, where the i is half a consonant."""

_SIZES = (N_("%(number)s kB"), N_("%(number)s MB"), N_("%(number)s GB"), N_("%(number)s TB"))


def date_in_words(day: date, language: str, *, weekday: bool = False) -> str:
    """A day: "26 November 2026", with `weekday` "Thursday 26 November 2026"."""
    return str(format_date(day, _pattern(language, "full" if weekday else "long"), locale=locale_of(language)))


def day_in_words(day: date, language: str) -> str:
    """A day of a year that is known: "Thursday 26 November"."""
    return str(format_date(day, _pattern(language, "day"), locale=locale_of(language)))


def moment_in_words(instant: datetime, zone: str, language: str) -> str:
    """A moment with its place, for a reader: "Thursday 26 November 2026, 9:00 (Nairobi)".

    `instant` is aware; `zone` an IANA name (`BadInput` for others).
    """
    there = instant.astimezone(zone_of(zone))
    return translator(language).gettext("%(date)s, %(time)s (%(city)s)") % {
        "date": date_in_words(there.date(), language, weekday=True),
        "time": time_in_words(instant, zone, language),
        "city": zone_city(zone, language),
    }


def moment_for_staff(instant: datetime, zone: str, now: datetime, language: str = "en") -> str:
    """A moment near to now, with its distance: "Thursday 26 November, 9:00 in Nairobi (in 4 days)".

    The year is named only where it is another than now's; from one day on the distance counts calendar days in `zone`.
    """
    there, here = instant.astimezone(zone_of(zone)), now.astimezone(zone_of(zone))
    if there.year == here.year:
        day = day_in_words(there.date(), language)
    else:
        day = date_in_words(there.date(), language, weekday=True)
    return translator(language).gettext("%(date)s, %(time)s in %(city)s (%(distance)s)") % {
        "date": day,
        "time": time_in_words(instant, zone, language),
        "city": zone_city(zone, language),
        "distance": _distance(there, here, language),
    }


def time_in_words(instant: datetime, zone: str, language: str) -> str:
    """The time of day in a zone: "9:00", in Arabic "9:00 ص"."""
    there = instant.astimezone(zone_of(zone))
    return str(format_datetime(there.replace(tzinfo=None), _pattern(language, "time"), locale=locale_of(language)))


def relative(instant: datetime, now: datetime, language: str) -> str:
    """The distance from now: "in 4 days", "3 hours ago", "just now" within 45 seconds."""
    distance = instant - now
    if abs(distance) < timedelta(seconds=45):
        return translator(language).gettext("just now")
    return str(format_timedelta(distance, add_direction=True, locale=locale_of(language)))


def number(n: float, language: str) -> str:
    """A figure with the language's separators: 12,480 in English, 12 480 in French, 12.480 in Portuguese.

    Spanish is read where 12.480 is twelve and a half as well as where it is twelve thousand, so it has the space of the
    Academies' spelling there, from five digits on.
    """
    plain = str(format_decimal(n, locale=locale_of(language)))
    if language.split("-")[0] != "es":
        return plain
    return plain.replace(".", "\u202f" if abs(n) >= 10_000 else "")


def join_list(items: list[str] | tuple[str, ...], language: str) -> str:
    """Things in a sentence: "Kenya, Ghana and Peru"; empty for none."""
    names = list(items)
    if language.split("-")[0] == "en":  # CLDR's plain English puts a comma before "and"
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
    if language.split("-")[0] == "es" and len(names) > 1:
        joint = "e" if _BEGINS_WITH_I.match(names[-1]) else "y"
        return f"{', '.join(names[:-1])} {joint} {names[-1]}"
    return str(format_list(names, locale=locale_of(language))) if names else ""


def duration_in_words(seconds: int, language: str) -> str:
    """How long something lasts, in minutes; below one minute in seconds: “12 min”, “40 sec”."""
    unit, count = ("duration-minute", round(seconds / 60)) if seconds >= 60 else ("duration-second", seconds)
    return str(format_unit(count, unit, length="short", locale=locale_of(language)))


def file_size(size: int, language: str) -> str:
    """A size in bytes as people read it, units of 1,000: "840 bytes", "2.4 MB"."""
    if size < 1000:
        plain = translator(language).ngettext("%(number)s byte", "%(number)s bytes", size)
        return plain % {"number": number(size, language)}
    amount, unit = size / 1000, 0
    while amount >= 999.5 and unit < len(_SIZES) - 1:
        amount, unit = amount / 1000, unit + 1
    shown = round(amount, 1) if amount < 9.95 else round(amount)
    return translator(language).gettext(_SIZES[unit]) % {"number": number(shown, language)}


@cache
def zone_city(zone: str, language: str) -> str:
    """The city a zone is named after, in the reader's language: نيروبي for Africa/Nairobi; "UTC" for UTC."""
    locale = locale_of(language)
    if exemplar := _renamed(zone, locale):
        return exemplar
    city = str(get_timezone_location(zone_of(zone), locale=locale, return_city=True))
    return city.rsplit("/", 1)[-1]


def _renamed(zone: str, locale: Locale) -> str:
    """The city of a zone that CLDR still keeps under its former name, as it does Asia/Katmandu."""
    known = locale.time_zones
    former = (old for old, new in get_global("zone_aliases").items() if new == zone and old in known)
    return "" if zone in known else next((str(known[old].get("city", "")) for old in former), "")


def _distance(there: datetime, here: datetime, language: str) -> str:
    days = (there.date() - here.date()).days
    if abs(there - here) < timedelta(hours=20) or days == 0:
        return relative(there, here, language)
    if days in (1, -1):
        words = translator(language)
        return words.gettext("tomorrow") if days == 1 else words.gettext("yesterday")
    return relative(here + timedelta(days=days), here, language)


@cache
def _pattern(language: str, kind: str) -> str:
    locale: Locale = locale_of(language)
    if own := _OWN_PATTERNS.get(locale.language, {}).get(kind):
        return own
    if kind == "time":
        return str(locale.time_formats["short"].pattern)
    if kind == "day":
        return str(locale.datetime_skeletons["MMMEd"].pattern)
    return str(locale.date_formats[kind].pattern)
