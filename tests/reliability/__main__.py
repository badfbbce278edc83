"""``python -m tests.reliability``: see `whole`."""

import sys

from .whole import main

if __name__ == "__main__":
    sys.exit(main())
