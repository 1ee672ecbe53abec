"""Who makes the rules, and where they can be read."""

PSP = ("PSP-1", "https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification")
APPLE = ("Apple", "https://help.apple.com/itc/podcasts_connect/#/itcb54353390")
APPLE_ARTWORK = ("Apple", "https://podcasters.apple.com/support/896-artwork-requirements")
APPLE_CATEGORIES = ("Apple", "https://podcasters.apple.com/support/1691-apple-podcasts-categories")
APPLE_MEDIA = ("Apple", "https://podcasters.apple.com/support/823-podcast-requirements")
APPLE_HLS = ("Apple", "https://developer.apple.com/documentation/http-live-streaming")
SPOTIFY = ("Spotify", "https://support.spotify.com/us/creators/")
YOUTUBE = ("YouTube", "https://support.google.com/youtube/answer/13525207")
WEBSUB = ("W3C WebSub", "https://www.w3.org/TR/websub/#discovery")
XML = ("XML 1.0", "https://www.w3.org/TR/xml/")
RSS = ("RSS 2.0", "https://www.rssboard.org/rss-specification")
PAGING = ("RFC 5005", "https://www.rfc-editor.org/rfc/rfc5005#section-3")
RANGES = ("RFC 9110", "https://www.rfc-editor.org/rfc/rfc9110#section-14")
CONDITIONS = ("RFC 9110", "https://www.rfc-editor.org/rfc/rfc9110#section-13")
DATES = ("RFC 2822", "https://www.rfc-editor.org/rfc/rfc2822#section-3.3")
PRX = ("PRX", "https://help.prx.org/")
NAMESPACE = ("Podcasting 2.0", "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md")


def tag(page: str) -> tuple[str, str]:
    """The page of a tag of the podcast namespace."""
    return "Podcasting 2.0", f"https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/tags/{page}.md"
