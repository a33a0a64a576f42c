"""The Debian packages: what they hold, what lintian says, and a life from dpkg -i to dpkg -P on a
copy of this machine, with Debian's systemd as its first process."""

import json
import re
import subprocess
import time
import unittest

from deploy_testing import BUILD_DIR, Machine, run
from quotes_testing import SAMPLE, SAMPLE_ID, TempDir, wait_for

UNIT = "/lib/systemd/system/quoted.service"
WANTED = "/etc/systemd/system/multi-user.target.wants/quoted.service"
CONFIGURATION = "/etc/quoted/quoted.toml"
STATE = "/var/lib/quoted"
# Who builds packages for others names a maintainer who can be reached; bugs are closed, and manual
# pages wanted, by Debian's own archive.
EXPECTED_TAGS = {"bogus-mail-host", "bogus-mail-host-in-debian-changelog",
                 "initial-upload-closes-no-bugs", "no-manual-page"}

PAGE = "<h1>甲市政府工作报告</h1><p>同志们：</p><p>我们要加快发展。</p>"
PDF_LINES = ["Report on the Work of the Government", "Fellow deputies,",
             "We will promote the growth of small farms.", "We will build new schools."]


def small_pdf(lines):
    """A PDF of one page with lines of ASCII."""
    text = "BT /F1 12 Tf 72 720 Td 20 TL " + "".join(f"({line}) Tj T* " for line in lines) + "ET"
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
               "/Resources << /Font << /F1 5 0 R >> >> >>",
               f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
               "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    content, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (f"{content}xref\n0 6\n0000000000 65535 f \n{table}"
            f"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n")


class DebianTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(TempDir())
        run("cpack", "--config", BUILD_DIR / "CPackConfig.cmake", "-B", folder)
        cls.packages = {path.name.split("_")[0]: path for path in folder.glob("*.deb")}

    def field(self, package, name):
        return run("dpkg-deb", "--field", self.packages[package], name).strip()

    def contents(self, package):
        """Mode, owner and path of each file and folder."""
        found = {}
        for line in run("dpkg-deb", "--contents", self.packages[package]).splitlines():
            mode, owner, _, _, _, path = line.split(None, 5)
            found[path.removeprefix(".")] = (mode, owner)
        return found

    def test_contents(self):
        quoted, quotectl = self.contents("quoted"), self.contents("quotectl")
        library = self.contents("libquotes-dev")
        for files in quoted, quotectl, library:
            for path, (mode, owner) in files.items():
                self.assertEqual(owner, "root/root", path)
                program = path.startswith("/usr/bin/") and not path.endswith("/")
                self.assertEqual(mode, "drwxr-xr-x" if path.endswith("/") else
                                 "-rwxr-xr-x" if program else "-rw-r--r--", path)
        files = [path for path in quoted if not path.endswith("/") and "/doc/" not in path]
        self.assertEqual(sorted(files), [
            CONFIGURATION, "/usr/bin/quoted", "/usr/lib/systemd/system/quoted.service",
            "/usr/lib/sysusers.d/quoted.conf", "/usr/lib/tmpfiles.d/quoted.conf"])
        files = [path for path in quotectl if not path.endswith("/") and "/doc/" not in path]
        self.assertEqual(sorted(files), ["/usr/bin/quotectl", "/usr/bin/quotes-extract"])
        # What the library is good for is tried by client_test.py.
        for path in ("/usr/include/quotes/client/client.h", "/usr/share/quotes/quotes.v1.binpb",
                     "/usr/share/quotes/service_config.json"):
            self.assertIn(path, library)
        for package in self.packages:
            self.assertIn(f"/usr/share/doc/{package}/copyright", self.contents(package))
        conffiles = run("dpkg-deb", "--info", self.packages["quoted"], "conffiles")
        self.assertEqual(conffiles.split(), [CONFIGURATION])

    def test_dependencies(self):
        version = self.field("quoted", "Version")
        self.assertEqual(self.field("quotectl", "Version"), version)
        self.assertIn(f"quotectl (= {version})", self.field("quoted", "Depends"))
        self.assertIn("poppler-utils", self.field("quotectl", "Depends"))
        for package in ("quoted", "quotectl"):
            # By dpkg-shlibdeps, from what the programs link.
            self.assertRegex(self.field(package, "Depends"), r"libgrpc\+\+1\.\d+ \(>= ")

    def test_lintian(self):
        result = subprocess.run(["lintian", "--allow-root", "--tag-display-limit=0",
                                 *map(str, self.packages.values())],
                                capture_output=True, text=True, check=False, timeout=300)
        tags = re.findall(r"^[EW]: \S+: (\S+)", result.stdout, re.MULTILINE)
        self.assertEqual(set(tags), EXPECTED_TAGS, result.stdout + result.stderr)

    @unittest.skipIf(Machine.missing(), Machine.missing())
    def test_life(self):
        with Machine() as machine:
            for path in self.packages.values():
                machine.put(path, f"/root/{path.name}")
            before = self.named_after_it(machine)
            self.install_without_systemd(machine)
            machine.boot()
            self.runs(machine)
            self.confined(machine)
            self.reads_foreign_formats(machine)
            self.restarts(machine)
            self.is_restarted_when_it_hangs(machine)
            self.upgrades(machine)
            self.removes(machine)
            self.purges(machine, before)

    def dpkg(self, machine, *arguments):
        return machine.run("dpkg", "--force-confold", *arguments)

    def install_all(self, machine):
        return self.dpkg(machine, "-i", *(f"/root/{path.name}" for path in self.packages.values()))

    def exists(self, machine, path):
        return machine.run("test", "-e", path, check=False).returncode == 0

    def status(self, machine):
        return json.loads(machine.run("quotectl", "status", "--json").stdout)

    def wait_until_serving(self, machine):
        wait_for(lambda: machine.run("quotectl", "status", check=False).returncode == 0, "serving",
                 seconds=120)

    def install_without_systemd(self, machine):
        """As when an image is built."""
        self.assertFalse(self.exists(machine, STATE))
        self.install_all(machine)
        self.assertEqual(machine.run("stat", "-c", "%U:%G %a", STATE).stdout, "quoted:quoted 750\n")
        self.assertEqual(machine.run("readlink", WANTED).stdout.strip(), UNIT)
        self.assertEqual(machine.run("quotectl", "--version").stdout.split()[-1],
                         self.field("quotectl", "Version").split("-")[0])
        self.assertEqual(machine.run("dpkg", "--verify", "quoted", "quotectl").stdout, "")

    def runs(self, machine):
        """The boot has started it."""
        self.assertEqual(machine.run("systemctl", "is-active", "quoted").stdout, "active\n")
        self.wait_until_serving(machine)
        machine.put(SAMPLE, "/root/sample.txt")
        machine.run("quotectl", "import", "/root/sample.txt", "--id", SAMPLE_ID)
        self.assertIn("希望社区", machine.run("quotectl", "find", "希望社区").stdout)
        self.assertEqual(machine.run("stat", "-c", "%U %a", f"{STATE}/quotes.db").stdout,
                         "quoted 600\n")
        journal = machine.run("journalctl", "--unit=quoted", "--output=cat").stdout.splitlines()
        events = [json.loads(line)["event"] for line in journal if line.startswith("{")]
        self.assertIn("serving", events)

    def main_pid(self, machine):
        return machine.run("systemctl", "show", "--value", "--property=MainPID",
                           "quoted").stdout.strip()

    def confined(self, machine):
        """What the kernel holds against the running process, not what the unit asks for."""
        pid = self.main_pid(machine)
        status = dict(line.split(":\t", 1) for line in
                      machine.run("cat", f"/proc/{pid}/status").stdout.splitlines())
        user = machine.run("id", "-u", "quoted").stdout.strip()
        self.assertEqual(set(status["Uid"].split()), {user})
        self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[kind], 16), 0, kind)
        mounts = {}
        for line in machine.run("cat", f"/proc/{pid}/mountinfo").stdout.splitlines():
            parts = line.split()
            mounts[parts[4]] = parts[5].split(",")[0]  # the last one over a folder counts
        self.assertEqual((mounts["/"], mounts[STATE]), ("ro", "rw"))
        self.assertEqual(machine.run("ls", f"/proc/{pid}/root/home").stdout, "")

    def reads_foreign_formats(self, machine):
        """Under the unit's filter of system calls, with the worker's own inside it."""
        machine.write("/root/page.html", PAGE)
        machine.run("quotectl", "import", "/root/page.html", "--id", "page")
        self.assertIn("加快发展", machine.run("quotectl", "find", "加快发展", "--report",
                                          "page").stdout)
        machine.write("/root/report.pdf", small_pdf(PDF_LINES))
        machine.run("quotectl", "import", "/root/report.pdf", "--id", "report")
        self.assertIn("small farms", machine.run("quotectl", "find", "small farms", "--report",
                                                 "report").stdout)

    def restarts(self, machine):
        """By itself after a crash; in order, and with what was imported, when asked to."""
        pid = self.main_pid(machine)
        machine.run("kill", "-KILL", pid)
        wait_for(lambda: self.main_pid(machine) not in (pid, "0")
                 and machine.run("quotectl", "status", check=False).returncode == 0,
                 "restarted", 120)
        self.assertEqual(self.status(machine)["report_count"], "3")
        # Wrong options are not tried again and again.
        good = machine.run("cat", CONFIGURATION).stdout
        machine.write(CONFIGURATION, good + "unknown = 1\n")
        # Whoever starts it is told so.
        self.assertNotEqual(machine.run("systemctl", "restart", "quoted", check=False).returncode, 0)
        wait_for(lambda: machine.run("systemctl", "is-failed", "quoted", check=False).stdout
                 == "failed\n", "failed for good", 120)
        # Drains without delay from here on, which is the administrator's change to keep.
        machine.write(CONFIGURATION, good.replace('"5s"', '"0s"'))
        machine.run("systemctl", "restart", "quoted")
        self.wait_until_serving(machine)
        pid = self.main_pid(machine)
        # What can change while it runs does.
        machine.write(CONFIGURATION, good.replace('"5s"', '"0s"') + "backup_keep = 9\n")
        machine.run("systemctl", "reload", "quoted")
        self.assertEqual(self.main_pid(machine), pid)
        wait_for(lambda: "backup_keep" in machine.run(
            "journalctl", "--unit=quoted", "--output=cat", "--grep=configuration_reloaded",
            check=False).stdout, "reloaded")
        machine.write(CONFIGURATION, good.replace('"5s"', '"0s"'))

    def is_restarted_when_it_hangs(self, machine):
        """By the watchdog, whose minute is ten seconds here."""
        folder = "/etc/systemd/system/quoted.service.d"
        machine.run("mkdir", "-p", folder)
        machine.write(f"{folder}/test.conf", "[Service]\nWatchdogSec=10\nTimeoutAbortSec=2\n")
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "restart", "quoted")
        self.wait_until_serving(machine)
        pid = self.main_pid(machine)
        time.sleep(14)
        self.assertEqual(self.main_pid(machine), pid, "it lives while it answers")
        machine.run("kill", "-STOP", pid)
        wait_for(lambda: self.main_pid(machine) not in (pid, "0")
                 and machine.run("quotectl", "status", check=False).returncode == 0,
                 "restarted by the watchdog", 120)
        self.assertEqual(self.status(machine)["report_count"], "3")
        machine.run("rm", "-r", folder)
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "restart", "quoted")
        self.wait_until_serving(machine)

    def upgrades(self, machine):
        pid = self.main_pid(machine)
        self.install_all(machine)
        self.wait_until_serving(machine)
        self.assertNotEqual(self.main_pid(machine), pid)
        self.assertEqual(self.status(machine)["report_count"], "3")
        self.assertIn('"0s"', machine.run("cat", CONFIGURATION).stdout)
        result = machine.run("systemctl", "show", "--value", "--property=Result", "quoted").stdout
        self.assertEqual(result, "success\n")

    def removes(self, machine):
        self.dpkg(machine, "-r", "quoted")
        self.assertEqual(machine.run("pgrep", "--exact", "quoted", check=False).stdout, "")
        self.assertFalse(self.exists(machine, UNIT))
        # The configuration and the archive stay, and serve again after another installation.
        self.assertTrue(self.exists(machine, CONFIGURATION))
        self.assertTrue(self.exists(machine, f"{STATE}/quotes.db"))
        self.install_all(machine)
        self.wait_until_serving(machine)
        self.assertEqual(self.status(machine)["report_count"], "3")

    def named_after_it(self, machine):
        """Files whose names begin like those of the packages."""
        return set(machine.run("find", "/etc", "/usr", "/var", "-xdev", "(", "-name", "quoted*",
                               "-o", "-name", "quotes*", "-o", "-name", "quotectl*", "-o", "-name",
                               "libquotes*", ")").stdout.splitlines())

    def purges(self, machine, before):
        self.dpkg(machine, "-P", *self.packages)
        self.assertEqual(self.named_after_it(machine) - before, set())
        self.assertEqual(machine.run("dpkg-query", "-W", "quoted", check=False).returncode, 1)
        self.assertEqual(machine.run("systemctl", "--failed", "--plain", "--no-legend").stdout, "")


if __name__ == "__main__":
    unittest.main()
