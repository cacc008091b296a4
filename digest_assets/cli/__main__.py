"""`python -m digest_assets.cli`, the same as `digest`."""

import sys

from digest_assets.cli import main

sys.exit(main())
