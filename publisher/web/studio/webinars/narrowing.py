"""Narrowing who is shown: filters as a sentence with chips and menus, and the same people in numbers."""

from collections import Counter
from dataclasses import replace
from typing import Any

from publisher.languages import country_name, language_name, zone_city
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import registered
from publisher.web.studio.webinars.finding import shortly
from publisher.web.studio.webinars.registered import STATES, Chosen
from publisher.webinars.models import Series, Webinar

#: Bars of a chart.
SHOWN = 8


def chips(series: Series, chosen: Chosen, dates: dict[int, Webinar], desk: Desk, here: str) -> list[dict[str, str]]:
    said = {
        "state": STATES[chosen.state][1].lower() if chosen.state else "",
        "date": shortly(desk, dates[chosen.date]) if chosen.date and not series.is_single else "",
        "zone": f"{zone_city(chosen.zone, 'en')} time" if chosen.zone else "",
        "country": _country(chosen.country),
        "language": language_name(chosen.language, "en") if chosen.language else "",
    }
    return [{"label": text, "remove_url": here + chosen.without(name).query()} for name, text in said.items() if text]


def menus(
    series: Series,
    chosen: Chosen,
    dates: dict[int, Webinar],
    desk: Desk,
    here: str,
    numbers: registered.Numbers,
) -> list[dict[str, Any]]:
    def menu(label: str, name: str, options: list[tuple[Any, str, str]]) -> dict[str, Any]:
        return {
            "label": label,
            "options": [
                {"label": text, "url": here + replace(chosen, **{name: value}).query(), "count_text": count, "current": getattr(chosen, name) == value}
                for value, text, count in options
            ],
        }  # fmt: skip

    states = [(s, label, words.figure(numbers.states[s])) for s, (_, label) in STATES.items() if numbers.states.get(s)]
    found = [menu("State", "state", states)]
    if not series.is_single:
        found.append(menu("Date", "date", [(number, shortly(desk, one), "") for number, one in dates.items()]))
    zones = [(z, z.replace("_", " "), words.figure(n)) for z, n in numbers.zones.most_common()]
    countries = [(c, _country(c), words.figure(n)) for c, n in numbers.countries.most_common()]
    spoken = [(c, language_name(c, "en"), words.figure(n)) for c, n in numbers.languages.most_common()]
    found += [menu("Time zone", "zone", zones), menu("Country", "country", countries), menu("Language", "language", spoken)]  # fmt: skip
    return [one for one in found if len(one["options"]) > 1 or one["label"] == "Date"]


def _country(code: str) -> str:
    return "" if not code else "not said" if code == "none" else country_name(code, "en")


def charts(numbers: registered.Numbers) -> list[dict[str, Any]]:
    """Where those who are registered are, and what they read; nothing where everybody is somewhere else."""
    several = (
        ("By time zone", numbers.zones, {zone: zone_city(zone, "en") for zone in numbers.zones}, "zone"),
        ("By country", numbers.countries, {code: _country(code) for code in numbers.countries}, "country"),
        ("By language", numbers.languages, {code: language_name(code, "en") for code in numbers.languages}, "language"),
    )
    return [
        {"title": title, "rows": words.bars(counts, names, most=SHOWN), "note": _rest(counts, one)}
        for title, counts, names, one in several
        if counts and max(counts.values()) > 1
    ]


def _rest(counts: Counter[str], one: str) -> str:
    """“and 12 in 9 other zones”."""
    rest = [number for _, number in counts.most_common()[SHOWN:]]
    several = "countries" if one == "country" else f"{one}s"
    return (
        f"and {words.figure(sum(rest))} in {words.counted(len(rest), 'other ' + one, 'other ' + several)}"
        if rest
        else ""
    )
