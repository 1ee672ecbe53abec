"""One visit to a page: the request, a session, the moment and the language, and how it is shown.

`looking` is for GET: its session never commits, so no page can change anything by being read. `changing` commits at the
end. The language of a page is `?lang=`, then what the reader prefers, then what the browser asks for.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session, col, select

from publisher import clock, languages
from publisher.desk.visits import is_machine
from publisher.errors import BadAddress, PublisherError
from publisher.house import House
from publisher.languages import LANGUAGES, negotiate, translator
from publisher.mail.identities import tagline_in
from publisher.mail.models import Identity
from publisher.web.files import version
from publisher.web.public import hearing
from publisher.web.public.webinars.finding import any_webinars
from publisher.web.site import Site, site_of

SPOKEN = tuple(LANGUAGES)


@dataclass(frozen=True)
class Page:
    """One visit. `said`: the language was chosen in the address, so that links on the page keep it."""

    request: Request
    site: Site
    session: Session
    now: datetime
    language: str
    said: bool

    @property
    def house(self) -> House:
        return self.site.house

    def gettext(self, text: str) -> str:
        return translator(self.language).gettext(text)

    def address(self, text: str) -> str:
        """A mail address within a sentence: on a page from right to left isolated (U+2066, U+2069), as its parts would
        change places."""
        return f"\u2066{text}\u2069" if languages.direction(self.language) == "rtl" else text

    def why(self, error: PublisherError) -> str:
        """What went wrong, in the language of the page where it is said to readers, else in English."""
        if isinstance(error, BadAddress):
            return self.gettext("That is not an e-mail address. It looks like name@example.org.")
        return self.gettext(str(error))

    def ngettext(self, singular: str, plural: str, number: int, **values: str) -> str:
        """A sentence with a number in it, `%(number)s`, and perhaps more."""
        words = translator(self.language).ngettext(singular, plural, number)
        return words % {"number": languages.number(number, self.language), **values}

    def preferring(self, *wanted: str) -> "Page":
        """The same visit in the first of these languages that we speak, unless the address names one."""
        if self.said:
            return self
        spoken = (code for language in wanted for code in languages.fallbacks(language)[:-1] or (language,))
        return replace(self, language=next((code for code in spoken if code in LANGUAGES), self.language))

    def link(self, path: str, **query: Any) -> str:
        """An address on this hub; a language that was chosen goes along."""
        pairs = [(name, value) for name, value in query.items() if value not in ("", None, ())]
        if self.said:
            pairs.append(("lang", self.language))
        return f"{path}?{urlencode(pairs, doseq=True)}" if pairs else path

    def show(self, template: str, status: int = 200, telling: Sequence[str] = (), **context: Any) -> HTMLResponse:
        """The finished page. What `_page.html` needs is put in here. `telling`: parts of the query, beside `page`, without
        which it would be another page."""
        frame = self._frame() | self._found_as(("page", *telling), status) | {"status": status}
        html = self.house.templates.render(template, self.language, **(frame | context))
        head = {"Content-Language": self.language, "Vary": "Accept-Language"}
        return HTMLResponse(html, status, head)

    def counts(self, kind: str, countries: Collection[str] = ()) -> None:
        """This visit is one of a person to a page of this `kind` (`desk.visits.KINDS`), unless a program asks, or a browser that
        only reads ahead. Nothing about who asks is kept."""
        headers = self.request.headers
        ahead = "prefetch" in f"{headers.get('sec-purpose', '')} {headers.get('purpose', '')}".lower()
        if ahead or self.request.scope.get("publisher.head") or is_machine(headers.get("user-agent", "")):
            return
        self.site.visits.note(self.house, self.now.date(), kind, countries)

    def go(self, path: str, **query: Any) -> Response:
        """After a form: look at another page, by GET."""
        return RedirectResponse(self.link(path, **query), 303)

    def _frame(self) -> dict[str, Any]:
        path = self.request.url.path
        return {
            "hub": hub_of(self.session, self.language),
            "languages": [self._switch(path, code, name) for code, name in LANGUAGES.items()],
            "nav": self._nav(path),
            "short_pages": self._short_pages(path),
            "carry": f"?lang={self.language}" if self.said else "",
            "version": version(),
            "brand_css": f"/brand.css?v={self._brand_version()}",
        }

    def _found_as(self, telling: Sequence[str], status: int) -> dict[str, Any]:
        """The one address under which search engines keep this page, and its twins in other languages. Each of them has
        itself as its address, so all name each other. None of it where the address is a key, or nothing is to be found."""
        asked = self.request.query_params
        if status != 200 or self.request.method != "GET" or "token" in self.request.path_params or "for" in asked:
            return {"canonical": "", "alternates": []}
        kept = [
            (name, value) for name, value in asked.multi_items() if name in telling and (name, value) != ("page", "1")
        ]
        path = self.request.url.path
        plain = self._absolute(path, kept)
        twins = [(code, self._absolute(path, [*kept, ("lang", code)])) for code in LANGUAGES]
        own = self._absolute(path, [*kept, ("lang", self.language)]) if self.said else plain
        return {
            "canonical": own,
            "alternates": [{"language": code, "url": url} for code, url in [*twins, ("x-default", plain)]],
        }

    def _absolute(self, path: str, pairs: list[tuple[str, str]]) -> str:
        return self.house.settings.url(f"{path}?{urlencode(pairs)}" if pairs else path)

    def _switch(self, path: str, code: str, name: str) -> dict[str, Any]:
        kept = [(k, v) for k, v in self.request.query_params.multi_items() if k != "lang"]
        url = self.house.settings.url(f"{path}?{urlencode([*kept, ('lang', code)])}")
        return {"code": code, "name": name, "url": url, "current": code == self.language}

    def _nav(self, path: str) -> list[dict[str, Any]]:
        _ = self.gettext
        heard = ((_("Podcasts"), "/podcasts"),) if hearing.any_shows(self.session) else ()
        met = ((_("Webinars"), "/webinars"),) if any_webinars(self.session) else ()
        pages = (
            (_("Library"), "/library"),
            (_("Newsletters"), "/newsletters"),
            *heard,
            *met,
            (_("Subscribe"), "/subscribe"),
        )
        return [
            {"label": label, "url": self.link(url), "current": path == url or path.startswith(url + "/")}
            for label, url in pages
        ]

    def _short_pages(self, path: str) -> list[dict[str, Any]]:
        _ = self.gettext
        pages = ((_("About us"), "/about"), (_("Contact"), "/contact"), (_("Privacy"), "/privacy"), (_("Accessibility"), "/accessibility"))  # fmt: skip
        return [{"label": label, "url": self.link(url), "current": path == url} for label, url in pages]

    def _brand_version(self) -> str:
        found = _identity(self.session)
        return found.accent.lstrip("#") if found else ""


@contextmanager
def looking(request: Request) -> Iterator[Page]:
    """A visit that reads."""
    site = site_of(request)
    with site.house.database.reading() as session:
        yield _page(request, site, session)


@contextmanager
def changing(request: Request) -> Iterator[Page]:
    """A visit that changes something; committed at the end, and not at all when anything is raised."""
    site = site_of(request)
    with site.house.database.session() as session:
        yield _page(request, site, session)


def hub_of(session: Session, language: str = languages.SOURCE_LANGUAGE) -> dict[str, Any]:
    """What pages in `language` say of the hub; before it is set up, next to nothing."""
    found = _identity(session)
    if found is None:
        return {
            "name": "Publisher",
            "tagline": "",
            "postal_address": "",
            "logo_url": "",
            "logo_size": {},
            "contact": "",
        }
    return {
        "name": found.name,
        "tagline": tagline_in(found, language),
        "postal_address": found.postal_address,
        "logo_url": str((found.logo or {}).get("path", "")),
        "logo_size": found.logo or {},
        "contact": found.reply_to or found.from_address,
    }


def moment_of(instant: datetime | None, language: str, zone: str = "UTC") -> dict[str, str] | None:
    """A date as the components show it: the day in words, the exact time for those who point at it."""
    if instant is None:
        return None
    there = instant.astimezone(clock.zone(zone))
    return {
        "iso": instant.isoformat(),
        "text": languages.date_in_words(there.date(), language),
        "exact": languages.moment_in_words(instant, zone, language),
    }


def exact_moment(instant: datetime, language: str, zone: str) -> dict[str, str]:
    """As `moment_of`, for what one has to be there for: the time is part of the words."""
    words = languages.moment_in_words(instant, zone, language)
    return {"iso": instant.isoformat(), "text": words, "exact": words}


def chosen_language(request: Request) -> tuple[str, bool]:
    """The language of the page, and whether its address names it."""
    if (asked := request.query_params.get("lang")) in LANGUAGES and asked:
        return asked, True
    return negotiate(request.headers.get("accept-language"), SPOKEN), False


def _page(request: Request, site: Site, session: Session) -> Page:
    language, said = chosen_language(request)
    return Page(request, site, session, site.wall(), language, said)


def _identity(session: Session) -> Identity | None:
    return session.exec(select(Identity).where(col(Identity.slug) == "hub")).first()
