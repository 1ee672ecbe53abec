"""The form by which somebody registers: what it asks, what is filled in already, and what comes out of it.

A register link fills it in for a reader and logs nobody in: the page shows a masked address and “Not you?”, and the link's key
goes along with the form. Nothing else of the reader is shown, because the mail may have been forwarded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from publisher.audience import gate
from publisher.errors import BadToken
from publisher.web.forms import Filled, Posted
from publisher.web.page import Page
from publisher.web.public import choices
from publisher.web.public.webinars import finding
from publisher.web.public.webinars.finding import Found
from publisher.web.public.webinars.showing import RECORDED
from publisher.web.public.webinars.when import in_words
from publisher.web.site import client_of
from publisher.webinars import registering, seats, times
from publisher.webinars.models import Webinar
from publisher.webinars.registering import Prefilled
from publisher.webinars.wishes import Wish

_ONE = ("email", "name", "zone", "country", "wants", "reminded_by")
FIELDS = {"email": "email", "name": "name", "zone": "zone", "country": "country", "webinars": "date", "wants": "wants"}


@dataclass(frozen=True)
class Forms:
    """One form on one page. `key`: the reader's key of its address, as far as it is valid; `reader`: whose it is."""

    filled: Filled = field(default_factory=Filled)
    key: str = ""
    reader: Prefilled | None = None

    @classmethod
    def of(cls, page: Page, found: Found) -> "Forms":
        """As the page's address asks for it. A key that is forged, or whose owner is gone, fills nothing in."""
        key, reader = reader_of(page, page.request.query_params.get("for", ""))
        dates = [str(one.id) for one in (found.shown if found.webinar else found.dates)]
        values = {"date": dates, "wants": "coming", "reminded_by": "mail", "email": "", "name": "", "zone": ""}
        return cls(Filled(values), key, reader)

    @classmethod
    def sent(cls, page: Page, form: Posted) -> "Forms":
        """As it came back."""
        key, reader = reader_of(page, form.one("for"))
        values: dict[str, Any] = {name: form.one(name) for name in _ONE} | {"date": form.all("date")}
        values |= {name: form.one(name) for name in form.data if name.startswith("answer-")}
        return cls(Filled(values), key, reader)

    def wrong(self, errors: dict[str, str]) -> "Forms":
        return Forms(Filled(self.filled.values, errors), self.key, self.reader)

    def context(self, page: Page, found: Found) -> dict[str, Any]:
        """What `webinar.html` shows of it. Without a date that is ahead there is nothing to fill in."""
        series = found.series
        ahead = finding.open_dates(page.session, found, page.now)
        left = seats.free(page.session, series, [one.id or 0 for one in ahead])
        here = [one for one in ahead if found.webinar is None or one.id == found.webinar.id]
        return {
            "is_open": bool(here),
            "is_live": any(times.state_of(one, page.now) == "live" for one in here),
            "action": page.link(found.path),
            "form": self.filled,
            "form_token": gate.form_token(page.house.tokens, page.now),
            "key": self.key,
            "masked": page.address(self.reader.masked) if self.reader else "",
            "not_you": page.link(found.path),
            "dates": _dates(page, ahead, left) if not series.is_single and len(ahead) > 1 else [],
            "only_date": ahead[0].id if not series.is_single and len(ahead) == 1 else None,
            "dates_text": _dates_text(page, found, ahead),
            "dates_open": "date" in self.filled.errors,
            "zones": choices.zones(page),
            "countries": [("", "—"), *choices.countries(page)],
            "questions": [_question(one) for one in series.questions],
            "recorded": page.gettext(RECORDED) if series.is_recorded else "",
            "approval": series.needs_approval,
            "is_full": left is not None and bool(here) and not any(left[one.id or 0] for one in here),
            "places_text": _places(page, left, here),
            "is_cohort": series.list_id is not None,
        }


def reader_of(page: Page, token: str) -> tuple[str, Prefilled | None]:
    """The reader that a register link is for, as far as there is one."""
    if not token:
        return "", None
    try:
        reader = registering.prefilled(page.session, page.house, token, now=page.now)
    except BadToken:
        return "", None
    return (token, reader) if reader else ("", None)


def wish_of(page: Page, found: Found, form: Posted, forms: Forms) -> Wish:
    """What the form asks for. Every date that is ahead ticked means every date, also those that are added later."""
    known = {one.id or 0 for one in finding.open_dates(page.session, found, page.now)}
    dates = _chosen(form)
    reader = forms.reader
    return Wish(
        email=form.one("email"),
        reader_key=reader.reader_key if reader else None,
        webinars=None if found.series.is_single or (known and set(dates) >= known) else dates,
        name=form.one("name") or (reader.name if reader and not form.one("email") else ""),
        country=form.one("country") or (reader.country if reader else None),
        language=page.language,
        zone=form.one("zone") or (reader.zone if reader else ""),
        zone_is_guess=form.ticked("zone_guess"),
        answers={name.removeprefix("answer-"): form.one(name) for name in form.data if name.startswith("answer-")},
        wants=form.one("wants", "coming") or "coming",
        reminded_by=form.one("reminded_by", "mail") or "mail",
        ip=client_of(page.request),
        recording_notice=page.gettext(RECORDED) if found.series.is_recorded else "",
    )


def _chosen(form: Posted) -> tuple[int, ...]:
    """The dates that are ticked. One that has passed while the page was open is left out by the room."""
    return tuple(int(one) for one in form.all("date") if one.isascii() and one.isdecimal() and len(one) < 10)


def _dates(page: Page, ahead: Sequence[Webinar], left: dict[int, int] | None) -> list[tuple[str, str, str]]:
    """A date to tick, its time by the organiser's clock, and whether it is full."""
    rows: list[tuple[str, str, str]] = []
    for one in ahead:
        full = page.gettext("Full: a place on the waiting list") if left is not None and not left[one.id or 0] else ""
        hint = " · ".join(part for part in (one.title, full) if part)
        rows.append((str(one.id), in_words(page, one.starts_at, one.zone), hint))
    return rows


def _dates_text(page: Page, found: Found, ahead: Sequence[Webinar]) -> str:
    if found.webinar is not None:
        return page.gettext("This date only")
    return page.ngettext("The one date to come", "All %(number)s dates to come", len(ahead))


def _question(one: Any) -> dict[str, Any]:
    options = [("", "—"), *((str(option), str(option)) for option in one.get("options", []))]
    return {
        "name": f"answer-{one['key']}",
        "label": str(one.get("label", "")),
        "type": "select" if one.get("kind") == "choice" else "textarea",
        "options": options,
        "required": bool(one.get("required")),
    }


def _places(page: Page, left: dict[int, int] | None, here: Sequence[Webinar]) -> str:
    """How many places there are, where that is soon an answer: the fewest of the dates that the page is about."""
    if left is None or not here:
        return ""
    fewest = min(left[one.id or 0] for one in here)
    return page.ngettext("%(number)s place left", "%(number)s places left", fewest) if fewest else ""
