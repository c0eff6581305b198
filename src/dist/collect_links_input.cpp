#include "dist/collect_links_input.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "comm/agreement.h"
#include "comm/collectives.h"

namespace linktrail::dist {

namespace {

constexpr std::uint64_t kCompressedWeight = 4;  // a compressed byte is about as much work as 4 plain ones

// Texts as one, each after its length: names in a dump may hold any byte.
class TextPack {
 public:
  TextPack() = default;
  explicit TextPack(std::string text) : text_(std::move(text)) {}

  void put(std::string_view text) { text_.append(fmt::format("{}:", text.size())).append(text); }
  void put_number(std::uint64_t number) { put(fmt::format("{}", number)); }
  void put_all(std::span<const std::string> texts) {
    put_number(texts.size());
    for (const std::string& text : texts) put(text);
  }

  std::string get() {
    const std::size_t begin = text_.find(':', at_) + 1;
    const std::size_t size = std::stoull(text_.substr(at_, begin - 1 - at_));
    at_ = begin + size;
    return text_.substr(begin, size);
  }
  std::uint64_t get_number() { return std::stoull(get()); }
  std::vector<std::string> get_all() {
    std::vector<std::string> texts(get_number());
    for (std::string& text : texts) text = get();
    return texts;
  }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

std::string packed(const DumpSet& dumps) {
  TextPack pack;
  pack.put_all(dumps.wikis);
  pack.put_all(dumps.notes);
  pack.put_number(dumps.files.size());
  for (const DumpFile& file : dumps.files) {
    pack.put(file.input.path);
    for (const std::uint64_t number : {file.input.bytes, static_cast<std::uint64_t>(file.input.compression),
                                       std::uint64_t{file.wiki}, static_cast<std::uint64_t>(file.table)})
      pack.put_number(number);
    pack.put_all(file.columns);
  }
  return pack.take();
}

DumpSet unpacked(std::string text) {
  TextPack pack(std::move(text));
  DumpSet dumps{.wikis = pack.get_all(), .files = {}, .notes = pack.get_all()};
  dumps.files.resize(pack.get_number());
  for (DumpFile& file : dumps.files) {
    file.input.path = pack.get();
    file.input.bytes = pack.get_number();
    file.input.compression = static_cast<Compression>(pack.get_number());
    file.wiki = static_cast<std::uint16_t>(pack.get_number());
    file.table = static_cast<DumpTable>(pack.get_number());
    file.columns = pack.get_all();
  }
  return dumps;
}

std::uint64_t work_of(const InputFile& file) {
  return file.bytes * (file.compression == Compression::kNone ? 1 : kCompressedWeight);
}

}  // namespace

DumpSet find_dumps_on_root(const std::string& folder, std::span<const std::string> wikis,
                           std::span<const DumpTable> tables, const comm::Communicator& comm) {
  std::string text;
  comm::agreed_on_root(comm, [&] {
    DumpSet dumps = find_dumps(folder, wikis);
    read_heads(dumps);
    expect_tables(dumps, tables);
    text = packed(dumps);
  });
  return unpacked(comm::broadcast(std::move(text), 0, comm));
}

std::vector<std::vector<const DumpFile*>> plan_files(const DumpSet& dumps, int ranks) {
  std::vector<const DumpFile*> files;
  for (const DumpFile& file : dumps.files) files.push_back(&file);
  std::stable_sort(files.begin(), files.end(),
                   [](const auto* a, const auto* b) { return work_of(a->input) > work_of(b->input); });
  std::vector<std::vector<const DumpFile*>> plan(static_cast<std::size_t>(ranks));
  std::vector<std::uint64_t> load(plan.size(), 0);
  for (const DumpFile* file : files) {
    const auto least = static_cast<std::size_t>(std::min_element(load.begin(), load.end()) - load.begin());
    plan[least].push_back(file);
    load[least] += work_of(file->input) + 1;
  }
  return plan;
}

void note_end_of_file(const DumpRows& rows, InputTally& tally) {
  const MalformedRows& malformed = rows.malformed();
  tally.malformed += malformed.count;
  if (malformed.count > 0)
    tally.notes.push_back(fmt::format("{}:{}: {} malformed rows are skipped, the first here: {}", rows.dump().path(),
                                      malformed.first_line, malformed.count, malformed.first_reason));
  if (rows.dump().may_be_cut())
    tally.notes.push_back(fmt::format(
        "{}: the comment that ends a dump is missing; if it was cut, rows are missing too", rows.dump().path()));
}

}  // namespace linktrail::dist
