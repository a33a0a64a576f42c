#include "service/rpc/services.h"

#include <google/protobuf/arena.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "quotes/v1/admin_service.grpc.pb.h"
#include "quotes/v1/citation_service.grpc.pb.h"
#include "quotes/v1/quote_service.grpc.pb.h"
#include "quotes/v1/report_service.grpc.pb.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "service/base/mutex.h"
#include "service/base/status_macros.h"
#include "service/base/stopwatch.h"
#include "service/base/ticker.h"
#include "service/base/trace_context.h"
#include "service/rpc/admission.h"
#include "service/rpc/byte_budget.h"
#include "service/rpc/caller_places.h"
#include "service/rpc/executor.h"
#include "service/rpc/grpc_status.h"
#include "service/rpc/handlers.h"
#include "service/rpc/request_shape.h"
#include "service/rpc/statistics.h"
#include "service/rpc/validate.h"
#include "service/rpc/watch_hub.h"
#include "service/rpc/wire_check.h"

namespace quotes::rpc {
namespace {

using google::protobuf::Message;

// How long a caller should wait that was refused because of others: a few imports' time.
constexpr absl::Duration kQueueRetry = absl::Milliseconds(500);
constexpr char kRequestIdHeader[] = "x-request-id";
constexpr size_t kMaxCallIdBytes = 128;

// Has imports and verdicts counted before they are told on.
ServicesOptions WithCounts(ServicesOptions options, Statistics* statistics) {
  options.on_import = [statistics,
                       next = std::move(options.on_import)](const ImportRecord& record) {
    statistics->Import(record);
    if (next) {
      next(record);
    }
  };
  options.on_citation = [statistics,
                         next = std::move(options.on_citation)](const CitationRecord& record) {
    statistics->Citation(record);
    if (next) {
      next(record);
    }
  };
  return options;
}

// Ends calls that wait for their callers for too long. Thread-safe.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;

  class Call {
   public:
    virtual ~Call() = default;
    // Whether the call waited in vain: then nobody but GiveUp() goes on with it.
    virtual bool HasWaited(Clock::time_point now) = 0;
    virtual void GiveUp() = 0;
  };

  void Add(Call* call) {
    const MutexLock lock(&mutex_);
    calls_.insert(call);
    if (ticker_ == nullptr) {
      ticker_ = std::make_unique<Ticker>(absl::Milliseconds(500), [this] { Look(); });
    }
  }
  // Does nothing for a call that was not added.
  void Remove(Call* call) {
    const MutexLock lock(&mutex_);
    calls_.erase(call);
  }

 private:
  void Look() {
    std::vector<Call*> waited;
    {
      const MutexLock lock(&mutex_);
      for (Call* const call : calls_) {
        if (call->HasWaited(Clock::now())) {
          waited.push_back(call);
        }
      }
    }
    for (Call* const call : waited) {
      call->GiveUp();
    }
  }

  Mutex mutex_;
  absl::flat_hash_set<Call*> calls_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Ticker> ticker_ ABSL_GUARDED_BY(mutex_);  // from the first call on
};

size_t HalfOf(size_t number) { return std::max<size_t>(1, number / 2); }

CallerPlaces::Limit CallsLimit(size_t calls, size_t per_caller) {
  return {calls, per_caller > 0 ? per_caller : HalfOf(calls)};
}

// What all calls share.
struct Core final : FiguresReader {
  explicit Core(ServicesOptions given)
      : options(WithCounts(std::move(given), &statistics)),
        slow_call(absl::ToInt64Nanoseconds(options.slow_call)),
        upload_idle(absl::ToInt64Nanoseconds(options.upload_idle)),
        profiles(options.profiles),
        places(CallsLimit(options.max_calls, options.max_calls_per_caller),
               {options.max_watches, HalfOf(options.max_watches)},
               {options.max_unread_answers,
                std::max<size_t>(1, options.max_unread_answers / limits::kUnreadShare)}),
        import_bytes(options.max_import_bytes),
        unread_bytes(options.max_unread_bytes),
        executor(options.executor_threads, options.executor_queue),
        writer(options.executor_threads, options.executor_queue),
        watches([this](WatchHub::Task task) {
          return executor.Submit(std::move(task)) == Executor::Outcome::kTaken;
        }) {}

  ServicesFigures ReadFigures() const override {
    ServicesFigures figures = statistics.Read(absl::Now());
    figures.executors = {{"read", executor.figures()}, {"write", writer.figures()}};
    figures.import_bytes_in_flight = import_bytes.used();
    figures.import_bytes_limit = import_bytes.limit();
    return figures;
  }

  Statistics statistics;
  const ServicesOptions options;
  std::atomic<Library*> library{nullptr};
  // What may change meanwhile; in nanoseconds.
  std::atomic<int64_t> slow_call;
  std::atomic<int64_t> upload_idle;
  ProfileHolder profiles;
  CallerPlaces places;
  CitationCorpora citation_corpora;
  ByteBudget import_bytes;
  ByteBudget unread_bytes;  // of answers above limits::kSmallAnswerBytes
  // Last: their threads use the rest.
  Executor executor;
  Executor writer;
  WatchHub watches;
  Patience uploads;
};

// Where a handler runs.
enum class Where {
  kInline,    // in gRPC's thread, as long as it needs memory only; else on the executor
  kExecutor,  // reads the store
  kWriter     // writes
};

// One RPC method: where its handler runs, and the handler behind a common signature.
struct Method {
  const char* path;
  Where where;
  bool holds_source;  // its requests count against the budget of import bytes
  int elements;  // number of a field with requests that are answered each by itself; 0 for none
  const Message* request;
  const Message* response;
  absl::Status (*handle)(CallContext&, const Message&, Message*);
};

template <auto kHandler>
struct HandlerOf;
template <typename Request, typename Response,
          absl::Status (*kHandler)(CallContext&, const Request&, Response*)>
struct HandlerOf<kHandler> {
  static absl::Status Handle(CallContext& call, const Message& request, Message* response) {
    return kHandler(call, static_cast<const Request&>(request), static_cast<Response*>(response));
  }
  static Method Make(const char* path, Where where, bool holds_source, int elements) {
    return {path,
            where,
            holds_source,
            elements,
            &Request::default_instance(),
            &Response::default_instance(),
            &Handle};
  }
};

absl::Time DeadlineOf(const grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) {
    return absl::InfiniteFuture();
  }
  // absl::Now() follows a clock that was set some seconds later than gRPC does.
  return absl::Now() + absl::FromChrono(deadline - std::chrono::system_clock::now());
}

