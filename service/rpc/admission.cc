#include "service/rpc/admission.h"

#include <grpcpp/security/auth_context.h>
#include <grpcpp/server_context.h>

namespace quotes::rpc {
namespace {

class ContextFacts final : public CallFacts {
 public:
  ContextFacts(const grpc::CallbackServerContext& context, std::string_view method)
      : context_(context), method_(method) {}

  std::string_view Method() const override { return method_; }

  std::vector<std::string_view> Authorizations() const override {
    std::vector<std::string_view> values;
    const auto [begin, end] = context_.client_metadata().equal_range("authorization");
    for (auto at = begin; at != end; ++at) {
      values.emplace_back(at->second.data(), at->second.size());
    }
    return values;
  }

  std::string Peer() const override { return context_.peer(); }

  std::string CertificateName() const override {
    const std::shared_ptr<const grpc::AuthContext> authentication = context_.auth_context();
    if (authentication == nullptr || !authentication->IsPeerAuthenticated()) {
      return {};
    }
    const std::vector<grpc::string_ref> names =
        authentication->FindPropertyValues("x509_common_name");
    return names.size() == 1 ? std::string(names[0].data(), names[0].size()) : std::string();
  }

 private:
  const grpc::CallbackServerContext& context_;
  const std::string_view method_;
};

}  // namespace

absl::Status Admit(Gate* gate, const grpc::CallbackServerContext& context, std::string_view method,
                   Caller* caller) {
  return gate == nullptr ? absl::OkStatus() : gate->Admit(ContextFacts(context, method), caller);
}

absl::Status StillAdmits(Gate* gate, const grpc::CallbackServerContext& context,
                         std::string_view method) {
  return gate == nullptr ? absl::OkStatus() : gate->StillAdmits(ContextFacts(context, method));
}

}  // namespace quotes::rpc
