#include "corpus/flat_writers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "core/output_path.h"

namespace linktrail {

namespace {

constexpr std::size_t kBufferBytes = 256UL << 10;  // text collected before a call of zlib or write()

// A partial file that a killed run left is made anew for the owner only: its mode, and who has it open, are not ours.
int create(const std::string& partial, FileAccess access) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC;
  if (access == FileAccess::kAsUmask) return ::open(partial.c_str(), kFlags | O_TRUNC, 0666);
  ::unlink(partial.c_str());
  return ::open(partial.c_str(), kFlags | O_EXCL, 0600);
}

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw StorageError(fmt::format("{}: {} ({}); check the folder, its permissions and the free space", path, what,
                                 std::strerror(errno)));
}

}  // namespace

struct FlatFileWriter::State {
  std::string path, partial, buffer;
  int fd = -1;  // kept beside zlib's copy, to sync before the rename
  gzFile stream = nullptr;
  bool finished = false;

  State(const std::string& name, FileAccess access) : path(output_path(name).string()), partial(path + ".partial") {
    fd = create(partial, access);
    if (fd < 0) fail(partial, "cannot be written");
    // "T" makes zlib pass the bytes through, so that plain and gzip files share one path.
    const char* mode = name.ends_with(".gz") ? "wb6" : "wbT";
    const int copy = ::dup(fd);
    stream = copy < 0 ? nullptr : ::gzdopen(copy, mode);
    if (stream == nullptr) fail(partial, "cannot be written");
    buffer.reserve(kBufferBytes + 4096);
  }

  ~State() {
    if (stream != nullptr) ::gzclose(stream);
    if (fd >= 0) ::close(fd);
    if (!finished) ::unlink(partial.c_str());
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void flush() {
    if (buffer.empty()) return;
    if (::gzwrite(stream, buffer.data(), static_cast<unsigned>(buffer.size())) <= 0) fail(partial, "cannot be written");
    buffer.clear();
  }

  void close() {
    flush();
    if (::gzclose(std::exchange(stream, nullptr)) != Z_OK) fail(partial, "cannot be written");
    if (::fsync(fd) != 0 || ::close(std::exchange(fd, -1)) != 0) fail(partial, "cannot be synced");
  }

  void publish() {
    if (std::rename(partial.c_str(), path.c_str()) != 0) fail(path, "cannot be renamed from its partial file");
    finished = true;
  }
};

FlatFileWriter::FlatFileWriter(const std::string& path, FileAccess access)
    : state_(std::make_unique<State>(path, access)) {}
FlatFileWriter::~FlatFileWriter() = default;
FlatFileWriter::FlatFileWriter(FlatFileWriter&&) noexcept = default;

void FlatFileWriter::write(std::string_view text) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, kBufferBytes);
    state_->buffer += part;
    text.remove_prefix(part.size());
    if (state_->buffer.size() >= kBufferBytes) state_->flush();
  }
}

void FlatFileWriter::write_field(std::string_view field, char separator) {
  if (field.find_first_of("\t\r\n") != std::string_view::npos)
    throw StorageError(fmt::format("{}: the field '{}' holds a tab or a line break, which the flat file cannot carry",
                                   state_->path, printable(field)));
  write(field);
  write({&separator, 1});
}

void FlatFileWriter::write_qids(std::span<const Qid> qids) {
  std::string& out = state_->buffer;
  const char* gap = "";
  for (const Qid qid : qids) {
    fmt::format_to(std::back_inserter(out), "{}Q{}", std::exchange(gap, " "), qid);
    if (out.size() >= kBufferBytes) state_->flush();
  }
}

void FlatFileWriter::close() { state_->close(); }

void FlatFileWriter::publish() { state_->publish(); }

void FlatFileWriter::finish() {
  close();
  publish();
}

void SessionWriter::write(std::span<const Qid> session) {
  file_.write_qids(session);
  file_.write("\n");
}

LinkWriter::LinkWriter(const std::string& path) : file_(path) {
  file_.write("wiki_db\tpid_from\tqid_from\toutlinks\n");
}

void LinkWriter::write(const LinkRow& row) {
  file_.write_field(row.wiki_db, '\t');
  file_.write(fmt::format("{}\t", row.page_id));
  file_.write(row.qid_from == kNoQid ? "NULL\t" : fmt::format("Q{}\t", row.qid_from));
  file_.write_qids(row.outlinks);
  file_.write("\n");
}

void LabelWriter::write(Qid qid, std::string_view label) {
  file_.write(fmt::format("Q{}\t", qid));
  file_.write_field(label, '\n');
}

void TitleWriter::write(Qid qid, std::string_view title, std::string_view wiki_db) {
  if (!wiki_db.empty()) file_.write_field(wiki_db, '\t');
  file_.write(fmt::format("Q{}\t", qid));
  file_.write_field(title, '\n');
}

}  // namespace linktrail