std::string NewCallId() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad16));
}

bool IsCallId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxCallIdBytes &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.' || c == ':' || c == '/' || c == '+' || c == '=';
         });
}

// The caller's id of the call, if it is fit for a log line, else a new one.
std::string CallIdOf(const grpc::CallbackServerContext& context) {
  const auto found = context.client_metadata().find(kRequestIdHeader);
  if (found != context.client_metadata().end()) {
    const std::string_view given(found->second.data(), found->second.size());
    if (IsCallId(given)) {
      return std::string(given);
    }
  }
  return NewCallId();
}

// The one header traceparent; empty when there is none, or more than one.
std::string_view TraceParentOf(const grpc::CallbackServerContext& context) {
  const auto [first, last] = context.client_metadata().equal_range(kTraceParentHeader);
  return first != last && std::next(first) == last
             ? std::string_view(first->second.data(), first->second.size())
             : std::string_view();
}

bool ParseWhole(const grpc::ByteBuffer& bytes, Message* message) {
  // The reader takes slices, it does not change the buffer.
  grpc::ProtoBufferReader reader(const_cast<grpc::ByteBuffer*>(&bytes));
  return reader.status().ok() && message->ParseFromZeroCopyStream(&reader);
}

std::string Joined(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  std::string joined;
  if (bytes.Dump(&slices).ok()) {
    for (const grpc::Slice& slice : slices) {
      joined.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
  }
  return joined;
}

// Parses a message that arrived; INVALID_UTF8 or MALFORMED_MESSAGE if it is none.
absl::Status Parse(const grpc::ByteBuffer& bytes, Message* message) {
  if (ParseWhole(bytes, message)) {
    return absl::OkStatus();
  }
  return ExplainParseFailure(*message->GetDescriptor(), Joined(bytes));
}

// The same for a message whose field `number` has requests that are answered each by itself, enum
// values checked: what is wrong with one goes into `faults`.
absl::Status ParseBatch(const grpc::ByteBuffer& bytes, int number, Message* message,
                        std::map<int, absl::Status>* faults) {
  if (!ParseWhole(bytes, message)) {
    message->Clear();
    QUOTES_RETURN_IF_ERROR(ParseElements(Joined(bytes), number, message, faults));
  }
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  const auto* const field = message->GetDescriptor()->FindFieldByNumber(number);
  for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
    const absl::Status status = CheckEnums(reflection.GetRepeatedMessage(*message, field, i));
    if (!status.ok()) {
      faults->emplace(i, status);
    }
  }
  return absl::OkStatus();
}

absl::Status Serialize(const Message& message, grpc::ByteBuffer* bytes) {
  bool own_buffer = false;
  const grpc::Status status =
      grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(message, bytes, &own_buffer);
  return status.ok() ? absl::OkStatus() : absl::InternalError(status.error_message());
}

// The same behind bytes of fields that the message lacks. Nothing of them is copied.
absl::Status SerializeBehind(std::string leading, const Message& message, grpc::ByteBuffer* bytes) {
  auto whole = std::make_unique<std::string>(std::move(leading));
  if (!message.AppendToString(whole.get())) {
    return absl::InternalError("the answer is too large");
  }
  std::string* const held = whole.release();  // by the slice
  const grpc::Slice slice(
      held->data(), held->size(), [](void* string) { delete static_cast<std::string*>(string); },
      held);
  *bytes = grpc::ByteBuffer(&slice, 1);
  return absl::OkStatus();
}

CallerPlaces::Owner OwnerOf(const Caller& caller, std::string_view peer) {
  return caller.is_named ? CallerPlaces::Owner(std::string_view(caller.name))
                         : CallerPlaces::Owner::OfConnection(peer);
}

// TOO_MANY_CALLS, or QUEUE_FULL for a watch, when there is no place.
absl::Status TakePlace(CallerPlaces* places, CallerPlaces::Kind kind, CallerPlaces::Owner owner,
                       const std::string& caller_name) {
  size_t limit = 0;
  switch (places->Take(kind, owner, &limit)) {
    case CallerPlaces::Outcome::kTaken:
      break;
    case CallerPlaces::Outcome::kFull:
      return kind == CallerPlaces::kWatches ? errors::QueueFull(kQueueRetry)
                                            : errors::TooManyCalls(limit, kQueueRetry);
    case CallerPlaces::Outcome::kCallerFull:
      return errors::TooManyCallsOf(caller_name, limit, kQueueRetry);
  }
  return absl::OkStatus();
}

// What a call is from its arrival to its record: its id, its clock, who waits for it.
class Ticket {
 public:
  // The request of one that is `large` is yet to come. Without a kind it has no place until
  // TakePlace().
  Ticket(Core* core, grpc::CallbackServerContext* context, std::string_view method,
         std::optional<CallerPlaces::Kind> kind = CallerPlaces::kCalls, bool large = false)
      : core_(core),
        context_(context),
        method_(method),
        id_(CallIdOf(*context)),
        cancellation_(DeadlineOf(*context)),
        begun_(core->statistics.Begin(method)),
        peer_(context->peer()) {
    context->AddTrailingMetadata(kRequestIdHeader, id_);
    if (core->options.gate == nullptr && !core->options.default_caller.empty()) {
      caller_.name = core->options.default_caller;
    }
    admission_ = rpc::Admit(core->options.gate.get(), *context, method, &caller_);
    if (admission_.ok() && kind.has_value()) {
      TakePlace(*kind);
    }
    if (admission_.ok() && core->options.on_admitted) {
      at_work_ = core->options.on_admitted(peer_, large);
    }
  }
  ~Ticket() {
    if (place_.has_value()) {
      core_->places.GiveBack(*place_, owner());
    }
  }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  // Whether the call is served at all; asked before anything of its request is looked at.
  const absl::Status& admission() const { return admission_; }
  // Whether it may go on: asked now and then of calls that take long.
  absl::Status StillAdmitted() const {
    return rpc::StillAdmits(core_->options.gate.get(), *context_, method_);
  }
  // The admission from then on.
  const absl::Status& TakePlace(CallerPlaces::Kind kind) {
    admission_ = rpc::TakePlace(&core_->places, kind, owner(), caller_.name);
    if (admission_.ok()) {
      place_ = kind;
    }
    return admission_;
  }
  // Whose share of the server it takes; empty where callers have no names.
  std::string_view share_name() const {
    return caller_.is_named ? std::string_view(caller_.name) : std::string_view();
  }
  // "anonymous" and an admin where nobody asks who calls.
  const Caller& caller() const { return caller_; }

