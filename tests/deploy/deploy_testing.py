"""What tests of the deployment share: installing the build folder, running tools."""

import os
import pathlib
import subprocess
import tempfile

from google.protobuf import descriptor_pb2

from quotes_testing import CLEAN_ENVIRONMENT, QUOTED, wait_for

BUILD_DIR = pathlib.Path(os.environ["QUOTES_BUILD_DIR"])
MACHINE = pathlib.Path(__file__).parent / "machine.sh"


def run(*command, env=None, **keywords):
    """Runs a program that must succeed, with more in its environment if wished; what it printed."""
    result = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True,
                            env={**CLEAN_ENVIRONMENT, **(env or {})}, check=False,
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


def configuration(*arguments, env=None):
    """What `quoted` makes of its command line, environment and configuration file."""
    result = subprocess.run([str(QUOTED), *map(str, arguments), "--print-config"],
                            capture_output=True, text=True, timeout=60, check=False,
                            env={**CLEAN_ENVIRONMENT, **(env or {})})
    if result.returncode != 0:
        raise AssertionError(result.stderr)
    lines = (line.split(" = ", 1) for line in result.stdout.splitlines())
    return {key: value.strip("'\"") for key, value in lines}


def descriptor_set(path=BUILD_DIR / "quotes.v1.binpb"):
    return descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())


def contract_methods():
    """Path and descriptor of every method of the contract."""
    found = [(f"/{file.package}.{service.name}/{method.name}", method)
             for file in descriptor_set().file if file.package == "quotes.v1"
             for service in file.service for method in service.method]
    assert found
    return found


def is_read(method):
    return method.name.startswith(("BatchGet", "BatchVerify", "Diff", "Get", "List", "Lookup",
                                   "Search", "Trace", "Verify", "Watch"))


class Machine:
    """A copy of this machine in which packages can be installed and systemd runs: machine.sh."""

    @staticmethod
    def missing():
        """Why there can be none here; None when there can."""
        if os.geteuid() != 0:
            return "needs root"
        probe = subprocess.run(["unshare", "--mount", "--pid", "--net", "--cgroup", "--fork",
                                "true"], capture_output=True, check=False)
        return None if probe.returncode == 0 else "needs the right to make namespaces"

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quotes-machine-"))
        self.root = self.folder / "root"
        self._systemd = None
        self._systemd_pid = None
        self._control_group = None
        self._holder = subprocess.Popen(  # pylint: disable=consider-using-with
            ["unshare", "--mount", "--propagation", "private", str(MACHINE), "hold",
             str(self.folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, text=True)
        first = self._holder.stdout.readline()
        if first != "ready\n":
            raise AssertionError(f"no machine: {first}{self._holder.communicate()[0]}")
        self._enter = ["nsenter", f"--target={self._holder.pid}", "--mount"]

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self._systemd is not None:
            self.power_off()
        self._holder.kill()
        self._holder.communicate()
        self.folder.rmdir()

    def run(self, *command, check=True, **keywords):
        """Runs a command in the machine, as root; the finished process."""
        inside = ["chroot", str(self.root)] if self._systemd is None else []
        command = [*self._enter, *inside, *map(str, command)]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                env={"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                     "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"},
                                timeout=120, check=False, **keywords)
        if check and result.returncode != 0:
            raise AssertionError(f"{command}: exit {result.returncode}\n{result.stdout}\n"
                                 f"{result.stderr}\n{self.console()[-4000:]}")
        return result

    def boot(self):
        """Starts systemd; returns when all that is enabled has been started."""
        # A control group of its own: what systemd does to its root it does below that.
        mount = next(line.split()[1] for line in
                     pathlib.Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
                     if line.split()[2] == "cgroup2")
        own = next(line[3:] for line in
                   pathlib.Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
                   if line.startswith("0::"))
        self._control_group = pathlib.Path(f"{mount}{own}") / self.folder.name
        self._control_group.mkdir()
        enter_group = f"echo $$ >{self._control_group}/cgroup.procs && exec \"$@\""
        self._systemd = subprocess.Popen(  # pylint: disable=consider-using-with
            ["sh", "-c", enter_group, "sh", *self._enter, "unshare", "--mount", "--pid", "--net",
             "--cgroup", "--fork", "--kill-child", str(MACHINE), "boot", str(self.folder)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self._enter = None
        wait_for(self._find_systemd, "systemd's process", 120)
        self._enter = ["nsenter", f"--target={self._systemd_pid}", "--mount", "--pid", "--net",
                       "--cgroup", "--root", "--wd"]
        wait_for(lambda: self.run("systemctl", "is-system-running", "--wait", check=False)
                 .stdout.strip() in ("running", "degraded"), "the machine has booted", 120)

    def _find_systemd(self):
        if self._systemd.poll() is not None:
            raise AssertionError(f"systemd ended with {self._systemd.returncode}")
        pids = (self._control_group / "init.scope/cgroup.procs")
        if not pids.exists() or not pids.read_text(encoding="utf-8").split():
            return False
        self._systemd_pid = int(pids.read_text(encoding="utf-8").split()[0])
        return True

    def power_off(self):
        """As by a power cut."""
        self._systemd.kill()
        self._systemd.wait()
        self._systemd = None
        self._enter = ["nsenter", f"--target={self._holder.pid}", "--mount"]

        def remove_groups():
            for folder, _, _ in os.walk(self._control_group, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    return False  # something in it still ends
            return True
        wait_for(remove_groups, "the machine's processes have ended", 120)

    def console(self):
        result = subprocess.run(["nsenter", f"--target={self._holder.pid}", "--mount", "cat",
                                 str(self.folder / "console")], capture_output=True, text=True,
                                check=False)
        return result.stdout

    def put(self, path, target):
        """Copies a file into the machine."""
        with open(path, "rb") as file:
            self._write(file, target)

    def write(self, target, text):
        with tempfile.TemporaryFile() as file:
            file.write(text.encode())
            file.seek(0)
            self._write(file, target)

    def _write(self, file, target):
        inside = ["chroot", str(self.root)] if self._systemd is None else []
        subprocess.run([*self._enter, *inside, "/bin/sh", "-c", "cat >\"$0\"", target], stdin=file,
                       check=True, timeout=60)
