"""What the linters look at: the files of the project, by extension."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def project_files():
    """Paths of all files of the project, relative to ROOT, sorted.

    In a git checkout those that are tracked or about to be; elsewhere (an unpacked archive) all
    outside build folders.
    """
    # The checkout may belong to another user than the one who tests, which git refuses by default.
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z", "--cached",
               "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, check=True, capture_output=True).stdout
        names = [name for name in listing.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
        names = [name for name in names
                 if not {"build", "node_modules", ".git", ".cache"} & set(pathlib.Path(name).parts)]
    return sorted(pathlib.Path(name) for name in names if (ROOT / name).is_file())


def cpp_files():
    return [path for path in project_files() if path.suffix in (".h", ".cc")]


def shell_files():
    """Files that begin with a shell's line, whatever they are called."""
    found = []
    for path in project_files():
        with open(ROOT / path, "rb") as file:
            first = file.readline(80)
        if first.startswith(b"#!") and (b"bash" in first or first.rstrip().endswith(b"/sh")):
            found.append(path)
    return found


def python_files():
    return [path for path in project_files() if path.suffix == ".py"]
