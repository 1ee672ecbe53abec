"""The door: who asks, by which name of the hub, and what may follow."""

from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from publisher.house import House
from publisher.web.app import make_app
from publisher.web.door import client_address
from publisher.web.routes import ROUTES
from publisher.web.studio.routes import PLAIN as STUDIO_PLAIN
from publisher.web.studio.routes import ROUTES as STUDIO

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "believed"),
    [
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),  # nobody's proxy: what it says is not believed
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),  # what stands left of the last stranger anybody can write
        ("10.0.0.1", "1.2.3.4, 10.0.0.2", "1.2.3.4"),
        ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.1", "1.2.3.4:5555", "1.2.3.4"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_the_client_is_the_nearest_that_no_trusted_proxy_is(peer, forwarded, believed):
    headers = Headers({"x-forwarded-for": forwarded} if forwarded else {})
    assert client_address({"client": (peer, 1)}, headers, PROXIES) == believed


@given(st.text(max_size=200))
def test_a_header_from_the_wild_never_breaks_the_door(text):
    headers = Headers(raw=[(b"x-forwarded-for", text.encode("utf-8"))])
    assert isinstance(client_address({"client": ("10.0.0.1", 1)}, headers, PROXIES), str)


@pytest.fixture
def moved(house: House, hub, wall):
    settings = replace(house.settings, former_urls=("https://old.example.org", "https://other.example.org/hub"))
    with TestClient(make_app(replace(house, settings=settings), wall=wall), follow_redirects=False) as client:
        yield client


def test_a_former_address_sends_on_to_the_present_one(moved):
    answer = moved.get("https://old.example.org/library?q=a%20b&lang=fr")
    assert (answer.status_code, answer.headers["location"]) == (301, "https://hub.example.org/library?q=a%20b&lang=fr")
    answer = moved.post("https://old.example.org/subscribe", data={"email": "x@example.org"})
    assert (answer.status_code, answer.headers["location"]) == (308, "https://hub.example.org/subscribe")
    answer = moved.get("https://other.example.org/hub/library")
    assert answer.headers["location"] == "https://hub.example.org/library"
    answer = moved.get("https://old.example.org//evil.example/x")
    assert answer.headers["location"] == "https://hub.example.org/evil.example/x"


def test_one_click_works_at_a_former_address_without_a_redirect(moved, house, hub):
    from publisher.audience.links import unsubscribe_token

    token = unsubscribe_token(house.tokens, hub["alice"].key, "monthly")
    answer = moved.post(f"https://old.example.org/u/{token}", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200


def test_pages_with_a_key_tell_nobody_and_are_never_kept(web, house, hub):
    from publisher.audience.links import preferences_token

    answer = web.get(f"/preferences/{preferences_token(house.tokens, hub['alice'].key)}")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "private, no-store"
    assert "noindex" in answer.headers["x-robots-tag"]


def test_text_is_compressed_for_who_can_read_it(web):
    assert web.get("/library", headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in web.get("/library", headers={"accept-encoding": "identity"}).headers


def test_the_page_of_routes_names_every_route():
    said = (Path(__file__).parents[2] / "docs" / "routes.md").read_text(encoding="utf-8").splitlines()
    wanted = [f"| {r.method} | `{r.path}` | {r.meaning} |" for r in ROUTES]
    wanted += [f"| {r.method} | `{r.path}` | {r.role} | {r.meaning} |" for r in STUDIO]
    wanted += [f"| {method} | `{path}` | {role} | {meaning} |" for method, path, role, _, meaning in STUDIO_PLAIN]
    assert [line for line in wanted if line not in said] == []
    methods = ("| GET", "| POST", "| PATCH", "| DELETE")
    assert [line for line in said if line.startswith(methods) and line not in wanted] == []


def test_no_route_stands_twice_in_the_table():
    both = [(r.method, r.path) for r in (*ROUTES, *STUDIO)] + [(method, path) for method, path, *_ in STUDIO_PLAIN]
    assert len(set(both)) == len(both)


def test_the_studio_stands_behind_the_same_door(web):
    answer = web.post("/studio/login", data={}, headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, "another website" in answer.text) == (403, True)
    assert web.get("/studio/login").status_code == 200


def test_strangers_cannot_make_the_hub_read_a_film(web):
    film = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "61000000"}
    assert web.post("/studio/login", content=b"a=b", headers=film | {"Content-Length": "3000000"}).status_code == 413
    assert web.post("/studio/people/import", content=b"a=b", headers=film).status_code == 303  # not even looked at
