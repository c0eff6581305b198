// Formats of text lines: word2vec text, tsv, Qdrant points as JSON lines, and the embedding projector's pair of tables.
#include <fmt/format.h>

#include <iterator>

#include "snapshot/atomic_file.h"
#include "snapshot/formats.h"

namespace linktrail::formats {
namespace {

// Appends the row with `separator` between the values; fmt prints the shortest decimal that reads back equal.
void append_row(std::string& line, std::span<const float> row, char separator) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += separator;
    fmt::format_to(std::back_inserter(line), "{}", row[i]);
  }
}

// Writes `header`, then compose(line, i) for every row, through one reused line.
template <class Compose>
Paths write_lines(const ExportView& view, const std::filesystem::path& path, std::string_view header,
                  const Compose& compose) {
  AtomicFile file(path);
  file.write(header);
  std::string line;
  for (std::size_t i = 0; i < view.qids.size(); ++i) {
    line.clear();
    compose(line, i);
    file.write(line);
  }
  file.commit();
  return {path};
}

// Rows 0, N/n, 2N/n ...: an even sample over the order of the file, the same every time.
struct EvenSample {
  std::size_t rows;
  std::size_t size;
  std::size_t operator[](std::size_t i) const { return i * rows / size; }
};

}  // namespace

Paths write_word2vec_text(const ExportView& view, const std::filesystem::path& path) {
  const std::string header = fmt::format("{} {}\n", view.qids.size(), view.input.dim);
  return write_lines(view, path, header, [&](std::string& line, std::size_t i) {
    fmt::format_to(std::back_inserter(line), "Q{} ", view.qids[i]);
    append_row(line, view.input.row(i), ' ');
    line += '\n';
  });
}

Paths write_tsv(const ExportView& view, const std::filesystem::path& path) {
  return write_lines(view, path, "", [&](std::string& line, std::size_t i) {
    fmt::format_to(std::back_inserter(line), "Q{}\t", view.qids[i]);
    append_row(line, view.input.row(i), ' ');
    line += '\n';
  });
}

Paths write_qdrant_jsonl(const ExportView& view, const std::filesystem::path& path) {
  return write_lines(view, path, "", [&](std::string& line, std::size_t i) {
    fmt::format_to(std::back_inserter(line), R"({{"id":{},"vector":[)", view.qids[i]);
    append_row(line, view.input.row(i), ',');
    fmt::format_to(std::back_inserter(line), R"(],"payload":{{"name":"Q{}"}}}})", view.qids[i]);
    line += '\n';
  });
}

Paths write_projector(const ExportView& view, const std::filesystem::path& folder) {
  create_folders(folder);
  AtomicFile vectors(folder / "vectors.tsv");
  AtomicFile metadata(folder / "metadata.tsv");
  // The projector wants a header line exactly when there are two or more columns.
  if (!view.counts.empty()) metadata.write("qid\tcount\n");
  const EvenSample sample{view.qids.size(), std::min(view.qids.size(), kProjectorRows)};
  std::string line;
  for (std::size_t i = 0; i < sample.size; ++i) {
    const std::size_t row = sample[i];
    line.clear();
    append_row(line, view.input.row(row), '\t');
    vectors.write(line + "\n");
    metadata.write(view.counts.empty() ? fmt::format("Q{}\n", view.qids[row])
                                       : fmt::format("Q{}\t{}\n", view.qids[row], view.counts[row]));
  }
  vectors.commit();
  metadata.commit();
  return {vectors.path(), metadata.path()};
}

}  // namespace linktrail::formats