  Core& core() { return *core_; }
  Cancellation& cancellation() { return cancellation_; }
  // Says in the context of a handler who calls. The ticket outlives it.
  void Name(CallContext* context) {
    context->peer = peer_;
    context->request_id = id_;
  }
  void set_request_bytes(size_t bytes) { request_bytes_ = bytes; }
  // The request of a large call came: its time begins, as that of calls that gRPC waits for itself.
  void RequestCame(size_t bytes) {
    request_bytes_ = bytes;
    stopwatch_.Restart();
  }
  // Of a look-up, which says there what it costs.
  QueryPlan* plan() { return &plan_; }

  // Turns the outcome into what travels and hands the record of the call out; the last step before
  // Finish. An answer that is not sent has no bytes. `request` is null for one that was not parsed,
  // or whose time is not to be wondered at.
  grpc::Status Close(const absl::Status& status, size_t answer_bytes,
                     const Message* request = nullptr) {
    return Close(ToGrpcStatus(status), status, answer_bytes, request);
  }
  // The same where what travels is known.
  grpc::Status Close(grpc::Status wire, const absl::Status& status, size_t answer_bytes,
                     const Message* request) {
    const ErrorReason reason = GetErrorReason(status);
    CallRecord record;
    record.method = method_;
    record.request_id = id_;
    if (!absl::IsUnauthenticated(admission_)) {
      record.caller = caller_.name;
      record.role = RoleName(caller_.role);
    }
    record.code = wire.error_code();
    record.reason =
        reason == ErrorReason::kUnspecified ? std::string_view() : ErrorReasonName(reason);
    record.duration = stopwatch_.Elapsed();
    record.servers_failure = !status.ok() && IsServersFailure(status, record.duration);
    record.request_bytes = request_bytes_;
    record.answer_bytes = status.ok() ? answer_bytes : 0;
    core_->statistics.End(begun_, record, reason, absl::Now());
    if (place_.has_value() && *place_ != CallerPlaces::kAnswers) {
      core_->places.Answer(*place_, owner());
      place_ = CallerPlaces::kAnswers;
    }
    const ServicesOptions& options = core_->options;
    const bool slow =
        options.on_slow_call && request != nullptr &&
        record.duration >= absl::Nanoseconds(core_->slow_call.load(std::memory_order_relaxed));
    if (!options.on_call && !slow) {
      return wire;
    }
    record.peer = peer_;
    if (const auto trace = ParseTraceParent(TraceParentOf(*context_)); trace.has_value()) {
      record.trace_id = trace->trace_id;
      record.parent_span_id = trace->parent_id;
    }
    if (wire.error_code() == grpc::StatusCode::INTERNAL) {
      record.error = ToStd(status.message());
    }
    if (options.on_call) {
      options.on_call(record);
    }
    if (slow) {
      const std::string shape = ShapeOf(*request);
      options.on_slow_call({record, shape, plan_.terms, plan_.work});
    }
    return wire;
  }

 private:
  CallerPlaces::Owner owner() const { return OwnerOf(caller_, peer_); }

  Core* const core_;
  grpc::CallbackServerContext* const context_;
  const std::string_view method_;
  Stopwatch stopwatch_;
  const std::string id_;
  Cancellation cancellation_;
  const size_t begun_;
  const std::string peer_;
  Caller caller_;
  absl::Status admission_;
  std::optional<CallerPlaces::Kind> place_;
  std::shared_ptr<const void> at_work_;
  size_t request_bytes_ = 0;
  QueryPlan plan_;
};

// Answers a call exactly once: when told, or when it is dropped on the way. `Call` has
// `void Complete(const absl::Status&)`, which may delete the call.
template <typename Call>
class Responder {
 public:
  // `if_dropped` may change until then.
  Responder(Call* call, std::shared_ptr<const absl::Status> if_dropped)
      : call_(call), if_dropped_(std::move(if_dropped)) {}
  Responder(Responder&& other) noexcept
      : call_(std::exchange(other.call_, nullptr)), if_dropped_(std::move(other.if_dropped_)) {}
  Responder& operator=(Responder&&) = delete;
  ~Responder() {
    if (call_ != nullptr) {
      call_->Complete(*if_dropped_);
    }
  }

  Call& call() { return *call_; }
  void Finish(const absl::Status& status) { std::exchange(call_, nullptr)->Complete(status); }

 private:
  Call* call_;
  std::shared_ptr<const absl::Status> if_dropped_;
};

// Runs `work(call)`, which returns the call's status, on an executor; answers QUEUE_FULL when the
// executor refuses, TOO_MANY_CALLS when it is for the caller's share.
template <typename Call, typename Work>
void RunOn(Executor* executor, std::string_view caller, Call* call, Work work) {
  const auto if_dropped = std::make_shared<absl::Status>(errors::QueueFull(kQueueRetry));
  std::string owner(caller);  // the call may end inside
  Executor::Task task = [responder = Responder<Call>(call, if_dropped),
                         work = std::move(work)]() mutable {
    const absl::Status status = work(&responder.call());
    responder.Finish(status);
  };
  if (executor->Submit(std::move(task), owner) == Executor::Outcome::kCallerFull) {
    *if_dropped = errors::ShareTaken(owner, kQueueRetry);
  }
}

CallContext MakeContext(Ticket* ticket, Library* library) {
  Core& core = ticket->core();
  std::shared_ptr<const Snapshot> snapshot = library->snapshot();
  const archive::Archive* const archive = snapshot->archive.get();
  const History* const history = snapshot->history.get();
  const Embargoed* const embargoed = snapshot->embargoed.get();
  CallContext context{*library,
                      {std::move(snapshot), archive},
                      history,
                      ticket->cancellation(),
                      core.options,
                      core.citation_corpora,
                      ticket->caller().name,
                      ticket->caller().role};
  context.embargoed = embargoed;
  return context;
}

