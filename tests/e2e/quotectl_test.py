"""quotectl as scripts and people use it: against a server and on a database of its own."""

import csv
import io
import json
import os
import shutil
import stat
import subprocess
import unittest
from xml.etree import ElementTree

from quotes_testing import (CLEAN_ENVIRONMENT, QUOTECTL, SAMPLE, SAMPLE_ID, Server, TempDir,
                            free_port, quotectl, quotectl_json, start_and_fail)


class QuotectlTest(unittest.TestCase):
    """A server and a database without one, both with the sample."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(TempDir())
        cls.server = cls.enterClassContext(Server(cls.folder / "served.db"))
        cls.database = cls.folder / "own.db"
        for target in cls.targets():
            result = quotectl("import", SAMPLE, "--id", SAMPLE_ID, **target)
            assert result.returncode == 0, result

    @classmethod
    def targets(cls):
        return [{"server": cls.server}, {"database": cls.database}]

    def both(self, *arguments, code=0):
        """Runs against both; returns the output, which must be the same."""
        outputs = []
        for target in self.targets():
            result = quotectl(*arguments, **target)
            self.assertEqual(result.returncode, code, result)
            outputs.append((result.stdout, result.stderr))
        self.assertEqual(*outputs)
        return outputs[0][0]

    def test_find(self):
        text = self.both("find", "棚改")
        self.assertEqual(text.count("棚改"), 2, text)
        self.assertIn("宋磊", text)
        self.both("find", '"产业集群"', "园区", "-纺织")
        self.assertIn("歷程", self.both("find", "发展历程") + self.both("find", "發展歷程"))
        self.both("find", "希望社区")
        self.both("find", "２８０亿元")

    def test_trace(self):
        text = self.both("trace", "高质量发展")
        self.assertTrue(text.startswith("高质量发展: "), text)
        self.assertIn(f"reports/{SAMPLE_ID}", text)
        rows = list(csv.reader(io.StringIO(self.both("trace", "高质量发展", "--csv"))))
        self.assertEqual(rows[0], ["date", "report", "title", "body", "occurrences", "quotes"])
        self.assertEqual(rows[1][1], f"reports/{SAMPLE_ID}")
        for target in self.targets():
            with TempDir() as folder:
                chart = folder / "chart.svg"
                result = quotectl("trace", "高质量发展", "--svg", chart, **target)
                self.assertEqual(result.returncode, 0, result)
                root = ElementTree.fromstring(chart.read_bytes())
                self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
            answer, = quotectl_json("trace", "高质量发展", **target)
            self.assertEqual(answer["occurrence_count"], rows[1][4])
        self.both("trace", "没有的词", code=1)
        self.both("trace", "，", code=2)
        self.both("trace", code=2)
        self.both("trace", "--new", "--report", SAMPLE_ID, code=1)

    def test_diff(self):
        text = SAMPLE.read_text(encoding="utf-8").replace("280亿元", "286亿元", 1)
        with TempDir() as folder, Server(folder / "served.db") as server:
            shown = []
            for target in ({"server": server}, {"database": folder / "own.db"}):
                for content in (SAMPLE.read_bytes(), text.encode()):
                    result = quotectl("import", "-", "--id", "r", stdin=content, **target)
                    self.assertEqual(result.returncode, 0, result)
                result = quotectl("diff", "r", **target)
                self.assertEqual(result.returncode, 1, result)
                shown.append(result.stdout)
                self.assertEqual(quotectl("diff", "r", "1", "3", **target).returncode, 2)
            self.assertEqual(*shown)
            self.assertIn("1 changed, 0 inserted, 0 removed", shown[0])
            self.assertIn("生产总值完成280亿元", shown[0])

    def test_verify(self):
        text = self.both("verify", "2021年预计全区生产总值完成280亿元，年均增长5.5%")
        self.assertTrue(text.startswith("PASS: word for word\n"), text)
        self.assertIn("宋磊：《", text)
        text = self.both("verify", "加快发展是第一任务", "--speaker", "宋磊", code=1)
        self.assertTrue(text.startswith("FAIL: altered"), text)
        self.assertIn("任务 for 要务", text)
        self.both("verify", "2021年预计全区生产总值完成2800000万元，年均增长5.5%", code=1)
        self.both("verify", "2021年预计全区生产总值完成2800000万元，年均增长5.5%", "--profile", "search")

    def test_verify_bad_input_is_2(self):
        for arguments in [(), ("",), ("加快\x01发展",), ("字" * 5001,), ("加快发展", "--profile", "none"),
                          ("加快发展", "--date", "2022-02-30"), ("加快发展", "--page", "0"),
                          ("加快发展", "--revision", "1"), ("加快发展", "--file", "x"),
                          ("--file", "/no/such/file")]:
            with self.subTest(arguments=arguments):
                self.assertEqual(self.both("verify", *arguments, code=2), "")

    def test_verify_a_report_that_is_not_held(self):
        text = self.both("verify", "打造全国一流的量子计算中心", "--report", "2020-nobody", code=1)
        self.assertIn("the claimed report or revision is not held", text)

    def test_verify_stdin(self):
        # As a word processor leaves it: a byte order mark, CRLF, soft hyphen, no-break spaces.
        pasted = "\ufeff加快\u00ad发展\u3000是第\r\n一\u00a0要务\r\n"
        for target in self.targets():
            result = quotectl("verify", "-", stdin=pasted.encode(), **target)
            self.assertEqual(result.returncode, 0, result)
        result = quotectl("verify", "-", stdin="加快发展".encode("gb18030"), database=self.database)
        self.assertEqual(result.returncode, 2, result)

    def test_verify_file(self):
        with TempDir() as folder:
            plain = folder / "plain.txt"
            plain.write_text("加快发展是第一要务\n\n加快发展是第一任务\r\n", encoding="utf-8")
            text = self.both("verify", "--file", plain, code=1)
            self.assertIn("1: 加快发展是第一要务\nPASS", text)
            self.assertIn("3: 加快发展是第一任务\nFAIL", text)
            self.assertIn("2 checked: 1 pass, 0 to review, 1 fail", text)

            table = folder / "table.tsv"
            table.write_bytes("quotation\tdate\tprofile\n"
                              "我们没有选择、没有退路\t2022-01-17\t\n"
                              "我们没有选择、没有退路\t2021-01-17\t\n"
                              "我们没有选择、没有退路\tyesterday\t\n"
                              "我们没有选择、没有退路\t\tnone\n".encode() + b"\xff\xfe\t\t\n")
            for target in self.targets():
                result = quotectl("verify", "--file", table, "--json", **target)
                self.assertEqual(result.returncode, 2, result)
                # One line for each quotation.
                outcomes = [json.loads(line) for line in result.stdout.splitlines()]
                self.assertEqual([outcome["result"]["disposition"] for outcome in outcomes[:2]],
                                 ["DISPOSITION_PASS", "DISPOSITION_FAIL"])
                self.assertEqual([outcome["error"]["code"] for outcome in outcomes[2:]],
                                 ["INVALID_ARGUMENT", "NOT_FOUND", "INVALID_ARGUMENT"])
                errors = [json.loads(line) for line in result.stderr.splitlines()]
                self.assertEqual([error["file"] for error in errors],
                                 [f"{table}:{line}" for line in (4, 5, 6)])
                self.assertEqual(errors[1]["reason"], "PROFILE_NOT_FOUND")

            many = folder / "many.txt"
            many.write_text("加快发展是第一要务\n" * 120, encoding="utf-8")
            self.assertIn("120 checked: 120 pass", self.both("verify", "--file", many))

    def test_verify_by_the_houses_profiles(self):
        with TempDir() as folder:
            house = folder / "house.toml"
            house.write_text('[evening]\nbase = "newspaper"\n[evening.findings]\n'
                             'NUMERAL_RESTATED = "PASS"\n', encoding="utf-8")
            quotation = "2021年预计全区生产总值完成2800000万元，年均增长5.5%"
            result = quotectl("verify", quotation, "--profiles", house, "--profile", "evening",
                              database=self.database)
            self.assertEqual(result.returncode, 0, result)
            listed = quotectl("verify", "--list-profiles", "--profiles", house,
                              database=self.database)
            self.assertIn("evening", listed.stdout)
            refused = quotectl("verify", quotation, "--profiles", house, server=self.server)
            self.assertEqual(refused.returncode, 2, refused)
            house.write_text('[evening]\nbase = "search"\n[evening.findings]\n'
                             'ALTERED_CRITICAL = "PASS"\n', encoding="utf-8")
            refused = quotectl("verify", quotation, "--profiles", house, database=self.database)
            self.assertEqual(refused.returncode, 2, refused)
            self.assertIn("house.toml:4: evening.findings.ALTERED_CRITICAL", refused.stderr)
            # The server reads the same file at its start.
            code, log = start_and_fail(folder / "q.db", "--profiles", str(house))
            self.assertEqual(code, 2)
            self.assertIn("house.toml:4: evening.findings.ALTERED_CRITICAL", log)

    def test_nothing_found_is_1(self):
        self.assertEqual(self.both("find", "查无此词", code=1), "")
        self.assertEqual(self.both("find", "新发展 创新发展", code=1), "")

    def test_a_name_that_does_not_exist_is_1(self):
        for arguments in [("theme", "no.such.theme"), ("outline", "no-such-report"),
                          ("get", "reports/no-such"), ("export", "no-such-report"),
                          ("get", f"reports/{SAMPLE_ID}/quotes/aaaaaaaaaaaaa")]:
            with self.subTest(arguments=arguments):
                self.assertEqual(self.both(*arguments, code=1), "")

    def test_a_term_does_not_cross_a_mark(self):
        for page in quotectl_json("find", "新发展", "--all", server=self.server):
            for hit in page["hits"]:
                for highlight in hit["highlights"]:
                    begin, end = (int(highlight["quote_range"][key]) for key in ("begin", "end"))
                    self.assertEqual(hit["quote"]["text"][begin:end], "新发展")

    def test_usage_and_input_errors_are_2(self):
        for arguments in [(), ("nonsense",), ("find",), ("find", "党", "--no-such-option"),
                          ("find", "-党"), ("find", "("), ("find", "，"),
                          ("find", "党", "--limit", "x"), ("get", "no/such/form"),
                          ("import",), ("completion", "powershell")]:
            for target in self.targets():
                with self.subTest(arguments=arguments):
                    result = quotectl(*arguments, **target)
                    self.assertEqual(result.returncode, 2, result)
                    self.assertEqual(result.stdout, "")
                    self.assertTrue(result.stderr.strip())

    def test_no_server_is_3(self):
        result = quotectl("find", "党", "--server", f"127.0.0.1:{free_port()}",
                          "--timeout", "2s", timeout=60)
        self.assertEqual(result.returncode, 3, result)
        self.assertTrue(result.stderr.strip())
        self.assertEqual(result.stdout, "")

    def test_json_is_one_object_a_line(self):
        for arguments in [("find", "党"), ("theme", "rural"), ("figures", "--value", "280亿元"), ("themes",), ("reports",),
                          ("outline", SAMPLE_ID), ("status",), ("get", f"reports/{SAMPLE_ID}")]:
            with self.subTest(arguments=arguments):
                for line in quotectl(*arguments, "--json", server=self.server).stdout.splitlines():
                    self.assertIsInstance(json.loads(line), dict)
        page, = quotectl_json("find", "棚改", server=self.server)
        self.assertEqual(page["total_size"], "2")
        result = quotectl("get", "reports/no-such", "--json", server=self.server)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(json.loads(result.stderr)["reason"], "REPORT_NOT_FOUND")

    def test_get_what_find_found(self):
        page, = quotectl_json("find", "希望社区", "--limit", "1", server=self.server)
        quote = page["hits"][0]["quote"]
        self.assertIn("希望社区", quote["text"])
        self.assertIn("希望社区", self.both("get", quote["name"]))

    def test_outline(self):
        text = self.both("outline", SAMPLE_ID)
        for heading in ["一、", "二、", "（一）", "（二）", "（三）", "五年来，坚持", "一是", "四是",
                        "未来奋斗目标是", "今后五年的具体目标是"]:
            self.assertIn(heading, text)

    def test_figures(self):
        for arguments in [("--value", "2,800,000万元"), ("--measure", "生产总值"),
                          ("--unit", "%", "--at-least", "50", "--order", "ascending")]:
            self.assertIn("%" if "--unit" in arguments else "280亿元",
                          self.both("figures", *arguments, "--all"))

    def test_themes_and_theme(self):
        self.assertIn("party.discipline", self.both("themes"))
        for code in ["party.discipline", "rural", "economy"]:
            self.assertTrue(self.both("theme", code, "--all").strip())

    def test_themes_of_a_house_are_checked(self):
        header = "version\t1\ncode\tterm\tweight\tscope\n"
        with TempDir() as folder:
            result = quotectl("themes", "--check", folder)
            self.assertEqual(result.returncode, 1, result)
            self.assertIn("neither themes.tsv nor cues.tsv", result.stderr)
            (folder / "themes.tsv").write_text(
                "code\tparent\tzh\ten\tscope\nsea\t\t海洋\tThe sea\tPorts\n", encoding="utf-8")
            cues = folder / "cues.tsv"
            cues.write_text(header + "sea\t渔港码头\t1\tany\n", encoding="utf-8")
            result = quotectl("themes", "--check", folder)
            self.assertEqual((result.returncode, result.stdout), (0, ""), result)
            cues.write_text(header + "sea\t渔港码头\t0.3\tany\nrural\t没有的词\t0\tany\n", encoding="utf-8")
            result = quotectl("themes", "--check", folder)
            self.assertEqual(result.returncode, 1, result)
            self.assertEqual(result.stdout, (
                f"{folder}/themes.tsv:2: the cues of sea have together the weight 0.3: no sentence gets the "
                "theme by its own words, which takes 0.5\n"
                f"{cues}:4: the weight 0 takes nothing away: there is no such cue\n"))
            self.assertTrue(result.stderr.strip())
            cues.write_text(header + "nowhere\t词\t1\tany\n", encoding="utf-8")
            result = quotectl("themes", "--check", folder)
            self.assertEqual(result.returncode, 2, result)
            self.assertIn("cues.tsv:3", result.stderr)

    def test_the_server_tells_of_themes_without_effect(self):
        with TempDir() as folder:
            house = folder / "served.db.themes"
            house.mkdir()
            cues = house / "cues.tsv"
            header = "version\t1\ncode\tterm\tweight\tscope\n"
            cues.write_text(header + "rural\t没有的词\t0\tany\n", encoding="utf-8")
            with Server(folder / "served.db") as server:
                findings = server.await_lines("themes_finding")
                self.assertEqual([(line["level"], line["place"]) for line in findings],
                                 [("warning", f"{cues}:3")])
                self.assertIn("takes nothing away", findings[0]["finding"])
                cues.write_text(header + "rural\t种业\t1\tany\nrural\t没有的词\t0\tany\n", encoding="utf-8")
                self.assertEqual(quotectl("reload", server=server).returncode, 0)
                findings = server.await_lines("themes_finding", 2)
                self.assertEqual([line["place"] for line in findings], [f"{cues}:3", f"{cues}:4"])

    def test_export_is_whole(self):
        path = self.folder / "export.json"
        result = quotectl("export", SAMPLE_ID, "--output", path, server=self.server)
        self.assertEqual(result.returncode, 0, result)
        exported = json.loads(path.read_text(encoding="utf-8"))
        page, = quotectl_json("reports", server=self.server)
        count = page["reports"][0]["quote_count"] + page["reports"][0]["furniture_quote_count"]
        self.assertEqual(len(exported["quotes"]), count)
        self.assertEqual(sum("棚改" in quote["text"] for quote in exported["quotes"]), 2)

    def test_stdin(self):
        result = quotectl("import", "-", "--validate-only", "--json", "--id", SAMPLE_ID,
                          server=self.server, stdin=SAMPLE.read_bytes())
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)["result"]["report"]["metadata"]["speaker"],
                         "宋磊")

    def test_a_draft_is_checked_without_a_database(self):
        with TempDir() as folder:
            database = folder / "none.db"
            result = quotectl("import", "--validate-only", SAMPLE, database=database)
            self.assertEqual(result.returncode, 0, result)
            self.assertEqual(list(folder.iterdir()), [], "nothing is made")
            result = quotectl("import", "--validate-only", SAMPLE, database=database,
                              env={"TMPDIR": str(folder / "none")})
            self.assertEqual(result.returncode, 1, result)
            self.assertIn("TMPDIR", result.stderr)

    def test_folder(self):
        with TempDir() as folder:
            (folder / "deep" / "er").mkdir(parents=True)
            shutil.copy(SAMPLE, folder / "deep" / "er" / "one.txt")
            (folder / "two.txt").write_text(SAMPLE.read_text(encoding="utf-8").replace(
                "2022年1月17日", "2023年1月18日"), encoding="utf-8")
            (folder / "other.css").write_text("no report", encoding="utf-8")
            database = folder / "quotes.db"
            result = quotectl("import", "--as", "separate", folder, database=database)
            self.assertEqual(result.returncode, 0, result)
            page, = quotectl_json("reports", database=database)
            self.assertEqual(page["total_size"], "2")

    def test_writing_beside_a_server_is_refused_and_reading_is_not(self):
        held = {"database": self.folder / "served.db"}
        result = quotectl("import", SAMPLE, "--id", "other", **held)
        self.assertEqual(result.returncode, 3, result)
        self.assertIn("served.db", result.stderr)
        result = quotectl("import", SAMPLE, "--id", "other", "--json", **held)
        self.assertEqual(json.loads(result.stderr)["reason"], "DATABASE_IN_USE")
        self.assertEqual(quotectl("find", "棚改", **held).returncode, 0)
        page, = quotectl_json("reports", server=self.server)
        self.assertEqual(page["total_size"], "1")

    def test_languages(self):
        english = quotectl("find", "查无此词", server=self.server)
        for chinese in [quotectl("find", "查无此词", "--lang", "zh", server=self.server),
                        quotectl("find", "查无此词", server=self.server,
                                 env={"LC_ALL": "zh_CN.UTF-8"})]:
            self.assertNotEqual(english.stderr, chinese.stderr)
            self.assertIn("没有找到", chinese.stderr)

    def test_colours_only_when_asked(self):
        self.assertNotIn("\x1b[", quotectl("find", "棚改", server=self.server).stdout)
        self.assertIn("\x1b[", quotectl("find", "棚改", "--color", "always",
                                        server=self.server).stdout)

    def test_help_of_every_command(self):
        for command in ["find", "theme", "figures", "themes", "reports", "outline", "get", "import", "export",
                        "status", "completion"]:
            for lang in ["en", "zh"]:
                result = quotectl(command, "--help", "--lang", lang)
                self.assertEqual(result.returncode, 0, result)
                self.assertIn("quotectl " + command, result.stdout)

    def test_full_disk_or_closed_pipe_is_no_success(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run(
                [str(QUOTECTL), "find", "党", "--all", "--server", self.server.address],
                stdout=full, stderr=subprocess.PIPE, env=CLEAN_ENVIRONMENT, timeout=300,
                check=False)
        self.assertNotEqual(result.returncode, 0)


class CompletionTest(unittest.TestCase):
    """The scripts do complete, in the shells themselves."""

    def run_shell(self, *command, code=0):
        environment = {**CLEAN_ENVIRONMENT,
                       "PATH": f"{QUOTECTL.parent}:{os.environ.get('PATH', '/usr/bin:/bin')}"}
        result = subprocess.run(command, capture_output=True, text=True, env=environment,
                                stdin=subprocess.DEVNULL, timeout=300, check=False)
        self.assertEqual(result.returncode, code, result)
        return result.stdout

    def test_bash(self):
        script = r'''
          source <(quotectl completion bash)
          line=$(complete -p quotectl)
          function=$(sed -E 's/.*-F ([^ ]+).*/\1/' <<<"$line")
          COMP_WORDS=(quotectl the) COMP_CWORD=1 COMP_LINE="quotectl the" COMP_POINT=12
          "$function" quotectl the quotectl
          printf '%s\n' "${COMPREPLY[@]}"
        '''
        words = {word.strip() for word in self.run_shell("bash", "--norc", "-c", script).split()}
        self.assertEqual(words, {"theme", "themes"})

    def test_zsh(self):
        if shutil.which("zsh") is None:
            self.skipTest("zsh is not installed")
        with TempDir() as folder:
            script = folder / "_quotectl"
            script.write_text(self.run_shell("quotectl", "completion", "zsh"), encoding="utf-8")
            self.run_shell("zsh", "-f", "-n", str(script))
            out = self.run_shell(
                "zsh", "-f", "-c",
                f"fpath=({folder} $fpath); autoload -U compinit; compinit -u -D; "
                "print -r -- ${_comps[quotectl]}")
            self.assertEqual(out.strip(), "_quotectl")

    def test_fish(self):
        if shutil.which("fish") is None:
            self.skipTest("fish is not installed")
        with TempDir() as folder:
            out = self.run_shell("env", f"HOME={folder}", f"XDG_CONFIG_HOME={folder}", "fish",
                                 "-N", "-c",
                                 "quotectl completion fish | source; complete -C 'quotectl the'")
        words = {line.split("\t")[0] for line in out.splitlines()}
        self.assertEqual(words, {"theme", "themes"})


if __name__ == "__main__":
    assert stat.S_IXUSR & QUOTECTL.stat().st_mode
    unittest.main()
