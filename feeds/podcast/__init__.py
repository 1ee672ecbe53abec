"""Podcasts as the world reads them: RSS 2.0 with the itunes and podcast namespaces. Values in, bytes out; bytes in, values out.

`values` what a show and an episode are · `emitting` values → bytes · `reading` bytes → values · `checks` what is wrong with
anybody's feed · `chapters`, `transcripts` the files beside an episode. Imports nothing of publisher.
"""
