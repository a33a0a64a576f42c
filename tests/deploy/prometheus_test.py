"""Metrics with the real tools: promtool, and a Prometheus that scrapes a server, evaluates the alerts
and answers what the dashboard asks."""

import json
import os
import re
import subprocess
import time
import unittest
import urllib.parse

import quotes_testing
from certificates import Authority
from deploy_testing import run
from metrics_testing import Scrape, metrics_port, read
from quotes_testing import (CLEAN_ENVIRONMENT, SAMPLE, SAMPLE_ID, SOURCE_DIR, Server, TempDir,
                            free_port, quotectl, quotectl_json, wait_for)

PROMETHEUS = SOURCE_DIR / "deploy/prometheus"
DASHBOARD = json.loads((SOURCE_DIR / "deploy/grafana/quotes.json").read_text(encoding="utf-8"))
ALERTS = (PROMETHEUS / "alerts.yml").read_text(encoding="utf-8")
NAME = re.compile(r"\b(?:up|(?:quotes|grpc|process)_[a-z0-9_]+)\b(?=[\s{\[)/*+-]|$)")
# Labels in `by (...)` and the like, which look like names of metrics.
LABELS = {"grpc_code", "grpc_method", "grpc_service", "grpc_type"}


def expressions():
    """Every query of the dashboard, with its variables filled in."""
    found = [target["expr"] for panel in DASHBOARD["panels"]
             for target in panel.get("targets", ())]
    found += [annotation["expr"] for annotation in DASHBOARD["annotations"]["list"]]
    assert len(found) > 40
    return [expression.replace("$__rate_interval", "30s").replace("$job", "quotes")
            .replace("$instance", ".*") for expression in found]


def metrics_in(text):
    return {name for name in NAME.findall(text) if name not in LABELS}


def call_methods(server):
    """Some of everything that the dashboard shows."""
    quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=server)
    quotectl("find", "经济", server=server)
    quotectl("find", "经济", "--report", "reports/none-such", server=server)
    quotectl("get", "reports/none-such", server=server)
    quotectl("verify", "坚持党的领导", server=server)


class FilesTest(unittest.TestCase):
    """The files by themselves."""

    def test_configuration_and_rules(self):
        run("promtool", "check", "config", PROMETHEUS / "prometheus.yml")
        run("promtool", "check", "rules", PROMETHEUS / "alerts.yml")

    def test_alerts_fire_and_are_silent(self):
        run("promtool", "test", "rules", SOURCE_DIR / "tests/deploy/alerts_test.yml")
        tested = (SOURCE_DIR / "tests/deploy/alerts_test.yml").read_text(encoding="utf-8")
        for alert in re.findall(r"alert: (\w+)", ALERTS):
            self.assertRegex(tested, rf"alertname: {alert}\n\s+exp_alerts", f"{alert} never fires")

    def test_every_alert_has_its_runbook(self):
        text = (SOURCE_DIR / "deploy/README.md").read_text(encoding="utf-8")
        anchors = {heading.strip().lower() for heading in re.findall(r"^#+ (.*)$", text, re.M)}
        alerts = re.findall(r"alert: (\w+)", ALERTS)
        self.assertEqual([anchor for anchor in re.findall(r"runbook: deploy/README.md#(\S+)",
                                                          ALERTS)],
                         [alert.lower() for alert in alerts])
        for alert in alerts:
            self.assertIn(alert.lower(), anchors)

    def test_dashboard(self):
        identifiers = [panel["id"] for panel in DASHBOARD["panels"]]
        self.assertEqual(len(identifiers), len(set(identifiers)))
        taken = set()
        for panel in DASHBOARD["panels"]:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & taken, panel["title"])
            taken |= cells
            if panel["type"] != "row":
                self.assertTrue(panel["targets"] and panel["description"], panel["title"])
                self.assertEqual(panel["datasource"]["uid"], "${datasource}")


