"""The manifests for Kubernetes, which is not here to run them: against Kubernetes' schemas, against
each other, and what they say to `quoted` against `quoted`."""

import json
import os
import pathlib
import shutil
import subprocess
import unittest

import yaml

from deploy_testing import configuration
from quotes_testing import SOURCE_DIR

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
        cls.kinds = {document["kind"]: document for document in cls.documents}
        cls.pod = cls.kinds["StatefulSet"]["spec"]["template"]
        cls.container, = cls.pod["spec"]["containers"]

    def test_schemas(self):
        self.assertEqual(findings(self.documents), [])

    def test_schemas_refuse_what_they_do_not_know(self):
        broken = json.loads(json.dumps(self.kinds["StatefulSet"]))
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
                kinds = {document["kind"]: document for document in documents}
                self.assertEqual(set(kinds), {*self.kinds, "ConfigMap"})
                # The generated name has reached the pod.
                volumes = kinds["StatefulSet"]["spec"]["template"]["spec"]["volumes"]
                self.assertIn({"name": "configuration",
                               "configMap": {"name": kinds["ConfigMap"]["metadata"]["name"]}},
                              volumes)

    def test_all_select_the_writer(self):
        labels = self.pod["metadata"]["labels"].items()
        for selector in (self.kinds["StatefulSet"]["spec"]["selector"]["matchLabels"],
                         self.kinds["Service"]["spec"]["selector"],
                         self.kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
                         self.kinds["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]):
            self.assertTrue(selector)
            self.assertLessEqual(selector.items(), labels)
        self.assertEqual(self.kinds["StatefulSet"]["spec"]["serviceName"],
                         self.kinds["Service"]["metadata"]["name"])

    def test_one_writer(self):
        self.assertEqual(self.kinds["StatefulSet"]["spec"]["replicas"], 1)
        # Nobody waits for ever for a node to be drained.
        self.assertEqual(self.kinds["PodDisruptionBudget"]["spec"].get("maxUnavailable"), 1)

    def test_confined(self):
        pod = self.pod["spec"]["securityContext"]
        self.assertTrue(pod["runAsNonRoot"])
        self.assertGreater(pod["runAsUser"], 0)
        self.assertEqual(pod["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertIs(self.pod["spec"]["automountServiceAccountToken"], False)
        self.assertEqual(self.container["securityContext"],
                         {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                          "capabilities": {"drop": ["ALL"]}})
        policy = self.kinds["NetworkPolicy"]["spec"]
        self.assertEqual((set(policy["policyTypes"]), policy["egress"]),
                         ({"Ingress", "Egress"}, []))
        for rule in policy["ingress"]:
            self.assertTrue(rule["from"] and rule["ports"])

    def test_configuration_is_accepted_and_fits(self):
        values = configuration("--config", MANIFESTS / "base/quoted.toml")
        self.assertEqual(self.container["args"], ["--config", "/etc/quoted/quoted.toml"])
        mounts = {mount["mountPath"]: mount for mount in self.container["volumeMounts"]}
        self.assertTrue(mounts["/etc/quoted"]["readOnly"])
        self.assertNotIn("readOnly", mounts[str(pathlib.Path(values["database"]).parent)])
        port = int(values["listen"].rpartition(":")[2])
        self.assertEqual(self.container["ports"], [{"name": "grpc", "containerPort": port}])
        for probe in ("readinessProbe", "startupProbe"):
            self.assertEqual(self.container[probe]["grpc"], {"port": port})
        seconds = sum(int(values[key].removesuffix("s")) for key in ("drain_delay", "drain_grace"))
        self.assertLess(seconds, self.pod["spec"]["terminationGracePeriodSeconds"])


if __name__ == "__main__":
    unittest.main()
