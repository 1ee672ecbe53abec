"""The door: who asks, by which name of the hub, and what may follow."""

import re
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from publisher.errors import BadInput
from publisher.house import House
from publisher.settings import Settings
from publisher.tokens import Purpose
from publisher.web.app import make_app
from publisher.web.proxies import behind, client_address
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


@pytest.mark.parametrize(
    ("peer", "said", "believed"),
    [
        ("10.0.0.1", "for=1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", 'for=6.6.6.6, For="[2001:db8::1]:4711";proto=https', "2001:db8::1"),
        ("10.0.0.1", "for=1.2.3.4, for=10.0.0.2;by=10.0.0.1", "1.2.3.4"),
        ("10.0.0.1", "for=6.6.6.6, for=_hidden", "10.0.0.1"),
        ("10.0.0.1", 'for="1.2.3.4, for=6.6.6.6', "10.0.0.1"),  # a quote that nothing closes
        ("203.0.113.9", "for=1.2.3.4", "203.0.113.9"),
    ],
)
def test_proxies_may_write_forwarded_instead(peer, said, believed):
    assert client_address({"client": (peer, 1)}, Headers({"forwarded": said}), PROXIES) == believed


def test_what_a_visitor_writes_beside_the_proxies_header_counts_for_nothing():
    headers = Headers({"x-forwarded-for": "1.2.3.4", "forwarded": "for=6.6.6.6"})
    assert client_address({"client": ("10.0.0.1", 1)}, headers, PROXIES) == "1.2.3.4"


@given(st.text(max_size=200))
def test_a_forwarded_header_from_the_wild_never_breaks_the_door(text):
    raw = [(b"forwarded", text.encode("utf-8")), (b"x-forwarded-host", text.encode("utf-8"))]
    scope = {"type": "http", "scheme": "http", "client": ("10.0.0.1", 1), "headers": [(b"host", b"hub"), *raw]}
    seen = behind(scope, Headers(scope=scope), PROXIES)
    assert isinstance(seen["client"][0], str)
    assert Headers(scope=seen)["host"].isascii()


def test_scheme_and_host_are_those_that_the_visitor_asked_for():
    raw = [(b"host", b"10.0.0.9:8000"), (b"x-forwarded-for", b"1.2.3.4"), (b"x-forwarded-proto", b"http, https"), (b"x-forwarded-host", b"old.example.org")]  # fmt: skip
    scope = {"type": "http", "scheme": "http", "client": ("10.0.0.1", 1), "headers": raw}
    seen = behind(scope, Headers(scope=scope), PROXIES)
    assert (seen["scheme"], Headers(scope=seen)["host"]) == ("https", "old.example.org")
    strange = behind(scope | {"client": ("203.0.113.9", 1)}, Headers(scope=scope), PROXIES)
    assert (strange["scheme"], Headers(scope=strange)["host"]) == ("http", "10.0.0.9:8000")


def test_a_network_that_is_none_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"“10\.0\.0\.0/99” is not an address or a network"):
        Settings.from_environment(
            {"PUBLISHER_DATA_DIR": str(tmp_path), "PUBLISHER_TRUSTED_PROXIES": "::1, 10.0.0.0/99"}
        )


def test_tries_are_counted_by_visitor_behind_a_proxy_and_nobody_can_pose(house, hub, wall):
    """Sixty tries from one network: the proxy's header says whose they are, and one that a visitor adds says nothing."""
    settings = replace(house.settings, trusted_proxies=("127.0.0.1", "fd00::/8"))
    app = make_app(replace(house, settings=settings), wall=wall)

    def tries(client, visitor, number):
        key = client.get("https://hub.example.org/studio/login").text
        token = re.search(r'name="csrf" value="([^"]+)"', key)[1]
        for n in range(number):
            form = {"csrf": token, "email": f"who{n}-{visitor[-3:]}@example.org", "password": "a guess"}
            said = client.post("/studio/login", data=form, headers={"x-forwarded-for": f"198.51.100.{n}, {visitor}"})
        return said.status_code

    here = {"base_url": "https://hub.example.org", "client": ("127.0.0.1", 5000)}
    with TestClient(app, **here) as proxied:
        assert tries(proxied, "203.0.113.9", 60) == 422
        assert tries(proxied, "203.0.113.9", 1) == 429
        assert tries(proxied, "192.0.2.77", 1) == 422, "another visitor of the same proxy"
    with TestClient(app, base_url="https://hub.example.org", client=("203.0.113.9", 5000)) as direct:
        assert tries(direct, "192.0.2.200", 1) == 429, "nobody's proxy: its address is its own"


def test_programs_are_answered_at_a_former_address(moved, hub):
    for path in ("/library/feed.xml", "/newsletters/monthly/feed.json", "/webinars/calendar.ics", "/api/v1/resources"):
        answer = moved.get(f"https://old.example.org{path}")
        assert (answer.status_code, answer.headers.get("location")) == (200, None), path
        assert "https://hub.example.org/" in answer.text or "BEGIN:VCALENDAR" in answer.text
        assert moved.get(f"https://other.example.org/hub{path}").text == answer.text
    assert moved.get("https://old.example.org/robots.txt").headers["location"] == "https://hub.example.org/robots.txt"
    assert moved.get("https://OLD.example.org:443/library").status_code == 301
    assert moved.head("https://old.example.org/library/feed.xml").status_code == 200


def test_a_link_with_a_key_is_no_file(moved, house, hub):
    """The dot in a token is no ending: people are led on, with their key."""
    for n in range(200):
        token = house.tokens.make(Purpose.PREFERENCES, f"{n}")
        answer = moved.get(f"https://old.example.org/preferences/{token}")
        assert answer.headers["location"] == f"https://hub.example.org/preferences/{token}"


def test_a_form_that_was_open_when_the_hub_moved_is_taken(moved):
    led_on = {"origin": "https://old.example.org", "sec-fetch-site": "cross-site"}
    answer = moved.post("https://hub.example.org/preferences", data={"email": "alice@example.org"}, headers=led_on)
    assert answer.status_code != 403
    elsewhere = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert moved.post("https://hub.example.org/preferences", data={}, headers=elsewhere).status_code == 403
    assert moved.post("https://hub.example.org/studio/login", data={}, headers=led_on).status_code == 403


def test_a_hub_may_move_within_its_host(house, hub, wall):
    settings = replace(house.settings, former_urls=("https://hub.example.org/early", "https://hub.example.org"))
    app = make_app(replace(house, settings=settings), wall=wall)
    with TestClient(app, base_url="https://hub.example.org", follow_redirects=False) as client:
        assert client.get("/library").status_code == 200
        assert client.get("/early/library?q=a").headers["location"] == "https://hub.example.org/library?q=a"
        assert client.get("/early/library/feed.xml").status_code == 200
        assert client.get("/earlybird").status_code == 404
