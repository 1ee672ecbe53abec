"""Sound from addresses: servers that lie, break off, send on, or hide, on 127.0.0.1; what arrives is whole or refused."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from media.making import mp3
from sqlmodel import select

from publisher.errors import BadInput, FetchError, PublisherError
from publisher.house import House
from publisher.internet.downloading import Downloaded, download, patient
from publisher.media.intake import take_url
from publisher.media.models import MediaFile
from publisher.media.storage import path_of, workshop

DATA = mp3(60)  # 480 kB
TAG = 'ETag: "one"'
Answer = Callable[[dict[str, str]], tuple[bytes, int]]
"""From the headers of a request to the octets of the answer and how many of its body are sent before the line is cut."""
WHOLE = 10**9


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """One database is enough here: what the web does knows none."""
    shutil.copy(sqlite_template, tmp_path / "publisher.db")
    return f"sqlite:///{tmp_path / 'publisher.db'}"


class Site:
    """A web server that says what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.routes: dict[str, Answer] = {}
        self.asked: list[dict[str, str]] = []
        self.holding = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        self.holding.set()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError), sock:
            request = b""
            while b"\r\n\r\n" not in request:
                if not (chunk := sock.recv(65536)):
                    return
                request += chunk
            first, *lines = request.decode("latin-1").split("\r\n")
            headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines if line)}
            self.asked.append(headers)
            answer, body = self.routes[first.split(" ")[1]](headers)
            head, _, rest = answer.partition(b"\r\n\r\n")
            sock.sendall(head + b"\r\n\r\n" + rest[:body])
            if body < 0:
                self.holding.wait(20)  # says nothing more


