"""What visitors read: every public page, in three languages, with nothing that runs from elsewhere."""

import pytest

PAGES = ["/", "/library", "/share", "/newsletters", "/newsletters/monthly", "/newsletters/monthly/monthly-2026-11", "/subscribe", "/subscribe/done", "/embed", "/preferences", "/api/docs"]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_every_page_speaks_the_language_it_is_asked_for(web, language):
    for path in PAGES:
        answer = web.get(path, params={"lang": language})
        assert answer.status_code == 200, (path, answer.text[:400])
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in answer.text, path
