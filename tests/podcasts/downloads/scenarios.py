"""The golden log: what listeners and machines asked for, and how many downloads that is, with the reason.

Every answer is derived by hand from the rules in docs/counting.md. The first minute of `main` (2,000,000 bytes, of which
80,000 are its tag, 120 seconds) is its first 1,040,000 bytes; hours count from Monday 0:00 UTC. `downloads` is the number
that is used (24 hours from the first request), `by_day` the one where each UTC day counts by itself.
"""

from dataclasses import dataclass

from podcasts.downloads.counting_stage import APP, BROWSER, HOME, Asked, part, whole


@dataclass(frozen=True)
class Scenario:
    name: str
    requests: tuple[Asked, ...]
    downloads: int
    by_day: int
    why: str
    reasons: frozenset[str] = frozenset()


def _case(name: str, *requests: Asked, is_: int | tuple[int, int], why: str, left_out: str = "") -> Scenario:
    downloads, by_day = is_ if isinstance(is_, tuple) else (is_, is_)
    return Scenario(name, requests, downloads, by_day, why, frozenset(left_out.split()))


def _sent(*spans: tuple[int, int], asked: str, **how: object) -> Asked:
    return Asked(spans, asked=asked).but(**how)


def _nothing(**how: object) -> Asked:
    return Asked((), asked="").but(**how)


def _pieces(number: int) -> tuple[Asked, ...]:
    return tuple(part(n * 26_000, n * 26_000 + 25_999, at=6 + n / 100) for n in range(number))


def _crowd(number: int) -> tuple[Asked, ...]:
    return tuple(whole(agent=f"AntennaPod/3.{n}.0") for n in range(number))


V6, V6_LATER, V6_OTHER = "2001:db8:77:1::5", "2001:db8:77:1:9c2f::1", "2001:db8:77:2::5"
COREMEDIA = "AppleCoreMedia/1.0.0.21D50 (iPhone; U; CPU OS 17_3 like Mac OS X; en_us)"
HEADLESS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
PREVIEW = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"

BYTES = (
    _case("the whole file", whole(), is_=1, why="1,920,000 bytes of sound are more than a minute of it"),
    _case("exactly the first minute", part(0, 1_039_999), is_=1, why="1,040,000 bytes are enough"),
    _case(
        "one byte less", part(0, 1_039_998), is_=0, why="1,039,999 bytes are one too few", left_out="too_little"
    ),
    _case(
        "a minute of the file, tag and all", part(0, 999_999), is_=0, left_out="too_little",
        why="half of 2,000,000 bytes is a minute of the file, but 80,000 of them are a picture: 57.5 seconds of sound",
    ),
    _case("two halves", part(0, 519_999), part(520_000, 1_039_999), is_=1, why="one asker, one window: 1,040,000 together"),
    _case(
        "the same half twice", part(0, 519_999), part(0, 519_999), is_=0, left_out="too_little",
        why="the union is 520,000 bytes, though the sum is 1,040,000",
    ),
    _case("halves that overlap", part(0, 600_000), part(500_000, 1_039_999), is_=1, why="the union is 0 to 1,039,999"),
    _case(
        "halves with a byte missing between", part(0, 519_999), part(520_001, 1_039_999), is_=0, left_out="too_little",
        why="520,000 and 519,999 bytes are one too few",
    ),
    _case("from the middle on", part(960_000, 1_999_999), is_=1, why="a minute's bytes, whichever: who resumes has listened"),
    _case(
        "a piece within a piece", part(0, 900_000), part(100_000, 200_000), part(300_000, 899_999), is_=0,
        left_out="too_little", why="the union is the first one, 900,001 bytes; the sum would be 1,600,000",
    ),
    _case(
        "pieces out of order", part(700_000, 1_039_999), part(0, 299_999), part(300_000, 699_999), is_=1,
        why="the union does not ask which came first",
    ),
    _case("forty small pieces", *_pieces(40), is_=1, why="40 · 26,000 = 1,040,000: one download, not forty"),
    _case("thirty-nine of them", *_pieces(39), is_=0, why="39 · 26,000 = 1,014,000", left_out="too_little"),
    _case("three whole copies", whole(), whole(at=7), whole(at=8), is_=1, why="one asker within 24 hours is one download"),
)  # fmt: skip

