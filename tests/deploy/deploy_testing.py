"""What tests of the deployment share: installing the build folder, running tools."""

import os
import pathlib
import subprocess

from quotes_testing import CLEAN_ENVIRONMENT

BUILD_DIR = pathlib.Path(os.environ["QUOTES_BUILD_DIR"])


def run(*command, **keywords):
    """Runs a program that must succeed; what it printed."""
    result = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, env=CLEAN_ENVIRONMENT, check=False,
                            timeout=300, **keywords)
    if result.returncode != 0:
        raise AssertionError(f"{command}: exit {result.returncode}\n"
                             f"{result.stdout[-4000:]}\n{result.stderr[-4000:]}")
    return result.stdout


def install(prefix, *components):
    """Installs the named parts of the build folder, or all, below a folder."""
    for component in components or (None,):
        run("cmake", "--install", BUILD_DIR, "--prefix", prefix,
            *(("--component", component) if component else ()))
