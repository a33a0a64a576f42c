#include "client/ctl/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::ctl {
namespace {

using ::quotes::testing::HasCode;
using ::testing::HasSubstr;

class SettingsTest : public ::testing::Test {
 protected:
  SettingsTest() {
    environment_.variable = [this](std::string_view name) -> std::optional<std::string> {
      const auto found = variables_.find(std::string(name));
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    };
    variables_["XDG_CONFIG_HOME"] = dir_.path().string();
  }

  void WriteConfig(const std::string& text) {
    std::filesystem::create_directories(dir_.path() / "quotes");
    std::ofstream(dir_.path() / "quotes" / "quotectl.toml") << text;
  }

  absl::StatusOr<Settings> Resolve() {
    return ResolveSettings(flags_, environment_, EarlyLang(flags_.lang, environment_));
  }

  quotes::testing::TempDir dir_;
  std::map<std::string, std::string> variables_;
  Environment environment_;
  GlobalFlags flags_;
};

TEST_F(SettingsTest, DefaultsToTheLocalServer) {
  const auto settings = Resolve();
  QUOTES_ASSERT_OK(settings);
  EXPECT_EQ(settings->server, "127.0.0.1:50051");
  EXPECT_EQ(settings->database, "");
  EXPECT_EQ(settings->lang, Lang::kEnglish);
}

TEST_F(SettingsTest, FlagBeforeVariableBeforeFile) {
  WriteConfig("server = \"file:1\"\n");
  EXPECT_EQ(Resolve()->server, "file:1");
  variables_["QUOTES_SERVER"] = "variable:2";
  EXPECT_EQ(Resolve()->server, "variable:2");
  flags_.server = "flag:3";
  EXPECT_EQ(Resolve()->server, "flag:3");
}

TEST_F(SettingsTest, ADatabaseSetsAsideServersOfLowerRank) {
  WriteConfig("database = \"file.db\"\n");
  EXPECT_EQ(Resolve()->database, "file.db");
  EXPECT_EQ(Resolve()->server, "");
  variables_["QUOTES_SERVER"] = "variable:2";
  EXPECT_EQ(Resolve()->server, "variable:2");
  EXPECT_EQ(Resolve()->database, "");
  flags_.database = "flag.db";
  EXPECT_EQ(Resolve()->database, "flag.db");
  EXPECT_EQ(Resolve()->server, "");
}

TEST_F(SettingsTest, ServerAndDatabaseInOnePlaceAreRefused) {
  flags_.server = "a:1";
  flags_.database = "b.db";
  EXPECT_THAT(Resolve(), HasCode(absl::StatusCode::kInvalidArgument));
  flags_ = {};
  WriteConfig("server = \"a:1\"\ndatabase = \"b.db\"\n");
  EXPECT_THAT(Resolve(), HasCode(absl::StatusCode::kInvalidArgument));
}

TEST_F(SettingsTest, FaultyFilesAreNamed) {
  for (const auto& [text, words] : std::map<std::string, std::string>{
           {"server = 1\n", "server"}, {"sever = \"a\"\n", "sever"}, {"\n\nserver = \n", ":3"}}) {
    WriteConfig(text);
    const auto settings = Resolve();
    EXPECT_THAT(settings, HasCode(absl::StatusCode::kInvalidArgument)) << text;
    EXPECT_THAT(std::string(settings.status().message()), HasSubstr(words));
    EXPECT_THAT(std::string(settings.status().message()), HasSubstr("quotectl.toml"));
  }
}

TEST_F(SettingsTest, TheNamedFileMustExist) {
  variables_["QUOTECTL_CONFIG"] = (dir_.path() / "absent.toml").string();
  EXPECT_THAT(Resolve(), HasCode(absl::StatusCode::kInvalidArgument));
  std::ofstream(dir_.path() / "absent.toml") << "server = \"named:4\"\n";
  EXPECT_EQ(Resolve()->server, "named:4");
}

TEST_F(SettingsTest, WithoutXdgTheHomeFolderIsRead) {
  variables_.erase("XDG_CONFIG_HOME");
  variables_["HOME"] = dir_.path().string();
  std::filesystem::create_directories(dir_.path() / ".config" / "quotes");
  std::ofstream(dir_.path() / ".config" / "quotes" / "quotectl.toml") << "server = \"home:5\"\n";
  EXPECT_EQ(Resolve()->server, "home:5");
}

TEST_F(SettingsTest, LanguageComesFromFlagFileOrLocale) {
  variables_["LANG"] = "zh_CN.UTF-8";
  EXPECT_EQ(Resolve()->lang, Lang::kChinese);
  variables_["LC_ALL"] = "en_GB.UTF-8";
  EXPECT_EQ(Resolve()->lang, Lang::kEnglish);
  variables_["LC_ALL"] = "";
  EXPECT_EQ(Resolve()->lang, Lang::kChinese);
  variables_["LC_ALL"] = "C";
  EXPECT_EQ(Resolve()->lang, Lang::kEnglish);
  WriteConfig("lang = \"zh\"\n");
  EXPECT_EQ(Resolve()->lang, Lang::kChinese);
  flags_.lang = "en";
  EXPECT_EQ(Resolve()->lang, Lang::kEnglish);
  flags_.lang = "fr";
  EXPECT_THAT(Resolve(), HasCode(absl::StatusCode::kInvalidArgument));
}

TEST_F(SettingsTest, ColourFollowsTerminalAndNoColor) {
  EXPECT_TRUE(UseColor(Color::kAuto, true, environment_));
  EXPECT_FALSE(UseColor(Color::kAuto, false, environment_));
  variables_["NO_COLOR"] = "";
  EXPECT_TRUE(UseColor(Color::kAuto, true, environment_));
  variables_["NO_COLOR"] = "1";
  EXPECT_FALSE(UseColor(Color::kAuto, true, environment_));
  EXPECT_TRUE(UseColor(Color::kAlways, false, environment_));
  EXPECT_FALSE(UseColor(Color::kNever, true, environment_));
}

TEST(TimeoutTest, ReadsDurationsAndSeconds) {
  EXPECT_EQ(ParseTimeout("5"), absl::Seconds(5));
  EXPECT_EQ(ParseTimeout("0.25"), absl::Milliseconds(250));
  EXPECT_EQ(ParseTimeout("500ms"), absl::Milliseconds(500));
  EXPECT_EQ(ParseTimeout("1m30s"), absl::Seconds(90));
  for (const char* bad : {"", "0", "-1", "-5s", "five", "inf", "5 s", "nan"}) {
    EXPECT_EQ(ParseTimeout(bad), std::nullopt) << bad;
  }
}

TEST_F(SettingsTest, TransportByRank) {
  EXPECT_FALSE(Resolve()->transport.tls);
  WriteConfig("tls = true\ntoken_file = \"file.token\"\nca = \"file.pem\"\n");
  EXPECT_TRUE(Resolve()->transport.tls);
  EXPECT_EQ(Resolve()->transport.token_file, "file.token");
  EXPECT_EQ(Resolve()->transport.ca_file, "file.pem");
  variables_["QUOTES_TOKEN_FILE"] = "variable.token";
  variables_["QUOTES_CA"] = "variable.pem";
  EXPECT_EQ(Resolve()->transport.token_file, "variable.token");
  EXPECT_EQ(Resolve()->transport.ca_file, "variable.pem");
  flags_.token_file = "flag.token";
  flags_.ca = "flag.pem";
  EXPECT_EQ(Resolve()->transport.token_file, "flag.token");
  EXPECT_EQ(Resolve()->transport.ca_file, "flag.pem");
  variables_.erase("QUOTES_TOKEN_FILE");
  variables_["QUOTES_TOKEN"] = "secret";
  EXPECT_EQ(Resolve()->transport.token, "");
  flags_.token_file.reset();
  EXPECT_EQ(Resolve()->transport.token, "secret");
  EXPECT_EQ(Resolve()->transport.token_file, "");
  variables_["QUOTES_TOKEN_FILE"] = "variable.token";
  EXPECT_THAT(Resolve(), HasCode(absl::StatusCode::kInvalidArgument));
}

TEST_F(SettingsTest, CertificatesMeanTls) {
  flags_.ca = "ca.pem";
  EXPECT_TRUE(Resolve()->transport.tls);
  flags_ = {};
  flags_.cert = "own.pem";
  EXPECT_THAT(Resolve(), HasCode(absl::StatusCode::kInvalidArgument));
  flags_.key = "own.key";
  EXPECT_TRUE(Resolve()->transport.tls);
  flags_ = {};
  variables_["QUOTES_TLS"] = "yes";
  EXPECT_THAT(Resolve(), HasCode(absl::StatusCode::kInvalidArgument));
  variables_["QUOTES_TLS"] = "true";
  EXPECT_TRUE(Resolve()->transport.tls);
  flags_.server = "unix:/run/quoted.sock";
  EXPECT_THAT(Resolve(), HasCode(absl::StatusCode::kInvalidArgument));
  WriteConfig("tls = \"true\"\n");
  EXPECT_THAT(Resolve(), HasCode(absl::StatusCode::kInvalidArgument));
}

TEST_F(SettingsTest, WhatTheFileSaysIsForItsOwnServer) {
  WriteConfig("server = \"file:1\"\ntls = true\ntoken_file = \"file.token\"\n");
  EXPECT_EQ(Resolve()->transport.token_file, "file.token");
  flags_.server = "127.0.0.1:2";
  EXPECT_EQ(Resolve()->transport.token_file, "");
  EXPECT_FALSE(Resolve()->transport.tls);
}

TEST_F(SettingsTest, NoTokenInTheClearToOtherMachines) {
  flags_.token_file = "a.token";
  for (const char* const local : {"127.0.0.1:1", "localhost:1", "[::1]:1", "unix:/run/q.sock",
                                  "dns:///localhost:1", "ipv4:127.0.0.9:1"}) {
    flags_.server = local;
    QUOTES_EXPECT_OK(Resolve());
  }
  for (const char* const remote :
       {"quotes.example.org:1", "10.0.0.7:1", "127.evil.example:1", "localhost.example.org:1",
        "[::2]:1", "ipv4:127.0.0.1:1,10.0.0.7:1", "dns://10.0.0.7/localhost:1", "xds:///a"}) {
    flags_.server = remote;
    EXPECT_THAT(Resolve(), HasCode(absl::StatusCode::kInvalidArgument)) << remote;
    flags_.insecure_send_token = true;
    QUOTES_EXPECT_OK(Resolve());
    flags_.insecure_send_token = false;
    flags_.tls = true;
    QUOTES_EXPECT_OK(Resolve());
    flags_.tls = false;
  }
}

}  // namespace
}  // namespace quotes::ctl