ANSWERS = (
    _case("HEAD", _nothing(method="HEAD", status=200), is_=0, why="asks how long it is; nothing is sent", left_out="method"),
    _case(
        "HEAD, then the sound", _nothing(method="HEAD", status=200), whole(), is_=1, left_out="method",
        why="the GET counts, the HEAD does not",
    ),
    _case("POST", whole(method="POST"), is_=0, why="GET only", left_out="method"),
    _case("not changed", _nothing(status=304), is_=0, why="304 sends nothing: they have it already", left_out="status"),
    _case("no such part", _nothing(status=416, asked="bytes=9000000-"), is_=0, why="416 sends no sound", left_out="status"),
    _case("not found", _nothing(status=404), is_=0, why="404", left_out="status"),
    _case("broken", _nothing(status=500), is_=0, why="500", left_out="status"),
    _case(
        "a redirect, then the sound", _nothing(status=302), whole(), is_=1, left_out="status",
        why="the redirect is no download of its own",
    ),
    _case("a redirect that nobody followed", _nothing(status=302), is_=0, why="nothing was sent", left_out="status"),
    _case("gone before the first byte", _nothing(status=200), is_=0, why="nothing was sent", left_out="nothing_sent"),
)  # fmt: skip

RANGES = (
    _case("the question 0-1", part(0, 1), is_=0, why="two bytes ask whether ranges are understood", left_out="probe"),
    _case("the question 0-0", part(0, 0), is_=0, why="one byte, the same", left_out="probe"),
    _case(
        "the last two bytes", _sent((1_999_998, 1_999_999), asked="bytes=-2"), is_=0, left_out="probe",
        why="a suffix of two bytes is no listening either",
    ),
    _case(
        "one byte at each end", _sent((0, 0), (1_999_999, 1_999_999), asked="bytes=0-0,-1"), is_=0, left_out="probe",
        why="two bytes together",
    ),
    _case(
        "the question, then the sound", part(0, 1), _sent((0, 1_999_999), asked="bytes=0-"), is_=1, left_out="probe",
        why="Apple's players ask 0-1 first: one download",
    ),
    _case("three bytes", part(0, 2), is_=0, why="no question by the rule, but far from a minute", left_out="too_little"),
    _case(
        "0-1 answered with everything", whole(asked="bytes=0-1"), is_=0, left_out="probe",
        why="who asked for two bytes closes after two, whatever a server has put on the wire",
    ),
    _case(
        "open, and cut off early", _sent((0, 299_999), asked="bytes=0-"), is_=0, left_out="too_little",
        why="`0-` asks for everything, but 300,000 bytes were sent",
    ),
    _case("open, and cut off at the minute", _sent((0, 1_039_999), asked="bytes=0-"), is_=1, why="1,040,000 were sent"),
    _case(
        "open, cut off, and resumed", _sent((0, 699_999), asked="bytes=0-"), _sent((700_000, 1_999_999), asked="bytes=700000-"),
        is_=1, why="the union is the whole file",
    ),
    _case(
        "everything asked, little taken", _sent((0, 9_999), asked="bytes=0-1999999"), is_=0, left_out="too_little",
        why="what was sent counts, not what was asked",
    ),
    _case(
        "several ranges in one answer", _sent((0, 519_999), (800_000, 1_319_999), asked="bytes=0-519999,800000-1319999"),
        is_=1, why="520,000 and 520,000 bytes",
    ),
    _case(
        "several ranges that overlap", _sent((0, 599_999), (200_000, 799_999), asked="bytes=0-599999,200000-799999"),
        is_=0, left_out="too_little", why="the union is 800,000 bytes, the answer sent 1,200,000",
    ),
    _case(
        "a page that looks at the beginning", _sent((0, 65_535), asked="bytes=0-", agent=BROWSER), is_=0,
        left_out="too_little", why="`preload=metadata` takes some kilobytes; nobody pressed play",
    ),
    _case(
        "a page, and then its play button", _sent((0, 65_535), asked="bytes=0-", agent=BROWSER),
        _sent((65_536, 1_999_999), asked="bytes=65536-", agent=BROWSER, at=6.1), is_=1, why="now it is the whole file",
    ),
)  # fmt: skip

