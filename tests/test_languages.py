"""Languages, countries and dates, as the other rooms and the readers meet them."""

import time
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from publisher import languages
from publisher.errors import BadInput
from publisher.languages import COUNTRIES, REGIONS
from publisher.languages.catalogues import _Read
from publisher.languages.extract import as_po
from publisher.vocabulary.defaults import FACETS
from publisher.vocabulary.kinds import KIND_LABELS, KINDS, kind_from

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
OPENING = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ("eng", "en"), ("English", "en"), ("en_US", "en"), ("en_US.UTF-8", "en"), ("English (UK)", "en"),
        ("fre", "fr"), ("fra", "fr"), ("Français", "fr"), ("FRANCAIS", "fr"), ("francés", "fr"), ("fr-CA", "fr"),
        ("pt-br", "pt-BR"), ("Portuguese (Brazil)", "pt-BR"), ("pt-PT", "pt"), ("por", "pt"),
        ("zh-CN", "zh-Hans"), ("zh_TW", "zh-Hant"), ("chi", "zh"), ("zh-hant-hk", "zh-Hant"),
        ("Kiswahili", "sw"), ("swh", "sw"), ("العربية", "ar"), ("arb", "ar"), ("uz-Cyrl", "uz-Cyrl"), ("ru-Cyrl", "ru"),
        ("en fr", "en"), ("English; French", "en"), ("ger", "de"), ("iw", "he"), ("tl", "fil"),
        ("", None), ("und", None), ("mul", None), ("zxx", None), ("N/A", None), ("several of them", None), ("q1", None),
    ],
)  # fmt: skip
def test_a_language_found_in_the_wild_becomes_one_code(found, code):
    assert languages.normalise(found) == code


@given(st.text(max_size=60))
def test_nothing_found_in_the_wild_breaks_the_doors(text):
    code = languages.normalise(text)
    assert code is None or languages.normalise(code) == code
    country = languages.country_code(text)
    assert country is None or country in COUNTRIES
    assert set(languages.mentioned_countries(text)) <= COUNTRIES
    assert languages.negotiate(text, ("en", "fr", "ar")) in ("en", "fr", "ar")
    assert kind_from(text) in (None, *KINDS)


def test_every_language_that_has_a_name_is_found_by_that_name():
    for code in ("en", "fr", "ar", "es", "pt", "sw", "am", "ne", "bn", "vi", "id", "ru", "uk", "hi", "ur", "fa"):
        for spoken in ("en", "fr", "es", code):
            assert languages.normalise(languages.language_name(code, spoken)) == code


def test_fallbacks_end_in_english():
    assert languages.fallbacks("fr-CA") == ("fr-CA", "fr", "en")
    assert languages.fallbacks("zh-Hant") == ("zh-Hant", "zh", "en")
    assert languages.fallbacks("en") == ("en",)


def test_arabic_and_its_neighbours_run_from_right_to_left():
    assert [c for c in ("en", "ar", "fr", "fa-AF", "ur", "he", "sw", "xx") if languages.direction(c) == "rtl"] == [
        "ar", "fa-AF", "ur", "he",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"), ("ar-EG;q=0.9, en;q=0.3", "ar"), ("de, *;q=0.1", "en"), (None, "en"),
        ("", "en"), ("fr;q=0, ar;q=0.1", "ar"), (";;;q=,fr", "fr"), ("xx, yy", "en"), ("EN-gb", "en"), ("x" * 9999, "en"),
    ],
)  # fmt: skip
def test_a_browser_gets_the_language_it_asks_for(header, chosen):
    assert languages.negotiate(header, ("en", "fr", "ar")) == chosen


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"), ("pt-PT", "pt"), ("pt-MZ,fr;q=0.5", "pt"), ("es-419,es;q=0.9", "es"),
        ("es-MX", "es"), ("ES", "es"), ("sw-KE,en;q=0.5", "sw"), ("swh", "sw"), ("gl, es;q=0.7", "es"), ("es;q=0, sw", "sw"),
    ],
)  # fmt: skip
def test_a_browser_that_asks_for_a_country_gets_the_language_of_it(header, chosen):
    assert languages.negotiate(header, tuple(languages.LANGUAGES)) == chosen


