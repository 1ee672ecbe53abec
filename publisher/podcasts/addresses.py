"""Where a show, an episode and the files beside it are found. Absolute; stored nowhere, but for guids."""

from urllib.parse import quote

from publisher.house import House
from publisher.media.models import MediaFile
from publisher.podcasts.models import Episode, Show, Transcript

OP3 = "https://op3.dev/e"
#: Type of a transcript → how its address ends.
ENDINGS = {
    "text/vtt": "vtt",
    "application/x-subrip": "srt",
    "application/json": "json",
    "text/plain": "txt",
    "text/html": "html",
}
#: Octets of a file's digest that stand in its address: another sound is another address.
SHOWN_DIGEST = 12


def page(house: House, show: Show) -> str:
    return house.settings.url(f"/podcasts/{show.slug}")


def feed(house: House, show: Show, *, token: str | None = None, page: int | None = None) -> str:
    private = f"private/{token}/" if token else ""
    return house.settings.url(f"/podcasts/{show.slug}/{private}feed.xml" + (f"?page={page}" if page else ""))


def live_feed(house: House, show: Show) -> str:
    return house.settings.url(f"/podcasts/{show.slug}/live.xml")


def episode(house: House, show: Show, episode: Episode) -> str:
    return house.settings.url(f"/podcasts/{show.slug}/{episode.slug}")


def sound(house: House, show: Show, episode: Episode, media: MediaFile, *, token: str | None = None) -> str:
    """The address of the sound. It ends in a true extension, also behind OP3's prefix (op3.dev/setup)."""
    private = f"private/{token}/" if token else ""
    name = f"{episode.id}-{media.digest[:SHOWN_DIGEST]}.{media.extension}"
    url = house.settings.url(f"/podcasts/{show.slug}/{private}audio/{name}")
    if show.op3 and token is None and url.startswith("https://"):
        return f"{OP3},pg={show.guid}/{url.removeprefix('https://')}"
    return url


def picture(house: House, media: MediaFile) -> str:
    return house.settings.url(f"/media/{media.digest}.{media.extension}")


def chapters(house: House, show: Show, episode: Episode, *, token: str | None = None) -> str:
    return _beside(house, show, episode, "chapters.json", token)


def transcript(house: House, show: Show, episode: Episode, text: Transcript, *, token: str | None = None) -> str:
    return _beside(house, show, episode, f"transcript.{quote(text.language)}.{ENDINGS[text.type]}", token)


def _beside(house: House, show: Show, episode: Episode, name: str, token: str | None) -> str:
    private = f"private/{token}/" if token else ""
    return house.settings.url(f"/podcasts/{show.slug}/{private}{episode.slug}/{name}")
