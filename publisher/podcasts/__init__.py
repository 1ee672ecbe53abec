"""Shows and episodes: from upload to every listener's app, and onto the library's shelf."""
