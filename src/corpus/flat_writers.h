// Streaming writers of the four flat files, plain or gzip by the suffix ".gz" of the name.
//
// A file grows under the name + ".partial" and takes its name in finish(), so a reader never sees half
// of one. A writer destroyed before finish() removes what it wrote. Every failure is a StorageError.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "corpus/flat_files.h"

namespace linktrail {

// Who may read a file. Sessions are personal data: kOwner is mode 0600 from the first byte on, whatever the umask.
enum class FileAccess { kAsUmask, kOwner };

// The common part: buffered text, synced and renamed at the end.
class FlatFileWriter {
 public:
  explicit FlatFileWriter(const std::string& path, FileAccess access = FileAccess::kAsUmask);
  ~FlatFileWriter();
  FlatFileWriter(FlatFileWriter&&) noexcept;

  void write(std::string_view text);
  // Appends a field and a separator; refuses (StorageError) a field that holds a tab or a line break.
  void write_field(std::string_view field, char separator);
  void write_qids(std::span<const Qid> qids);  // separated by spaces, nothing after the last

  // Flushes and syncs to disk, still under the partial name. Call once; no writing afterwards.
  void close();
  // Renames what close() left. Several files appear together, as far as names can, if all are closed first.
  void publish();
  // Both.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One session a line.
class SessionWriter {
 public:
  explicit SessionWriter(const std::string& path, FileAccess access = FileAccess::kAsUmask) : file_(path, access) {}
  void write(std::span<const Qid> session);
  void close() { file_.close(); }
  void publish() { file_.publish(); }
  void finish() { file_.finish(); }

 private:
  FlatFileWriter file_;
};

// Header, then one row an article and wiki. kNoQid is written as NULL.
class LinkWriter {
 public:
  explicit LinkWriter(const std::string& path);
  void write(const LinkRow& row);
  void finish() { file_.finish(); }

 private:
  FlatFileWriter file_;
};

// qid<TAB>label.
class LabelWriter {
 public:
  explicit LabelWriter(const std::string& path) : file_(path) {}
  void write(Qid qid, std::string_view label);
  void finish() { file_.finish(); }

 private:
  FlatFileWriter file_;
};

// qid<TAB>title, or wiki_db<TAB>qid<TAB>title where wiki_db is not empty.
class TitleWriter {
 public:
  explicit TitleWriter(const std::string& path) : file_(path) {}
  void write(Qid qid, std::string_view title, std::string_view wiki_db = {});
  void finish() { file_.finish(); }

 private:
  FlatFileWriter file_;
};

}  // namespace linktrail
