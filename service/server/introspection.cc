#include "service/server/introspection.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/util/json_util.h>
#include <grpc/grpc.h>
#include <grpc/support/alloc.h>
#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <unordered_set>
#include <utility>

#include "absl/status/status.h"
#include "grpc/channelz/v1/channelz.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "service/base/errors.h"
#include "service/base/stopwatch.h"
#include "service/rpc/admission.h"
#include "service/rpc/grpc_status.h"

namespace quotes::server {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using grpc::channelz::v1::Channelz;
using grpc::reflection::v1alpha::ServerReflection;
using grpc::reflection::v1alpha::ServerReflectionRequest;
using grpc::reflection::v1alpha::ServerReflectionResponse;

using OnCall = std::function<void(const rpc::CallRecord&)>;

// What all calls need.
struct House {
  rpc::Gate* gate = nullptr;
  rpc::Services* services = nullptr;
  OnCall on_call;
};

// One call: whether it is let in, its place among all calls, and its record.
class Visit {
 public:
  Visit(const House* house, const grpc::CallbackServerContext& context, std::string_view method)
      : house_(house),
        context_(context),
        method_(method),
        peer_(context.peer()),
        admission_(rpc::Admit(house->gate, context, method, &caller_)) {
    if (admission_.ok()) {
      admission_ = house->services->TakePlace(caller_, peer_);
      has_place_ = admission_.ok();
    }
  }
  ~Visit() {
    if (has_place_) {
      house_->services->GivePlaceBack(caller_, peer_);
    }
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  grpc::Status admission() const { return rpc::ToGrpcStatus(admission_); }
  // Whether it may go on.
  grpc::Status StillAdmitted() const {
    return rpc::ToGrpcStatus(rpc::StillAdmits(house_->gate, context_, method_));
  }
  // Writes the record; the last step before Finish.
  grpc::Status Close(const grpc::Status& status) const {
    if (house_->on_call) {
      const ErrorReason reason = GetErrorReason(admission_);
      rpc::CallRecord record;
      record.method = method_;
      record.peer = peer_;
      if (!absl::IsUnauthenticated(admission_)) {
        record.caller = caller_.name;
        record.role = rpc::RoleName(caller_.role);
      }
      record.code = status.error_code();
      if (reason != ErrorReason::kUnspecified) {
        record.reason = ErrorReasonName(reason);
      }
      record.duration = stopwatch_.Elapsed();
      house_->on_call(record);
    }
    return status;
  }

 private:
  const House* const house_;
  const grpc::CallbackServerContext& context_;
  const std::string_view method_;
  const std::string peer_;
  const Stopwatch stopwatch_;
  rpc::Caller caller_;
  absl::Status admission_;
  bool has_place_ = false;
};

// Answers the requests of one stream, one after the other. Deletes itself when gRPC is done with
// it.
class ReflectionCall final
    : public grpc::ServerBidiReactor<ServerReflectionRequest, ServerReflectionResponse> {
 public:
  ReflectionCall(const std::vector<std::string>* services, const House* house,
                 const grpc::CallbackServerContext& context)
      : services_(services),
        visit_(house, context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo") {
    if (const grpc::Status admission = visit_.admission(); admission.ok()) {
      StartRead(&request_);
    } else {
      Finish(visit_.Close(admission));
    }
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(visit_.Close(grpc::Status::OK));
      return;
    }
    if (const grpc::Status admission = visit_.StillAdmitted(); !admission.ok()) {
      Finish(visit_.Close(admission));
      return;
    }
    response_.Clear();
    response_.set_valid_host(request_.host());
    *response_.mutable_original_request() = request_;
    Answer();
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&request_);
    } else {
      Finish(visit_.Close({grpc::StatusCode::CANCELLED, "the caller is gone"}));
    }
  }
  void OnDone() override { delete this; }

 private:
  ~ReflectionCall() override = default;

  void Answer() {
    const DescriptorPool& pool = *DescriptorPool::generated_pool();
    switch (request_.message_request_case()) {
      case ServerReflectionRequest::kFileByFilename:
        AnswerFile(pool.FindFileByName(request_.file_by_filename()));
        break;
      case ServerReflectionRequest::kFileContainingSymbol:
        AnswerFile(pool.FindFileContainingSymbol(request_.file_containing_symbol()));
        break;
      case ServerReflectionRequest::kFileContainingExtension: {
        const auto& asked = request_.file_containing_extension();
        const auto* const type = pool.FindMessageTypeByName(asked.containing_type());
        const FieldDescriptor* const extension =
            type == nullptr ? nullptr : pool.FindExtensionByNumber(type, asked.extension_number());
        AnswerFile(extension == nullptr ? nullptr : extension->file());
        break;
      }
      case ServerReflectionRequest::kAllExtensionNumbersOfType:
        AnswerExtensions(request_.all_extension_numbers_of_type());
        break;
      case ServerReflectionRequest::kListServices:
        for (const std::string& name : *services_) {
          response_.mutable_list_services_response()->add_service()->set_name(name);
        }
        break;
      case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
        Error(grpc::StatusCode::INVALID_ARGUMENT, "the request asks for nothing");
        break;
    }
  }

  void AnswerFile(const FileDescriptor* file) {
    if (file == nullptr) {
      Error(grpc::StatusCode::NOT_FOUND, "there is no such symbol or file");
      return;
    }
    std::unordered_set<const FileDescriptor*> seen = {file};
    std::vector<const FileDescriptor*> files = {file};
    for (size_t i = 0; i < files.size(); ++i) {  // it grows
      google::protobuf::FileDescriptorProto proto;
      files[i]->CopyTo(&proto);
      response_.mutable_file_descriptor_response()->add_file_descriptor_proto(
          proto.SerializeAsString());
      for (int k = 0; k < files[i]->dependency_count(); ++k) {
        if (seen.insert(files[i]->dependency(k)).second) {
          files.push_back(files[i]->dependency(k));
        }
      }
    }
  }

  void AnswerExtensions(const std::string& type_name) {
    const DescriptorPool& pool = *DescriptorPool::generated_pool();
    const auto* const type = pool.FindMessageTypeByName(type_name);
    if (type == nullptr) {
      Error(grpc::StatusCode::NOT_FOUND, "there is no such type");
      return;
    }
    std::vector<const FieldDescriptor*> extensions;
    pool.FindAllExtensions(type, &extensions);
    auto* const answer = response_.mutable_all_extension_numbers_response();
    answer->set_base_type_name(type_name);
    for (const FieldDescriptor* extension : extensions) {
      answer->add_extension_number(extension->number());
    }
  }

  void Error(grpc::StatusCode code, const char* message) {
    response_.mutable_error_response()->set_error_code(code);
    response_.mutable_error_response()->set_error_message(message);
  }

  const std::vector<std::string>* const services_;
  const Visit visit_;
  ServerReflectionRequest request_;
  ServerReflectionResponse response_;
};

