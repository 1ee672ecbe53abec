"""Countries and regions by name: what to call one in a reader's language, and which one a name in the wild means."""

import re
from functools import cache

from babel.core import get_global

from publisher.languages.codes import fallbacks, locale_of
from publisher.languages.folding import folded
from publisher.languages.regions import COUNTRIES, REGIONS

NAMED_IN = ("en", "fr", "es", "pt", "ar", "sw", "de")
"""The languages whose names of countries are understood."""

_LATIN_AMERICA = {  # M49's name; CLDR shortens it and so leaves the Caribbean out
    "en": "Latin America and the Caribbean",
    "fr": "Amérique latine et Caraïbes",
    "es": "América Latina y el Caribe",
    "pt": "América Latina e Caribe",
    "ar": "أمريكا اللاتينية والكاريبي",
    "sw": "Amerika ya Kilatini na Karibi",
}
_WORLD = {
    "en": "The whole world",
    "fr": "Le monde entier",
    "ar": "العالم كله",
    "es": "Todo el mundo",
    "pt": "O mundo inteiro",
    "sw": "Dunia nzima",
}

VARIANTS: dict[str, str] = {
    "AE": "UAE|Emirates",
    "BA": "Bosnia|Bosnia-Herzegovina|Bosnie",
    "BN": "Brunei Darussalam",
    "BO": "Bolivia (Plurinational State of)|Plurinational State of Bolivia",
    "BQ": "Bonaire",
    "CD": "DRC|DR Congo|D.R. Congo|Congo DRC|Congo, Dem. Rep.|Congo, Democratic Republic of the|Congo (Kinshasa)|"
    "Congo-Kinshasa|Democratic Republic of the Congo|Democratic Republic of Congo|Zaire|RDC|RD Congo|"
    "République démocratique du Congo|República Democrática del Congo|República Democrática do Congo",
    "CF": "CAR|RCA|Central African Rep.",
    "CG": "Congo|Congo, Rep.|Republic of the Congo|Republic of Congo|Congo (Brazzaville)|Congo-Brazzaville|"
    "Congo, Republic of the|République du Congo",
    "CI": "Ivory Coast|Cote d'Ivoire|Costa de Marfil|Costa do Marfim",
    "CN": "PR China|People's Republic of China|Mainland China|PRC",
    "CV": "Cape Verde|Cap-Vert",
    "CZ": "Czech Republic|République tchèque|República Checa",
    "DO": "Dominican Rep.",
    "EG": "Egypt, Arab Rep.",
    "FK": "Falkland Islands (Malvinas)|Falklands",
    "FM": "Micronesia|Micronesia, Fed. Sts.|Micronesia (Federated States of)|Federated States of Micronesia",
    "GB": "UK|U.K.|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United Kingdom of Great Britain and "
    "Northern Ireland|Royaume Uni|Angleterre|Inglaterra",
    "GM": "The Gambia|Gambia, The|Gambia (Republic of The)",
    "GW": "Guinea Bissau",
    "HK": "Hong Kong|Hong Kong SAR",
    "IR": "Iran (Islamic Republic of)|Iran, Islamic Rep.",
    "KG": "Kyrgyz Republic|Kirghizistan",
    "KN": "St. Kitts and Nevis",
    "KP": "Korea, Dem. People's Rep.|Democratic People's Republic of Korea|DPRK",
    "KR": "Korea|Korea, Rep.|Republic of Korea|Korea, Republic of|Corée",
    "LA": "Lao PDR|Lao People's Democratic Republic|Lao",
    "LC": "St. Lucia|Saint Lucia",
    "MD": "Moldova|Republic of Moldova|Moldova, Republic of",
    "MK": "North Macedonia|Macedonia|Republic of North Macedonia|FYR Macedonia|Macédoine",
    "MM": "Burma|Birmanie|Birmania",
    "MO": "Macao|Macau",
    "NL": "Holland|The Netherlands|Netherlands (Kingdom of the)|Hollande|Holanda",
    "PS": "Palestine|State of Palestine|Palestine, State of|West Bank and Gaza|Occupied Palestinian Territory|oPt|"
    "Palestinian Territories|West Bank|Gaza|Gaza Strip|Cisjordanie|Cisjordania|فلسطين",
    "RU": "Russian Federation|Fédération de Russie",
    "ST": "Sao Tome and Principe|Sao Tome",
    "SK": "Slovak Republic",
    "SY": "Syrian Arab Republic",
    "SZ": "Swaziland|Kingdom of Eswatini",
    "TL": "East Timor|Timor Leste|Timor-Leste|Timor oriental",
    "TR": "Turkey|Türkiye|Turquie|Turquía",
    "TZ": "United Republic of Tanzania|Tanzania, United Republic of|Zanzibar",
    "US": "USA|U.S.A.|U.S.|United States of America|America|EE. UU.|EUA|États-Unis d'Amérique",
    "VA": "Holy See",
    "VC": "St. Vincent and the Grenadines",
    "VE": "Venezuela (Bolivarian Republic of)|Venezuela, RB",
    "VN": "Viet Nam|Vietnam",
    "XK": "Kosovo (UNSCR 1244)|XKX",
    "YE": "Yemen, Rep.",
}
"""What else a country is called, by those who write catalogues; parts between bars."""


