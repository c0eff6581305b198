#include "collect/sql_row.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace linktrail {
namespace {

struct Scan {
  TupleEnd end;
  std::size_t length;
  std::vector<std::string> values;  // texts decoded, NULL as "NULL"
};

Scan scan(const std::string& text) {
  const std::string padded = text + std::string(64, '\0');
  std::vector<SqlField> fields;
  const ScannedTuple tuple = scan_tuple(padded.data(), padded.data() + text.size(), fields);
  Scan result{tuple.end, static_cast<std::size_t>(tuple.position - padded.data()), {}};
  std::string scratch;
  for (const SqlField& field : fields) {
    const auto decoded = text_of(field, scratch);
    result.values.emplace_back(decoded                        ? std::string(*decoded)
                               : field.kind == SqlKind::kNull ? "NULL"
                                                              : std::string(field.raw()));
  }
  return result;
}

using Values = std::vector<std::string>;

TEST(ScanTuple, ReadsNumbersTextsAndNull) {
  const Scan row = scan("(12,-1,'Alpha',0.5e-3,NULL),(2");
  EXPECT_EQ(row.end, TupleEnd::kComplete);
  EXPECT_EQ(row.length, 27U);
  EXPECT_EQ(row.values, (Values{"12", "-1", "Alpha", "0.5e-3", "NULL"}));
}

TEST(ScanTuple, DecodesEscapes) {
  EXPECT_EQ(scan(R"(('It\'s','a\\','\"x\"','\\\'','q''q',''))").values,
            (Values{"It's", "a\\", "\"x\"", "\\'", "q'q", ""}));
  EXPECT_EQ(scan(R"(('\0\n\r\t\Z\b\q'))").values, (Values{std::string("\0\n\r\t\x1a\bq", 7)}));
}

TEST(ScanTuple, TakesBytesThatAreNoUtf8AndParenthesesInTexts) {
  EXPECT_EQ(scan("('\xff\xfe\n\x80',')','(1,2),')").values, (Values{"\xff\xfe\n\x80", ")", "(1,2),"}));
}

TEST(ScanTuple, TakesHexLiteralsAndCharacterSets) {
  EXPECT_EQ(scan("(0x4142,x'4344',_binary 'E\\'F',_utf8mb4'G')").values, (Values{"AB", "CD", "E'F", "G"}));
}

TEST(ScanTuple, FindsQuotesAtAnyDistance) {
  for (std::size_t length = 0; length < 70; ++length) {
    const std::string text(length, 'x');
    EXPECT_EQ(scan("('" + text + "',7)").values, (Values{text, "7"})) << length;
    EXPECT_EQ(scan("('" + text + "\\'" + text + "')").values, (Values{text + "'" + text})) << length;
  }
}

TEST(ScanTuple, AsksForMoreAtEveryCut) {
  const std::string row = R"((12,'It\'s','q''q',NULL,0x41,_binary 'x', -5 ))";
  for (std::size_t cut = 1; cut < row.size(); ++cut)
    EXPECT_EQ(scan(row.substr(0, cut)).end, TupleEnd::kNeedsMore) << row.substr(0, cut);
  EXPECT_EQ(scan(row).end, TupleEnd::kComplete);
}

TEST(ScanTuple, RefusesWhatIsNoTuple) {
  for (const char* text : {"(1;2)", "(1 2)", "(,1)", "()", "(a)", "('x'y)", "(NULLS)", "(x 'ab')"})
    EXPECT_EQ(scan(text).end, TupleEnd::kBroken) << text;
}

TEST(UnsignedOf, TakesWholeNumbersInRange) {
  const auto number = [](std::string_view text) {
    return unsigned_of({text.data(), static_cast<std::uint32_t>(text.size()), SqlKind::kNumber}, 4294967295);
  };
  EXPECT_EQ(number("0"), 0U);
  EXPECT_EQ(number("4294967295"), 4294967295U);
  for (const char* text : {"4294967296", "-1", "1.5", "", "99999999999999999999", "1e3"})
    EXPECT_EQ(number(text), std::nullopt) << text;
}

}  // namespace
}  // namespace linktrail
