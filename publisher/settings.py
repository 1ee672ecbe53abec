"""Settings: read once from the environment, frozen, and passed on. Nothing else in the house reads the environment.

Every setting `NAME` may instead be given as `NAME_FILE`, the path of a file that holds it (secrets in containers).
"""

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from publisher.errors import BadInput

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


@dataclass(frozen=True)
class Setting:
    """One line of the settings table: README shows them all, and a test fails where one is missing."""

    name: str
    default: str
    meaning: str


TABLE = (
    Setting("PUBLISHER_DATABASE_URL", "SQLite in the data folder", "Where everything is kept: `sqlite:///…` or `postgresql://…`."),
    Setting("PUBLISHER_DATA_DIR", "var", "The data folder: database, secret key, your own templates, media."),
    Setting("PUBLISHER_PUBLIC_URL", "http://127.0.0.1:8000", "The address readers use. Links in mails begin with it."),
    Setting("PUBLISHER_SMTP_URL", "the built-in mailbox", "The first relay: `smtp://user:pass@host:587?tls=starttls|implicit|none`. Seeds the first relay once; later ones are data."),
    Setting("PUBLISHER_MAIL_FROM", "hub@ the public host", "Sender of the first brand: `Name <address>`. Seeds it once."),
    Setting("PUBLISHER_POSTAL_ADDRESS", "none", "Postal address of the first brand, shown in every newsletter. Seeds it once."),
    Setting("PUBLISHER_SECRET_KEY", "made once in the data folder", "Signs links and sessions. Several machines need the same one."),
    Setting("PUBLISHER_TRUSTED_PROXIES", "none", "Addresses or networks of proxies whose X-Forwarded-For, -Proto and -Host are believed, or Forwarded where they send no X-Forwarded-For; separated by commas."),
    Setting("PUBLISHER_PRIVATE_HOSTS", "none", "Hosts (or host:port) that sources may be fetched from though they are private, separated by commas."),
    Setting("PUBLISHER_FORMER_URLS", "none", "Addresses this hub had before, separated by commas: people who come there are led on, feeds, calendars and one-click answer in place."),
    Setting("PUBLISHER_PODPING_URL", "https://podping.cloud/", "Where podping is written to, for shows that say so."),
    Setting("PUBLISHER_PODPING_TOKEN", "none", "The token podping asks for; without one nothing is written to it."),
    Setting("PUBLISHER_DNS_SERVER", "that of the machine", "Whom `publisher doctor` asks about domains: `9.9.9.9` or `127.0.0.1:5353`."),
    Setting("PUBLISHER_LOG", "info", "How much is written to standard error: `debug`, `info`, `warning` or `error`."),
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What the house was told. Make one with `Settings.from_environment()`; tests make their own."""

    data_dir: Path
    database_url: str
    public_url: str
    secret_key: str = field(repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    postal_address: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    private_hosts: frozenset[str] = frozenset()
    former_urls: tuple[str, ...] = ()
    podping_url: str = "https://podping.cloud/"
    podping_token: str | None = field(default=None, repr=False)
    dns_server: str | None = None
    log: str = "info"
    key_is_new: bool = False  # made for this process, in a data folder that had none

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read and check every setting; `BadInput` names the one that is wrong. Makes the data folder and secret key."""
        data_dir = Path(_read(environment, "PUBLISHER_DATA_DIR") or "var").absolute()
        _make_folder(data_dir)
        log = (_read(environment, "PUBLISHER_LOG") or "info").lower()
        if log not in ("debug", "info", "warning", "error"):
            raise BadInput("PUBLISHER_LOG is one of debug, info, warning, error.")
        key = _read(environment, "PUBLISHER_SECRET_KEY")
        kept, key_is_new = (key, False) if key else _kept_secret(data_dir)
        return cls(
            data_dir=data_dir,
            database_url=_database_url(_read(environment, "PUBLISHER_DATABASE_URL"), data_dir),
            public_url=_public_url(_read(environment, "PUBLISHER_PUBLIC_URL") or "http://127.0.0.1:8000"),
            secret_key=kept,
            key_is_new=key_is_new,
            smtp_url=_read(environment, "PUBLISHER_SMTP_URL"),
            mail_from=_read(environment, "PUBLISHER_MAIL_FROM"),
            postal_address=_read(environment, "PUBLISHER_POSTAL_ADDRESS"),
            trusted_proxies=_networks(_words(_read(environment, "PUBLISHER_TRUSTED_PROXIES"))),
            private_hosts=frozenset(w.lower() for w in _words(_read(environment, "PUBLISHER_PRIVATE_HOSTS"))),
            former_urls=tuple(_public_url(w) for w in _words(_read(environment, "PUBLISHER_FORMER_URLS"))),
            podping_url=_public_url(_read(environment, "PUBLISHER_PODPING_URL") or "https://podping.cloud") + "/",
            podping_token=_read(environment, "PUBLISHER_PODPING_TOKEN"),
            dns_server=_dns_server(_read(environment, "PUBLISHER_DNS_SERVER")),
            log=log,
        )

    @property
    def public_host(self) -> str:
        """Host name of the public address, without port."""
        return urlsplit(self.public_url).hostname or "localhost"

    @property
    def is_local(self) -> bool:
        """Whether readers reach this hub on loopback only: a demo or a developer's machine."""
        return self.public_host in LOOPBACK

    @property
    def owner_templates(self) -> Path:
        """Folder whose files shadow the shipped templates of the same name."""
        return self.data_dir / "templates"

    def url(self, path: str) -> str:
        """An absolute address on this hub for `path`, which begins with a slash."""
        return self.public_url + path


def _read(environment: Mapping[str, str], name: str) -> str | None:
    if path := environment.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip() or None
        except OSError as problem:
            raise BadInput(f"{name}_FILE names a file that cannot be read: {problem.strerror}.") from problem
    return environment.get(name, "").strip() or None


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def networks_of(words: tuple[str, ...]) -> Networks:
    """Addresses and networks as what they are; `ValueError` where one is none."""
    return tuple(ipaddress.ip_network(word, strict=False) for word in words)


def _networks(words: tuple[str, ...]) -> tuple[str, ...]:
    for word in words:
        try:
            networks_of((word,))
        except ValueError as problem:
            raise BadInput(
                f"PUBLISHER_TRUSTED_PROXIES: “{word}” is not an address or a network such as 10.0.0.0/8."
            ) from problem
    return words


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(0o700, parents=True, exist_ok=True)  # everybody's addresses and the relay's password will be in it
    except OSError as problem:
        raise BadInput(f"The data folder {path} cannot be made: {problem.strerror}.") from problem


def _public_url(text: str) -> str:
    try:
        parts = urlsplit("" if re.search(r"\s", text) else text)
        _ = parts.port
    except ValueError:  # a bracket that nothing closes, or a port that there cannot be
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise BadInput(f"“{text}” is not an address such as https://hub.example.org.")
    return text.rstrip("/")


def _dns_server(text: str | None) -> str | None:
    """As it was written, once it is known to be an address with or without a port."""
    if text is None:
        return None
    host, port = server_address(text)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def server_address(text: str) -> tuple[str, int]:
    """`9.9.9.9`, `127.0.0.1:5353`, `[2620:fe::fe]:53` as address and port; `BadInput` for anything else."""
    host, port = text.strip(), "53"
    if host.startswith("[") and "]" in host:
        host, _, port = host[1:].partition("]")
        port = port.removeprefix(":") or "53"
    elif host.count(":") == 1:
        host, port = host.split(":")
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        address = ""
    if not address or not (port.isascii() and port.isdecimal() and len(port) < 6 and 0 < int(port) < 65536):
        raise BadInput("PUBLISHER_DNS_SERVER is an address such as 9.9.9.9 or 127.0.0.1:5353.")
    return address, int(port)


def _database_url(text: str | None, data_dir: Path) -> str:
    if text is None:
        return f"sqlite:///{data_dir / 'publisher.db'}"
    if text.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + text.split("://", 1)[1]
    if text.startswith(("sqlite:///", "postgresql+psycopg://")):
        return text
    raise BadInput("PUBLISHER_DATABASE_URL begins with sqlite:/// or postgresql://.")


def _kept_secret(data_dir: Path) -> tuple[str, bool]:
    """The secret key of the data folder, made once, and whether that was now. Exclusive creation: two processes starting at once agree on one."""
    path = data_dir / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip(), False
    except OSError as problem:
        raise BadInput(f"The secret key cannot be kept in {path}: {problem.strerror}.") from problem
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key, True
