"""Calendars: invitations by mail (RFC 5545, 5546, 6047) and calendars that programs poll (RFC 7986).

`writing` makes them from `values`, `zones` says in them what a time zone is, `reading` and `replies` read other people's,
`checks` judges anybody's.
"""
