"""One visit to a staff page: who sits at the desk, what they sent, and how the page is drawn.

A handler takes a `Desk` and the parts of its address, and returns an answer. It raises what is wrong as `PublisherError`;
then nothing was changed, and the page the form stood on is drawn again with everything that was typed (`answering`).
"""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup
from sqlmodel import Session, col, select
from starlette.datastructures import UploadFile

from publisher import languages
from publisher.clock import zone as zone_of
from publisher.errors import BadInput, PublisherError
from publisher.house import House
from publisher.mail.identities import MAILBOX
from publisher.mail.models import Relay
from publisher.staff import roles, trail
from publisher.staff.models import Member, StaffSession
from publisher.web.files import version
from publisher.web.forms import Filled, Posted
from publisher.web.page import Page, changing, hub_of

SAID = "publisher_said"
LONGEST_SAID = 400
MEGA = 1_000_000


@dataclass(frozen=True)
class Staff:
    """Who is signed in, by which session."""

    member: Member
    email: str
    session: StaffSession

    @property
    def called(self) -> str:
        return self.member.name or self.email


@dataclass
class Refusal:
    """Why what was sent was not done. `told`: a form on the page has said it."""

    problem: PublisherError
    path: str
    told: bool = False


@dataclass
class Desk:
    """One visit by a member of staff."""

    page: Page
    staff: Staff
    form: Posted
    refusal: Refusal | None = None

    @property
    def session(self) -> Session:
        return self.page.session

    @property
    def house(self) -> House:
        return self.page.house

    @property
    def now(self) -> datetime:
        return self.page.now

    @property
    def zone(self) -> str:
        return self.staff.member.zone

    @property
    def path(self) -> str:
        return self.page.request.url.path

    def asked(self, name: str, default: str = "") -> str:
        """A value of the address, `?name=`."""
        return self.page.request.query_params.get(name, default).strip()

    def may(self, role: str) -> bool:
        return roles.may(self.staff.member, role)

    def note(self, about: str, what: str, **data: Any) -> None:
        """Write on the trail that this member did `what` to `about` (`issue:12`)."""
        trail.note(self.session, self.staff.email, about, what, self.now, data)

    def upload(self, name: str, *, most: int = 50 * MEGA) -> UploadFile | None:
        """The file that came with the form; `BadInput` where it is too large, None where there is none."""
        given = self.form.data.get(name)
        if not isinstance(given, UploadFile) or not given.filename:
            return None
        if (given.size or 0) > most:
            raise BadInput(f"The file is larger than {most // MEGA} MB.", field=name)
        return given

    def filled(
        self, values: Mapping[str, Any], action: str, names: Mapping[str, str] | None = None, **only: Any
    ) -> Filled:
        """A form with these values; where it was sent and refused, what was typed, with the sentence beside the field.

        `action`: where it is sent to; `only`: further values by which one of several such forms is recognised; `names`:
        fields that the room calls otherwise than the page.
        """
        refusal = self.refusal
        if refusal is None or refusal.path != action or any(self.form.one(k) != str(v) for k, v in only.items()):
            return Filled(values)
        refusal.told = True
        typed = Filled({name: self._typed(name, value) for name, value in values.items()})
        sentence = str(refusal.problem)
        if not isinstance(refusal.problem, BadInput):
            return Filled(typed.values, {"": sentence})
        place = refusal.problem.field or ""
        place = (names or {}).get(place, place)
        return Filled(typed.values, {place if place in values else "": sentence})

    def _typed(self, name: str, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return list(self.form.all(name))
        return self.form.ticked(name) if isinstance(value, bool) else self.form.whole(name)

    @contextmanager
    def changing(self) -> Iterator["Desk"]:
        """This visit with a transaction of its own, for handlers that touch the network or plan between two of them."""
        with changing(self.page.request) as page:
            yield replace(self, page=page)

    def moment(self, instant: datetime | None, zone: str = "") -> dict[str, str] | None:
        """A date for a list: its distance while it is near, then the day; the exact time for those who point at it."""
        if instant is None:
            return None
        zone = zone or self.zone
        near = abs((instant - self.now).total_seconds()) < 7 * 86_400
        there = instant.astimezone(zone_of(zone))
        words = languages.relative(instant, self.now, "en") if near else languages.date_in_words(there.date(), "en")
        exact = languages.moment_in_words(instant, zone, "en")
        return {"iso": instant.isoformat(), "text": words, "exact": exact}

    def in_words(self, instant: datetime, zone: str = "") -> str:
        """“Thursday 26 November, 9:00 in Nairobi (in 4 days)”."""
        return languages.moment_for_staff(instant, zone or self.zone, self.now)

    def show(self, template: str, room: str, status: int = 200, **context: Any) -> HTMLResponse:
        """The finished page. What `_studio.html` needs is put in here; call it last, when every form has been filled."""
        html = self.house.templates.render(f"web/studio/{template}", "en", **(self._frame(room) | context))
        answer = HTMLResponse(html, status)
        if SAID in self.page.request.cookies:
            answer.delete_cookie(SAID, path="/studio")
        return answer

    def go(self, path: str, said: str = "", tone: str = "good", undo: str = "") -> Response:
        """After a form: another page, by GET, which says first what happened. `undo`: address that takes it back."""
        answer = RedirectResponse(path, 303)
        if said:
            secure = self.house.settings.public_url.startswith("https:")
            value = _sealed(self.house, {"text": said[:LONGEST_SAID], "tone": tone, "undo_url": undo})
            answer.set_cookie(SAID, value, max_age=60, path="/studio", httponly=True, samesite="lax", secure=secure)
        return answer

    def csrf_field(self) -> Markup:
        return Markup('<input type="hidden" name="csrf" value="{}">').format(self.staff.session.csrf)

    def _frame(self, room: str) -> dict[str, Any]:
        return {
            "hub": hub_of(self.session),
            "room": room,
            "staff": {"name": self.staff.member.name, "email": self.staff.email, "role": self.staff.member.role},
            "can_edit": self.may("editor"),
            "can_own": self.may("owner"),
            "mailbox_in_use": mailbox_in_use(self.session),
            "flash": self._flash(),
            "csrf_field": self.csrf_field,
            "version": version(),
        }

    def _flash(self) -> dict[str, str] | None:
        if self.refusal is not None:
            return None if self.refusal.told else {"text": str(self.refusal.problem), "tone": "bad", "undo_url": ""}
        return _opened(self.house, self.page.request.cookies.get(SAID, ""))


Handler = Callable[..., Response]
"""`handler(desk, **parts of the address)`."""


def mailbox_in_use(session: Session) -> bool:
    """Whether mail goes to the built-in mailbox."""
    return session.exec(select(Relay.url).where(col(Relay.is_default).is_(True))).first() in (MAILBOX, None)


def _sealed(house: House, said: dict[str, str]) -> str:
    """Words for the next page, in a cookie that nobody else can write."""
    text = base64.urlsafe_b64encode(json.dumps(said).encode()).decode("ascii")
    return f"{text}.{house.tokens.keyed_hash('said', text)}"


def _opened(house: House, cookie: str) -> dict[str, str] | None:
    text, _, seal = cookie.rpartition(".")
    if not text or not hmac.compare_digest(seal.encode(), house.tokens.keyed_hash("said", text).encode()):
        return None
    try:
        found: dict[str, str] = json.loads(base64.urlsafe_b64decode(text))
    except (ValueError, binascii.Error):
        return None
    return found