// A call with one request and one answer. Deletes itself when gRPC is done with it.
template <typename Reactor>
class CallOfOne : public Reactor {
 public:
  // Nothing of the call may be touched afterwards.
  void Complete(absl::Status status) {
    size_t answer_bytes = 0;
    if (status.ok()) {
      status = leading_bytes_.empty()
                   ? Serialize(*response_, bytes_out_)
                   : SerializeBehind(std::move(leading_bytes_), *response_, bytes_out_);
      answer_bytes = status.ok() ? bytes_out_->Length() : 0;
    }
    if (answer_bytes > limits::kSmallAnswerBytes) {
      if (status = unread_.Grow(answer_bytes); !status.ok()) {
        bytes_out_->Clear();
        answer_bytes = 0;
      }
    }
    const grpc::Status wire =
        ticket_.Close(status, answer_bytes, method_.holds_source ? nullptr : request_);
    // A caller that does not read its answer keeps that alone alive, and not without a bound.
    context_.reset();
    request_ = response_ = nullptr;
    arena_.Reset();
    this->Finish(wire);
  }

  void OnCancel() override { ticket_.cancellation().Cancel(); }
  void OnDone() override { delete this; }

 protected:
  CallOfOne(Core* core, grpc::CallbackServerContext* context, const Method& method, bool large,
            grpc::ByteBuffer* answer)
      : ticket_(core, context, method.path,
                large ? std::nullopt : std::optional(CallerPlaces::kCalls), large),
        method_(method),
        bytes_out_(answer),
        share_(&core->import_bytes, ticket_.share_name()),
        unread_(&core->unread_bytes, ticket_.share_name()) {}
  ~CallOfOne() override = default;

  // Whether the call goes on; it is completed if not.
  bool IsServed() {
    if (!ticket_.admission().ok()) {
      Complete(ticket_.admission());
      return false;
    }
    library_ = ticket_.core().library.load(std::memory_order_acquire);
    if (library_ == nullptr) {
      Complete(errors::Loading());
      return false;
    }
    return true;
  }

  Ticket& ticket() { return ticket_; }

  // The request came. It outlives the call.
  void Serve(const grpc::ByteBuffer* request) {
    bytes_in_ = request;
    Library* const library = library_;
    if (method_.holds_source) {
      if (const absl::Status room = share_.Grow(bytes_in_->Length()); !room.ok()) {
        Complete(room);
        return;
      }
    }
    if (method_.where == Where::kInline) {
      const absl::Status status = Work(library, /*may_block=*/false);
      if (!context_->deferred) {
        Complete(status);
        return;
      }
      context_.reset();  // whoever waits keeps no snapshot
    }
    Core& core = ticket_.core();
    RunOn(method_.where == Where::kWriter ? &core.writer : &core.executor, ticket_.share_name(),
          this, [library](CallOfOne* call) { return call->Work(library, /*may_block=*/true); });
  }

 private:
  absl::Status Work(Library* library, bool may_block) {
    context_.emplace(MakeContext(&ticket_, library));
    context_->leading_bytes = &leading_bytes_;
    context_->may_block = may_block;
    ticket_.Name(&*context_);
    context_->element_faults = &element_faults_;
    context_->plan = ticket_.plan();
    context_->figures = &ticket_.core();
    context_->profiles = &ticket_.core().profiles;
    // Whoever waited in the queue longer than its caller is not worked for any more.
    QUOTES_RETURN_IF_ERROR(ticket_.cancellation().Check());
    if (request_ == nullptr) {
      request_ = method_.request->New(&arena_);
      if (method_.elements > 0) {
        QUOTES_RETURN_IF_ERROR(
            ParseBatch(*bytes_in_, method_.elements, request_, &element_faults_));
      } else {
        QUOTES_RETURN_IF_ERROR(Parse(*bytes_in_, request_));
        QUOTES_RETURN_IF_ERROR(CheckEnums(*request_));
      }
    }
    response_ = method_.response->New(&arena_);
    leading_bytes_.clear();
    return method_.handle(*context_, *request_, response_);
  }

  Ticket ticket_;
  const Method& method_;
  Library* library_ = nullptr;
  const grpc::ByteBuffer* bytes_in_ = nullptr;
  grpc::ByteBuffer* const bytes_out_;
  ByteBudget::Share share_;
  ByteBudget::Share unread_;
  std::optional<CallContext> context_;
  google::protobuf::Arena arena_;
  std::map<int, absl::Status> element_faults_;
  Message* request_ = nullptr;   // in the arena
  Message* response_ = nullptr;  // in the arena
  std::string leading_bytes_;    // of the answer, before those of the message
};

// A unary call, of which gRPC tells when its request has come.
class UnaryCall final : public CallOfOne<grpc::ServerUnaryReactor> {
 public:
  UnaryCall(Core* core, grpc::CallbackServerContext* context, const Method& method,
            grpc::ByteBuffer* answer)
      : CallOfOne(core, context, method, /*large=*/false, answer) {}

  void Start(const grpc::ByteBuffer* request) {
    ticket().set_request_bytes(request->Length());
    if (IsServed()) {
      Serve(request);
    }
  }
};

// A unary call whose request may be large: who calls is asked before it comes, so that nobody sends
// it in vain and ServicesOptions::on_admitted knows in time. It has its place when it has come, as
// gRPC tells of other calls then only: half of a request never keeps a place from others.
class LargeCall final : public CallOfOne<grpc::ServerReadReactor<grpc::ByteBuffer>>,
                        public Patience::Call {
 public:
  LargeCall(Core* core, grpc::CallbackServerContext* context, const Method& method,
            grpc::ByteBuffer* answer)
      : CallOfOne(core, context, method, /*large=*/true, answer) {}

  void Start() {
    if (!IsServed()) {
      return;
    }
    Core& core = ticket().core();
    patience_ = std::chrono::nanoseconds(limits::kRequestIdles * core.upload_idle.load());
    give_up_ =
        Patience::Clock::now() + std::chrono::duration_cast<Patience::Clock::duration>(patience_);
    is_reading_.store(true, std::memory_order_release);
    core.uploads.Add(this);
    StartRead(&request_bytes_);
  }

  // Patience::Call
  bool HasWaited(Patience::Clock::time_point now) override {
    return now >= give_up_ && is_reading_.exchange(false, std::memory_order_acq_rel);
  }
  void GiveUp() override {
    ticket().core().uploads.Remove(this);
    Complete(errors::RequestStalled(absl::FromChrono(patience_)));
  }

  void OnReadDone(bool ok) override {
    if (!is_reading_.exchange(false, std::memory_order_acq_rel)) {
      return;  // it was given up
    }
    ticket().core().uploads.Remove(this);
    if (!ok) {
      // The caller is gone, or sent none; whether its time passed meanwhile is no fault of ours.
      Complete(absl::CancelledError("the call ended before its request had come"));
      return;
    }
    ticket().RequestCame(request_bytes_.Length());
    // It may have taken long to come.
    absl::Status status = ticket().StillAdmitted();
    if (status.ok()) {
      status = ticket().TakePlace(CallerPlaces::kCalls);
    }
    if (!status.ok()) {
      Complete(status);
      return;
    }
    Serve(&request_bytes_);
  }

 private:
  ~LargeCall() override = default;

  grpc::ByteBuffer request_bytes_;
  std::chrono::nanoseconds patience_{};
  Patience::Clock::time_point give_up_;
  std::atomic<bool> is_reading_{false};
};

