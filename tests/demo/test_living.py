"""The demo's own sources over a real loopback connection: eight things at first, nothing twice, more as time goes by."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest
from our_web import Answer, Web
from sqlmodel import col, select

from feeds import oaipmh, reading
from publisher.demo import content, install
from publisher.demo.living import demo_sources, private_hosts_for
from publisher.house import House
from publisher.library import harvesting, sources
from publisher.library.harvesting import CheckResult
from publisher.library.models import Record, Source, Work, WorkText

KEYS = [source.key for source in content.sources()]


@pytest.fixture
def clockwork(now: datetime) -> SimpleNamespace:
    """What the sources take for the present."""
    return SimpleNamespace(now=now)


@pytest.fixture
def living(house: House, full: install.Summary, clockwork: SimpleNamespace) -> Iterator[House]:
    """A demo hub that has moved to loopback and answers under its own public address there."""
    web = Web()
    settings = replace(house.settings, public_url=web.url(""))
    hub = replace(house, settings=replace(settings, private_hosts=private_hosts_for(settings)))
    assert install.install(hub, clockwork.now) == full
    answer = demo_sources(hub)

    def route(path: str, _headers: dict[str, str]) -> Answer:
        parts = urlsplit(path)
        found = answer(parts.path.rpartition("/")[2], dict(parse_qsl(parts.query)), clockwork.now)
        return (404, {}, b"") if found is None else (found[0], {"Content-Type": found[1]}, found[2])

    web.routes = {f"/demo/sources/{key}": route for key in KEYS}
    yield hub
    web.close()


def check(house: House, now: datetime) -> dict[str, CheckResult]:
    return {result.source: result for result in harvesting.check_due(house, now, pause=0)}


def test_eight_come_in_at_first_then_nothing_then_more(living: House, clockwork: SimpleNamespace) -> None:
    start = clockwork.now
    first = check(living, start)
    assert {key: (r.status, r.new, r.error) for key, r in first.items()} == dict.fromkeys(KEYS, ("ok", 2, ""))
    clockwork.now = start + timedelta(minutes=10)
    again = check(living, clockwork.now)
    assert {(r.new, r.updated, r.deleted, r.error) for r in again.values()} == {(0, 0, 0, "")}
    clockwork.now = start + timedelta(hours=1)
    later = check(living, clockwork.now)
    assert sum(r.new for r in later.values()) == 2
    clockwork.now = start + timedelta(days=10)
    last = check(living, clockwork.now)
    assert sum(r.new for r in last.values()) == len(content.trickle()) - 10
    assert not any(r.updated or r.error for r in last.values())


def test_what_comes_in_is_what_was_written(living: House, clockwork: SimpleNamespace) -> None:
    clockwork.now += timedelta(days=10)
    check(living, clockwork.now)
    items = {item.title: item for item in content.trickle()}
    with living.database.reading() as session:
        came = session.exec(
            select(Work, WorkText, Source)
            .join(WorkText, col(WorkText.work_id) == col(Work.id))
            .join(Record, col(Record.work_id) == col(Work.id))
            .join(Source, col(Source.id) == col(Record.source_id))
            .where(col(Source.kind) != "builtin")
        ).all()
        assert {text.title for _, text, _ in came} == set(items)
        for work, text, source in came:
            item = items[text.title]
            assert (text.language, text.link, tuple(work.authors)) == (item.language, item.url, item.authors)
            assert text.blurb
            assert work.state == ("approved" if source.trust == "shelf" else "new")
            if source.kind != "json":  # JSON Feed has no field for it
                assert work.kind == item.kind
            if source.kind == "feed" and item.span:
                assert work.ends_at == item.span.ends(item.appears(source.created_at).date())


def test_a_tick_away_from_its_own_address_fails_softly(house: House, full: install.Summary, now: datetime) -> None:
    unreachable = replace(house, settings=replace(house.settings, public_url="http://127.0.0.1:9"))
    assert install.install(unreachable, now) == full
    results = check(unreachable, now)
    assert {result.status for result in results.values()} == {"failed"}
    with house.database.reading() as session:
        source = sources.by_name(session, KEYS[0])
        assert sources.health(source, now).startswith("failing since today: ")


def test_every_source_is_recognised_as_what_it_is(living: House, clockwork: SimpleNamespace) -> None:
    found = {
        about.key: sources.preview(living, living.settings.url(about.path), _asked_as(about.kind), now=clockwork.now)
        for about in content.sources()
    }
    assert [found[key].kind for key in KEYS] == ["feed", "oai-pmh", "sitemap", "feed"]
    assert {preview.records for preview in found.values()} == {2}


def _asked_as(kind: str) -> str:
    return kind if kind == "oai-pmh" else "auto"


def test_the_repository_speaks_the_protocol(living: House, clockwork: SimpleNamespace) -> None:
    start, clockwork.now = clockwork.now, clockwork.now + timedelta(days=10)
    base = living.settings.url("/demo/sources/bahari-repository")
    answer = demo_sources(living)

    def ask(**query: str) -> bytes:
        found = answer("bahari-repository", query, clockwork.now)
        assert found is not None
        return found[2]

    def code(**query: str) -> str:
        with pytest.raises(oaipmh.OaiError) as raised:
            oaipmh.read_records(ask(**query), now=clockwork.now)
        return raised.value.code

    who = oaipmh.read_identify(ask(verb="Identify"))
    assert (who.base_url, who.granularity, who.deletions) == (base, "second", "no")
    assert [s.spec for s in oaipmh.read_sets(ask(verb="ListSets")).sets] == ["en", "sw"]
    assert b"<metadataPrefix>oai_dc</metadataPrefix>" in ask(verb="ListMetadataFormats")
    found, page = [], oaipmh.read_records(ask(verb="ListRecords", metadataPrefix="oai_dc"), url=base, now=start)
    while True:
        found += [item.guid for item in page.items]
        if page.next_page is None:
            break
        query = dict(parse_qsl(urlsplit(page.next_page).query))
        page = oaipmh.read_records(ask(**query), url=base, now=start)
    expected = [item for item in content.trickle() if item.source == "bahari-repository"]
    assert len(found) == len(set(found)) == len(expected) > 5
    since = oaipmh.stamp(expected[-1].appears(start), "second")
    fresh = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "from": since}
    assert [i.guid for i in oaipmh.read_records(ask(**fresh), now=start).items] == [found[-1]]
    one = oaipmh.read_records(ask(verb="GetRecord", identifier=found[0], metadataPrefix="oai_dc"), now=start)
    assert [item.title for item in one.items] == [expected[0].title]
    assert oaipmh.read_records(ask(verb="ListRecords", metadataPrefix="oai_dc", set="fr"), now=start).items == ()
    assert code(verb="Nothing") == "badVerb"
    assert code() == "badVerb"
    assert code(verb="ListRecords") == "badArgument"
    assert code(verb="ListRecords", metadataPrefix="oai_dc", until="yesterday") == "badArgument"
    assert code(verb="ListRecords", metadataPrefix="marc21") == "cannotDisseminateFormat"
    assert code(verb="ListRecords", resumptionToken="forged") == "badResumptionToken"
    assert code(verb="GetRecord", identifier="oai:x:y", metadataPrefix="oai_dc") == "idDoesNotExist"


def test_nothing_is_shown_before_its_time_or_without_the_demo(
    living: House, clockwork: SimpleNamespace, now: datetime
) -> None:
    answer = demo_sources(living)
    page = answer("atlas-enfance", {}, clockwork.now)
    assert page is not None
    listed = reading.read(page[2], content_type=page[1], url="http://127.0.0.1/", now=now)
    assert len(listed.items) == 2
    assert answer("atlas-enfance", {"page": "atlas-enfance-09"}, clockwork.now) is None
    assert answer("atlas-enfance", {"page": "no-such"}, clockwork.now) is None
    assert answer("firsthand", {}, clockwork.now) is None
    install.remove(living, clockwork.now)
    assert answer("atlas-enfance", {}, clockwork.now) is None


def test_only_a_hub_on_loopback_may_reach_itself(house: House) -> None:
    def allowed(url: str) -> frozenset[str]:
        return private_hosts_for(replace(house.settings, public_url=url, private_hosts=frozenset({"intranet"})))

    assert allowed("http://127.0.0.1:9000") == {"intranet", "127.0.0.1:9000"}
    assert allowed("http://localhost") == {"intranet", "localhost:80"}
    assert allowed("https://hub.example.org") == {"intranet"}
