#ifndef QUOTES_SERVICE_SERVER_LOG_H_
#define QUOTES_SERVICE_SERVER_LOG_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/rpc/services.h"
#include "service/server/config.h"

namespace spdlog {
class logger;
namespace details {
class thread_pool;
}
}  // namespace spdlog

namespace quotes::server {

// One JSON object, built field by field; keeps their order. Bytes that are not UTF-8 become U+FFFD.
class JsonLine {
 public:
  JsonLine& Add(std::string_view key, std::string_view value);
  JsonLine& Add(std::string_view key, const char* value) {
    return Add(key, std::string_view(value));
  }
  JsonLine& Add(std::string_view key, int64_t value);
  JsonLine& Add(std::string_view key, bool value);
  std::string Finish() const { return text_ + "}"; }

 private:
  void Key(std::string_view key);

  std::string text_ = "{";
};

// The server's log: one JSON object a line with "time" (RFC 3339, UTC), "level" and "event". A
// thread of its own writes; when it falls behind by thousands of lines, the oldest are lost rather
// than calls delayed. Quotations and queries never appear in it. Thread-safe.
class Log {
 public:
  // INVALID_ARGUMENT when the file cannot be opened.
  static absl::StatusOr<std::unique_ptr<Log>> Open(const Config& config);

  // Writes what is waiting.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // `fields` holds what is special about the event.
  void Write(LogLevel level, std::string_view event, const JsonLine& fields);

  // Calls that failed by the server's own fault are errors, others info.
  void Call(const rpc::CallRecord& record);
  // A warning beside the line of the call itself.
  void SlowCall(const rpc::SlowCallRecord& record);
  void Import(const rpc::ImportRecord& record);
  void Citation(const rpc::CitationRecord& record);
  void Change(const rpc::ChangeRecord& record);

  // The least that is written from now on.
  void SetLevel(LogLevel level);
  // Goes on in a file that is opened anew under the same name, for what rotates logs; nothing for
  // standard error. After an error it goes on in the old one.
  absl::Status Reopen();

  // Lines that were dropped because writing fell behind.
  uint64_t lost_lines() const;

 private:
  Log();

  class File;

  // Made anew for each process and told to nobody: whoever reads the log cannot try sentences.
  std::string key_;
  std::shared_ptr<File> file_;  // null: standard error
  std::shared_ptr<spdlog::details::thread_pool> thread_;
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_LOG_H_
