"""Ines has moved to her own domain and asks whether mail from it will be believed; the answers come from a real DNS server."""

import base64
import json
from contextlib import closing
from datetime import timedelta

import pytest
from cast import a_hub
from dns_server import DnsServer
from our_web import Web
from smtp_sink import Sink

from publisher.desk import doctor
from publisher.desk.doctor import outside
from publisher.desk.doctor.domain import believed
from publisher.desk.doctor.letters import templates
from publisher.desk.doctor.machine import secret_key
from publisher.desk.doctor.outside import Outside, hub_sign
from publisher.errors import BadInput
from publisher.mail import dkim_keys, dmarc
from publisher.mail.domains import Names
from publisher.mail.models import Relay
from publisher.settings import Settings, server_address

KEY = "v=DKIM1; k=rsa; p=" + base64.b64encode(bytes(294)).decode()
WELL = {
    "hands.org": ["v=spf1 include:relay.net -all", "something else"],
    "relay.net": ["v=spf1 ip4:192.0.2.0/24 -all"],
    "s1._domainkey.hands.org": [KEY],
    "_dmarc.hands.org": ["v=DMARC1; p=quarantine; rua=mailto:reports@hands.org"],
}


def levels(texts: dict[str, list[str]], domain: str = "hands.org") -> list[tuple[str, str]]:
    with DnsServer(texts) as server:
        return [(one.check, one.level) for one in believed(Names(server.address), domain)]


def test_a_domain_that_is_well() -> None:
    assert levels(WELL) == [("SPF", "good"), ("DKIM", "good"), ("DMARC", "good")]


def test_a_domain_that_says_nothing_is_told_what_to_publish() -> None:
    with DnsServer({"hands.org": ["hello"]}) as server:
        found = list(believed(Names(server.address), "hands.org"))
    assert [one.level for one in found] == ["bad", "bad", "bad"]
    assert all(one.advice for one in found)


@pytest.mark.parametrize(
    ("record", "level"),
    [
        ("v=spf1 +all", "bad"), ("v=spf1 ip4:192.0.2.1", "warn"), ("v=spf1 ip4:192.0.2.1 ?all", "warn"), ("v=spf1 nonsense -all", "bad"),
        ("v=spf1 include:nobody.net -all", "bad"), ("v=spf1 " + "a mx " * 6 + "-all", "bad"), ("v=spf1 redirect=relay.net", "good"),
        ("v=spf1 include:hands.org -all", "bad"),
    ],
)  # fmt: skip
def test_spf_that_decides_nothing_or_breaks(record: str, level: str) -> None:
    assert levels({**WELL, "hands.org": [record]})[0] == ("SPF", level)


def test_two_spf_records_are_none() -> None:
    assert levels({**WELL, "hands.org": ["v=spf1 -all", "v=spf1 ~all"]})[0] == ("SPF", "bad")


def test_keys_withdrawn_short_or_under_other_names() -> None:
    assert dkim_keys.read("s1", "v=DKIM1; p=").fault
    assert dkim_keys.read("s1", "v=DKIM1; p=***").fault
    assert dkim_keys.read("s1", "p=" + base64.b64encode(bytes(94)).decode()).fault, "512 bits"
    assert dkim_keys.read("s1", "p=" + base64.b64encode(bytes(162)).decode()) == dkim_keys.Key("s1", 992)
    other = {name: texts for name, texts in WELL.items() if "_domainkey" not in name} | {
        "x9._domainkey.hands.org": [KEY]
    }
    assert levels(other)[1] == ("DKIM", "good"), "something is below _domainkey, so there are keys"


def test_the_tree_walk_of_rfc_9989() -> None:
    assert dmarc.walk("news.hands.org") == ["news.hands.org", "hands.org", "org"]
    deep = dmarc.walk("a.b.c.d.e.f.g.h.i.hands.org")
    assert (len(deep), deep[1]) == (8, "e.f.g.h.i.hands.org")
    with DnsServer(
        {"news.hands.org": ["x"], "_dmarc.hands.org": ["v=DMARC1; p=none; sp=reject; np=quarantine"]}
    ) as server:
        assert dmarc.look(Names(server.address), "news.hands.org").policy == "reject"
        assert dmarc.look(Names(server.address), "lost.hands.org").policy == "quarantine", (
            "a name that does not exist: np"
        )
    with DnsServer(
        {"_dmarc.hands.org": ["v=DMARC1; p=reject; t=y"], "_dmarc.org": ["v=DMARC1; p=none; psd=y"]}
    ) as server:
        found = dmarc.look(Names(server.address), "hands.org")
        assert (found.policy, found.organisation) == ("quarantine", "hands.org")
    with DnsServer({"_dmarc.org": ["v=DMARC1; p=reject; psd=y"], "hands.org": ["x"]}) as server:
        found = dmarc.look(Names(server.address), "news.hands.org")
        assert (found.organisation, found.policy) == ("hands.org", "reject"), "the suffix speaks where nobody else does"