@cache
def country_name(code: str, in_language: str) -> str:
    """What a country is called in a language, by its fallback chain; the code itself where there is no name."""
    return next((str(n) for lang in fallbacks(in_language) if (n := locale_of(lang).territories.get(code))), code)


@cache
def region_name(code: str, in_language: str) -> str:
    """What a UN M49 region is called in a language: "Afrique subsaharienne". The code itself where unknown."""
    if code == "010":  # Antarctica is a country and a region of its own; CLDR names only the first
        return country_name("AQ", in_language)
    locale = locale_of(in_language)
    exact = {"419": _LATIN_AMERICA, "001": _WORLD}.get(code, {})
    return exact.get(locale.language) or str(
        locale.territories.get(code) or locale_of("en").territories.get(code, code)
    )


@cache
def country_code(text: str) -> str | None:
    """The country a field of a record means: a name in English, French, Spanish, Portuguese, Arabic, Swahili or German,
    an alpha-2 or alpha-3 code, or one of the usual variants ("DRC", "Viet Nam", "Congo, Dem. Rep."). None otherwise.

    Regions and "World" are no countries.
    """
    stripped = text.strip()[:200]
    if re.fullmatch(r"[A-Za-z]{2}", stripped) and stripped.upper() in COUNTRIES:
        return stripped.upper()
    plain = _plain(stripped)
    if plain in country_names():
        return country_names()[plain]
    if re.fullmatch(r"[A-Za-z]{3}", stripped) and (code := _alpha3(stripped.upper())):
        return code
    without_remark = _plain(re.sub(r"\s*[(\[,].*$", "", stripped))
    return country_names().get(without_remark)


@cache
def region_code(text: str) -> str | None:
    """The UN M49 region a field means, by code or by its name in one of `NAMED_IN`; None otherwise."""
    stripped = text.strip()[:200]
    return stripped if stripped in REGIONS else _region_names().get(_plain(stripped))


@cache
def country_names() -> dict[str, str]:
    """Every known name, folded and without article → code. Of two countries with one name the variants decide."""
    found: dict[str, str] = {}
    for language in NAMED_IN:
        for code in sorted(COUNTRIES):
            if name := locale_of(language).territories.get(code):
                found.setdefault(_plain(str(name)), code)
    variants = {_plain(name): code for code, names in VARIANTS.items() for name in names.split("|")}
    return found | variants


def _plain(name: str) -> str:
    """Folded, brackets gone, "St" written out, without "the" in front."""
    words = re.sub(r"[\[\]()]", " ", folded(name)).replace(" & ", " and ").split()
    if words and words[0] == "the":
        words = words[1:]
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)


@cache
def _region_names() -> dict[str, str]:
    found = {_plain(region_name(code, language)): code for code in REGIONS for language in NAMED_IN}
    short = {_plain(str(locale_of(language).territories["419"])): "419" for language in NAMED_IN}
    return short | found


def _alpha3(code: str) -> str | None:
    """ISO 3166-1 alpha-3 → alpha-2, by CLDR's aliases; XKX is the World Bank's for Kosovo."""
    found = get_global("territory_aliases").get(code)
    two = str(found[0]) if found else None
    return two if two in COUNTRIES else None
