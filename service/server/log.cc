#include "service/server/log.h"

#include <grpcpp/support/status_code_enum.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/file_helper.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/rpc/statistics.h"
#include "service/text/utf8.h"

namespace quotes::server {
namespace {

constexpr size_t kWaitingLines = 8'192;

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      break;
  }
  return spdlog::level::err;
}

// A line that begins with a report's name. Logs are read by more people than may know of a report
// that is held back.
JsonLine Named(std::string_view report_id, bool embargoed) {
  JsonLine line;
  return embargoed ? line.Add("embargoed", true) : line.Add("report", report_id);
}

void AddTrace(const rpc::CallRecord& record, JsonLine* fields) {
  if (!record.trace_id.empty()) {
    fields->Add("trace_id", record.trace_id).Add("parent_span_id", record.parent_span_id);
  }
}

void AppendQuoted(std::string_view value, std::string* out) {
  std::string clean;
  if (text::FindInvalidUtf8(value).has_value()) {
    clean = text::ToUtf8(text::ToCodePoints(value));
    value = clean;
  }
  out->push_back('"');
  for (const char c : value) {
    switch (c) {
      case '"':
        out->append("\\\"");
        break;
      case '\\':
        out->append("\\\\");
        break;
      case '\n':
        out->append("\\n");
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          absl::StrAppend(out, "\\u", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad4));
        } else {
          out->push_back(c);
        }
    }
  }
  out->push_back('"');
}

constexpr size_t kKeyBytes = 32;

std::string NewKey() {
  std::string key(kKeyBytes, '\0');
  QUOTES_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), kKeyBytes) == 1);
  return key;
}

// The same for the same text and key, and of no use without the key.
std::string MarkOf(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mark = {};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mark.data(), &size);
  // 64 bits: equal marks of different quotations of one day are not to be expected.
  constexpr size_t kShown = 8;
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(mark.data()), kShown));
}

}  // namespace

void JsonLine::Key(std::string_view key) {
  if (text_.size() > 1) {
    text_.push_back(',');
  }
  AppendQuoted(key, &text_);
  text_.push_back(':');
}

JsonLine& JsonLine::Add(std::string_view key, std::string_view value) {
  Key(key);
  AppendQuoted(value, &text_);
  return *this;
}

JsonLine& JsonLine::Add(std::string_view key, int64_t value) {
  Key(key);
  absl::StrAppend(&text_, value);
  return *this;
}

JsonLine& JsonLine::Add(std::string_view key, bool value) {
  Key(key);
  text_.append(value ? "true" : "false");
  return *this;
}

// A file whose name may come to stand for another one.
class Log::File final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  // Throws spdlog::spdlog_ex.
  explicit File(std::string path) : path_(std::move(path)), file_(Open()) {}

  // Throws spdlog::spdlog_ex, and then goes on as before.
  void Reopen() {
    std::unique_ptr<spdlog::details::file_helper> anew = Open();
    const std::lock_guard<std::mutex> lock(mutex_);
    file_.swap(anew);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    file_->write(line);
  }
  void flush_() override { file_->flush(); }

 private:
  std::unique_ptr<spdlog::details::file_helper> Open() const {
    auto file = std::make_unique<spdlog::details::file_helper>();
    file->open(path_);
    return file;
  }

  const std::string path_;
  std::unique_ptr<spdlog::details::file_helper> file_;
};

Log::Log() : key_(NewKey()) {}

absl::StatusOr<std::unique_ptr<Log>> Log::Open(const Config& config) {
  std::unique_ptr<Log> log(new Log);
  spdlog::sink_ptr sink;
  try {
    if (config.log_file.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      log->file_ = std::make_shared<File>(config.log_file);
      sink = log->file_;
    }
  } catch (const spdlog::spdlog_ex& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot write the log file ", config.log_file, ": ", error.what()));
  }
  log->thread_ = std::make_shared<spdlog::details::thread_pool>(kWaitingLines, 1);
  log->logger_ = std::make_shared<spdlog::async_logger>(
      "quoted", sink, log->thread_, spdlog::async_overflow_policy::overrun_oldest);
  log->logger_->set_pattern("%v");
  log->logger_->set_level(ToSpdlog(config.log_level));
  // A log that is read while the server runs must not wait for a buffer to fill.
  log->logger_->flush_on(spdlog::level::debug);
  return log;
}

