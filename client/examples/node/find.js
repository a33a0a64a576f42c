// node find.js SERVER QUERY: prints what a server finds, a quote a line, with its source. Needs the
// packages of package.json (npm install) and the stubs that generate.sh makes. QUOTES_CA is the file of
// the authority that signed the server's certificate, and QUOTES_TOKEN_FILE that of the caller's token, as
// quotectl has them; without QUOTES_CA the server is one of this machine, in plaintext, and gets no token.

import { readFileSync } from "node:fs";
import { ConnectError, Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { QuoteService } from "./stubs/quotes/v1/quote_service_pb.js";

const [server, query] = process.argv.slice(2);
const { QUOTES_CA: ca, QUOTES_TOKEN_FILE: tokenFile } = process.env;
const options = { defaultTimeoutMs: 10_000 };
if (ca && tokenFile) {
  const token = readFileSync(tokenFile, "ascii").trim();
  options.interceptors = [
    (next) => (request) => {
      request.header.set("authorization", `Bearer ${token}`);
      return next(request);
    },
  ];
}
const transport = createGrpcTransport(
  ca
    ? { ...options, baseUrl: `https://${server}`, nodeOptions: { ca: readFileSync(ca) } }
    : { ...options, baseUrl: `http://${server}` },
);
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
