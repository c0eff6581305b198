#include "dist/collect_links_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "collect/rule_counts.h"
#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/error.h"
#include "core/output_path.h"
#include "snapshot/atomic_file.h"

namespace linktrail::dist {

namespace {

constexpr const char* kFolder = ".collect-pagelinks.partial";
constexpr const char* kTitles = "titles.tsv";
constexpr const char* kPageQids = "page_qids.tsv";
constexpr const char* kPageQidsHeader = "wiki_db\tpage_id\tqid\n";

std::string of_rank(const std::string& name, int rank) { return fmt::format("{}.{:05d}", name, rank); }

// What a line of a flat file can hold.
bool is_line_text(std::string_view title) {
  return !title.empty() && title.find_first_of(std::string_view("\t\n\r\0", 4)) == std::string_view::npos;
}

// "pagelinks-00012.tsv", plain or compressed: a part of an earlier run. Nothing else is removed.
bool is_part_name(const std::string& name) {
  constexpr std::string_view kStart = "pagelinks-";
  constexpr std::string_view kSuffixes[] = {".tsv", ".tsv.gz", ".tsv.bz2", ".tsv.zst"};
  return name.size() > kStart.size() + 5 && name.starts_with(kStart) &&
         std::all_of(name.begin() + 10, name.begin() + 15, [](char c) { return c >= '0' && c <= '9'; }) &&
         std::ranges::find(kSuffixes, std::string_view(name).substr(15)) != std::end(kSuffixes);
}

// Whether a file can be renamed from one folder to the other: it cannot between mounts, even of one file system.
bool can_rename_between(const std::filesystem::path& from, const std::filesystem::path& to) {
  constexpr unsigned kWanted = STATX_MNT_ID;
  struct statx a = {}, b = {};
  return ::statx(AT_FDCWD, from.c_str(), 0, kWanted, &a) == 0 && ::statx(AT_FDCWD, to.c_str(), 0, kWanted, &b) == 0 &&
         (a.stx_mask & b.stx_mask & kWanted) != 0 && a.stx_mnt_id == b.stx_mnt_id &&
         a.stx_dev_major == b.stx_dev_major && a.stx_dev_minor == b.stx_dev_minor;
}

struct PagesOfPart {
  std::vector<Page> pages;
  std::vector<std::string_view> titles;
};

PagesOfPart sorted_pages(std::string_view bytes) {
  std::vector<std::pair<Page, std::string_view>> all;
  for_each_page(bytes, [&](const Page& page, std::string_view title) { all.emplace_back(page, title); });
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return page_key(a.first.wiki, a.first.page) < page_key(b.first.wiki, b.first.page);
  });
  PagesOfPart sorted;
  for (const auto& [page, title] : all) {
    sorted.pages.push_back(page);
    sorted.titles.push_back(title);
  }
  return sorted;
}

}  // namespace

LinkFiles::LinkFiles(PartFiles files, const comm::Communicator& comm)
    : files_(std::move(files)), folder_(files_.output + "/" + kFolder), is_root_(comm.is_root()) {
  comm::agreed_on_root(comm, [&] {
    std::filesystem::remove_all(folder_);
    create_folders(folder_);
  });
  comm::agreed(comm, [&] {
    titles_ = std::make_unique<FlatFileWriter>(partial(of_rank(kTitles, comm.rank())));
    page_qids_ = std::make_unique<FlatFileWriter>(partial(of_rank(kPageQids, comm.rank())));
  });
}

LinkFiles::~LinkFiles() {
  titles_.reset();
  page_qids_.reset();
  if (!is_root_ || published_) return;
  for (const char* name : {kTitles, kPageQids}) remove_unfinished(name);
  // Other ranks are removing their own files at the same time, which ends a removal early. A later run clears the
  // folder too.
  constexpr int kTries = 5;
  for (int i = 0; i < kTries; ++i) {
    std::error_code fault;
    std::filesystem::remove_all(folder_, fault);
    if (!fault) return;
  }
}

