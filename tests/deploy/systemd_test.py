"""The unit, its user and its folders, as `cmake --install` places them, by systemd's own tools."""

import configparser
import os
import re
import subprocess
import unittest

from deploy_testing import BUILD_DIR, Machine, configuration, install, run
from quotes_testing import SOURCE_DIR, TempDir, wait_for

# systemd calls 1.0 to 4.9 "OK". The unit has 1.1; what is left is the network, which it is for.
MOST_EXPOSURE = 15  # tenths


class SystemdTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = cls.enterClassContext(TempDir())
        cls.prefix = cls.root / "usr"
        install(cls.prefix, "quoted", "quotectl")
        cls.unit = cls.prefix / "lib/systemd/system/quoted.service"

    def test_unit_has_no_faults(self):
        result = subprocess.run(["systemd-analyze", "verify", "--man=no", str(self.unit)],
                                capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_unit_starts_what_was_installed(self):
        unit = self.read_unit()
        program, *arguments = unit["Service"]["ExecStart"].split()
        self.assertEqual(program, f"{self.prefix}/bin/quoted")
        self.assertTrue(os.access(program, os.X_OK))
        self.assertEqual(arguments, ["--config", "/etc/quoted/quoted.toml"])
        # What it starts for foreign formats is beside it.
        self.assertTrue(os.access(self.prefix / "bin/quotes-extract", os.X_OK))

    def test_exposure_is_small(self):
        command = ["systemd-analyze", "security", "--no-pager", "--offline=yes",
                   f"--threshold={MOST_EXPOSURE}", str(self.unit)]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        # The threshold itself is heeded: none reaches 0.
        command[-2] = "--threshold=1"
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        self.assertNotEqual(result.returncode, 0)

    def test_drain_ends_before_the_unit_is_killed(self):
        values = self.read_configuration()
        seconds = sum(int(values[key].removesuffix("s")) for key in ("drain_delay", "drain_grace"))
        self.assertLess(seconds, int(self.read_unit()["Service"]["TimeoutStopSec"]))

    def test_configuration_is_accepted(self):
        values = self.read_configuration()
        service = self.read_unit()["Service"]
        self.assertEqual(values["database"], f"/var/lib/{service['StateDirectory']}/quotes.db")
        self.assertEqual(values["insecure_allow_remote"], "false")

    def test_what_is_commented_out_can_be_switched_on(self):
        text = (SOURCE_DIR / "deploy/systemd/quoted.toml").read_text(encoding="utf-8")
        switched_on = re.sub(r"^# (\w+ = )", r"\1", text, flags=re.M)
        self.assertGreater(len(re.findall(r"^\w+ = ", switched_on, re.M)),
                           len(re.findall(r"^\w+ = ", text, re.M)) + 10)
        with TempDir() as folder:
            (folder / "all.toml").write_text(switched_on, encoding="utf-8")
            values = configuration("--config", folder / "all.toml")
        self.assertEqual((values["backup_every"], values["backup_keep"]), ("24h", "7"))

    def test_user_and_folder(self):
        with TempDir() as root:
            (root / "etc").mkdir()
            run("systemd-sysusers", f"--root={root}", self.prefix / "lib/sysusers.d/quoted.conf")
            user = (root / "etc/passwd").read_text(encoding="utf-8").strip().split(":")
            self.assertEqual(user[0], self.read_unit()["Service"]["User"])
            self.assertEqual(user[5:], ["/var/lib/quoted", "/usr/sbin/nologin"])
            self.assertGreater(int(user[2]), 0)
            self.assertLess(int(user[2]), 1000)
            if os.geteuid() == 0:  # only root gives folders away
                run("systemd-tmpfiles", f"--root={root}", "--create",
                    self.prefix / "lib/tmpfiles.d/quoted.conf")
                folder = os.stat(root / "var/lib/quoted")
                self.assertEqual((folder.st_mode & 0o7777, folder.st_uid, folder.st_gid),
                                 (0o750, int(user[2]), int(user[3])))

    @unittest.skipIf(Machine.missing(), Machine.missing())
    def test_installation_by_hand(self):
        """The commands of deploy/README.md, on a copy of this machine."""
        readme = (SOURCE_DIR / "deploy/README.md").read_text(encoding="utf-8")
        section = readme.split("## systemd without a package", 1)[1]
        commands = section.split("```sh\n", 1)[1].split("```", 1)[0].replace("sudo ", "")
        install_line = "cmake --install build "
        self.assertIn(install_line, commands)
        commands = commands.replace(install_line, f"cmake --install {BUILD_DIR} ")
        with Machine() as machine:
            machine.boot()
            machine.run("sh", "-ec", f"cd {SOURCE_DIR}\n{commands}")
            self.assertEqual(machine.run("systemctl", "is-active", "quoted").stdout, "active\n")
            wait_for(lambda: machine.run("quotectl", "status", check=False).returncode == 0,
                     "serving", 120)
            self.assertEqual(machine.run("stat", "-c", "%U %a", "/var/lib/quoted").stdout,
                             "quoted 750\n")

    def read_unit(self):
        # Keys that stand several times are none that a test looks at.
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str
        parser.read(self.unit, encoding="utf-8")
        return parser

    def read_configuration(self):
        """What `quoted` makes of the installed example."""
        return configuration("--config",
                             self.prefix / "share/doc/quoted/examples/quoted.toml")


if __name__ == "__main__":
    unittest.main()
