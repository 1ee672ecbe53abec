"""A browser that fills in the hidden field as a page's own form does, and members of staff to sit before it."""

import base64
import json
import re
from datetime import datetime

from sqlalchemy import func
from sqlmodel import select
from starlette.testclient import TestClient

from publisher.house import House
from publisher.staff import accounts
from publisher.staff.models import Member, Trail
from publisher.web.app import make_app
from publisher.web.studio.visit import SAID

#: Signing in and out, searching, and looking at something that is not kept.
LEAVES_NO_LINE = r"/studio/(login|logout|reset|doctor)$|/studio/people$|/registrations$|/check$|/preview$|/reader$"

#: Asking a server whether it answers, and reading a mailbox before its time.
ONLY_LOOK = ("check", "look", "read")

PASSWORD = "four quiet words here"


class Browser:
    """A browser of one member of staff. `csrf`: the hidden field of the last page it saw. Of whatever it does at the desk
    of `house` a line must stay on the trail."""

    def __init__(self, client: TestClient, house: House) -> None:
        self.client = client
        self.house = house
        self.csrf = ""

    def get(self, path: str, status: int = 200) -> str:
        response = self.client.get(path)
        assert response.status_code == status, f"{path}: {response.status_code} {response.headers.get('location')}"
        if found := re.search(r'name="csrf" value="([^"]+)"', response.text):
            self.csrf = found[1]
        return response.text

    def post(self, path: str, status: int = 303, **fields: object) -> str:
        """Send a form; the place it leads to (303), or the page that came."""
        files = {k: v for k, v in fields.items() if isinstance(v, tuple) and len(v) > 1 and isinstance(v[1], bytes)}
        data = {k: v for k, v in fields.items() if k not in files}
        before = self.lines_of_the_trail()
        response = self.client.post(path, data={"csrf": self.csrf, **data}, files=files or None)
        assert response.status_code == status, f"{path}: {response.status_code}\n{plain(response.text)[-1500:]}"
        looks = re.search(LEAVES_NO_LINE, path) or fields.get("verb") in ONLY_LOOK
        if status == 303 and not looks and not said(response).startswith("Nothing"):
            assert self.lines_of_the_trail() > before, f"{path} {data} changed something and left no line on the trail"
        return response.headers["location"] if status == 303 else response.text

    def lines_of_the_trail(self) -> int:
        """Every form that a test sends and that does something must leave one."""
        with self.house.database.looking() as connection:
            return int(connection.execute(select(func.count()).select_from(Trail)).scalar_one())

    def told(self, path: str, **fields: object) -> str:
        """Send a form and read the words of the page it leads to."""
        return plain(self.get(self.post(path, **fields).partition("#")[0]))


def said(response) -> str:
    """What the next page is going to say happened."""
    kept = response.cookies.get(SAID, "").strip('"').partition(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(kept))["text"]) if kept else ""


def plain(html: str) -> str:
    """The words of a page."""
    body = re.sub(r"(?s)<(script|style|svg).*?</\1>", " ", html)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def a_member(house: House, now, role: str) -> Member:
    with house.database.session() as session:
        member = accounts.add(session, house, f"{role}@example.org", role, now, name=role.title(), invite=False)
        accounts.set_password(session, member, PASSWORD, now)
        return member


def signed_in(house: House, now: datetime, role: str) -> tuple[dict[str, str], str]:
    """A new member of staff who has signed in at that moment: the cookies and the hidden field of their browser."""
    a_member(house, now, role)
    app = make_app(house, wall=lambda: now, bind_is_loopback=True)
    with TestClient(app, base_url=house.settings.public_url, follow_redirects=False) as client:
        browser = Browser(client, house)
        browser.get("/studio/login")
        browser.post("/studio/login", email=f"{role}@example.org", password=PASSWORD, next="/studio")
        browser.get("/studio")
        return dict(client.cookies), browser.csrf
