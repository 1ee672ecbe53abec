"""What only the network can tell: the relay, the public address, the clock, and whether receivers would believe our mail.

Every look has a short deadline of its own and takes plain values, so that no transaction is open while somebody else's machine
thinks about its answer.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from publisher.desk.doctor.domain import believed
from publisher.desk.doctor.findings import Finding, is_nobodys
from publisher.desk.doctor.hub import domain_of
from publisher.errors import FetchError, PublisherError
from publisher.house import House
from publisher.internet import Fetched, Limits, fetch
from publisher.library.models import Source
from publisher.mail.domains import Names
from publisher.mail.identities import MAILBOX, default_relay
from publisher.mail.models import Identity
from publisher.mail.smtp import Connection, Timeouts, parse_relay_url
from publisher.settings import Settings
from publisher.tokens import Tokens

QUICK = Timeouts(connect=5, command=5, body=5, dot=5)
SHORT = Limits(seconds=8, connect_seconds=4, wire_bytes=100_000, body_bytes=100_000, redirects=3)
ENDS_SOON = timedelta(days=14)
"""A certificate that ends sooner was not renewed by itself."""
WRONG_BY = timedelta(seconds=90)
"""From here on a clock is wrong: links and codes expire too early, and mails bear a time that filters mistrust."""
ANYHOW = frozenset(range(300, 600))
"""A refusal tells the time as well."""


@dataclass(frozen=True)
class Outside:
    """What there is to be asked. `sign`: what only our own `/health` can answer."""

    settings: Settings
    sign: str
    relay_url: str
    domains: tuple[str, ...]
    clock_url: str | None = None
    ours: frozenset[str] = field(default=frozenset())


def prepare(session: Session, house: House) -> Outside:
    """Read what the network is to be asked about; nothing is asked yet."""
    rows = session.exec(select(Identity).order_by(col(Identity.id)))
    domains = dict.fromkeys(domain for row in rows if not is_nobodys(domain := domain_of(row)))
    source = session.exec(
        select(Source.url).where(col(Source.state) == "active", col(Source.url).startswith("https://")).limit(1)
    ).first()
    return Outside(
        house.settings, hub_sign(house.tokens), default_relay(session).url, tuple(domains), source,
        house.settings.private_hosts | {_host_and_port(house.settings.public_url)},
    )  # fmt: skip


def hub_sign(tokens: Tokens) -> str:
    """What `/health` answers to say which hub this is: nobody without our key can say it."""
    return tokens.keyed_hash("hub", "v1")[:16]


def relay(outside: Outside, now: datetime) -> Iterator[Finding]:
    """Connect, encrypt and log in as a sender would."""
    if outside.relay_url == MAILBOX:
        said = "Mail goes to the built-in mailbox: nothing leaves this machine."
        yield Finding("relay", "warn", said, "Name a relay in the settings once readers shall get mail.")
        return
    try:
        where = parse_relay_url(outside.relay_url)
        line = Connection(where, ehlo_name=ehlo_name(outside.settings), timeouts=QUICK)
        try:
            line.open()
            encryption = line.encryption()
        finally:
            line.close()
    except PublisherError as problem:
        advice = "Mails wait until it takes them; see whether name, password or the provider has changed."
        yield Finding("relay", "bad", str(problem), advice)
        return
    took = "takes mail and our log-in" if where.user else "takes mail"
    yield Finding("relay", "good", f"The relay {where.host} {took}.")
    if encryption is None:
        local = where.host in ("localhost", "::1") or where.host.startswith("127.")
        said = f"The line to {where.host} is not encrypted."
        yield Finding(
            "TLS", "good" if local else "warn", said, "" if local else "Choose STARTTLS or TLS for the relay."
        )
    else:
        yield _certificate(where.host, *encryption, now)


def address(outside: Outside, now: datetime) -> Iterator[Finding]:
    """Can readers reach the public address, and is it we who answer? And the clock, by who answers."""
    url, settings = outside.settings.public_url, outside.settings
    if settings.is_local:
        said = f"Links begin with {url}, which works on this machine only."
        yield Finding("address", "warn", said, "Set PUBLISHER_PUBLIC_URL to the address that readers will use.")
    elif is_nobodys(settings.public_host):
        said = f"Links begin with {url}, which is only an example."
        yield Finding("address", "warn", said, "Set PUBLISHER_PUBLIC_URL to the address that readers will use.")
    else:
        yield from reached(outside, now)


def reached(outside: Outside, now: datetime) -> Iterator[Finding]:
    """Ask the public address for `/health`, as a reader's browser would come to it."""
    url = outside.settings.public_url
    try:
        found = fetch(f"{url}/health", limits=SHORT, private_hosts=outside.ours, allow=frozenset({503}))
    except FetchError as problem:
        advice = "Look at DNS, the proxy and the firewall: links in mails lead there."
        yield Finding("address", "bad", f"{url} cannot be reached from here: {_lower(str(problem))}", advice)
        return
    if _sign_in(found.body) != outside.sign:
        said = f"Another program, or a hub with another secret key, answers at {url}."
        yield Finding("address", "bad", said, "Lead the address to this hub, or correct PUBLISHER_PUBLIC_URL.")
    elif not found.url.startswith("https://"):
        said = f"{url} leads here, without encryption."
        yield Finding("address", "warn", said, "Serve it by https: browsers and mail programs warn of anything else.")
    else:
        yield Finding("address", "good", f"{url} leads here.")


