"""Sources of the demo hub, served by itself, so that a first harvest needs no network."""

from fastapi import Request
from fastapi.responses import Response

from publisher.errors import NotFound
from publisher.web.answers import conditional
from publisher.web.site import site_of


def demo_source(request: Request, name: str) -> Response:
    """GET /demo/sources/<name>"""
    site = site_of(request)
    found = site.demo_sources(name) if site.demo_sources else None
    if found is None:
        raise NotFound("There is no such source here.")
    return conditional(request, found[0], found[1], keep="no-cache")
