"""Passing a page on without scripts: a link to choose, by mail, by WhatsApp; and what one will open."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from podcasts.on_air import on_air
from webinars.met_stage import gathering

BASE = "https://hub.example.org"


@pytest.fixture
def living(web, house, now):
    on_air(house, now)
    gathering(house, now)
    return web


def test_resources_issues_webinars_and_episodes_can_be_passed_on(living, hub):
    for path in (f"/library/1-{hub['works'][0].slug}", "/newsletters/monthly/monthly-2026-11", "/webinars/play", "/webinars/series/leading", "/podcasts/small-hands/in-the-kitchen"):  # fmt: skip
        html = living.get(f"{path}?lang=fr").text
        assert re.search(rf'<input [^>]*readonly [^>]*value="{BASE}{path}"', html), path
        mail = unescape(re.search(r'href="(mailto:\?[^"]+)"', html)[1])
        told = unescape(re.search(r'href="(https://wa\.me/\?[^"]+)"', html)[1])
        assert BASE + path in parse_qs(urlsplit(mail).query)["body"][0], path
        assert parse_qs(urlsplit(told).query)["text"][0].endswith(BASE + path), path
        assert "<li hidden data-print-line>" in html  # only where a script can press it


def test_a_title_with_signs_arrives_as_it_is(web, hub):
    html = web.get(f"/library/3-{hub['works'][2].slug}?lang=en").text
    mail = unescape(re.search(r'href="(mailto:\?[^"]+)"', html)[1])
    assert parse_qs(urlsplit(mail).query)["subject"] == ["Parents <b>& play"]


def test_what_opens_is_named_beside_the_button_and_in_lists(web, house, hub):
    with house.database.session() as session:
        work = session.merge(hub["works"][0])
        work.file_type, work.file_bytes, work.pages = "application/pdf", 4_000_000, 38
        slug = work.slug
    assert "PDF, 4 MB, 38 pages" in web.get(f"/library/1-{slug}").text
    assert "PDF, 4 MB, 38 pages" in web.get("/library").text
    assert "PDF, 4 Mo, 38 pages" in web.get(f"/library/1-{slug}?lang=fr").text.replace("\u00a0", " ").replace("\u202f", " ")  # fmt: skip


def test_paper_gets_the_text_and_not_the_buttons(web):
    sheet = web.get("/static/style.css").text
    printed = sheet.partition("@layer print {")[2]
    for name in (".pass-on", ".masthead nav", ".page > footer", ".signup"):
        assert name in printed
