"""`publisher relays`: which server takes our mail. The settings seed the first; from then on they are data."""

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from publisher.cli.options import WHO, AsJson, Limit, Now, moment, noun
from publisher.cli.speaking import details, listing

if TYPE_CHECKING:
    from publisher.mail.models import Relay

NAME = "relays"
app = noun("Which server takes our mail.")


@app.command("list")
def listed(limit: Limit = None, as_json: AsJson = False) -> None:
    """Every relay; passwords are not shown."""
    from sqlmodel import col, select

    from publisher.cli.opening import looking
    from publisher.mail.models import Relay

    with looking() as (_house, session):
        rows = [_row(relay) for relay in session.exec(select(Relay).order_by(col(Relay.id)).limit(limit))]
    listing(rows, as_json, "relay", "title", "default", "state", "per_hour", "per_day", "reason")


@app.command()
def use(
    url: Annotated[str, typer.Argument(metavar="SMTP_URL", help="smtp://user:pass@host:587, or mailbox: for ours.")],
    connections: Annotated[int | None, typer.Option(min=1, max=64, help="At most so many at once.")] = None,
    per_hour: Annotated[int | None, typer.Option(min=0, help="At most so many mails an hour; 0: no limit.")] = None,
    per_day: Annotated[int | None, typer.Option(min=0, help="At most so many mails a day; 0: no limit.")] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Send by this relay from now on."""
    from publisher.cli.opening import acting
    from publisher.mail.identities import MAILBOX, default_relay
    from publisher.mail.smtp import parse_relay_url
    from publisher.staff import trail

    if url != MAILBOX:
        parse_relay_url(url)
    with acting() as (_house, session):
        relay = default_relay(session)
        relay.url, relay.state, relay.reason, relay.paused_until = url, "ok", "", None
        relay.max_connections = connections or relay.max_connections
        relay.per_hour = relay.per_hour if per_hour is None else per_hour or None
        relay.per_day = relay.per_day if per_day is None else per_day or None
        session.add(relay)
        trail.note(session, WHO, f"relay:{relay.slug}", f"mail leaves by {_safe(url)}", moment(now))
        row = _row(relay)
    details(row, as_json)


def _row(relay: "Relay") -> dict[str, Any]:
    return {
        "relay": relay.slug,
        "title": _safe(relay.url),
        "state": relay.state,
        "reason": relay.reason,
        "default": relay.is_default,
        "connections": relay.max_connections,
        "per_hour": relay.per_hour,
        "per_day": relay.per_day,
    }


def _safe(url: str) -> str:
    """The address without user and password."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}" if host else url
