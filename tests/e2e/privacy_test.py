"""Drafts, quotations, queries and tokens never reach the log, whatever becomes of their calls."""

import itertools
import json
import unittest

from quotes_testing import Server, TempDir, add_stubs, quotectl

add_stubs()
import grpc  # pylint: disable=wrong-import-position
from google.protobuf import descriptor_pool, message_factory  # pylint: disable=wrong-import-position
from google.protobuf.descriptor import FieldDescriptor  # pylint: disable=wrong-import-position
from quotes.v1 import (admin_service_pb2, citation_service_pb2,  # pylint: disable=wrong-import-position
                       quote_service_pb2, report_service_pb2)

# What must not be found, and a part of it that any cut would leave.
MARKER = "绝密草稿QzxMarker待发"
PARTS = ("QzxMarker", "绝密草稿")
REPORT = f"关于{MARKER}工作的报告\n\n同志们：\n我们要加快{MARKER}发展，城镇新增就业4.5万人。\n第二句话。\n"


def services():
    for file in (admin_service_pb2, citation_service_pb2, quote_service_pb2, report_service_pb2):
        yield from file.DESCRIPTOR.services_by_name.values()


def message_class(descriptor):
    factory = message_factory.MessageFactory(descriptor_pool.Default())
    return factory.GetPrototype(descriptor)


def fill(message, text, number, choice, depth=0):
    """Sets every field: texts to `text`, numbers to `number`; of a oneof the choice-th member."""
    for field in message.DESCRIPTOR.fields:
        oneof = field.containing_oneof
        if oneof is not None and oneof.fields[choice % len(oneof.fields)] is not field:
            continue
        repeated = field.label == FieldDescriptor.LABEL_REPEATED
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            if depth > 4 or field.message_type.GetOptions().map_entry:
                continue
            inner = getattr(message, field.name)
            fill(inner.add() if repeated else inner, text, number, choice, depth + 1)
            if not repeated:
                inner.SetInParent()
            continue
        if field.type == FieldDescriptor.TYPE_STRING:
            value = text
        elif field.type == FieldDescriptor.TYPE_BYTES:
            value = text.encode()
        elif field.type == FieldDescriptor.TYPE_BOOL:
            value = bool(number % 2)
        elif field.type == FieldDescriptor.TYPE_ENUM:
            value = field.enum_type.values[number % len(field.enum_type.values)].number
        else:
            value = number
        if repeated:
            getattr(message, field.name).append(value)
        else:
            setattr(message, field.name, value)


class PrivacyTest(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(TempDir())
        self.server = self.enterContext(Server(
            self.folder / "quotes.db", "--log-level", "debug",
            env={"GRPC_VERBOSITY": "debug"}))
        self.channel = grpc.insecure_channel(self.server.address)
        self.addCleanup(self.channel.close)
        self.outcomes = {}

    def tearDown(self):
        # What is logged is written when the server has ended.
        self.assertEqual(self.server.terminate(), 0)
        log = self.server.log_text()
        self.assertIn('"event":"call"', log)
        for part in PARTS:
            for form in (part, json.dumps(part)[1:-1], part.encode().hex(),
                         "".join(f"\\{byte:03o}" for byte in part.encode())):
                at = log.find(form)
                self.assertEqual(at, -1, log[max(0, at - 300):at + 300])

    def call(self, method, requests):
        path = f"/{method.containing_service.full_name}/{method.name}"
        make = (self.channel.stream_unary if method.client_streaming else self.channel.unary_unary)
        call = make(path)
        metadata = (("authorization", "Bearer QzxMarker"), ("x-note", "QzxMarker"))
        try:
            if method.server_streaming:
                list(self.channel.unary_stream(path)(requests[0], timeout=60, metadata=metadata))
            elif method.client_streaming:
                call(iter(requests), timeout=60, metadata=metadata)
            else:
                call(requests[0], timeout=60, metadata=metadata)
            code = "OK"
        except grpc.RpcError as error:
            code = error.code().name
        self.outcomes.setdefault(method.name, set()).add(code)

    def test_every_method_with_anything_in_its_fields(self):
        texts = (MARKER, f"reports/{MARKER}", f"reports/sample/quotes/{MARKER}",
                 f"{MARKER}\x01", f"({MARKER}", f"{MARKER} OR -\"{MARKER}", MARKER * 1000, "")
        for service in services():
            for method in service.methods:
                input_class = message_class(method.input_type)
                for text, number, choice in itertools.product(texts, (0, 1, -1, 10**6), (0, 1)):
                    request = input_class()
                    try:
                        fill(request, text, number, choice)
                    except ValueError:
                        continue  # an unsigned field
                    if method.input_type.name == "ImportReportRequest":
                        request.validate_only = True  # ids that are valid are the log's to name
                    self.call(method, [request.SerializeToString()] * 2)
                # No message, no UTF-8, and a field that is cut off.
                for raw in (MARKER.encode(), b"\x0a\x04\xff\xfeQz" + MARKER.encode(),
                            b"\x0a\x0bQzxMarker\xff\xfe", b"\x0a\x7fQzxMarker", b""):
                    self.call(method, [raw])
        for method, codes in self.outcomes.items():
            # Each was served or refused for a reason, and none broke.
            self.assertTrue(codes - {"UNIMPLEMENTED", "UNKNOWN", "INTERNAL"}, (method, codes))

    def test_what_a_newsroom_does(self):
        path = self.folder / "report.txt"
        path.write_text(REPORT, encoding="utf-8")
        server = self.server

        def run(*arguments, codes=(0,), **keywords):
            result = quotectl(*arguments, server=server, **keywords)
            self.assertIn(result.returncode, codes, result)
            return result.stdout

        run("import", path, "--id", "sample")
        path.write_text(REPORT.replace("第二句话", f"{MARKER}第三句话"), encoding="utf-8")
        run("import", path, "--id", "sample")
        self.assertIn("sample", run("find", MARKER))
        run("find", f'({MARKER} OR "', codes=(2,))
        run("trace", MARKER, codes=(0, 1))
        run("verify", f"我们要加快{MARKER}发展", codes=(0, 1, 2))
        run("verify", f"我们要放慢{MARKER}发展，城镇新增就业5万人", codes=(0, 1, 2))
        run("verify", MARKER * 2000, codes=(2, 3))
        run("diff", "sample", codes=(0, 1))
        for name, content in (("broken.docx", b"PK\x03\x04" + MARKER.encode()),
                              ("broken.pdf", b"%PDF-1.4\n" + MARKER.encode()),
                              ("broken.html", f"<html><body>{MARKER}<table>".encode()),
                              ("broken.md", f"---\ntitle: [{MARKER}\n---\n{MARKER}".encode()),
                              ("gb.txt", REPORT.encode("gb18030")[:-1]),
                              ("nul.txt", MARKER.encode() + b"\0\0")):
            broken = self.folder / name
            broken.write_bytes(content)
            run("import", broken, codes=(0, 2, 3))
        run("withdraw", "sample")
        run("verify", f"我们要加快{MARKER}发展", codes=(0, 1, 2))
        run("restore", "sample")


if __name__ == "__main__":
    unittest.main()
