"""For programs: /api/v1. Read the library and the issues, propose a resource, subscribe an address. No key is needed."""
