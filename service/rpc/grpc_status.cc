#include "service/rpc/grpc_status.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "absl/strings/str_replace.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/rpc/rpc_status.h"
#include "service/text/utf8.h"

namespace quotes::rpc {
namespace {

constexpr char kDomain[] = "quotes.v1";
// Cuts that leave room for every detail of an ordinary error.
constexpr size_t kMaxSentenceBytes = 360;
constexpr size_t kMaxValueBytes = 240;
constexpr int kMaxViolations = 8;

// {field} is the first violation's path, other names are keys of the metadata.
struct Sentence {
  ErrorReason reason;
  const char* zh;
};
constexpr auto kSentences = std::to_array<Sentence>({
    {ErrorReason::kUnspecified, "未知错误"},
    {ErrorReason::kInvalidUtf8, "字段 {field} 自字节偏移 {byte_offset} 起不是 UTF-8 文本"},
    {ErrorReason::kMalformedMessage, "请求的字节不是一条 {type} 消息"},
    {ErrorReason::kFieldRequired, "缺少必填字段 {field}"},
    {ErrorReason::kFieldOutOfRange, "字段 {field} 超出允许范围（{limit}）"},
    {ErrorReason::kFieldInvalid, "字段 {field} 的值无效"},
    {ErrorReason::kInvalidName, "字段 {field} 不是 {expected} 形式的名称"},
    {ErrorReason::kInvalidQuery, "检索式有误（字符偏移 {position}）"},
    {ErrorReason::kPageTokenInvalid, "翻页标记无效，或不属于本次请求"},
    {ErrorReason::kUndecodableText,
     "来源不是 {encoding} 编码的文本：字节偏移 {byte_offset} 处无法解码"},
    {ErrorReason::kEmptyText, "来源中没有文字"},
    {ErrorReason::kSourceTooLarge, "来源超出大小限制（{limit}）"},
    {ErrorReason::kDefectUnplaced, "{field}：所指位置找不到登记的误植文字，或该文字出现多次"},
    {ErrorReason::kUploadIncomplete, "上传不完整，或与声明的大小、散列值不符"},
    {ErrorReason::kRequestIdReused, "请求标识 {request_id} 已用于另一项请求"},
    {ErrorReason::kReportNotFound, "没有报告 {name}"},
    {ErrorReason::kRevisionNotFound, "没有版本 {name}"},
    {ErrorReason::kSectionNotFound, "没有章节 {name}"},
    {ErrorReason::kQuoteNotFound, "没有语句 {name}"},
    {ErrorReason::kThemeNotFound, "没有主题 {name}"},
    {ErrorReason::kRevisionChanged, "取得翻页标记后库或主题方案已有变化，请从第一页重新开始"},
    {ErrorReason::kReadOnly, "本服务器只读，请向可写的服务器提交"},
    {ErrorReason::kDatabaseInUse, "另一进程正在写入数据库 {path}"},
    {ErrorReason::kSchemaTooNew, "数据库的结构版本 {found} 高于本程序支持的 {supported}"},
    {ErrorReason::kDatabaseCorrupt, "数据库 {path} 已损坏，或不是本服务的数据库"},
    {ErrorReason::kStorageFull, "磁盘已满，未写入任何内容"},
    {ErrorReason::kQueueFull, "等待处理的请求过多，请稍后重试"},
    {ErrorReason::kAnswerTooLarge, "结果过大（{bytes} 字节），请缩小 {field} 的范围"},
    {ErrorReason::kLoading, "服务器正在加载，请稍后重试"},
    {ErrorReason::kStoreBusy, "存储正忙，请稍后重试"},
    {ErrorReason::kStoreUnavailable, "读写存储失败，详情见服务器日志"},
    {ErrorReason::kInternal, "服务器内部错误，详情见服务器日志"},
    {ErrorReason::kEtagMismatch, "{name} 在读取之后已有改动，请重新读取"},
    {ErrorReason::kReportWithdrawn, "{name} 已撤回，恢复后才能修改"},
    {ErrorReason::kDefectNotFound, "没有勘误 {name}"},
    {ErrorReason::kDefectExists, "勘误 {name} 已存在"},
    {ErrorReason::kProfileNotFound, "没有判定方案 {name}"},
    {ErrorReason::kUnsupportedFormat, "不支持的文件格式（{format}）"},
    {ErrorReason::kEncrypted, "文件已加密，请先解除密码保护"},
    {ErrorReason::kNoTextLayer, "PDF 没有文字层（各页均为图像）"},
    {ErrorReason::kMalformedSource, "文件已损坏，或不符合 {format} 格式"},
    {ErrorReason::kExtractionFailed, "读取文件失败（{cause}）：超出时间或内存限制，或读取程序崩溃"},
    {ErrorReason::kExtractorUnavailable, "服务器无法启动文件格式读取程序，目前只能导入纯文本"},
    {ErrorReason::kDuplicateReport,
     "与 {name} 的文字大致相同，或标题、机构和日期相同（相似度 "
     "{likeness}），请指明是其新版本、异本还是另一份报告"},
    {ErrorReason::kTokenMissing, "需要令牌：请在元数据 authorization 中提供 Bearer 令牌"},
    {ErrorReason::kTokenInvalid, "令牌无效"},
    {ErrorReason::kTokenExpired, "令牌已于 {expired} 过期"},
    {ErrorReason::kRoleTooLow, "角色 {role} 无权这样调用，需要 {needed}"},
    {ErrorReason::kQuotaExceeded, "{caller} 的调用过于频繁（每秒至多 {rate} 次），请稍后重试"},
    {ErrorReason::kTooManyCalls, "服务器同时处理的调用已达上限（{limit}），请稍后重试"},
    {ErrorReason::kShuttingDown, "服务器即将停止，请重新调用"},
    {ErrorReason::kRevisionInFuture, "本服务器的档案版本为 {current}，尚未到 {given}"},
    {ErrorReason::kHistoryChanged,
     "{given} "
     "之前通知的变更与本档案的历史不符：档案是从较早的副本恢复的，请重新读取全部内容后再继续"},
    {ErrorReason::kChangesNotKept, "变更记录自档案版本 {oldest} 起，没有 {given} 之后的全部记录"},
    {ErrorReason::kBackupNotConfigured, "服务器启动时未指定备份目录（--backup-folder）"},
    {ErrorReason::kNotEmbargoed, "{name} 不在解禁期内：已公开的内容不能再隐藏，可以撤回"},
    {ErrorReason::kReportPurged, "{name} 已于 {purged} 彻底删除，内容不再保留"},
    {ErrorReason::kReportIdPurged,
     "{name} 曾是一份已彻底删除的报告（{purged}）；若要再用此名，请明确指定 allow_purged_id"},
    {ErrorReason::kBackupExists, "备份目录中已有文件 {name}"},
});

const char* GeneralSentence(ErrorReason reason) {
  return reason == ErrorReason::kStoreUnavailable
             ? "reading or writing the store failed; the server's log says how"
             : "the service failed; the server's log says how";
}

// At most `limit` bytes, never half a code point, always UTF-8: clients cannot decode details with
// anything else in them.
std::string Cut(std::string_view given, size_t limit) {
  std::string text(given);
  if (text::FindInvalidUtf8(text).has_value()) {
    text = text::ToUtf8(text::ToCodePoints(text));
  }
  if (text.size() <= limit) {
    return text;
  }
  constexpr std::string_view kEllipsis = "…";
  size_t end = limit - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end).append(kEllipsis);
}

// gRPC sends the sentence percent-encoded: all but printable ASCII takes three bytes.
size_t EncodedSize(std::string_view sentence) {
  size_t size = 0;
  for (const char c : sentence) {
    size += c >= ' ' && c <= '~' && c != '%' ? 1 : 3;
  }
  return size;
}

size_t Base64Size(size_t bytes) { return (bytes + 2) / 3 * 4; }

// The sentence of a reason, or what it says of one field.
std::string ChineseSentence(const ErrorDetail& detail) {
  if (detail.reason == ErrorReason::kFieldInvalid && !detail.violations.empty() &&
      detail.violations.front().field == "phrase") {
    return "字段 {field} 的值无效：其中没有文字、数字或符号";
  }
  const auto* const sentence =
      std::find_if(kSentences.begin(), kSentences.end(),
                   [&](const Sentence& s) { return s.reason == detail.reason; });
  return sentence == kSentences.end() ? kSentences.front().zh : sentence->zh;
}

std::string Chinese(const ErrorDetail& detail) {
  const std::string text = ChineseSentence(detail);
  std::vector<std::pair<std::string, std::string>> values;
  for (const auto& [key, value] : detail.metadata) {
    values.emplace_back("{" + key + "}", Cut(value, kMaxValueBytes));
  }
  values.emplace_back("{field}", detail.violations.empty()
                                     ? std::string()
                                     : Cut(detail.violations.front().field, kMaxValueBytes));
  return absl::StrReplaceAll(text, values);
}

}  // namespace

