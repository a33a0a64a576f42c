"""find.py SERVER QUERY: prints what a server finds, a quote a line, with its source.

Needs Debian's python3-grpcio and python3-protobuf, and the stubs that generate.sh makes on
PYTHONPATH. QUOTES_SERVICE_CONFIG names share/quotes/service_config.json of an installation: which
calls are tried again when the server is unavailable, and how long they may take.
"""

import os
import pathlib
import sys

import grpc
from quotes.v1 import quote_service_pb2, quote_service_pb2_grpc


def main():
    server, query = sys.argv[1:]
    config = pathlib.Path(os.environ["QUOTES_SERVICE_CONFIG"]).read_text(encoding="utf-8")
    with grpc.insecure_channel(server, [("grpc.service_config", config)]) as channel:
        quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
        request = quote_service_pb2.SearchQuotesRequest(query=query, page_size=50)
        while True:
            page = quotes.SearchQuotes(request, timeout=10)
            for hit in page.hits:
                print(hit.quote.text, hit.quote.citation, sep="\t")
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token


if __name__ == "__main__":
    try:
        main()
    except grpc.RpcError as error:
        sys.exit(f"{error.code().name}: {error.details()}")
