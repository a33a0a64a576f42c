#include "service/archive/series_key.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/archive/document.h"
#include "service/archive/packed_document.h"

namespace quotes::archive {
namespace {

struct Head {
  std::string body{};
  std::string event{};
  std::string title{};
  std::string office{};
};

std::u32string KeyOf(const Head& head) {
  Document document;
  document.report_id = "r";
  document.revision = 1;
  report::Metadata& metadata = document.content.metadata;
  metadata.body = head.body;
  metadata.event = head.event;
  metadata.title = head.title;
  metadata.office = head.office;
  return SeriesKey(*Pack(document, 1));
}

TEST(SeriesKeyTest, TheStateCouncilHasOneSeries) {
  const std::u32string key = KeyOf({.body = "国务院"});
  EXPECT_FALSE(key.empty());
  EXPECT_EQ(KeyOf({"国务院", "第十四届全国人民代表大会第二次会议", "政府工作报告"}), key);
  EXPECT_EQ(KeyOf({"国务院", "第五届全国人民代表大会"}), key);
  EXPECT_EQ(KeyOf({"國務院", "全國人民代表大會"}), key);
  EXPECT_EQ(KeyOf({"中华人民共和国国务院", "第一届全国人民代表大会第三次会议"}), key);
  EXPECT_EQ(KeyOf({"", "中华人民共和国第一届全国人民代表大会第三次会议"}), key);
  EXPECT_EQ(KeyOf({"中央人民政府"}), key);
  // A document of the party and the government is no report of the government.
  EXPECT_NE(KeyOf({"中共中央和国务院"}), key);
  EXPECT_EQ(KeyOf({"中共中央 国务院"}), KeyOf({"中共中央、国务院"}));
  EXPECT_EQ(KeyOf({"", "", "政府工作报告", "国务院总理"}), key);
  // What it says to another body is no annual report.
  EXPECT_NE(KeyOf({"国务院", "第十四届全国人民代表大会常务委员会第八次会议"}), key);
  EXPECT_NE(KeyOf({"最高人民法院", "第十四届全国人民代表大会第二次会议"}), key);
  EXPECT_NE(KeyOf({"", "第十四届全国人民代表大会第二次会议", "最高人民法院工作报告"}), key);
}

TEST(SeriesKeyTest, ThePartyHasOneSeries) {
  const std::u32string key = KeyOf({"第十九届中央委员会", "中国共产党第二十次全国代表大会"});
  EXPECT_FALSE(key.empty());
  EXPECT_EQ(KeyOf({"中国共产党第十一届中央委员会", "党的第十二次全国代表大会"}), key);
  EXPECT_EQ(KeyOf({"中央委員會"}), key);
  EXPECT_EQ(KeyOf({"", "中国共产党第二十次全国代表大会"}), key);
  EXPECT_NE(KeyOf({"共青团中央委员会"}), key);
  EXPECT_NE(KeyOf({"第十九届中央委员会", "中国共产党第十九届中央委员会第五次全体会议"}), key);
  EXPECT_NE(KeyOf({.body = "国务院"}), key);
}

TEST(SeriesKeyTest, PlacesAreFoundWhereverAReportNamesThem) {
  const std::u32string anhui = KeyOf({"安徽省人民政府", "安徽省第十四届人民代表大会第四次会议"});
  EXPECT_FALSE(anhui.empty());
  EXPECT_EQ(KeyOf({"省人民政府", "安徽省第十三届人民代表大会第一次会议"}), anhui);
  EXPECT_EQ(KeyOf({"省政府", "", "2026年安徽省政府工作报告"}), anhui);
  EXPECT_EQ(KeyOf({"省政府", "", "安徽省2026年度政府工作报告"}), anhui);
  EXPECT_EQ(KeyOf({"全省人民政府", "", "", "安徽省省长"}), anhui);
  EXPECT_EQ(KeyOf({"省人民政府", "", "政府工作报告", "安徽省人民政府省长"}), anhui);
  EXPECT_EQ(KeyOf({"人民政府", "安徽省第十四届人民代表大会第四次会议"}), anhui);
  EXPECT_EQ(KeyOf({"", "安徽省第十四届人民代表大会第四次会议"}), anhui);
  EXPECT_EQ(KeyOf({"", "", "安徽省政府工作报告"}), anhui);
  EXPECT_EQ(KeyOf({.body = "安徽省人民政府"}), anhui);
  EXPECT_NE(KeyOf({"省人民政府", "山西省第十四届人民代表大会第五次会议"}), anhui);
  EXPECT_NE(KeyOf({"省高级人民法院", "安徽省第十四届人民代表大会第四次会议"}), anhui);
  EXPECT_EQ(KeyOf({"自治区人民政府", "", "", "广西壮族自治区主席"}),
            KeyOf({.body = "广西壮族自治区人民政府"}));
  EXPECT_EQ(KeyOf({"市中区人民政府", "枣庄市市中区第十九届人民代表大会第一次会议"}),
            KeyOf({"区人民政府", "枣庄市市中区第十八届人民代表大会第五次会议"}));
  EXPECT_EQ(KeyOf({"市中区人民政府", "", "枣庄市市中区政府工作报告"}),
            KeyOf({"区人民政府", "枣庄市市中区第十八届人民代表大会第五次会议"}));
  EXPECT_NE(KeyOf({"市中区人民政府", "市中区第十八届人民代表大会", "枣庄市市中区政府工作报告"}),
            KeyOf({"市中区人民政府", "市中区第十八届人民代表大会", "济南市市中区政府工作报告"}));
  EXPECT_EQ(KeyOf({"县人民政府", "于都县第十八届人民代表大会第三次会议"}),
            KeyOf({.body = "于都县人民政府"}));
  EXPECT_FALSE(KeyOf({"县人民政府",
                      "云南省临沧市双江拉祜族佤族布朗族傣族自治县第十七届人民代表大会第一次会议"})
                   .empty());
  EXPECT_NE(KeyOf({"特别行政区政府", "", "香港特别行政区政府施政报告"}),
            KeyOf({"特别行政区政府", "", "澳门特别行政区政府施政报告"}));
  EXPECT_EQ(KeyOf({"特别行政区政府", "", "香港特别行政区政府施政报告"}),
            KeyOf({.body = "香港特别行政区政府"}));
  EXPECT_NE(KeyOf({.body = "吉林省人民政府"}), KeyOf({.body = "吉林市人民政府"}));
  EXPECT_NE(KeyOf({"市人民政府", "吉林市第十七届人民代表大会"}),
            KeyOf({"省人民政府", "吉林省第十四届人民代表大会"}));
  // Numerals of names count nothing.
  EXPECT_NE(KeyOf({.body = "北京市第一中级人民法院"}), KeyOf({.body = "北京市第二中级人民法院"}));
  EXPECT_NE(KeyOf({.body = "新疆生产建设兵团第一师"}), KeyOf({.body = "新疆生产建设兵团第八师"}));
  EXPECT_NE(KeyOf({.body = "三亚市人民政府"}), KeyOf({.body = "亚市人民政府"}));
}

TEST(SeriesKeyTest, PlacesWithAndWithoutThoseAboveThem) {
  for (const auto& [full, brief] : {std::pair("河北省沧州市孟村回族自治县", "孟村回族自治县"),
                                    {"上海市浦东新区", "浦东新区"},
                                    {"河北省石家庄市", "石家庄市"},
                                    {"新疆维吾尔自治区伊犁哈萨克自治州", "伊犁哈萨克自治州"},
                                    {"湖南省常德市津市市", "津市市"},
                                    {"江苏省苏州市昆山市", "昆山市"},
                                    {"内蒙古自治区锡林郭勒盟正蓝旗", "正蓝旗"},
                                    {"山东省枣庄市市中区", "枣庄市市中区"},
                                    {"湖北省荆州市沙市区", "荆州市沙市区"},
                                    {"吉林省吉林市", "吉林市"}}) {
    for (const char* const organisation :
         {"人民政府", "人民代表大会常务委员会", "高级人民法院", "人民检察院"}) {
      EXPECT_EQ(KeyOf({.body = absl::StrCat(full, organisation)}),
                KeyOf({.body = absl::StrCat(brief, organisation)}))
          << full << organisation;
    }
    EXPECT_EQ(KeyOf({.event = absl::StrCat(full, "第十八届人民代表大会第五次会议")}),
              KeyOf({.body = absl::StrCat(brief, "人民政府")}));
  }
  // Theirs alone these names are not.
  EXPECT_NE(KeyOf({.body = "南京市鼓楼区人民政府"}), KeyOf({.body = "福州市鼓楼区人民政府"}));
  EXPECT_NE(KeyOf({.body = "南京市鼓楼区人民政府"}), KeyOf({.body = "鼓楼区人民政府"}));
  EXPECT_NE(KeyOf({.body = "成都市高新区人民政府"}), KeyOf({.body = "西安市高新区人民政府"}));
  EXPECT_NE(KeyOf({.body = "于都县城关镇人民政府"}), KeyOf({.body = "和县城关镇人民政府"}));
  EXPECT_NE(KeyOf({.body = "吉林省人民政府"}), KeyOf({.body = "吉林省吉林市人民政府"}));
}

TEST(SeriesKeyTest, StandingCommitteesHaveShortNames) {
  const std::u32string key = KeyOf({.body = "浙江省第十三届人民代表大会常务委员会"});
  EXPECT_FALSE(key.empty());
  EXPECT_EQ(KeyOf({.body = "浙江省人大常委会"}), key);
  EXPECT_EQ(KeyOf({.body = "浙江省第十四届人大常务委员会"}), key);
  EXPECT_EQ(KeyOf({"省人大常委会", "浙江省第十四届人民代表大会第四次会议"}), key);
  EXPECT_NE(KeyOf({.body = "浙江省人民政府"}), key);
  EXPECT_NE(KeyOf({.body = "浙江省人民代表大会"}), key);
  EXPECT_NE(KeyOf({.body = "杭州市人大常委会"}), key);
  EXPECT_EQ(KeyOf({.body = "全国人大常委会"}), KeyOf({.body = "全国人民代表大会常务委员会"}));
}

TEST(SeriesKeyTest, PartyCommitteesOfAPlace) {
  const std::u32string beijing = KeyOf({.body = "中共北京市委"});
  EXPECT_FALSE(beijing.empty());
  EXPECT_EQ(KeyOf({"中国共产党北京市第十二届委员会", "中国共产党北京市第十三次代表大会"}), beijing);
  EXPECT_EQ(KeyOf({"市委", "中国共产党北京市第十三次代表大会"}), beijing);
  EXPECT_NE(KeyOf({.body = "北京市人民政府"}), beijing);
  EXPECT_NE(KeyOf({"省委", "中国共产党浙江省第十四次代表大会"}), beijing);
  EXPECT_FALSE(KeyOf({"省委", "中国共产党浙江省第十四次代表大会"}).empty());
}

TEST(SeriesKeyTest, WithoutItsPlaceAReportIsOfNoSeries) {
  EXPECT_TRUE(KeyOf({}).empty());
  EXPECT_TRUE(KeyOf({.body = "省人民政府"}).empty());
  EXPECT_TRUE(KeyOf({"省人民政府", "", "政府工作报告", "省长"}).empty());
  EXPECT_TRUE(KeyOf({"省人民政府", "", "", "省委副书记、省长"}).empty());
  EXPECT_TRUE(KeyOf({"政府", "", "在新的起点上加快建设强市的政府工作报告"}).empty());
  // A place of another kind is not the province's.
  EXPECT_TRUE(KeyOf({"省人民政府", "合肥市第十七届人民代表大会第四次会议"}).empty());
}

TEST(SeriesKeyTest, OtherBodiesByNameAndEvent) {
  EXPECT_EQ(KeyOf({"甲公司", "2023年董事会第一次会议"}), KeyOf({"甲公司", "2024年董事会"}));
  EXPECT_NE(KeyOf({"甲公司", "董事会"}), KeyOf({"乙公司", "董事会"}));
  EXPECT_NE(KeyOf({"甲公司", "董事会"}), KeyOf({"甲公司", "股东会"}));
  EXPECT_EQ(KeyOf({"", "2023年董事会"}), KeyOf({"", "2024年董事会"}));
}

}  // namespace
}  // namespace quotes::archive
