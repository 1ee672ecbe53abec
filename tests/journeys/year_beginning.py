"""How the year begins: the demo is looked at and taken away, the first owner comes in, one step after the other, and readers."""

import re
from datetime import datetime, timedelta

from desk_stage import Browser, plain
from year import Year, first_link

OWNER, EDITOR = "olga@example.org", "ines@example.org"
PHRASE, ANOTHER = "four quiet words here", "quite another long one"
DAY = timedelta(days=1)

#: Languages, interests, lists. dora comes by the form; nobody else comes later.
READERS = {
    "alice": ("en", "", "monthly"),
    "amina": ("fr,en", "", "monthly"),
    "anton": ("en", "", "monthly"),
    "kofi": ("en", "country:GH", "monthly"),
    "lina": ("en", "", "monthly saison"),
    "marc": ("fr", "", "monthly saison"),
    "noor": ("fr,en", "", "saison"),
    "greta": ("en", "", "monthly"),
    "henri": ("fr,en", "", "monthly"),
    "ivy": ("en", "", "monthly"),
}


def the_demo_is_looked_at_and_taken_away(year: Year) -> None:
    said = year.as_a_process("init").stdout
    assert f"{year.url}/studio/invitation/" in said
    again = year.command("init", "--json").json
    assert (again["terms_added"], again["lists"]) == (0, ["newsletter"])
    filled = year.command("demo", "--json").json
    assert filled["resources"] > 150
    assert year.web.get("/library").status_code == 200
    assert len(year.command("newsletters", "list", "--json").json) == filled["newsletters"]
    gone = year.command("demo", "--remove")
    assert "The hub is yours now." in gone.err
    for noun in ("newsletters", "resources", "issues", "podcasts", "webinars", "staff", "sources"):
        assert year.command(noun, "list", "--json").json == [], noun


def the_first_owner_follows_the_steps(year: Year, begins: datetime, seasons: tuple[int, ...]) -> None:
    """By the link on the console; then one step after the other, by page or by command, and each vanishes once it is taken."""
    console = year.command("init").out
    found = re.search(r"/studio/invitation/\S+", console)
    assert found
    owner = Browser(year.another_browser(), year.house)
    assert "the first owner" in plain(owner.get(found[0]))
    owner.post(found[0], email=OWNER, name="Olga", password=PHRASE, again=PHRASE)
    assert "Say who you are" in today(owner, 1)
    owner.client.cookies.clear()
    owner.get(found[0], 403)  # the link has had its day
    with year.desk(OWNER, PHRASE) as owner:
        names_the_hub(year, owner)
        lets_mail_leave(year, owner)
    year.at(begins)
    with year.desk(OWNER, PHRASE) as owner:
        lets_sources_in(year, owner)
        makes_newsletters(year, owner, seasons)
        brings_readers_in(year, owner)


def today(browser: Browser, step: int) -> str:
    """What stands on Today, where that step is the next."""
    page = plain(browser.get("/studio"))
    assert f"Beginning, {step} of 6" in page
    return page


def names_the_hub(year: Year, owner: Browser) -> None:
    owner.get("/studio/settings")
    owner.post("/studio/settings", name="Early Hands", accent="#0f5c63", tagline="Read by people", language="en")
    number = re.search(r'name="identity" value="(\d+)"', owner.get("/studio/settings"))
    assert number
    owner.post(
        "/studio/settings/identities", identity=number[1], name="Early Hands", address="letters@hub.example.org",
        postal_address="12 Garden Row, Exampleton",
    )  # fmt: skip
    assert "Let mail leave" in today(owner, 2)


def lets_mail_leave(year: Year, owner: Browser) -> None:
    owner.get("/studio/settings/relay")
    owner.post("/studio/settings/relay", verb="save", host="127.0.0.1", port=str(year.relay.port), tls="none")
    owner.post("/studio/settings/relay", verb="test", to=OWNER)
    assert [mail.to for mail in year.carry()] == [OWNER]
    box = year.do("bounces", "mailbox", year.returns.url(), "--address", "bounces@hub.example.org").json
    assert box["state"] == "ok"
    assert "Let something in" in today(owner, 3)


