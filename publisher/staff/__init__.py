"""Members of staff: accounts, roles, sessions, invitations."""
