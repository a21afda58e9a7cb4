"""The timeline on which the events of a synthesised mixture are placed."""
