"""Countries in their regions: the table of UN M49 ("Standard country or area codes for statistical use"), all levels.

Taiwan and Kosovo are not in M49's table; they stand where CLDR puts them, so that whoever follows a region meets them.
"""

from functools import cache

_SUBREGIONS: dict[str, str] = {
    "015": "DZ EG LY MA SD TN EH",
    "014": "IO BI KM DJ ER ET TF KE MG MW MU YT MZ RE RW SC SO SS UG TZ ZM ZW",
    "017": "AO CM CF TD CG CD GQ GA ST",
    "018": "BW SZ LS NA ZA",
    "011": "BJ BF CV CI GM GH GN GW LR ML MR NE NG SH SN SL TG",
    "029": "AI AG AW BS BB BQ VG KY CU CW DM DO GD GP HT JM MQ MS PR BL KN LC MF VC SX TT TC VI",
    "013": "BZ CR SV GT HN MX NI PA",
    "005": "AR BO BV BR CL CO EC FK GF GY PY PE GS SR UY VE",
    "021": "BM CA GL PM US",
    "143": "KZ KG TJ TM UZ",
    "030": "CN HK MO KP JP MN KR TW",
    "035": "BN KH ID LA MY MM PH SG TH TL VN",
    "034": "AF BD BT IN IR MV NP PK LK",
    "145": "AM AZ BH CY GE IQ IL JO KW LB OM QA SA PS SY TR AE YE",
    "151": "BY BG CZ HU PL MD RO RU SK UA",
    "154": "AX DK EE FO FI GG IS IE IM JE LV LT NO SJ SE GB",
    "039": "AL AD BA HR GI GR VA IT MT ME MK PT SM RS SI ES XK",
    "155": "AT BE FR DE LI LU MC NL CH",
    "053": "AU CX CC HM NZ NF",
    "054": "FJ NC PG SB VU",
    "057": "GU KI MH FM NR MP PW UM",
    "061": "AS CK PF NU PN WS TK TO TV WF",
    "010": "AQ",
}

_PARTS: dict[str, str] = {
    "001": "002 019 142 150 009 010",
    "002": "015 202",
    "202": "014 017 018 011",
    "019": "419 021",
    "419": "029 013 005",
    "142": "143 030 035 034 145",
    "150": "151 154 039 155",
    "009": "053 054 057 061",
}

REGIONS: dict[str, tuple[str, ...]] = {
    **{key: tuple(parts.split()) for key, parts in _PARTS.items()},
    **{key: tuple(sorted(countries.split())) for key, countries in _SUBREGIONS.items()},
}
"""M49 code → what it is directly made of: regions by code (three digits), countries by ISO 3166-1 (two letters)."""

COUNTRIES: frozenset[str] = frozenset(code for countries in _SUBREGIONS.values() for code in countries.split())
"""ISO 3166-1 alpha-2, and XK for Kosovo, the user-assigned code that the United Nations' agencies and the EU use."""


@cache
def regions_of(country: str) -> tuple[str, ...]:
    """Every region around a country or region, from the nearest to the world: KE → 014, 202, 002, 001. Empty if unknown."""
    around = next((key for key, members in REGIONS.items() if country in members), None)
    return (around, *regions_of(around)) if around else ()


@cache
def countries_of(region: str) -> frozenset[str]:
    """Every country of a region, at any depth; empty for a code that is no region."""
    members = REGIONS.get(region, ())
    return frozenset(m for m in members if m not in REGIONS).union(*(countries_of(m) for m in members if m in REGIONS))
