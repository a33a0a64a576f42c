// A Node client: @grpc/grpc-js, the contract loaded from its .proto files. node_test.py starts the
// server and says in the environment where it is.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");
const grpc = require("@grpc/grpc-js");
const protoLoader = require("@grpc/proto-loader");

const source = process.env.QUOTES_SOURCE_DIR;
const options = {
  keepCase: true,
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
  includeDirs: [path.join(source, "proto"), process.env.QUOTES_THIRD_PARTY_DIR],
};
const definition = protoLoader.loadSync(
  [
    "quotes/v1/admin_service.proto",
    "quotes/v1/citation_service.proto",
    "quotes/v1/quote_service.proto",
    "quotes/v1/report_service.proto",
    "google/rpc/status.proto",
    "google/rpc/error_details.proto",
    "grpc/health/v1/health.proto",
  ],
  options,
);
const contract = grpc.loadPackageDefinition(definition);
const address = process.env.QUOTES_SERVER;
const credentials = grpc.credentials.createInsecure();
const quotes = new contract.quotes.v1.QuoteService(address, credentials);
const reports = new contract.quotes.v1.ReportService(address, credentials);
const citations = new contract.quotes.v1.CitationService(address, credentials);
const admin = new contract.quotes.v1.AdminService(address, credentials);
const health = new contract.grpc.health.v1.Health(address, credentials);

function call(client, method, request) {
  return new Promise((resolve, reject) => {
    client[method](request, { deadline: Date.now() + 60_000 }, (error, answer) =>
      error ? reject(error) : resolve(answer),
    );
  });
}

// google.rpc.Status with its details unpacked, from the trailer.
function details(error) {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  const status = definition["google.rpc.Status"].deserialize(bytes);
  return status.details.map((packed) => {
    const type = packed.type_url.split("/").pop();
    return { type, ...definition[type].deserialize(packed.value) };
  });
}

async function failure(client, method, request) {
  try {
    await call(client, method, request);
  } catch (error) {
    return error;
  }
  return assert.fail(`${method} succeeded`);
}

function importFile(file, report_id) {
  return call(reports, "ImportReport", {
    report_id,
    source: { content: fs.readFileSync(file), file_name: path.basename(file) },
  });
}

