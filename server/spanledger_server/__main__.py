"""`python -m spanledger_server`: the platform's commands where the script is not on the path."""

import sys

from spanledger_server.cli import main

if __name__ == "__main__":
    sys.exit(main())
