// Rows of an exported pageview log: which are views of articles by readers, in the order of the rules.
//
// About 60 ns a row: fields are found once, names of wikis and days are remembered, nothing is allocated.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "collect/pageview_columns.h"
#include "collect/timestamp.h"
#include "collect/view.h"
#include "collect/wiki_names.h"

namespace linktrail {

// Whether the plain bugs of the pipeline in use are repeated (docs/operations.md has the list).
enum class Compat { kFixed, kOriginal };

// What to do with a row that cannot be understood.
enum class Malformed { kRefuse, kSkip };

// Why a row is no view, in the order in which it is asked.
enum class RowRule : std::uint8_t {
  kMalformed,    // number of columns, or a value that cannot be read
  kNotPageview,  // is_pageview is false or NULL
  kAgent,        // another agent type
  kAccess,       // the access method that is left out
  kProject,      // no Wikipedia, or no wiki at all
  kNamespace,    // another namespace
  kNothing,      // actor, timestamp or page id is NULL or empty
  kCount,        // of rules; of a row: it is a view
};
inline constexpr std::size_t kRowRules = static_cast<std::size_t>(RowRule::kCount);

inline constexpr const char* kAny = "any";  // for a filter: keep all

struct RowFilters {
  std::string agent_type = "user";
  std::string drop_access = "mobile app";
  std::string name_space = "0";
  std::string is_pageview = "true";
  Compat compat = Compat::kFixed;
};

// Two seeds that turn signatures into actors. Drawn anew in every run and known to its ranks only: nothing that is
// written depends on them, and a number seen in one run means nothing in another.
struct ActorKey {
  std::uint64_t first = 0, second = 0;
};

class PageviewRows {
 public:
  PageviewRows(RowFilters filters, ActorKey key) : filters_(std::move(filters)), key_(key) {}

  // Reads a row of a file with these columns. kCount: `view` is set. kMalformed: fault() says why.
  RowRule parse(std::string_view line, const PageviewColumns& columns, View& view);

  // What was expected, without any of the row: rows name readers.
  const char* fault() const { return fault_; }

  WikiNames& wikis() { return wikis_; }

 private:
  using Fields = std::array<std::string_view, PageviewColumns::kMost>;

  struct Wiki {
    bool known = false;  // a Wikipedia
    std::uint32_t hash = 0;
  };

  RowRule malformed(const char* expected) {
    fault_ = expected;
    return RowRule::kMalformed;
  }
  RowRule filter(const Fields& fields, const PageviewColumns& columns);
  Wiki wiki(std::string_view text, const PageviewColumns& columns);
  Wiki look_up(std::string_view text, const PageviewColumns& columns);

  RowFilters filters_;
  ActorKey key_;
  WikiNames wikis_;
  TimestampParser times_;
  std::unordered_map<std::string, Wiki> seen_;  // by the text of the column; of both kinds of column, which differ
  std::string last_text_;
  std::uint32_t last_kind_ = PageviewColumns::kNone;
  Wiki last_;
  Wiki current_;
  const char* fault_ = "";
};

}  // namespace linktrail
