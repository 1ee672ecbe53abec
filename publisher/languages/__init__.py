"""Readers' languages: codes and fallbacks, the interface's words, countries and regions, dates in words.

Every name a caller needs is here; the modules below are how it is divided:
`codes` (BCP 47, negotiation) · `catalogues` (gettext from `.po` files) · `dates` (moments, numbers, lists) ·
`regions` and `countries` (ISO 3166, UN M49) · `mentions` (countries in a sentence) · `extract` (keeps the catalogues up
to date with the code: `python -m publisher.languages.extract`).
"""

from publisher.languages.catalogues import N_, Translator, translations_folder, translator
from publisher.languages.codes import (
    LANGUAGES,
    SOURCE_LANGUAGE,
    direction,
    fallbacks,
    language_name,
    locale_of,
    negotiate,
    normalise,
    own_name,
)
from publisher.languages.countries import country_code, country_name, region_code, region_name
from publisher.languages.dates import (
    date_in_words,
    day_in_words,
    duration_in_words,
    file_size,
    join_list,
    moment_for_staff,
    moment_in_words,
    number,
    relative,
    time_in_words,
    zone_city,
)
from publisher.languages.folding import folded
from publisher.languages.mentions import mentioned_countries
from publisher.languages.regions import COUNTRIES, REGIONS, countries_of, regions_of

__all__ = [
    "COUNTRIES",
    "LANGUAGES",
    "N_",
    "REGIONS",
    "SOURCE_LANGUAGE",
    "Translator",
    "countries_of",
    "country_code",
    "country_name",
    "date_in_words",
    "day_in_words",
    "direction",
    "duration_in_words",
    "fallbacks",
    "file_size",
    "folded",
    "join_list",
    "language_name",
    "locale_of",
    "mentioned_countries",
    "moment_for_staff",
    "moment_in_words",
    "negotiate",
    "normalise",
    "number",
    "own_name",
    "region_code",
    "region_name",
    "regions_of",
    "relative",
    "time_in_words",
    "translations_folder",
    "translator",
    "zone_city",
]
