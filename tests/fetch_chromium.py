"""Get a Chromium for the tests of the pages, and say where it is.

Run by ``make test`` and by the fixture ``chromium``. Where none is installed Debian's is, by apt, which needs the right
to install packages. A second call finds it and does nothing.

    python tests/fetch_chromium.py            # prints the program that the tests will use
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
HOW_TO = """the tests of the pages need Chromium and found none. One of these helps:
  - PAYBACK_TEST_CHROMIUM=/path/to/chrome
  - Debian and Ubuntu: sudo apt-get install chromium
  - Google Chrome or Microsoft Edge on the PATH"""


def find_chromium() -> str:
    """Return the path of a Chromium, installing it where that is possible.

    Raises
    ------
    RuntimeError
        There is none and none can be had; the message says what to do.
    """
    found = _installed()
    if not found and shutil.which("apt-get") and getattr(os, "geteuid", lambda: 1)() == 0:
        _install()
        found = _installed()
    if not found:
        raise RuntimeError(HOW_TO)
    return found


def _installed() -> str | None:
    chosen = os.environ.get("PAYBACK_TEST_CHROMIUM")
    return chosen or next((path for name in PROGRAMS if (path := shutil.which(name))), None)


def _install() -> None:
    packages = ["chromium", "fonts-dejavu-core"]
    if not _apt("install", "-y", "--no-install-recommends", *packages):
        # The lists of packages of a fresh machine are empty or old.
        _apt("update")
        _apt("install", "-y", "--no-install-recommends", *packages)


def _apt(*words: str) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(["apt-get", "-qq", *words], env=quiet, stdout=sys.stderr, check=False).returncode == 0


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{find_chromium()}\n")
    except RuntimeError as error:
        # Tests of the pages will say so again; the others can run.
        sys.stderr.write(f"{error}\n")
