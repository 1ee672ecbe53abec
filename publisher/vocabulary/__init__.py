"""What things are about, named in every language: topics, sectors, audiences, and the kinds of works.

An interest of a reader and a subject of a work are the same pair, (facet, key): `topic:…`, `sector:…`, `audience:…`,
`country:KE`, `region:014`. Keys are given once and never change; names do.
"""
