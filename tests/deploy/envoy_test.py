"""The configuration of Envoy, which is not here to be run: it is read against Envoy's own API
definitions, and what it says of the service against the contract."""

import os
import pathlib
import re
import sys
import unittest

import yaml
from google.protobuf import json_format

from deploy_testing import contract_methods, descriptor_set, is_read, run
from quotes_testing import SOURCE_DIR, TempDir

API = pathlib.Path(os.environ["QUOTES_NODE_DIR"]) / "node_modules/@grpc/grpc-js-xds/deps"
TYPE = re.compile(r"type\.googleapis\.com/([\w.]+)")


def type_file(name):
    """The file of a type of Envoy's API: in the folder of its package, under whatever name."""
    package, _, message = name.rpartition(".")
    folder = API / "envoy-api" / package.replace(".", "/")
    found, = (path for path in folder.glob("*.proto")
              if re.search(rf"^message {message} ", path.read_text(encoding="utf-8"), re.MULTILINE))
    return found.relative_to(API / "envoy-api")


class EnvoyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        text = (SOURCE_DIR / "deploy/unverified/envoy/envoy.yaml").read_text(encoding="utf-8")
        cls.yaml = yaml.safe_load(text)
        bootstrap = "envoy.config.bootstrap.v3.Bootstrap"
        files = sorted({str(type_file(name)) for name in [bootstrap, *TYPE.findall(text)]})
        stubs = cls.enterClassContext(TempDir())
        # The rules beside the API are older than the API, which sets one more for strings. They are
        # not enforced here.
        rules = (API / "protoc-gen-validate/validate/validate.proto").read_text(encoding="utf-8")
        (stubs / "rules/validate").mkdir(parents=True)
        (stubs / "rules/validate/validate.proto").write_text(rules.replace(
            "message StringRules {", "message StringRules { optional bool ignore_empty = 26;"),
            encoding="utf-8")
        includes = [f"-I{path}" for path in (API / "envoy-api", API / "xds", API / "googleapis",
                                             stubs / "rules")]
        # All that they import, by a descriptor set first, which tells what that is.
        run("protoc", *includes, "--include_imports", f"--descriptor_set_out={stubs / 'set'}",
            *files)
        names = [file.name for file in descriptor_set(stubs / "set").file
                 if not file.name.startswith("google/protobuf/")]
        run("protoc", *includes, f"--python_out={stubs}", *names)
        sys.path.insert(0, str(stubs))
        modules = [name.removesuffix(".proto").replace("/", ".").replace("-", "_") + "_pb2"
                   for name in files]
        loaded = {name: __import__(name, fromlist=["DESCRIPTOR"]) for name in modules}
        bootstrap_module = str(type_file(bootstrap)).removesuffix(".proto").replace("/", ".")
        cls.bootstrap = loaded[bootstrap_module + "_pb2"].Bootstrap

    def parse(self, tree):
        return json_format.ParseDict(tree, self.bootstrap())

    def test_envoys_api_takes_it(self):
        self.assertEqual(len(self.parse(self.yaml).static_resources.clusters), 2)

    def test_the_api_refuses_what_it_does_not_know(self):
        self.transcoder()["typed_config"]["no_such_field"] = True
        try:
            with self.assertRaises(json_format.ParseError):
                self.parse(self.yaml)
        finally:
            del self.transcoder()["typed_config"]["no_such_field"]

    def manager(self):
        listener, = self.yaml["static_resources"]["listeners"]
        return listener["filter_chains"][0]["filters"][0]["typed_config"]

    def transcoder(self):
        return next(found for found in self.manager()["http_filters"]
                    if found["name"] == "envoy.filters.http.grpc_json_transcoder")

    def test_services_are_the_contracts(self):
        services = {full.split("/")[1] for full, _ in contract_methods()}
        self.assertEqual(set(self.transcoder()["typed_config"]["services"]), services)

    def test_every_call_has_a_path_except_the_upload(self):
        without = []
        annotations = 72295728  # google.api.http
        for _, method in contract_methods():
            options = method.options.SerializeToString()
            # The key of a field with that number and a length.
            key, value = bytearray(), annotations << 3 | 2
            while value:
                key.append(value & 0x7F | (0x80 if value > 0x7F else 0))
                value >>= 7
            if bytes(key) not in options:
                without.append(method.name)
        self.assertEqual(without, ["UploadReport"])

    def test_details_of_errors_can_be_printed(self):
        messages = {f"{file.package}.{message.name}" for file in descriptor_set().file
                    for message in file.message_type}
        for name in ("Status", "ErrorInfo", "BadRequest", "LocalizedMessage", "RetryInfo"):
            self.assertIn(f"google.rpc.{name}", messages)

    def test_all_that_write_are_told_apart(self):
        for full, method in contract_methods():
            route = self.route(full, "Bearer x")["route"]
            self.assertEqual(route["cluster"],
                             "quotes_readers" if is_read(method) else "quotes_writer", full)
            if not is_read(method):
                self.assertNotIn("unavailable", route["retry_policy"]["retry_on"])

    def route(self, path, authorization=None):
        """The first that takes a call, as Envoy chooses."""
        for route in self.manager()["route_config"]["virtual_hosts"][0]["routes"]:
            match = route["match"]
            fits = (path.startswith(match["prefix"]) if "prefix" in match else
                    path == match["path"] if "path" in match else
                    re.fullmatch(match["safe_regex"]["regex"], path) is not None)
            for header in match.get("headers", ()):
                self.assertEqual(header["name"], "authorization")
                fits = fits and (authorization or "").startswith(header["string_match"]["prefix"])
            if fits:
                return route
        return None

    def test_nobody_gets_in_without_a_token(self):
        for full, _ in contract_methods():
            for authorization in (None, "Basic eDp5"):
                self.assertEqual(self.route(full, authorization)["direct_response"]["status"], 401)
        self.assertIn("route", self.route("/grpc.health.v1.Health/Check"))
        self.assertIn("direct_response", self.route("/v1/nothing", "Bearer x"))

    def test_watches_are_not_ended_and_hung_servers_are_left(self):
        watch = self.route("/quotes.v1.ReportService/WatchChanges", "Bearer x")["route"]
        self.assertEqual((watch["timeout"], watch["max_stream_duration"]),
                         ("0s", {"grpc_timeout_header_max": "0s"}))
        search = self.route("/quotes.v1.QuoteService/SearchQuotes", "Bearer x")["route"]
        self.assertEqual(search["retry_policy"]["per_try_timeout"], "10s")
        self.assertIn("reset", search["retry_policy"]["retry_on"])

    def test_pages_may_send_tokens(self):
        cors, = self.manager()["route_config"]["virtual_hosts"][0]["typed_per_filter_config"].values()
        self.assertLessEqual({"authorization", "traceparent", "x-request-id", "grpc-timeout"},
                             set(cors["allow_headers"].split(", ")))


if __name__ == "__main__":
    unittest.main()