def lets_sources_in(year: Year, owner: Browser) -> None:
    """A feed whose things a person looks at first, by page; a repository and a table that are trusted, by command."""
    year.sources.publish(0, year.wall.now)
    new = "/studio/library/sources/new"
    owner.get(new)
    assert "2 records, 2 this month." in plain(owner.post(new, 200, url=year.sources.feed, kind="auto", verb="preview"))
    owner.post(
        new, url=year.sources.feed, kind="feed", verb="add", title="Partner", rhythm="60", trust="review", news="yes"
    )
    assert "Make a newsletter" in today(owner, 4)
    for url, kind in ((year.sources.oai, "oai-pmh"), (year.sources.table, "csv")):
        assert year.do("sources", "add", url, "--trust", "shelf").json["kind"] == kind
    year.tick()
    approve(year)
    assert {row["state"] for row in year.command("resources", "list", "--json").json} == {"approved"}


def approve(year: Year) -> None:
    """Whoever reviews lets in what waits."""
    waiting = [row["resource"] for row in year.command("resources", "list", "--state", "new", "--json").json]
    if waiting:
        year.do("resources", "approve", *waiting)


def makes_newsletters(year: Year, owner: Browser, seasons: tuple[int, ...]) -> None:
    """A monthly that goes out by itself, and one of four seasons that waits for a person."""
    for slug, name in (("monthly", "The Monthly"), ("saison", "La Saison")):
        year.do("lists", "add", slug, "--name", name)
    year.do(
        "newsletters", "add", "monthly", "--list", "monthly", "--cadence", "monthly on the 1st at 9:00", "--zone", "Africa/Nairobi",
        "--release", "by-itself", "--language", "en,fr", "--signed-by", "Ines Moreau",
    )  # fmt: skip
    owner.get("/studio/newsletters/new")
    place = owner.post(
        "/studio/newsletters/new", title="Saison", list="saison", zone="Africa/Nairobi", minimum="1", language=["fr", "en"],
        cadence=f"0 9 15 {','.join(map(str, sorted(seasons)))} *", release="by-hand",
    )  # fmt: skip
    assert place == "/studio/newsletters/saison"
    assert "Send yourself an issue" in today(owner, 5)
    key = year.do("issues", "draft", "monthly").json["issue"]
    year.do("issues", "test", key, "--to", OWNER)
    [test] = year.carry()
    assert (test.to, "Amber study of play" in test.text) == (OWNER, True)
    assert "Bring readers in" in today(owner, 6)


def brings_readers_in(year: Year, owner: Browser) -> None:
    """Ten by a table for each list, with how they agreed; dora by the form, who says yes to the mail; and an editor."""
    for slug, number in (("monthly", 9), ("saison", 3)):
        rows = [
            f'{name}@example.org,{name.title()},"{languages}",{interests}'
            for name, (languages, interests, lists) in READERS.items()
            if slug in lists
        ]
        table = year.folder / f"{slug}.csv"
        table.write_text("\n".join(["email,name,language,interests", *rows]) + "\n", encoding="utf-8")
        done = year.do("subscribers", "import", table, "--list", slug, "--consent", "At the conference").json
        assert (done["rows"], done["errors"]) == (number, [])
    assert "Beginning" not in plain(owner.get("/studio"))
    assert year.carry() == [], "who agreed already is not asked again"
    dora_signs_up(year)
    year.do("staff", "add", EDITOR, "--role", "editor", "--name", "Ines")
    [invitation] = year.carry()
    editor = Browser(year.another_browser(), year.house)
    link = first_link(invitation, "/studio/invitation/")
    editor.get(link)
    editor.post(link, name="Ines", zone="Africa/Nairobi", password=PHRASE, again=PHRASE)


def dora_signs_up(year: Year) -> None:
    fields = year.form("/subscribe?list=monthly")
    answer = year.web.post(
        "/subscribe", data=fields | {"email": "dora@example.org", "list": "monthly", "language": "fr"}
    )
    assert answer.status_code == 200
    [asked] = year.carry()
    link = first_link(asked, "/confirm/")
    confirmed = year.web.post(link, data=year.form(link))
    assert confirmed.status_code == 200
    assert year.command("subscribers", "count", "--segment", "list:monthly", "--json").json["count"] == 10
    year.carry()
