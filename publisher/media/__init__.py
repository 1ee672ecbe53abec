"""Files that people upload or that we fetch: kept by their content, probed, refused or mended, and served in ranges."""
