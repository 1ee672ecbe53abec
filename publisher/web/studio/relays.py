"""How mail leaves: the relay, its limits, a test, and the way back to the built-in mailbox. Passwords are never shown."""

from typing import Any
from urllib.parse import quote

from fastapi.responses import Response
from sqlalchemy import func
from sqlmodel import col, select

from publisher.errors import BadInput, PublisherError
from publisher.languages import moment_in_words
from publisher.mail import addresses
from publisher.mail.identities import MAILBOX, default_relay
from publisher.mail.models import Outbox, OutboxState, Relay
from publisher.mail.post import post
from publisher.mail.relays import allowance
from publisher.mail.smtp import Connection, Timeouts, parse_relay_url
from publisher.web.studio import words
from publisher.web.studio.visit import Desk

PATH = "/studio/settings/relay"
QUICK = Timeouts(connect=10, command=10, body=20, dot=20)
"""Somebody waits before a page, so a test gives up sooner than a sender would."""


def show(desk: Desk) -> Response:
    """GET /studio/settings/relay"""
    relay = default_relay(desk.session)
    built_in = relay.url == MAILBOX
    where = None if built_in else parse_relay_url(relay.url)
    values = {
        "host": where.host if where else "",
        "port": str(where.port) if where else "587",
        "tls": where.tls if where else "starttls",
        "user": (where.user or "") if where else "",
        "password": "",
        "connections": str(relay.max_connections),
        "per_hour": str(relay.per_hour or ""),
        "per_day": str(relay.per_day or ""),
    }
    return desk.show(
        "settings/relay.html",
        "settings",
        relay=relay_line(desk),
        built_in=built_in,
        form=desk.filled(values, PATH, verb="save"),
        test_form=desk.filled({"to": desk.staff.email}, PATH, verb="test"),
        has_password=bool(where and where.password),
        queue_facts=_queue(desk, relay),
    )


def save(desk: Desk) -> Response:
    """POST /studio/settings/relay: verb save|test|builtin|resume. A test touches the network, so it has no transaction."""
    match desk.form.one("verb"):
        case "test":
            return _test(desk)
        case "builtin":
            with desk.changing() as inner:
                _set(inner, default_relay(inner.session), MAILBOX)
                inner.note("settings", "Went back to the built-in mailbox.")
            return desk.go(PATH, "Mail goes to the built-in mailbox from now on.")
        case "resume":
            with desk.changing() as inner:
                _set(inner, default_relay(inner.session), None)
                inner.note("settings", "Tried the relay again.")
            return desk.go(PATH, "It is tried again.")
    with desk.changing() as inner:
        relay = default_relay(inner.session)
        url = _url(desk, relay)
        relay.max_connections = _number(desk, "connections", 1, 64) or 8
        relay.per_hour, relay.per_day = _number(desk, "per_hour", 1), _number(desk, "per_day", 1)
        _set(inner, relay, url)
        inner.note("settings", f"Set the relay {parse_relay_url(url).host}.")
    return desk.go(PATH, "Saved. Send a test letter to be sure.")


def relay_line(desk: Desk) -> dict[str, Any]:
    """How mail leaves, in one line."""
    relay = default_relay(desk.session)
    if relay.url == MAILBOX:
        return {"state": "paused", "state_label": "Built-in mailbox", "text": "Nothing leaves this machine."}
    where = parse_relay_url(relay.url)
    text = f"{where.host}, port {where.port}"
    if relay.state != "ok":
        until = f" Tried again {desk.in_words(relay.paused_until)}." if relay.paused_until else ""
        return {"state": "failing", "state_label": "In trouble", "text": f"{text}. {relay.reason}{until}", "url": PATH}
    return {"state": "ok", "state_label": "In use", "text": text}


def _test(desk: Desk) -> Response:
    """Log in to the relay now, then put a letter into the outbox, so that the whole way is tried."""
    to = desk.form.one("to")
    addresses.normalise(to)
    relay = default_relay(desk.session)
    if relay.url != MAILBOX:
        line = Connection(parse_relay_url(relay.url), ehlo_name=_own_name(desk), timeouts=QUICK)
        try:
            line.open()
        except PublisherError as problem:
            raise BadInput(str(problem)) from problem
        finally:
            line.close()
    with desk.changing() as inner:
        where = "" if relay.url == MAILBOX else parse_relay_url(relay.url).host
        post(
            inner.session,
            desk.house,
            kind="test",
            to=addresses.find_or_make(inner.session, desk.house.tokens, to, now=desk.now),
            language="en",
            context={
                "relay_name": where or "the built-in mailbox",
                "sent_text": moment_in_words(desk.now, desk.zone, "en"),
            },
            occasion=f"test:{where}:{desk.now.isoformat()}",  # which server took it: the next step asks for that
            now=desk.now,
        )
        inner.note("settings", "Sent a test letter.")
    taken = "" if relay.url == MAILBOX else "The relay took the log-in. "
    return desk.go(PATH, f"{taken}A test letter is on its way to {to}.")


def _own_name(desk: Desk) -> str:
    host = desk.house.settings.public_host
    return host if host[0].isalnum() and ":" not in host else "localhost"


def _set(inner: Desk, relay: Relay, url: str | None) -> None:
    """Use it from now on, as one of which no trouble is known. A relay keeps its row, so limits and history stay."""
    if url is not None:
        relay.url = url
    relay.state, relay.reason, relay.paused_until = "ok", "", None
    inner.session.add(relay)


def _url(desk: Desk, relay: Relay) -> str:
    form = desk.form
    host, port, user = form.one("host"), form.one("port"), form.one("user")
    if not host:
        raise BadInput("Name the mail server.", field="host")
    password = form.one("password")
    if user and not password and relay.url != MAILBOX:
        before = parse_relay_url(relay.url)
        same = (before.host, before.user) == (host.lower(), user) or (before.host, before.user) == (host, user)
        password = before.password or "" if same else ""
    if user and not password:
        raise BadInput("This user needs a password.", field="password")
    if port and not port.isdecimal():
        raise BadInput("A port is a number, such as 587.", field="port")
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    bracketed = f"[{host}]" if ":" in host else host
    url = f"smtp://{login}{bracketed}{f':{port}' if port else ''}?tls={form.one('tls', 'starttls')}"
    try:
        parse_relay_url(url)
    except BadInput as problem:
        raise BadInput(str(problem), field="host") from problem
    return url


def _number(desk: Desk, name: str, least: int, most: int = 10_000_000) -> int | None:
    text = desk.form.one(name)
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or not least <= int(text[:12]) <= most:
        raise BadInput(
            f"Write a whole number between {words.figure(least)} and {words.figure(most)}, or nothing.", field=name
        )
    return int(text)


def _queue(desk: Desk, relay: Relay) -> list[tuple[str, str]]:
    waiting = (OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.CLAIMED, OutboxState.IN_FLIGHT)
    rows = desk.session.execute(
        select(Outbox.state, func.count()).where(col(Outbox.state).in_(waiting)).group_by(col(Outbox.state))
    )
    numbers = {state: int(number) for state, number in rows}
    left = allowance(desk.session, relay, desk.now)
    return [
        ("Waiting", words.figure(numbers.get("queued", 0))),
        ("Tried again later", words.figure(numbers.get("deferred", 0))),
        ("On the way", words.figure(numbers.get("claimed", 0) + numbers.get("in_flight", 0))),
        ("May still leave this hour", words.figure(left.bulk) if left.bulk is not None else ""),
    ]
