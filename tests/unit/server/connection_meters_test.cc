#include "service/server/connection_meters.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace quotes::server {
namespace {

constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr Http2Meter::Limits kLimits = {.max_streams = 100,
                                        .max_header_bytes = 10'000,
                                        .max_unsettled_bytes = 100'000,
                                        .max_held_bytes = 50'000,
                                        .stream_bytes = 0,
                                        .max_chunk_bytes = 0,
                                        .reset_lingers = std::chrono::seconds(2),
                                        .stuck_after = std::chrono::hours(1),
                                        .stuck_bytes = 50};

std::string Frame(char type, char flags, char stream, size_t size) {
  std::string frame(9, '\0');
  frame[1] = static_cast<char>(size >> 8);
  frame[2] = static_cast<char>(size & 0xFF);
  frame[3] = type;
  frame[4] = flags;
  frame[8] = stream;
  return frame + std::string(size, 'x');
}

// A call with a body; both count 9 bytes more.
std::string Call(char stream, size_t body) {
  return Frame(1, 4, stream, 91) + Frame(0, 0, stream, body - 9);
}

// A pair of sockets whose first end is a server's.
class Connection {
 public:
  Connection(ConnectionMeters* meters, const char* address, uint16_t port = 0) : meters_(meters) {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_), 0);
    sockaddr_storage from = {};
    reinterpret_cast<sockaddr_in*>(&from)->sin_port = htons(port);  // of IPv6 at the same place
    if (inet_pton(AF_INET, address, &reinterpret_cast<sockaddr_in*>(&from)->sin_addr) == 1) {
      from.ss_family = AF_INET;
    } else {
      EXPECT_EQ(inet_pton(AF_INET6, address, &reinterpret_cast<sockaddr_in6*>(&from)->sin6_addr),
                1);
      from.ss_family = AF_INET6;
    }
    meters_->Opened(ends_[0], reinterpret_cast<sockaddr*>(&from));
  }
  ~Connection() {
    meters_->Closed(ends_[0]);
    close(ends_[0]);
    close(ends_[1]);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // In two pieces.
  bool Receive(const std::string& bytes) {
    const std::vector<iovec> pieces = Pieces(bytes);
    return meters_->Received(ends_[0], pieces.data(), bytes.size());
  }
  void Send(const std::string& bytes) {
    const std::vector<iovec> pieces = Pieces(bytes);
    meters_->WillSend(ends_[0]);
    meters_->Sent(ends_[0], pieces.data(), bytes.size());
  }
  bool IsDoomed() const { return meters_->IsDoomed(ends_[0]); }
  // Whether the client sees an end.
  bool HasEnded() const {
    pollfd waited = {.fd = ends_[1], .events = POLLIN, .revents = 0};
    char byte = 0;
    return poll(&waited, 1, 0) == 1 && read(ends_[1], &byte, 1) == 0;
  }
  int socket() const { return ends_[0]; }

 private:
  static std::vector<iovec> Pieces(const std::string& bytes) {
    const size_t middle = bytes.size() / 2;
    char* const begin = const_cast<char*>(bytes.data());
    return {{begin, middle}, {begin + middle, bytes.size() - middle}};
  }

  ConnectionMeters* const meters_;
  int ends_[2] = {-1, -1};
};

class ConnectionMetersTest : public ::testing::Test {
 protected:
  std::unique_ptr<Connection> Connect(const char* address, size_t body, uint16_t port = 0) {
    auto connection = std::make_unique<Connection>(&meters_, address, port);
    EXPECT_TRUE(connection->Receive(kPreface));
    if (body > 0) {
      connection->Receive(Call(1, body));
    }
    return connection;
  }

  std::vector<Http2Meter::Fault> closed_;
  ConnectionMeters meters_{kLimits, 100'000, 5'000, 1'000,
                           [this](Http2Meter::Fault fault) { closed_.push_back(fault); }};
};

