// The files of collect pagelinks: written into a folder of their own, moved to their names when all are done.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "collect/link_joins.h"
#include "comm/communicator.h"
#include "corpus/flat_writers.h"

namespace linktrail::dist {

struct PartFiles {
  std::string output;       // folder
  std::string part_suffix;  // ".tsv" or ".tsv.gz"
  std::size_t parts = 0;
  std::vector<std::string> wikis;
};

class LinkFiles {
 public:
  // Collective. Makes the folder, without what a killed run left there.
  LinkFiles(PartFiles files, const comm::Communicator& comm);
  // Removes what was not published.
  ~LinkFiles();
  LinkFiles(const LinkFiles&) = delete;
  LinkFiles& operator=(const LinkFiles&) = delete;

  // Writes a part: parts are written in rising order on each rank, and lower ranks have lower parts. `bytes` are the
  // pages as by append_page, in any order. Not collective. Throws StorageError.
  GroupTally write_part(std::size_t part, std::string_view bytes, std::span<const PairRecord> pairs);

  // Collective. Joins the tables of the ranks and moves everything to its name; older parts go. Throws AgreedError.
  void publish(const comm::Communicator& comm);

  // Titles that the flat file cannot hold: with control characters, or empty. On this rank.
  std::uint64_t titles_left_out() const { return titles_left_out_; }

  std::vector<std::string> names() const;

 private:
  std::string partial(const std::string& name) const;
  // Where the file of this name goes: if a symbolic link stands there, what it points at.
  std::string final_path(const std::string& name) const;
  // Where it is before: in the folder, or beside that path if it cannot be renamed from there.
  std::string unfinished(const std::string& name) const;
  void remove_unfinished(const std::string& name) const;
  std::string part_name(std::size_t part) const;
  void write_titles(std::span<const Page> pages, std::span<const std::string_view> titles);
  void join_tables(const std::string& name, const std::string& header, int ranks) const;
  void replace_older() const;

  PartFiles files_;
  std::string folder_;
  bool is_root_;
  bool published_ = false;
  std::unique_ptr<FlatFileWriter> titles_, page_qids_;
  std::uint64_t titles_left_out_ = 0;
};

}  // namespace linktrail::dist
