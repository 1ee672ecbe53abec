"""What one reader's mail costs: the join of a compiled letter, beside Jinja2 and `EmailMessage` making the same mail."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import jinja2

from publisher.mail.letters import Edition, HeaderPlan, compile_letter
from publisher.templating import Templates

ITEMS, KB = 12, 60
SENT = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
VALUES = {
    "unsubscribe": "https://exchange.example/u/QmF5ZXM3YzJkZTgxNDQ5ZjBhM2I2",
    "preferences": "https://exchange.example/preferences/QmF5ZXM3YzJkZTgxNDQ5ZjBhM2I2",
    "browser": "https://exchange.example/issues/12/QmF5ZXM3YzJkZTgx",
}


def measure(rounds: int = 3) -> dict[str, float]:
    """CPU microseconds for one mail of some 60 kB HTML with 12 blocks, the medians of `rounds` interleaved rounds.

    `ours_us`, `jinja_email_us`, `ratio` (theirs by ours; the promise is 50 or more), `html_bytes`, `wire_bytes`,
    `compile_ms` (once per letter and language).
    """
    started = time.process_time()
    edition = sixty_kilobytes()
    compiling = time.process_time() - started
    selection = [(key, "place") for key in edition.block_keys]
    theirs = jinja_and_email(edition, selection)
    readers = [(f"Amina Otieno {n}", f"amina.{n}@readers.example") for n in range(400)]

    def ours(n: int) -> bytes:
        name, address = readers[n % 400]
        return edition.assemble(
            to_name=name,
            to_address=address,
            message_id=f"i12.{n}.5f2c9a77d1@exchange.example",
            date=SENT,
            values=VALUES,
            selection=selection,
            zone="Africa/Nairobi",
        )

    fast, slow = [], []
    for _ in range(rounds):
        fast.append(_cost(ours, 2000))
        slow.append(_cost(theirs, 40))
    ours_us, theirs_us = sorted(fast)[rounds // 2], sorted(slow)[rounds // 2]
    return {
        "ours_us": round(ours_us, 1),
        "jinja_email_us": round(theirs_us, 1),
        "ratio": round(theirs_us / ours_us, 1),
        "html_bytes": edition.html_bytes,
        "wire_bytes": len(ours(0)),
        "compile_ms": round(compiling * 1000, 1),
    }


def sixty_kilobytes() -> Edition:
    """A letter as the shipped templates make it, with blurbs as long as it takes to reach 60 kB of HTML."""
    templates = Templates()
    plan = HeaderPlan(
        "Early Years Exchange",
        "digest@exchange.example",
        list_name="Early Years Digest",
        list_id="digest.exchange.example",
        feedback_id="i12:digest:issue:exchange1",
        precedence="bulk",
        unsubscribe=True,
    )
    short = compile_letter(templates, "issue", "en", _context(0), plan)
    sentences = (KB * 1024 - short.html_bytes) // ITEMS // len(_SENTENCE.encode()) + 1
    return compile_letter(templates, "issue", "en", _context(sentences), plan)


_SENTENCE = "Les équipes ont comparé les coûts d’une année entière, région par région. "


def _context(sentences: int) -> dict[str, Any]:
    items = [
        {
            "key": f"work-{n}",
            "title": f"What {n + 2} counties kept paying for",
            "url": f"https://exchange.example/r/{n}",
            "kind_label": "Country brief",
            "countries_text": "Kenya",
            "language_label": "English",
            "blurb": _SENTENCE * sentences,
            "publisher": "County Health Observatory",
            "pages_text": "11 pages",
            "starts_at": SENT if n == 0 else None,
        }
        for n in range(ITEMS)
    ]
    return {
        "brand": {
            "name": "Early Years Exchange",
            "accent": "#1f6f54",
            "postal_address": "12 Ngong Road, Nairobi, Kenya",
            "website": "https://exchange.example/",
        },
        "newsletter": {"name": "Early Years Digest", "url": "https://exchange.example/newsletters/digest"},
        "issue": {
            "title": "What twelve countries learned",
            "number": 12,
            "date_text": "26 November 2026",
            "url": "https://exchange.example/issues/12",
        },
        "signed_by": "Amina Otieno, editor",
        "sections": [{"key": "new", "title": "New studies", "items": items}],
        "reasons": {"place": "Because you follow: Kenya"},
        "rich": {"opening": "Three teams published what **did not** work."},
        "subscribe_url": "https://exchange.example/subscribe",
    }


def jinja_and_email(edition: Edition, selection: list[tuple[str, str]]) -> Callable[[int], bytes]:
    """The usual way: the same finished bodies as Jinja2 templates with the reader's values, put into an EmailMessage."""
    names = {**VALUES, "name": "NAME-OF-READER"}
    environment = jinja2.Environment(autoescape=True)

    def template(body: str) -> jinja2.Template:
        for key, value in names.items():
            body = body.replace(value, "{{ " + key + " }}")
        return environment.from_string(body)

    arguments: Any = {"to_name": names["name"], "values": VALUES, "selection": selection, "zone": "Africa/Nairobi"}
    html, text = template(edition.html(**arguments)), template(edition.text(**arguments))

    def mail(n: int) -> bytes:
        values = {**VALUES, "name": f"Amina Otieno {n}"}
        message = EmailMessage()
        message["From"] = "Early Years Exchange <digest@exchange.example>"
        message["To"] = f"Amina Otieno {n} <amina.{n}@readers.example>"
        message["Subject"] = edition.subject
        message["Message-ID"] = f"<i12.{n}.5f2c9a77d1@exchange.example>"
        message.set_content(text.render(values))
        message.add_alternative(html.render(values), subtype="html")
        return message.as_bytes()

    return mail


def _cost(make: Callable[[int], bytes], times: int) -> float:
    """CPU microseconds of one call."""
    started = time.process_time()
    for n in range(times):
        make(n)
    return (time.process_time() - started) / times * 1e6
