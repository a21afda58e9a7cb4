"""``python -m sedtf_core``."""

import sys

from sedtf_core.cli import main

sys.exit(main())