def test_words_fall_back_from_a_regional_language_to_english():
    assert languages.translator("fr-CA").gettext("tomorrow") == "demain"
    assert languages.translator("ar").gettext("tomorrow") == "غدًا"
    assert [languages.translator(code).gettext("tomorrow") for code in ("es-419", "pt-BR", "sw")] == [
        "mañana", "amanhã", "kesho",
    ]  # fmt: skip
    assert languages.translator("de").gettext("tomorrow") == "tomorrow"
    assert languages.translator("fr").gettext("Nobody ever says this") == "Nobody ever says this"
    assert languages.translator("../../etc/passwd").gettext("tomorrow") == "tomorrow"
    assert languages.translator("sw").ngettext("%(n)s reader", "%(n)s readers", 1) == "%(n)s reader"


def test_a_catalogue_picks_the_plural_form_of_its_language():
    arabic = Catalog(locale="ar")
    arabic.add(("%(n)s item", "%(n)s items"), ("صفر", "واحد", "اثنان", "قليل", "كثير", "آخر"))
    arabic.add("May", "أيار", context="month")
    read = _Read(read_po(BytesIO(as_po(arabic)), locale="ar"))
    assert [read.plural[None, "%(n)s item"][read.rule(n)] for n in (0, 1, 2, 5, 11, 100)] == [
        "صفر", "واحد", "اثنان", "قليل", "كثير", "آخر",
    ]  # fmt: skip
    assert read.single == {("month", "May"): "أيار"}


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ("Côte d'Ivoire", "CI"), ("Côte d’Ivoire", "CI"), ("Ivory Coast", "CI"), ("DRC", "CD"), ("Congo, Dem. Rep.", "CD"),
        ("Congo", "CG"), ("Viet Nam", "VN"), ("Republic of Moldova", "MD"), ("Palestine", "PS"), ("Kosovo", "XK"),
        ("XKX", "XK"), ("KEN", "KE"), ("ke", "KE"), ("Türkiye", "TR"), ("كينيا", "KE"), ("Brasil", "BR"), ("Quénia", "KE"),
        ("Royaume-Uni", "GB"), ("Guinea-Bissau", "GW"), ("Niger", "NE"), ("St. Lucia", "LC"), ("The Gambia", "GM"),
        ("Slovak Republic", "SK"), ("Iran (Islamic Republic of)", "IR"), ("Hong Kong SAR, China", "HK"),
        ("World", None), ("Sub-Saharan Africa", None), ("", None), ("Atlantis", None), ("ZZ", None),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_many_names(found, code):
    assert languages.country_code(found) == code


def test_every_country_has_a_name_that_leads_back_to_it():
    for language in ("en", "fr", "es", "pt", "ar", "sw"):
        lost = [c for c in sorted(COUNTRIES) if languages.country_code(languages.country_name(c, language)) != c]
        assert lost == []
    assert languages.country_name("KE", "ar") == "كينيا"
    assert languages.country_name("CI", "xx") == "Côte d’Ivoire"


def test_regions_cover_every_country_once():
    assert len(COUNTRIES) == 250
    leaves = [member for members in REGIONS.values() for member in members]
    assert len(leaves) == len(set(leaves))
    assert languages.countries_of("001") == COUNTRIES
    assert languages.regions_of("KE") == ("014", "202", "002", "001")
    assert languages.regions_of("JM") == ("029", "419", "019", "001")
    assert languages.regions_of("XX") == ()
    assert languages.countries_of("054") == {"FJ", "NC", "PG", "SB", "VU"}
    assert all("001" in languages.regions_of(country) for country in COUNTRIES)


def test_regions_are_named_in_the_readers_language():
    assert languages.region_name("202", "fr") == "Afrique subsaharienne"
    assert languages.region_name("419", "en") == "Latin America and the Caribbean"
    assert languages.region_name("014", "xx") == "Eastern Africa"
    assert languages.region_code("Afrique subsaharienne") == "202"
    assert languages.region_code("Latin America") == "419"
    assert languages.region_code("eastern africa") == "014"
    assert languages.region_code("Kenya") is None
    for language in languages.LANGUAGES:
        assert [r for r in REGIONS if languages.region_name(r, language) == r] == []


