"""Webinars: series and their dates, registrations and seats, invitations and reminders, rooms and attendance."""
