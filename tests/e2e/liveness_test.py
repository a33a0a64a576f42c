"""Whether somebody notices that a process hangs: systemd by its socket, health by the service
`liveness`, clients by what they do not hear."""

import json
import os
import signal
import socket
import subprocess
import time
import unittest

import quotes_testing
from metrics_testing import Scrape, metrics_port, read
from quotes_testing import (CLEAN_ENVIRONMENT, QUOTECTL, SAMPLE, SAMPLE_ID, STOP_SECONDS, Server,
                            TempDir, quotectl, wait_for)

EXIT_SERVICE = 3


def import_sample(server):
    result = quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=server)
    assert result.returncode == 0, result.stderr


class Manager:
    """The socket that systemd would listen on."""

    def __init__(self, name):
        self.name = name
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.socket.close()

    def heard(self, seconds):
        """The next message; None if there is none for so long."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(4096).decode()
        except TimeoutError:
            return None

    def drain(self):
        while self.heard(0.01) is not None:
            pass


class ManagerTest(unittest.TestCase):
    def test_it_is_told_of_start_life_and_end(self):
        with TempDir() as folder:
            for name in (str(folder / "notify"), f"@quotes-test-{os.getpid()}"):
                with self.subTest(name), Manager(name) as manager, \
                        Server(folder / "quotes.db", "--drain-delay", "500ms",
                               env={"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "1500000"}) as server:
                    messages = []
                    wait_for(lambda: messages.append(manager.heard(5) or "") or
                             any("WATCHDOG=1" in message for message in messages), "the watchdog")
                    wait_for(lambda: any("READY=1" in message for message in messages) or
                             messages.append(manager.heard(5) or ""), "READY")
                    begin = time.monotonic()
                    manager.drain()
                    for _ in range(4):
                        self.assertIn("=", manager.heard(60))
                    self.assertGreater(time.monotonic() - begin, 0.9)
                    # One that hangs says nothing.
                    server.hang()
                    manager.drain()
                    self.assertIsNone(manager.heard(2))
                    server.go_on()
                    wait_for(lambda: manager.heard(5) == "WATCHDOG=1", "it lives again")
                    server.process.send_signal(signal.SIGTERM)
                    wait_for(lambda: "STOPPING=1" in (manager.heard(5) or ""), "STOPPING")
                    self.assertEqual(server.process.wait(STOP_SECONDS), 0)

    def test_a_watchdog_of_another_process_is_none_of_its(self):
        with TempDir() as folder, Manager(str(folder / "notify")) as manager, \
                Server(folder / "quotes.db", env={"NOTIFY_SOCKET": manager.name, "WATCHDOG_PID": "1",
                                                  "WATCHDOG_USEC": "300000"}):
            seen = []
            # The last that it says before it ends: none is on the way behind it.
            wait_for(lambda: seen.append(manager.heard(5) or "") or
                     any("STATUS=serves" in message for message in seen), "it serves")
            self.assertTrue(any("READY=1" in message for message in seen))
            while (message := manager.heard(1)) is not None:
                seen.append(message)
            self.assertFalse(any("WATCHDOG" in message for message in seen), seen)


class LivenessTest(unittest.TestCase):
    def test_it_does_not_fall_while_the_server_drains(self):
        with TempDir() as folder, Server(folder / "quotes.db", "--drain-delay", "10m") as server:
            def health(*service):
                return quotectl("health", "--timeout", "60s", *service, server=server).returncode
            self.assertEqual((health(), health("--service", "liveness")), (0, 0))
            server.process.send_signal(signal.SIGTERM)
            wait_for(lambda: health() != 0, "health falls")
            self.assertEqual(health("--service", "liveness"), 0)
            self.assertEqual(server.terminate(), 0)  # a second signal ends the delay
            self.assertNotEqual(health("--service", "liveness"), 0)

    def test_it_stands_while_a_replica_waits_for_its_archive(self):
        with TempDir() as folder:
            (folder / "empty").mkdir()
            port = quotes_testing.free_port()
            server = Server(folder / "replica.db", "--follow", folder / "empty",
                            listen=f"127.0.0.1:{port}")
            self.addCleanup(server.__exit__)
            server.port = port
            wait_for(lambda: quotectl("health", "--service", "liveness",
                                      server=server).returncode == 0, "liveness")
            self.assertNotEqual(quotectl("health", server=server).returncode, 0)


class ClientTest(unittest.TestCase):
    def test_a_watch_notices_that_its_server_hangs(self):
        with TempDir() as folder, Server(folder / "quotes.db") as server:
            import_sample(server)
            with subprocess.Popen([QUOTECTL, "--server", server.address, "watch", "--since", "0",
                                   "--limit", "2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True, env=CLEAN_ENVIRONMENT) as watch:
                self.addCleanup(watch.kill)
                self.assertIn("new report", watch.stdout.readline())
                server.hang()
                said = watch.stderr.readline()
                self.assertIn("said nothing for 10s", said)
                server.go_on()
                result = quotectl("import", "-", "--id", "new", server=server,
                                  stdin="政府工作报告\n一、回顾\n后来的一句话。\n")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn("reports/new", watch.stdout.readline())
                self.assertEqual(watch.wait(60), 0)

    def test_imports_wait_as_they_are_told(self):
        with TempDir() as folder:
            texts = folder / "texts"
            texts.mkdir()
            for number in range(4):
                (texts / f"report{number:02}.txt").write_text(
                    f"政府工作报告\n——2021年1月{number + 1}日在甲市人民代表大会上\n甲市市长  张三\n\n一、回顾\n"
                    + "".join(f"第{number}份第{line}句话。\n" for line in range(60)),
                    encoding="utf-8")
            # Slower than the slowest machine makes them.
            for jobs in ("1", "4"):
                with self.subTest(jobs), Server(folder / f"{jobs}.db", "--quota-rate", "0.25",
                                                "--quota-burst", "2") as server:
                    result = quotectl("import", "--as", "separate", "--jobs", jobs, texts,
                                      server=server)
                    self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
                    self.assertIn("4 imported", result.stderr)
                    # Said once, not for each.
                    self.assertEqual(result.stderr.count("QUOTA_EXCEEDED"), 1, result.stderr)
                    # Other commands are told at once.
                    refused = [quotectl("find", "一句", server=server) for _ in range(4)]
                    self.assertIn(EXIT_SERVICE, [result.returncode for result in refused])
                    answered = []
                    wait_for(lambda answered=answered, server=server: answered.append(
                        quotectl("status", "--json", server=server)) or
                        answered[-1].returncode == 0, "a call that is let in")
                    self.assertEqual(json.loads(answered[-1].stdout)["report_count"], "4")


class FollowTest(unittest.TestCase):
    def test_a_folder_that_is_gone_is_told_once_and_when_it_is_back(self):
        with TempDir() as folder:
            snapshots = folder / "snapshots"
            with Server(folder / "quotes.db", "--publish-folder", snapshots,
                        "--publish-every", "1s") as writer:
                import_sample(writer)
                wait_for(lambda: "Published" in quotectl("status", server=writer).stdout,
                         "a snapshot")
                status = quotectl("status", server=writer).stdout
                self.assertRegex(status, r"Published +\d{4}-")
                self.assertRegex(status, r"Free disk +[\d.]+ ")
                with Server(folder / "replica.db", "--follow", snapshots, "--metrics-listen",
                            "127.0.0.1:0") as replica:
                    port = metrics_port(replica)

                    def failing():
                        return Scrape(read(port)).one("quotes_task_failing", task="follow")

                    def failures():
                        return Scrape(read(port)).one("quotes_task_failures_total", task="follow")

                    def said(event):
                        return [line for line in replica.log_lines() if line["event"] == event]
                    wait_for(lambda: failing() == 0, "it follows")
                    snapshots.rename(folder / "away")
                    wait_for(lambda: failing() == 1, "following fails")
                    # Several looks.
                    wait_for(lambda: failures() > 3, "it goes on failing")
                    self.assertEqual(len(replica.await_lines("follow_failed")), 1)
                    self.assertIn(str(snapshots), said("follow_failed")[0]["error"])
                    self.assertRegex(quotectl("status", server=replica).stdout,
                                     rf"Failing +follow, .*{snapshots}")
                    (folder / "away").rename(snapshots)
                    wait_for(lambda: failing() == 0, "it follows again")
                    self.assertEqual(len(replica.await_lines("follow_recovered")), 1)
                    self.assertEqual(len(said("follow_failed")), 1)
                    self.assertNotIn("Failing", quotectl("status", server=replica).stdout)


if __name__ == "__main__":
    unittest.main()