WHO = (
    _case("one house, two IPv6 addresses", whole(ip=V6), whole(ip=V6_LATER, at=7), is_=1, why="the first 64 bits are the house"),
    _case("two IPv6 networks", whole(ip=V6), whole(ip=V6_OTHER), is_=2, why="the first 64 bits differ"),
    _case(
        "halves to two addresses of one house", part(0, 519_999, ip=V6), part(520_000, 1_039_999, ip=V6_LATER), is_=1,
        why="a phone changes its address on the way; the union is of the network",
    ),
    _case("one IPv6 address, written twice", whole(ip=V6), whole(ip="2001:0DB8:0077:0001:0000::0005"), is_=1, why="the same"),
    _case("IPv4 as IPv6", whole(), whole(ip=f"::ffff:{HOME}"), is_=1, why="the same computer on a socket for both"),
    _case("neighbours in IPv4", whole(), whole(ip="203.0.113.8"), is_=2, why="IPv4 addresses count whole"),
    _case("two apps behind one router", whole(), whole(agent=BROWSER), is_=2, why="address and User-Agent make an asker"),
    _case(
        "halves to two apps", part(0, 519_999), part(520_000, 1_039_999, agent=BROWSER), is_=0, left_out="too_little",
        why="two askers with half a minute each",
    ),
    _case("from home and on the way", whole(), whole(ip="198.51.100.9", at=9), is_=2, why="nobody can tell, and nobody should"),
    _case("two episodes", whole(), whole(episode=1), is_=2, why="each episode by itself"),
    _case(
        "half of two episodes", part(0, 519_999), part(520_000, 1_039_999, episode=1), is_=0, left_out="too_little",
        why="half a minute of each",
    ),
    _case("a crowd of a hundred names", *_crowd(100), is_=100, why="as many as a large office may be"),
    _case(
        "a crowd of a hundred and one", *_crowd(101), is_=0, left_out="spike",
        why="more than 100 of one episode from one address on one day are an anomaly, all of them",
    ),
)  # fmt: skip

WHEN = (
    _case("again after an hour", whole(), whole(at=7), is_=1, why="within the window"),
    _case(
        "again a millisecond before 24 hours", whole(), whole(at=30 - 1 / 3_600_000), is_=(1, 2),
        why="the window is 24 hours long; by the calendar it is Tuesday",
    ),
    _case("again after 24 hours", whole(), whole(at=30), is_=2, why="the window has just ended"),
    _case("again the next day, later", whole(), whole(at=31), is_=2, why="25 hours"),
    _case(
        "across midnight", part(0, 519_999, at=23.9), part(520_000, 1_039_999, at=24.1), is_=(1, 0),
        why="twelve minutes apart: one window; by the calendar neither day has a minute",
    ),
    _case(
        "before and after midnight", whole(at=23.9), whole(at=24.1), is_=(1, 2),
        why="heard once; who counts calendar days counts two",
    ),
    _case("hours 0, 20 and 30", whole(at=0), whole(at=20), whole(at=30), is_=2, why="windows begin at 0 and at 30"),
    _case(
        "hours 0, 23, 25, 47 and 49", *(whole(at=h) for h in (0, 23, 25, 47, 49)), is_=3,
        why="windows begin at 0, 25 and 49, where the second has just ended",
    ),
    _case(
        "half at 0, half at 24", part(0, 519_999, at=0), part(520_000, 1_039_999, at=24), is_=0, left_out="too_little",
        why="24 hours later another window begins: half a minute in each",
    ),
    _case(
        "a glimpse, then all of it twice", part(0, 9_999, at=0), whole(at=23), whole(at=24), is_=2,
        why="the glimpse begins the first window, which has the copy of hour 23; hour 24 begins the second",
    ),
    _case(
        "a day that belongs to the one before", whole(at=23), whole(at=25), whole(at=40), whole(at=46.9), is_=(1, 2),
        why="Tuesday's requests lie within 24 hours of Monday, 23:00",
    ),
    _case(
        "three days of noons", *(whole(at=h) for h in (12, 35.9, 36.1, 60, 60.2)), is_=3,
        why="windows begin at 12, at 36.1 and at 60.2; by the calendar Monday, Tuesday, Wednesday",
    ),
    _case("Monday evening, Wednesday evening", whole(at=22), whole(at=69), is_=2, why="47 hours; other secrets, other windows"),
    _case(
        "late on Monday, all of Tuesday, early on Wednesday", whole(at=23.5), whole(at=47.4), whole(at=47.6), whole(at=48.5),
        is_=(2, 3), why="windows from 23.5 to 47.5 and from 47.6 on; by the calendar three days",
    ),
    _case("every six hours for a week", *(whole(at=h) for h in range(0, 168, 6)), is_=7, why="a window each midnight"),
    _case(
        "every 25 hours", *(whole(at=25.0 * n) for n in range(6)), is_=6, why="each request comes an hour after a window's end"
    ),
)  # fmt: skip