@pytest.mark.parametrize(
    ("title", "codes"),
    [
        ("Country study: Kenya and South Sudan", ("KE", "SS")),
        ("La formation kényane des éducatrices au Niger", ("KE", "NE")),
        ("Educación inicial en Perú, México y la República Dominicana", ("PE", "MX", "DO")),
        ("A educação moçambicana em Moçambique e no Brasil", ("MZ", "BR")),
        ("Guinea-Bissau, Papua New Guinea, Guinea", ("GW", "PG", "GN")),
        ("Democratic Republic of the Congo and Congo", ("CD", "CG")),
        ("Nigeria’s preschools; Nigerien teachers", ("NG", "NE")),
        ("St. Lucia and Dominica", ("LC", "DM")),
        ("COTE D'IVOIRE", ("CI",)),
        ("The Polish preschool", ("PL",)),
        ("Polish your china before the turkey is served", ()),
        ("Guinea pigs of New Mexico and Latin American home visiting", ()),
        ("Réunion annuelle", ()),
        ("Nigerians, not Nigerosaurs; Malians, not malice", ("NG", "ML")),
    ],
)  # fmt: skip
def test_a_title_suggests_its_countries(title, codes):
    assert languages.mentioned_countries(title) == codes


def test_suggesting_countries_is_quick_however_long_the_text():
    languages.mentioned_countries("Kenya")
    began = time.perf_counter()
    languages.mentioned_countries("South Sudan and the Democratic Republic of " * 5_000)
    assert time.perf_counter() - began < 1


def test_dates_and_moments_in_words():
    assert languages.date_in_words(date(2026, 11, 26), "en") == "26 November 2026"
    assert languages.date_in_words(date(2026, 11, 26), "fr", weekday=True) == "jeudi 26 novembre 2026"
    moment = languages.moment_in_words
    assert moment(OPENING, "Africa/Nairobi", "en") == "Thursday 26 November 2026, 9:00 (Nairobi)"
    assert moment(OPENING, "Africa/Nairobi", "fr") == "jeudi 26 novembre 2026 à 9\u00a0h\u00a000 (Nairobi)"
    assert moment(OPENING, "Africa/Nairobi", "ar") == "الخميس، 26 نوفمبر 2026، 9:00 ص (نيروبي)"
    assert moment(OPENING, "America/Argentina/Buenos_Aires", "en") == "Thursday 26 November 2026, 3:00 (Buenos Aires)"
    assert moment(OPENING, "Africa/Nairobi", "es") == "jueves 26 de noviembre de 2026, 9:00 (Nairobi)"
    assert moment(OPENING, "Africa/Nairobi", "pt") == "quinta-feira, 26 de novembro de 2026, 09:00 (Nairóbi)"
    assert moment(OPENING, "Africa/Nairobi", "sw") == "Alhamisi, 26 Novemba 2026, 09:00 (Nairobi)"
    with pytest.raises(BadInput):
        moment(OPENING, "Mars/Olympus", "en")


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("en", "Thursday 26 November"), ("fr", "jeudi 26 novembre"), ("ar", "الخميس، 26 نوفمبر"),
        ("es", "jueves 26 de noviembre"), ("pt", "quinta-feira, 26 de novembro"), ("sw", "Alhamisi, 26 Novemba"),
    ],
)  # fmt: skip
def test_a_day_names_its_weekday_and_month_in_full(language, day):
    assert languages.day_in_words(date(2026, 11, 26), language) == day


def test_a_time_in_swahili_is_the_clock_of_the_wall_never_the_one_counted_from_dawn():
    for hour, shown in ((0, "00:30"), (9, "09:30"), (15, "15:30")):
        at = datetime(2026, 11, 26, hour, 30, tzinfo=UTC)
        assert languages.time_in_words(at, "UTC", "sw") == shown
        assert "saa" not in languages.moment_in_words(at, "Africa/Nairobi", "sw")


def test_staff_read_how_far_away_a_moment_is():
    staff = languages.moment_for_staff
    assert staff(OPENING, "Africa/Nairobi", NOW) == "Thursday 26 November, 9:00 in Nairobi (in 4 days)"
    assert staff(OPENING, "Africa/Nairobi", OPENING - timedelta(hours=30)).endswith("(tomorrow)")
    assert staff(OPENING, "Africa/Nairobi", OPENING - timedelta(hours=3)).endswith("(in 3 hours)")
    assert staff(OPENING, "Africa/Nairobi", OPENING + timedelta(days=1, hours=1)).endswith("(yesterday)")
    next_year = datetime(2027, 1, 4, 6, 0, tzinfo=UTC)
    assert staff(next_year, "Africa/Nairobi", NOW).startswith("Monday 4 January 2027, 9:00 in Nairobi")


