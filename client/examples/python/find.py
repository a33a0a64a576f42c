"""find.py SERVER QUERY: prints what a server finds, a quote a line, with its source.

Needs Debian's python3-grpcio and python3-protobuf, and the stubs that generate.sh makes on
PYTHONPATH. QUOTES_SERVICE_CONFIG names share/quotes/service_config.json of an installation: which
calls are tried again when the server is unavailable, and how long they may take. QUOTES_CA is the
file of the authority that signed the server's certificate, and QUOTES_TOKEN_FILE that of the
caller's token, as quotectl has them; without QUOTES_CA the server is one of this machine, in
plaintext, and gets no token.
"""

import os
import pathlib
import sys

import grpc
from quotes.v1 import quote_service_pb2, quote_service_pb2_grpc


def connect(server):
    config = pathlib.Path(os.environ["QUOTES_SERVICE_CONFIG"]).read_text(encoding="utf-8")
    options = [("grpc.service_config", config),
               # Finds out when the server's machine has vanished.
               ("grpc.keepalive_time_ms", 60_000)]
    if "QUOTES_CA" not in os.environ:
        return grpc.insecure_channel(server, options)
    credentials = grpc.ssl_channel_credentials(pathlib.Path(os.environ["QUOTES_CA"]).read_bytes())
    if "QUOTES_TOKEN_FILE" in os.environ:
        token = pathlib.Path(os.environ["QUOTES_TOKEN_FILE"]).read_text(encoding="ascii").strip()
        credentials = grpc.composite_channel_credentials(
            credentials, grpc.access_token_call_credentials(token))
    return grpc.secure_channel(server, credentials, options)


def main():
    server, query = sys.argv[1:]
    with connect(server) as channel:
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
