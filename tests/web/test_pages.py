"""What visitors read: every public page in every language, its links, its feeds, and what it says about itself."""

import re
from xml.etree import ElementTree

import pytest

from publisher.languages import LANGUAGES

PAGES = ["/", "/library", "/share", "/partners", "/newsletters", "/newsletters/monthly", "/newsletters/monthly/monthly-2026-11", "/subscribe", "/subscribe/done", "/embed", "/preferences", "/api/docs"]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_the_language_it_is_asked_for(web, language):
    for path in PAGES:
        answer = web.get(path, params={"lang": language})
        assert answer.status_code == 200, (path, answer.text[:400])
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in answer.text, path
        assert answer.headers["content-language"] == language


def test_the_browser_chooses_the_language_and_the_switch_keeps_the_path(web):
    answer = web.get("/library?kind=tool", headers={"accept-language": "fr-CA, en;q=0.5"})
    assert '<html lang="fr"' in answer.text
    assert "accept-language" in answer.headers["vary"].lower()
    assert 'hreflang="ar" href="https://hub.example.org/library?kind=tool&amp;lang=ar"' in answer.text


@pytest.mark.parametrize(
    ("asked", "language"), [("pt-BR,en;q=0.5", "pt"), ("pt-PT", "pt"), ("es-419", "es"), ("sw-TZ", "sw")]
)
def test_a_browser_set_to_a_country_reads_its_language(web, asked, language):
    page = web.get("/", headers={"accept-language": asked})
    assert f'<html lang="{language}" dir="ltr">' in page.text
    assert page.headers["content-language"] == language


def test_a_language_that_was_chosen_goes_along_with_the_links(web):
    page = web.get("/?lang=ar").text
    assert 'href="/library?lang=ar"' in page
    assert 'action="/subscribe?lang=ar"' in page


def test_no_page_lets_anything_run_that_is_not_ours(web):
    for path in PAGES:
        answer = web.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert ("frame-ancestors *" in policy) == (path == "/embed")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert not re.search(
            r"\son\w+=|\sstyle=|<script(?![^>]*src=\"/static/)(?! type=\"application/ld\+json\")", answer.text
        ), path


def test_the_library_is_searched_and_filtered(web):
    assert "Home visits in Kenya" in web.get("/library?q=kenya").text
    benin = web.get("/library?country=BJ&lang=fr").text
    assert "Une étude du Bénin" in benin
    assert "Home visits" not in benin
    assert "Not yet" not in web.get("/library").text
    assert "Nothing on the shelf" in web.get("/library?q=%3F%21").text
    assert web.get("/library?country=XX&page=zero&year=12345&kind=nonsense&topic=%00").status_code == 200


def test_a_page_of_a_resource_has_one_address(web, hub):
    work = hub["works"][0]
    moved = web.get(f"/library/{work.id}-other-words?lang=fr")
    assert (moved.status_code, moved.headers["location"]) == (301, f"/library/{work.id}-{work.slug}?lang=fr")
    page = web.get(f"/library/{work.id}-{work.slug}").text
    assert "48 pages" in page
    assert "Ann Otieno (2026). Home visits in Kenya." in page
    assert 'href="https://creativecommons.org/licenses/by/4.0/"' in page
    assert web.get(f"/library/{hub['works'][3].id}").status_code == 404
    assert web.get("/library/nothing").status_code == 404


def test_titles_are_text_and_never_markup(web, hub):
    work = hub["works"][2]
    page = web.get(f"/library/{work.id}-{work.slug}", follow_redirects=True).text
    assert "Parents &lt;b&gt;&amp; play" in page
    assert "<b>&" not in page


def test_what_is_over_says_so(web, hub):
    call = hub["works"][4]
    assert "This call closed on 21 November 2026." in web.get(f"/library/{call.id}-{call.slug}").text


def test_the_library_is_a_feed_under_the_same_filters(web):
    answer = web.get("/library/feed.xml?country=KE")
    assert answer.headers["content-type"].startswith("application/rss+xml")
    titles = [item.findtext("title") for item in ElementTree.fromstring(answer.content).iter("item")]
    assert titles == ["Home visits in Kenya"]
    items = web.get("/library/feed.json?lang=fr").json()["items"]
    assert {"Une étude du Bénin", "Home visits in Kenya"} <= {item["title"] for item in items}


def test_a_feed_that_has_not_changed_is_not_sent_again(web):
    for path in ("/newsletters/monthly/feed.xml", "/newsletters/monthly/feed.json", "/library/feed.xml"):
        first = web.get(path)
        again = web.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("form", ["feed.xml", "feed.atom", "feed.json"])
def test_the_archive_is_a_feed_in_three_forms(web, form):
    answer = web.get(f"/newsletters/monthly/{form}")
    assert answer.status_code == 200
    assert "What home visits change" in answer.text
    assert f"https://hub.example.org/newsletters/monthly/{form}" in answer.text
    assert "Ce que changent les visites" in web.get(f"/newsletters/monthly/{form}?lang=fr").text


def test_an_issue_is_shown_to_everybody_and_names_nobody(web):
    page = web.get("/newsletters/monthly/monthly-2026-11").text
    assert "<strong>three</strong>" in page
    assert "Home visits in Kenya" in page
    assert "alice" not in page.lower()
    french = web.get("/newsletters/monthly/monthly-2026-11?lang=fr").text
    assert "Ce que changent les visites" in french
    assert web.get("/newsletters/monthly/nothing").status_code == 404


def test_static_files_may_be_kept_for_ever_under_their_version(web):
    link = re.search(r"/static/style\.css\?v=[0-9a-f]+", web.get("/").text)
    answer = web.get(link[0])
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" not in web.get("/static/style.css").headers["cache-control"]
    assert web.get("/static/../app.py").status_code == 404
    assert web.get("/static/%2e%2e/app.py").status_code == 404


def test_the_brand_is_a_stylesheet_whose_colours_can_be_read(web):
    css = web.get("/brand.css").text
    assert "--accent: #1f6f5c; --accent-ink: #ffffff; --accent-text: light-dark(" in css
    assert web.get("/brand.css?newsletter=monthly").status_code == 200


def test_head_says_what_get_would_and_sends_nothing(web):
    for path in [*PAGES, "/library/feed.xml", "/static/style.css", "/robots.txt", "/health", "/api/v1/resources"]:
        got, head = web.get(path), web.head(path)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers["content-type"] == got.headers["content-type"]
