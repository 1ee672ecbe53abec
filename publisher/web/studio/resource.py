"""One resource: its texts in every language, what it is about, where it came from, and what becomes of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi.responses import Response
from sqlmodel import col, or_, select

from publisher import clock
from publisher.errors import BadInput
from publisher.languages import language_name, zone_city
from publisher.library import editing, files, partners, shelf
from publisher.library.models import ON_THE_SHELF, LookAlike, Record, Share, Source, Work, WorkState, WorkText
from publisher.library.shelf import Shown, shown
from publisher.media.models import MediaFile
from publisher.staff import trail
from publisher.vocabulary.models import EDITABLE_FACETS
from publisher.web.public.items import path_of
from publisher.web.studio import library, pictures, words
from publisher.web.studio.library import PATH
from publisher.web.studio.visit import Desk

NAMES = {"published_on": "published", "pages": "pages_count", "topics": "topic", "link": "link"}
STATES = {
    "new": "Waits for review",
    "approved": "On the shelf",
    "featured": "On the shelf, shown first",
    "rejected": "Rejected",
    "withdrawn": "Withdrawn",
}


def show(desk: Desk, work_id: int) -> Response:
    """GET /studio/library/<id>"""
    found = shelf.work_by_id(desk.session, work_id)
    if found.work.id != work_id:
        return desk.go(f"{PATH}/{found.work.id}", "That one is the same as this, so here it is.", "info")
    here, work = f"{PATH}/{work_id}", found.work
    title, _ = library.title_of(found)
    zone = work.zone or desk.zone
    after = library.next_to_review(desk, work_id) if work.state == WorkState.NEW else None
    return desk.show(
        "library/resource.html",
        "library",
        resource={
            "id": work_id,
            "title": title,
            "state": work.state,
            "state_text": _state_text(desk, work),
            "public_url": path_of(work_id, work.slug) if work.state in ON_THE_SHELF and found.texts else "",
            "note": work.note,
        },
        texts=[_text(desk, here, text, work) for text in found.texts.values()],
        new_text=desk.filled({"language": "", "title": "", "blurb": "", "link": ""}, f"{here}/text", fresh="yes"),
        form=desk.filled(_values(found, zone), here, NAMES),
        zone_text=f"In the time of {zone_city(zone, 'en')}.",
        picture=pictures.chosen(
            desk.session,
            f"resource:{work_id}",
            desk.session.get(MediaFile, work.picture_id) if work.picture_id else None,
        ),
        suggested=_suggested(desk, found),
        lookalikes=_look_alikes(desk, work_id),
        records=_records(desk, work_id),
        shares=_shares(desk, work_id),
        site=_site(desk, work_id),
        history=_history(desk, work_id),
        after=f"{PATH}/{after}" if after else "",
        **_choices(desk, *found.texts, countries=found.keys("country")),
    )


def save(desk: Desk, work_id: int) -> Response:
    """POST /studio/library/<id>: verb save with the form, or approve, feature, reject, withdraw, reopen."""
    verb, here = desk.form.one("verb", "save"), f"{PATH}/{work_id}"
    if verb != "save":
        was_new = desk.session.get_one(Work, work_id).state == WorkState.NEW
        library.settle(desk, verb, [work_id], desk.form.one("note"))
        after = library.next_to_review(desk, work_id) if was_new else None
        where = f"{PATH}/{after}" if after else PATH if was_new else here
        undo = f"{PATH}/reopen?id={work_id}" if was_new else ""
        return desk.go(where, f"{library.VERBS[verb]} “{_title(desk, work_id)}”.", undo=undo)
    form = desk.form
    zone = desk.session.get_one(Work, work_id).zone or desk.zone
    changes: dict[str, Any] = {name: form.one(name) for name in ("kind", "publisher", "authors", "doi", "licence")}
    changes |= {"published_on": form.one("published"), "pages": form.one("pages_count"), "news": form.ticked("news")}
    for name in ("starts_at", "ends_at"):
        changes[name] = clock.parse_instant(form.one(name), zone) if form.one(name) else None
    editing.edit(desk.session, work_id, changes, now=desk.now)
    kept = [s for s in shown(desk.session, [work_id])[0].subjects if s[0] == "region"]
    subjects = [(facet, key) for facet in (*EDITABLE_FACETS, "country") for key in form.all(facet)]
    editing.set_subjects(desk.session, work_id, [*subjects, *((f, k) for f, k, _ in kept)], now=desk.now)
    desk.note(f"resource:{work_id}", "Changed what it says of itself.")
    return desk.go(here, "Saved.")


def write_text(desk: Desk, work_id: int) -> Response:
    """POST /studio/library/<id>/text: language, title, blurb, link; verb save|remove."""
    form, here = desk.form, f"{PATH}/{work_id}"
    code = form.one("language")
    if not code:
        raise BadInput("Choose the language of this text.", field="language")
    named = language_name(code, "en")
    if form.one("verb") == "remove":
        editing.remove_text(desk.session, work_id, code, now=desk.now)
        desk.note(f"resource:{work_id}", f"Removed the {named} text.")
        return desk.go(here, f"Removed the {named} text.")
    editing.edit_text(
        desk.session,
        work_id,
        code,
        title=form.one("title"),
        blurb=form.one("blurb"),
        link=form.one("link"),
        now=desk.now,
    )
    desk.note(f"resource:{work_id}", f"Wrote the {named} text.")
    return desk.go(f"{here}#text-{code}", f"Saved the {named} text.")


def name_sharer(desk: Desk, work_id: int) -> Response:
    """POST /studio/library/<id>/sharer: share (its number), organisation, named."""
    form, here = desk.form, f"{PATH}/{work_id}"
    number = form.one("share")
    share_id = int(number) if number.isascii() and number.isdecimal() and len(number) < 12 else 0
    named = form.ticked("named")
    share = partners.name_as(desk.session, work_id, share_id, form.one("organisation"), named=named)
    said = (
        f"{share.organisation} stands among the partners."
        if named
        else "Whoever shared it is not named among the partners."
    )
    desk.note(f"resource:{work_id}", said)
    return desk.go(here, said)


def new(desk: Desk) -> Response:
    """GET /studio/library/new"""
    blank: dict[str, Any] = dict.fromkeys(
        (
            "title",
            "link",
            "blurb",
            "publisher",
            "authors",
            "licence",
            "doi",
            "published",
            "starts_at",
            "ends_at",
            "pages",
        ),
        "",
    )
    blank |= {"language": "en", "kind": "report", "topics": [], "sectors": [], "audiences": [], "countries": []}
    return desk.show(
        "library/new.html",
        "library",
        form=desk.filled(blank, f"{PATH}/new", {"published_on": "published"}),
        **_choices(desk),
    )


def create(desk: Desk) -> Response:
    """POST /studio/library/new: straight to the shelf, as news."""
    form = desk.form
    one = ("title", "link", "blurb", "language", "kind", "publisher", "authors", "licence", "doi", "pages")
    given: dict[str, Any] = {name: form.one(name) for name in one}
    given |= {name: list(form.all(name)) for name in ("topics", "sectors", "audiences", "countries")}
    given["published_on"] = form.one("published")
    for name in ("starts_at", "ends_at"):
        given[name] = clock.parse_instant(form.one(name), desk.zone) if form.one(name) else None
    work = files.add_manually(desk.session, desk.house, given, now=desk.now, who=desk.staff.called)
    desk.note(f"resource:{work.id}", "Added it by hand.")
    return desk.go(f"{PATH}/{work.id}", "It is on the shelf.")


def _values(found: Shown, zone: str) -> dict[str, Any]:
    work = found.work
    return {
        "kind": work.kind,
        "publisher": work.publisher,
        "authors": "\n".join(work.authors),
        "licence": work.licence,
        "doi": work.doi or "",
        "published": work.published_on.isoformat() if work.published_on else "",
        "starts_at": _local(work.starts_at, zone),
        "ends_at": _local(work.ends_at, zone),
        "pages_count": work.pages or "",
        "news": work.news_since is not None,
        **{facet: list(found.keys(facet)) for facet in (*EDITABLE_FACETS, "country")},
    }


def _local(instant: datetime | None, zone: str) -> str:
    return instant.astimezone(clock.zone(zone)).strftime("%Y-%m-%dT%H:%M") if instant else ""


def _text(desk: Desk, here: str, text: WorkText, work: Work) -> dict[str, Any]:
    values = {"title": text.title, "blurb": text.blurb, "link": text.link}
    return {
        "language": text.language,
        "language_label": language_name(text.language, "en"),
        "original": text.language == work.language,
        "form": desk.filled(values, f"{here}/text", language=text.language, fresh=""),
    }


def _choices(desk: Desk, *languages: str, countries: tuple[str, ...] = ()) -> Mapping[str, Any]:
    return {
        "kinds": words.kinds(),
        "topics": words.vocabulary(desk.session, "topic"),
        "sectors": words.vocabulary(desk.session, "sector"),
        "audiences": words.vocabulary(desk.session, "audience"),
        "countries": words.chosen_first(words.countries(), countries),
        "language_options": words.language_options(*languages),
    }


def _state_text(desk: Desk, work: Work) -> str:
    who = "" if work.reviewed_by.startswith("source:") else work.reviewed_by
    when = work.reviewed_at or work.first_seen
    words_for = STATES.get(work.state, work.state) if work.state in ("new", "approved", "featured") else ""
    moment = desk.moment(when) or {"text": ""}
    parts = (words_for, f"by {who}" if who else "", moment["text"], work.note)
    return ", ".join(part for part in parts if part)


def _suggested(desk: Desk, found: Shown) -> str:
    named = [
        words.place_name(facet, key) if facet in ("country", "region") else key.replace("-", " ")
        for facet, key, suggested in found.subjects
        if suggested
    ]
    return f"Suggested from the text: {', '.join(named)}." if named else ""


def _look_alikes(desk: Desk, work_id: int) -> list[dict[str, Any]]:
    either = or_(col(LookAlike.work_id) == work_id, col(LookAlike.other_id) == work_id)
    pairs = list(desk.session.exec(select(LookAlike).where(col(LookAlike.state) == "open", either)))
    others = {s.work.id: s for s in shown(desk.session, [_other(p, work_id) for p in pairs])}
    return [
        {
            "id": pair.id,
            "title": library.title_of(others[_other(pair, work_id)])[0],
            "url": f"{PATH}/{_other(pair, work_id)}",
            "facts": [f for f in library.facts_of(others[_other(pair, work_id)]) if f],
            "why": f"{pair.reason} ({pair.score} %)",
        }
        for pair in pairs
        if _other(pair, work_id) in others
    ]


def _other(pair: LookAlike, work_id: int) -> int:
    return pair.other_id if pair.work_id == work_id else pair.work_id


def _records(desk: Desk, work_id: int) -> list[dict[str, Any]]:
    rows = desk.session.exec(
        select(Record, Source)
        .join(Source, col(Source.id) == col(Record.source_id))
        .where(col(Record.work_id) == work_id)
    )
    return [
        {"source": source.title, "url": f"{PATH}/sources/{source.slug}", "moment": desk.moment(record.first_seen)}
        for record, source in rows
    ]


def _shares(desk: Desk, work_id: int) -> list[dict[str, Any]]:
    return [
        {"text": ", ".join(part for part in (share.name, share.organisation) if part), "note": share.note, "credit": share.credit, "id": share.id, "naming": share.naming, "organisation": share.organisation, "moment": desk.moment(share.at)}
        for share in desk.session.exec(select(Share).where(col(Share.work_id) == work_id))
    ]  # fmt: skip


def _site(desk: Desk, work_id: int) -> dict[str, str]:
    """The site of what a partner shared, to be read from now on; nothing where it is, or nobody shared this."""
    shared = desk.session.exec(select(Share.id).where(col(Share.work_id) == work_id).limit(1)).first()
    site = partners.site_to_take(desk.session, work_id) if shared else ""
    if not site:
        return {}
    return {"host": urlsplit(site).hostname or "", "url": f"{PATH}/sources/new?{urlencode({'url': site})}"}


def _history(desk: Desk, work_id: int) -> list[dict[str, Any]]:
    lines = trail.of(desk.session, f"resource:{work_id}", limit=20)
    return [{"text": f"{line.what} {line.who}", "moment": desk.moment(line.at)} for line in lines]


def _title(desk: Desk, work_id: int) -> str:
    return library.title_of(shelf.work_by_id(desk.session, work_id))[0]
