"""What tests of metrics share: reading an endpoint, and finding values in what it says."""

import math
import re
import urllib.request

import quotes_testing

LINE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)')


def metrics_port(server):
    """Of a server that was started with --metrics-listen; its log names it."""
    def found():
        return [line["port"] for line in server.log_lines() if line.get("event") == "metrics"]
    quotes_testing.wait_for(found, "the endpoint of metrics")
    return int(found()[0])


def read(port, path="/metrics", timeout=30):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=timeout) as answer:
        return answer.read().decode("utf-8")


class Scrape:
    """The samples of a text in Prometheus' exposition format."""

    def __init__(self, text):
        self.text = text
        self.samples = {}
        for line in text.splitlines():
            if not line or line.startswith("#"):
                continue
            match = LINE.match(line)
            assert match, line
            name, labels, value = match.groups()
            found = LABEL.findall(labels or "")
            key = (name, tuple(sorted(found)))
            assert key not in self.samples, f"twice: {line}"
            self.samples[key] = float(value)

    def names(self):
        return {name for name, _ in self.samples}

    def select(self, name, **labels):
        """The samples of that name which have these labels, by all their labels."""
        return {key: value for (found, key), value in self.samples.items()
                if found == name and labels.items() <= dict(key).items()}

    def sum(self, name, **labels):
        return sum(self.select(name, **labels).values())

    def one(self, name, **labels):
        found = self.select(name, **labels)
        assert len(found) == 1, (name, labels, found)
        return next(iter(found.values()))

    def by_label(self, name, label):
        """The samples of that name by one of their labels, which tells them apart."""
        found = self.select(name)
        values = {dict(key)[label]: value for key, value in found.items()}
        assert len(values) == len(found), found
        return values

    def check_histograms(self):
        """Buckets never fall, the last one is all, and its bound is infinite."""
        names = {name[:-len("_bucket")] for name in self.names() if name.endswith("_bucket")}
        assert names
        for name in names:
            series = {}
            for key, value in self.select(name + "_bucket").items():
                labels = dict(key)
                bound = float(labels.pop("le"))
                series.setdefault(tuple(sorted(labels.items())), []).append((bound, value))
            for key, buckets in series.items():
                buckets.sort()
                counts = [count for _, count in buckets]
                assert counts == sorted(counts), (name, key, buckets)
                assert math.isinf(buckets[-1][0]), (name, key, buckets)
                assert counts[-1] == self.samples[(name + "_count", key)], (name, key)
                assert (name + "_sum", key) in self.samples, (name, key)


def scrape(port, timeout=30):
    return Scrape(read(port, timeout=timeout))
