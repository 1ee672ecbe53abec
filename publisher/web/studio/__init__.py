"""The studio: the pages of staff. `router(house)` is all of them, to be included in the application."""

from fastapi import APIRouter

from publisher.house import House
from publisher.web.studio import routes


def router(_house: House | None = None) -> APIRouter:
    """Every staff page. The house comes with each request (`publisher.web.site`)."""
    return routes.router()
