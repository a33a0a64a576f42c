"""The manifests for Kubernetes, which is not here to run them: against Kubernetes' schemas, against
each other, and what they say to `quoted` against `quoted`."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import unittest

import yaml

from deploy_testing import configuration
from quotes_testing import (CLEAN_ENVIRONMENT, QUOTECTL, SOURCE_DIR, Server, TempDir, wait_for)

MANIFESTS = SOURCE_DIR / "deploy/unverified/kubernetes"
MODULES = pathlib.Path(os.environ["QUOTES_NODE_DIR"]) / "node_modules"
# kustomize is in no package of Debian 12; kubectl has it.
KUBECTL = shutil.which("kubectl")


def findings(documents):
    """What the schemas have against them."""
    result = subprocess.run(
        ["node", str(pathlib.Path(__file__).parent / "validate_kubernetes.js")],
        input=json.dumps(documents), capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "NODE_PATH": str(MODULES)})
    if result.returncode != 0:
        raise AssertionError(result.stderr)
    return result.stdout.splitlines()


def resources(folder):
    """The documents that a kustomization names, as they are written."""
    names = yaml.safe_load((folder / "kustomization.yaml").read_text("utf-8"))["resources"]
    return [document for name in names
            for document in yaml.safe_load_all((folder / name).read_text("utf-8"))]


class KubernetesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.documents = resources(MANIFESTS / "base")
        cls.named = {(document["kind"], document["metadata"]["name"]): document
                     for document in cls.documents}
        cls.workloads = {"writer": cls.named["StatefulSet", "quoted-writer"],
                         "reader": cls.named["Deployment", "quoted-reader"]}
        cls.pods = {role: workload["spec"]["template"]
                    for role, workload in cls.workloads.items()}
        cls.containers = {role: pod["spec"]["containers"][0] for role, pod in cls.pods.items()}

    def test_schemas(self):
        self.assertEqual(findings(self.documents), [])

    def test_schemas_refuse_what_they_do_not_know(self):
        broken = json.loads(json.dumps(self.workloads["writer"]))
        container = broken["spec"]["template"]["spec"]["containers"][0]
        container["readinessProbe"]["grpc"] = {"port": "grpc", "prot": 1}
        found = "\n".join(findings([broken]))
        self.assertIn("readinessProbe/grpc/port must be integer", found)
        self.assertIn("unknown field /spec/template/spec/containers/0/readinessProbe/grpc/prot",
                      found)

    @unittest.skipUnless(KUBECTL, "kubectl is not installed")
    def test_overlays_can_be_built(self):
        folders = [MANIFESTS / "base", *sorted((MANIFESTS / "overlays").iterdir())]
        self.assertGreater(len(folders), 1)
        for folder in folders:
            with self.subTest(folder.name):
                built = subprocess.run([KUBECTL, "kustomize", str(folder)], capture_output=True,
                                       text=True, timeout=120, check=False)
                self.assertEqual(built.returncode, 0, built.stderr)
                documents = list(yaml.safe_load_all(built.stdout))
                self.assertEqual(findings(documents), [])
                built = {(document["kind"], document["metadata"]["name"]): document
                         for document in documents}
                generated = {name for kind, name in built if kind == "ConfigMap"}
                self.assertEqual(set(built), {*self.named, *(("ConfigMap", name)
                                                             for name in generated)})
                # The generated name has reached the pods.
                self.assertEqual(len(generated), 1)
                for key in (("StatefulSet", "quoted-writer"), ("Deployment", "quoted-reader")):
                    volumes = built[key]["spec"]["template"]["spec"]["volumes"]
                    self.assertIn({"name": "configuration",
                                   "configMap": {"name": next(iter(generated))}}, volumes)

    def test_each_selects_its_own(self):
        for role, pod in self.pods.items():
            labels = pod["metadata"]["labels"].items()
            other, = (of["metadata"]["labels"].items() for name, of in self.pods.items()
                      if name != role)
            name = f"quoted-{role}"
            for selector in (self.workloads[role]["spec"]["selector"]["matchLabels"],
                             self.named["Service", name]["spec"]["selector"],
                             self.named["PodDisruptionBudget", name]["spec"]["selector"]
                             ["matchLabels"],
                             self.named["NetworkPolicy", name]["spec"]["podSelector"]
                             ["matchLabels"]):
                self.assertTrue(selector)
                self.assertLessEqual(selector.items(), labels)
                self.assertFalse(selector.items() <= other)
        self.assertEqual(self.workloads["writer"]["spec"]["serviceName"], "quoted-writer")

    def test_one_writer_and_readers_that_take_turns(self):
        self.assertEqual(self.workloads["writer"]["spec"]["replicas"], 1)
        self.assertGreater(self.workloads["reader"]["spec"]["replicas"], 1)
        self.assertEqual(self.workloads["reader"]["spec"]["strategy"]["rollingUpdate"],
                         {"maxUnavailable": 0, "maxSurge": 1})
        # Nobody waits for ever for a node to be drained.
        for role in self.pods:
            budget = self.named["PodDisruptionBudget", f"quoted-{role}"]["spec"]
            self.assertEqual(budget["maxUnavailable"], 1)

    def test_confined(self):
        for role, pod in self.pods.items():
            with self.subTest(role):
                context = pod["spec"]["securityContext"]
                self.assertTrue(context["runAsNonRoot"])
                self.assertGreater(context["runAsUser"], 0)
                self.assertEqual(context["seccompProfile"], {"type": "RuntimeDefault"})
                self.assertIs(pod["spec"]["automountServiceAccountToken"], False)
                self.assertEqual(self.containers[role]["securityContext"],
                                 {"allowPrivilegeEscalation": False,
                                  "readOnlyRootFilesystem": True,
                                  "capabilities": {"drop": ["ALL"]}})
                policy = self.named["NetworkPolicy", f"quoted-{role}"]["spec"]
                self.assertEqual((set(policy["policyTypes"]), policy["egress"]),
                                 ({"Ingress", "Egress"}, []))
                self.assertEqual([port["port"] for rule in policy["ingress"]
                                  for port in rule["ports"]], ["grpc", "metrics"])
                for rule in policy["ingress"]:
                    self.assertTrue(rule["from"])

    def check_access(self, role, values, mounts):
        """Nobody who reaches the port gets in without a token, or reads along."""
        self.assertEqual(values["insecure_allow_remote"], "false")
        secret, = (volume["secret"] for volume in self.pods[role]["spec"]["volumes"]
                   if volume["name"] == "credentials")
        self.assertEqual(secret["secretName"], "quoted-credentials")
        self.assertEqual(secret["defaultMode"] & 0o027, 0)
        folder = pathlib.Path("/etc/quoted-credentials")
        self.assertTrue(mounts[str(folder)]["readOnly"])
        said = (MANIFESTS / "base/service.yaml").read_text("utf-8")
        for key in ("tls_cert", "tls_key", "tokens"):
            self.assertEqual(pathlib.Path(values[key]).parent, folder)
            self.assertIn(f"--from-file={pathlib.Path(values[key]).name}", said)

    def test_probes_do_what_they_are_for(self):
        """By the real programs, with the pods' paths in a folder."""
        with TempDir() as folder:
            socket = folder / "quoted.sock"
            with Server(folder / "quotes.db", "--listen-unix", socket, "--drain-delay", "10m",
                        "--tokens", self.no_tokens(folder)) as server:
                def probe(name):
                    command = self.containers["writer"][name]["exec"]["command"]
                    command = [str(QUOTECTL), *(part.replace("/run/quoted/quoted.sock", str(socket))
                                                for part in command[1:])]
                    return subprocess.run(command, capture_output=True, check=False, timeout=60,
                                          env=CLEAN_ENVIRONMENT).returncode
                names = ("startupProbe", "readinessProbe", "livenessProbe")
                self.assertEqual([probe(name) for name in names], [0, 0, 0])
                server.process.send_signal(signal.SIGTERM)
                wait_for(lambda: probe("readinessProbe") != 0, "not ready while it drains")
                self.assertEqual(probe("livenessProbe"), 0)
                server.hang()
                self.assertNotEqual(probe("livenessProbe"), 0)

    @staticmethod
    def no_tokens(folder):
        (folder / "tokens.toml").write_text("", encoding="utf-8")
        return folder / "tokens.toml"

    def test_backups_are_made_on_a_volume_of_their_own(self):
        values = configuration("--config", MANIFESTS / "base/writer.toml")
        self.assertNotEqual(values["backup_every"], "0")
        mount, = (mount for mount in self.containers["writer"]["volumeMounts"]
                  if mount["mountPath"] == values["backup_folder"])
        claim, = (volume["persistentVolumeClaim"]["claimName"]
                  for volume in self.pods["writer"]["spec"]["volumes"]
                  if volume["name"] == mount["name"])
        self.assertIn(("PersistentVolumeClaim", claim), self.named)

    def test_configuration_is_accepted_and_fits(self):
        folders = {}
        for role, container in self.containers.items():
            with self.subTest(role):
                values = configuration("--config", MANIFESTS / f"base/{role}.toml")
                self.assertEqual(container["args"], ["--config", f"/etc/quoted/{role}.toml"])
                mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
                self.assertTrue(mounts["/etc/quoted"]["readOnly"])
                self.assertNotIn("readOnly",
                                 mounts[str(pathlib.Path(values["database"]).parent)])
                port, metrics = (int(values[key].rpartition(":")[2])
                                 for key in ("listen", "metrics_listen"))
                self.assertEqual(container["ports"],
                                 [{"name": "grpc", "containerPort": port},
                                  {"name": "metrics", "containerPort": metrics}])
                service = self.named["Service", f"quoted-{role}"]["spec"]["ports"]
                self.assertEqual([(of["port"], of["targetPort"]) for of in service],
                                 [(port, "grpc"), (metrics, "metrics")])
                # Probes ask over the socket inside the pod, which needs neither TLS nor a token.
                asked = ["quotectl", "--server", f"unix:{values['listen_unix']}", "--timeout"]
                for probe, more in (("readinessProbe", []),
                                    ("startupProbe", ["--service", "liveness"]),
                                    ("livenessProbe", ["--service", "liveness"])):
                    command = container[probe]["exec"]["command"]
                    self.assertEqual(command[:4] + command[5:], [*asked, "health", *more])
                    self.assertLess(int(command[4].removesuffix("s")),
                                    container[probe]["timeoutSeconds"])
                self.assertIn(str(pathlib.Path(values["listen_unix"]).parent), mounts)
                self.check_access(role, values, mounts)
                seconds = sum(int(values[key].removesuffix("s"))
                              for key in ("drain_delay", "drain_grace"))
                self.assertLess(seconds, self.pods[role]["spec"]["terminationGracePeriodSeconds"])
                key = {"writer": "publish_folder", "reader": "follow"}[role]
                folders[role] = values[key], mounts[values[key]].get("readOnly", False)
        # One publishes where the others look, and they cannot write there.
        self.assertEqual(folders["writer"][0], folders["reader"][0])
        self.assertEqual((folders["writer"][1], folders["reader"][1]), (False, True))
        claims = {role: [volume for volume in pod["spec"]["volumes"]
                         if volume["name"] == "snapshots"][0]["persistentVolumeClaim"]["claimName"]
                  for role, pod in self.pods.items()}
        self.assertEqual(set(claims.values()), {"quoted-snapshots"})
        self.assertEqual(self.named["PersistentVolumeClaim", "quoted-snapshots"]["spec"]
                         ["accessModes"], ["ReadWriteMany"])


if __name__ == "__main__":
    unittest.main()
