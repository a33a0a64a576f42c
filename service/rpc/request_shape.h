#ifndef QUOTES_SERVICE_RPC_REQUEST_SHAPE_H_
#define QUOTES_SERVICE_RPC_REQUEST_SHAPE_H_

#include <string>

namespace google::protobuf {
class Message;
}

namespace quotes::rpc {

// What a request asks for without a word of it, for logs: each field that is set with the number of
// its code points or bytes, of its elements, or its value if that is a number, a switch or a
// choice:
//
//   query.code_points=6 filter.reports.count=2 filter.date_from.year=2020 page_size=20
//   order_by=ORDER_BY_NEWEST
//
// At most limits::kMaxShapeBytes, cut behind a field.
std::string ShapeOf(const google::protobuf::Message& request);

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_REQUEST_SHAPE_H_