// One that could not be in the folder.
void LinkFiles::remove_unfinished(const std::string& name) const {
  try {
    std::filesystem::remove(unfinished(name));
  } catch (const std::exception&) {  // a path that is refused, or cannot be removed: no more can be done
  }
}

std::string LinkFiles::partial(const std::string& name) const { return folder_ + "/" + name; }

std::string LinkFiles::final_path(const std::string& name) const { return output_path(files_.output + "/" + name); }

std::string LinkFiles::unfinished(const std::string& name) const {
  const std::filesystem::path path = final_path(name);
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  return can_rename_between(folder_, parent) ? partial(name) : path.string() + ".partial";
}

std::string LinkFiles::part_name(std::size_t part) const {
  return fmt::format("pagelinks-{:05d}{}", part, files_.part_suffix);
}

std::vector<std::string> LinkFiles::names() const {
  std::vector<std::string> names;
  for (std::size_t part = 0; part < files_.parts; ++part) names.push_back(part_name(part));
  names.push_back(kTitles);
  names.push_back(kPageQids);
  return names;
}

GroupTally LinkFiles::write_part(std::size_t part, std::string_view bytes, std::span<const PairRecord> pairs) {
  const PagesOfPart sorted = sorted_pages(bytes);
  LinkWriter writer(partial(part_name(part)));
  const GroupTally tally = group_links(sorted.pages, pairs, [&](const ArticleLinks& links) {
    writer.write({files_.wikis[links.wiki], links.page, links.qid, links.outlinks});
  });
  writer.finish();
  write_titles(sorted.pages, sorted.titles);
  return tally;
}

void LinkFiles::write_titles(std::span<const Page> pages, std::span<const std::string_view> titles) {
  for (std::size_t i = 0; i < pages.size(); ++i) {
    if (pages[i].qid == kNoQid) continue;
    const std::string& wiki = files_.wikis[pages[i].wiki];
    page_qids_->write(fmt::format("{}\t{}\tQ{}\n", wiki, pages[i].page, pages[i].qid));
    if (is_line_text(titles[i]))
      titles_->write(fmt::format("{}\tQ{}\t{}\n", wiki, pages[i].qid, titles[i]));
    else
      ++titles_left_out_;
  }
}

void LinkFiles::join_tables(const std::string& name, const std::string& header, int ranks) const {
  FlatFileWriter whole(unfinished(name));
  whole.write(header);
  std::vector<char> block(1UL << 20);
  for (int rank = 0; rank < ranks; ++rank) {
    const std::string path = partial(of_rank(name, rank));
    std::ifstream file(path, std::ios::binary);
    while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0)
      whole.write({block.data(), static_cast<std::size_t>(file.gcount())});
    if (!file.eof()) throw StorageError(fmt::format("{}: cannot be read back; check the disk", path));
    std::filesystem::remove(path);
  }
  whole.finish();
}

void LinkFiles::replace_older() const {
  for (const std::string& name : names()) final_path(name);  // refuses folders and devices
  // First of all: a record must not vouch for what a killed run left.
  std::filesystem::remove(files_.output + "/" + kCollectRecord);
  sync_folder(files_.output);
  std::vector<std::filesystem::path> older;
  for (const auto& entry : std::filesystem::directory_iterator(files_.output))
    if (is_part_name(entry.path().filename().string())) older.push_back(entry.path());
  for (const auto& path : older) std::filesystem::remove(path);
  for (const std::string& name : names()) std::filesystem::rename(unfinished(name), final_path(name));
  sync_folder(files_.output);
  std::filesystem::remove_all(folder_);
}

void LinkFiles::publish(const comm::Communicator& comm) {
  comm::agreed(comm, [&] {
    titles_->finish();
    page_qids_->finish();
  });
  comm::agreed(comm, [&] {
    if (comm.is_root()) join_tables(kTitles, "", comm.size());
    if (comm.rank() == comm.size() - 1) join_tables(kPageQids, kPageQidsHeader, comm.size());
  });
  comm::agreed_on_root(comm, [&] { replace_older(); });
  published_ = true;
}

}  // namespace linktrail::dist