test("the whole of it", async (t) => {
  await t.test("health", async () => {
    const answer = await call(health, "Check", { service: "quotes.v1.QuoteService" });
    assert.equal(answer.status, "SERVING");
  });

  await t.test("imports", async () => {
    const sample = path.join(source, "service/report/data/zaozhuang-shizhong-2022.txt");
    const answer = await importFile(sample, "zaozhuang-shizhong-2022");
    assert.equal(answer.report.metadata.speaker, "宋磊");
    assert.ok(answer.report.quote_count > 100);
    await importFile(path.join(source, "tests/foreign/data/qingxi-2023.txt"), "qingxi-2023");
    const status = await call(admin, "GetStatus", {});
    assert.equal(status.report_count, 2);
  });

  await t.test("UTF-16 offsets index JavaScript strings", async () => {
    let beyondTheBasicPlane = 0;
    for (const query of ["棚户区", "产业集群", "党", "公路", "湿地"]) {
      const answer = await call(quotes, "SearchQuotes", {
        query,
        offset_encoding: "OFFSET_ENCODING_UTF16",
        view: "QUOTE_VIEW_FULL",
      });
      assert.ok(answer.total_size > 0, query);
      for (const hit of answer.hits) {
        const { revision } = await call(reports, "GetRevision", {
          name: hit.quote.revision,
          offset_encoding: "OFFSET_ENCODING_UTF16",
        });
        assert.equal(
          revision.text.slice(hit.quote.range.begin, hit.quote.range.end),
          hit.quote.text,
        );
        assert.ok(hit.highlights.length > 0);
        for (const { quote_range, range } of hit.highlights) {
          assert.equal(hit.quote.text.slice(quote_range.begin, quote_range.end), query);
          assert.equal(revision.text.slice(range.begin, range.end), query);
          const before = hit.quote.text.slice(0, quote_range.begin);
          beyondTheBasicPlane += before.length > [...before].length ? 1 : 0;
        }
      }
    }
    // Else code points and UTF-16 units would not have been told apart.
    assert.ok(beyondTheBasicPlane > 0);
  });

  await t.test("citations name the difference in UTF-16 units", async () => {
    const verbatim = await call(citations, "VerifyCitation", { quotation: "加快发展是第一要务" });
    assert.equal(verbatim.result.disposition, "DISPOSITION_PASS");
    assert.equal(verbatim.result.text_verdict, "TEXT_VERDICT_VERBATIM");
    // A character of two units before the difference.
    const quotation = "加快发展𠮷是第一任务";
    const { result } = await call(citations, "VerifyCitation", {
      quotation,
      offset_encoding: "OFFSET_ENCODING_UTF16",
    });
    assert.equal(result.disposition, "DISPOSITION_FAIL");
    const { revision } = await call(reports, "GetRevision", {
      name: result.locations[0].revision,
      offset_encoding: "OFFSET_ENCODING_UTF16",
    });
    assert.ok(result.edits.length > 1);
    for (const { quotation_range, quotation_text, source_range, source_text } of result.edits) {
      assert.equal(quotation.slice(quotation_range.begin, quotation_range.end), quotation_text);
      assert.equal(revision.text.slice(source_range.begin, source_range.end), source_text);
    }
    const refused = await failure(citations, "VerifyCitation", { quotation: "加快\u0001发展" });
    assert.equal(refused.code, grpc.status.INVALID_ARGUMENT);
  });

  await t.test("sections count in UTF-16 units too", async () => {
    const parent = "reports/qingxi-2023";
    const { sections } = await call(reports, "ListSections", {
      parent,
      offset_encoding: "OFFSET_ENCODING_UTF16",
    });
    const { revision } = await call(reports, "GetRevision", {
      name: `${parent}/revisions/latest`,
      offset_encoding: "OFFSET_ENCODING_UTF16",
    });
    assert.equal(revision.text_length, revision.text.length);
    assert.ok(sections.length > 0);
    for (const section of sections) {
      const heading = revision.text.slice(section.heading_range.begin, section.heading_range.end);
      assert.ok(heading.includes(section.heading), heading);
    }
  });

  await t.test("pages by 7", async () => {
    const names = [];
    let page = { next_page_token: "" };
    do {
      page = await call(quotes, "ListQuotes", {
        parent: "reports/-",
        page_size: 7,
        page_token: page.next_page_token,
      });
      names.push(...page.quotes.map((quote) => quote.name));
    } while (page.next_page_token);
    assert.equal(names.length, page.total_size);
    assert.equal(new Set(names).size, names.length);
    const { quotes: batch } = await call(quotes, "BatchGetQuotes", {
      names: names.slice(0, 200),
    });
    assert.deepEqual(
      batch.map((quote) => quote.name),
      names.slice(0, 200),
    );
  });

  await t.test("themes", async () => {
    const answer = await call(quotes, "LookupTheme", { name: "themes/rural", page_size: 200 });
    const theme = await call(quotes, "GetTheme", { name: "themes/rural" });
    assert.ok(answer.total_size > 0);
    assert.equal(answer.hits.length, answer.total_size);
    assert.equal(theme.theme.quote_count, answer.total_size);
  });

  await t.test("figures", async () => {
    const answer = await call(quotes, "SearchFigures", { value: "2,800,000万元" });
    assert.equal(answer.total_size, 1);
    assert.equal(answer.hits[0].figures[0].printed, "280亿元");
    assert.equal(answer.hits[0].figures[0].measure, "全区生产总值");
  });

  await t.test("the history of a phrase", async () => {
    const answer = await call(quotes, "TracePhrase", { phrase: "高质量发展" });
    assert.equal(answer.total_size, answer.reports.length);
    const sum = answer.reports.reduce((all, report) => all + report.occurrence_count, 0);
    assert.equal(answer.occurrence_count, sum);
    const years = answer.years.reduce((all, year) => all + year.occurrence_count, 0);
    assert.equal(years, sum);
    const use = answer.last_use;
    assert.ok(use.quote.text.includes("高质量发展"));
    assert.equal(use.quote_range.end - use.quote_range.begin, 5);
  });

  await t.test("new phrases", async () => {
    const { reports: all } = await call(reports, "ListReports", {});
    const [latest] = all.filter(({ metadata }) => metadata.speech_date);
    const answer = await call(quotes, "ListNewPhrases", { report: latest.name });
    assert.equal(answer.total_size, answer.phrases.length);
    for (const { phrase, report_occurrence_count, first_use } of answer.phrases) {
      assert.ok(report_occurrence_count >= 1, phrase);
      assert.ok(first_use.quote.name.startsWith(latest.name), phrase);
    }
    const error = await failure(quotes, "ListNewPhrases", { report: "reports/none" });
    assert.equal(error.code, grpc.status.NOT_FOUND);
  });

  await t.test("a forged token says so in its details", async () => {
    const error = await failure(quotes, "ListQuotes", {
      parent: "reports/-",
      page_token: "forged",
    });
    assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
    const found = details(error);
    const info = found.find((detail) => detail.type === "google.rpc.ErrorInfo");
    assert.equal(info.domain, "quotes.v1");
    assert.equal(info.reason, "PAGE_TOKEN_INVALID");
    assert.ok(found.some((detail) => detail.locale === "zh"));
  });

  await t.test("an upload in pieces", async () => {
    const file = path.join(source, "tests/foreign/data/liuyuan-2019.txt");
    const bytes = fs.readFileSync(file);
    const answer = await new Promise((resolve, reject) => {
      const stream = reports.UploadReport((error, value) =>
        error ? reject(error) : resolve(value),
      );
      stream.write({
        header: {
          import: { report_id: "liuyuan-2019", source: { file_name: "liuyuan-2019.txt" } },
          size_bytes: bytes.length,
        },
      });
      for (let begin = 0; begin < bytes.length; begin += 100) {
        stream.write({ chunk: bytes.subarray(begin, begin + 100) });
      }
      stream.end();
    });
    assert.equal(answer.unchanged, false);
    assert.equal(answer.report.metadata.speech_date.year, 2019);
  });

  for (const client of [quotes, reports, admin, health]) {
    client.close();
  }
});
