"""What pages of webinars say of themselves to search engines: schema.org as JSON-LD, for a date or for all of a series."""

from typing import Any

from markupsafe import Markup

from publisher.web.page import Page
from publisher.web.public.structured import script
from publisher.web.public.webinars.finding import Found
from publisher.webinars import adding, addresses, words
from publisher.webinars.models import Webinar


def event(page: Page, found: Found) -> Markup:
    """One date, or a series with each of its dates."""
    if found.webinar is not None:
        return script(_date(page, found, found.webinar))
    said = words.of_series(found.series, page.language)
    dates = [_date(page, found, one) for one in found.dates]
    whole = {
        "@context": "https://schema.org",
        "@type": "EventSeries",
        "url": addresses.series_page(page.house, found.series),
        "name": said.title,
        "description": said.summary or said.title,
        "startDate": dates[0]["startDate"],
        "endDate": dates[-1]["endDate"],
        "organizer": dates[0]["organizer"],
        "subEvent": [{k: v for k, v in one.items() if k not in ("@context", "superEvent")} for one in dates],
    }
    return script(whole)


def _date(page: Page, found: Found, webinar: Webinar) -> dict[str, Any]:
    media = found.picture(found.series.picture_id)
    image = page.house.settings.url(f"/media/{media.digest}/640.jpg") if media else found.identity.logo_url or ""
    here = tuple(one for one in found.speakers if one.webinar_id in (None, webinar.id))
    return adding.schema_org(
        page.house, found.series, webinar, found.identity, language=page.language, speakers=here, image=image
    )
