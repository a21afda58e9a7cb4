"""The overview of a long recording: see all of it at once, choose a stretch, find every event."""
