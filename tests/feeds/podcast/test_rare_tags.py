"""Tags that few use: whole where they keep the musts of the namespace, else left out whole, with the reason."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from feeds.podcast.emitting import feed, left_out
from feeds.podcast.values import NAMESPACES, Enclosure, Episode, Show, Tag

GUID = "917393e3-1b1e-5cef-ace4-edaa54e1f810"
DIGEST = "sha384-ExVqijgYHm15PqQqdXfW95x+Rs6C+d6E/ICxyQOeFevnxNLR/wtJNrNYTjIysUBo"
SHOW = Show(title="Small steps", link="https://e.org/", feed_url="https://e.org/feed.xml", description="Play.")
EPISODE = Episode("g", "One", Enclosure("https://e.org/1.mp3", 1, "audio/mpeg"), datetime(2026, 11, 1, tzinfo=UTC))


def tag(name: str, text: str = "", /, *children: Tag, **attributes: str) -> Tag:
    return Tag(name, tuple((key.replace("_", "-"), value) for key, value in attributes.items()), text, children)


REMOTE = tag("podcast:remoteItem", feedGuid=GUID, feedUrl="https://e.org/other.xml", medium="music")
SOMEBODY = tag("podcast:valueRecipient", name="a & b", type="node", address="02d5", split="50", fee="false")
SOURCE = tag("podcast:source", uri="ipfs://QmX33", contentType="audio/opus")
LINK = tag("podcast:contentLink", "Watch", href="https://e.org/live")
GOOD = [
    tag("podcast:txt", "<x> & ]]> y", purpose="verify"),
    tag("podcast:txt", "a" * 4000),
    tag("podcast:podroll", "", REMOTE, tag("podcast:remoteItem", feedGuid=GUID)),
    tag("podcast:publisher", "", tag("podcast:remoteItem", medium="publisher", feedGuid=GUID)),
    tag("podcast:block", "yes"),
    tag("podcast:block", "no", id="google"),
    tag(
        "podcast:image",
        href="https://e.org/i.png",
        alt="A “picture”",
        aspect_ratio="16/9",
        width="1200",
        type="image/png",
    ),
    tag("podcast:images", srcset="https://e.org/a.png 300w, https://e.org/b.png 600w"),
    tag("podcast:chat", server="irc.e.org", protocol="irc", accountId="@a", space="#x"),
    tag(
        "podcast:value",
        "",
        SOMEBODY,
        tag("podcast:valueTimeSplit", "", REMOTE, startTime="60", duration="237.5", remotePercentage="95"),
        type="lightning",
        method="keysend",
        suggested="0.00000005",
    ),
    tag("podcast:socialInteract", protocol="activitypub", uri="https://e.org/@a/1", accountId="@a", priority="1"),
    tag("podcast:socialInteract", protocol="nostr", uri="nostr:note1qqq"),
    tag("podcast:socialInteract", protocol="disabled"),
    tag(
        "podcast:alternateEnclosure",
        "",
        SOURCE,
        tag("podcast:integrity", type="sri", value=DIGEST),
        type="audio/opus",
        length="540",
        bitrate="16000.5",
        title="Low",
        default="true",
    ),
    tag("itunes:subtitle", "Short & good"),
    tag("itunes:summary", "é" * 2000),
    tag("itunes:keywords", "play, sing"),
    tag("podcast:newThing", "what comes", tag("podcast:inner", "too", deep="yes"), some="thing"),
    REMOTE,
]
LIVE = tag(
    "podcast:liveItem",
    "",
    tag("title", "Live & well"),
    tag("description", "We talk."),
    tag("guid", "live-1", isPermaLink="false"),
    tag("enclosure", url="http://e.org/live.mp3", type="audio/mpeg", length="312"),
    LINK,
    status="pending",
    start="2026-12-01T10:00:00+03:00",
    end="2026-12-01T11:00:00+03:00",
)
BAD = [
    (tag("podcast:txt", " "), "podcast:txt says nothing"),
    (tag("podcast:txt", "a" * 4001), "its text is longer than 4000 characters"),
    (tag("podcast:txt", "a", purpose="p" * 129), "the purpose of podcast:txt is longer than 128 characters"),
    (tag("podcast:podroll"), "podcast:podroll has no podcast:remoteItem"),
    (tag("podcast:podroll", "", tag("podcast:remoteItem", feedGuid="x")), "the feedGuid of podcast:remoteItem cannot be “x”"),
    (tag("podcast:publisher", "", REMOTE, REMOTE), "podcast:publisher has more than one podcast:remoteItem"),
    (tag("podcast:publisher", "", REMOTE), "its podcast:remoteItem has no medium “publisher”"),
    (tag("podcast:block", "maybe"), "podcast:block says yes or no"),
    (tag("podcast:image", alt="x"), "podcast:image has no href"),
    (tag("podcast:image", href="https://e.org/i.png", width="wide"), "the width of podcast:image cannot be “wide”"),
    (tag("podcast:image", href="http://e.org/i.png"), "http://e.org/i.png is no address that begins with https:"),
    (tag("podcast:images", srcset="http://e.org/a.png 300w"), "the srcset of podcast:images cannot be “http://e.org/a.png 300w”"),
    (tag("podcast:chat", server="irc.e.org"), "podcast:chat has no protocol"),
    (tag("podcast:value", "", type="lightning", method="keysend"), "podcast:value names nobody who has a share"),
    (tag("podcast:value", "", replace(SOMEBODY, attributes=(("type", "node"), ("address", "0"), ("split", "0"))), type="l", method="k"),
     "podcast:value names nobody who has a share"),
    (tag("podcast:value", "", tag("podcast:valueRecipient", type="node", split="1"), type="l", method="k"), "podcast:valueRecipient has no address"),
    (tag("podcast:socialInteract", protocol="activitypub"), "podcast:socialInteract has an address, or else the protocol “disabled”"),
    (tag("podcast:socialInteract", protocol="x", uri="http://e.org"), "http://e.org is no address that begins with https:"),
    (tag("podcast:alternateEnclosure", "", type="audio/opus"), "podcast:alternateEnclosure has no podcast:source"),
    (tag("podcast:alternateEnclosure", "", SOURCE), "podcast:alternateEnclosure has no type"),
    (tag("podcast:alternateEnclosure", "", SOURCE, type="audio/opus", title="t" * 33), "the title of podcast:alternateEnclosure is longer than 32 characters"),
    (tag("podcast:alternateEnclosure", "", SOURCE, tag("podcast:integrity", type="sri", value="x"), type="audio/opus"),
     "its podcast:integrity is no digest of sha256, sha384 or sha512"),
    (tag("itunes:subtitle", "a" * 256), "its text is longer than 255 characters"),
    (tag("itunes:summary", "é" * 2001), "its text is longer than 4000 bytes"),
    (tag("media:rating", "x"), "“media:rating” is no name of the namespaces podcast and itunes"),
    (tag("podcast:a b"), "“podcast:a b” is no name of the namespaces podcast and itunes"),
    (tag("podcast:new", "", tag("title", "x")), "“title” is no name of the namespaces podcast and itunes"),
    (Tag("podcast:new", (("a b", "x"),)), "an attribute of podcast:new has no name that XML allows, or is there twice"),
    (Tag("podcast:new", (("a", "x"), ("a", "y"))), "an attribute of podcast:new has no name that XML allows, or is there twice"),
]  # fmt: skip
BAD_LIVE = [
    (replace(LIVE, children=LIVE.children[:4]), "podcast:liveItem has no podcast:contentLink"),
    (replace(LIVE, children=LIVE.children[1:]), "podcast:liveItem has no title"),
    (replace(LIVE, children=(*LIVE.children[:2], tag("guid", "live-1"), LINK)), "its guid is no address and does not say isPermaLink “false”"),
    (replace(LIVE, attributes=(("status", "soon"), ("start", "2026-12-01T10:00:00Z"))), "the status of podcast:liveItem cannot be “soon”"),
    (replace(LIVE, attributes=(("status", "live"), ("start", "2026-12-01"))), "the start of podcast:liveItem cannot be “2026-12-01”"),
    (replace(LIVE, attributes=(("status", "live"), ("start", "2026-12-01T10:00:00Z"), ("end", "2026-12-01T09:00:00Z"))), "it ends before it starts"),
]  # fmt: skip


def as_tag(element: etree._Element) -> Tag:
    """The reverse of writing, by lxml alone."""
    uri, _, name = element.tag.rpartition("}")
    prefix = {namespace: key for key, namespace in NAMESPACES.items()}.get(uri[1:])
    children = tuple(map(as_tag, element))
    return Tag(f"{prefix}:{name}" if prefix else name, tuple(element.attrib.items()), element.text or "", children)


@pytest.mark.parametrize("given", GOOD, ids=lambda given: given.name)
def test_a_tag_is_written_whole_in_show_and_episode(given: Tag):
    show, episode = replace(SHOW, tags=(given,)), replace(EPISODE, tags=(given,))
    channel = etree.fromstring(feed(show, [episode]))[0]

    assert as_tag(channel.find(given.name, NAMESPACES)) == given
    assert as_tag(channel.find("item").find(given.name, NAMESPACES)) == given
    assert left_out(show) == left_out(episode) == ()


@pytest.mark.parametrize(("given", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_tag_that_breaks_a_must_is_left_out_whole(given: Tag, reason: str):
    show, episode = replace(SHOW, tags=(given,)), replace(EPISODE, tags=(given,))

    assert feed(show, [episode]) == feed(SHOW, [EPISODE])
    assert left_out(show) == left_out(episode) == (f"{given.name} is left out: {reason}.",)


def test_what_may_be_there_once_is_there_once_and_fields_are_not_said_again():
    chat = tag("podcast:chat", server="a.e.org", protocol="irc")
    again = tag("podcast:chat", server="b.e.org", protocol="irc")
    mine, other = tag("podcast:block", "yes", id="google"), tag("podcast:block", "no", id="google")
    show = replace(SHOW, tags=(chat, again, mine, other, tag("podcast:locked", "no"), tag("itunes:explicit", "clean")))
    channel = etree.fromstring(feed(show, []))[0]

    assert [as_tag(e) for e in channel.findall("podcast:chat", NAMESPACES)] == [chat]
    assert [as_tag(e) for e in channel.findall("podcast:block", NAMESPACES)] == [mine]
    assert channel.find("podcast:locked", NAMESPACES) is None
    assert [e.text for e in channel.findall("itunes:explicit", NAMESPACES)] == ["false"]
    assert left_out(show) == (
        "A second podcast:chat is left out: there may be only one of its kind.",
        "A second podcast:block is left out: there may be only one of its kind.",
        "A second podcast:locked is left out: what it says has a field of its own.",
        "A second itunes:explicit is left out: what it says has a field of its own.",
    )


def test_a_tree_without_an_end_is_left_out():
    deep = tag("podcast:new")
    for _ in range(5000):
        deep = tag("podcast:new", "", deep)
    show = replace(SHOW, tags=(deep, replace(deep, children=(tag("podcast:new"),) * 5000)))

    assert feed(show, []) == feed(SHOW, [])
    assert len(left_out(show)) == 2


def test_live_items_are_in_the_companion_document_only():
    show = replace(SHOW, live=(LIVE,))
    companion = etree.fromstring(feed(show, [EPISODE], live=True))[0]

    assert feed(show, [EPISODE]) == feed(SHOW, [EPISODE])
    assert as_tag(companion.find("podcast:liveItem", NAMESPACES)) == LIVE
    assert left_out(show) == ()


@pytest.mark.parametrize(("given", "reason"), BAD_LIVE, ids=[reason for _, reason in BAD_LIVE])
def test_a_live_item_that_breaks_a_must_is_left_out(given: Tag, reason: str):
    show = replace(SHOW, live=(given,))

    assert feed(show, [], live=True) == feed(SHOW, [])
    assert left_out(show) == (f"podcast:liveItem is left out: {reason}.",)