// A call of UploadReport: reads a header and chunks, then imports where others write. An upload
// whose caller goes away imports nothing: what was announced has not arrived. Deletes itself when
// gRPC is done with it.
class UploadCall final : public grpc::ServerReadReactor<grpc::ByteBuffer>, public Patience::Call {
 public:
  UploadCall(Core* core, grpc::CallbackServerContext* context, grpc::ByteBuffer* answer)
      : ticket_(core, context, "/quotes.v1.ReportService/UploadReport", CallerPlaces::kCalls,
                /*large=*/true),
        bytes_out_(answer),
        share_(&core->import_bytes, ticket_.share_name()),
        library_(core->library.load(std::memory_order_acquire)) {}

  void Start() {
    if (!ticket_.admission().ok()) {
      Complete(ticket_.admission());
      return;
    }
    if (library_ == nullptr) {
      Complete(errors::Loading());
      return;
    }
    ticket_.core().uploads.Add(this);
    HaveMoreTime();
    Read();
  }

  // Patience::Call
  bool HasWaited(Patience::Clock::time_point now) override {
    return now.time_since_epoch().count() >= give_up_.load(std::memory_order_acquire) &&
           is_reading_.exchange(false, std::memory_order_acq_rel);
  }
  void GiveUp() override {
    Complete(errors::UploadStalled(absl::Nanoseconds(ticket_.core().upload_idle.load())));
  }

  void OnReadDone(bool ok) override {
    if (!is_reading_.exchange(false, std::memory_order_acq_rel)) {
      return;  // it was given up
    }
    absl::Status status = ok ? Accept() : End();
    if (!status.ok()) {
      Complete(status);
    } else if (ok) {
      Read();
    } else {
      RunOn(&ticket_.core().writer, ticket_.share_name(), this,
            [](UploadCall* call) { return call->Import(); });
    }
  }

  // Nothing of the call may be touched afterwards.
  void Complete(absl::Status status) {
    size_t answer_bytes = 0;
    if (status.ok()) {
      status = Serialize(response_, bytes_out_);
      answer_bytes = status.ok() ? bytes_out_->Length() : 0;
    }
    // The record of a stream may outlive its bytes by a slow caller's network: give them back now.
    ticket_.core().uploads.Remove(this);
    import_ = ImportRequest();
    share_.GiveBack();
    Finish(ticket_.Close(status, answer_bytes));
  }

  void OnCancel() override { ticket_.cancellation().Cancel(); }
  void OnDone() override { delete this; }

 private:
  ~UploadCall() override = default;

  void HaveMoreTime() {
    const std::chrono::nanoseconds idle(ticket_.core().upload_idle.load());
    const auto give_up =
        Patience::Clock::now() + std::chrono::duration_cast<Patience::Clock::duration>(idle);
    give_up_.store(give_up.time_since_epoch().count(), std::memory_order_release);
    timed_ = received_;
  }

  void Read() {
    // Who sends a little now and then to keep what it holds gets no more time for that.
    if (received_ - timed_ >= limits::kUploadLeastBytes) {
      HaveMoreTime();
    }
    is_reading_.store(true, std::memory_order_release);
    StartRead(&bytes_in_);
  }

  absl::Status Accept() {
    QUOTES_RETURN_IF_ERROR(ticket_.cancellation().Check());
    QUOTES_RETURN_IF_ERROR(ticket_.StillAdmitted());
    received_ += bytes_in_.Length();
    ticket_.set_request_bytes(received_);
    QUOTES_RETURN_IF_ERROR(share_.Grow(bytes_in_.Length()));
    v1::UploadReportRequest message;
    QUOTES_RETURN_IF_ERROR(Parse(bytes_in_, &message));
    bytes_in_.Clear();
    QUOTES_RETURN_IF_ERROR(CheckEnums(message));
    switch (message.part_case()) {
      case v1::UploadReportRequest::kHeader:
        return AcceptHeader(message.header());
      case v1::UploadReportRequest::kChunk:
        return AcceptChunk(message.chunk());
      case v1::UploadReportRequest::PART_NOT_SET:
        break;
    }
    return errors::UploadIncomplete("a message had neither header nor chunk");
  }

