// inspect: what a file or a snapshot is, in a few lines; a snapshot's files are held against their digests.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "comm/agreement.h"
#include "core/error.h"
#include "h5/h5_reader.h"
#include "index/compact_index.h"
#include "index/hnswlib_file.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/evaluation_table.h"
#include "mpi_jobs/record.h"
#include "report/table.h"
#include "snapshot/manifest.h"
#include "snapshot/publish.h"

namespace linktrail::jobs {

namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 6> kDatasets{"vectors", "output_vectors", "qid", "count", "neighbors", "scores"};
constexpr std::array<const char*, 8> kAttributes{"format_name", "format_version", "producer", "model",
                                                 "metric",      "run_id",         "created",  "config"};
constexpr std::array<unsigned char, 8> kHdf5Magic{0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

// The recorded configuration is one long line of JSON; people get a line an option.
std::string describe_attribute(const std::string& name, const std::string& value) {
  const auto options = name == "config" ? nlohmann::ordered_json::parse(value, nullptr, false) : nullptr;
  if (!options.is_object()) return fmt::format("  {:<16} {}\n", name, value);
  std::string text = fmt::format("  {}\n", name);
  for (const auto& [key, option] : options.items())
    text += fmt::format("    {:<17} {}\n", key, option.is_string() ? option.get<std::string>() : option.dump());
  return text;
}

std::string describe_hdf5(const fs::path& path) {
  const h5::H5Reader file(path.string());
  std::string text = fmt::format("{}: HDF5\n", path.string());
  for (const char* name : kAttributes)
    if (file.has_attribute(name)) text += describe_attribute(name, file.text_attribute(name));
  for (const char* name : kDatasets) {
    if (!file.has_dataset(name)) continue;
    const h5::Shape shape = file.shape(name);
    text += shape.columns == 0 ? fmt::format("  /{:<15} {}\n", name, shape.rows)
                               : fmt::format("  /{:<15} {} x {}\n", name, shape.rows, shape.columns);
  }
  return text;
}

// The header of an hnswlib file (docs/file-formats.md); the dim follows from the record size.
struct HnswHeader {
  std::uint64_t offset_level0, max_elements, count, record_bytes, label_offset, vector_offset;
  std::int32_t max_level;
  std::uint32_t entry_point;
  std::uint64_t max_m, max_m0, m;
};

std::string describe_hnsw(const fs::path& path) {
  HnswHeader header{};
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(&header), sizeof(header));
  if (!file || header.offset_level0 != 0 || header.label_offset + 8 != header.record_bytes ||
      header.vector_offset != 4 + 4 * header.max_m0 || header.label_offset < header.vector_offset)
    throw input_error({.what = "neither HDF5, an hnswlib index, nor a snapshot",
                       .file = path.string(),
                       .expected = "a file that linktrail wrote",
                       .found = {},
                       .advice = "see docs/file-formats.md"});
  const std::uint64_t dim = (header.label_offset - header.vector_offset) / sizeof(float);
  check_hnswlib_file(path, dim);  // a header alone would also describe a file that ends behind it
  return fmt::format("{}: hnswlib index\n  nodes {}\n  dim {}\n  M {}\n  levels {}\n  entry point {}\n", path.string(),
                     header.count, dim, header.m, header.max_level + 1, header.entry_point);
}

std::string describe_compact(const fs::path& path) {
  const CompactIndex index(path, CompactCheck::kAll);
  const CompactHeader& header = index.header();
  return fmt::format(
      "{}: compact index {}.{} by {}\n  nodes {}\n  dim {}\n  bytes {} ({:.3f} of float32 vectors)\n"
      "every byte is as its header says\n",
      path.string(), header.major, header.minor, index.producer(), index.size(), index.dim(), header.file_bytes,
      static_cast<double>(header.file_bytes) /
          (4.0 * static_cast<double>(std::max<std::size_t>(1, index.size()) * index.dim())));
}

std::string describe_file(const fs::path& path) {
  std::array<unsigned char, kHdf5Magic.size()> magic{};
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(fmt::format("{}: cannot be read; check the path", path.string()));
  file.read(reinterpret_cast<char*>(magic.data()), magic.size());
  if (magic == kHdf5Magic) return describe_hdf5(path);
  return std::ranges::equal(magic, kCompactMagic) ? describe_compact(path) : describe_hnsw(path);
}

void refuse_problems(const fs::path& snapshot, const Manifest& manifest) {
  std::string text;
  for (const FileProblem& problem : verify(snapshot, manifest))
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", problem.path, problem.what);
  if (!text.empty())
    throw InputError(
        fmt::format("{}: files are not as its manifest says: {}; copy the snapshot again", snapshot.string(), text));
}

std::string describe_snapshot(const fs::path& path) {
  const fs::path snapshot = resolve_snapshot(path);
  const Manifest manifest = load_manifest(snapshot);
  refuse_problems(snapshot, manifest);
  std::string text = fmt::format("{}: snapshot by {}, {} ranks, run {}, {}\n\n", snapshot.string(), manifest.producer,
                                 manifest.ranks, manifest.run_id, manifest.created);
  text += evaluation_table(manifest.metrics) + "\n";
  TextTable files({"file", "bytes", "sha256"});
  for (const FileRecord& file : manifest.files)
    files.add_row({file.path, std::to_string(file.bytes), file.sha256.substr(0, 16)});
  return text + files.render() + "\nevery file is as the manifest says\n";
}

class Inspect : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {}; }
  void add_positionals(CLI::App& app) override {
    app.add_option("PATH", path_, "a snapshot, the folder of all snapshots, an HDF5 file or an index")->required();
  }
  std::string plan() const override { return fmt::format("read {}\n", path_); }
  void run(const Context& context) override {
    comm::agreed_on_root(
        context.comm, [&] { write_stdout(fs::is_directory(path_) ? describe_snapshot(path_) : describe_file(path_)); });
  }

 private:
  std::string path_;
};

}  // namespace

std::unique_ptr<Command> make_inspect() { return std::make_unique<Inspect>(); }

}  // namespace linktrail::jobs