Log::~Log() {
  // The thread writes what is waiting before it ends; it lives in the pool.
  logger_.reset();
  thread_.reset();
}

void Log::Write(LogLevel level, std::string_view event, const JsonLine& fields) {
  if (!logger_->should_log(ToSpdlog(level))) {
    return;
  }
  JsonLine head;
  head.Add("time", std::string_view(
                       absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone())))
      .Add("level", LogLevelName(level))
      .Add("event", event);
  std::string line = head.Finish();
  const std::string rest = fields.Finish();
  if (rest.size() > 2) {
    line.back() = ',';
    line.append(rest, 1);
  }
  logger_->log(ToSpdlog(level), spdlog::string_view_t(line));
}

void Log::Call(const rpc::CallRecord& record) {
  const bool fault = record.code == grpc::StatusCode::INTERNAL ||
                     record.code == grpc::StatusCode::DATA_LOSS ||
                     record.code == grpc::StatusCode::UNKNOWN;
  JsonLine fields;
  fields.Add("method", record.method)
      .Add("peer", record.peer)
      .Add("request_id", record.request_id)
      .Add("caller", record.caller)
      .Add("role", record.role)
      .Add("code", rpc::CodeName(record.code))
      .Add("reason", record.reason)
      .Add("duration_us", absl::ToInt64Microseconds(record.duration))
      .Add("request_bytes", static_cast<int64_t>(record.request_bytes))
      .Add("answer_bytes", static_cast<int64_t>(record.answer_bytes));
  AddTrace(record, &fields);
  if (!record.error.empty()) {
    fields.Add("error", record.error);
  }
  Write(fault ? LogLevel::kError : LogLevel::kInfo, "call", fields);
}

void Log::SlowCall(const rpc::SlowCallRecord& record) {
  JsonLine fields;
  fields.Add("method", record.call.method)
      .Add("request_id", record.call.request_id)
      .Add("code", rpc::CodeName(record.call.code))
      .Add("duration_us", absl::ToInt64Microseconds(record.call.duration))
      .Add("answer_bytes", static_cast<int64_t>(record.call.answer_bytes))
      .Add("shape", record.shape)
      .Add("terms", static_cast<int64_t>(record.terms))
      .Add("planned_work", static_cast<int64_t>(record.planned_work));
  AddTrace(record.call, &fields);
  Write(LogLevel::kWarning, "slow_call", fields);
}

void Log::SetLevel(LogLevel level) { logger_->set_level(ToSpdlog(level)); }

absl::Status Log::Reopen() {
  if (file_ == nullptr) {
    return absl::OkStatus();
  }
  try {
    file_->Reopen();
  } catch (const spdlog::spdlog_ex& error) {
    return absl::UnavailableError(error.what());
  }
  return absl::OkStatus();
}

uint64_t Log::lost_lines() const { return thread_->overrun_counter(); }

void Log::Import(const rpc::ImportRecord& record) {
  Write(LogLevel::kInfo, "import",
        Named(record.report_id, record.embargoed)
            .Add("revision", static_cast<int64_t>(record.revision))
            .Add("archive_revision", static_cast<int64_t>(record.archive_revision))
            .Add("validate_only", record.validate_only)
            .Add("unchanged", record.unchanged)
            .Add("replayed", record.replayed)
            .Add("source_bytes", static_cast<int64_t>(record.source_bytes))
            .Add("quotes", static_cast<int64_t>(record.quotes))
            .Add("lint_findings", static_cast<int64_t>(record.lint_findings))
            .Add("duration_us", absl::ToInt64Microseconds(record.duration)));
}

void Log::Citation(const rpc::CitationRecord& record) {
  Write(LogLevel::kInfo, "citation",
        JsonLine()
            .Add("quotation_mark", MarkOf(key_, record.quotation_sha256))
            .Add("disposition", record.disposition)
            .Add("text_verdict", record.text_verdict)
            .Add("profile", record.profile)
            .Add("stopped", record.stopped));
}

void Log::Change(const rpc::ChangeRecord& record) {
  Write(LogLevel::kInfo, "change",
        Named(record.report_id, record.embargoed)
            .Add("action", record.action)
            .Add("defect", record.defect_id)
            .Add("quote", record.quote_id)
            .Add("archive_revision", static_cast<int64_t>(record.archive_revision))
            .Add("unchanged", record.unchanged));
}

}  // namespace quotes::server
