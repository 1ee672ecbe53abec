"""Sources: a list with its health in words, a new one with a preview before it is let in, and the settings of each."""

from typing import Any

from fastapi.responses import Response
from sqlalchemy import delete, func
from sqlmodel import col, select

from publisher.errors import BadInput, Conflict
from publisher.library import harvesting, sources
from publisher.library.models import Record, Source, SourceRun
from publisher.library.sources import Preview
from publisher.web.forms import Filled
from publisher.web.studio import words
from publisher.web.studio.visit import Desk

PATH = "/studio/library/sources"
KINDS = [
    ("auto", "Find out"),
    ("feed", "Feed (RSS, Atom, JSON Feed)"),
    ("oai-pmh", "Repository (OAI-PMH)"),
    ("sitemap", "Site map"),
    ("json", "JSON file"),
    ("csv", "CSV file"),
]
RHYTHMS = [
    ("15", "every quarter of an hour"),
    ("60", "every hour"),
    ("360", "four times a day"),
    ("1440", "every day"),
    ("10080", "every week"),
]
TRUSTS = [
    ("review", "Waits for review", "A person looks at everything first."),
    ("shelf", "Goes straight to the shelf", "For sources you trust as you trust yourselves."),
]
QUICK = ("feed", "json", "csv")
"""Kinds that are looked at in the request; repositories and sites take long, so the timetable does it."""


def index(desk: Desk) -> Response:
    """GET /studio/library/sources"""
    found = list(desk.session.exec(select(Source).order_by(func.lower(Source.title), col(Source.id))))
    counts = _counts(desk)
    trouble = sum(_health_state(source) in ("failing", "gone") for source in found)
    needs = f", {words.figure(trouble)} {'needs' if trouble == 1 else 'need'} a look" if trouble else ""
    rows = [
        {
            "url": f"{PATH}/{source.slug}",
            "title": source.title,
            "facts": [_kind(source), words.counted(counts.get(source.id or 0, 0), "record")],
            "health_state": _health_state(source),
            "health_text": _capital(sources.health(source, desk.now)),
            "moment": desk.moment(source.last_checked_at),
        }
        for source in sorted(found, key=lambda s: _health_state(s) not in ("failing", "gone"))
    ]
    text = f"{words.counted(len(found), 'source')}{needs}"
    return desk.show("library/sources.html", "library", state_text=_capital(text), sources=rows)


def new(desk: Desk, preview: Preview | None = None) -> Response:
    """GET /studio/library/sources/new"""
    blank = {
        "url": desk.asked("url")[:2000],
        "kind": "auto",
        "title": "",
        "language": "",
        "rhythm": "60",
        "include": "",
        "exclude": "",
    }
    form = desk.filled({**blank, "trust": "review", "news": True}, f"{PATH}/new")
    if preview is not None:
        rhythm = {"feed": "60", "json": "360", "csv": "360"}.get(preview.kind, "1440")
        typed = {
            name: desk.form.one(name) for name in ("title", "language", "include", "exclude") if desk.form.one(name)
        }
        found = {"url": preview.url, "kind": preview.kind, "title": preview.title, "rhythm": rhythm}
        form = Filled({**form.values, **found, **typed})
    source = {"id": "new", "title": "", "state_text": "You see what it would bring before it is let in."}
    return _page(desk, source, form, preview)


def create(desk: Desk) -> Response:
    """POST /studio/library/sources/new: verb preview shows what is there, verb add lets it in. Touches the network."""
    url, kind = desk.form.one("url"), desk.form.one("kind", "auto")
    if not url:
        raise BadInput("Give the address of a feed, a repository, a site or a file.", field="url")
    found = sources.recognise(desk.house, url, kind, now=desk.now)
    if desk.form.one("verb") != "add":
        return new(desk, sources.preview_of(desk.house, found, now=desk.now))
    with desk.changing() as inner:
        source = sources.add(inner.session, desk.house, url, kind, now=desk.now, recognised=found, **_settings(desk))
        inner.note(f"source:{source.slug}", "Let it in.")
        slug, source_id = source.slug, source.id or 0
    return desk.go(f"{PATH}/{slug}", _look(desk, source_id, found.kind))


def show(desk: Desk, slug: str) -> Response:
    """GET /studio/library/sources/<slug>"""
    source = sources.by_name(desk.session, slug)
    values = {
        "url": source.url or "",
        "kind": source.kind,
        "title": source.title,
        "language": source.language or "",
        "rhythm": str(source.every_minutes),
        "include": _commas(source.include),
        "exclude": _commas(source.exclude),
        "trust": source.trust,
        "news": source.news,
    }
    number = _counts(desk).get(source.id or 0, 0)
    shown = {
        "id": source.slug,
        "title": source.title,
        "state_text": f"{_kind(source)}, {words.counted(number, 'record')}",
        "health_state": _health_state(source),
        "health_text": _capital(sources.health(source, desk.now)),
        "state": source.state,
        "builtin": source.kind == "builtin",
        "remove_text": "" if number else "It has brought nothing yet, so nothing is lost with it.",
    }
    return _page(desk, shown, desk.filled(values, f"{PATH}/{slug}"), None, sources.runs(desk.session, source))


