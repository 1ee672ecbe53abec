"""Other names for what the closed lists have, and what has a field of its own. The lists themselves: `checks.lists`."""

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
#: podcast:chapters: what the type of JSON chapters is called.
CHAPTERS_TYPES = frozenset(
    ["application/json+chapters", "application/json", "application/chapters+json", "text/json", ""]
)

_ITUNES = ("author", "owner", "image", "category", "explicit", "type", "complete", "block", "new-feed-url", "duration")
_ITUNES_NUMBERS = ("season", "episode", "episodeType")
_PODCAST_SHOW = ("guid", "locked", "medium", "funding", "updateFrequency", "trailer", "podping", "liveItem")
_PODCAST_EPISODE = ("transcript", "chapters", "soundbite", "season", "episode")
_PODCAST_BOTH = ("person", "location", "license")
#: What has a field of its own in `values`, and so is not said a second time by a rare tag.
FIELDS = frozenset(
    [
        *(f"itunes:{name}" for name in _ITUNES + _ITUNES_NUMBERS),
        *(f"podcast:{name}" for name in _PODCAST_SHOW + _PODCAST_EPISODE + _PODCAST_BOTH),
    ]
)
