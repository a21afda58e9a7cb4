"""Metrics of tagging, frame scores, events, masks and separation, streamed over clips.

One file a metric, all of one form: the module docstring states the conventions and the result of
every degenerate input, ``validate`` raises ValueError on a caller's mistake, small functions
compute the metric, a ``…Metrics`` class takes one clip at a time (``update``) and gives a
``Summary`` of values and 95 % intervals, and ``evaluate`` is the same in one call, name → value.
Nothing here returns NaN.

``ranking`` has F1, AUC and average precision on counts, ``histogram`` counts scores on a fixed
grid so that memory does not grow with the number of clips, ``bootstrap`` makes the intervals,
``truth`` the references of a mixture.
"""
