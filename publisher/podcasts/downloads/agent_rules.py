"""What a User-Agent says, in short general rules of ours: who asks, with what, on what. `agents` asks them in order.

Written from what the apps send, not from anybody's list. A rule is general where it can be; the order inside a table is the
order of trial, so what is narrower stands first.
"""

import re

#: Raised with every change of a rule: numbers say which version they were counted with.
RULES = "1"

#: Apple's watch takes again what the telephone beside it has taken (IAB v2.2), also for apps of others.
WATCH = re.compile(r"watchOS|^atc/|Apple ?Watch|\bWatch\d,\d|^Watch/\d")

#: Servers that fetch for an index, a transcript or another host: nobody listens. Names are often written in one word.
SERVER = re.compile(
    r"\bsubscribers?\b|feed[-_ ]?(id=|pars|fetch|sync|valid|check|updat|scan|analy|consum|read)|duration lookup|"
    r"podcast[-_ ]?(sync|index|scrap|download|grab|fetch|process|bulk)|transcri(b|pt)|scrap(e|er|ing)\b|importer|indexer|"
    r"monitor(ing)?\b|validator|pipeline|worker\b|backfill|whisper|migration|\baudit|preflight|"
    r"^Spotify/1\.0$|^Amazon Music Podcast|iTMS|itunesstored|^Deezer Podcasters",
    re.I,
)

#: Words by which machines that no list knows give themselves away.
MACHINE_WORD = re.compile(
    r"bot\b|bot[/_\- ;)]|crawl|spider|slurp|archiver|\bfetcher\b|headless|phantomjs|\bprobe\b", re.I
)

#: Ways of programs to fetch a file. What players are built on (AppleCoreMedia, ExoPlayer, stagefright) is not among them.
LIBRARY = re.compile(
    r"^(lib)?curl\b|pycurl|\bwget\b|^aria2|^python\b|python-|aiohttp|httpx\b|urllib|^java(-http-client)?/|okhttp|"
    r"apache-httpclient|^axios|node-fetch|^node\b|^undici|^got\b|^bun/|^deno/|request\.js|^go-http|^go-resty|gocolly|"
    r"^ruby|rest-client|^http\.rb|^down/|carrierwave|faraday|^guzzle|^php\b|symfony|libwww|^lwp|http-tiny|^perl\b|"
    r"reqwest|^hyper/|^dart|^ktor|^ahc/|hackney|racket|lua-resty|resty-requests|^lavf|^ffmpeg|git-annex|scrapy|"
    r"postman|insomnia|httpie|powershell|^winhttp|^rclone|^youtube-dl|^yt-dlp|nikto|masscan|zgrab",
    re.I,
)

