"""Sound event detection and time-frequency segmentation from weakly labelled data.

The package behind the application: it loads audio, computes log mel features, runs the networks of
Kong et al. (2019), and turns their segmentation masks into events and separated sources. It imports
nothing heavy by itself; import the module you need, e.g. ``from sedtf_core import features``.
"""

__version__ = "0.1.0"