def test_tags_that_are_gone_and_policies_nobody_knows() -> None:
    assert levels({**WELL, "_dmarc.hands.org": ["v=DMARC1; p=reject; pct=50"]})[2] == ("DMARC", "warn")
    assert levels({**WELL, "_dmarc.hands.org": ["v=DMARC1; p=maybe"]})[2] == ("DMARC", "bad")
    assert levels({**WELL, "_dmarc.hands.org": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]})[2] == ("DMARC", "bad")


def test_dns_that_is_silent_says_nothing_about_the_domain() -> None:
    with DnsServer({}, silent=True) as server:
        found = list(believed(Names(server.address, seconds=0.3), "hands.org"))
    assert {one.level for one in found} == {"warn"}


@pytest.mark.parametrize("text", ["dns.example", "9.9.9.9:0", "9.9.9.9:99999", "[::1", "1.2.3.4:x"])
def test_a_dns_server_is_an_address(text: str) -> None:
    with pytest.raises(BadInput):
        server_address(text)


def test_the_public_address_is_ours_or_another_s(settings: Settings, house, now) -> None:
    with closing(Web()) as web:
        url = f"http://127.0.0.1:{web.server.server_address[1]}"
        asked = Outside(
            Settings(settings.data_dir, settings.database_url, url, settings.secret_key), hub_sign(house.tokens), "mailbox:", (),
            ours=frozenset({url.removeprefix("http://")}),
        )  # fmt: skip
        web.routes["/health"] = (503, {}, json.dumps({"hub": asked.sign}).encode())
        assert [one.message.endswith("without encryption.") for one in outside.reached(asked, now)] == [True]
        web.routes["/health"] = (200, {}, b'{"hub": "another"}')
        assert [one.level for one in outside.reached(asked, now)] == ["bad"]
        web.routes["/health"] = (200, {}, b"[" * 9000)
        assert [one.level for one in outside.reached(asked, now)] == ["bad"]


def test_a_clock_beside_another(now) -> None:
    assert outside.beside(now + timedelta(seconds=3), now, "x.org").level == "good"
    assert (
        outside.beside(now + timedelta(hours=1), now, "x.org").message
        == "Our clock is 60 minutes behind that of x.org."
    )


def test_a_secret_key_that_is_weak_or_open_to_others(settings: Settings) -> None:
    assert [one.level for one in secret_key(settings)] == ["bad"]
    key = "kX9-2mPq7RtLw0ZvB5nYc8HsD4fJg1Ae6UoT3iVx"
    strong = Settings(settings.data_dir, settings.database_url, settings.public_url, key)
    file = settings.data_dir / "secret_key"
    file.write_text(key)
    file.chmod(0o644)
    assert [one.level for one in secret_key(strong)] == ["bad"]
    file.chmod(0o600)
    assert [one.level for one in secret_key(strong)] == ["good"]


def test_templates_of_the_owner(house) -> None:
    assert [one.level for one in templates(house)] == ["good"]
    folder = house.settings.owner_templates / "mail" / "notice"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_text("{% if %}")
    (folder / "sbject.txt").write_text("lost")
    found = list(templates(house))
    assert {one.level for one in found} == {"bad", "warn"}
    assert any("mail/notice/subject.txt, line 1" in one.message for one in found)


def test_a_template_that_is_no_text_is_said_in_words(house) -> None:
    """Saved by an office program, or for another alphabet."""
    folder = house.settings.owner_templates / "mail" / "notice"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_bytes("Était".encode("latin-1"))
    said = [one.message for one in templates(house)]
    assert said == [
        "The template mail/notice/subject.txt cannot be read: it is not text in UTF-8.",
        "The template mail/notice/subject.txt cannot be filled in: it is not text in UTF-8.",
    ]


def test_a_look_is_kept_and_renewed_once_a_day(house, now) -> None:
    with Sink(login=("hub", "right")) as sink:
        with house.database.session() as session:
            a_hub(session, now)
            session.add(
                Relay(
                    slug="first",
                    url=f"smtp://hub:wrong@127.0.0.1:{sink.port}?tls=none",
                    is_default=True,
                    created_at=now,
                )
            )
        assert doctor.renew(house, now) is False, "the first look is somebody's own wish"
        found = doctor.look(house, now)
    assert [one.level for one in found if one.check == "relay"] == ["bad"]
    with house.database.reading() as session:
        assert doctor.last_look(session) == (now, found)
        assert any("login" in said for said in doctor.before_sending(session, house, now))
    assert doctor.renew(house, now + timedelta(hours=23)) is False
    assert doctor.renew(house, now + timedelta(hours=25)) is True
