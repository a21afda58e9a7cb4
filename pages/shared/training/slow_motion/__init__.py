"""The masks of real training runs, moved through training by one scrubber."""