std::string ChineseMessage(const absl::Status& status) {
  return Chinese(GetErrorDetail(status).value_or(ErrorDetail{}));
}

size_t WireSize(const grpc::Status& status) {
  return EncodedSize(status.error_message()) + Base64Size(status.error_details().size());
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status details;
  if (status.ok()) {
    return details;
  }
  ErrorDetail detail = GetErrorDetail(status).value_or(ErrorDetail{});
  absl::StatusCode code = status.code();
  const bool known = detail.reason != ErrorReason::kUnspecified;
  if (!known) {
    if (code == absl::StatusCode::kCancelled || code == absl::StatusCode::kDeadlineExceeded) {
      details.set_code(static_cast<int>(code));
      details.set_message(Cut(ToStd(status.message()), kMaxSentenceBytes));
      return details;
    }
    code = absl::StatusCode::kInternal;
    detail.reason = ErrorReason::kInternal;
  }
  const std::string sentence = code == absl::StatusCode::kInternal
                                   ? GeneralSentence(detail.reason)
                                   : Cut(ToStd(status.message()), kMaxSentenceBytes);

  google::rpc::ErrorInfo info;
  info.set_domain(kDomain);
  info.set_reason(std::string(ErrorReasonName(detail.reason)));
  for (const auto& [key, value] : detail.metadata) {
    (*info.mutable_metadata())[key] = Cut(value, kMaxValueBytes);
  }
  google::rpc::RetryInfo retry;
  if (detail.retry_after.has_value()) {
    const int64_t nanos = absl::ToInt64Nanoseconds(*detail.retry_after);
    retry.mutable_retry_delay()->set_seconds(nanos / 1'000'000'000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  }
  google::rpc::BadRequest bad_request;
  for (const FieldViolation& violation : detail.violations) {
    if (bad_request.field_violations_size() == kMaxViolations) {
      break;
    }
    auto* field = bad_request.add_field_violations();
    field->set_field(Cut(violation.field, kMaxValueBytes));
    field->set_description(Cut(violation.description, kMaxValueBytes));
  }
  google::rpc::LocalizedMessage english;
  english.set_locale("en");
  english.set_message(sentence);
  google::rpc::LocalizedMessage chinese;
  chinese.set_locale("zh");
  chinese.set_message(Cut(Chinese(detail), kMaxSentenceBytes));

  details.set_code(static_cast<int>(code));
  details.set_message(sentence);
  details.add_details()->PackFrom(info);
  if (detail.retry_after.has_value()) {
    details.add_details()->PackFrom(retry);
  }
  if (bad_request.field_violations_size() > 0) {
    details.add_details()->PackFrom(bad_request);
  }
  details.add_details()->PackFrom(english);
  details.add_details()->PackFrom(chinese);

  // The last detail is the least needed.
  while (details.details_size() > 1 &&
         EncodedSize(sentence) + Base64Size(details.ByteSizeLong()) > limits::kMaxStatusBytes) {
    details.mutable_details()->RemoveLast();
  }
  return details;
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) {
    return grpc::Status::OK;
  }
  const google::rpc::Status rich = ToRpcStatus(status);
  return {static_cast<grpc::StatusCode>(rich.code()), rich.message(),
          rich.details().empty() ? std::string() : rich.SerializeAsString()};
}

}  // namespace quotes::rpc
