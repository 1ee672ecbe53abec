"""The closed lists of the podcast namespace 1.0: what an app understands, and nothing else."""

from itertools import product

#: The roles of the podcast taxonomy by their group, in lower case.
ROLES: dict[str, tuple[str, ...]] = {
    "creative direction": (
        "director",
        "assistant director",
        "executive producer",
        "senior producer",
        "producer",
        "associate producer",
        "development producer",
        "creative director",
    ),
    "cast": ("host", "co-host", "guest host", "guest", "voice actor", "narrator", "announcer", "reporter"),
    "writing": (
        "author",
        "editorial director",
        "co-writer",
        "writer",
        "songwriter",
        "guest writer",
        "story editor",
        "managing editor",
        "script editor",
        "script coordinator",
        "researcher",
        "editor",
        "fact checker",
        "translator",
        "transcriber",
        "logger",
    ),
    "audio production": (
        "studio coordinator",
        "technical director",
        "technical manager",
        "audio engineer",
        "remote recording engineer",
        "post production engineer",
    ),
    "audio post-production": (
        "audio editor",
        "sound designer",
        "foley artist",
        "composer",
        "theme music",
        "music production",
        "music contributor",
    ),
    "administration": (
        "production coordinator",
        "booking coordinator",
        "production assistant",
        "content manager",
        "marketing manager",
        "sales representative",
        "sales manager",
    ),
    "visuals": ("graphic designer", "cover art designer"),
    "community": ("social media manager",),
    "misc.": ("consultant", "intern"),
    "video production": ("camera operator", "lighting designer", "camera grip", "assistant camera"),
    "video post-production": ("editor", "assistant editor"),
}
GROUPS = frozenset([*ROLES, "misc"])
ALL_ROLES = frozenset(role for roles in ROLES.values() for role in roles)

_MEDIUMS = ("podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "publisher", "course")
#: podcast:medium, and the list of each (`musicL`).
MEDIUMS = frozenset([*_MEDIUMS, *(f"{medium}L" for medium in _MEDIUMS), "mixed"])

#: podcast:license: slugs that need no address.
LICENCES = frozenset(
    [
        "arr",
        "pod-v4v-1.0",
        "cc0-1.0",
        "pddl-1.0",
        "odbl-1.0",
        "odc-by-1.0",
        "lal-1.2",
        "lal-1.3",
        "apache-2.0",
        "mit",
        "unlicense",
        "wtfpl",
        "gfdl-1.3",
        *(
            f"cc-{conditions}-{version}"
            for conditions, version in product(
                ("by", "by-nc", "by-nc-nd", "by-nc-sa", "by-nd", "by-sa"), ("1.0", "2.0", "2.5", "3.0", "4.0")
            )
        ),
    ]
)

#: podcast:transcript: types, with the other names they are given.
TRANSCRIPT_TYPES = {
    "text/plain": "text/plain",
    "text/html": "text/html",
    "text/vtt": "text/vtt",
    "text/webvtt": "text/vtt",
    "application/json": "application/json",
    "application/x-subrip": "application/x-subrip",
    "application/srt": "application/x-subrip",
    "application/x-srt": "application/x-subrip",
    "text/srt": "application/x-subrip",
}
CHAPTERS_TYPES = frozenset(
    ["application/json+chapters", "application/json", "application/chapters+json", "text/json", ""]
)

#: What has a field of its own in `values`, and so is not said a second time by a rare tag.
FIELDS = frozenset(
    [
        *(
            f"itunes:{name}"
            for name in (
                "author",
                "owner",
                "image",
                "category",
                "explicit",
                "type",
                "complete",
                "block",
                "new-feed-url",
            )
        ),
        *(f"itunes:{name}" for name in ("duration", "season", "episode", "episodeType")),
        *(f"podcast:{name}" for name in ("guid", "locked", "medium", "funding", "person", "location", "license")),
        *(
            f"podcast:{name}"
            for name in ("updateFrequency", "trailer", "podping", "transcript", "chapters", "soundbite")
        ),
        *(f"podcast:{name}" for name in ("season", "episode", "liveItem")),
    ]
)
