#include "service/report/no_report.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "tests/support/status_matchers.h"

namespace quotes::report {
namespace {

std::string_view Read(std::string_view text) {
  const auto source = text::Decode(text, text::Encoding::kUtf8);
  QUOTES_EXPECT_OK(source);
  const auto report = ParseReport(*source);
  QUOTES_EXPECT_OK(report);
  return WhatElse(*report);
}

TEST(WhatElse, KnowsWhatSitesSayInsteadOfAText) {
  for (const std::string_view page :
       {"504 Gateway Timeout\nThe server did not answer in time. Please try again later.\n",
        "站点提示\n您好，您要看的网页不存在或已经移走。\n返回上一级\n",
        "欢迎回来\n用户登录\n忘记密码请联系信息中心。\n",
        "请在浏览器设置中启用JavaScript，然后刷新本页。\n",
        "Please enable JavaScript to view this site.\n"}) {
    EXPECT_EQ(Read(page), "an error page or another page without a text") << page;
  }
}

TEST(WhatElse, KnowsAPageWhoseTextAScriptFetches) {
  const std::string page =
      "关于全市计划执行情况的报告\n来源：某市日报　2025-01-20\n版权所有：某市人民政府\n";
  EXPECT_EQ(Read(page), "an error page or another page without a text");
  EXPECT_EQ(Read(page + "全市经济平稳运行，民生持续改善，完成了全年的任务。\n"), "");
}

TEST(WhatElse, KnowsProgramsAndData) {
  EXPECT_EQ(Read("package main\nimport \"fmt\"\nfunc main() {\n\tfmt.Println(\"同志们好。\")\n}\n"),
            "the source of a program");
  EXPECT_EQ(Read("[{\"标题\": \"讲话\", \"正文\": \"要抓好落实。\"}]\n"), "data");
  EXPECT_EQ(Read("<?xml version=\"1.0\"?>\n<notes><note>要抓好落实。</note></notes>\n"), "data");
  EXPECT_EQ(Read("县区,2021,2022\n东湖,12,14\n西山,9,11\n"), "a table of values");
  EXPECT_EQ(Read("2023-05-06 07:08:09 backup begins\n2023-05-06 07:08:10 backup ends\n"
                 "2023-05-06 07:08:11 next backup in 3600 s\n"),
            "a log");
  EXPECT_EQ(Read("工作动态\n东湖区召开会议 2023-05-06\n西山区检查防汛 2023-05-04\n"
                 "南岭区推进改革 2023-05-02\n"),
            "a list of pages");
}

TEST(WhatElse, KeepsReportsHoweverShort) {
  for (const std::string_view report :
       {"开学致辞\n同学们：\n欢迎你们。祝大家学业有成！\n",
        "在网络安全宣传周上的讲话\n副市长　周宁\n忘记密码不可怕，可怕的是用户登录时没有防备。\n",
        "要抓好春耕生产。\n", "一、总体要求\n二、主要任务\n三、保障措施\n",
        "指标如下，\n粮食,略有增长\n蔬菜,大幅增长。\n",
        "Remarks\nWe will build the bridge. (Applause.)\nThank you.\n",
        "会议指出，页面虽小，责任重大；\n会议强调，链接虽短，意义深远；\n",
        "> The bridge will be open before the winter,\n> and the road behind it in spring.\n"
        "> Two schools follow in the year after that.\n"}) {
    EXPECT_EQ(Read(report), "") << report;
  }
}

}  // namespace
}  // namespace quotes::report
