"""Closed lists that values are compared with, written down here from the standards that name them."""

from functools import cache

from babel import Locale


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: ISO 639-1.
TWO_LETTERS = _words(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et "
    "eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk "
    "kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny "
    "oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk "
    "tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
#: ISO 3166-1 alpha-2.
COUNTRIES = _words(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF "
    "CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG "
    "GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP "
    "KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC "
    "NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ "
    "SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN "
    "VU WF WS YE YT ZA ZM ZW"
)
#: The podcast taxonomy: group → roles.
TAXONOMY: dict[str, tuple[str, ...]] = {
    "creative direction": (
        "director", "assistant director", "executive producer", "senior producer", "producer", "associate producer",
        "development producer", "creative director",
    ),
    "cast": ("host", "co-host", "guest host", "guest", "voice actor", "narrator", "announcer", "reporter"),
    "writing": (
        "author", "editorial director", "co-writer", "writer", "songwriter", "guest writer", "story editor",
        "managing editor", "script editor", "script coordinator", "researcher", "editor", "fact checker", "translator",
        "transcriber", "logger",
    ),
    "audio production": (
        "studio coordinator", "technical director", "technical manager", "audio engineer", "remote recording engineer",
        "post production engineer",
    ),
    "audio post-production": (
        "audio editor", "sound designer", "foley artist", "composer", "theme music", "music production", "music contributor",
    ),
    "administration": (
        "production coordinator", "booking coordinator", "production assistant", "content manager", "marketing manager",
        "sales representative", "sales manager",
    ),
    "visuals": ("graphic designer", "cover art designer"),
    "community": ("social media manager",),
    "misc.": ("consultant", "intern"),
    "video production": ("camera operator", "lighting designer", "camera grip", "assistant camera"),
    "video post-production": ("editor", "assistant editor"),
}  # fmt: skip
GROUPS = frozenset(TAXONOMY) | {"misc"}
ROLES = frozenset(role for roles in TAXONOMY.values() for role in roles)
#: podcast:medium; each also as a list of remote items, with a capital L.
_MEDIA = ("podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "publisher", "course")
MEDIUMS = frozenset(_MEDIA) | {f"{name}L" for name in _MEDIA} | {"mixed"}
#: Media whose items are texts, or that have no items at all.
WITHOUT_SOUND = frozenset({"newsletter", "blog", "publisher"}) | {f"{name}L" for name in _MEDIA}
#: podcast:license: the list of SPDX that licences of content come from, and what the namespace adds to it. In lower case.
LICENCES = frozenset(
    ["arr", "pod-v4v-1.0", "cc0-1.0", "cc-pddc", "pddl-1.0", "odbl-1.0", "odc-by-1.0", "lal-1.2", "lal-1.3", "gfdl-1.3",
     "wtfpl", "unlicense", "0bsd", "mit", "apache-2.0"]
    + [f"cc-{kind}-{version}" for kind in ("by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd")
       for version in ("1.0", "2.0", "2.5", "3.0", "4.0")]
)  # fmt: skip
#: Services that podcast:block can name.
SERVICES = _words(
    "acast amazon anchor antennapod apple audible audioboom backtracks bitcoin blubrry buzzsprout captivate castamatic castbox "
    "castopod castos castro deezer facebook fireside fountain fyyd google gpodder hypercatcher iheart jiosaavn kasts libsyn "
    "mastodon megafono megaphone omnystudio overcast pandora paypal pinecast playerfm pocketcasts podbean podcastaddict "
    "podcastguru podcastindex podcasts podchaser podcloud podfriend podiant podigee podimo podnews podomatic podserve podverse "
    "redcircle relay resonaterecordings rss shoutengine simplecast slack soundcloud spotify spreaker stitcher tiktok "
    "transistor truefans tunein twitter whooshkaa youtube youtubemusic zencast"
)
SOCIAL = frozenset({"disabled", "activitypub", "twitter", "lightning", "atproto", "bluesky", "hive", "matrix", "nostr"})
CHATS = frozenset({"irc", "xmpp", "nostr", "matrix", "discord", "slack", "telegram", "zulip", "activitypub"})
#: Types of sound, and the extensions that go with them.
EXTENSIONS: dict[str, tuple[str, ...]] = {
    "audio/mpeg": ("mp3",),
    "audio/x-m4a": ("m4a",),
    "audio/m4a": ("m4a",),
    "video/mp4": ("mp4",),
    "video/x-m4v": ("m4v",),
    "video/m4v": ("m4v",),
    "video/quicktime": ("mov",),
    "application/pdf": ("pdf",),
}
TRANSCRIPTS = frozenset({"text/plain", "text/html", "text/vtt", "application/json", "application/x-subrip"})
HLS = frozenset({"application/x-mpegurl", "application/vnd.apple.mpegurl"})
#: Names in the podcast namespace.
PODCAST_TAGS = _words(
    "transcript locked funding chapters soundbite person location season episode trailer license alternateEnclosure source "
    "integrity guid value valueRecipient valueTimeSplit medium images image liveItem contentLink socialInteract block txt "
    "remoteItem podroll updateFrequency podping publisher chat"
)
ITUNES_TAGS = _words(
    "author block category complete duration email episode episodeType explicit image isClosedCaptioned keywords name "
    "new-feed-url order owner season subtitle summary title type applepodcastsverify"
)
RSS_TAGS = _words(
    "title link description language copyright managingEditor webMaster pubDate lastBuildDate category generator docs cloud ttl "
    "image rating textInput skipHours skipDays item author comments enclosure guid source"
)
#: Of what may stand once in its parent: the podcast namespace's own list, then RSS and Apple.
SINGLE = frozenset(
    f"podcast:{name}"
    for name in _words("locked guid medium chapters season episode license podroll updateFrequency podping publisher")
)
ONCE_IN_CHANNEL = _words(
    "title link description language copyright pubDate lastBuildDate generator image ttl managingEditor webMaster itunes:author "
    "itunes:block itunes:complete itunes:explicit itunes:image itunes:new-feed-url itunes:owner itunes:subtitle itunes:summary "
    "itunes:title itunes:type podcast:chat"
)
ONCE_IN_ITEM = _words(
    "title link description guid pubDate author comments content:encoded itunes:author itunes:block itunes:duration "
    "itunes:episode itunes:episodeType itunes:explicit itunes:image itunes:season itunes:subtitle itunes:summary itunes:title "
    "podcast:chat"
)
ONLY_IN_CHANNEL = _words(
    "itunes:category itunes:owner itunes:type itunes:complete itunes:new-feed-url podcast:locked podcast:guid podcast:medium "
    "podcast:podroll podcast:updateFrequency podcast:podping podcast:publisher podcast:trailer podcast:liveItem podcast:block"
)
ONLY_IN_ITEM = _words(
    "itunes:duration itunes:episode itunes:episodeType podcast:transcript podcast:chapters podcast:soundbite podcast:episode "
    "podcast:season podcast:alternateEnclosure enclosure guid"
)


@cache
def known_languages() -> frozenset[str]:
    """ISO 639 codes of two letters, and those of three that the Unicode tables know."""
    return TWO_LETTERS | {str(code) for code in Locale("en").languages if len(str(code)) == 3}
