"""Finds a Chromium for the end-to-end tests, and installs Debian's where it may."""

import os
import shutil
import subprocess
from pathlib import Path

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # WebGL2 without a graphics card.
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # Without a card the page itself is drawn with less work past WebGL: a third of all CPU time.
    "--disable-gpu-compositing",
    # Nothing outside can be reached, so nothing outside can be needed unnoticed.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


class NoChromium(Exception):
    """No browser is there and none could be installed."""


def find_chromium(playwrights_own: str) -> str:
    """Return the program: the user's, the one on PATH, playwright's, else Debian's package."""
    if chosen := os.environ.get("PEAKVI_CHROMIUM"):
        if not os.access(chosen, os.X_OK):
            raise NoChromium(f"PEAKVI_CHROMIUM names {chosen}, which is no program.")
        return chosen
    if found := shutil.which("chromium"):
        return found
    if Path(playwrights_own).is_file():
        return playwrights_own
    return install_chromium()


def install_chromium() -> str:
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run([apt, *step], env=quietly, stdin=subprocess.DEVNULL, check=False)
        if installed := shutil.which("chromium"):
            return installed
    raise NoChromium(
        "The end-to-end tests need a Chromium: install one (`apt install chromium` or "
        "`playwright install chromium`), or set PEAKVI_CHROMIUM to the program."
    )
