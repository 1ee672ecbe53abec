"""What search engines are told: one address for each page, the same in both directions between languages, and a map of all."""

import json
import re
from html import unescape
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from podcasts.on_air import on_air
from webinars.met_stage import gathering

from publisher.web import sitemap

BASE = "https://hub.example.org"
MOST = 400
SITE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def heads_of(html: str) -> tuple[list[str], dict[str, str]]:
    head = html.partition("</head>")[0]
    twins = re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', head)
    return [unescape(one) for one in re.findall(r'<link rel="canonical" href="([^"]+)"', head)], {code: unescape(url) for code, url in twins}  # fmt: skip


@pytest.fixture
def living(web, house, now):
    """Podcasts and webinars too."""
    on_air(house, now)
    gathering(house, now)
    return web


def walk(web) -> dict[str, str]:
    """Every reader page that links lead to, with its HTML."""
    waiting, seen = [f"{BASE}/"], {}
    while waiting and len(seen) < MOST:
        url = waiting.pop().partition("#")[0]
        parts = urlsplit(url)
        if url in seen or (parts.scheme, parts.netloc) != ("https", "hub.example.org") or parts.path.startswith(("/studio", "/mailbox", "/static", "/api/v1")):  # fmt: skip
            continue
        answer = web.get(url)
        if "location" in answer.headers:
            waiting.append(urljoin(url, answer.headers["location"]))
            continue
        if not answer.headers["content-type"].startswith("text/html") or answer.status_code != 200:
            continue
        seen[url] = answer.text
        if parts.query.count("&") < 1:
            waiting += [urljoin(url, unescape(one)) for one in re.findall(r'href="([^"#]+)', answer.text)]
    return seen


def test_every_page_has_one_address_that_answers_and_its_twins_name_it_back(living):
    seen = walk(living)
    assert len(seen) > 60
    known = dict(seen)
    for url, html in seen.items():
        canonical, twins = heads_of(html)
        assert len(canonical) == 1, url
        assert canonical[0].startswith(f"{BASE}/"), url
        for other in {canonical[0], *twins.values()}:
            if other not in known:
                answer = living.get(other)
                assert answer.status_code == 200, (url, other)
                known[other] = answer.text
        itself, _ = heads_of(known[canonical[0]])
        assert itself == canonical, url
        for code, other in twins.items():
            back, named = heads_of(known[other])
            assert back == [other], (url, code, other)
            assert set(twins.values()) == set(named.values()), (url, code)
    kinds = {urlsplit(url).path.strip("/").split("/")[0] for url in seen}
    assert kinds >= {"", "library", "newsletters", "podcasts", "webinars", "subscribe", "share", "about", "privacy", "contact", "accessibility", "preferences"}  # fmt: skip


def test_pages_whose_address_is_a_key_and_refusals_say_nothing(living, house, hub):
    from publisher.audience import links

    key = links.preferences_token(house.tokens, hub["alice"].key)
    for path in (f"/preferences/{key}", "/library/999999", "/nothing"):
        assert heads_of(living.get(path).text) == ([], {}), path


def test_filters_stay_in_the_address_and_what_changes_nothing_does_not(web):
    canonical, twins = heads_of(web.get("/library?kind=tool&utm_source=x&page=1").text)
    assert canonical == [f"{BASE}/library?kind=tool"]
    assert twins["fr"] == f"{BASE}/library?kind=tool&lang=fr"
    assert twins["x-default"] == f"{BASE}/library?kind=tool"


def test_the_map_names_every_page_that_answers(living, hub):
    assert f"Sitemap: {BASE}/sitemap.xml" in living.get("/robots.txt").text
    answer = living.get("/sitemap.xml")
    assert answer.headers["content-type"].startswith("application/xml")
    places = {one.find(f"{SITE}loc").text: one for one in ElementTree.fromstring(answer.text)}
    for path in ("/", "/library", "/about", "/privacy", "/newsletters/monthly", "/newsletters/monthly/monthly-2026-11", "/podcasts/small-hands", "/podcasts/small-hands/in-the-kitchen", "/webinars/play", "/webinars/series/leading"):  # fmt: skip
        assert BASE + path in places, path
    assert not any("not-yet" in url for url in places)
    for url, entry in places.items():
        page = living.get(url)
        assert page.status_code == 200, url
        canonical, twins = heads_of(page.text)
        assert canonical == [url]
        said = {one.get("hreflang"): one.get("href") for one in entry if one.tag.endswith("}link")}
        assert said in ({}, twins), url
    shelf = places[f"{BASE}/library/1-{hub['works'][0].slug}"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", shelf.find(f"{SITE}lastmod").text)
    assert living.get("/sitemap.xml", headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_a_large_shelf_is_told_in_parts(web, monkeypatch):
    monkeypatch.setattr(sitemap, "PER_PART", 2)
    index = ElementTree.fromstring(web.get("/sitemap.xml").text)
    parts = [one.find(f"{SITE}loc").text for one in index]
    assert parts == [f"{BASE}/sitemap/{name}.xml" for name in ("pages", "resources-1", "resources-2")]
    told = [web.get(part).text.count("<url>") for part in parts]
    assert told[1:] == [2, 2]
    for bad in ("resources-3", "resources-0", "resources-x", "nothing", "resources-99999999999"):
        assert web.get(f"/sitemap/{bad}.xml").status_code == 404


def structured(html: str) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[1])


def test_a_resource_says_what_it_is(web, hub):
    page = web.get(f"/library/1-{hub['works'][0].slug}").text
    said = structured(page)
    assert said["name"] == "Home visits in Kenya"
    assert said["author"] == [{"@type": "Person", "name": "Ann Otieno"}]
    assert said["license"].startswith("https://creativecommons.org/licenses/by/")
    assert said["numberOfPages"] == 48
    assert said["spatialCoverage"] == [{"@type": "Country", "identifier": "KE"}]
    assert '<meta property="og:title" content="Home visits in Kenya">' in page
    assert '<meta property="og:url" content="https://hub.example.org/library/1-' in page
    odd = web.get(f"/library/3-{hub['works'][2].slug}?lang=en").text
    assert structured(odd)["name"] == "Parents <b>& play"
    assert "<b>&" not in odd.partition("</head>")[0].replace("\\u003cb\\u003e", "")


def test_an_issue_says_what_it_is_part_of(web):
    page = web.get("/newsletters/monthly/monthly-2026-11").text
    said = structured(page)
    assert said["issueNumber"] == 1
    assert said["isPartOf"]["url"] == f"{BASE}/newsletters/monthly"
    assert said["datePublished"].startswith("2026-11-20")
    assert '<meta property="og:description" content="Three readings for November">' in page
