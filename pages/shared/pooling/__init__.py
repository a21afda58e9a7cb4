"""The pooling lab: one mask, eight ways to make a clip probability of it, and what each teaches."""
