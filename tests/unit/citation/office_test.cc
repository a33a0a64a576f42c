#include "service/citation/office.h"

#include <gtest/gtest.h>

#include <string_view>

namespace quotes::citation {
namespace {

constexpr FieldVerdict kMatch = FieldVerdict::kMatch;
constexpr FieldVerdict kMismatch = FieldVerdict::kMismatch;
constexpr FieldVerdict kUnknown = FieldVerdict::kUnknown;

Source::Metadata Of(std::string_view office, std::string_view body, std::string_view title) {
  Source::Metadata metadata{};
  metadata.office = office;
  metadata.body = body;
  metadata.title = title;
  return metadata;
}

TEST(Office, ThePlaceOfThePostCounts) {
  for (const std::string_view printed : {"省长", "省人民政府省长", "安徽省省长"}) {
    const Source::Metadata metadata =
        Of(printed, "安徽省第十四届人民代表大会第五次会议", "2026年安徽省政府工作报告");
    for (const std::string_view claimed :
         {"省长", "安徽省省长", "安徽省长", "安徽省人民政府省长", "时任安徽省省长",
          "安徽省委副书记、省长", "中共安徽省委副书记、省人民政府省长"}) {
      EXPECT_EQ(CompareOffice(claimed, metadata), kMatch) << claimed << " of " << printed;
    }
    for (const std::string_view claimed :
         {"江苏省省长", "江苏省长", "江苏省人民政府省长", "江苏省委副书记、省长",
          "内蒙古自治区主席", "安徽省副省长", "代省长", "原省长", "市长", "安徽省委书记", "长",
          "中国总理"}) {
      EXPECT_EQ(CompareOffice(claimed, metadata), kMismatch) << claimed << " of " << printed;
    }
  }
}

TEST(Office, ARegionIsAPlaceOfItsOwnKind) {
  const Source::Metadata metadata = Of("自治区主席", "", "2026年西藏自治区政府工作报告");
  EXPECT_EQ(CompareOffice("西藏自治区主席", metadata), kMatch);
  EXPECT_EQ(CompareOffice("西藏自治区人民政府主席", metadata), kMatch);
  EXPECT_EQ(CompareOffice("主席", metadata), kMatch);
  EXPECT_EQ(CompareOffice("广西壮族自治区主席", metadata), kMismatch);
  EXPECT_EQ(CompareOffice("政协主席", metadata), kMismatch);
}

TEST(Office, TheNationIsAPlaceToo) {
  const Source::Metadata metadata =
      Of("国务院总理", "第十四届全国人民代表大会第四次会议", "政府工作报告");
  EXPECT_EQ(CompareOffice("总理", metadata), kMatch);
  EXPECT_EQ(CompareOffice("国务院总理", metadata), kMatch);
  EXPECT_EQ(CompareOffice("中国总理", metadata), kMatch);
  EXPECT_EQ(CompareOffice("国务院副总理", metadata), kMismatch);
}

TEST(Office, WithoutAPlaceNothingIsConfirmed) {
  EXPECT_EQ(CompareOffice("安徽省省长", Of("长官", "", "")), kMismatch);
  EXPECT_EQ(CompareOffice("安徽省总督", Of("总督", "", "")), kUnknown);
  EXPECT_EQ(CompareOffice("总督", Of("总督", "", "")), kMatch);
  EXPECT_EQ(CompareOffice("省长", Of("", "安徽省人民代表大会", "")), kUnknown);
}

}  // namespace
}  // namespace quotes::citation
