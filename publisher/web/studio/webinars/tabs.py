"""The parts of a series as tabs: the same on every page of it."""

from typing import Any

from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars.finding import series_url
from publisher.webinars.models import Series


def tabs_of(desk: Desk, series: Series, current: str, *, registered: int | None = None) -> list[dict[str, Any]]:
    """`current`: dates | registrations | message | announce | settings. `registered`: how many, where the page knows it."""
    here = series_url(series)
    pages = [
        ("dates", "The date" if series.is_single else "Dates", here),
        ("registrations", "Registrations", f"{here}/registrations"),
    ]
    if desk.may("editor"):
        pages += [("announce", "Announce", f"{here}/announce"), ("message", "Message", f"{here}/message")]
    pages.append(("settings", "Settings", f"{here}/settings"))
    counts = {"registrations": words.figure(registered) if registered else ""}
    return [
        {"label": label, "url": url, "current": key == current, "count_text": counts.get(key, "")}
        for key, label, url in pages
    ]
