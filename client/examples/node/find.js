// node find.js SERVER QUERY: prints what a server finds, a quote a line, with its source. Needs the
// packages of package.json (npm install) and the stubs that generate.sh makes.

import { ConnectError, Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { QuoteService } from "./stubs/quotes/v1/quote_service_pb.js";

const [server, query] = process.argv.slice(2);
const transport = createGrpcTransport({ baseUrl: `http://${server}`, defaultTimeoutMs: 10_000 });
const quotes = createClient(QuoteService, transport);
try {
  let pageToken = "";
  do {
    const page = await quotes.searchQuotes({ query, pageSize: 50, pageToken });
    for (const { quote } of page.hits) console.log(`${quote.text}\t${quote.citation}`);
    pageToken = page.nextPageToken;
  } while (pageToken);
} catch (error) {
  const { code, rawMessage } = ConnectError.from(error);
  console.error(`${Code[code]}: ${rawMessage}`);
  process.exitCode = 1;
}