def save(desk: Desk, slug: str) -> Response:
    """POST /studio/library/sources/<slug>: verb save|harvest|stop|resume|remove."""
    match desk.form.one("verb"):
        case "harvest":
            with desk.changing() as inner:
                source = sources.by_name(inner.session, slug)
                if source.state in ("paused", "gone"):
                    sources.resume(source, now=desk.now)
                source_id, kind = source.id or 0, source.kind
                inner.note(f"source:{slug}", "Looked at it.")
            return desk.go(f"{PATH}/{slug}", _look(desk, source_id, kind))
        case "stop":
            return _done(desk, slug, "Stopped looking.", lambda inner, source: sources.pause(source))
        case "resume":
            said = "It is looked at again."
            return _done(desk, slug, said, lambda inner, source: sources.resume(source, now=desk.now))
        case "remove":
            _done(desk, slug, "Removed it.", _remove)
            return desk.go(PATH, "Removed.")
    return _done(desk, slug, "Saved.", lambda inner, source: sources.change(inner.session, source, **_settings(desk)))


def _done(desk: Desk, slug: str, said: str, deed: Any) -> Response:
    with desk.changing() as inner:
        source = sources.by_name(inner.session, slug)
        deed(inner, source)
        inner.note(f"source:{slug}", said if said != "Saved." else "Changed its settings.")
    return desk.go(f"{PATH}/{slug}", said)


def _remove(desk: Desk, source: Source) -> None:
    """Only one that brought nothing: what came from a source names it for ever."""
    if number := _counts(desk).get(source.id or 0, 0):
        kept = words.counted(number, "record")
        raise Conflict(f"It has brought {kept}, which say where they came from. Stop looking instead.")
    desk.session.execute(delete(SourceRun).where(col(SourceRun.source_id) == source.id))
    desk.session.delete(source)


def _look(desk: Desk, source_id: int, kind: str) -> str:
    """Look at a source at once where that is quick; else the timetable does it within a minute. What came, in words."""
    if kind not in QUICK:
        with desk.changing() as inner:
            inner.session.get_one(Source, source_id).next_check_at = desk.now
        return "It is read in the background, from the next minute on. This page shows what comes."
    result = next(iter(harvesting.check(desk.house, [source_id], desk.now)), None)
    if result is None or result.error:
        return f"It could not be read: {result.error if result else 'it has gone.'}"
    return f"Read it: {words.counted(result.new, 'new resource')}, {words.figure(result.updated)} changed."


def _page(desk: Desk, source: dict[str, Any], form: Filled, preview: Preview | None, runs: Any = ()) -> Response:
    return desk.show(
        "library/source.html",
        "library",
        source={"health_state": "", "health_text": "", "state": "", "builtin": False, "remove_text": "", **source},
        form=form,
        kinds=KINDS,
        rhythms=_rhythms(str(form.values["rhythm"])),
        trusts=TRUSTS,
        language_options=words.language_options(str(form.values["language"]), empty="it says itself"),
        preview=_preview(preview) if preview else None,
        harvests=[{"moment": desk.moment(run.at), "text": _run(run), "state": run.status} for run in runs],
    )


def _preview(preview: Preview) -> dict[str, Any]:
    kind = dict(KINDS).get(preview.kind, preview.kind)
    warning = (
        ""
        if not preview.problems
        else f"{words.counted(len(preview.problems), 'thing')} could not be read: {preview.problems[0]}"
    )
    if not preview.records:
        warning = "There is nothing in it at this moment."
    return {
        "sentence": _capital(preview.in_words()) + ".",
        "kind_text": kind,
        "first": [{"title": title, "facts": []} for title in preview.samples],
        "warning": warning,
    }


def _settings(desk: Desk) -> dict[str, Any]:
    form = desk.form
    rhythm = form.one("rhythm", "60")
    return {
        "title": form.one("title"),
        "language": form.one("language") or None,
        "every_minutes": int(rhythm) if rhythm.isdecimal() else 60,
        "include": _lines(form.one("include")),
        "exclude": _lines(form.one("exclude")),
        "trust": form.one("trust", "review"),
        "news": form.ticked("news"),
    }


def _counts(desk: Desk) -> dict[int, int]:
    rows = desk.session.exec(select(Record.source_id, func.count()).group_by(col(Record.source_id)))
    return dict(iter(rows))


def _health_state(source: Source) -> str:
    if source.kind == "builtin" or (source.state == "active" and source.last_checked_at is None):
        return "quiet"
    if source.state != "active":
        return source.state
    return "failing" if source.failing_since else "ok"


def _kind(source: Source) -> str:
    return {"builtin": "Ours"}.get(source.kind) or dict(KINDS).get(source.kind, source.kind)


def _rhythms(present: str) -> words.Options:
    known = dict(RHYTHMS)
    return RHYTHMS if present in known else [*RHYTHMS, (present, f"every {present} minutes")]


def _run(run: SourceRun) -> str:
    if run.error:
        return run.error
    if run.status == "unchanged":
        return "Nothing new."
    return f"{words.figure(run.new)} new, {words.figure(run.updated)} changed, {words.figure(run.deleted)} withdrawn."


def _commas(text: str) -> str:
    return ", ".join(line for line in text.splitlines() if line.strip())


def _lines(text: str) -> str:
    return "\n".join(part.strip() for part in text.replace("\n", ",").split(",") if part.strip())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
