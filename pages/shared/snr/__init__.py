"""The SNR page: one scene and its events from -20 to 30 dB, and where each system breaks."""