def said(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def serving(data: bytes, *headers: str, cut: int = WHOLE) -> Answer:
    """A server that knows ranges, and cuts the line after so many octets of each answer."""

    def answer(asked: dict[str, str]) -> tuple[bytes, int]:
        if "range" not in asked or asked.get("if-range") not in [h.partition(": ")[2] for h in headers]:
            return said(data, *headers), cut
        start = int(asked["range"].removeprefix("bytes=").rstrip("-"))
        if start >= len(data):
            return said(b"", f"Content-Range: bytes */{len(data)}", status="416 Range Not Satisfiable"), 0
        told = f"Content-Range: bytes {start}-{len(data) - 1}/{len(data)}"
        return said(data[start:], told, *headers, status="206 Partial Content"), cut

    return answer


def always(answer: bytes, cut: int = WHOLE) -> Answer:
    return lambda _: (answer, cut)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def with_private(house: House, host: str) -> House:
    return replace(house, settings=replace(house.settings, private_hosts=frozenset({host})))


@pytest.fixture
def take(house: House, site: Site, now: datetime):  # type: ignore[no-untyped-def]
    """Fetch a path of the site into the house, which may reach this machine."""
    open_house = with_private(house, "127.0.0.1")

    def take(path: str, **options: object) -> MediaFile:
        return take_url(open_house, site.url(path), now=now, **options)  # type: ignore[arg-type]

    return take


def nothing_left(house: House) -> None:
    assert list(workshop(house.settings).iterdir()) == []
    with house.database.reading() as session:
        assert session.exec(select(MediaFile)).all() == []


def test_an_episode_is_fetched_whole_and_named(house: House, site: Site, take) -> None:  # type: ignore[no-untyped-def]
    site.routes["/shows/a%20talk.mp3?x=1"] = serving(DATA, "Content-Type: audio/mpeg")
    seen: list[tuple[int, int | None]] = []
    media = take("/shows/a%20talk.mp3?x=1", progress=lambda done, of: seen.append((done, of)))
    assert path_of(house.settings, media).read_bytes() == DATA
    assert (media.name, media.length) == ("a talk.mp3", len(DATA))
    assert seen[-1] == (len(DATA), len(DATA))
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert site.asked[0]["accept-encoding"] == "identity"
    assert list(workshop(house.settings).iterdir()) == []
    named = "Content-Disposition: attachment; filename*=UTF-8''Hausbesuche%20%E2%80%93%201.mp3"
    site.routes["/get"] = serving(mp3(30), named)
    assert take("/get").name == "Hausbesuche – 1.mp3"


def test_it_follows_counting_prefixes_to_where_the_sound_is(house: House, site: Site, take) -> None:  # type: ignore[no-untyped-def]
    for number in range(8):
        site.routes[f"/{number}"] = always(said(b"", f"Location: /{number + 1}", status="302 Found"))
    site.routes["/8"] = serving(DATA)
    assert take("/0").length == len(DATA)
    site.routes["/round"] = always(said(b"", "Location: /round", status="302 Found"))
    with pytest.raises(FetchError, match="from one address to the next without an end"):
        take("/round")


@pytest.mark.parametrize("header", [TAG, "Last-Modified: Mon, 23 Nov 2026 06:00:00 GMT"])
def test_what_is_cut_off_goes_on_where_it_stopped(house: House, site: Site, take, header: str) -> None:  # type: ignore[no-untyped-def]
    site.routes["/a.mp3"] = serving(DATA, header, cut=150_000)
    assert path_of(house.settings, take("/a.mp3")).read_bytes() == DATA
    assert [asked.get("range") for asked in site.asked] == [None, "bytes=150000-", "bytes=300000-", "bytes=450000-"]


def test_a_later_call_goes_on_too(house: House, site: Site, take) -> None:  # type: ignore[no-untyped-def]
    """The import was ended in the middle; the next one does not begin again."""
    site.routes["/a.mp3"] = serving(DATA, TAG, cut=50_000)
    with pytest.raises(
        FetchError, match=r"127\.0\.0\.1 announced 480,026 bytes and gave 300,000: the connection was cut off"
    ):
        take("/a.mp3")
    assert len(site.asked) == 6
    site.routes["/a.mp3"] = serving(DATA, TAG)
    assert path_of(house.settings, take("/a.mp3")).read_bytes() == DATA
    assert site.asked[-1]["range"] == "bytes=300000-"


def test_a_file_that_changed_in_between_is_begun_again(house: House, site: Site, take) -> None:  # type: ignore[no-untyped-def]
    site.routes["/a.mp3"] = serving(DATA, TAG, cut=50_000)
    with pytest.raises(FetchError):
        take("/a.mp3")
    new = mp3(30)
    site.routes["/a.mp3"] = serving(new, 'ETag: "two"')
    assert path_of(house.settings, take("/a.mp3")).read_bytes() == new


@pytest.mark.parametrize("header", ['ETag: W/"weak"', "X-Nothing: 1"])
def test_where_nobody_vouches_for_the_rest_it_begins_again(house: House, site: Site, take, header: str) -> None:  # type: ignore[no-untyped-def]
    tries = iter([100_000, 200_000, WHOLE])
    site.routes["/a.mp3"] = lambda asked: (said(DATA, header), next(tries))
    assert path_of(house.settings, take("/a.mp3")).read_bytes() == DATA
    assert [asked.get("range") for asked in site.asked] == [None, None, None]


def test_a_server_that_gives_another_part_is_not_believed(house: House, site: Site, take) -> None:  # type: ignore[no-untyped-def]
    wrong = said(DATA[5:], "Content-Range: bytes 5-480025/480026", TAG, status="206 Partial Content")
    answers = iter([(said(DATA, TAG), 100_000), (wrong, WHOLE), (said(DATA, TAG), WHOLE)])
    site.routes["/a.mp3"] = lambda _: next(answers)
    assert path_of(house.settings, take("/a.mp3")).read_bytes() == DATA


def test_a_whole_file_that_was_not_taken_in_yet_is_not_fetched_twice(site: Site, tmp_path: Path) -> None:
    site.routes["/a.mp3"] = serving(DATA, TAG)

    def come() -> Downloaded:
        return download(
            site.url("/a.mp3"), tmp_path / "part", limits=patient(10**7), private_hosts=frozenset({"127.0.0.1"})
        )

    assert come().length == come().length == len(DATA)
    assert site.asked[1]["range"] == f"bytes={len(DATA)}-"
    come().forget()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (always(said(b"gone", status="404 Not Found")), "answered 404: there is nothing at this address"),
        (always(said(b"", status="410 Gone")), "removed for good"),
        (always(said(b"", status="204 No Content")), "answered 204"),
        (always(said(b"", status="503 Busy")), "answered 503"),
        (always(said(DATA, "Content-Encoding: gzip")), "packed in a way we did not ask for"),
        (always(said(b"", length=5 * 1024**3)), "larger than 4096 MB"),
        (always(said(DATA, length=900_000)), "announced 900,000 bytes and gave 480,026"),
        (always(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", 0), "."),
        (always(b"no web server at all\r\n\r\n", 0), "127.0.0.1"),
    ],
)  # fmt: skip
def test_what_the_web_does_is_a_sentence(house: House, site: Site, take, answer: Answer, says: str) -> None:  # type: ignore[no-untyped-def]
    site.routes["/a.mp3"] = answer
    with pytest.raises(PublisherError, match=says) as refused:
        take("/a.mp3")
    assert str(refused.value).endswith(".")
    with house.database.reading() as session:
        assert session.exec(select(MediaFile)).all() == []


def test_what_lies_about_its_type_is_seen_by_its_bytes(house: House, site: Site, take) -> None:  # type: ignore[no-untyped-def]
    site.routes["/a.mp3"] = always(said(b"<!doctype html><title>Log in</title>", "Content-Type: audio/mpeg"))
    with pytest.raises(BadInput, match=r"^This is a web page\."):
        take("/a.mp3")
    nothing_left(house)
    site.routes["/b"] = always(said(DATA, "Content-Type: text/html"))
    assert take("/b").type == "audio/mpeg"
    site.routes["/c.mp3"] = always(said(mp3(60, header="Info")[:100_000]))  # the server has no more of it
    with pytest.raises(BadInput, match="ends too early"):
        take("/c.mp3")


def test_a_limit_holds_whatever_is_announced(house: House, site: Site, take) -> None:  # type: ignore[no-untyped-def]
    endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + DATA
    site.routes["/a.mp3"] = always(endless)
    with pytest.raises(FetchError, match="larger than 200000 bytes"):
        take("/a.mp3", largest=200_000)
    assert len(site.asked) == 1  # and it is not asked again


def test_private_places_stay_closed_also_behind_a_redirect(house: House, site: Site, now: datetime) -> None:
    with pytest.raises(FetchError, match="not on the public internet"):
        take_url(house, site.url("/a.mp3"), now=now)
    with pytest.raises(FetchError, match="begin with https"):
        take_url(house, "file:///etc/passwd", now=now)
    site.routes["/a.mp3"] = always(said(b"", "Location: http://169.254.169.254/latest/", status="302 Found"))
    with pytest.raises(FetchError, match="not on the public internet"):
        take_url(with_private(house, f"127.0.0.1:{site.port}"), site.url("/a.mp3"), now=now)
    assert len(site.asked) == 1


def test_a_silent_server_is_left_and_one_at_a_time_writes(site: Site, tmp_path: Path) -> None:
    private = frozenset({"127.0.0.1"})
    site.routes["/slow"] = always(said(DATA, TAG), -400_000)
    with pytest.raises(FetchError, match=r"gave 80,026: the connection was cut off|silent for 0\.3 seconds"):
        download(site.url("/slow"), tmp_path / "part", limits=patient(10**7), private_hosts=private, idle_seconds=0.3)
    begun = threading.Event()
    go_on = threading.Event()

    def wait(_: dict[str, str]) -> tuple[bytes, int]:
        begun.set()
        go_on.wait(20)
        return said(DATA), WHOLE

    site.routes["/a"] = wait
    came: list[Downloaded] = []
    first = threading.Thread(
        target=lambda: came.append(
            download(site.url("/a"), tmp_path / "one", limits=patient(10**7), private_hosts=private)
        )
    )
    first.start()
    assert begun.wait(10)
    with pytest.raises(FetchError, match="being fetched already"):
        download(site.url("/a"), tmp_path / "one", limits=patient(10**7), private_hosts=private)
    go_on.set()
    first.join(10)
    assert [c.length for c in came] == [len(DATA)]
