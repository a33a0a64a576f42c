// find_quotes SERVER QUERY: prints what a server finds, one quote a line, or why it does not.

#include <cstdio>
#include <iostream>
#include <string>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/error.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("Usage: find_quotes SERVER QUERY\n", stderr);
    return 2;
  }
  quotes::client::Client client(quotes::client::Connect(argv[1]));
  quotes::v1::SearchQuotesRequest request;
  request.set_query(argv[2]);
  const absl::StatusOr<quotes::v1::SearchQuotesResponse> found = client.SearchQuotes(request);
  if (!found.ok()) {
    const quotes::client::CallError error = quotes::client::DescribeError(found.status());
    std::cerr << quotes::client::CodeName(error.code) << ' ' << error.reason << '\n';
    return 1;
  }
  for (const auto& hit : found->hits()) {
    std::cout << hit.quote().name() << '\t' << hit.quote().text() << '\n';
  }
  return 0;
}
