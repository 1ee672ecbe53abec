"""Reading changes nothing: links of every kind on every page and in every mail, by GET and by HEAD, on a filled database."""

import re
from collections import Counter, deque
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

from sqlalchemy import select
from sqlmodel import SQLModel
from stage import form_token
from webinars.met_stage import every_key, gathering, register_key

from publisher.audience import links
from publisher.clock import now as wall_now
from publisher.mail.delivery import Sender
from publisher.mail.models import MailboxMessage
from publisher.staff import sessions
from publisher.staff.models import Member
from publisher.web.podcast_media import Heard
from publisher.web.routes import ROUTES
from publisher.web.signed_in import cookie_name

DECLARED = {("mail_event", "click")}
"""What counts by being read: clicks of lists that say so, and visits, a table of nothing but counts."""
VISITS = "page_visit"
ALIKE = 2
"""How many pages are visited of those that differ in a number only; of those that differ in what a filter is set to, one."""


def everything(house) -> dict[str, list[str]]:
    """All rows of all tables, as text."""
    with house.database.reading() as session:
        return {
            table.name: sorted(
                str(tuple(row)) for row in session.execute(select(table)) if (table.name, getattr(row, "kind", "")) not in DECLARED
            )
            for table in SQLModel.metadata.sorted_tables
            if table.name != VISITS
        }  # fmt: skip


def links_of(text: str, base: str) -> set[str]:
    found = re.findall(r'(?:href|src|action|data-openapi)="([^"#]+)', text) + re.findall(
        r"https://hub\.example\.org[^\s\"'<>)]*", text
    )
    return {urljoin(base, unescape(one)) for one in found}


def a_signed_in_owner(web, house, hub, now) -> None:
    with house.database.session() as session:
        member = Member(address_id=hub["carol"].address_id, name="Ines", role="owner", created_at=now)
        session.add(member)
        session.flush()
        key = sessions.begin(session, member, now=now).key
    web.cookies.set(cookie_name(house.settings), key)


def test_no_link_changes_a_row(web, house, hub, now, wall, later):
    shown = form_token(web.get("/").text)
    later(seconds=5)
    web.post("/subscribe", data={"email": "dora@example.org", "list": "monthly", "language": "ar", "form_token": shown})
    key, fresh = (
        links.preferences_token(house.tokens, hub["alice"].key),
        links.fresh_token(house.tokens, hub["alice"].key, now=now),
    )
    web.post(f"/preferences/{fresh}/address", data={"email": "alice@new.example"})
    web.post(
        f"/u/{links.unsubscribe_token(house.tokens, hub['bob'].key, 'monthly')}", data={"List-Unsubscribe": "One-Click"}
    )
    gathering(house, now)
    keys = every_key(house, now)
    with Sender(house, present=wall, wall=wall_now) as sender:
        sender.drain()
    a_signed_in_owner(web, house, hub, now)
    waiting = {"https://hub.example.org" + path for path in (f"/preferences/{key}", f"/preferences/{fresh}", f"/preferences/{fresh}/data.json", "/", "/mailbox", "/studio", "/embed")}  # fmt: skip
    waiting |= {*keys, f"https://hub.example.org/webinars/play?for={register_key(house, hub['alice'])}"}
    waiting.add(links.unsubscribe_url(house, hub["alice"].key, "monthly"))
    with house.database.reading() as session:
        for row in session.execute(select(MailboxMessage.data)):
            waiting |= links_of(row[0].replace(b"=\r\n", b"").replace(b"=3D", b"=").decode(), "https://hub.example.org")
    before = everything(house)
    queue, seen, kinds, alike = deque(sorted(waiting)), set[str](), set[str](), Counter[tuple[object, ...]]()
    while queue:
        url = queue.popleft()
        parts = urlsplit(url)
        if url in seen or (parts.scheme, parts.hostname) != ("https", "hub.example.org"):
            continue
        alike[_shape(url)] += 1
        if alike[_shape(url)] > (1 if parts.query else ALIKE):
            continue
        seen.add(url)
        answer = web.get(url)
        head = web.head(url)
        assert head.status_code == answer.status_code, url
        assert answer.status_code < 500, url
        kinds.add(parts.path.strip("/").split("/")[0])
        if "location" in answer.headers:
            queue.append(urljoin(url, answer.headers["location"]))
        elif answer.headers["content-type"].startswith(("text/html", "application/rss", "text/plain")):
            queue.extend(sorted(one for one in links_of(answer.text, url) if _is_new_ground(one)))
    assert kinds >= {
        "",
        "library",
        "newsletters",
        "preferences",
        "confirm",
        "u",
        "address",
        "mailbox",
        "studio",
        "static",
        "api",
        "webinars",
        "j",
    }
    assert len(seen) > 150
    after = everything(house)
    assert {name for name in before if before[name] != after[name]} == set()


def _is_new_ground(url: str) -> bool:
    """Filters combine without end: those with more than one part say nothing new."""
    return urlsplit(url).query.count("&") < 1


def _shape(url: str) -> tuple[object, ...]:
    parts = urlsplit(url)
    return re.sub(r"\d+", "0", parts.path), tuple(sorted({name for name, _ in parse_qsl(parts.query)}))


def test_every_page_that_is_read_has_been_in_mind():
    """Routes that answer GET and write: only the click, and sound, which counts downloads. Both are declared."""
    writes = [
        route.path for route in ROUTES if route.method == "GET" and (route.plain or isinstance(route.answer, Heard))
    ]
    assert writes == [
        "/podcasts/{show}/audio/{name}",
        "/podcasts/{show}/private/{token}/audio/{name}",
        "/c/{token}/{n}",
    ]
