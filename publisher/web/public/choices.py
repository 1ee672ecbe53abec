"""Long menus that several forms have: time zones and countries, named in the language of the page."""

from functools import cache

from publisher import clock
from publisher.languages import COUNTRIES, N_, country_name, folded, translator, zone_city
from publisher.web.page import Page
from publisher.webinars.zones import RENAMED

AREAS = {
    "Africa": N_("Africa"),
    "America": N_("America"),
    "Asia": N_("Asia"),
    "Europe": N_("Europe"),
    "Australia": N_("Australia"),
    "Pacific": N_("Pacific"),
    "Atlantic": N_("Atlantic Ocean"),
    "Indian": N_("Indian Ocean"),
    "Antarctica": N_("Antarctica"),
}
Options = tuple[tuple[str, str], ...]


def zones(page: Page, also: str = "") -> list[tuple[str, Options]]:
    """Places that have a time of their own, by the names they have now: (area, ((zone, city), …)). `also`: a zone that is
    chosen already, which may be one of the few others."""
    groups = _zones(page.language)
    if also and all(also != name for _, options in groups for name, _ in options):
        groups = (("", ((also, f"{zone_city(also, page.language)} · {also}"),)), *groups)
    return list(groups)


def countries(page: Page) -> list[tuple[str, str]]:
    return list(_countries(page.language))


@cache
def _zones(language: str) -> tuple[tuple[str, Options], ...]:
    say = translator(language).gettext
    named: dict[str, list[tuple[str, str]]] = {area: [] for area in AREAS}
    for name in clock.zone_names():
        area = name.partition("/")[0]
        if area in named and name not in RENAMED:
            named[area].append((name, zone_city(name, language)))
    groups = ((say(AREAS[area]), tuple(sorted(rows, key=lambda row: folded(row[1])))) for area, rows in named.items())
    return (("", (("UTC", "UTC"),)), *groups)


@cache
def _countries(language: str) -> tuple[tuple[str, str], ...]:
    named = ((code, country_name(code, language)) for code in COUNTRIES)
    return tuple(sorted(named, key=lambda pair: folded(pair[1])))
