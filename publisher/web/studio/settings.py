"""Settings: the hub's name and colour, who letters come from, and what this installation is."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from typing import Any
from urllib.parse import quote

from fastapi.responses import Response
from sqlmodel import col, select

from publisher import clock, colours
from publisher.audience.people import clean_name
from publisher.errors import BadInput, NotFound
from publisher.languages import LANGUAGES
from publisher.library.identifiers import clean_url
from publisher.mail import identities
from publisher.mail.addresses import display, normalise
from publisher.mail.models import Identity
from publisher.staff import accounts
from publisher.web.studio import backups, words
from publisher.web.studio.relays import relay_line
from publisher.web.studio.returns import returns_line
from publisher.web.studio.rooms import rooms_line
from publisher.web.studio.visit import Desk

PATH = "/studio/settings"


def show(desk: Desk) -> Response:
    """GET /studio/settings"""
    hub = identities.hub(desk.session)
    rows = desk.session.exec(select(Identity).order_by(col(Identity.id)))
    blank = {"name": "", "address": "", "reply_to": "", "postal_address": "", "accent": hub.accent}
    values = {
        "name": hub.name,
        "tagline": hub.tagline,
        "accent": hub.accent,
        "website": hub.website,
        "language": hub.default_language,
    }
    members = accounts.every(desk.session)
    invited = sum(member.password_hash is None for member, _ in members)
    staff = words.counted(len(members) - invited, "member").capitalize()
    return desk.show(
        "settings/index.html",
        "settings",
        form=desk.filled(values, PATH),
        language_options=list(LANGUAGES.items()),
        logo=_logo(hub),
        identities=[_identity(desk, row) for row in rows],
        new_identity=desk.filled({**blank, "slug": ""}, f"{PATH}/identities", identity=""),
        relay=relay_line(desk),
        backups=backups.line(desk),
        rooms_text=rooms_line(desk),
        returns_text=returns_line(desk),
        staff_text=staff + (f", {words.counted(invited, 'invitation')} open" if invited else ""),
        version_facts=_facts(desk),
    )


def save(desk: Desk) -> Response:
    """POST /studio/settings: the hub."""
    hub, form = identities.hub(desk.session), desk.form
    if not clean_name(form.one("name")):
        raise BadInput("The hub needs a name.", field="name")
    tagline = clean_name(form.one("tagline"))
    hub.taglines = hub.taglines if tagline == hub.tagline else {}
    hub.name, hub.tagline = clean_name(form.one("name")), tagline
    hub.accent = colours.hexadecimal(form.one("accent"))
    hub.website = _url(form.one("website"), "website") or ""
    if form.one("language") in LANGUAGES:
        hub.default_language = form.one("language")
    desk.session.add(hub)
    desk.note("settings", "Changed the hub.")
    return desk.go(PATH, "Saved.")


def save_identity(desk: Desk) -> Response:
    """POST /studio/settings/identities: identity (number, empty for a new one), name, address, reply_to, postal_address, …"""
    form, number = desk.form, desk.form.one("identity")
    name, address = clean_name(form.one("name")), form.one("address")
    if not name:
        raise BadInput("Readers see a name in their inbox. Give one.", field="name")
    _address(address, "address")
    if number:
        identity = desk.session.get(Identity, int(number)) if number.isdecimal() else None
        if identity is None:
            raise NotFound("There is no such sender.")
    else:
        identity = _new(desk, name, address)
    identity.from_name, identity.from_address = name, display(address)
    identity.reply_to = display(form.one("reply_to")) if _address(form.one("reply_to"), "reply_to") else None
    identity.postal_address = " ".join(form.one("postal_address").split())
    if identity.slug != "hub":
        identity.name, identity.accent = name, colours.hexadecimal(form.one("accent"))
    desk.session.add(identity)
    desk.session.flush()
    desk.note("settings", f"Changed the sender {name}.")
    return desk.go(PATH, "Saved the sender.")


def _new(desk: Desk, name: str, address: str) -> Identity:
    """A further sender. Its domain is given now and kept: Message-IDs and List-Ids are made of it."""
    known = set(desk.session.exec(select(Identity.slug)))
    base = "-".join(part for part in "".join(c if c.isascii() and c.isalnum() else " " for c in name.lower()).split())
    slug = next(s for n in range(1, 1000) if (s := f"{base or 'sender'}{'' if n == 1 else f'-{n}'}") not in known)
    domain = normalise(address).partition("@")[2]
    return Identity(slug=slug, name=name, from_name=name, from_address=address, domain=domain, created_at=desk.now)


def _identity(desk: Desk, row: Identity) -> dict[str, Any]:
    values = {
        "name": row.from_name,
        "address": row.from_address,
        "reply_to": row.reply_to or "",
        "postal_address": row.postal_address,
        "accent": row.accent,
    }
    return {
        "id": row.id,
        "is_hub": row.slug == "hub",
        "name": row.from_name,
        "note": row.from_address + ("" if row.postal_address else " · no postal address yet"),
        "form": desk.filled(values, f"{PATH}/identities", identity=row.id),
        "logo": _logo(row),
    }


def _logo(row: Identity) -> dict[str, Any]:
    """Its logo, small, and where one is chosen; of one that lies elsewhere, where it can be fetched from."""
    lies = f"&url={quote(row.logo_url, safe='')}" if row.logo_url and not row.logo else ""
    return {
        "small": str((row.logo or {}).get("path", "")),
        "width": (row.logo or {}).get("width", 0),
        "height": (row.logo or {}).get("height", 0),
        "choose_url": f"/studio/pictures?for=brand:{row.slug}{lies}",
        "elsewhere": row.logo_url if lies else "",
    }


def _facts(desk: Desk) -> list[tuple[str, str]]:
    settings = desk.house.settings
    try:
        ours = version_of("publisher")
    except PackageNotFoundError:
        ours = "from a checkout"
    return [
        ("Version", ours),
        ("Address", settings.public_url),
        ("Database", "SQLite" if desk.house.database.is_sqlite else "PostgreSQL"),
        ("Time zones", clock.zone_data_version()),
    ]


def _address(text: str, name: str) -> bool:
    """Whether there is an address; `BadInput` beside its field where it is none."""
    if not text:
        if name == "address":
            raise BadInput("Letters need an address to come from.", field=name)
        return False
    try:
        normalise(text)
    except BadInput as problem:
        raise BadInput(str(problem), field=name) from problem
    return True


def _url(text: str, name: str) -> str | None:
    if text and clean_url(text) is None:
        raise BadInput("An address begins with https:// or http://.", field=name)
    return text or None
