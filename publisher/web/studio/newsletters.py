"""Newsletters: what goes out again and again, to whom, when, with which sections."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi.responses import Response
from sqlmodel import col, select

from publisher.audience import lists
from publisher.audience.models import MailingList
from publisher.errors import BadInput, NotFound
from publisher.languages import folded, language_name
from publisher.mail.models import Identity
from publisher.newsletters import drafting, issues, newsletters
from publisher.newsletters.models import Issue, Newsletter, Section
from publisher.newsletters.newsletters import Shape, languages_of
from publisher.web.studio import words
from publisher.web.studio.issues import counted, line, readers_of, readers_of_each, url_of
from publisher.web.studio.visit import Desk

PATH = "/studio/newsletters"
NAMES = {"name": "title", "minimum_items": "minimum", "languages": "language", "tagline": "about"}
CADENCES = "In words: “weekly on Tuesday at 8:00”, “monthly on the last Thursday at 9:00”, “every two weeks on Friday at 14:30”."


def index(desk: Desk) -> Response:
    """GET /studio/newsletters"""
    rows = newsletters.all_of(desk.session)
    every = issues.all_of(desk.session)
    shown = _shown(desk, rows, every)
    extra = [i for i in every if i.kind != "regular" and i.state in ("draft", "held", "scheduled")]
    known = counted(desk, extra)
    return desk.show(
        "newsletters/list.html",
        "newsletters",
        state_text=words.counted(len(rows), "newsletter").capitalize() if rows else "",
        newsletters=shown,
        extra=[line(desk, desk.session.get_one(Newsletter, i.newsletter_id), i, known) for i in extra],
    )


def new(desk: Desk) -> Response:
    """GET /studio/newsletters/new"""
    values = {
        "title": "", "slug": "", "about": "", "list": "", "cadence": "monthly on the 1st at 9:00", "zone": desk.zone,
        "release": "by-hand", "minimum": "3", "language": ["en"], "signed": desk.staff.member.name,
    }  # fmt: skip
    form = desk.filled(values, f"{PATH}/new", NAMES)
    about = {
        "slug": "new",
        "title": "",
        "state_text": "It keeps a draft that grows by itself from the library.",
        "public_url": "",
    }
    return desk.show(
        "newsletters/newsletter.html", "newsletters", newsletter=about, form=form, **_choices(desk, form.values)
    )


def create(desk: Desk) -> Response:
    """POST /studio/newsletters/new"""
    slug = desk.form.one("slug") or _slug(desk.form.one("title"))
    newsletter = newsletters.add(desk.session, slug, desk.form.one("list"), _shape(desk, ()), now=desk.now)
    drafting.draft(desk.session, newsletter, now=desk.now)
    desk.note(f"newsletter:{newsletter.slug}", "Made it.")
    return desk.go(f"{PATH}/{newsletter.slug}", "It is made, and its first draft has begun to grow.")


def show(desk: Desk, slug: str) -> Response:
    """GET /studio/newsletters/<slug>"""
    newsletter = newsletters.by_slug(desk.session, slug)
    mailing_list = desk.session.get_one(MailingList, newsletter.list_id)
    here, spoken = f"{PATH}/{slug}", languages_of(newsletter)
    values = {
        "title": newsletter.name,
        "about": newsletter.tagline,
        "cadence": newsletter.cadence,
        "zone": newsletter.zone,
        "release": newsletter.release,
        "minimum": str(newsletter.minimum_items),
        "language": list(spoken),
        "identity": str(newsletter.identity_id),
        "signed": newsletter.signed_by,
    }
    rows = newsletters.sections_of(desk.session, newsletter.id or 0)
    blank = {f"label_{code}": "" for code in spoken} | {"freshness_days": "", "limit": "", "rule": "once"}
    form = desk.filled(values, here, NAMES)
    shown = issues.all_of(desk.session, newsletter)[:20]
    known = counted(desk, shown)
    return desk.show(
        "newsletters/newsletter.html",
        "newsletters",
        newsletter={
            "slug": slug,
            "title": newsletter.name,
            "state_text": _state_text(desk, newsletter, mailing_list),
            "paused": newsletter.state == "paused",
            "public_url": f"/newsletters/{slug}" if mailing_list.kind == "open" else "",
            "list_text": mailing_list.name,
        },
        form=form,
        issues=[line(desk, newsletter, issue, known) for issue in shown],
        sections=[_section(desk, here, section, spoken) for section in rows],
        blank_section=desk.filled({**blank, "kind": [], "topic": [], "country": []}, f"{here}/sections", section=""),
        section_languages=[(code, language_name(code, "en")) for code in spoken],
        kinds=words.kinds(),
        topics=words.vocabulary(desk.session, "topic"),
        countries=words.countries(),
        **_choices(desk, form.values),
    )


def save(desk: Desk, slug: str) -> Response:
    """POST /studio/newsletters/<slug>: verb save|pause|resume."""
    newsletter, verb = newsletters.by_slug(desk.session, slug), desk.form.one("verb", "save")
    if verb in ("pause", "resume"):
        newsletter.state = "paused" if verb == "pause" else "active"
        desk.session.add(newsletter)
        said = "Paused: no draft grows, nothing goes out." if verb == "pause" else "It goes on."
        desk.note(f"newsletter:{slug}", said)
        return desk.go(f"{PATH}/{slug}", said)
    newsletters.edit(desk.session, newsletter, _shape(desk, languages_of(newsletter)), now=desk.now)
    identity = desk.form.one("identity")
    if identity.isdecimal() and desk.session.get(Identity, int(identity)) is not None:
        newsletter.identity_id = int(identity)
    desk.note(f"newsletter:{slug}", "Changed its settings.")
    return desk.go(f"{PATH}/{slug}", "Saved.")


def save_section(desk: Desk, slug: str) -> Response:
    """POST /studio/newsletters/<slug>/sections: section (its key, empty for a new one); verb save|up|down|remove."""
    newsletter = newsletters.by_slug(desk.session, slug)
    form, key, verb = desk.form, desk.form.one("section"), desk.form.one("verb", "save")
    where = f"{PATH}/{slug}#sections"
    if verb in ("up", "down"):
        _move(desk, newsletter, key, -1 if verb == "up" else 1)
        desk.note(f"newsletter:{slug}", f"Moved the section {key} {verb}.")
        return desk.go(where)
    if verb == "remove":
        newsletters.remove_section(desk.session, newsletter, key)
        desk.note(f"newsletter:{slug}", f"Removed the section {key}.")
        return desk.go(where, "Removed the section.")
    titles = {code: form.one(f"label_{code}") for code in languages_of(newsletter) if form.one(f"label_{code}")}
    if not titles:
        raise BadInput(
            "Give the section a label in one language at least.", field=f"label_{languages_of(newsletter)[0]}"
        )
    newsletters.put_section(
        desk.session,
        newsletter,
        key or _slug(next(iter(titles.values()))) or "section",
        titles=titles,
        mode="until" if form.one("rule") == "until" else "once",
        kinds=",".join(form.all("kind")),
        topics=",".join(form.all("topic")),
        countries=",".join(form.all("country")),
        fresh_days=_whole(form.one("freshness_days"), "freshness_days"),
        limit=_whole(form.one("limit"), "limit"),
    )
    desk.note(f"newsletter:{slug}", "Shaped a section.")
    return desk.go(where, "Saved the section.")


def draft(desk: Desk, slug: str) -> Response:
    """POST /studio/newsletters/<slug>/draft: the next issue, begun now if none grows."""
    newsletter = newsletters.by_slug(desk.session, slug)
    issue = drafting.draft(desk.session, newsletter, now=desk.now)
    desk.note(f"issue:{issue.id}", "Looked for what is new.")
    return desk.go(url_of(newsletter, issue))


def _shown(desk: Desk, rows: list[Newsletter], every: list[Issue]) -> list[dict[str, Any]]:
    """Each newsletter with the issues that matter now; what their lines tell is asked for once."""
    of_each = {row.id: _telling([i for i in every if i.newsletter_id == row.id]) for row in rows}
    known = counted(desk, [issue for found in of_each.values() for issue in found])
    readers = readers_of_each(desk, (row.list_id for row in rows))
    return [
        {
            "title": row.name,
            "url": f"{PATH}/{row.slug}",
            "facts": [
                row.cadence[:1].upper() + row.cadence[1:],
                words.counted(readers[row.list_id], "reader"),
                "by hand" if row.release == "by-hand" else "by itself",
                "paused" if row.state == "paused" else "",
            ],
            "lines": [line(desk, row, issue, known) for issue in of_each[row.id]],
        }
        for row in rows
    ]


def _telling(rows: list[Issue]) -> list[Issue]:
    """Of a newsletter's issues, the newest first: the one that is held, the one that grows, the last that went out."""
    current = next((i for i in rows if drafting.grows(i)), None)
    last = next((i for i in rows if i.state in ("sending", "paused", "sent")), None)
    held = next((i for i in rows if i.state == "held" and i.held_for != "thin" and i is not current), None)
    return [issue for issue in (held, current, last) if issue is not None]


