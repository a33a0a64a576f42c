#include "service/server/token_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <initializer_list>
#include <sstream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "service/base/file.h"
#include "service/server/tokens.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::server {
namespace {

using ::testing::HasSubstr;

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

Ran RunToken(std::initializer_list<const char*> arguments) {
  std::vector<const char*> argv = {"token"};
  argv.insert(argv.end(), arguments);
  std::ostringstream out;
  std::ostringstream err;
  const int code = RunTokenCommand(static_cast<int>(argv.size()), argv.data(), out, err);
  return {code, out.str(), err.str()};
}

TEST(TokenCommandTest, PrintsTheTokenAndItsEntry) {
  const Ran ran = RunToken({"new", "--name", "cms", "--role", "reader", "--expires", "90d"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const std::string token = ran.out.substr(0, ran.out.find('\n'));
  const auto table = TokenTable::Parse(ran.out.substr(ran.out.find('\n')), "printed");
  QUOTES_ASSERT_OK(table);
  const Token* const found = table->Find(token);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->role, rpc::Role::kReader);
  const absl::Duration left = found->expires - absl::Now();
  EXPECT_GT(left, absl::Hours(90 * 24 - 1));
  EXPECT_LT(left, absl::Hours(90 * 24 + 1));
}

TEST(TokenCommandTest, AppendsToAFile) {
  const quotes::testing::TempDir dir;
  const std::string path = (dir.path() / "tokens.toml").string();
  std::vector<std::string> tokens;
  for (const char* const role : {"reader", "admin"}) {
    const Ran ran = RunToken({"new", "--name", "cms", "--role", role, "--file", path.c_str()});
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(ran.out.find('\n'), ran.out.size() - 1);
    tokens.push_back(ran.out.substr(0, ran.out.size() - 1));
  }
  struct stat status = {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0133, 0U);  // for whichever user the server is to read
  const auto table = TokenTable::ReadFile(path);
  QUOTES_ASSERT_OK(table);
  EXPECT_EQ(table->Find(tokens[0])->role, rpc::Role::kReader);
  EXPECT_EQ(table->Find(tokens[1])->role, rpc::Role::kAdmin);
}

TEST(TokenCommandTest, RefusesWhatCannotBeMeant) {
  EXPECT_THAT(RunToken({"new", "--name", "c m s", "--role", "reader"}).err, HasSubstr("--name"));
  EXPECT_THAT(RunToken({"new", "--name", "cms", "--role", "root"}).err, HasSubstr("--role"));
  EXPECT_THAT(RunToken({"new", "--name", "cms", "--role", "reader", "--expires", "soon"}).err,
              HasSubstr("--expires"));
  EXPECT_THAT(RunToken({"new", "--name", "cms"}).err, HasSubstr("--role"));
  EXPECT_THAT(
      RunToken({"new", "--name", "cms", "--role", "reader", "--file", "/nonexistent/tokens"}).err,
      HasSubstr("/nonexistent/tokens"));
  EXPECT_EQ(RunToken({"old"}).code, 2);
  EXPECT_EQ(RunToken({}).code, 2);
  EXPECT_EQ(RunToken({"new", "--help"}).code, 0);
}

TEST(TokenCommandTest, ReadsExpiries) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  EXPECT_EQ(ParseExpiry("90d", now), now + absl::Hours(90 * 24));
  EXPECT_EQ(ParseExpiry("12h", now), now + absl::Hours(12));
  EXPECT_EQ(ParseExpiry("1h30m", now), now + absl::Minutes(90));
  EXPECT_EQ(ParseExpiry("never", now), absl::InfiniteFuture());
  EXPECT_EQ(ParseExpiry("2027-01-31T00:00:00Z", now),
            absl::FromCivil(absl::CivilSecond(2027, 1, 31), absl::UTCTimeZone()));
  for (const char* const text : {"", "90", "0d", "-1d", "0h", "-1h", "d", "1e9d", "nan", "nand",
                                 "inf", "infd", "2020-01-01T00:00:00Z", "2027-01-31"}) {
    EXPECT_EQ(ParseExpiry(text, now), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace quotes::server