  absl::Status AcceptHeader(const v1::UploadReportRequest::Header& header) {
    if (has_header_) {
      return errors::UploadIncomplete("a second header came instead of a chunk");
    }
    has_header_ = true;
    if (header.size_bytes() < 0) {
      return errors::FieldOutOfRange("header.size_bytes", "at least 0");
    }
    if (static_cast<uint64_t>(header.size_bytes()) > limits::kMaxSourceBytes) {
      return TooLarge("header.size_bytes");
    }
    if (header.size_bytes() == 0 && header.sha256().empty()) {
      return errors::FieldRequired("header.size_bytes");
    }
    if (!header.sha256().empty() &&
        (header.sha256().size() != 64 ||
         header.sha256().find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)) {
      return errors::FieldInvalid("header.sha256", "is not 64 hexadecimal digits");
    }
    if (!header.import().source().content().empty()) {
      return errors::FieldInvalid("header.import.source.content",
                                  "must be empty: the bytes follow in chunks");
    }
    absl::StatusOr<ImportRequest> import = ToImport(header.import());
    if (!import.ok()) {
      return InTermsOfUpload(import.status());
    }
    import_ = *std::move(import);
    size_bytes_ = static_cast<uint64_t>(header.size_bytes());
    sha256_ = header.sha256();
    std::transform(sha256_.begin(), sha256_.end(), sha256_.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    return absl::OkStatus();
  }

  absl::Status AcceptChunk(const std::string& chunk) {
    if (!has_header_) {
      return errors::UploadIncomplete("a chunk came before the header");
    }
    if (chunk.size() > limits::kMaxUploadChunkBytes) {
      return errors::FieldOutOfRange(
          "chunk", absl::StrCat("at most ", limits::kMaxUploadChunkBytes, " bytes"));
    }
    const size_t size = import_.content.size() + chunk.size();
    if (size > limits::kMaxSourceBytes) {
      return TooLarge("chunk");
    }
    if (size_bytes_ > 0 && size > size_bytes_) {
      return errors::UploadIncomplete("more bytes came than the header announced");
    }
    import_.content += chunk;
    return absl::OkStatus();
  }

  // No more messages: all came, or the caller went away.
  absl::Status End() {
    QUOTES_RETURN_IF_ERROR(ticket_.cancellation().Check());
    if (!has_header_) {
      return errors::UploadIncomplete("no header came");
    }
    if (size_bytes_ > 0 && import_.content.size() != size_bytes_) {
      return errors::UploadIncomplete(
          absl::StrCat(import_.content.size(), " of ", size_bytes_, " announced bytes came"));
    }
    return absl::OkStatus();
  }

  absl::Status Import() {
    QUOTES_RETURN_IF_ERROR(ticket_.cancellation().Check());
    QUOTES_RETURN_IF_ERROR(ticket_.StillAdmitted());
    if (!sha256_.empty() && Sha256Hex(import_.content) != sha256_) {
      return errors::UploadIncomplete("the bytes do not have the announced SHA-256");
    }
    CallContext context = MakeContext(&ticket_, library_);
    context.may_block = true;
    ticket_.Name(&context);
    import_.actor = ActorOf(context);
    return FinishUpload(context, import_, &response_);
  }

  static absl::Status TooLarge(std::string_view field) {
    return errors::SourceTooLarge(field,
                                  absl::StrCat("at most ", limits::kMaxSourceBytes, " bytes"));
  }

  Ticket ticket_;
  grpc::ByteBuffer* const bytes_out_;
  ByteBudget::Share share_;
  Library* const library_;
  // Until when enough more must have come; whoever ends is_reading_ goes on with the call.
  std::atomic<Patience::Clock::rep> give_up_{0};
  size_t timed_ = 0;  // what had come when that was set
  std::atomic<bool> is_reading_{false};
  grpc::ByteBuffer bytes_in_;
  size_t received_ = 0;
  bool has_header_ = false;
  ImportRequest import_;
  uint64_t size_bytes_ = 0;
  std::string sha256_;
  v1::UploadReportResponse response_;
};

// A call of WatchChanges. One at a time has it: the hub while it waits, the executor while it
// looks, gRPC while it writes one message. Holds no more than that message, however slowly it is
// read. Deletes itself when gRPC is done with it.
class WatchCall final : public grpc::ServerWriteReactor<grpc::ByteBuffer>, public WatchHub::Watch {
 public:
  WatchCall(Core* core, grpc::CallbackServerContext* context)
      : ticket_(core, context, "/quotes.v1.ReportService/WatchChanges", CallerPlaces::kWatches),
        library_(core->library.load(std::memory_order_acquire)) {}

  void Start(const grpc::ByteBuffer& request) {
    ticket_.set_request_bytes(request.Length());
    const absl::Status status = Begin(request);
    if (!status.ok()) {
      Complete(status);
    }
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      ticket_.core().watches.Wait(this);
    } else {
      Complete(ticket_.cancellation().Check().ok() ? absl::CancelledError("the caller went away")
                                                   : ticket_.cancellation().Check());
    }
  }
  void OnCancel() override {
    ticket_.cancellation().Cancel();
    ticket_.core().watches.Wake();
  }
  void OnDone() override { delete this; }

  // WatchHub::Watch
  bool IsWanted() override {
    return library_->archive()->revision() != seen_ || absl::Now() >= heartbeat_due_ ||
           admitted_.Elapsed() >= absl::Seconds(limits::kReadmitSeconds) ||
           !ticket_.cancellation().Check().ok();
  }
  void Run() override {
    const absl::StatusOr<bool> something = Look();
    if (!something.ok()) {
      Complete(something.status());
    } else if (*something) {
      StartWrite(&bytes_out_);
    } else {
      ticket_.core().watches.Wait(this);
    }
  }
  // The server ends.
  void End() override { Complete(errors::ShuttingDown()); }

 private:
  ~WatchCall() override = default;

  absl::Status Begin(const grpc::ByteBuffer& bytes) {
    QUOTES_RETURN_IF_ERROR(ticket_.admission());
    if (library_ == nullptr) {
      return errors::Loading();
    }
    v1::WatchChangesRequest request;
    QUOTES_RETURN_IF_ERROR(Parse(bytes, &request));
    QUOTES_ASSIGN_OR_RETURN(watch_, ToChangeWatch(request));
    if (!watch_.since.has_value()) {
      watch_.since = library_->archive()->revision();
    }
    heartbeat_due_ = absl::InfinitePast();
    if (!ticket_.core().watches.Add(this)) {
      return errors::ShuttingDown();
    }
    is_counted_ = true;
    ticket_.core().watches.Wait(this);
    return absl::OkStatus();
  }

  // Fills the next message, if there is one.
  absl::StatusOr<bool> Look() {
    QUOTES_RETURN_IF_ERROR(ticket_.cancellation().Check());
    QUOTES_RETURN_IF_ERROR(ticket_.StillAdmitted());
    admitted_.Restart();
    seen_ = library_->archive()->revision();
    v1::WatchChangesResponse response;
    QUOTES_RETURN_IF_ERROR(NextChanges(library_->store(), seen_, &watch_, &response));
    if (response.changes_size() == 0 && absl::Now() < heartbeat_due_) {
      return false;
    }
    heartbeat_due_ = absl::Now() + watch_.heartbeat;
    bytes_out_.Clear();  // of the message before, which has been written
    QUOTES_RETURN_IF_ERROR(Serialize(response, &bytes_out_));
    written_ += bytes_out_.Length();
    // There may be more than fits a message.
    seen_ = *watch_.since;
    return true;
  }

