#include "service/server/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::server {
namespace {

using ::quotes::testing::HasCode;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSecret[] = "quotes_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

std::string Entry(const std::string& token, const std::string& role = "reader",
                  const std::string& expires = "2027-01-31T00:00:00Z") {
  return absl::StrCat("[[token]]\nname = \"cms\"\nrole = \"", role, "\"\nsha256 = \"",
                      Sha256Hex(token), "\"\nexpires = ", expires, "\n");
}

// The sentence that refuses a file; it names its line, and no part of a secret is in it.
std::string Refusal(const std::string& toml) {
  const auto table = TokenTable::Parse(toml, "tokens.toml");
  EXPECT_THAT(table, HasCode(absl::StatusCode::kInvalidArgument)) << toml;
  const std::string message(table.status().message());
  EXPECT_TRUE(message.starts_with("tokens.toml:")) << message;
  EXPECT_THAT(message, Not(HasSubstr("quotes_0123")));
  return message;
}

TEST(TokensTest, FindsTokensByTheirHash) {
  const auto table =
      TokenTable::Parse(absl::StrCat(Entry("one"), Entry("two", "admin", "\"never\""),
                                     Entry("three", "editor", "\"2026-03-01T08:00:00+08:00\"")),
                        "tokens.toml");
  QUOTES_ASSERT_OK(table);
  const Token* one = table->Find("one");
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(one->name, "cms");
  EXPECT_EQ(one->role, rpc::Role::kReader);
  EXPECT_EQ(absl::FormatTime(one->expires, absl::UTCTimeZone()), "2027-01-31T00:00:00+00:00");
  EXPECT_EQ(table->Find("two")->role, rpc::Role::kAdmin);
  EXPECT_EQ(table->Find("two")->expires, absl::InfiniteFuture());
  EXPECT_EQ(absl::FormatTime(table->Find("three")->expires, absl::UTCTimeZone()),
            "2026-03-01T00:00:00+00:00");
  EXPECT_EQ(table->Find("four"), nullptr);
  EXPECT_EQ(table->Find(""), nullptr);
  EXPECT_EQ(table->Find(Sha256("one")), nullptr);
  EXPECT_EQ(table->Find(Sha256Hex("one")), nullptr);
}

TEST(TokensTest, ReadsTimesWithAnyZone) {
  const auto table =
      TokenTable::Parse(Entry("one", "reader", "2026-03-01T08:30:00+08:30"), "tokens.toml");
  QUOTES_ASSERT_OK(table);
  EXPECT_EQ(absl::FormatTime(table->Find("one")->expires, absl::UTCTimeZone()),
            "2026-03-01T00:00:00+00:00");
}

TEST(TokensTest, FindsClientsByTheirCommonName) {
  const auto table = TokenTable::Parse(
      "[[client]]\ncommon_name = \"cms.example.org\"\nrole = \"checker\"\n", "tokens.toml");
  QUOTES_ASSERT_OK(table);
  ASSERT_NE(table->FindClient("cms.example.org"), nullptr);
  EXPECT_EQ(table->FindClient("cms.example.org")->role, rpc::Role::kChecker);
  EXPECT_EQ(table->FindClient("example.org"), nullptr);
  EXPECT_EQ(table->FindClient(""), nullptr);
}

TEST(TokensTest, AnEmptyFileKnowsNobody) {
  const auto table = TokenTable::Parse("# none yet\n", "tokens.toml");
  QUOTES_ASSERT_OK(table);
  EXPECT_EQ(table->Find("one"), nullptr);
}

TEST(TokensTest, RefusesWhatCannotBeMeant) {
  EXPECT_THAT(Refusal(Entry("one", "superuser")), HasSubstr("reader, checker, editor or admin"));
  EXPECT_THAT(Refusal(Entry("one", "reader", "2027-01-31T00:00:00")), HasSubstr("with its zone"));
  EXPECT_THAT(Refusal(Entry("one", "reader", "2027-01-31")), HasSubstr("with its zone"));
  EXPECT_THAT(Refusal(Entry("one", "reader", "\"soon\"")), HasSubstr("never"));
  EXPECT_THAT(Refusal("[[token]]\nname = \"cms\"\nrole = \"reader\"\nexpires = \"never\"\n"),
              HasSubstr("has no sha256"));
  EXPECT_THAT(Refusal(absl::StrCat("[[token]]\nname = \"cms\"\nrole = \"reader\"\nsha256 = \"",
                                   kSecret, "\"\nexpires = \"never\"\n")),
              HasSubstr("64 hexadecimal digits"));
  EXPECT_THAT(Refusal(Entry("one") + "token = \"" + kSecret + "\"\n"), HasSubstr("not known"));
  EXPECT_THAT(Refusal(Entry("one") + Entry("one")), HasSubstr("another entry"));
  EXPECT_THAT(Refusal(std::string("token = \"") + kSecret + "\"\n"), HasSubstr("[[token]]"));
  EXPECT_THAT(Refusal(std::string("[[token]]\n") + kSecret), HasSubstr("not TOML"));
  EXPECT_THAT(Refusal("[[client]]\ncommon_name = \"a b\"\nrole = \"reader\"\n"),
              HasSubstr("letters, digits"));
  EXPECT_THAT(Refusal("[[client]]\ncommon_name = \"a\"\nrole = \"reader\"\n"
                      "[[client]]\ncommon_name = \"a\"\nrole = \"admin\"\n"),
              HasSubstr("another entry"));
  std::string many;
  for (size_t i = 0; i <= limits::kMaxTokens; ++i) {
    many += Entry(absl::StrCat(i));
  }
  EXPECT_THAT(Refusal(many), HasSubstr(absl::StrCat(limits::kMaxTokens)));
}

TEST(TokensTest, RefusesAFileThatOthersMayWriteTo) {
  const quotes::testing::TempDir dir;
  const std::string path = (dir.path() / "tokens.toml").string();
  std::ofstream(path) << Entry("one");
  chmod(path.c_str(), 0644);
  QUOTES_EXPECT_OK(TokenTable::ReadFile(path));
  for (const mode_t mode : {0664U, 0646U}) {
    chmod(path.c_str(), mode);
    const auto table = TokenTable::ReadFile(path);
    EXPECT_THAT(table, HasCode(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(std::string(table.status().message()), HasSubstr("chmod go-w"));
  }
}

TEST(TokensTest, MadeTokensAreFoundAndDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const auto made = MakeToken("cms", rpc::Role::kEditor, absl::FromUnixSeconds(1'800'000'000));
    QUOTES_ASSERT_OK(made);
    EXPECT_TRUE(seen.insert(made->token).second);
    EXPECT_EQ(made->token.size(), std::string("quotes_").size() + 43);
    EXPECT_THAT(made->entry, Not(HasSubstr(made->token)));
    const auto table = TokenTable::Parse(made->entry, "tokens.toml");
    QUOTES_ASSERT_OK(table);
    const Token* const found = table->Find(made->token);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->name, "cms");
    EXPECT_EQ(found->role, rpc::Role::kEditor);
    EXPECT_EQ(found->expires, absl::FromUnixSeconds(1'800'000'000));
  }
}

}  // namespace
}  // namespace quotes::server