def clock(outside: Outside, now: datetime) -> Iterator[Finding]:
    """Our clock beside that of a source's server, else of whoever answers at the public address."""
    places = [outside.clock_url] if outside.clock_url else []
    if not outside.settings.is_local and not is_nobodys(outside.settings.public_host):
        places.append(f"{outside.settings.public_url}/health")
    for place in places:
        try:
            found = fetch(place, method="HEAD", limits=SHORT, private_hosts=outside.ours, allow=ANYHOW)
        except FetchError:
            continue
        if (theirs := _date_of(found)) is not None:
            yield beside(theirs, now, urlsplit(place).hostname or place)
            return
    said = "Nobody could be asked for the time."
    yield Finding("clock", "good" if not places else "warn", said, "" if not places else "See that the machine keeps its time by NTP.")  # fmt: skip


def beside(theirs: datetime, now: datetime, host: str) -> Finding:
    """One clock beside another, whose Date header is cut to the second."""
    apart = abs(theirs - now)
    if apart <= WRONG_BY:
        return Finding("clock", "good", f"Our clock goes with that of {host}.")
    seconds = round(apart.total_seconds())
    by = f"{seconds} seconds" if seconds < 600 else f"{seconds // 60} minutes"
    said = f"Our clock is {by} {'behind' if theirs > now else 'ahead of'} that of {host}."
    return Finding("clock", "bad", said, "Let the machine keep its time by NTP.")


def belief(outside: Outside, now: datetime) -> Iterator[Finding]:
    """SPF, DKIM and DMARC of every sender's domain; nothing is asked while no mail leaves."""
    if outside.relay_url == MAILBOX:
        return
    for domain in outside.domains:
        yield from believed(Names(outside.settings.dns_server), domain)


def ehlo_name(settings: Settings) -> str:
    """How we greet a relay."""
    host = settings.public_host
    return host if host[0].isalnum() and ":" not in host else "localhost"


def _certificate(host: str, version: str, until: str, now: datetime) -> Finding:
    if version in ("TLSv1", "TLSv1.1", "SSLv3"):
        return Finding("TLS", "bad", f"The relay {host} speaks only {version}, which can be listened to.", "Choose another relay.")  # fmt: skip
    try:
        ends = datetime.strptime(" ".join(until.split()), "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    except ValueError:
        return Finding("TLS", "good", f"The line to {host} is encrypted ({version}).")
    if ends - now < ENDS_SOON:
        days = max(0, (ends - now).days)
        said = f"The certificate of {host} ends in {days} {'day' if days == 1 else 'days'}."
        return Finding("TLS", "warn", said, "Its provider must renew it, or mail will stop leaving.")
    return Finding("TLS", "good", f"The line to {host} is encrypted ({version}), its certificate valid until {ends.date().isoformat()}.")  # fmt: skip


def _sign_in(body: bytes) -> str:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(answer.get("hub", "")) if isinstance(answer, dict) else ""


def _date_of(found: Fetched) -> datetime | None:
    try:
        date = parsedate_to_datetime(found.headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _host_and_port(url: str) -> str:
    parts = urlsplit(url)
    return f"{(parts.hostname or '').lower()}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
