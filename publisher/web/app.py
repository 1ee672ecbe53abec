"""The application: the table of routes, the door in front of it, and what happens when something fails."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute
from starlette.routing import Route as PlainRoute
from starlette.types import ASGIApp

from publisher import clock
from publisher.desk.visits import Visits
from publisher.house import House
from publisher.web.door import Door
from publisher.web.front import Front
from publisher.web.hot import OneClick
from publisher.web.refusals import add_refusals
from publisher.web.routes import ROUTES, Route
from publisher.web.site import DemoSources, Site
from publisher.web.studio import routes as studio

SMALLEST_COMPRESSED = 600


def make_app(
    house: House,
    *,
    wall: Callable[[], datetime] = clock.now,
    bind_is_loopback: bool = False,
    demo_sources: DemoSources | None = None,
    visits: Visits | None = None,
) -> ASGIApp:
    """The whole web of one hub, as an ASGI application.

    `bind_is_loopback`: only this machine can reach the socket it listens on. `demo_sources`: what /demo/sources/ serves.
    `visits`: where visits are counted.
    """
    app = FastAPI(
        title="Publisher",
        version="1",
        description="Read the library and the issues, propose a resource, subscribe an address.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.site = Site(house, wall, wall(), bind_is_loopback, demo_sources, visits=visits or Visits())
    app.router.routes.extend(_table())
    add_refusals(app)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_COMPRESSED)
    hot = [(route.path, route.answer, route.is_open) for route in ROUTES if route.hot]
    return Door(OneClick(Front(app, app.state.site, hot), app.state.site), house.settings)


@cache
def _table() -> tuple[BaseRoute, ...]:
    """All routes but the hot ones. They know no hub: reading the signatures of all handlers, which takes longest, is done once."""
    made = APIRouter(dependencies=[Depends(_let_in)], redirect_slashes=False)
    for route in ROUTES:
        if not route.hot:
            _add(made, route)
    studio.add_to(made)
    return tuple(made.routes)


def _let_in(request: Request) -> None:
    """What the door refused is answered here, where a page can say so."""
    if refused := request.scope.get("publisher.refused"):
        raise HTTPException(403, refused)


def _add(router: APIRouter, route: Route) -> None:
    if route.plain:
        router.routes.append(PlainRoute(route.path, route.answer, methods=[route.method]))
        return
    described: dict[str, Any] = dict(route.described or {})
    router.add_api_route(
        route.path,
        route.answer,
        methods=[route.method],
        include_in_schema=route.described is not None,
        summary=route.meaning if route.described is not None else None,
        response_model=described.pop("response_model", None),
        **described,
    )
