"""Every component, live."""

from fastapi.responses import Response

from publisher.web.studio.visit import Desk


def show(desk: Desk) -> Response:
    """GET /studio/design"""
    return desk.show("design.html", "settings")