#: Apps that listeners use. Those whose name stands at the beginning before a slash need no line: see `NAMED`.
APPS: tuple[tuple[str, str], ...] = (
    ("Overcast", r"^Overcast\b"),
    ("Pocket Casts", r"Pocket(\s|%20)?Casts"),
    ("Spotify", r"\bSpotify[/-]|^spotify_"),
    ("AntennaPod", r"^AntennaPod|^de\.danoeh\.antennapod"),
    ("Castro", r"^Castro\b"),
    ("Castbox", r"^CastBox|^fm\.castbox"),
    ("Podcast Addict", r"^Podcast\s?Addict|^Podcast.{1,3}Addict"),
    ("gPodder", r"gpodder"),
    ("Podbean", r"^Podbean"),
    ("YouTube Music", r"youtube\.?music|^YouTube Music"),
    ("Amazon Music", r"^AmazonMusic|^Harley/"),
    ("Audible", r"^Audible|com\.audible"),
    ("Alexa", r"^Alexa|^Echo/|^Amazon;Echo|^AmazonAVS|^AvsDeviceSdk"),
    ("Deezer", r"^Deezer"),
    ("Player FM", r"Player(\s|%20)?FM"),
    ("Podcast Republic", r"^PodcastRepublic"),
    ("Podcast Guru", r"^PodcastGuru"),
    ("Podkicker", r"^Podkicker"),
    ("BeyondPod", r"BeyondPod"),
    ("Downcast", r"Downcast/"),
    ("iCatcher", r"iCatcher"),
    ("Fountain", r"^Fountain"),
    ("TrueFans", r"^TrueFans"),
    ("Goodpods", r"goodpods"),
    ("iVoox", r"^iVoox"),
    ("RadioPublic", r"RadioPublic"),
    ("TuneIn", r"TuneIn"),
    ("iHeart", r"^iHeart"),
    ("Pandora", r"\bPandora/"),
    ("SiriusXM", r"^SiriusXM|^SXM|sxm-"),
    ("Sonos", r"Sonos"),
    ("Samsung Podcasts", r"^sp-agent"),
    ("Google Podcasts", r"GoogleChirp|^GooglePodcasts|GSA/"),
    ("Chromecast", r"CrKey|Google;Chromecast"),
    ("iTunes", r"^iTunesU?[/-]"),
    ("Apple HomePod", r"^AirPodcasts/"),
    ("Apple Podcasts", r"^(Balados|Podcast(s|i|it|uri|y|ok|er)?|Podkaster|Подкаст\w+|播客|팟캐스트|ポッドキャスト)/[\d.]+.*(CFNetwork|Darwin|Apple|iOS|mac)|^Podcasts/"),
    ("RSSRadio", r"^RSS ?Radio"),
    ("VLC", r"^VLC/|LibVLC"),
    ("mpv", r"^(lib)?mpv\b"),
    ("foobar2000", r"^foobar2000"),
    ("MediaMonkey", r"^MediaMonkey"),
    ("Windows Media Player", r"^NSPlayer|WMPlayer/|^Windows-Media-Player"),
    ("Victor Reader", r"^VictorReader"),
    ("Garmin", r"^Garmin "),
    ("Roku", r"\bRoku\b"),
    ("Facebook", r"\bFB(AN|AV|_IAB)\b|FBAN/|^facebook-mobile"),
    ("Instagram", r"\bInstagram\b"),
    ("LinkedIn", r"LinkedInApp|^LinkedIn/"),
    ("Outlook", r"^Outlook-|Microsoft Outlook"),
    ("Thunderbird", r"Thunderbird/"),
    ("Apple devices, app unnamed", r"^AppleCoreMedia\b|^avassetreader"),
    ("Android, app unnamed", r"^Dalvik|stagefright/|ExoPlayer|^Exo2|AndroidXMedia3|AndroidDownloadManager|^just_audio|^ExoMedia"),
    ("An app, unnamed", r"^react-native-track-player|^assets_audio_player|^GStreamer|^gvfs|^libsoup"),
)  # fmt: skip

#: Browsers, the narrower first: each calls itself all that came before it.
BROWSERS: tuple[tuple[str, str], ...] = (
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\bOPR/|\bOPT/|^Opera/|Opera Mini"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Vivaldi", r"Vivaldi/"),
    ("Brave", r"Brave"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/|AppleWebKit/"),
    ("Internet Explorer", r"MSIE |Trident/"),
)

#: A program that begins with its name, as RFC 9110 §10.1.5 has it: “Name/1.2”, also with spaces or as in an address.
NAMED = re.compile(r"^(?!Mozilla/)([^\W\d_][\w .&'’+\-%()!]{1,40}?)\s?/\s?v?\d")

DEVICES: tuple[tuple[str, str], ...] = (
    ("speaker", r"HomePod|AirPodcasts|Alexa|\bEcho\b|Sonos|GoogleChirp|SmartSpeaker|^Bose|SoundTouch|HEOS|Bluesound"),
    ("tv", r"Apple ?TV|tvOS|CrKey|Smart-?TV|Roku|BRAVIA|GoogleTV|HbbTV|Web0S|\bAFT[A-Z]|Xbox|PlayStation|Chromecast"),
    ("car", r"CarPlay|Android ?Auto(motive)?|Polestar|\bVolvo\b|Rivian|Tesla/|Cinemo"),
    ("watch", r"\bWear ?OS\b|^Garmin |\bwatch\b"),
    ("tablet", r"iPad|Tablet|\bSM-T\d|Kindle|Silk/"),
    ("phone", r"iPhone|iPod|\biOS\b|Android|KAIOS|Windows Phone|stagefright|ExoPlayer|Dalvik"),
    ("computer", r"Windows|Win(32|64)|Macintosh|mac ?OS|OS ?X|CrOS|X11|Linux|desktop"),
)

SYSTEMS: tuple[tuple[str, str], ...] = (
    ("tvOS", r"Apple ?TV|tvOS"),
    ("iOS", r"iPhone|iPad|iPod|\biOS\b|HomePod"),
    ("KaiOS", r"KAIOS"),
    ("Android", r"Android|Dalvik|stagefright|ExoPlayer|\bokhttp\b"),
    ("ChromeOS", r"CrOS"),
    ("macOS", r"Macintosh|mac ?OS|OS ?X"),
    ("Windows", r"Windows|\bWin(32|64)\b|NSPlayer"),
    ("Linux", r"Linux|X11|\bUbuntu\b"),
)
