"""What pages load: the static files, and the few lines that carry the brand's colour."""

from fastapi import Request
from fastapi.responses import PlainTextResponse, Response

from publisher import colours
from publisher.errors import NotFound
from publisher.mail.identities import hub
from publisher.mail.models import Identity
from publisher.newsletters import newsletters
from publisher.web.answers import conditional
from publisher.web.files import assets, version
from publisher.web.page import looking
from publisher.web.site import site_of

_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_AN_HOUR = "public, max-age=3600"
#: The ground of our stylesheet on which the accent must be read with the least contrast, by day and by night.
_SHADE, _NIGHT_SHEET = "#f2eee6", "#23201c"


def static(request: Request, name: str) -> Response:
    """GET /static/<name>. With the version in the address it may be kept for ever, else for an hour."""
    asset = assets().get(name)
    if asset is None:
        raise NotFound("There is no such file.")
    keep = _FOR_EVER if request.query_params.get("v") == version() else _FOR_AN_HOUR
    return conditional(request, asset.body, asset.media_type, keep=keep)


def brand(request: Request) -> Response:
    """GET /brand.css: the hub's accent, or a newsletter's, with partners that can be read on it and beside it."""
    with looking(request) as page:
        identity = hub(page.session)
        if slug := request.query_params.get("newsletter"):
            identity = page.session.get_one(Identity, newsletters.by_slug(page.session, slug).identity_id)
        accent = identity.accent
    return conditional(request, brand_css(accent).encode(), "text/css", keep=_FOR_AN_HOUR)


def brand_css(accent: str) -> str:
    """Three properties, each with 4.5:1 on the ground it stands on."""
    day, night = colours.readable(accent, _SHADE), colours.readable(accent, _NIGHT_SHEET)
    return (
        f":root {{ --accent: {colours.hexadecimal(accent)}; --accent-ink: {colours.text_on(accent)}; "
        f"--accent-text: light-dark({day}, {night}); }}\n"
    )


def robots(request: Request) -> Response:
    """GET /robots.txt: what is public may be found; keys and forms lead nowhere. It names the map of the site."""
    closed = (
        "/studio",
        "/mailbox",
        "/preferences",
        "/confirm/",
        "/u/",
        "/undo/",
        "/address/",
        "/c/",
        "/j/",
        "/embed",
        "/podcasts/*/private/",
        "/webinars/confirm/",
        "/webinars/mine",
        "/webinars/speaker/",
        "/webinars/attended/",
        "/webinars/cohort/",
    )
    rules = "".join(f"Disallow: {path}\n" for path in closed)
    return PlainTextResponse(
        f"User-agent: *\n{rules}\nSitemap: {site_of(request).house.settings.url('/sitemap.xml')}\n"
    )