  void Complete(const absl::Status& status) {
    if (std::exchange(is_counted_, false)) {
      ticket_.core().watches.Remove(this);
    }
    Finish(ticket_.Close(status, written_));
  }

  Ticket ticket_;
  Library* const library_;
  ChangeWatch watch_;
  bool is_counted_ = false;
  uint64_t seen_ = 0;
  absl::Time heartbeat_due_;
  Stopwatch admitted_;
  grpc::ByteBuffer bytes_out_;
  size_t written_ = 0;
};

grpc::ServerUnaryReactor* Answer(Core* core, grpc::CallbackServerContext* context,
                                 const Method& method, const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* answer) {
  auto* call = new UnaryCall(core, context, method, answer);
  // gRPC keeps what a reactor does until the reactor is returned, so the call still exists then.
  call->Start(request);
  return call;
}

// Overrides one raw method of a generated service.
#define QUOTES_UNARY(service, method, where, holds_source) \
  QUOTES_BATCH(service, method, where, holds_source, 0)

// The same for one whose field number `elements` has requests that are answered each by itself.
#define QUOTES_BATCH(service, method, where, holds_source, elements)                          \
  grpc::ServerUnaryReactor* method(grpc::CallbackServerContext* context,                      \
                                   const grpc::ByteBuffer* request, grpc::ByteBuffer* answer) \
      override {                                                                              \
    static const Method kMethod = HandlerOf<&rpc::method>::Make(                              \
        "/quotes.v1." #service "/" #method, Where::where, holds_source, elements);            \
    return Answer(core_, context, kMethod, request, answer);                                  \
  }

namespace report_service {
using S = v1::ReportService;
using Raw = S::WithRawCallbackMethod_ImportReport<S::WithRawCallbackMethod_UploadReport<
    S::WithRawCallbackMethod_GetReport<S::WithRawCallbackMethod_ListReports<
        S::WithRawCallbackMethod_DeleteReport<S::WithRawCallbackMethod_UndeleteReport<
            S::WithRawCallbackMethod_GetRevision<S::WithRawCallbackMethod_ListRevisions<
                S::WithRawCallbackMethod_ListSections<S::WithRawCallbackMethod_GetSection<
                    S::WithRawCallbackMethod_ListDefects<S::WithRawCallbackMethod_GetDefect<
                        S::WithRawCallbackMethod_CreateDefect<S::WithRawCallbackMethod_UpdateDefect<
                            S::WithRawCallbackMethod_DeleteDefect<
                                S::WithRawCallbackMethod_DiffRevisions<
                                    S::WithRawCallbackMethod_WatchChanges<
                                        S::WithRawCallbackMethod_UpdateReport<
                                            S::WithRawCallbackMethod_PurgeReport<
                                                S::Service>>>>>>>>>>>>>>>>>>>;
}  // namespace report_service

class ReportService final : public report_service::Raw {
 public:
  explicit ReportService(Core* core) : core_(core) {
    // For gRPC a call that streams its request, of which there is one.
    using Handler =
        grpc::internal::CallbackClientStreamingHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
    const auto* const method =
        v1::ImportReportRequest::descriptor()->file()->service(0)->FindMethodByName("ImportReport");
    MarkMethodStreamed(method->index(), new Handler([this](grpc::CallbackServerContext* context,
                                                           grpc::ByteBuffer* answer) {
                         return Import(context, answer);
                       }));
  }

  QUOTES_UNARY(ReportService, GetReport, kInline, false)
  QUOTES_UNARY(ReportService, ListReports, kInline, false)
  QUOTES_UNARY(ReportService, UpdateReport, kWriter, false)
  QUOTES_UNARY(ReportService, DeleteReport, kWriter, false)
  QUOTES_UNARY(ReportService, UndeleteReport, kWriter, false)
  QUOTES_UNARY(ReportService, PurgeReport, kWriter, false)
  QUOTES_UNARY(ReportService, GetRevision, kExecutor, false)
  QUOTES_UNARY(ReportService, ListRevisions, kExecutor, false)
  QUOTES_UNARY(ReportService, DiffRevisions, kExecutor, false)
  QUOTES_UNARY(ReportService, ListSections, kInline, false)
  QUOTES_UNARY(ReportService, GetSection, kInline, false)
  QUOTES_UNARY(ReportService, ListDefects, kInline, false)
  QUOTES_UNARY(ReportService, GetDefect, kInline, false)
  QUOTES_UNARY(ReportService, CreateDefect, kWriter, false)
  QUOTES_UNARY(ReportService, UpdateDefect, kWriter, false)
  QUOTES_UNARY(ReportService, DeleteDefect, kWriter, false)

  grpc::ServerReadReactor<grpc::ByteBuffer>* UploadReport(grpc::CallbackServerContext* context,
                                                          grpc::ByteBuffer* answer) override {
    auto* call = new UploadCall(core_, context, answer);
    call->Start();
    return call;
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchChanges(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override {
    auto* call = new WatchCall(core_, context);
    call->Start(*request);
    return call;
  }

 private:
  grpc::ServerReadReactor<grpc::ByteBuffer>* Import(grpc::CallbackServerContext* context,
                                                    grpc::ByteBuffer* answer) {
    static const Method kMethod = HandlerOf<&rpc::ImportReport>::Make(
        "/quotes.v1.ReportService/ImportReport", Where::kWriter, /*holds_source=*/true,
        /*elements=*/0);
    auto* call = new LargeCall(core_, context, kMethod, answer);
    call->Start();
    return call;
  }

  Core* const core_;
};

namespace quote_service {
using S = v1::QuoteService;
using Raw = S::WithRawCallbackMethod_GetQuote<S::WithRawCallbackMethod_BatchGetQuotes<
    S::WithRawCallbackMethod_ListQuotes<S::WithRawCallbackMethod_SearchQuotes<
        S::WithRawCallbackMethod_ListThemes<S::WithRawCallbackMethod_GetTheme<
            S::WithRawCallbackMethod_LookupTheme<S::WithRawCallbackMethod_TagQuote<
                S::WithRawCallbackMethod_SearchFigures<S::WithRawCallbackMethod_TracePhrase<
                    S::WithRawCallbackMethod_ListNewPhrases<S::Service>>>>>>>>>>>;
}  // namespace quote_service

class QuoteService final : public quote_service::Raw {
 public:
  explicit QuoteService(Core* core) : core_(core) {}

  QUOTES_UNARY(QuoteService, GetQuote, kInline, false)
  QUOTES_UNARY(QuoteService, BatchGetQuotes, kInline, false)
  QUOTES_UNARY(QuoteService, ListQuotes, kInline, false)
  QUOTES_UNARY(QuoteService, SearchQuotes, kInline, false)
  QUOTES_UNARY(QuoteService, ListThemes, kInline, false)
  QUOTES_UNARY(QuoteService, GetTheme, kInline, false)
  QUOTES_UNARY(QuoteService, LookupTheme, kInline, false)
  QUOTES_UNARY(QuoteService, TagQuote, kWriter, false)
  QUOTES_UNARY(QuoteService, SearchFigures, kInline, false)
  QUOTES_UNARY(QuoteService, TracePhrase, kInline, false)
  QUOTES_UNARY(QuoteService, ListNewPhrases, kExecutor, false)

 private:
  Core* const core_;
};

namespace citation_service {
using S = v1::CitationService;
using Raw = S::WithRawCallbackMethod_VerifyCitation<S::WithRawCallbackMethod_BatchVerifyCitations<
    S::WithRawCallbackMethod_ListProfiles<S::Service>>>;
}  // namespace citation_service

class CitationService final : public citation_service::Raw {
 public:
  explicit CitationService(Core* core) : core_(core) {}

  QUOTES_UNARY(CitationService, VerifyCitation, kInline, false)
  QUOTES_BATCH(CitationService, BatchVerifyCitations, kExecutor, false,
               v1::BatchVerifyCitationsRequest::kRequestsFieldNumber)
  QUOTES_UNARY(CitationService, ListProfiles, kInline, false)

 private:
  Core* const core_;
};

namespace admin_service {
using S = v1::AdminService;
using Raw = S::WithRawCallbackMethod_GetStatus<S::WithRawCallbackMethod_Backup<
    S::WithRawCallbackMethod_Reload<S::WithRawCallbackMethod_ListAuditEntries<S::Service>>>>;
}  // namespace admin_service

class AdminService final : public admin_service::Raw {
 public:
  explicit AdminService(Core* core) : core_(core) {}

  QUOTES_UNARY(AdminService, GetStatus, kExecutor, false)
  QUOTES_UNARY(AdminService, Backup, kExecutor, false)
  QUOTES_UNARY(AdminService, Reload, kExecutor, false)
  QUOTES_UNARY(AdminService, ListAuditEntries, kExecutor, false)

 private:
  Core* const core_;
};

#undef QUOTES_BATCH
#undef QUOTES_UNARY

// A call of what no service has. It is counted and logged; its name is the caller's own text and
// appears nowhere.
class UnknownCall final : public grpc::ServerGenericBidiReactor {
 public:
  UnknownCall(Core* core, grpc::CallbackServerContext* context) : ticket_(core, context, "other") {
    // Whoever is let in at all learns that there is no such method, whatever the role: clients of a
    // later contract fall back by that.
    if (const absl::Status& admission = ticket_.admission();
        !admission.ok() && !absl::IsPermissionDenied(admission)) {
      Finish(ticket_.Close(admission, 0));
      return;
    }
    const grpc::Status wire(grpc::StatusCode::UNIMPLEMENTED, "no service has this method");
    Finish(ticket_.Close(wire, absl::UnimplementedError(wire.error_message()), 0, nullptr));
  }
  void OnDone() override { delete this; }

 private:
  ~UnknownCall() override = default;

  Ticket ticket_;
};

class UnknownMethods final : public grpc::CallbackGenericService {
 public:
  explicit UnknownMethods(Core* core) : core_(core) {}

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new UnknownCall(core_, context);
  }

 private:
  Core* const core_;
};

}  // namespace

struct Services::Rep {
  explicit Rep(ServicesOptions options) : core(std::move(options)) {}

  Core core;
  ReportService reports{&core};
  QuoteService quotes{&core};
  CitationService citations{&core};
  AdminService admin{&core};
  UnknownMethods unknown{&core};
};

Services::Services(Library* library, ServicesOptions options)
    : rep_(std::make_unique<Rep>(std::move(options))) {
  rep_->core.library = library;
}

Services::~Services() = default;

ServicesFigures Services::ReadFigures() const { return rep_->core.ReadFigures(); }

void Services::SetLibrary(Library* library) {
  QUOTES_CHECK(rep_->core.library.exchange(library, std::memory_order_acq_rel) == nullptr);
}

void Services::Count(const CallRecord& record) {
  Statistics& statistics = rep_->core.statistics;
  statistics.End(statistics.Begin(record.method), record, ErrorReason::kUnspecified, absl::Now());
}

absl::Status Services::TakePlace(const Caller& caller, std::string_view peer) {
  return rpc::TakePlace(&rep_->core.places, CallerPlaces::kCalls, OwnerOf(caller, peer),
                        caller.name);
}

void Services::GivePlaceBack(const Caller& caller, std::string_view peer) {
  rep_->core.places.GiveBack(CallerPlaces::kCalls, OwnerOf(caller, peer));
}

void Services::SetOptions(const LiveOptions& live) {
  Core& core = rep_->core;
  core.slow_call = absl::ToInt64Nanoseconds(live.slow_call);
  core.upload_idle = absl::ToInt64Nanoseconds(live.upload_idle);
  core.places.SetLimit(CallerPlaces::kCalls, CallsLimit(live.max_calls, live.max_calls_per_caller));
  core.places.SetLimit(CallerPlaces::kWatches, {live.max_watches, HalfOf(live.max_watches)});
}

void Services::SetProfiles(citation::Profiles profiles) {
  rep_->core.profiles.Set(std::move(profiles));
}

void Services::EndWatches() { rep_->core.watches.End(); }

std::vector<grpc::Service*> Services::services() {
  return {&rep_->reports, &rep_->quotes, &rep_->citations, &rep_->admin};
}

grpc::CallbackGenericService* Services::unknown_methods() { return &rep_->unknown; }

std::vector<std::string> Services::Names() {
  return {v1::ReportService::service_full_name(), v1::QuoteService::service_full_name(),
          v1::CitationService::service_full_name(), v1::AdminService::service_full_name()};
}

}  // namespace quotes::rpc