def test_distances_figures_and_lists():
    assert languages.relative(NOW, NOW + timedelta(seconds=20), "en") == "just now"
    assert languages.relative(NOW, NOW + timedelta(hours=3), "en") == "3 hours ago"
    assert languages.relative(NOW, NOW + timedelta(hours=3), "fr") == "il y a 3 heures"
    assert languages.number(12480, "en") == "12,480"
    assert languages.number(12480, "fr") == "12\u202f480"
    assert languages.join_list(["Kenya", "Ghana", "Peru"], "en") == "Kenya, Ghana and Peru"
    assert languages.join_list(["Kenya", "Ghana"], "fr") == "Kenya et Ghana"
    assert languages.join_list([], "en") == ""
    assert languages.join_list(["Kenia", "Ghana", "Perú"], "es") == "Kenia, Ghana y Perú"
    assert languages.join_list(["Ghana", "Irán"], "es") == "Ghana e Irán"
    assert languages.join_list(["Perú", "Islandia", "hielo"], "es-419") == "Perú, Islandia y hielo"
    assert languages.join_list(["Irán"], "es") == "Irán"
    assert languages.join_list([], "es") == ""
    assert languages.join_list(["Quênia", "Gana", "Peru"], "pt") == "Quênia, Gana e Peru"
    assert languages.join_list(["Kenya", "Ghana", "Peru"], "sw") == "Kenya, Ghana na Peru"
    assert [languages.number(n, "es") for n in (1248, 12480, 2.5)] == ["1248", "12\u202f480", "2,5"]
    assert [languages.number(12480, code) for code in ("pt", "pt-BR", "sw")] == ["12.480", "12.480", "12,480"]
    assert [languages.file_size(2_400_000, code) for code in ("es", "pt", "sw")] == ["2,4 MB", "2,4 MB", "MB 2.4"]
    assert languages.file_size(840, "en") == "840 bytes"
    assert languages.file_size(1, "en") == "1 byte"
    assert languages.file_size(2_400_000, "fr") == "2,4 Mo"
    assert languages.file_size(999_999, "en") == "1 MB"


def test_the_first_vocabulary_is_named_in_six_languages():
    for names in (names for terms in FACETS.values() for names in terms.values()):
        assert set(names) == {"en", "fr", "ar", "es", "pt", "sw"}
        assert all(name.strip() == name != "" for name in names.values())
    for terms in FACETS.values():
        for language in ("en", "fr", "ar", "es", "pt", "sw"):
            assert len({names[language] for names in terms.values()}) == len(terms)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("journalArticle", "article"), ("Working Paper", "report"), ("policy brief", "country-brief"),
        ("info:eu-repo/semantics/doctoralThesis", "report"), ("http://purl.org/eprint/type/JournalArticle", "article"),
        ("Thèse ou Mémoire numérique / Electronic Thesis or Dissertation", "report"), ("NewsArticle", "news"),
        ("Book chapters", "report"), ("Toolkit", "tool"), ("Video", "recording"), ("Podcast", "episode"),
        ("Call for papers", "call"), ("landscape analysis", "landscape-analysis"), ("Text", None), ("Dataset", None),
        ("[Autre / Other]", None), ("", None), ("Impact Evaluation Report", "report"),
    ],
)  # fmt: skip
def test_a_raw_type_becomes_a_kind(raw, kind):
    assert kind_from(raw) == kind


def test_every_kind_is_understood_by_its_own_name_and_label():
    for kind, label in KIND_LABELS.items():
        assert kind_from(kind) == kind
        assert kind_from(label) == kind


def test_a_language_has_a_small_letter_in_a_sentence_and_a_capital_in_a_menu():
    assert [languages.language_name(code, "fr") for code in ("fr", "en")] == ["français", "anglais"]
    assert [languages.own_name(code) for code in ("fr", "es", "ar")] == ["Français", "Español", "العربية"]