TEST_F(ConnectionMetersTest, CountsWhatAllHold) {
  {
    const auto one = Connect("192.0.2.1", 10'000);
    EXPECT_EQ(meters_.held_bytes(), 10'100u);
    const auto two = Connect("192.0.2.2", 20'000);
    EXPECT_EQ(meters_.held_bytes(), 30'200u);
    one->Send(Frame(1, 5, 1, 10));
    EXPECT_EQ(meters_.held_bytes(), 20'100u);
  }
  EXPECT_EQ(meters_.held_bytes(), 0u);
  EXPECT_TRUE(closed_.empty());
}

TEST_F(ConnectionMetersTest, ClosesTheOneThatGoesTooFar) {
  const auto good = Connect("192.0.2.1", 10'000);
  const auto bad = Connect("192.0.2.1", 40'000);
  EXPECT_FALSE(bad->HasEnded());
  EXPECT_FALSE(bad->Receive(Call(3, 20'000)));
  EXPECT_TRUE(bad->IsDoomed());
  EXPECT_TRUE(bad->HasEnded());
  EXPECT_EQ(meters_.held_bytes(), 10'100u);
  EXPECT_FALSE(good->HasEnded());
  EXPECT_TRUE(good->Receive(Call(3, 1'000)));
  EXPECT_EQ(closed_, std::vector{Http2Meter::Fault::kBytes});
}

TEST_F(ConnectionMetersTest, ClosesTheLargestOfTheWorstAddress) {
  const auto large = Connect("192.0.2.1", 40'000);
  const auto first = Connect("192.0.2.2", 25'000);
  const auto second = Connect("192.0.2.2", 20'000);
  const auto third = Connect("192.0.2.3", 0);
  // Whoever it is that brings it over the limit goes on.
  EXPECT_TRUE(third->Receive(Call(1, 20'000)));
  EXPECT_TRUE(first->HasEnded());
  EXPECT_FALSE(second->HasEnded());
  EXPECT_FALSE(large->HasEnded());
  EXPECT_EQ(closed_, std::vector{Http2Meter::Fault::kNone});
  EXPECT_LE(meters_.held_bytes(), 100'000u);
}

TEST_F(ConnectionMetersTest, RequestsThatStandStillMakeRoomFirst) {
  Http2Meter::Limits limits = kLimits;
  // Much longer than what follows the pause takes.
  limits.stuck_after = std::chrono::seconds(1);
  limits.stream_bytes = 1'000;
  ConnectionMeters meters(limits, 100'000, 5'000, 1'000, nullptr);
  const auto connect = [&meters](const std::string& bytes) {
    auto connection = std::make_unique<Connection>(&meters, "192.0.2.2");
    EXPECT_TRUE(connection->Receive(kPreface + bytes));
    return connection;
  };
  // A whole request, which waits for its answer, is larger than the halves.
  const auto whole = connect(Frame(1, 4, 1, 91) + Frame(0, 1, 1, 30'000));
  const auto small = connect(Call(1, 8'000));
  const auto large = connect(Call(1, 20'000));
  const auto going_on = connect(Call(1, 25'000));
  std::this_thread::sleep_for(2 * limits.stuck_after + std::chrono::milliseconds(100));
  EXPECT_TRUE(going_on->Receive(Frame(0, 0, 1, 100)));
  EXPECT_TRUE(large->Receive("x"));  // a little now and then
  const auto honest = connect(Call(1, 29'000));
  EXPECT_TRUE(large->HasEnded());
  EXPECT_FALSE(small->HasEnded());
  EXPECT_TRUE(honest->Receive(Frame(0, 0, 1, 12'000)));
  EXPECT_TRUE(small->HasEnded());
  EXPECT_FALSE(whole->HasEnded());
  EXPECT_FALSE(going_on->HasEnded());
  EXPECT_FALSE(honest->HasEnded());
  // What was closed to make room is not counted against others.
  EXPECT_EQ(meters.leaving_bytes(), 0u);
}

TEST_F(ConnectionMetersTest, StrangersMakeRoomForWhomWasLetIn) {
  const auto bystander = Connect("192.0.2.1", 10'000, 1'001);
  const auto first = Connect("192.0.2.2", 15'000, 2'001);
  const auto second = Connect("192.0.2.2", 14'000, 2'002);
  const auto honest = Connect("192.0.2.2", 0, 2'003);
  std::shared_ptr<const void> work = meters_.AdmittedAtWork("ipv4:192.0.2.2:2003");
  ASSERT_NE(work, nullptr);
  EXPECT_TRUE(honest->Receive(Call(1, 45'000)));
  EXPECT_TRUE(closed_.empty());
  const auto other = Connect("192.0.2.2", 0, 2'004);
  const std::shared_ptr<const void> other_work = meters_.AdmittedAtWork("ipv4:192.0.2.2:2004");
  EXPECT_TRUE(other->Receive(Call(1, 20'000)));
  EXPECT_TRUE(first->HasEnded());
  EXPECT_FALSE(second->HasEnded());
  EXPECT_TRUE(other->Receive(Call(3, 14'000)));
  EXPECT_TRUE(second->HasEnded());
  // What is left to strangers is not the reason that there is no room.
  EXPECT_FALSE(other->Receive(Call(5, 14'000)) && honest->Receive(Call(3, 1)));
  EXPECT_FALSE(bystander->HasEnded());
  EXPECT_EQ(closed_.size(), 3u);
}

TEST_F(ConnectionMetersTest, AConnectionIsSparedWhileItsCallIsAtWork) {
  const auto honest = Connect("2001:db8::1", 0, 1'001);
  std::shared_ptr<const void> work = meters_.AdmittedAtWork("ipv6:%5B2001:db8::1%5D:1001");
  ASSERT_NE(work, nullptr);
  EXPECT_TRUE(honest->Receive(Call(1, 40'000)));
  const auto first = Connect("2001:db8::2", 35'000, 1'001);
  const auto second = Connect("2001:db8::1", 30'000, 1'002);
  EXPECT_TRUE(first->HasEnded());
  work = nullptr;
  const auto third = Connect("2001:db8::1", 35'000, 1'003);
  EXPECT_TRUE(honest->HasEnded());
  EXPECT_FALSE(second->HasEnded());
  EXPECT_FALSE(third->HasEnded());
}

TEST_F(ConnectionMetersTest, OneWhoWasLetInIsKnownWhereThereIsLittleRoom) {
  const auto early = Connect("192.0.2.2", 20'000, 1'001);
  meters_.Admitted("ipv4:192.0.2.2:1001");  // there is much room
  const auto known = Connect("::ffff:192.0.2.2", 40'000, 1'002);
  meters_.Admitted("ipv4:192.0.2.2:1002");
  const auto at_work = Connect("192.0.2.2", 0, 1'003);
  const std::shared_ptr<const void> work = meters_.AdmittedAtWork("ipv4:192.0.2.2:1003");
  EXPECT_TRUE(at_work->Receive(Call(1, 41'000)));
  EXPECT_TRUE(early->HasEnded());
  EXPECT_FALSE(known->HasEnded());
  const auto more = Connect("192.0.2.2", 0, 1'004);
  const std::shared_ptr<const void> more_work = meters_.AdmittedAtWork("ipv4:192.0.2.2:1004");
  EXPECT_TRUE(more->Receive(Call(1, 20'000)));
  EXPECT_TRUE(known->HasEnded());
  EXPECT_FALSE(at_work->HasEnded());
}

TEST_F(ConnectionMetersTest, PeersOfNoConnectionAreNobody) {
  const auto connection = Connect("192.0.2.1", 60'000, 1'001);
  for (const char* const peer :
       {"", "unix:", "unix:/run/quoted.sock", "inproc", "ipv4:192.0.2.1:1002",
        "ipv4:192.0.2.2:1001", "ipv4:192.0.2.1", "ipv4:192.0.2.1:99999", "ipv4:x:1001",
        "ipv6:%5B::1%5D:1001", "ipv6:192.0.2.1:1001", "192.0.2.1:1001"}) {
    EXPECT_EQ(meters_.AdmittedAtWork(peer), nullptr) << peer;
    meters_.Admitted(peer);
  }
  EXPECT_NE(meters_.AdmittedAtWork("ipv4:192.0.2.1:1001"), nullptr);
}

TEST_F(ConnectionMetersTest, WorkOfAConnectionThatEndedIsNotTheNextOnes) {
  auto connection = Connect("192.0.2.1", 0, 1'001);
  std::shared_ptr<const void> work = meters_.AdmittedAtWork("ipv4:192.0.2.1:1001");
  connection.reset();
  EXPECT_EQ(meters_.AdmittedAtWork("ipv4:192.0.2.1:1001"), nullptr);
  const auto next = Connect("192.0.2.1", 40'000, 1'001);
  const auto second = Connect("192.0.2.1", 30'000, 1'002);
  const std::shared_ptr<const void> second_work = meters_.AdmittedAtWork("ipv4:192.0.2.1:1002");
  work = nullptr;
  const auto third = Connect("192.0.2.1", 35'000, 1'003);
  EXPECT_TRUE(next->HasEnded());
  EXPECT_FALSE(second->HasEnded());
}

TEST_F(ConnectionMetersTest, WorkInsideTlsSparesIt) {
  Connection carrier(&meters_, "192.0.2.1", 1'001);
  EXPECT_TRUE(carrier.Receive("\x16 and more"));
  ConnectionMeters::Inner inner(&meters_);
  EXPECT_TRUE(inner.Received(kPreface + Call(1, 45'000)));
  inner.SetSocket(carrier.socket());
  const std::shared_ptr<const void> work = meters_.AdmittedAtWork("ipv4:192.0.2.1:1001");
  const auto second = Connect("192.0.2.1", 30'000, 1'002);
  const auto third = Connect("192.0.2.1", 28'000, 1'003);
  EXPECT_TRUE(second->HasEnded());
  EXPECT_FALSE(inner.IsDoomed());
}

TEST_F(ConnectionMetersTest, CallsOfEndedConnectionsCountForTheirNetwork) {
  const auto bystander = Connect("192.0.2.1", 5'000);
  const auto good = Connect("192.0.2.2", 5'000);
  for (int i = 0; i < 2; ++i) {
    const auto resetting = Connect("192.0.2.2", 39'900);
    EXPECT_TRUE(resetting->Receive(Frame(3, 0, 1, 4)));
    EXPECT_EQ(meters_.held_bytes(), 50'200u);
  }
  EXPECT_EQ(meters_.held_bytes(), 10'200u);
  EXPECT_EQ(meters_.leaving_bytes(), 80'000u);
  // Bodies go with their connections.
  Connect("192.0.2.2", 4'000);
  EXPECT_EQ(meters_.leaving_bytes(), 80'000u);
  // Small ones come in still, and who is of another network goes on.
  const auto small = Connect("192.0.2.2", 4'000);
  EXPECT_TRUE(bystander->Receive(Call(3, 10'000)));
  EXPECT_FALSE(small->HasEnded());
  EXPECT_FALSE(bystander->HasEnded());
  EXPECT_TRUE(good->HasEnded());
  EXPECT_FALSE(small->Receive(Call(3, 4'000)));
  EXPECT_EQ(closed_.size(), 2u);
}

TEST_F(ConnectionMetersTest, CustomersNetworkIsOneAddress) {
  const auto large = Connect("2001:db8:0:1::1", 40'000);
  const auto first = Connect("2001:db8:0:2::1", 25'000);
  const auto second = Connect("2001:db8:0:2::2", 20'000);
  const auto third = Connect("::ffff:192.0.2.3", 20'000);
  EXPECT_TRUE(first->HasEnded());
  EXPECT_FALSE(large->HasEnded());
}

TEST_F(ConnectionMetersTest, WhatIsNoHttp2IsNotMetered) {
  Connection other(&meters_, "192.0.2.1");
  EXPECT_TRUE(other.Receive(std::string("\x16\x03\x01") + Call(1, 60'000)));
  EXPECT_EQ(meters_.held_bytes(), 0u);
}

TEST_F(ConnectionMetersTest, NumbersAreUsedAgain) {
  for (int i = 0; i < 100; ++i) {
    const auto connection = Connect("192.0.2.1", 30'000);
    EXPECT_FALSE(connection->IsDoomed());
    EXPECT_FALSE(connection->Receive(Call(3, 30'000)));
  }
  EXPECT_EQ(meters_.held_bytes(), 0u);
}

TEST_F(ConnectionMetersTest, WhatIsInsideTlsCountsForItsSocket) {
  Connection carrier(&meters_, "192.0.2.1");
  EXPECT_TRUE(carrier.Receive("\x16 and more"));
  {
    ConnectionMeters::Inner inner(&meters_);
    EXPECT_FALSE(inner.has_socket());
    inner.SetSocket(carrier.socket());
    EXPECT_TRUE(inner.Received(kPreface + Call(1, 30'000)));
    EXPECT_EQ(meters_.held_bytes(), 30'100u);
    inner.WillSend();
    inner.Sent(Frame(1, 5, 1, 10));
    EXPECT_EQ(meters_.held_bytes(), 0u);
    EXPECT_TRUE(inner.Received(Call(3, 30'000)));
    EXPECT_FALSE(inner.Received(Call(5, 30'000)));
    EXPECT_TRUE(inner.IsDoomed());
    EXPECT_TRUE(carrier.IsDoomed());
    EXPECT_TRUE(carrier.HasEnded());
  }
  EXPECT_EQ(meters_.held_bytes(), 0u);
}

TEST_F(ConnectionMetersTest, SilentTlsIsClosedForOthers) {
  Connection carrier(&meters_, "192.0.2.1");
  EXPECT_TRUE(carrier.Receive("\x16 and more"));
  ConnectionMeters::Inner inner(&meters_);
  EXPECT_TRUE(inner.Received(kPreface + Call(1, 45'000)));
  inner.SetSocket(carrier.socket());
  const auto second = Connect("192.0.2.2", 30'000);
  const auto third = Connect("192.0.2.3", 30'000);
  EXPECT_TRUE(carrier.HasEnded());
  EXPECT_FALSE(inner.Received(Call(3, 100)));
}

TEST_F(ConnectionMetersTest, SocketOfAnotherIsLeftAlone) {
  ConnectionMeters::Inner inner(&meters_);
  int number = -1;
  {
    Connection carrier(&meters_, "192.0.2.1");
    EXPECT_TRUE(carrier.Receive("\x16 and more"));
    inner.SetSocket(carrier.socket());
    number = carrier.socket();
  }
  const auto next = Connect("192.0.2.1", 10'000);
  ASSERT_EQ(next->socket(), number);
  EXPECT_FALSE(inner.Received(kPreface + Call(1, 60'000)));
  EXPECT_FALSE(next->HasEnded());
}

TEST(ConnectionMetersThreadsTest, CountsRightFromManyThreads) {
  std::atomic<int> closed{0};
  ConnectionMeters meters(kLimits, 100'000, 5'000, 1'000,
                          [&closed](Http2Meter::Fault) { ++closed; });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&meters] {
      for (int round = 0; round < 300; ++round) {
        Connection connection(&meters, "192.0.2.1");
        connection.Receive(kPreface);
        for (char stream = 1; stream < 9; stream = static_cast<char>(stream + 2)) {
          connection.Receive(Call(stream, 9'000));
          if (stream % 4 == 1) {
            connection.Send(Frame(1, 5, stream, 10));
          }
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(meters.held_bytes(), 0u);
}

}  // namespace
}  // namespace quotes::server
