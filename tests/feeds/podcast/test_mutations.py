"""One small thing wrong in a feed that is right: each is caught, by the rule it breaks. And feeds that are right pass.

The good feed (`good/rich.xml`) uses every tag and has no finding at all, so that what is found comes from the edit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from feeds.podcast.checks import RULES, check

RICH = (Path(__file__).parent / "good" / "rich.xml").read_text(encoding="utf-8")
SLEEP = "https://hub.example.org/podcasts/first-steps/audio/3-0a1b2c3d4e5f.mp3"
SELF = '<atom:link href="https://hub.example.org/podcasts/first-steps/feed.xml" rel="self" type="application/rss+xml"/>'
ENCLOSURE = f'<enclosure url="{SLEEP}" length="9600000" type="audio/mpeg"/>'
LONG = "x" * 300


@dataclass(frozen=True)
class Edit:
    name: str
    rule: str
    old: str
    new: str
    level: str = "must"


def should(name: str, rule: str, old: str, new: str) -> Edit:
    return Edit(name, rule, old, new, "should")


DOCUMENT = [
    Edit("a tag is not closed", "document.well-formed", "</copyright>", ""),
    Edit("a tag is closed twice", "document.well-formed", "</copyright>", "</copyright></copyright>"),
    Edit("tags cross", "document.well-formed", "</itunes:name>\n", "</itunes:owner>\n"),
    Edit("an ampersand stands alone", "document.well-formed", "Kids &amp; Family", "Kids & Family"),
    Edit("an HTML entity", "document.well-formed", "The Garden Row Trust</copyright>", "Garden&nbsp;Row</copyright>"),
    Edit("a control character", "document.well-formed", "Help us record", "Help us \x02 record"),
    Edit("a forbidden reference", "document.well-formed", "Help us record", "Help us &#0; record"),
    Edit("an attribute twice", "document.well-formed", 'length="9600000"', 'length="9600000" length="9600000"'),
    Edit("an attribute without quotes", "document.well-formed", 'length="9600000"', "length=9600000"),
    Edit("cut off", "document.well-formed", "</channel>\n</rss>\n", ""),
    Edit("something after the end", "document.well-formed", "</rss>\n", "</rss>\n<more/>"),
    Edit("something before the declaration", "document.well-formed", "<?xml", "\n<?xml"),
    Edit("an undeclared prefix", "document.well-formed", "<generator>", "<x:y/><generator>"),
    Edit("an end of CDATA alone", "document.well-formed", "Bring your own.", "Bring ]]> your own."),
    Edit("an entity of its own", "document.entities", "<rss version", '<!DOCTYPE rss [<!ENTITY a "b">]><rss version'),
    Edit("says Latin-1", "document.encoding", 'encoding="UTF-8"', 'encoding="ISO-8859-1"'),
    Edit("RSS 0.92", "document.rss", '<rss version="2.0"', '<rss version="0.92"'),
    Edit("no version", "document.rss", '<rss version="2.0"', "<rss"),
    Edit("two channels", "document.rss", "</channel>", "</channel><channel/>"),
    Edit("an item outside", "document.rss", "</channel>", "</channel><item/>"),
    Edit("a last build date that is none", "document.rss", "<lastBuildDate>Mon, 16", "<lastBuildDate>Sun, 16"),
    Edit("itunes in wrong case", "document.namespaces", "dtds/podcast-1.0.dtd", "DTDs/Podcast-1.0.dtd"),
    Edit("itunes with https", "document.namespaces", "http://www.itunes.com/dtds", "https://www.itunes.com/dtds"),
    Edit("podcast with http", "document.namespaces", '"https://podcastindex.org/name', '"http://podcastindex.org/name'),
    Edit("podcast with a slash", "document.namespaces", "namespace/1.0", "namespace/1.0/"),
    Edit("another podcast namespace", "document.namespaces", "https://podcastindex.org/namespace/1.0", "https://x.example/pc20"),
    Edit("atom in wrong case", "document.namespaces", "http://www.w3.org/2005/Atom", "http://www.w3.org/2005/atom"),
    Edit("content without a slash", "document.namespaces", "rss/1.0/modules/content/", "rss/1.0/modules/content"),
    Edit("a tag in wrong case", "tags.known", "podcast:chat server", "podcast:Chat server"),
    Edit("an RSS tag in wrong case", "tags.known", "<generator>Publisher</generator>", "<Generator>Publisher</Generator>"),
    Edit("an itunes tag in wrong case", "tags.known", "<itunes:complete>Yes</itunes:complete>", "<itunes:Complete>Yes</itunes:Complete>"),
    should("a tag nobody knows", "tags.known", "<podcast:podping ", "<podcast:pingpong/><podcast:podping "),
    should("an itunes tag nobody knows", "tags.known", "<podcast:podping ", "<itunes:stars>5</itunes:stars><podcast:podping "),
    Edit("a value too long", "values.length", "<generator>Publisher", f"<generator>{LONG}"),
    Edit("an attribute too long", "values.length", "/media/sleep.jpg", f"/media/{LONG}.jpg"),
    Edit("a title too long", "values.length", "Six words a day", f"Six words a day {LONG}"),
    Edit("a space before a value", "values.space", "<itunes:author>The", "<itunes:author> The"),
    Edit("a space after a value", "values.space", "<title>First Steps", "<title>First Steps "),
    Edit("a line break around a value", "values.space", "<language>en-ke</language>", "<language>\nen-ke\n</language>"),
    Edit("a space in an attribute", "values.space", 'usesPodping="true"', 'usesPodping="true "'),
    Edit("a space in CDATA", "values.space", "<![CDATA[<p>Light, deep, and light again. ", "<![CDATA[ <p>Light, deep, and light again. "),
    Edit("a transcript by http", "urls.https", '"https://hub.example.org/podcasts/first-steps/sleep/transcript.en.vtt', '"http://hub.example.org/podcasts/first-steps/sleep/transcript.en.vtt'),
    Edit("chapters by http", "urls.https", '"https://hub.example.org/podcasts/first-steps/sleep/chapters', '"http://hub.example.org/podcasts/first-steps/sleep/chapters'),
    Edit("a person's picture by http", "urls.https", 'img="https', 'img="http'),
    Edit("a person's page by http", "urls.https", 'href="https://hub.example.org/people', 'href="http://hub.example.org/people'),
    Edit("funding by http", "urls.https", 'url="https://hub.example.org/give', 'url="http://hub.example.org/give'),
    Edit("a remote feed by http", "urls.https", 'feedUrl="https://other', 'feedUrl="http://other'),
    Edit("a source by http", "urls.https", 'uri="https://hub.example.org/podcasts/first-steps/audio/3-slow', 'uri="http://hub.example.org/podcasts/first-steps/audio/3-slow'),
    should("sound by http", "urls.https", f'"{SLEEP}', f'"{SLEEP.replace("https", "http")}'),
    should("sound on one's own machine", "urls.reachable", f'"{SLEEP}', '"http://127.0.0.1:8000/3.mp3'),
    should("sound in one's own network", "urls.reachable", f'"{SLEEP}', '"https://192.168.1.7/3.mp3'),
    should("a page on one's own machine", "urls.reachable", "<link>https://hub.example.org/podcasts/first-steps</link>", "<link>http://localhost/</link>"),
    should("a paged feed without its first page", "feed.paging", '<atom:link href="https://hub.example.org/podcasts/first-steps/feed.xml" rel="first"/>', ""),
    should("a paged feed without its last page", "feed.paging", '<atom:link href="https://hub.example.org/podcasts/first-steps/feed.xml?page=4" rel="last"/>', ""),
    should("a paged feed that leads nowhere", "feed.paging", ' rel="next"', ' rel="alternate"'),
    Edit("a page named twice", "feed.paging", ' rel="last"/>', ' rel="last"/><atom:link rel="last" href="https://hub.example.org/x"/>'),
    Edit("a page without an address", "feed.paging", 'href="https://hub.example.org/podcasts/first-steps/feed.xml?page=2" rel="next"', 'rel="next"'),
    Edit("a hub without an address", "websub.hub", 'href="https://websub.example.net/" rel="hub"', 'rel="hub"'),
    Edit("a hub that is no address", "websub.hub", "https://websub.example.net/", "websub.example.net"),
    Edit("two selves beside a hub", "websub.self", SELF, SELF + SELF.replace("feed.xml", "feed2.xml")),
    Edit("no self beside a hub", "websub.self", SELF, ""),
]  # fmt: skip

CHANNEL = [
    Edit("no self", "channel.self", SELF, ""),
    Edit("a self without type", "channel.self", 'rel="self" type="application/rss+xml"', 'rel="self"'),
    Edit("a self of another type", "channel.self", 'rel="self" type="application/rss+xml"', 'rel="self" type="text/xml"'),
    Edit("a relative self", "channel.self", SELF, SELF.replace("https://hub.example.org", "")),
    Edit("a self without address", "channel.self", SELF, '<atom:link rel="self" type="application/rss+xml"/>'),
    Edit("no title", "channel.title", "<title>First Steps</title>", ""),
    Edit("an empty title", "channel.title", "<title>First Steps</title>", "<title/>"),
    Edit("a blank title", "channel.title", "<title>First Steps</title>", "<title> </title>"),
    Edit("HTML in the title", "channel.title", "<title>First Steps", "<title>&lt;b>First Steps"),
    Edit("a title escaped twice", "channel.title", "<title>First Steps", "<title>First &amp;amp; Steps"),
    should("keywords for a title", "channel.title", "<title>First Steps", "<title>First Steps, baby, child, sleep, play, growth"),
    Edit("no description", "channel.description", "<description><![CDATA[<p>What helps small children to grow: <em>ten minutes</em> on one question.</p>]]></description>", ""),
    Edit("an empty description", "channel.description", "<![CDATA[<p>What helps small children to grow: <em>ten minutes</em> on one question.</p>]]>", ""),
    Edit("a description too long", "channel.description", "What helps small", "é" * 2000 + "What helps small"),
    Edit("a description with escaped HTML", "channel.description", "<![CDATA[<p>What helps small children to grow: <em>ten minutes</em> on one question.</p>]]>", "&lt;p&gt;What helps&lt;/p&gt;"),
    Edit("a description with tags of the feed", "channel.description", "<![CDATA[<p>What helps small children to grow: <em>ten minutes</em> on one question.</p>]]>", "<p>What helps</p>"),
    Edit("a script in the description", "channel.description", "on one question.</p>", "<script>1</script></p>"),
    should("a table in the description", "channel.description", "on one question.</p>", "<table></table></p>"),
    Edit("no link", "channel.link", "<link>https://hub.example.org/podcasts/first-steps</link>", ""),
    Edit("a relative link", "channel.link", "<link>https://hub.example.org/podcasts/first-steps</link>", "<link>/podcasts/first-steps</link>"),
    Edit("a link with a space", "channel.link", "<link>https://hub.example.org/podcasts/first-steps</link>", "<link>https://hub.example.org/first steps</link>"),
    Edit("a link to mail", "channel.link", "<link>https://hub.example.org/podcasts/first-steps</link>", "<link>mailto:a@example.org</link>"),
    Edit("no language", "channel.language", "<language>en-ke</language>", ""),
    Edit("a language in words", "channel.language", ">en-ke<", ">English<"),
    Edit("a language with an underscore", "channel.language", ">en-ke<", ">en_KE<"),
    Edit("a language that does not exist", "channel.language", ">en-ke<", ">xx<"),
    Edit("a country that does not exist", "channel.language", ">en-ke<", ">en-zq<"),
    Edit("no category", "channel.category", '<itunes:category text="Kids &amp; Family">\n      <itunes:category text="Parenting"/>\n    </itunes:category>\n    <itunes:category text="Education"/>', ""),
    Edit("an old category", "channel.category", "Kids &amp; Family", "News &amp; Politics"),
    Edit("a category escaped twice", "channel.category", "Kids &amp; Family", "Kids &amp;amp; Family"),
    Edit("a category in small letters", "channel.category", 'text="Education"', 'text="education"'),
    Edit("a category without text", "channel.category", '<itunes:category text="Education"/>', "<itunes:category/>"),
    Edit("a category as text", "channel.category", '<itunes:category text="Education"/>', "<itunes:category>Education</itunes:category>"),
    Edit("an unknown subcategory", "channel.category", 'text="Parenting"', 'text="Grandparenting"'),
    Edit("a subcategory of another", "channel.category", 'text="Parenting"', 'text="Investing"'),
    Edit("a subcategory alone", "channel.category", 'text="Education"', 'text="Parenting"'),
    should("a category twice", "channel.category", '<itunes:category text="Education"/>', '<itunes:category text="Education"/><itunes:category text="Education"/>'),
    Edit("no explicit", "channel.explicit", "    <itunes:explicit>false</itunes:explicit>\n    <itunes:type>", "    <itunes:type>"),
    *(
        Edit(f"explicit {word or 'empty'}", "channel.explicit", "<itunes:explicit>false</itunes:explicit>\n    <itunes:type>", f"<itunes:explicit>{word}</itunes:explicit>\n    <itunes:type>")
        for word in ("yes", "no", "clean", "False", "0", "")
    ),
    Edit("no image", "channel.image", '    <itunes:image href="https://hub.example.org/media/first-steps.png"/>\n    <itunes:category', "    <itunes:category"),
    Edit("an image as text", "channel.image", '<itunes:image href="https://hub.example.org/media/first-steps.png"/>\n    <itunes:category', "<itunes:image>https://hub.example.org/media/first-steps.png</itunes:image>\n    <itunes:category"),
    Edit("an image without extension", "channel.image", 'first-steps.png"/>\n    <itunes:category', 'first-steps"/>\n    <itunes:category'),
    Edit("an image of another kind", "channel.image", 'first-steps.png"/>\n    <itunes:category', 'first-steps.webp"/>\n    <itunes:category'),
    Edit("an image whose extension is in the query", "channel.image", 'first-steps.png"/>\n    <itunes:category', 'show?of=first-steps.png"/>\n    <itunes:category'),
    Edit("a relative image", "channel.image", '"https://hub.example.org/media/first-steps.png"/>\n    <itunes:category', '"/media/first-steps.png"/>\n    <itunes:category'),
    should("not locked", "channel.locked", '<podcast:locked owner="sound@hub.example.org">yes</podcast:locked>', ""),
    *(Edit(f"locked {word or 'empty'}", "channel.locked", ">yes</podcast:locked>", f">{word}</podcast:locked>") for word in ("maybe", "true", "Yes", "")),
    Edit("locked by nobody", "channel.locked", 'owner="sound@hub.example.org"', 'owner="the trust"'),
    should("no guid of the show", "channel.guid", "<podcast:guid>69db1e7c-0137-58d2-b44f-71e93a72c44c</podcast:guid>", ""),
    Edit("a guid that is an address", "channel.guid", "69db1e7c-0137-58d2-b44f-71e93a72c44c", "https://hub.example.org/"),
    Edit("a guid cut short", "channel.guid", "69db1e7c-0137-58d2-b44f-71e93a72c44c", "69db1e7c-0137-58d2-b44f-71e93a72c44"),
    Edit("a guid without hyphens", "channel.guid", "69db1e7c-0137-58d2-b44f-71e93a72c44c", "69db1e7c013758d2b44f71e93a72c44c"),
    Edit("an empty guid", "channel.guid", "69db1e7c-0137-58d2-b44f-71e93a72c44c", ""),
    should("a random guid", "channel.guid", "69db1e7c-0137-58d2-b44f-71e93a72c44c", "69db1e7c-0137-48d2-b44f-71e93a72c44c"),
    should("no author", "channel.author", "<itunes:author>The Garden Row Trust</itunes:author>", ""),
    should("no author for Spotify", "spotify.show", "<itunes:author>The Garden Row Trust</itunes:author>", ""),
    should("an empty author", "channel.author", "<itunes:author>The Garden Row Trust</itunes:author>", "<itunes:author/>"),
    *(should(f"copyright {word}", "channel.copyright", "<copyright>", f"<copyright>{word} ") for word in ("Copyright", "©", "(c)", "2026")),
    Edit("a type that is none", "channel.type", ">serial<", ">series<"),
    should("a type with a capital", "channel.type", ">serial<", ">Serial<"),
    Edit("an empty type", "channel.type", ">serial<", "><"),
    Edit("complete: no", "channel.complete", ">Yes</itunes:complete>", ">no</itunes:complete>"),
    Edit("complete: true", "channel.complete", ">Yes</itunes:complete>", ">true</itunes:complete>"),
    Edit("block: no", "channel.block", "<itunes:complete>", "<itunes:block>no</itunes:block><itunes:complete>"),
    should("another new address", "channel.new-feed-url", "<itunes:new-feed-url>https://hub.example.org", "<itunes:new-feed-url>https://new.example.org"),
    Edit("a new address that is none", "channel.new-feed-url", "<itunes:new-feed-url>https://hub.example.org", "<itunes:new-feed-url>"),
    should("no owner", "channel.owner", "<itunes:owner>\n      <itunes:name>The Garden Row Trust</itunes:name>\n      <itunes:email>sound@hub.example.org</itunes:email>\n    </itunes:owner>", ""),
    should("an owner without address", "channel.owner", "<itunes:email>sound@hub.example.org</itunes:email>", ""),
    should("an owner without name", "channel.owner", "<itunes:name>The Garden Row Trust</itunes:name>", ""),
    Edit("an owner's address that is none", "channel.owner", "<itunes:email>sound@hub", "<itunes:email>sound at hub"),
    should("no people", "channel.person", '<podcast:person role="host" group="cast" href="https://hub.example.org/people/amina" img="https://hub.example.org/media/amina.jpg">Amina Otieno</podcast:person>', ""),
]  # fmt: skip

SHOW_TAGS = [
    Edit("txt empty", "podcast.txt", ">a3f9c2<", "><"),
    Edit("txt too long", "podcast.txt", ">a3f9c2<", f">{'a' * 4001}<"),
    Edit("txt with a long purpose", "podcast.txt", 'purpose="verify"', f'purpose="{"v" * 129}"'),
    Edit("funding without address", "podcast.funding", 'url="https://hub.example.org/give"', ""),
    Edit("funding by mail", "podcast.funding", "https://hub.example.org/give", "mailto:a@example.org"),
    Edit("funding with long words", "podcast.funding", "Help us record", "Help us record " * 10),
    should("funding without words", "podcast.funding", "Help us record", ""),
    Edit("a person without name", "podcast.person", ">Dr Njeri Kamau<", "><"),
    Edit("a blank person", "podcast.person", ">Dr Njeri Kamau<", "> <"),
    Edit("a person with a long name", "podcast.person", ">Dr Njeri Kamau<", f">{'N' * 129}<"),
    Edit("a role of our own", "podcast.person", 'role="guest"', 'role="midwife"'),
    Edit("a group of our own", "podcast.person", 'role="guest" group="cast"', 'role="guest" group="guests"'),
    should("a role in another group", "podcast.person", 'group="audio production"', 'group="visuals"'),
    Edit("a person with half an address", "podcast.person", 'href="https://hub.example.org/people/amina"', 'href="people/amina"'),
    Edit("a medium in capitals", "podcast.medium", ">podcast</podcast:medium>", ">Podcast</podcast:medium>"),
    Edit("a medium of our own", "podcast.medium", ">podcast</podcast:medium>", ">radio</podcast:medium>"),
    Edit("an empty medium", "podcast.medium", ">podcast</podcast:medium>", "></podcast:medium>"),
    Edit("a rule without frequency", "podcast.update-frequency", "FREQ=WEEKLY;BYDAY", "BYDAY"),
    Edit("a frequency of our own", "podcast.update-frequency", "FREQ=WEEKLY", "FREQ=FORTNIGHTLY"),
    Edit("a day of our own", "podcast.update-frequency", "BYDAY=MO", "BYDAY=MON"),
    Edit("a count of nothing", "podcast.update-frequency", "COUNT=12", "COUNT=0"),
    Edit("count and until", "podcast.update-frequency", "COUNT=12", "COUNT=12;UNTIL=20270101T000000Z"),
    Edit("a part of our own", "podcast.update-frequency", "COUNT=12", "COUNT=12;EVERY=2"),
    Edit("a part without value", "podcast.update-frequency", "COUNT=12", "COUNT"),
    Edit("a part twice", "podcast.update-frequency", "COUNT=12", "COUNT=12;FREQ=DAILY"),
    Edit("a month that is none", "podcast.update-frequency", "BYDAY=MO", "BYMONTH=13"),
    Edit("count without start", "podcast.update-frequency", ' dtstart="2026-11-02T06:00:00Z"', ""),
    Edit("a start in words", "podcast.update-frequency", "2026-11-02T06:00:00Z", "2 November 2026"),
    Edit("a start that is no day", "podcast.update-frequency", "2026-11-02T06:00:00Z", "2026-02-30"),
    Edit("complete in words", "podcast.update-frequency", 'complete="false"', 'complete="not yet"'),
    Edit("a frequency in many words", "podcast.update-frequency", "Mondays, twelve times", "Mondays " * 20),
    Edit("podping in words", "podcast.podping", 'usesPodping="true"', 'usesPodping="yes"'),
    Edit("podping says nothing", "podcast.podping", ' usesPodping="true"', ""),
    Edit("a place without name", "podcast.location", ">Nairobi<", "><"),
    Edit("a place with a long name", "podcast.location", ">Nairobi<", f">{'N' * 129}<"),
    Edit("a place of another kind", "podcast.location", 'rel="creator"', 'rel="studio"'),
    Edit("a place without geo:", "podcast.location", "geo:-1.2921,36.8219", "-1.2921,36.8219"),
    Edit("a place off the earth", "podcast.location", "geo:-1.2921,36.8219", "geo:-91.2921,36.8219"),
    Edit("a place with a space", "podcast.location", "geo:-1.2921,36.8219", "geo:-1.2921, 36.8219"),
    Edit("a place on another map", "podcast.location", "R3492709", "relation 3492709"),
    Edit("a country that is none", "podcast.location", 'country="KE"', 'country="Kenya"'),
    Edit("a country in small letters", "podcast.location", 'country="KE"', 'country="ke"'),
    Edit("a licence of our own without address", "podcast.license", ">cc-by-4.0<", ">free-to-use<"),
    Edit("an empty licence", "podcast.license", ">cc-by-4.0<", "><"),
    Edit("a licence with half an address", "podcast.license", 'url="https://hub.example.org/licence"', 'url="licence"'),
    Edit("a licence with a long name", "podcast.license", ">garden-row-1.0<", f">{'g' * 129}<"),
    Edit("value without type", "podcast.value", '<podcast:value type="lightning" method="keysend" suggested', '<podcast:value method="keysend" suggested'),
    Edit("value without method", "podcast.value", '<podcast:value type="lightning" method="keysend" suggested', '<podcast:value type="lightning" suggested'),
    Edit("value with an amount in words", "podcast.value", '"0.00000005"', '"a little"'),
    Edit("a recipient without type", "podcast.value", 'name="The Trust" type="node"', 'name="The Trust"'),
    Edit("a recipient without address", "podcast.value", 'address="02aabbccdd" split="90"', 'split="90"'),
    Edit("a recipient without share", "podcast.value", ' split="90"', ""),
    Edit("a share with a point", "podcast.value", 'split="90"', 'split="90.5"'),
    Edit("a share below nothing", "podcast.value", 'split="90"', 'split="-90"'),
    Edit("shares of nothing", "podcast.value", 'split="100"', 'split="0"'),
    Edit("a fee in words", "podcast.value", 'fee="true"', 'fee="yes"'),
    Edit("value for nobody", "podcast.value", '<podcast:valueRecipient type="node" address="02aabbccdd" split="100"/>', ""),
    Edit("a split without start", "podcast.value", '<podcast:valueTimeSplit startTime="60"', "<podcast:valueTimeSplit"),
    Edit("a split of no time", "podcast.value", 'duration="30" remoteStartTime', 'duration="0" remoteStartTime'),
    Edit("more than everything", "podcast.value", 'remotePercentage="95"', 'remotePercentage="950"'),
    Edit("block in other words", "podcast.block", ">yes</podcast:block>", ">true</podcast:block>"),
    should("block for nobody known", "podcast.block", 'id="tiktok"', 'id="tictac"'),
    Edit("block twice", "podcast.block", '<podcast:block id="tiktok">yes</podcast:block>', '<podcast:block id="tiktok">yes</podcast:block><podcast:block id="tiktok">no</podcast:block>'),
    Edit("an image without address", "podcast.image", 'href="https://hub.example.org/media/first-steps-wide.jpg"', ""),
    Edit("an image of width zero", "podcast.image", 'width="1280" height="720" type', 'width="0" height="720" type'),
    Edit("a proportion in words", "podcast.image", 'aspect-ratio="16/9"', 'aspect-ratio="wide"'),
    Edit("an image that is sound", "podcast.image", 'type="image/jpeg"', 'type="audio/mpeg"'),
    should("an image that does not say what it shows", "podcast.image", ' alt="A child stacks three blocks"', ""),
    should("an image that does not say its proportion", "podcast.image", ' aspect-ratio="16/9"', ""),
    Edit("a trailer without address", "podcast.trailer", '<podcast:trailer url="https://hub.example.org/podcasts/first-steps/audio/1.mp3"', "<podcast:trailer"),
    Edit("a trailer without date", "podcast.trailer", ' pubdate="Thu, 01 Oct 2026 06:00:00 +0000"', ""),
    Edit("a trailer on another day of the week", "podcast.trailer", 'pubdate="Thu,', 'pubdate="Fri,'),
    Edit("a trailer dated otherwise", "podcast.trailer", "Thu, 01 Oct 2026 06:00:00 +0000", "2026-10-01"),
    Edit("a trailer without title", "podcast.trailer", ">What this show is about</podcast:trailer>", "/>"),
    Edit("a trailer with a long title", "podcast.trailer", ">What this show is about</podcast:trailer>", f">{'W' * 129}</podcast:trailer>"),
    Edit("a trailer of season zero", "podcast.trailer", 'season="1">What', 'season="one">What'),
    Edit("a trailer's length in words", "podcast.trailer", 'length="480000" type="audio/mpeg" season', 'length="480 kB" type="audio/mpeg" season'),
    should("a trailer without length", "podcast.trailer", 'length="480000" type="audio/mpeg" season', 'type="audio/mpeg" season'),
    should("a trailer without type", "podcast.trailer", 'type="audio/mpeg" season', "season"),
    Edit("an empty podroll", "podcast.podroll", '<podcast:remoteItem feedGuid="917393e3-1b1e-5cef-ace4-edaa54e1f810" feedUrl="https://other.example.net/feed.xml"/>', ""),
    Edit("a remote item without guid", "podcast.remote-item", 'feedGuid="917393e3-1b1e-5cef-ace4-edaa54e1f810" feedUrl', "feedUrl"),
    Edit("a remote item with a guid that is none", "podcast.remote-item", '917393e3-1b1e-5cef-ace4-edaa54e1f810" feedUrl', '917393e3" feedUrl'),
    Edit("a remote item of another medium", "podcast.remote-item", 'medium="music"', 'medium="song"'),
    Edit("a remote item with half an address", "podcast.remote-item", "https://other.example.net/feed.xml", "other.example.net/feed.xml"),
    Edit("a publisher without medium", "podcast.publisher", 'medium="publisher" ', ""),
    Edit("a publisher without item", "podcast.publisher", '<podcast:remoteItem medium="publisher" feedGuid="9b024349-ccf0-5f69-a609-6b82873eab3c" feedUrl="https://hub.example.org/publisher.xml"/>', ""),
    Edit("two publishers in one", "podcast.publisher", "</podcast:publisher>", '<podcast:remoteItem medium="publisher" feedGuid="9b024349-ccf0-5f69-a609-6b82873eab3c"/></podcast:publisher>'),
    Edit("chat without server", "podcast.chat", 'server="chat.example.net" ', ""),
    Edit("chat without protocol", "podcast.chat", ' protocol="matrix"', ""),
    should("chat in a protocol of our own", "podcast.chat", 'protocol="matrix"', 'protocol="shouting"'),
]  # fmt: skip

SECOND = "      <itunes:explicit>false</itunes:explicit>\n      <itunes:episodeType>full</itunes:episodeType>\n      <itunes:season>1</itunes:season>\n      <itunes:episode>1<"
ITEMS = [
    Edit("no title of an episode", "item.title", "<title>Six words a day</title>", ""),
    Edit("an empty title of an episode", "item.title", "Six words a day", ""),
    *(
        Edit(f"a title like “{title}”", "item.title", "Six words a day", title)
        for title in ("Episode 1: Six words", "Ep. 1 – Six words", "S01E01 Six words", "#1 Six words", "Six words (Episode 1)",
                      "Folge 12: Sechs Wörter", "1. Six words", "First Steps: Six words", "Six words | First Steps",
                      "Six &amp;amp; seven words")
    ),
    should("a title that begins with some number", "item.title", "Six words a day", "1984: a look back"),
    Edit("no enclosure", "item.enclosure", ENCLOSURE, ""),
    Edit("two enclosures", "item.enclosure", ENCLOSURE, ENCLOSURE + ENCLOSURE.replace("5f.mp3", "60.mp3")),
    Edit("an enclosure without address", "enclosure.url", f'url="{SLEEP}" ', ""),
    Edit("an enclosure with half an address", "enclosure.url", SLEEP, "/audio/3.mp3"),
    Edit("an enclosure with a space in it", "enclosure.url", SLEEP, "https://hub.example.org/the third.mp3"),
    Edit("an enclosure by ftp", "enclosure.url", f'"{SLEEP}', f'"{SLEEP.replace("https", "ftp")}'),
    Edit("an enclosure without extension", "enclosure.extension", "3-0a1b2c3d4e5f.mp3", "3-0a1b2c3d4e5f"),
    Edit("an enclosure that is ogg", "enclosure.extension", "3-0a1b2c3d4e5f.mp3", "3-0a1b2c3d4e5f.ogg"),
    Edit("an extension in the query", "enclosure.extension", "3-0a1b2c3d4e5f.mp3", "listen?file=3.mp3"),
    Edit("an enclosure without length", "enclosure.length", 'length="9600000" ', ""),
    *(Edit(f"a length of {word or 'nothing'}", "enclosure.length", 'length="9600000"', f'length="{word}"') for word in ("0", "", "-1", "9.6 MB", "9600000.0", "9,600,000")),
    Edit("an enclosure without type", "enclosure.type", 'length="9600000" type="audio/mpeg"', 'length="9600000"'),
    *(Edit(f"the type {word}", "enclosure.type", 'length="9600000" type="audio/mpeg"', f'length="9600000" type="{word}"') for word in ("audio/mp3", "audio/ogg", "mp3", "text/html")),
    should("a type that does not fit the name", "enclosure.type", 'length="9600000" type="audio/mpeg"', 'length="9600000" type="video/mp4"'),
    Edit("one sound twice", "enclosure.unique", SLEEP, "https://hub.example.org/podcasts/first-steps/audio/2-aa1b2c3d4e5f.m4a?from=feed"),
    Edit("no guid", "item.guid", '<guid isPermaLink="false">first-steps-3</guid>', ""),
    Edit("an empty guid of an episode", "item.guid", ">first-steps-3<", "><"),
    Edit("one guid twice", "guid.unique", ">first-steps-3<", ">first-steps-1<"),
    Edit("a guid of a live item again", "guid.unique", ">first-steps-3<", ">first-steps-live-1<"),
    Edit("a guid that is no link and does not say so", "guid.permalink", '<guid isPermaLink="false">first-steps-3', "<guid>first-steps-3"),
    Edit("a guid that says it is a link", "guid.permalink", '<guid isPermaLink="false">first-steps-3', '<guid isPermaLink="true">first-steps-3'),
    Edit("a guid that says no", "guid.permalink", '<guid isPermaLink="false">first-steps-3', '<guid isPermaLink="no">first-steps-3'),
    should("no date", "item.date", "<pubDate>Mon, 09 Nov 2026 09:00:00 +0300</pubDate>", ""),
    *(
        Edit(f"the date “{word}”", "item.date", "Mon, 09 Nov 2026 09:00:00 +0300", word)
        for word in ("2026-11-09T09:00:00+03:00", "Tue, 09 Nov 2026 09:00:00 +0300", "Mon, 09 Nov 26 09:00:00 +0300", "Mon, 09 November 2026 09:00:00 +0300",
                     "Mon, 09 Nov 2026 09:00:00", "Mon, 09 Nov 2026 25:00:00 +0300", "Mon, 31 Nov 2026 09:00:00 +0300", "Mo, 09 Nov 2026 09:00:00 +0300",
                     "yesterday", "Mon, 09 Nov 2026 09:00:00 EAT", "Mon, 30 Nov 2026 09:00:00 +0300")
    ),
    should("no description of an episode", "item.description", "<description>How children pick up their language, and what slows them down.</description>", ""),
    Edit("a long description of an episode", "item.description", "How children pick", "How children pick " * 300),
    Edit("escaped HTML in an episode", "item.description", "How children pick", "&lt;p>How children pick"),
    Edit("tags of the feed in an episode", "item.description", "How children pick", "<p/>How children pick"),
    *(Edit(f"<{word}> in an episode", "item.description", "Light, deep, and light again. <a", f"Light, deep. <{word}> <a") for word in ("br/", "h2", "img src='x'", "script")),
    should("no duration", "item.duration", "<itunes:duration>450</itunes:duration>", ""),
    should("a duration with colons", "item.duration", ">450<", ">7:30<"),
    *(Edit(f"the duration {word}", "item.duration", ">450<", f">{word}<") for word in ("450.5", "seven minutes", "0", "-450", "7m30s")),
    should("no image of an episode", "item.image", '<itunes:image href="https://hub.example.org/media/words.jpeg"/>', ""),
    Edit("an image of an episode that is none", "item.image", "/media/words.jpeg", "/media/words.gif"),
    Edit("an image of an episode without address", "item.image", 'href="https://hub.example.org/media/words.jpeg"', ""),
    should("an episode that does not say explicit", "item.explicit", SECOND, SECOND.replace("      <itunes:explicit>false</itunes:explicit>\n", "")),
    Edit("an episode that says clean", "item.explicit", SECOND, SECOND.replace("false", "clean")),
    should("no page of an episode", "item.link", "<link>https://hub.example.org/podcasts/first-steps/words</link>", ""),
    Edit("a page that is none", "item.link", "<link>https://hub.example.org/podcasts/first-steps/words</link>", "<link>words</link>"),
    Edit("a serial episode without number", "item.episode", "<itunes:episode>1</itunes:episode>", ""),
    *(Edit(f"the number {word or 'empty'}", "item.episode", "<itunes:episode>1</itunes:episode>", f"<itunes:episode>{word}</itunes:episode>") for word in ("0", "one", "1.5", "-1", "")),
    Edit("season zero", "item.season", "<itunes:season>1</itunes:season>\n      <itunes:episode>1<", "<itunes:season>0</itunes:season>\n      <itunes:episode>1<"),
    Edit("a season in words", "item.season", "<itunes:season>1</itunes:season>\n      <itunes:episode>1<", "<itunes:season>first</itunes:season>\n      <itunes:episode>1<"),
    Edit("an episode of another type", "item.type", ">trailer<", ">teaser<"),
    should("an episode type with a capital", "item.type", ">trailer<", ">Trailer<"),
    Edit("an episode that blocks by no", "item.block", "<itunes:block>Yes<", "<itunes:block>No<"),
    Edit("a transcript without address", "podcast.transcript", 'url="https://hub.example.org/podcasts/first-steps/sleep/transcript.en.vtt" ', ""),
    Edit("a transcript without type", "podcast.transcript", ' type="text/vtt"', ""),
    Edit("a transcript of another type", "podcast.transcript", 'type="text/plain"', 'type="application/srt"'),
    Edit("a transcript in a language that is none", "podcast.transcript", 'language="en" rel', 'language="english" rel'),
    Edit("a transcript for something else", "podcast.transcript", 'rel="captions"', 'rel="subtitles"'),
    should("transcripts without VTT", "podcast.transcript", 'type="text/vtt"', 'type="application/x-subrip"'),
    Edit("chapters without address", "podcast.chapters", 'url="https://hub.example.org/podcasts/first-steps/sleep/chapters.json" ', ""),
    Edit("chapters without type", "podcast.chapters", ' type="application/json+chapters"', ""),
    Edit("chapters of another type", "podcast.chapters", "application/json+chapters", "application/json"),
    Edit("a soundbite without start", "podcast.soundbite", 'startTime="61.5" ', ""),
    Edit("a soundbite without duration", "podcast.soundbite", ' duration="30.0"', ""),
    Edit("a soundbite that starts by the clock", "podcast.soundbite", "61.5", "1:01"),
    Edit("a soundbite of no time", "podcast.soundbite", '"30.0"', '"0"'),
    Edit("a soundbite after the end", "podcast.soundbite", "61.5", "599"),
    Edit("a soundbite with a long title", "podcast.soundbite", "Two minutes awake", "T" * 129),
    should("a soundbite of five seconds", "podcast.soundbite", '"30.0"', '"5"'),
    Edit("a season with a point", "podcast.season", '<podcast:season name="The first year">1<', '<podcast:season name="The first year">1.5<'),
    Edit("a season with a long name", "podcast.season", "The first year", "T" * 129),
    should("a season that is another", "podcast.season", '<podcast:season name="The first year">1<', '<podcast:season name="The first year">2<'),
    Edit("an episode in words", "podcast.episode", '<podcast:episode display="The second">2<', '<podcast:episode display="The second">two<'),
    Edit("an episode called at length", "podcast.episode", "The second", "T" * 33),
    should("an episode that is another", "podcast.episode", '<podcast:episode display="The second">2<', '<podcast:episode display="The second">3<'),
    Edit("an alternative without type", "podcast.alternate-enclosure", 'type="audio/opus" ', ""),
    Edit("an alternative from nowhere", "podcast.alternate-enclosure", '<podcast:source uri="https://hub.example.org/live/first-steps.m3u8"/>', ""),
    Edit("a source without address", "podcast.alternate-enclosure", 'uri="ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"', ""),
    Edit("a source that is no address", "podcast.alternate-enclosure", "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi", "file-slow.opus"),
    Edit("an alternative with a long title", "podcast.alternate-enclosure", "For slow lines", "F" * 33),
    Edit("an alternative with a long rel", "podcast.alternate-enclosure", 'rel="slow"', f'rel="{"s" * 33}"'),
    Edit("a bit rate in words", "podcast.alternate-enclosure", "32000", "32 kbit/s"),
    Edit("a default in words", "podcast.alternate-enclosure", 'default="true" title="For', 'default="yes" title="For'),
    Edit("an integrity of another kind", "podcast.alternate-enclosure", 'type="sri"', 'type="md5"'),
    Edit("an integrity without value", "podcast.alternate-enclosure", ' value="sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="', ""),
    Edit("an integrity in hexadecimal", "podcast.alternate-enclosure", "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "e3b0c44298fc1c149afbf4c8996fb924"),
    Edit("comments without protocol", "podcast.social-interact", 'protocol="activitypub" ', ""),
    Edit("comments without address", "podcast.social-interact", 'uri="https://social.example.net/@amina/1" ', ""),
    Edit("comments that are off and on", "podcast.social-interact", 'protocol="disabled"', 'protocol="disabled" uri="https://social.example.net/1"'),
    Edit("comments of importance", "podcast.social-interact", 'priority="1"', 'priority="high"'),
    Edit("comments by half an account", "podcast.social-interact", 'accountUrl="https://social.example.net/@amina"', 'accountUrl="@amina"'),
    should("comments in a protocol of our own", "podcast.social-interact", 'protocol="activitypub"', 'protocol="letters"'),
    should("a picture of another shape", "youtube.thumbnail", 'height="720"/>\n    </item>', 'height="960"/>\n    </item>'),
]  # fmt: skip

ITEMS += [
    Edit("a number in Apple's title", "item.title", "<title>Six words a day</title>", "<title>Six words a day</title><itunes:title>S1 E1</itunes:title>"),
    should("a trailer with the show's name", "item.title", "<title>What this show is about", "<title>First Steps: what this show is about"),
    should("one number twice", "item.episode", "<itunes:episode>1</itunes:episode>", "<itunes:episode>2</itunes:episode>"),
    Edit("a summary too long", "item.description", "<itunes:duration>450", f"<itunes:summary>{'é' * 2001}</itunes:summary><itunes:duration>450"),
    Edit("a show's summary too long", "channel.description", "<podcast:podping", f"<itunes:summary>{'é' * 2001}</itunes:summary><podcast:podping"),
]  # fmt: skip

LIVE = [
    Edit("live without status", "podcast.live-item", 'status="pending" ', ""),
    Edit("live with another status", "podcast.live-item", 'status="pending"', 'status="soon"'),
    Edit("live with a capital", "podcast.live-item", 'status="pending"', 'status="Live"'),
    Edit("live without start", "podcast.live-item", 'start="2026-11-30T09:00:00+03:00" ', ""),
    Edit("live with a start by mail", "podcast.live-item", "2026-11-30T09:00:00+03:00", "Mon, 30 Nov 2026 09:00:00 +0300"),
    Edit("live on a day only", "podcast.live-item", "2026-11-30T09:00:00+03:00", "2026-11-30"),
    Edit("live that ends before it starts", "podcast.live-item", "2026-11-30T10:00:00+03:00", "2026-11-30T08:00:00+03:00"),
    should("live without end", "podcast.live-item", ' end="2026-11-30T10:00:00+03:00"', ""),
    should("live in nobody's zone", "podcast.live-item", "2026-11-30T09:00:00+03:00", "2026-11-30T09:00:00"),
    Edit("live without title", "podcast.live-item", "<title>Questions to a midwife</title>", ""),
    Edit("live without guid", "podcast.live-item", '<guid isPermaLink="false">first-steps-live-1</guid>', ""),
    Edit("live nowhere", "podcast.live-item", '<podcast:contentLink href="https://hub.example.org/podcasts/first-steps/live">Follow it here</podcast:contentLink>', ""),
    Edit("live at half an address", "podcast.live-item", '<podcast:contentLink href="https://hub.example.org/podcasts/first-steps/live"', '<podcast:contentLink href="live"'),
    should("live somewhere unsaid", "podcast.live-item", ">Follow it here<", "><"),
    should("live without enclosure", "podcast.live-item", '<enclosure url="https://hub.example.org/live/first-steps.mp3" type="audio/mpeg" length="0"/>', ""),
    Edit("live with an enclosure that is none", "podcast.live-item", 'url="https://hub.example.org/live/first-steps.mp3" ', ""),
    should("live with an enclosure only", "podcast.live-item", '<podcast:alternateEnclosure type="application/x-mpegURL" default="true" title="Picture and sound">\n        <podcast:source uri="https://hub.example.org/live/first-steps.m3u8"/>\n      </podcast:alternateEnclosure>', ""),
    Edit("a live guid that is no link", "guid.permalink", '<guid isPermaLink="false">first-steps-live-1', "<guid>first-steps-live-1"),
]  # fmt: skip


def twice(name: str, tag: str, rule: str = "tags.single") -> Edit:
    return Edit(f"{name} twice", rule, f"    {tag}", f"    {tag}{tag}")


COUNTS = [
    twice("locked", '<podcast:locked owner="sound@hub.example.org">yes</podcast:locked>'),
    twice("the show's guid", "<podcast:guid>69db1e7c-0137-58d2-b44f-71e93a72c44c</podcast:guid>"),
    twice("medium", "<podcast:medium>podcast</podcast:medium>"),
    twice("licence", "<podcast:license>cc-by-4.0</podcast:license>"),
    twice("podping", '<podcast:podping usesPodping="true"/>'),
    twice("chapters", '<podcast:chapters url="https://hub.example.org/podcasts/first-steps/sleep/chapters.json" type="application/json+chapters"/>'),
    twice("season", '<podcast:season name="The first year">1</podcast:season>'),
    twice("episode", '<podcast:episode display="The second">2</podcast:episode>'),
    twice("chat", '<podcast:chat server="chat.example.net" protocol="matrix" accountId="@amina:example.net" space="#first-steps:example.net"/>'),
    twice("updateFrequency", '<podcast:updateFrequency rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=12" dtstart="2026-11-02T06:00:00Z" complete="false">Mondays, twelve times</podcast:updateFrequency>'),
    Edit("podroll twice", "tags.single", "</podcast:podroll>", '</podcast:podroll><podcast:podroll><podcast:remoteItem feedGuid="917393e3-1b1e-5cef-ace4-edaa54e1f810"/></podcast:podroll>'),
    Edit("publisher twice", "tags.single", "</podcast:publisher>", '</podcast:publisher><podcast:publisher><podcast:remoteItem medium="publisher" feedGuid="917393e3-1b1e-5cef-ace4-edaa54e1f810"/></podcast:publisher>'),
    twice("the show's title", "<title>First Steps</title>"),
    twice("language", "<language>en-ke</language>"),
    twice("the show's author", "<itunes:author>The Garden Row Trust</itunes:author>"),
    twice("an episode's title", "<title>Six words a day</title>"),
    twice("an episode's guid", '<guid isPermaLink="false">first-steps-3</guid>'),
    twice("an episode's date", "<pubDate>Mon, 09 Nov 2026 09:00:00 +0300</pubDate>"),
    twice("an episode's duration", "<itunes:duration>450</itunes:duration>"),
    should("chapters of a show", "tags.place", "<podcast:podping", '<podcast:chapters url="https://hub.example.org/c.json" type="application/json+chapters"/><podcast:podping'),
    should("a category of an episode", "tags.place", "<itunes:duration>450", '<itunes:category text="Education"/><itunes:duration>450'),
    should("a lock of an episode", "tags.place", "<itunes:duration>450", "<podcast:locked>yes</podcast:locked><itunes:duration>450"),
]  # fmt: skip

EDITS = [*DOCUMENT, *CHANNEL, *SHOW_TAGS, *ITEMS, *LIVE, *COUNTS]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.name for edit in EDITS])
def test_one_thing_wrong_is_caught_by_its_rule(edit: Edit, now: datetime) -> None:
    assert RICH.count(edit.old) == 1, f"the edit must be at one place: {edit.old}"
    report = check(RICH.replace(edit.old, edit.new).encode(), now=now)
    found = {(finding.rule, finding.level) for finding in report.findings}
    assert (edit.rule, edit.level) in found, report.findings
    assert report.ok == (not any(level == "must" for _, level in found))
    if edit.level == "should":
        assert report.ok, report.findings
    for finding in report.findings:
        assert ":" in finding.message, "it says what to do"
        assert finding.message.endswith((".", ")"))
        assert finding.where


def test_there_are_enough_of_them() -> None:
    assert len(EDITS) >= 200
    assert len({edit.name for edit in EDITS}) == len(EDITS)


def test_every_rule_that_a_document_can_break_is_broken_by_some() -> None:
    assert {rule.id for rule in RULES.values() if not rule.network} - {edit.rule for edit in EDITS} == set()


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("Latin-1", lambda data: data.replace(b"Garden", b"G\xe4rden")),
        ("UTF-16", lambda data: data.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")),
        ("half a character", lambda data: data.replace(b"Nairobi", b"Nairob\xc3")),
    ],
)
def test_other_encodings_are_caught_and_the_rest_is_judged_all_the_same(
    name: str, damage: Callable[[bytes], bytes], now: datetime
) -> None:
    report = check(damage(RICH.replace("text/vtt", "text/vtx").encode()), now=now)
    rules = {finding.rule for finding in report.findings}
    assert {"document.encoding", "podcast.transcript"} <= rules, name


def test_the_good_feed_is_good_in_every_way(now: datetime) -> None:
    assert check(RICH.encode(), url="https://hub.example.org/podcasts/first-steps/feed.xml", now=now).findings == ()


# ---- feeds that are right

CHANNEL_TAGS = {
    "title": "<title>Cradle Songs</title>",
    "link": "<link>https://hub.example.org/podcasts/cradle-songs</link>",
    "description": "<description>Songs that put to sleep.</description>",
    "language": "<language>en</language>",
    "self": '<atom:link href="https://hub.example.org/podcasts/cradle-songs/feed.xml" rel="self" type="application/rss+xml"/>',
    "category": '<itunes:category text="Music"/>',
    "explicit": "<itunes:explicit>false</itunes:explicit>",
    "image": '<itunes:image href="https://hub.example.org/media/cradle.jpg"/>',
}
ITEM_TAGS = {
    "title": "<title>A song from Kisumu</title>",
    "enclosure": '<enclosure url="https://hub.example.org/podcasts/cradle-songs/audio/1.mp3" length="1000" type="audio/mpeg"/>',
    "guid": '<guid isPermaLink="false">cradle-1</guid>',
}
OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
)


def item(**tags: str) -> str:
    return "<item>" + "".join((ITEM_TAGS | tags).values()) + "</item>"


def feed(*items: str, opening: str = OPENING, **tags: str) -> str:
    """A feed with no more than what must be in it; `tags` replace or add."""
    return opening + "".join((CHANNEL_TAGS | tags).values()) + "".join(items) + "</channel></rss>"


def numbered(number: int, **tags: str) -> str:
    return item(
        title=f"<title>The {number}th night</title>",
        enclosure=f'<enclosure url="https://hub.example.org/audio/{number}.mp3" length="1000" type="audio/mpeg"/>',
        guid=f'<guid isPermaLink="false">night-{number}</guid>',
        number=f"<itunes:episode>{number}</itunes:episode>",
        **tags,
    )


GOOD = {
    "the rich one": RICH,
    "minimal": feed(item()),
    "serial": feed(numbered(1), numbered(2), type="<itunes:type>serial</itunes:type>"),
    "serial with a bonus without number": feed(
        numbered(1), item(type="<itunes:episodeType>bonus</itunes:episodeType>"), type="<itunes:type>serial</itunes:type>"
    ),
    "video": feed(
        item(enclosure='<enclosure url="https://hub.example.org/f.MP4?x=1" length="900000000" type="video/mp4"/>'),
        medium="<podcast:medium>video</podcast:medium>",
    ),
    "not Latin": feed(
        item(title="<title>ህጻናት እንዴት ይማራሉ</title>", guid='<guid isPermaLink="false">ክፍል-፩</guid>'),
        item(title="<title>كيف ينام الأطفال؟</title>", guid='<guid isPermaLink="false">نوم</guid>',
             enclosure='<enclosure url="https://hub.example.org/نوم.mp3" length="5" type="audio/mpeg"/>'),
        title="<title>የመጀመሪያ እርምጃዎች 👶🏾</title>", language="<language>am</language>",
    ),
    "right to left": feed(item(title="<title>\u200fשיר ערש</title>"), language="<language>he</language>"),
    "private": feed(item(), block="<itunes:block>Yes</itunes:block><podcast:block>yes</podcast:block>"),
    "page two of three": feed(
        item(),
        self='<atom:link href="https://hub.example.org/feed.xml?page=2" rel="self" type="application/rss+xml"/>',
        pages="".join(
            f'<atom:link href="https://hub.example.org/feed.xml?page={number}" rel="{rel}"/>'
            for rel, number in (("first", 1), ("prev", 1), ("next", 3), ("last", 3))
        ),
    ),
    "one page that says so": feed(
        item(),
        pages="".join(f'<atom:link href="https://hub.example.org/feed.xml" rel="{rel}"/>' for rel in ("first", "last")),
    ),
    "trailers only": feed(
        item(type="<itunes:episodeType>trailer</itunes:episodeType>", title="<title>Season 2: a first taste</title>"),
        type="<itunes:type>serial</itunes:type>",
    ),
    "no episode yet": feed(),
    "newsletter": feed(item(enclosure=""), medium="<podcast:medium>newsletter</podcast:medium>"),
    "a list of songs elsewhere": feed(
        medium="<podcast:medium>musicL</podcast:medium>",
        remote='<podcast:remoteItem feedGuid="917393e3-1b1e-5cef-ace4-edaa54e1f810" itemGuid="song" medium="music"/>',
    ),
    "4,000 bytes": feed(item(text=f"<description>{'é' * 2000}</description>"), description=f"<description>{'é' * 2000}</description>"),
    "255 characters": feed(item(title=f"<title>{'ü' * 255}</title>")),
    "CDATA cut in two": feed(item(text="<description><![CDATA[<p>a ]]]]><![CDATA[> b</p>]]></description>")),
    "CDATA with HTML that is text": feed(item(text="<description>a &lt; b, and 3 &lt;4&gt; 5</description>")),
    "comments and instructions": feed(item(), note="<!-- <title>no</title> --><?pause?>"),
    "a byte order mark": "\ufeff" + feed(item()),
    "line ends of Windows": RICH.replace("\n", "\r\n"),
    "no declaration": feed(item(), opening=OPENING.partition("\n")[2]),
    "single quotes": feed(item(), opening=OPENING.replace('"', "'")),
    "a document type without entities": feed(item(), opening=OPENING.replace("<rss ", "<!DOCTYPE rss>\n<rss ")),
    "numbers that are the title": feed(item(title="<title>7 days, 3 naps</title>"), title="<title>24</title>"),
    "the show's name as a word": feed(item(title="<title>Cradle Songs of the lake</title>")),
    "a date in a title": feed(item(title="<title>07.02. – what comes next week</title>")),
    "an address as guid": feed(item(guid="<guid>https://hub.example.org/1</guid>")),
    "dates as RFC 2822 allows them": feed(item(date="<pubDate>mon,2 nov 2026 06:00 gmt (noted)</pubDate>"), built="<pubDate>2 Nov 2026 06:00:00 -0000</pubDate>"),
    "a language of three letters": feed(item(), language="<language>luo-KE</language>"),
    "a tag of others": feed(item(extra='<x:y xmlns:x="https://x.example/ns" z=" "> w </x:y>')),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_breaks_no_must(name: str, now: datetime) -> None:
    assert [finding for finding in check(GOOD[name].encode(), now=now).findings if finding.level == "must"] == []


def test_html_without_the_namespace_for_html_is_worth_a_word(now: datetime) -> None:
    without = RICH.replace('     xmlns:content="http://purl.org/rss/1.0/modules/content/"\n', "").replace(
        "content:encoded", "media:text"
    )
    assert [(one.rule, one.level) for one in check(without.encode(), now=now).findings] == [
        ("document.namespaces", "should")
    ]


def test_a_feed_on_this_machine_is_told_that_nobody_else_reaches_it_and_no_more(now: datetime) -> None:
    report = check(RICH.replace("https://hub.example.org", "http://127.0.0.1:8000").encode(), now=now)
    assert {(finding.rule, finding.level) for finding in report.findings} == {("urls.reachable", "should")}
    assert report.ok
    http = check(RICH.replace("https://hub.example.org", "http://hub.example.org").encode(), now=now)
    assert ("urls.https", "must") in {(finding.rule, finding.level) for finding in http.findings}


def test_what_is_wrong_many_times_is_said_once(now: datetime) -> None:
    report = check(feed(*(numbered(n, link="<link>x</link>") for n in range(1, 101))).encode(), now=now)
    (finding,) = [one for one in report.findings if one.rule == "item.link"]
    assert finding.where.startswith("line 2, item “The 1th night”; line 2, item “The 2th night”; ")
    assert finding.where.endswith("; and 97 more")
