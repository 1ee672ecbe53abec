"""A web of our own on loopback: a real HTTP server with routes and a log, and small feeds and repositories to serve."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, dict[str, str], bytes]


class Web:
    """Routes by path: an answer, or what makes one from (path with query, headers). Unknown paths are 404."""

    def __init__(self) -> None:
        self.routes: dict[str, Answer | Callable[[str, dict[str, str]], Answer | None]] = {}
        self.asked: list[str] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append(self.path)
                route = web.routes.get(self.path.split("?")[0], (404, {}, b""))
                answer = route(self.path, dict(self.headers)) if callable(route) else route
                if answer is None:  # hang up in the middle
                    self.close_connection = True
                    self.connection.close()
                    return
                status, headers, body = answer
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def serve(self, path: str, body: bytes | str, content_type: str = "text/xml", **headers: str) -> str:
        data = body.encode() if isinstance(body, str) else body
        self.routes[path] = (200, {"Content-Type": content_type, **headers}, data)
        return self.url(path)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def rss(*items: dict[str, str], title: str = "Partner News", language: str = "en") -> str:
    """An RSS feed; each item's keys are element names."""
    written = "".join(
        "<item>" + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in item.items()) + "</item>"
        for item in items
    )
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/"><channel>'
        f"<title>{title}</title><link>https://partner.example/</link><language>{language}</language>{written}"
        "</channel></rss>"
    )


def pubdate(moment: datetime) -> str:
    return moment.strftime("%a, %d %b %Y %H:%M:%S +0000")


OAI = (
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>{at}</responseDate><request>http://x</request>'
    "{body}</OAI-PMH>"
)


class Repository:
    """An OAI-PMH repository: records by number, three a page, with resumption tokens that may be made to expire."""

    def __init__(self, records: int, now: datetime, per_page: int = 3) -> None:
        self.now, self.per_page = now, per_page
        self.records = {n: (now - timedelta(days=30), f"Record number {_word(n)}", False) for n in range(records)}
        self.expired: set[str] = set()
        self.breaks_at: int | None = None

    def __call__(self, path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes] | None:
        asked = {k: v[0] for k, v in parse_qs(urlsplit(path).query).items()}
        verb = asked.get("verb")
        if verb == "Identify":
            return self._answer(
                "<Identify><repositoryName>Our Repository</repositoryName><baseURL>http://x</baseURL>"
                "<protocolVersion>2.0</protocolVersion><adminEmail>a@example.org</adminEmail>"
                "<earliestDatestamp>2020-01-01T00:00:00Z</earliestDatestamp><deletedRecord>persistent</deletedRecord>"
                "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>"
            )
        if verb != "ListRecords":
            return self._answer('<error code="badVerb">no</error>')
        token = asked.get("resumptionToken")
        if token in self.expired:
            return self._answer('<error code="badResumptionToken">expired</error>')
        start, since = (int(token.split("!")[0]), token.split("!")[1]) if token else (0, asked.get("from", ""))
        if self.breaks_at is not None and start >= self.breaks_at:
            return None
        return self._page(start, since)

    def _page(self, start: int, since: str) -> tuple[int, dict[str, str], bytes]:
        wanted = [n for n, (at, _, _) in sorted(self.records.items()) if at.strftime("%Y-%m-%dT%H:%M:%SZ") >= since]
        if not wanted:
            return self._answer('<error code="noRecordsMatch">none</error>')
        page, rest = wanted[start : start + self.per_page], wanted[start + self.per_page :]
        token = f"{start + self.per_page}!{since}" if rest else ""
        size = f'completeListSize="{len(wanted)}"'
        listed = "".join(self._record(n) for n in page)
        return self._answer(f"<ListRecords>{listed}<resumptionToken {size}>{token}</resumptionToken></ListRecords>")

    def _record(self, n: int) -> str:
        at, title, deleted = self.records[n]
        status = ' status="deleted"' if deleted else ""
        head = (
            f"<header{status}><identifier>oai:ours:{n}</identifier>"
            f"<datestamp>{at.strftime('%Y-%m-%dT%H:%M:%SZ')}</datestamp></header>"
        )
        if deleted:
            return f"<record>{head}</record>"
        return (
            f'<record>{head}<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title>'
            f"<dc:identifier>https://repository.example/{n}</dc:identifier><dc:date>2019</dc:date>"
            f"<dc:type>Working Paper</dc:type><dc:language>eng</dc:language></oai_dc:dc></metadata></record>"
        )

    def _answer(self, body: str) -> tuple[int, dict[str, str], bytes]:
        text = OAI.format(at=self.now.strftime("%Y-%m-%dT%H:%M:%SZ"), body=body)
        return 200, {"Content-Type": "text/xml"}, text.encode()


def _word(n: int) -> str:
    """Titles that do not look alike."""
    return " ".join(f"{'abcdefghij'[int(d)] * 4}{'klmnopqrst'[int(d)] * 3}" for d in str(n))