MACHINES = (
    _case("says nothing", whole(agent=None), is_=0, why="players say who they are", left_out="no_agent"),
    _case("says a dash", whole(agent="-"), is_=0, why="how logs write nothing", left_out="no_agent"),
    _case("a search engine", whole(agent=GOOGLEBOT), is_=0, why="on the list", left_out="bot"),
    _case("curl", whole(agent="curl/8.5.0"), is_=0, why="a library", left_out="library"),
    _case("python-requests", whole(agent="python-requests/2.32.3"), is_=0, why="a library", left_out="library"),
    _case("okhttp", whole(agent="okhttp/4.12.0"), is_=0, why="a library: apps that are apps say their name", left_out="library"),
    _case("a bot nobody knows", whole(agent="RadioTestbot/1.0"), is_=0, why="the word `bot`", left_out="bot"),
    _case("a spider nobody knows", whole(agent="Quiet spider of ours"), is_=0, why="the word `spider`", left_out="bot"),
    _case("an app whose name only sounds so", whole(agent="Robotcast/1.0 (Android)"), is_=1, why="`bot` is no word of it"),
    _case("an app nobody knows", whole(agent="KitchenRadio/2.1"), is_=1, why="unknown is not a machine"),
    _case("a browser", whole(agent=BROWSER), is_=1, why="people listen on pages"),
    _case("a browser without a screen", whole(agent=HEADLESS), is_=0, why="headless", left_out="bot"),
    _case("Apple's player", whole(agent=COREMEDIA), is_=1, why="what apps on iPhones play with"),
    _case(
        "an app on a list of crawlers", whole(agent="Overcast/3.0 (+http://overcast.fm/; iOS podcast app)"), is_=1,
        why="the list means its feed fetcher; the app is one",
    ),
    _case(
        "the feed fetcher of that app",
        whole(agent="Overcast/1.0 Podcast Sync (12 subscribers; feed-id=5; +http://overcast.fm/)"), is_=0, left_out="bot",
        why="a server that fetches for its index",
    ),
    _case("a preview of a link", whole(agent=PREVIEW), is_=0, why="somebody posted the link; nobody listened", left_out="bot"),
    _case(
        "a watch beside its telephone", whole(agent="Podcasts/1648.1 CFNetwork/1498 Darwin/23.3.0"),
        whole(agent="atc/1.0 watchOS/10.3 model/Watch6,2 hwp/t8301 build/21S644 (6; dt:220)"), is_=1, left_out="watch",
        why="the telephone's counts; the watch fetched the same again",
    ),
    _case(
        "a watch that plays", whole(agent="AppleCoreMedia/1.0.0.21S644 (Apple Watch; U; CPU OS 10_3 like Mac OS X)"), is_=0,
        left_out="watch", why="IAB 2.2 leaves watchOS out, whoever asked",
    ),
)  # fmt: skip

