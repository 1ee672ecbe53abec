"""Sources of the demo hub, served by itself, so that a visitor sees new resources come in without any network."""

from fastapi import Request
from fastapi.responses import Response

from publisher.errors import NotFound
from publisher.web.answers import conditional
from publisher.web.site import site_of


def demo_source(request: Request, name: str) -> Response:
    """GET /demo/sources/<name>"""
    site = site_of(request)
    found = site.demo_sources(name, dict(request.query_params), site.wall()) if site.demo_sources else None
    if found is None:
        raise NotFound("There is no such source here.")
    status, media_type, body = found
    if status != 200:
        return Response(body, status, media_type=media_type)
    return conditional(request, body, media_type, keep="no-cache")
