"""A letter about a webinar as somebody will get it, alone in a frame: what is being typed goes to the frame, and is kept nowhere."""

from collections.abc import Mapping
from typing import Any

from fastapi.responses import HTMLResponse, Response

from publisher.audience.models import MailingList
from publisher.web.protection import MAIL_POLICY
from publisher.web.studio.visit import Desk
from publisher.webinars import addresses, letters, written
from publisher.webinars.models import Series, Webinar

LINKS = ("booking", "quiet", "unsubscribe", "register", "preferences", "attended", "join")


def framed(
    desk: Desk,
    kind: str,
    series: Series,
    webinar: Webinar | None,
    said: Mapping[str, Mapping[str, str]],
    language: str,
    *,
    data: Mapping[str, Any] | None = None,
    mailing_list: MailingList | None = None,
) -> Response:
    """The HTML of the mail in one language, with example links; nothing in it runs."""
    edition = letters.compile_for(
        desk.session,
        desk.house,
        kind,
        series,
        webinar,
        language,
        now=desk.now,
        words=written.chosen(said, language, series.language),
        data=data or {},
        mailing_list=mailing_list,
    )
    page = addresses.page(desk.house, webinar) if webinar else addresses.series_page(desk.house, series)
    values = dict.fromkeys((*LINKS, *edition.required), page)
    html = edition.html(to_name="Amina Otieno", values=values, zone=desk.zone)
    return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY, "Cache-Control": "no-store"})
