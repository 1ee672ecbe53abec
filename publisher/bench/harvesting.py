"""Harvesting the same repository twice: the second time reads everything again and adds nothing."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlmodel import col, select, update

from publisher import clock
from publisher.database import Database
from publisher.house import House, open_house
from publisher.library import harvesting, sources
from publisher.library.models import Record, Source, Work
from publisher.settings import Settings
from publisher.vocabulary import terms

RECORDS, PAGE = 2000, 100
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
STAMP = "2026-11-20T08:00:00Z"
_ENVELOPE = (
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-23T06:00:00Z</responseDate>'
    "<request>http://repository.example</request>{}</OAI-PMH>"
)
_IDENTIFY = (
    "<Identify><repositoryName>Measured</repositoryName><baseURL>http://repository.example</baseURL>"
    "<protocolVersion>2.0</protocolVersion><adminEmail>a@repository.example</adminEmail>"
    "<earliestDatestamp>2020-01-01T00:00:00Z</earliestDatestamp><deletedRecord>no</deletedRecord>"
    "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>"
)
_RECORD = (
    "<record><header><identifier>oai:measured:{n}</identifier><datestamp>" + STAMP + "</datestamp></header><metadata>"
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>{title}</dc:title><dc:identifier>https://repository.example/{n}</dc:identifier><dc:date>2024</dc:date>"
    "<dc:type>Working Paper</dc:type><dc:language>eng</dc:language></oai_dc:dc></metadata></record>"
)
_SYLLABLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "tu")


def measure(migrate: Callable[[Database], None], records: int = RECORDS) -> dict[str, Any]:
    """Seconds of the first and of the second harvest, and what each added; `second_new` is 0."""
    with tempfile.TemporaryDirectory() as folder, _repository(records) as url:
        house = _house(Path(folder), url)
        migrate(house.database)
        source = sources.recognise(house, url, "oai-pmh", now=NOW)
        with house.database.session() as session:
            terms.seed_defaults(session)
            source_id = sources.add(session, house, url, now=NOW, recognised=source).id or 0
        first_s, first = _check(house, source_id)
        before = _contents(house)
        with house.database.session() as session:  # from the beginning again, not from where the first one ended
            session.execute(update(Source).where(col(Source.id) == source_id).values(harvested_until=None))
        second_s, second = _check(house, source_id)
        unchanged = _contents(house) == before
        house.close()
    return {
        "records": records,
        "first_new": first.new,
        "first_seconds": round(first_s, 2),
        "second_new": second.new,
        "second_updated": second.updated,
        "second_seconds": round(second_s, 2),
        "nothing_added": unchanged,
    }


def _check(house: House, source_id: int) -> tuple[float, harvesting.CheckResult]:
    began = time.perf_counter()
    result = harvesting.check(house, [source_id], NOW, pause=0, wall=clock.now)[0]
    if result.error:
        raise RuntimeError(result.error)
    return time.perf_counter() - began, result


def _contents(house: House) -> tuple[list[Any], list[Any]]:
    with house.database.reading() as session:
        works = session.exec(select(Work.id, Work.updated_at).order_by(col(Work.id))).all()
        records = session.exec(select(Record.guid, Record.digest).order_by(col(Record.id))).all()
        return list(works), list(records)


def _house(folder: Path, url: str) -> House:
    hosts = frozenset({urlsplit(url).netloc})
    database = f"sqlite:///{folder / 'bench.db'}"
    return open_house(
        Settings(folder, database, "https://exchange.example", "a key for measuring", private_hosts=hosts)
    )


@contextmanager
def _repository(records: int) -> Iterator[str]:
    """The address of an OAI-PMH repository on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            body = _ENVELOPE.format(_answer(asked, records)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/oai"
    finally:
        server.shutdown()
        server.server_close()


def _answer(asked: dict[str, str], records: int) -> str:
    if asked.get("verb") == "Identify":
        return _IDENTIFY
    start = int(asked.get("resumptionToken", "0"))
    end = min(start + PAGE, records)
    page = "".join(_RECORD.format(n=n, title=_title(n)) for n in range(start, end))
    rest = str(end) if end < records else ""
    return f'<ListRecords>{page}<resumptionToken completeListSize="{records}">{rest}</resumptionToken></ListRecords>'


def _title(n: int) -> str:
    """Titles that do not look alike."""
    return " ".join("".join(_SYLLABLES[(n * (place + 3) + int(d)) % 10] for d in f"{n:04}") for place in range(5))
