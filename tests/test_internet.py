"""The door to the web, against servers that cheat: what is private stays closed, what is endless ends."""

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import FetchError
from publisher.internet import Fetched, Limits, fetch, is_public

Answer = bytes | Callable[[socket.socket, str], None]
QUICK = Limits(seconds=5)


class Site:
    """A web server that says exactly the octets it is given, on 127.0.0.1."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.routes: dict[str, Answer] = {}
        self.requests: list[str] = []
        self.closing = threading.Event()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError), sock:
            line = self._tls.wrap_socket(sock, server_side=True) if self._tls else sock
            request = b""
            while b"\r\n\r\n" not in request:
                chunk = line.recv(65536)
                if not chunk:
                    return
                request += chunk
                if request[:1] == b"\x16":  # a TLS greeting
                    line.sendall(page(b"", status="400 What"))
                    return
            text = request.decode("latin-1")
            self.requests.append(text)
            answer = self.routes.get(text.split(" ")[1], page(b"", status="404 Not Found"))
            line.sendall(answer) if isinstance(answer, bytes) else answer(line, text)
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def fetch(self, path: str = "/", **options: object) -> Fetched:
        options.setdefault("limits", QUICK)
        return fetch(self.url(path), private_hosts=frozenset({"127.0.0.1"}), **options)  # type: ignore[arg-type]


def page(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def redirect(where: str, status: int = 302) -> bytes:
    return page(b"", f"Location: {where}", status=f"{status} Elsewhere")


@pytest.fixture
def site() -> Iterator[Site]:
    it = Site()
    yield it
    it.close()


def refused(site: Site, path: str = "/", **options: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        site.fetch(path, **options)
    return caught.value


# ---- the ordinary errand


def test_a_document_comes_with_what_is_needed_to_ask_again(site: Site) -> None:
    site.routes["/feed"] = page(
        b"<rss/>", "Content-Type: Application/RSS+XML; Charset=UTF-8", 'ETag: "a"', "Last-Modified: then"
    )
    got = site.fetch("/feed", accept="application/rss+xml", public_url="https://hub.test")
    assert (got.status, got.body, got.content_type, got.charset) == (200, b"<rss/>", "application/rss+xml", "utf-8")
    assert (got.etag, got.last_modified, got.moved_to, got.not_modified) == ('"a"', "then", None, False)
    assert got.headers["content-TYPE"].startswith("Application")
    assert "User-Agent: Publisher/" in site.requests[0]
    assert "(+https://hub.test)" in site.requests[0]
    assert "Accept: application/rss+xml" in site.requests[0]


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    site.routes["/"] = b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'
    got = site.fetch(etag='"a"', last_modified="Sun, 01 Nov 2026 00:00:00 GMT")
    assert (got.status, got.body, got.not_modified, got.etag) == (304, b"", True, '"a"')
    assert 'If-None-Match: "a"' in site.requests[0]
    assert "If-Modified-Since: Sun, 01 Nov 2026 00:00:00 GMT" in site.requests[0]
    assert refused(site).status == 304


def test_a_stored_etag_cannot_carry_headers(site: Site) -> None:
    site.routes["/"] = page(b"new")
    assert site.fetch(etag='"a"\r\nX-Evil: 1').body == b"new"
    assert "Evil" not in site.requests[0]


@pytest.mark.parametrize("pack", ["gzip", "two members", "deflate", "raw deflate", "chunked"])
def test_packed_documents_are_unpacked(site: Site, pack: str) -> None:
    text = b"resource " * 5000
    raw = zlib.compressobj(wbits=-15)
    packed, header = {
        "gzip": (gzip.compress(text), "Content-Encoding: gzip"),
        "two members": (gzip.compress(text[:100]) + gzip.compress(text[100:]) + b"\0\0", "Content-Encoding: x-gzip"),
        "deflate": (zlib.compress(text), "Content-Encoding: deflate"),
        "raw deflate": (raw.compress(text) + raw.flush(), "Content-Encoding: deflate"),
        "chunked": (b"%x\r\n%s\r\n0\r\n\r\n" % (len(text), text), "Transfer-Encoding: chunked"),
    }[pack]
    if pack == "chunked":
        site.routes["/"] = b"HTTP/1.1 200 OK\r\n" + header.encode() + b"\r\n\r\n" + packed
    else:
        site.routes["/"] = page(packed, header)
    assert site.fetch().body == text


def test_a_ping_posts_its_fields(site: Site) -> None:
    site.routes["/hub"] = page(b"", status="204 No Content")
    assert site.fetch("/hub", method="POST", form={"hub.mode": "publish"}).status == 204
    assert site.requests[0].startswith("POST /hub ")
    site.routes["/hub"] = redirect("/other", 302)
    assert refused(site, "/hub", method="POST", form={"a": "b"}).status == 302


def test_the_environment_plays_no_part(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login hub password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    site.routes["/"] = page(b"direct", "Set-Cookie: a=b")
    assert site.fetch().body == b"direct"
    assert "uthorization" not in site.requests[0]


# ---- redirects


def test_only_an_unbroken_run_of_permanent_moves_is_worth_storing(site: Site) -> None:
    site.routes |= {
        "/1": redirect("/2", 301), "/2": redirect("/3", 308), "/3": redirect("/4", 302), "/4": redirect("/5", 301),
        "/5": page(b"here"), "/t": redirect("/1", 307),
    }  # fmt: skip
    got = site.fetch("/1")
    assert (got.body, got.url, got.moved_to) == (b"here", site.url("/5"), site.url("/3"))
    assert site.fetch("/2").moved_to == site.url("/3")
    assert site.fetch("/5").moved_to is None
    assert site.fetch("/t").moved_to is None


def test_redirect_loops_end(site: Site) -> None:
    site.routes |= {"/a": redirect("/b", 301), "/b": redirect("/a", 301)}
    assert "without an end" in str(refused(site, "/a"))
    assert len(site.requests) == 6


def test_a_redirect_with_a_bomb_in_its_body_is_followed_without_opening_it(site: Site) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    site.routes["/"] = page(bomb, "Location: /x", "Content-Encoding: gzip", status="302 Found")
    site.routes["/x"] = page(b"fine")
    assert site.fetch().body == b"fine"


@pytest.mark.parametrize(
    "where",
    ["http://10.0.0.1/", "//127.0.0.2/", "http://[::1]/", "file:///etc/passwd", "ftp://hub.test/", "gopher://127.0.0.1/",
     "http://u:p@127.0.0.1/", "http://169.254.169.254/latest/", "javascript:alert(1)", "http://127.0.0.1\\@hub.test/"],
)  # fmt: skip
def test_a_redirect_goes_through_the_same_door(site: Site, where: str) -> None:
    site.routes["/"] = redirect(where)
    assert refused(site).permanent
    assert len(site.requests) == 1


def test_an_address_with_letters_of_the_world_is_followed(site: Site) -> None:
    site.routes["/"] = redirect("/rés umé".encode().decode("latin-1"))
    site.routes["/r%C3%A9s%20um%C3%A9"] = page(b"fine")
    assert site.fetch().body == b"fine"


# ---- what is private


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
        "localhost", "LOCALHOST.", "127.0.0.1.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
        "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fe80::1%25lo]",
        "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "①②⑦.⓪.⓪.①", "127。0。0。1",
    ],
)  # fmt: skip
def test_no_spelling_of_a_private_address_is_reached(site: Site, host: str) -> None:
    site.routes["/"] = page(b"secret")
    with pytest.raises(FetchError):
        fetch(f"http://{host}:{site.port}/", limits=QUICK)
    assert site.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "", "hub.test", "//hub.test/", "file:///etc/passwd", "ftp://hub.test/x", "gopher://hub.test/", "data:text/html,x",
        "http://", "http:///x", "http://user@hub.test/", "http://user:pass@hub.test/", "https://:@hub.test/",
        "http://hub.test:0/", "http://hub.test:99999/", "http://hub.test:22/", "http://hub.test:25/", "http://hub.test:6a/",
        "http://hub.test/\r\nX: y", "http://hub.test\\@127.0.0.1/", "http://a b/", "http://[::1/", "http://*/",
        "http://[v1.x]/", "http://" + "a" * 70 + ".test/",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused_for_good(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(url, limits=QUICK, resolver=lambda host, port: ["127.0.0.1"])
    assert caught.value.permanent


def test_the_checked_address_is_the_one_connected_to(site: Site) -> None:
    """DNS rebinding: a name that answers differently every time is asked once per hop."""
    site.routes["/"] = page(b"secret")
    answers = [["93.184.215.14", "127.0.0.1"], ["127.0.0.1"]]
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    with pytest.raises(FetchError) as caught:
        fetch(site.url(host="rebind.test"), limits=Limits(seconds=0.4), resolver=rebinding)
    assert (asked, site.requests, caught.value.permanent) == (["rebind.test"], [], False)
    with pytest.raises(FetchError, match="not on the public internet"):
        fetch(site.url(host="rebind.test"), limits=QUICK, resolver=rebinding)
    assert site.requests == []


def test_a_trusted_name_does_not_vouch_for_where_it_sends_us(site: Site) -> None:
    site.routes["/"] = redirect(site.url("/secret", host="other.test"))
    site.routes["/secret"] = page(b"secret")
    resolver = lambda host, port: ["127.0.0.1"]  # noqa: E731
    with pytest.raises(FetchError, match=r"other\.test is not on the public internet"):
        fetch(site.url(host="good.test"), private_hosts=frozenset({"good.test"}), resolver=resolver, limits=QUICK)
    assert len(site.requests) == 1
    assert f"Host: good.test:{site.port}" in site.requests[0]


def test_a_private_host_may_be_named_with_or_without_its_port(site: Site) -> None:
    site.routes["/"] = page(b"inside")
    for entry in ("127.0.0.1", f"127.0.0.1:{site.port}"):
        assert fetch(site.url(), private_hosts=frozenset({entry}), limits=QUICK).body == b"inside"
    for entry in (f"127.0.0.1:{site.port + 1}", "127.0.0.2", "localhost"):
        with pytest.raises(FetchError, match="not on the public internet"):
            fetch(site.url(), private_hosts=frozenset({entry}), limits=QUICK)


@pytest.mark.parametrize("answer", [["not an address"], ["0x7f.1"], ["::ffff:127.0.0.1"], ["fe80::1%lo"]])
def test_a_resolver_that_answers_nonsense_opens_nothing(answer: list[str]) -> None:
    with pytest.raises(FetchError, match="not on the public internet"):
        fetch("http://hub.test/", resolver=lambda host, port: answer, limits=QUICK)


def test_an_unknown_name_is_said_to_be_unknown() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(FetchError, match=r"There is no server by the name hub\.test\.") as caught:
        fetch("http://hub.test/", resolver=unknown, limits=QUICK)
    assert not caught.value.permanent


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::1", "192.0.1.1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_wrapped_into_version_6_is_never_public(address: object) -> None:
    for form in ("::ffff:{}", "::{}", "64:ff9b::{}"):
        assert not is_public(form.format(address))


# ---- what is endless


def drip(piece: bytes, start: bytes = b"") -> Answer:
    def answer(line: socket.socket, _: str) -> None:
        line.sendall(start)
        stop = threading.Event()
        for _n in range(300):
            line.sendall(piece)
            stop.wait(0.02)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        drip(b"x", b"HTTP/1.1 200 OK\r\n\r\n"),
        drip(b"x", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        drip(b"1\r\nx\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        drip(b"X", b"HTTP/1.1 200 OK\r\nX: "),
        drip(b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(b""),
    ],
    ids=["body", "sized body", "chunks", "headers", "continue", "silence"],
)
def test_a_dripping_server_ends_at_the_total_deadline(site: Site, answer: Answer) -> None:
    site.routes["/"] = answer
    began = time.monotonic()
    problem = refused(site, limits=Limits(seconds=0.4))
    assert 0.3 < time.monotonic() - began < 1.5
    assert str(problem) == "127.0.0.1 took longer than 0.4 seconds; we stopped waiting."


def test_the_deadline_is_one_for_all_redirects_and_look_ups(site: Site) -> None:
    def slow(host: str, port: int) -> list[str]:
        threading.Event().wait(0.15)
        return ["127.0.0.1"]

    site.routes["/"] = redirect("/")
    began = time.monotonic()
    assert "longer than 0.4 seconds" in str(refused(site, limits=Limits(seconds=0.4), resolver=slow))
    assert time.monotonic() - began < 1.5


def test_a_resolver_that_hangs_ends_at_the_deadline() -> None:
    release = threading.Event()
    with pytest.raises(FetchError, match=r"longer than 0\.2 seconds"):
        fetch("http://hub.test/", limits=Limits(seconds=0.2), resolver=lambda h, p: [str(release.wait(10))])
    release.set()


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_stops_at_the_cap(site: Site, coding: str) -> None:
    packed = (gzip.compress if coding == "gzip" else zlib.compress)(bytes(300_000_000), 1)
    site.routes["/"] = page(packed, f"Content-Encoding: {coding}")
    began = time.process_time()
    assert "larger than 1 MB" in str(refused(site, limits=Limits(seconds=5, body_bytes=1024 * 1024)))
    assert time.process_time() - began < 1


def test_many_small_members_stop_at_the_cap_too(site: Site) -> None:
    site.routes["/"] = page(gzip.compress(bytes(100_000)) * 200, "Content-Encoding: gzip")
    assert "larger than 1 MB" in str(refused(site, limits=Limits(seconds=5, body_bytes=1024 * 1024)))


@pytest.mark.parametrize("header", ["Content-Length: 99999999999", "Transfer-Encoding: chunked", "X: y"])
def test_a_document_without_end_stops_at_the_cap(site: Site, header: str) -> None:
    def endless(line: socket.socket, _: str) -> None:
        line.sendall(f"HTTP/1.1 200 OK\r\n{header}\r\n\r\n".encode())
        piece = b"%x\r\n%s\r\n" % (60_000, b"x" * 60_000) if "chunked" in header else b"x" * 60_000
        while True:
            line.sendall(piece)

    site.routes["/"] = endless
    assert "larger than 1 MB" in str(refused(site, limits=Limits(seconds=5, wire_bytes=1024 * 1024)))


def test_framing_counts_too(site: Site) -> None:
    """Chunks that are nearly all extension are hardly any body, and are stopped all the same."""

    def endless(line: socket.socket, _: str) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            line.sendall(b"1;" + b"x" * 1000 + b"\r\na\r\n")

    site.routes["/"] = endless
    assert "larger than 1 MB" in str(refused(site, limits=Limits(seconds=5, wire_bytes=1024 * 1024)))


@pytest.mark.parametrize(
    "piece", [b"X: " + b"y" * 60_000 + b"\r\n", b"X: y\r\n" * 1000, b"y" * 60_000], ids=["long", "many", "one"]
)
def test_headers_without_end_are_refused(site: Site, piece: bytes) -> None:
    def endless(line: socket.socket, _: str) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            line.sendall(piece)

    site.routes["/"] = endless
    assert "answered" in str(refused(site))


@pytest.mark.parametrize(
    "answer",
    [
        page(b"whole")[:-2],
        page(gzip.compress(b"whole" * 100)[:-9], "Content-Encoding: gzip"),
        page(b"not gzip", "Content-Encoding: gzip"),
        page(b"x", "Content-Encoding: br"),
        page(b"x", "Content-Encoding: gzip, gzip"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"",
        b"\xff" * 100,
    ],
    ids=["short", "short gzip", "no gzip", "br", "twice", "bad chunk", "short chunk", "ssh", "nothing", "noise"],
)
def test_what_is_broken_is_said_and_may_be_tried_again(site: Site, answer: bytes) -> None:
    site.routes["/"] = answer
    problem = refused(site)
    assert not problem.permanent
    assert str(problem).endswith(".")


# ---- refusals


@pytest.mark.parametrize(
    ("status", "headers", "sentence", "permanent", "retry_after"),
    [
        ("503 Busy", ["Retry-After: 120"], "127.0.0.1 answered 503; it asks to try again in 120 seconds.", False, 120),
        (
            "429 Slow", ["Date: Sun, 22 Nov 2026 10:00:00 GMT", "Retry-After: Sun, 22 Nov 2026 10:05:00 GMT"],
            "127.0.0.1 answered 429: we ask too often; it asks to try again in 300 seconds.", False, 300,
        ),
        ("503 Busy", ["Retry-After: Sun, 22 Nov 2026 10:05:00 GMT"], "127.0.0.1 answered 503.", False, None),
        ("503 Busy", ["Retry-After: -5"], "127.0.0.1 answered 503.", False, None),
        ("404 No", [], "127.0.0.1 answered 404: there is nothing at this address.", False, None),
        ("410 Gone", [], "127.0.0.1 answered 410: the document was removed for good.", True, None),
        ("500 Oh", [], "127.0.0.1 answered 500.", False, None),
        ("300 Choose", [], "127.0.0.1 answered 300.", False, None),
    ],
)  # fmt: skip
def test_a_refusal_keeps_its_status_and_when_to_come_back(
    site: Site, status: str, headers: list[str], sentence: str, permanent: bool, retry_after: float | None
) -> None:
    site.routes["/"] = page(b"sorry", *headers, status=status)
    problem = refused(site)
    assert (str(problem), problem.permanent, problem.retry_after) == (sentence, permanent, retry_after)
    assert problem.status == int(status[:3])


def test_a_closed_port_is_said_to_be_closed() -> None:
    site = Site()
    site.close()
    assert str(refused(site)) == f"127.0.0.1 cannot be reached at port {site.port}: the connection was refused."


# ---- https


def certificate(folder: Path, name: str, *more: str) -> tuple[Path, ssl.SSLContext]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command to make a certificate")
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(key),
         "-out", str(cert), "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", *more],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context


def secure(site: Site, host: str, ca_file: Path | None, path: str = "/") -> Fetched:
    return fetch(
        site.url(path, host), private_hosts=frozenset({"secure.test", "other.test", "127.0.0.1"}), limits=QUICK,
        resolver=lambda host, port: ["127.0.0.1"], ca_file=str(ca_file) if ca_file else None,
    )  # fmt: skip


def test_https_checks_the_name_at_the_checked_address(tmp_path: Path, site: Site) -> None:
    ca, context = certificate(tmp_path, "secure.test", "-days", "30")
    names: list[str | None] = []
    context.sni_callback = lambda sock, name, ctx: names.append(name)
    secure_site = Site(context)
    secure_site.routes["/"] = page(b"sealed")
    assert secure(secure_site, "secure.test", ca).body == b"sealed"
    assert names == ["secure.test"]
    assert f"Host: secure.test:{secure_site.port}" in secure_site.requests[0]
    with pytest.raises(FetchError, match=r"The certificate of other\.test belongs to another name\."):
        secure(secure_site, "other.test", ca)
    with pytest.raises(FetchError, match=r"The certificate of secure\.test is not vouched for by anyone we trust\."):
        secure(secure_site, "secure.test", None)
    site.routes["/plain"] = page(b"open")
    secure_site.routes["/down"] = redirect(site.url("/plain"), 301)
    got = secure(secure_site, "secure.test", ca, "/down")
    assert (got.body, got.downgraded, got.moved_to) == (b"open", True, None)
    secure_site.close()


def test_an_expired_certificate_is_dated(tmp_path: Path) -> None:
    _, context = certificate(tmp_path, "secure.test", "-days", "1")
    key, late = tmp_path / "secure.test.key", tmp_path / "late.pem"
    (tmp_path / "index.txt").touch()
    (tmp_path / "serial").write_text("01\n")
    (tmp_path / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=d\n[d]\ndatabase={tmp_path}/index.txt\nserial={tmp_path}/serial\nnew_certs_dir={tmp_path}\n"
        "default_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\nsubjectAltName=DNS:secure.test\n"
    )
    openssl = shutil.which("openssl") or "openssl"
    request = [openssl, "req", "-new", "-key", str(key), "-subj", "/CN=secure.test", "-out", str(tmp_path / "csr")]
    subprocess.run(request, check=True, capture_output=True)
    subprocess.run(
        [openssl, "ca", "-batch", "-config", str(tmp_path / "ca.cnf"), "-selfsign", "-keyfile", str(key), "-notext",
         "-in", str(tmp_path / "csr"), "-startdate", "20201001000000Z", "-enddate", "20201103000000Z", "-out", str(late)],
        check=True, capture_output=True,
    )  # fmt: skip
    context.load_cert_chain(late, key)
    expired = Site(context)
    with pytest.raises(FetchError) as caught:
        secure(expired, "secure.test", late)
    expired.close()
    assert str(caught.value) == "The certificate of secure.test expired on 3 November 2020."


def test_plain_words_where_tls_was_expected(site: Site) -> None:
    site.routes["/"] = page(b"x")
    with pytest.raises(FetchError, match="could not agree on an encrypted connection"):
        fetch(f"https://127.0.0.1:{site.port}/", private_hosts=frozenset({"127.0.0.1"}), limits=QUICK)


# ---- parts of a document


def test_a_part_is_asked_for_and_a_refusal_of_it_may_be_an_answer(site: Site) -> None:
    site.routes["/ep.mp3"] = page(b"ID", "Content-Range: bytes 0-1/99", status="206 Partial Content")
    got = site.fetch("/ep.mp3", headers={"Range": "bytes=0-1", "Accept-Encoding": "identity"})
    assert (got.status, got.body, got.headers["Content-Range"]) == (206, b"ID", "bytes 0-1/99")
    assert "Range: bytes=0-1" in site.requests[0]
    assert "Accept-Encoding: identity" in site.requests[0]
    site.routes["/ep.mp3"] = page(b"", "Content-Range: bytes */99", status="416 Range Not Satisfiable")
    assert site.fetch("/ep.mp3", allow=frozenset({416})).status == 416
    assert refused(site, "/ep.mp3").status == 416


def test_the_first_octets_of_something_endless_are_enough(site: Site) -> None:
    def endless(line: socket.socket, _: str) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        while True:
            line.sendall(b"x" * 60_000)

    site.routes["/"] = endless
    assert site.fetch(first=10).body == b"x" * 10
    assert site.fetch(first=200_000).body == b"x" * 200_000
    site.routes["/short"] = page(gzip.compress(b"short"), "Content-Encoding: gzip")
    assert site.fetch("/short", first=3).body == b"sho"
    assert site.fetch("/short", first=30).body == b"short"


def test_a_key_for_one_server_is_not_shown_to_another(site: Site) -> None:
    other = Site()
    other.routes["/"] = page(b"there")
    site.routes |= {"/": redirect(other.url()), "/near": redirect("/far"), "/far": page(b"here")}
    key = {"Authorization": "secret", "Range": "bytes=0-1"}
    assert site.fetch("/near", headers=key).body == b"here"
    assert all("Authorization: secret" in request for request in site.requests)
    assert site.fetch("/", headers=key).body == b"there"
    assert "Range: bytes=0-1" in other.requests[0]
    assert "secret" not in other.requests[0]
    other.close()


def test_a_header_cannot_carry_another(site: Site) -> None:
    site.routes["/"] = page(b"new")
    assert "no header can have" in str(refused(site, headers={"Range": "bytes=0-1\r\nX-Evil: 1"}))
    assert site.requests == []
