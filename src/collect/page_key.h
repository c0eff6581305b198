// A page of a wiki in 64 bits: a number of the wiki above, the page id below.
#pragma once

#include <cstdint>

namespace linktrail {

// The number of a wiki is what the collection says: the hash of its name (WikiNames knows that no two share one) where
// ranks have no common list, its place in that list otherwise. Never 0, as page ids begin at 1.
using PageKey = std::uint64_t;

constexpr PageKey page_key(std::uint32_t wiki, std::uint32_t page_id) { return (std::uint64_t{wiki} << 32) | page_id; }
constexpr std::uint32_t wiki_of(PageKey page) { return static_cast<std::uint32_t>(page >> 32); }
constexpr std::uint32_t page_id_of(PageKey page) { return static_cast<std::uint32_t>(page); }

}  // namespace linktrail