SOUNDS = (
    _case("a short one, whole", part(0, 499_999, file="short"), is_=1, why="30 seconds: the whole file"),
    _case(
        "a short one, nearly", part(0, 499_998, file="short"), is_=0, left_out="too_little", why="not the whole file"
    ),
    _case("a minute, whole", part(0, 959_999, file="minute"), is_=1, why="60 seconds: the whole file"),
    _case("a minute, nearly", part(0, 959_998, file="minute"), is_=0, why="one byte less", left_out="too_little"),
    _case("61 seconds, a minute of it", part(0, 599_999, file="61 seconds"), is_=1, why="610,000 · 60 / 61 = 600,000"),
    _case("61 seconds, nearly", part(0, 599_998, file="61 seconds"), is_=0, why="one byte less", left_out="too_little"),
    _case(
        "a changing bit rate, a minute of it", part(0, 961_864, file="variable"), is_=1,
        why="1,234 + 2,998,767 · 60 / 187.3 = 961,864.1…, and a part of a byte is a byte: 961,865 bytes at the mean rate",
    ),
    _case("a changing bit rate, nearly", part(0, 961_863, file="variable"), is_=0, why="961,864", left_out="too_little"),
    _case(
        "a big cover, a minute of the file", part(0, 1_084_999, file="big cover"), is_=0, left_out="too_little",
        why="4,340,000 / 4 = 1,085,000, but 505,000 are a picture: needed are 505,000 + 3,835,000 / 4 = 1,463,750",
    ),
    _case("a big cover, a minute of sound", part(0, 1_463_749, file="big cover"), is_=1, why="1,463,750 bytes"),
    _case("no duration known, whole", part(0, 699_999, file="no duration"), is_=1, why="then it is the whole file"),
    _case(
        "no duration known, nearly", part(0, 699_998, file="no duration"), is_=0, left_out="too_little", why="not whole"
    ),
    _case(
        "a bit rate only", part(0, 1_059_999, file="bit rate only"), is_=1, why="100,000 + 128,000 / 8 · 60 = 1,060,000"
    ),
    _case("the small version for slow lines", part(0, 499_999, file="slow"), is_=1, why="its own minute is 500,000 bytes"),
    _case(
        "half of each version", part(0, 519_999), part(0, 249_999, file="slow"), is_=0, left_out="too_little",
        why="bytes of different files do not make a minute together",
    ),
    _case("both versions", whole(), whole(sent=((0, 999_999),), file="slow", at=7), is_=1, why="one asker, one episode"),
    _case(
        "half before the sound was replaced, half after", part(0, 519_999), part(520_000, 1_039_999, file="replaced", at=8),
        is_=0, left_out="too_little", why="520,000 bytes of each, and the new one needs 1,200,000",
    ),
    _case(
        "again, because the sound was replaced", whole(), whole(sent=((0, 2_399_999),), file="replaced", at=8), is_=1,
        why="a correction is no second download",
    ),
)  # fmt: skip

PROXIES = (
    _case(
        "two listeners behind a trusted proxy", whole(ip="192.0.2.10"), whole(ip="192.0.2.11"), is_=2,
        why="the route hands on the listener's address, not the proxy's",
    ),
    _case(
        "a proxy that asks for many", *(whole(at=6 + n / 10) for n in range(8)), is_=1,
        why="without a trusted header a proxy is one asker: rather too few than invented ones",
    ),
    _case("an asker without an address", whole(ip=""), is_=1, why="a socket of the machine itself is one asker"),
)  # fmt: skip

SCENARIOS = (*BYTES, *ANSWERS, *RANGES, *WHO, *WHEN, *MACHINES, *SOUNDS, *PROXIES)
APPS = (APP, BROWSER, COREMEDIA)
