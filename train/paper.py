"""The paper's own figures, means over its 41 classes, to stand beside ours.

Source: Kong et al. 2019, Tables II (tagging), V (frame-wise), VI (event-wise) and IX (segmentation).
"""

from sedtf_core.config import SYSTEM_TITLES

# In the order of its tables.
SYSTEMS = {
    system: SYSTEM_TITLES[system]
    for system in ("dnn", "wldcnn", "framecnn", "attention", "gmp", "gap", "gwrp")
}
SNRS_DB = (20.0, 10.0, 0.0)
COLUMNS = {
    "tagging": ("f1", "auc", "map"),
    "frame": ("f1", "auc", "map"),
    "event": ("f1", "er"),
    "segmentation": ("f1", "auc", "map"),
}

# metric → SNR in dB → system → values in the order of COLUMNS
FIGURES: dict[str, dict[float, dict[str, tuple[float, ...]]]] = {
    "tagging": {
        20.0: {
            "dnn": (0.439, 0.885, 0.468),
            "wldcnn": (0.498, 0.777, 0.498),
            "framecnn": (0.581, 0.899, 0.587),
            "attention": (0.714, 0.922, 0.755),
            "gmp": (0.435, 0.818, 0.475),
            "gap": (0.529, 0.934, 0.623),
            "gwrp": (0.635, 0.955, 0.753),
        },
        10.0: {
            "dnn": (0.396, 0.861, 0.402),
            "wldcnn": (0.524, 0.794, 0.526),
            "framecnn": (0.543, 0.883, 0.526),
            "attention": (0.690, 0.907, 0.729),
            "gmp": (0.406, 0.801, 0.440),
            "gap": (0.467, 0.914, 0.555),
            "gwrp": (0.604, 0.942, 0.696),
        },
        0.0: {
            "dnn": (0.331, 0.810, 0.314),
            "wldcnn": (0.528, 0.815, 0.535),
            "framecnn": (0.484, 0.850, 0.439),
            "attention": (0.612, 0.875, 0.643),
            "gmp": (0.373, 0.773, 0.389),
            "gap": (0.385, 0.877, 0.442),
            "gwrp": (0.534, 0.915, 0.596),
        },
    },
    "frame": {
        20.0: {
            "dnn": (0.360, 0.722, 0.269),
            "wldcnn": (0.168, 0.669, 0.179),
            "framecnn": (0.440, 0.808, 0.369),
            "attention": (0.163, 0.827, 0.317),
            "gmp": (0.000, 0.676, 0.090),
            "gap": (0.398, 0.790, 0.400),
            "gwrp": (0.511, 0.886, 0.508),
        },
        10.0: {
            "dnn": (0.306, 0.702, 0.224),
            "wldcnn": (0.182, 0.688, 0.201),
            "framecnn": (0.399, 0.787, 0.329),
            "attention": (0.137, 0.807, 0.278),
            "gmp": (0.000, 0.658, 0.076),
            "gap": (0.334, 0.753, 0.328),
            "gwrp": (0.472, 0.871, 0.453),
        },
        0.0: {
            "dnn": (0.237, 0.666, 0.169),
            "wldcnn": (0.140, 0.701, 0.166),
            "framecnn": (0.343, 0.756, 0.275),
            "attention": (0.100, 0.773, 0.221),
            "gmp": (0.000, 0.649, 0.072),
            "gap": (0.252, 0.712, 0.245),
            "gwrp": (0.398, 0.829, 0.360),
        },
    },
    "event": {
        20.0: {
            "dnn": (0.226, 1.91),
            "wldcnn": (0.010, 1.16),
            "framecnn": (0.166, 2.38),
            "attention": (0.028, 1.10),
            "gmp": (0.000, 1.00),
            "gap": (0.173, 2.71),
            "gwrp": (0.254, 2.12),
        },
        10.0: {
            "dnn": (0.178, 2.29),
            "wldcnn": (0.011, 1.15),
            "framecnn": (0.151, 2.49),
            "attention": (0.021, 1.10),
            "gmp": (0.000, 1.00),
            "gap": (0.139, 2.95),
            "gwrp": (0.227, 2.30),
        },
        0.0: {
            "dnn": (0.120, 2.80),
            "wldcnn": (0.018, 1.12),
            "framecnn": (0.141, 2.70),
            "attention": (0.011, 1.09),
            "gmp": (0.000, 1.00),
            "gap": (0.098, 3.52),
            "gwrp": (0.167, 2.55),
        },
    },
    "segmentation": {
        20.0: {
            "gmp": (0.001, 0.347, 0.008),
            "gap": (0.215, 0.889, 0.230),
            "gwrp": (0.324, 0.849, 0.268),
        },
        10.0: {
            "gmp": (0.001, 0.345, 0.007),
            "gap": (0.168, 0.880, 0.187),
            "gwrp": (0.280, 0.845, 0.227),
        },
        0.0: {
            "gmp": (0.001, 0.362, 0.005),
            "gap": (0.114, 0.861, 0.143),
            "gwrp": (0.218, 0.836, 0.175),
        },
    },
}
