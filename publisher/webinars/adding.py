"""Ways to add a date to a calendar from a page or a mail, and what search engines read of it (schema.org).

Nothing personal is in any of these: they lead to the page of the webinar, never into the room.
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from publisher import clock
from publisher.house import House
from publisher.mail.models import Identity
from publisher.webinars import addresses
from publisher.webinars.models import Series, Speaker, Webinar, WebinarState
from publisher.webinars.words import of_series, of_webinar

_GOOGLE = "https://calendar.google.com/calendar/render?"
_OUTLOOK = "https://outlook.{host}.com/calendar/0/deeplink/compose?"


def google(house: House, series: Series, webinar: Webinar, language: str) -> str:
    """A link that fills Google's form for a new event. In UTC, so that no zone can be read wrongly; short, as it stands in mails."""
    said = of_webinar(series, webinar, language)
    return _GOOGLE + _query(
        action="TEMPLATE",
        text=said.title,
        dates=f"{webinar.starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}/{webinar.ends_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        details=addresses.page(house, webinar),
        location=addresses.page(house, webinar),
    )


def outlook(house: House, series: Series, webinar: Webinar, language: str, *, office: bool = False) -> str:
    """The same for Outlook on the web; `office`: of an organisation, not a person's own."""
    said = of_webinar(series, webinar, language)
    return _OUTLOOK.format(host="office" if office else "live") + _query(
        path="/calendar/action/compose",
        rru="addevent",
        subject=said.title,
        startdt=f"{webinar.starts_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        enddt=f"{webinar.ends_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        body=addresses.page(house, webinar),
        location=addresses.page(house, webinar),
    )


def subscribe(url: str) -> dict[str, str]:
    """Ways to subscribe to a calendar: `webcal` for programs that know it, `google` by its form."""
    webcal = f"webcal://{url.partition('://')[2]}"
    return {
        "https": url,
        "webcal": webcal,
        "google": "https://calendar.google.com/calendar/render?" + _query(cid=webcal),
    }


def schema_org(
    house: House,
    series: Series,
    webinar: Webinar,
    identity: Identity,
    *,
    language: str,
    speakers: tuple[Speaker, ...] = (),
    image: str = "",
    is_full: bool = False,
) -> dict[str, Any]:
    """JSON-LD of one date (schema.org/Event; rows J1 and J2). A date that was called off keeps its start; one that was moved
    says where it was."""
    said, url = of_webinar(series, webinar, language), addresses.page(house, webinar)
    organizer = {"@type": "Organization", "name": identity.name, "url": identity.website or house.settings.public_url}
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "EducationEvent",
        "@id": f"{url}#event",
        "identifier": series.uid,
        "name": said.title,
        "description": said.summary or said.title,
        "url": url,
        "startDate": _local(webinar.starts_at, webinar.zone),
        "endDate": _local(webinar.ends_at, webinar.zone),
        "eventStatus": f"https://schema.org/{_status(webinar)}",
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": url},
        "organizer": organizer,
        "inLanguage": [str(code) for code in dict.fromkeys([*series.spoken, *series.interpreted])] or [said.language],
        "isAccessibleForFree": True,
        "offers": _offer(series, webinar, url, is_full),
    }
    if webinar.moved_from is not None and webinar.state != WebinarState.CANCELLED:
        found["previousStartDate"] = _local(webinar.moved_from, webinar.zone)
    if series.capacity is not None:
        found["maximumVirtualAttendeeCapacity"] = series.capacity
    if series.captions:
        languages = [str(code) for code in series.captions]
        found["workPerformed"] = {
            "@type": "CreativeWork", "name": said.title, "accessibilityFeature": ["captions"], "inLanguage": languages,
        }  # fmt: skip
    if image:
        found["image"] = [image]
    if performers := [{"@type": "Person", "name": one.name} for one in speakers if one.role == "speaker"]:
        found["performer"] = performers
    if not series.is_single:
        whole = {"name": of_series(series, language).title, "url": addresses.series_page(house, series)}
        found["superEvent"] = {"@type": "EventSeries", **whole}
    return found


def _status(webinar: Webinar) -> str:
    if webinar.state == WebinarState.CANCELLED:
        return "EventCancelled"
    return "EventRescheduled" if webinar.moved_from is not None else "EventScheduled"


def _offer(series: Series, webinar: Webinar, url: str, is_full: bool) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "price": 0,
        "priceCurrency": "USD",
        "url": url,
        "availability": f"https://schema.org/{'SoldOut' if is_full else 'InStock'}",
        "validFrom": _local(series.created_at, webinar.zone),
    }


def _local(at: datetime, zone: str) -> str:
    """With the offset that holds there and then, which an online event needs."""
    return at.astimezone(clock.zone(zone)).isoformat(timespec="minutes")


def _query(**values: str) -> str:
    """`%20` for a blank: Outlook shows the plus signs of forms."""
    return urlencode(values, quote_via=quote)
