"""The examples in Python, Node and Go, with stubs made of the installed contract."""

import json
import os
import pathlib
import shutil
import subprocess
import unittest

from certificates import Authority
from deploy_testing import install, run
from quotes_testing import (CLEAN_ENVIRONMENT, QUOTED, SAMPLE, SAMPLE_ID, SOURCE_DIR, Server, TempDir,
                            quotectl, quotectl_json)

EXAMPLES = SOURCE_DIR / "client/examples"
# Two pages of hits.
QUERY = "的"


class ExamplesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(TempDir())
        install(cls.folder / "installed", "libquotes-dev")
        cls.shared = cls.folder / "installed/share/quotes"
        cls.server = cls.enterClassContext(Server(cls.folder / "quotes.db"))
        quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=cls.server)
        pages = quotectl_json("find", QUERY, "--all", server=cls.server)
        # The same archive as production has it.
        authority = Authority(cls.folder, "authority")
        certificate, key = authority.issue("localhost")
        cls.token = cls.folder / "cms.token"
        cls.token.write_text(run(QUOTED, "token", "new", "--name", "cms", "--role", "reader",
                                 "--file", cls.folder / "tokens.toml"), encoding="ascii")
        cls.secure = cls.enterClassContext(Server(
            cls.folder / "quotes.db", "--read-only", "--tls-cert", certificate, "--tls-key", key,
            "--tokens", cls.folder / "tokens.toml"))
        cls.authority = authority.certificate
        cls.expected = [f"{hit['quote']['text']}\t{hit['quote']['citation']}"
                        for page in pages for hit in page["hits"]]

    def check(self, *command, env=None):
        def call(server, query, **more):
            return subprocess.run([*map(str, command), server, query], capture_output=True,
                                  text=True, timeout=60, check=False,
                                  env={**CLEAN_ENVIRONMENT, **(env or {}), **more})
        self.assertGreater(len(self.expected), 50)
        found = call(self.server.address, QUERY)
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertEqual(found.stdout.splitlines(), self.expected)
        self.assertEqual(call(self.server.address, "没有这样的话").stdout, "")
        refused = call(self.server.address, "")
        self.assertEqual(refused.returncode, 1)
        self.assertRegex(refused.stderr, "^INVALID_?ARGUMENT: |^InvalidArgument: ")
        # Over TLS and with a token; without the token, and without the authority, nothing.
        secure = f"localhost:{self.secure.port}"
        found = call(secure, QUERY, QUOTES_CA=str(self.authority),
                     QUOTES_TOKEN_FILE=str(self.token))
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertEqual(found.stdout.splitlines(), self.expected)
        nameless = call(secure, QUERY, QUOTES_CA=str(self.authority))
        self.assertEqual((nameless.returncode, nameless.stdout), (1, ""))
        self.assertRegex(nameless.stderr, "^Unauthenticated: |^UNAUTHENTICATED: ")
        self.assertEqual(call(secure, QUERY).returncode, 1)

    def test_python(self):
        stubs = self.folder / "stubs"
        run(EXAMPLES / "python/generate.sh", self.shared / "proto", stubs)
        self.check("/usr/bin/python3", EXAMPLES / "python/find.py",
                   env={"PYTHONPATH": str(stubs),
                        "QUOTES_SERVICE_CONFIG": str(self.shared / "service_config.json")})

    def test_node(self):
        # The packages that are tried are those that the example names.
        tried = json.loads((SOURCE_DIR / "tests/foreign/package.json").read_text(encoding="utf-8"))
        named = json.loads((EXAMPLES / "node/package.json").read_text(encoding="utf-8"))
        self.assertLessEqual(named["dependencies"].items(), tried["dependencies"].items())
        example = self.folder / "node"
        shutil.copytree(EXAMPLES / "node", example)
        (example / "node_modules").symlink_to(
            pathlib.Path(os.environ["QUOTES_NODE_DIR"]) / "node_modules")
        run(example / "generate.sh", self.shared / "proto")
        self.check("node", example / "find.js")

    def test_go(self):
        gopath = self.folder / "gopath"
        run(EXAMPLES / "go/generate.sh", self.shared / "proto", gopath)
        program = self.folder / "find"
        # Debian's packages, as they lie: nothing is fetched.
        run("go", "build", "-o", program, EXAMPLES / "go/find.go",
            env={"GO111MODULE": "off", "GOFLAGS": "",
                 "GOPATH": f"{gopath}:/usr/share/gocode", "GOCACHE": str(self.folder / "gocache")})
        self.check(program, env={
            "QUOTES_SERVICE_CONFIG": str(self.shared / "service_config.json")})


if __name__ == "__main__":
    unittest.main()
