"""Passing a page on: its link, by mail, by WhatsApp. Plain links; nobody's script, and nobody is told who presses them."""

from urllib.parse import quote

from publisher.web.page import Page


def share(page: Page, path: str, title: str) -> dict[str, str]:
    """The ways to pass `path` on. The address has no language, so that whoever opens it reads it in their own."""
    url = page.house.settings.url(path)
    said = quote(f"{title} {url}", safe="")
    return {
        "url": url,
        "mail": f"mailto:?subject={quote(title, safe='')}&body={said}",
        "whatsapp": f"https://wa.me/?text={said}",
    }