class ScrapeTest(unittest.TestCase):
    """The files against what a server says."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(TempDir())
        cls.server = cls.enterClassContext(
            Server(cls.folder / "quotes.db", "--metrics-listen", "127.0.0.1:0"))
        cls.port = metrics_port(cls.server)
        call_methods(cls.server)
        cls.text = read(cls.port)
        # What only a server has that does more.
        cert, key = Authority(cls.folder, "authority").issue("quotes.test")
        tokens = cls.folder / "tokens.toml"
        tokens.write_text("", encoding="utf-8")
        cls.backups = cls.folder / "backups"
        cls.busy = cls.enterClassContext(
            Server(cls.folder / "busy.db", "--metrics-listen", "127.0.0.1:0", "--tls-cert", cert,
                   "--tls-key", key, "--tokens", tokens, "--backup-folder", cls.backups,
                   "--backup-every", "1h", "--publish-folder", cls.folder / "snapshots"))
        cls.busy_port = metrics_port(cls.busy)
        wait_for(lambda: "quotes_backup_last_timestamp_seconds" in read(cls.busy_port),
                 "the first backup")
        cls.replica = cls.enterClassContext(
            Server(cls.folder / "replica.db", "--metrics-listen", "127.0.0.1:0",
                   "--follow", cls.folder / "snapshots"))
        cls.replica_port = metrics_port(cls.replica)

    def there(self):
        """Names of all metrics."""
        return set().union(*(Scrape(text).names() for text in
                             (self.text, read(self.busy_port), read(self.replica_port))))

    def test_a_replica_tells_when_its_snapshot_was_published(self):
        published = Scrape(read(self.replica_port)).one("quotes_replica_snapshot_timestamp_seconds")
        self.assertTrue(time.time() - 600 < published <= time.time() + 1)
        self.assertNotIn("quotes_replica_snapshot_timestamp_seconds", self.text)

    def test_space_and_memory(self):
        scrape = Scrape(self.text)
        system = os.statvfs(self.folder)
        self.assertAlmostEqual(scrape.one("quotes_storage_free_bytes") / 2**30,
                               system.f_bavail * system.f_frsize / 2**30, delta=4)
        whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        self.assertTrue(scrape.one("process_resident_memory_bytes")
                        < scrape.one("quotes_memory_limit_bytes") <= whole)

    def test_reasons_that_alerts_ask_for_are_there_before_the_first(self):
        asked = set(re.findall(r"[A-Z]+(?:_[A-Z]+)+", " ".join(re.findall(r'reason=~?"([^"]*)"',
                                                                         ALERTS))))
        told = Scrape(self.text).by_label("quotes_call_errors_total", "reason")
        self.assertGreater(len(asked), 3)
        self.assertEqual({reason: told.get(reason) for reason in asked}, dict.fromkeys(asked, 0))

    def test_tasks(self):
        scrape = Scrape(read(self.busy_port))
        now = time.time()
        tasks = {"backup", "publish", "release", "purge", "certificate", "tokens", "themes"}
        self.assertEqual(scrape.by_label("quotes_task_failing", "task"), dict.fromkeys(tasks, 0))
        for task, last in scrape.by_label("quotes_task_last_success_timestamp_seconds",
                                          "task").items():
            self.assertTrue(now - 300 < last <= now, task)
        self.assertEqual(scrape.one("quotes_backup_interval_seconds"), 3600)
        self.assertTrue(now - 300 < scrape.one("quotes_backup_last_timestamp_seconds") <= now + 1)
        days = (scrape.one("quotes_certificate_expiry_timestamp_seconds") - now) / 86400
        self.assertTrue(19 < days <= 20, days)
        # A file that cannot be used, until it can.
        failures = scrape.by_label("quotes_task_failures_total", "task")["tokens"]
        tokens = self.folder / "tokens.toml"
        tokens.write_text("[[token", encoding="utf-8")
        failing = lambda: Scrape(read(self.busy_port)).by_label("quotes_task_failing", "task")
        wait_for(lambda: failing()["tokens"] == 1, "tokens fail")
        tokens.write_text("", encoding="utf-8")
        wait_for(lambda: failing()["tokens"] == 0, "tokens are good again")
        after = Scrape(read(self.busy_port)).by_label("quotes_task_failures_total", "task")
        self.assertGreater(after["tokens"], failures)

    def test_failures_are_those_of_the_server(self):
        # The two calls of call_methods that failed were wrong themselves.
        scrape = Scrape(self.text)
        failures = scrape.by_label("quotes_call_failures_total", "grpc_method")
        self.assertGreater(len(failures), 20)
        self.assertEqual(set(failures.values()), {0})

    def test_promtool_takes_the_scrape(self):
        result = subprocess.run(["promtool", "check", "metrics"], input=self.text, text=True,
                                capture_output=True, check=False, env=CLEAN_ENVIRONMENT)
        # The endpoint's own figures are the library's, which names one of them without a unit.
        complaints = [line for line in (result.stdout + result.stderr).splitlines()
                      if not line.startswith("exposer_")]
        self.assertEqual(complaints, [])
        self.assertIn(result.returncode, (0, 3), result)

    def test_every_name_that_is_used_is_there(self):
        there = self.there() | {"up"}
        used = metrics_in(ALERTS.replace("alert:", "")) | metrics_in("\n".join(expressions()))
        self.assertGreater(len(used), 30)
        self.assertEqual(used - there, set())

    def test_nearly_every_name_that_is_there_is_shown(self):
        shown = metrics_in("\n".join(expressions()))
        there = {re.sub(r"_(bucket|sum|count)$", "", name) for name in self.there()
                 if not name.startswith("exposer_")}
        shown = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}
        self.assertEqual(there - shown, {
            "grpc_server_started_total",  # in flight tells it
            "process_virtual_memory_bytes", "process_max_fds", "quotes_archive_code_points",
            "quotes_archive_incomplete_reports", "quotes_draining", "quotes_executor_threads",
            "quotes_load_duration_seconds", "quotes_serving_lookups"})


class PrometheusTest(unittest.TestCase):
    """A Prometheus with the shipped configuration; its address, and how often it scrapes, differ."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(TempDir())
        cls.server = cls.enterClassContext(
            Server(cls.folder / "quotes.db", "--metrics-listen", "127.0.0.1:0",
                   "--backup-folder", cls.folder / "backups", "--backup-every", "1h"))
        cls.quoted_port = metrics_port(cls.server)
        call_methods(cls.server)
        config = (PROMETHEUS / "prometheus.yml").read_text(encoding="utf-8")
        config = config.replace("127.0.0.1:9464", f"127.0.0.1:{cls.quoted_port}")
        config = config.replace("_interval: 15s", "_interval: 1s")
        (cls.folder / "prometheus.yml").write_text(config, encoding="utf-8")
        (cls.folder / "alerts.yml").write_text(ALERTS, encoding="utf-8")
        cls.port = free_port()
        with open(cls.folder / "prometheus.log", "wb") as log:
            cls.process = subprocess.Popen(  # pylint: disable=consider-using-with
                ["prometheus", f"--config.file={cls.folder}/prometheus.yml",
                 f"--storage.tsdb.path={cls.folder}/data",
                 f"--web.listen-address=127.0.0.1:{cls.port}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=CLEAN_ENVIRONMENT)

        def stop():
            cls.process.kill()
            cls.process.wait()

        cls.addClassCleanup(stop)
        wait_for(lambda: cls.scraped() >= 6, "some scrapes by Prometheus", 90)

    @classmethod
    def ask(cls, path, **parameters):
        query = urllib.parse.urlencode(parameters)
        try:
            answer = json.loads(read(cls.port, f"/api/v1/{path}?{query}"))
        except OSError:
            return None
        assert answer["status"] == "success", answer
        return answer["data"]

    @classmethod
    def scraped(cls):
        found = cls.ask("query", query='count_over_time(up{job="quotes"}[5m])')
        if not found or not found["result"]:
            return 0
        return int(found["result"][0]["value"][1])

    def test_the_target_is_up(self):
        # A scrape may take longer than its second on a busy machine; the next one does not.
        wait_for(lambda: [(target["health"], target["lastError"])
                          for target in self.ask("targets")["activeTargets"]] == [("up", "")],
                 "a scrape that goes well")

    def test_the_dashboard_s_queries_are_answered(self):
        quotectl_json("status", server=self.server)
        # Nothing was started again.
        empty = [
            # This is no replica; ScrapeTest has one.
            'time() - quotes_replica_snapshot_timestamp_seconds{job="quotes",instance=~".*"}',
            # Here is no certificate; ScrapeTest has one.
            'quotes_certificate_expiry_timestamp_seconds{job="quotes",instance=~".*"} - time()',
            'changes(process_start_time_seconds{job="quotes"}[1m]) > 0']
        # Rates need two samples of a series; a scrape that takes too long gives none.
        wait_for(lambda: [expression for expression in expressions()
                          if not self.ask("query", query=expression)["result"]] == empty,
                 "all other queries are answered")
        for variable in DASHBOARD["templating"]["list"]:
            if variable["type"] == "query":
                label = re.search(r", (\w+)\)$", variable["definition"]).group(1)
                self.assertIn({"job": "quotes"}.get(label, f"127.0.0.1:{self.quoted_port}"),
                              self.ask(f"label/{label}/values"))

    def test_the_alerts_are_evaluated_and_silent(self):
        def rules():
            return [rule for group in self.ask("rules")["groups"] for rule in group["rules"]]

        wait_for(lambda: all(rule["health"] == "ok" for rule in rules()), "rules evaluated")
        self.assertEqual(sorted(rule["name"] for rule in rules()),
                         sorted(re.findall(r"alert: (\w+)", ALERTS)))
        self.assertEqual([rule["name"] for rule in rules() if rule["state"] == "firing"], [])


if __name__ == "__main__":
    unittest.main()