class ReflectionService final : public ServerReflection::CallbackService {
 public:
  ReflectionService(const House* house, const std::vector<std::string>* services)
      : house_(house), services_(services) {}

  grpc::ServerBidiReactor<ServerReflectionRequest, ServerReflectionResponse>* ServerReflectionInfo(
      grpc::CallbackServerContext* context) override {
    return new ReflectionCall(services_, house_, *context);
  }

 private:
  const House* const house_;
  const std::vector<std::string>* const services_;
};

// gRPC tells its state as JSON of the answer, in memory of its own; null: there is no such thing.
grpc::Status FromJson(char* json, google::protobuf::Message* answer) {
  if (json == nullptr) {
    return {grpc::StatusCode::NOT_FOUND, "there is no such channel, server or socket"};
  }
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, answer);
  gpr_free(json);
  return parsed.ok() ? grpc::Status::OK
                     : grpc::Status(grpc::StatusCode::INTERNAL, "gRPC's state cannot be read");
}

class ChannelzService final : public Channelz::CallbackService {
 public:
  explicit ChannelzService(const House* house) : house_(house) {}

// One method: asks the gate, then gRPC.
#define QUOTES_CHANNELZ(method, ask)                                                          \
  grpc::ServerUnaryReactor* method(grpc::CallbackServerContext* context,                      \
                                   const grpc::channelz::v1::method##Request* request,        \
                                   grpc::channelz::v1::method##Response* response) override { \
    static_cast<void>(request);                                                               \
    const Visit visit(house_, *context, "/grpc.channelz.v1.Channelz/" #method);               \
    grpc::Status status = visit.admission();                                                  \
    if (status.ok()) {                                                                        \
      status = FromJson(ask, response);                                                       \
    }                                                                                         \
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();                      \
    reactor->Finish(visit.Close(status));                                                     \
    return reactor;                                                                           \
  }

  QUOTES_CHANNELZ(GetTopChannels, grpc_channelz_get_top_channels(request->start_channel_id()))
  QUOTES_CHANNELZ(GetServers, grpc_channelz_get_servers(request->start_server_id()))
  QUOTES_CHANNELZ(GetServer, grpc_channelz_get_server(request->server_id()))
  QUOTES_CHANNELZ(GetServerSockets,
                  grpc_channelz_get_server_sockets(request->server_id(), request->start_socket_id(),
                                                   request->max_results()))
  QUOTES_CHANNELZ(GetChannel, grpc_channelz_get_channel(request->channel_id()))
  QUOTES_CHANNELZ(GetSubchannel, grpc_channelz_get_subchannel(request->subchannel_id()))
  QUOTES_CHANNELZ(GetSocket, grpc_channelz_get_socket(request->socket_id()))

#undef QUOTES_CHANNELZ

 private:
  const House* const house_;
};

}  // namespace

struct Introspection::Rep {
  Rep(std::shared_ptr<rpc::Gate> the_gate, std::vector<std::string> the_names,
      rpc::Services* services, OnCall on_call)
      : gate(std::move(the_gate)),
        names(std::move(the_names)),
        house{gate.get(), services, std::move(on_call)} {
    names.emplace_back(ServerReflection::service_full_name());
    names.emplace_back(Channelz::service_full_name());
  }

  const std::shared_ptr<rpc::Gate> gate;
  std::vector<std::string> names;
  const House house;
  ReflectionService reflection{&house, &names};
  ChannelzService channelz{&house};
};

Introspection::Introspection(std::shared_ptr<rpc::Gate> gate, std::vector<std::string> names,
                             rpc::Services* services, OnCall on_call)
    : rep_(std::make_unique<Rep>(std::move(gate), std::move(names), services, std::move(on_call))) {
}

Introspection::~Introspection() = default;

std::vector<grpc::Service*> Introspection::services() {
  return {&rep_->reflection, &rep_->channelz};
}

}  // namespace quotes::server