def _state_text(desk: Desk, newsletter: Newsletter, mailing_list: MailingList) -> str:
    readers = words.counted(readers_of(desk, newsletter.list_id), "reader")
    if newsletter.state == "paused":
        return f"Paused. {readers} on {mailing_list.name}"
    due = f"Next {desk.in_words(newsletter.next_at, newsletter.zone)}" if newsletter.next_at else "No next time"
    return f"{due}, to {readers}"


def _choices(desk: Desk, values: Mapping[str, Any]) -> dict[str, Any]:
    rows = desk.session.exec(select(Identity).order_by(col(Identity.id)))
    present = values.get("language", ())
    return {
        "lists": [(row.slug, row.name) for row in lists.every(desk.session)],
        "zones": words.zones(),
        "cadences_hint": CADENCES,
        "identities": [(str(row.id), f"{row.from_name} <{row.from_address}>") for row in rows],
        "language_options": words.language_options(*present),
    }


def _section(desk: Desk, here: str, section: Section, spoken: tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {f"label_{code}": section.titles.get(code, "") for code in spoken}
    values |= {
        "freshness_days": section.fresh_days or "",
        "limit": section.limit or "",
        "rule": section.mode,
        "kind": _parts(section.kinds),
        "topic": _parts(section.topics),
        "country": _parts(section.countries),
    }
    about = [
        "until its date" if section.mode == "until" else "once",
        ", ".join(words.kind_label(kind).lower() for kind in _parts(section.kinds)[:4]) or "every kind",
        words.country_names(_parts(section.countries), 2),
        f"{section.limit} at most" if section.limit else "",
    ]
    return {
        "id": section.key,
        "label": section.titles.get("en") or next(iter(section.titles.values()), section.key),
        "note": " · ".join(part for part in about if part),
        "countries": words.chosen_first(words.countries(), values["country"]),
        "form": desk.filled(values, f"{here}/sections", {"key": "label_en"}, section=section.key),
    }


def _shape(desk: Desk, before: tuple[str, ...]) -> Shape:
    """What the form says. The order of languages is kept, new ones come last."""
    form = desk.form
    ticked = form.all("language")
    ordered = [code for code in before if code in ticked] + [code for code in ticked if code not in before]
    return Shape(
        name=form.one("title"),
        cadence=form.one("cadence"),
        zone=form.one("zone", "UTC"),
        release=form.one("release", "by-hand"),
        minimum_items=_whole(form.one("minimum"), "minimum") or 0,
        languages=tuple(ordered),
        tagline=form.one("about"),
        signed_by=form.one("signed"),
    )


def _move(desk: Desk, newsletter: Newsletter, key: str, steps: int) -> None:
    keys = [section.key for section in newsletters.sections_of(desk.session, newsletter.id or 0)]
    if key not in keys:
        raise NotFound("There is no such section.")
    place = keys.index(key)
    keys.insert(max(0, place + steps), keys.pop(place))
    for position, each in enumerate(keys):
        newsletters.put_section(desk.session, newsletter, each, position=position)


def _whole(text: str, name: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 5:
        raise BadInput("Write a whole number, or nothing.", field=name)
    return int(text)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", folded(text)).strip("-")[:40].strip("-")
