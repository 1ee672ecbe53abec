"""The few verbs that span rooms: a person's data, erasure, the summary of the day."""
