"""Who letters come from: the hub's own identity and those of its newsletters; seeded once from the settings."""

from datetime import datetime
from email.utils import parseaddr
from typing import Any

from sqlmodel import Session, col, select

from publisher.colours import text_on
from publisher.errors import BadInput
from publisher.languages import fallbacks
from publisher.mail.addresses import normalise
from publisher.mail.letters import HeaderPlan
from publisher.mail.models import Identity, Relay
from publisher.mail.smtp import parse_relay_url
from publisher.settings import Settings

MAILBOX = "mailbox:"


def seed(session: Session, settings: Settings, *, now: datetime, name: str = "Your hub") -> Identity:
    """The hub's identity and the first relay, made once from the settings; from then on they are data."""
    if found := session.exec(select(Identity).where(col(Identity.slug) == "hub")).first():
        return found
    from_name, from_address = parseaddr(settings.mail_from or "")
    domain = settings.public_host if "." in settings.public_host and not settings.is_local else "hub.example.org"
    if from_address:
        domain = normalise(from_address).partition("@")[2]
    identity = Identity(
        slug="hub",
        name=from_name or name,
        from_name=from_name or name,
        from_address=from_address or f"hub@{domain}",
        postal_address=settings.postal_address or "",
        website=settings.public_url,
        domain=domain,
        created_at=now,
    )
    session.add(identity)
    url = settings.smtp_url or MAILBOX
    if url != MAILBOX:
        parse_relay_url(url)  # says so now if it cannot be used
    session.add(Relay(slug="first", url=url, is_default=True, created_at=now))
    session.flush()
    return identity


def hub(session: Session) -> Identity:
    """The hub's own identity; `BadInput` before `publisher init`."""
    found = session.exec(select(Identity).where(col(Identity.slug) == "hub")).first()
    if found is None:
        raise BadInput("This hub has not been set up yet. Run “publisher init” first.")
    return found


def tagline_in(identity: Identity, language: str) -> str:
    """The tagline by the language's fallback chain, ending with the one that was written first."""
    return next((str(text) for code in fallbacks(language) if (text := identity.taglines.get(code))), identity.tagline)


def default_relay(session: Session) -> Relay:
    """The relay that mail leaves by."""
    found = session.exec(select(Relay).where(col(Relay.is_default).is_(True))).first()
    if found is None:
        raise BadInput("This hub has no relay yet. Run “publisher init” first.")
    return found


def brand_of(identity: Identity, settings: Settings) -> dict[str, Any]:
    """What mail templates know of a sender."""
    return {
        "name": identity.name,
        "accent": identity.accent,
        "accent_text": text_on(identity.accent),
        **_logo(identity, settings),
        "postal_address": identity.postal_address,
        "website": identity.website or settings.public_url,
        "privacy_url": settings.url("/privacy"),
    }


def _logo(identity: Identity, settings: Settings) -> dict[str, Any]:
    """By an absolute address of ours: one that lies elsewhere would tell its host who opens our mail."""
    logo = identity.logo
    if not logo:
        return {"logo_url": None}
    return {
        "logo_url": settings.url(str(logo["path"])),
        "logo_width": int(logo["width"]),
        "logo_height": int(logo["height"]),
    }


def personal_plan(identity: Identity) -> HeaderPlan:
    """Headers of a letter to one person who just asked for it (RFC 3834: `auto-generated`)."""
    return HeaderPlan(
        sender_name=identity.from_name,
        sender_address=identity.from_address,
        reply_to=identity.reply_to,
        list_name=None,
        list_id=None,
        feedback_id=None,
        precedence=None,
        auto_submitted="auto-generated",
        unsubscribe=False,
        unsubscribe_mailto=None,
        extra=(),
    )
