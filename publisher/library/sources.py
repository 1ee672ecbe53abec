"""Sources: letting them in, their rhythm and trust, pause and resume, and their health in words."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from publisher.errors import BadInput, Conflict, NotFound
from publisher.house import House
from publisher.languages import normalise
from publisher.library.filling import slug as slug_of
from publisher.library.models import KINDS, Record, Source, SourceRun
from publisher.library.recognising import Preview, Recognised, preview, preview_of, recognise

__all__ = [
    "Preview", "Recognised", "add", "builtin", "by_name", "change", "health", "pause", "preview", "preview_of",
    "recognise", "resume", "runs",
]  # fmt: skip

BUILTIN = {
    "manual": "Entered by hand",
    "file": "Imported files",
    "share": "Shared by partners",
    "episodes": "Our podcasts",
    "webinars": "Our webinars",
}
TRUSTS = ("review", "shelf")
LEAST_MINUTES = 5
LONGEST_MINUTES = 60 * 24 * 31
_RHYTHM = {"feed": 60, "oai-pmh": 60 * 24, "sitemap": 60 * 24, "json": 60 * 6, "csv": 60 * 6}


def add(
    session: Session,
    house: House,
    url: str,
    kind: str = "auto",
    *,
    now: datetime,
    language: str | None = None,
    title: str = "",
    slug: str = "",
    recognised: Recognised | None = None,
    **settings: Any,
) -> Source:
    """Let a source in; its first check is due at once. `settings` as in `change`. `Conflict` where it is there already.

    Without `recognised` the address is fetched first, before the session is used.
    """
    found = recognised or recognise(house, url, kind, now=now)
    if session.exec(select(Source).where(col(Source.url) == found.url, col(Source.kind) == found.kind)).first():
        raise Conflict("This source is in the library already.")
    name = (title.strip() or found.title or urlsplit(found.url).hostname or "source")[:200]
    source = Source(
        slug=_free_slug(session, slug or name),
        kind=found.kind,
        url=found.url,
        title=name,
        language=_language(language) or found.language,
        every_minutes=_RHYTHM[found.kind],
        options=dict(found.options),
        next_check_at=now,
        created_at=now,
    )
    session.add(source)
    change(session, source, **settings)
    return source


def change(session: Session, source: Source, **settings: Any) -> Source:
    """Change settings of a source; `BadInput` names the one that cannot be. Keys: title, language, every_minutes, include,
    exclude, trust, news, options, defaults."""
    checks = {
        "title": lambda v: str(v).strip()[:200] or _bad("A source has a name.", "title"),
        "language": _language,
        "every_minutes": _minutes,
        "include": lambda v: str(v).strip(),
        "exclude": lambda v: str(v).strip(),
        "trust": lambda v: v if v in TRUSTS else _bad("Trust is review or shelf.", "trust"),
        "news": bool,
        "options": dict,
        "defaults": _defaults,
    }
    unknown = settings.keys() - checks.keys()
    if unknown:
        raise BadInput(f"A source has no setting {', '.join(sorted(unknown))}.")
    values = {name: checks[name](value) for name, value in settings.items()}
    words_changed = any(values.get(n, getattr(source, n)) != getattr(source, n) for n in ("include", "exclude"))
    for name, value in values.items():
        setattr(source, name, value)
    session.add(source)
    session.flush()
    if words_changed:
        _judge_again(session, source)
    return source


def by_name(session: Session, name: str | int) -> Source:
    """A source by slug or number; `NotFound` otherwise."""
    key = str(name)
    wanted = col(Source.id) == int(key) if key.isdecimal() and len(key) < 10 else col(Source.slug) == key
    source = session.exec(select(Source).where(wanted)).first()
    if source is None:
        raise NotFound(f"There is no source “{key}”.")
    return source


def builtin(session: Session, slug: str, *, now: datetime) -> Source:
    """One of our own sources (`manual`, `file`, `share`, `episodes`, `webinars`), made the first time it is needed."""
    source = session.exec(select(Source).where(col(Source.slug) == slug)).first()
    if source is None:
        source = Source(
            slug=slug,
            kind="builtin",
            title=BUILTIN[slug],
            trust="review" if slug == "share" else "shelf",
            first_harvest_done=True,
            created_at=now,
        )
        session.add(source)
        session.flush()
    return source


def pause(source: Source) -> None:
    """Stop checking until somebody resumes it."""
    if source.state == "active":
        source.state = "paused"


def resume(source: Source, *, now: datetime) -> None:
    """Check it again from now on, also one that was gone; its next check is due at once."""
    if source.kind == "builtin":
        raise Conflict("Our own sources are never checked.")
    source.state, source.next_check_at, source.failures, source.failing_since = "active", now, 0, None


def health(source: Source, now: datetime) -> str:
    """How a source is, in words for staff: “failing since Tuesday: the certificate has expired”."""
    if source.kind == "builtin":
        return "ours"
    if source.state in ("paused", "proposed"):
        return source.state
    if source.state == "gone":
        return f"gone: {_lower(source.last_error) or 'the address no longer exists'}"
    if source.failing_since is not None:
        return f"failing since {_day(source.failing_since, now)}: {_lower(source.last_error)}"
    if source.last_checked_at is None:
        return "not checked yet"
    if source.last_new_at is None:
        return f"well, checked {_day(source.last_checked_at, now)}; nothing new so far"
    return f"well, checked {_day(source.last_checked_at, now)}; last news {_day(source.last_new_at, now)}"


def runs(session: Session, source: Source, *, limit: int = 20) -> list[SourceRun]:
    """Its last harvests, the newest first."""
    wanted = select(SourceRun).where(col(SourceRun.source_id) == source.id)
    return list(session.exec(wanted.order_by(col(SourceRun.at).desc(), col(SourceRun.id).desc()).limit(limit)))


def _free_slug(session: Session, name: str) -> str:
    base = slug_of(name)[:50].strip("-")
    taken = set(session.exec(select(Source.slug).where(col(Source.slug).startswith(base, autoescape=True))))
    taken |= BUILTIN.keys()
    return next(s for n in range(1, 10_000) if (s := base if n == 1 else f"{base}-{n}") not in taken)


def _judge_again(session: Session, source: Source) -> None:
    """Other words: what was passed over is looked at again, so the next check must bring everything."""
    source.etag = source.last_modified = source.harvested_until = source.cursor = None
    passed_over = select(Record).where(col(Record.source_id) == source.id, col(Record.work_id).is_(None))
    for record in session.exec(passed_over):
        session.delete(record)
    session.flush()


def _language(value: Any) -> str | None:
    if value in (None, ""):
        return None
    return normalise(str(value)) or _bad(f"“{value}” is not a language. Use a code such as fr.", "language")


def _minutes(value: Any) -> int:
    try:
        minutes = int(value)
    except (TypeError, ValueError):
        minutes = 0
    if not LEAST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise BadInput("A source is checked every 5 minutes to every 31 days.", field="every_minutes")
    return minutes


def _defaults(value: Any) -> dict[str, Any]:
    """kind, publisher, subjects (`facet:key`): what its records are where they do not say."""
    defaults = dict(value)
    if unknown := defaults.keys() - {"kind", "publisher", "subjects"}:
        raise BadInput(f"There is no default for {', '.join(sorted(unknown))}.", field="defaults")
    if defaults.get("kind") and defaults["kind"] not in KINDS:
        raise BadInput(f"“{defaults['kind']}” is not a kind of resource.", field="kind")
    return defaults


def _bad(sentence: str, name: str) -> Any:
    raise BadInput(sentence, field=name)


def _day(moment: datetime, now: datetime) -> str:
    days = (now.date() - moment.date()).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    return (
        f"{moment:%A}"
        if days < 7
        else f"{moment.day} {moment:%B}" + ("" if moment.year == now.year else f" {moment.year}")
    )


def _lower(sentence: str) -> str:
    """The sentence as the end of another: names and abbreviations keep their capital."""
    first = sentence.split(" ", 1)[0]
    return (
        sentence[:1].lower() + sentence[1:] if first in ("The", "There", "This", "It", "Where", "A", "An") else sentence
    ).rstrip(".")
