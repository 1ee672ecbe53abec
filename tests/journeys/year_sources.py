"""Three sources of a year on loopback: a feed in English, a repository, and a table in French; and the pages they lead to."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from our_web import Repository, Web, pubdate, rss

# A word for each month in each source: titles that no machine takes for each other.
FEED = [
    "Amber",
    "Birch",
    "Cedar",
    "Dune",
    "Ebony",
    "Fern",
    "Gorse",
    "Hazel",
    "Iris",
    "Juniper",
    "Kelp",
    "Linden",
    "Maple",
]
PAPERS = [
    "Numeracy",
    "Weaning",
    "Lullabies",
    "Sandpits",
    "Midwives",
    "Fathers",
    "Puppets",
    "Vaccines",
    "Crayons",
    "Hammocks",
    "Gardens",
    "Orphans",
    "Siblings",
]
TABLE = [
    "Berceau",
    "Comptine",
    "Dentition",
    "Escabeau",
    "Foulard",
    "Goûter",
    "Hochet",
    "Images",
    "Jardin",
    "Kermesse",
    "Landau",
    "Marelle",
    "Nounou",
]


@dataclass
class Sources:
    """What partners publish. `publish` is a month's new things; `said` has each title and the month it came in."""

    web: Web
    said: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.items: list[dict[str, str]] = []
        self.rows: list[str] = []
        self.repository = _Papers(0, datetime(2020, 1, 1, tzinfo=UTC), per_page=50)
        self.web.routes["/oai"] = self.repository
        self.feed, self.oai, self.table = self.web.url("/feed.xml"), self.web.url("/oai"), self.web.url("/table.csv")
        self._serve()

    def publish(self, month: int, now: datetime) -> None:
        """One of each source, and one about Kenya in the feed."""
        day = now - timedelta(hours=2)
        for title in (f"{FEED[month]} study of play", f"{FEED[month]} visits in Kenya"):
            slug = title.lower().replace(" ", "-")
            self.items.insert(0, {"title": title, "link": self._page(slug), "guid": slug, "pubDate": pubdate(day), "description": f"Why {title} matters."})  # fmt: skip
            self.said[title] = month
        paper = f"{PAPERS[month]}: what we know"
        number = len(self.repository.records)
        self.repository.now = now
        self.repository.records[number] = (day, paper, False)
        self.repository.links[number] = self._page(f"paper-{number}")
        self.said[paper] = month
        french = f"{TABLE[month]}, guide pour les familles"
        self.rows.append(f'"{french}",{self._page(f"guide-{month}")},fr,{day:%Y-%m-%d}')
        self.said[french] = month
        self._serve()

    def _serve(self) -> None:
        self.web.serve("/feed.xml", rss(*self.items))
        table = "\n".join(["title,url,language,published", *self.rows])
        self.web.serve("/table.csv", table + "\n", content_type="text/csv; charset=utf-8")

    def _page(self, slug: str) -> str:
        return self.web.serve(f"/read/{slug}", f"<!doctype html><title>{slug}</title><p>To read.</p>", "text/html")


class _Papers(Repository):
    """A repository whose papers lead to pages that are there."""

    def __init__(self, records: int, now: datetime, per_page: int) -> None:
        super().__init__(records, now, per_page)
        self.links: dict[int, str] = {}

    def _record(self, n: int) -> str:
        written = super()._record(n).replace(f"https://repository.example/{n}", self.links[n])
        return written.replace("<dc:date>2019</dc:date>", f"<dc:date>{self.records[n][0]:%Y-%m-%d}</dc:date>")
