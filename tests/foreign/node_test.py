"""Runs client_test.js with Node against the real server."""

import os
import subprocess
import sys

from quotes_testing import CLEAN_ENVIRONMENT, SOURCE_DIR, Server, TempDir


def main():
    with TempDir() as folder, Server(folder / "quotes.db") as server:
        environment = {
            **CLEAN_ENVIRONMENT,
            "QUOTES_SERVER": server.address,
            "QUOTES_SOURCE_DIR": str(SOURCE_DIR),
            "QUOTES_THIRD_PARTY_DIR": os.environ["QUOTES_THIRD_PARTY_DIR"],
            "NODE_PATH": os.path.join(os.environ["QUOTES_NODE_DIR"], "node_modules"),
        }
        result = subprocess.run(["node", str(SOURCE_DIR / "tests/foreign/client_test.js")],
                                env=environment, timeout=200, check=False)
        if result.returncode != 0:
            print(server.log_text())
        return result.returncode


if __name__ == "__main__":
    sys.exit(main())
