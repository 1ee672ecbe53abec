"""The demo hub by commands: filled, reviewed, sent, taken away."""

from commands import Publisher
from smtp_sink import Sink


def test_the_demo_draft_reaches_its_readers(publisher: Publisher) -> None:
    filled = publisher("demo", "--json").json
    assert filled["installed"] is True
    resources = publisher("resources", "list", "--json").json
    assert len(resources) == filled["resources"] >= 150
    issues = publisher("issues", "list", "--json").json
    key = next(issue["issue"] for issue in issues if issue["state"] == "draft")
    assert publisher("issues", "rehearse", key, "--json").json["editions"] >= 5
    publisher("issues", "send", key)
    with Sink() as sink:
        publisher("send", "--drain", "--relay-url", f"smtp://127.0.0.1:{sink.port}?tls=none")
        got = [address for address, _ in sink.accepted]
    status = publisher("issues", "status", key, "--json").json
    assert status["state"] == "sent"
    assert len(got) >= status["accepted"] == status["prepared"] - status["suppressed"] > 40
    assert publisher("demo", "--json").json["resources"] == filled["resources"]
    assert publisher("demo", "--remove", "--json").json == {"installed": False}
    assert publisher("resources", "list", "--json").json == []
