#include "client/ctl/text_map.h"

#include <algorithm>
#include <utility>

#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/text/utf8.h"

namespace quotes::ctl {
namespace {

bool SameSpan(const v1::PrintSpan& a, const v1::PrintSpan& b) {
  return a.byte_begin() == b.byte_begin() && a.byte_end() == b.byte_end();
}

bool SameRun(const v1::Run& a, const v1::Run& b) {
  return a.range().begin() == b.range().begin() && a.range().end() == b.range().end();
}

// Appends what `piece` has behind the end of `whole`. A span or run over the border is then there
// twice.
void Append(const v1::Revision& piece, v1::Revision* whole) {
  whole->mutable_text()->append(piece.text());
  whole->mutable_text_range()->set_end(piece.text_range().end());
  whole->mutable_print_spans()->MergeFrom(piece.print_spans());
  whole->mutable_runs()->MergeFrom(piece.runs());
}

// Of those that are side by side and the same one is left.
template <typename Message>
void LeaveOneOfEach(google::protobuf::RepeatedPtrField<Message>* list,
                    bool (*is_same)(const Message&, const Message&)) {
  list->erase(std::unique(list->begin(), list->end(), is_same), list->end());
}

}  // namespace

absl::StatusOr<v1::Revision> FetchRevision(client::Client* client, const std::string& name,
                                           bool show_embargoed) {
  v1::Revision whole;
  auto step = static_cast<int64_t>(limits::kMaxRevisionCodePoints);
  int64_t begin = 0;
  do {
    v1::GetRevisionRequest request;
    // "latest" may move between two pieces; the first answer names the revision.
    request.set_name(whole.name().empty() ? name : whole.name());
    request.set_show_embargoed(show_embargoed);
    request.mutable_range()->set_begin(begin);
    request.mutable_range()->set_end(begin + step);
    absl::StatusOr<v1::GetRevisionResponse> response = client->GetRevision(request);
    if (GetErrorReason(response.status()) == ErrorReason::kAnswerTooLarge && step > 1) {
      step /= 2;
      continue;
    }
    QUOTES_RETURN_IF_ERROR(response.status());
    if (whole.name().empty()) {
      whole = *std::move(*response).mutable_revision();
    } else {
      Append(response->revision(), &whole);
    }
    if (whole.text_range().end() <= begin) {
      break;
    }
    begin = whole.text_range().end();
  } while (begin < whole.text_length());
  LeaveOneOfEach(whole.mutable_runs(), SameRun);
  // The print map is in source order, which is not the order of the pieces.
  std::sort(whole.mutable_print_spans()->begin(), whole.mutable_print_spans()->end(),
            [](const v1::PrintSpan& a, const v1::PrintSpan& b) {
              return std::pair(a.byte_begin(), a.byte_end()) <
                     std::pair(b.byte_begin(), b.byte_end());
            });
  LeaveOneOfEach(whole.mutable_print_spans(), SameSpan);
  return whole;
}

std::string Substring(std::string_view utf8, int64_t begin, int64_t end) {
  const std::u32string points = text::ToCodePoints(utf8);
  const auto size = static_cast<int64_t>(points.size());
  begin = std::clamp<int64_t>(begin, 0, size);
  end = std::clamp<int64_t>(end, begin, size);
  return text::ToUtf8(std::u32string_view(points).substr(static_cast<size_t>(begin),
                                                         static_cast<size_t>(end - begin)));
}

const v1::PrintSpan* FindSpan(const v1::Revision& revision, int64_t position) {
  for (const v1::PrintSpan& span : revision.print_spans()) {
    if (span.range().begin() <= position && position < span.range().end()) {
      return &span;
    }
  }
  return nullptr;
}

}  // namespace quotes::ctl
