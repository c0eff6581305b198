#include "snapshot/export.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "snapshot/formats.h"

namespace linktrail {
namespace {

namespace fs = std::filesystem;

struct FormatEntry {
  ExportFormat format;
  std::string_view name;
  ExportOutput output;
  formats::Paths (*write)(const ExportView&, const fs::path&);
  std::string_view hint;  // {} is the path, quoted for Python
};

constexpr std::array kFormats{
    FormatEntry{ExportFormat::kFastTextBin, "fasttext-bin", ExportOutput::kFile, formats::write_fasttext,
                "import fasttext; model = fasttext.load_model({})"},
    FormatEntry{ExportFormat::kWord2Vec, "word2vec", ExportOutput::kFile, formats::write_word2vec_text,
                "from gensim.models import KeyedVectors; kv = KeyedVectors.load_word2vec_format({})"},
    FormatEntry{ExportFormat::kWord2VecBin, "word2vec-bin", ExportOutput::kFile, formats::write_word2vec_binary,
                "from gensim.models import KeyedVectors; kv = KeyedVectors.load_word2vec_format({}, binary=True)"},
    FormatEntry{ExportFormat::kTsv, "tsv", ExportOutput::kFile, formats::write_tsv,
                "import numpy as np; vectors = {{q: np.fromstring(v, sep=' ') for q, v in (row.split('\\t') for row in "
                "open({}))}}"},
    FormatEntry{ExportFormat::kNpy, "npy", ExportOutput::kFolder, formats::write_npy,
                "import numpy as np; d = {}; vectors, qids = np.load(d + '/vectors.npy', mmap_mode='r'), np.load(d + "
                "'/qids.npy')"},
    FormatEntry{ExportFormat::kFvecs, "fvecs", ExportOutput::kFile, formats::write_fvecs,
                "import numpy as np; a = np.fromfile({}, dtype='<i4'); vectors = a.reshape(-1, a[0] + 1)[:, "
                "1:].view('<f4')"},
    FormatEntry{ExportFormat::kQdrantJsonl, "qdrant-jsonl", ExportOutput::kFile, formats::write_qdrant_jsonl,
                "import json; points = [json.loads(row) for row in open({})]  # for PUT "
                "/collections/NAME/points"},
    FormatEntry{ExportFormat::kProjector, "projector", ExportOutput::kFolder, formats::write_projector,
                "print('at projector.tensorflow.org choose Load: vectors.tsv, then metadata.tsv, in', {})"},
};

const FormatEntry& entry_of(ExportFormat format) { return *std::ranges::find(kFormats, format, &FormatEntry::format); }

void expect(bool holds, std::string_view what, std::string_view expected, const std::string& found) {
  if (!holds)
    throw input_error({.what = std::string(what),
                       .file = "export",
                       .expected = std::string(expected),
                       .found = found,
                       .advice = "check the file that the vectors come from"});
}

void check_view(const ExportView& view) {
  const std::size_t rows = view.qids.size();
  expect(rows > 0 && view.input.dim > 0, "no vectors to export", "at least one row", std::to_string(rows));
  expect(view.input.rows == rows, "vectors and QIDs disagree", fmt::format("{} rows", rows),
         std::to_string(view.input.rows));
  expect(view.counts.empty() || view.counts.size() == rows, "counts and QIDs disagree", fmt::format("{} counts", rows),
         std::to_string(view.counts.size()));
  expect(view.output.rows == 0 || view.output.dim == view.input.dim, "input and output vectors disagree",
         fmt::format("dim {}", view.input.dim), std::to_string(view.output.dim));
  expect(std::ranges::none_of(view.qids, [](Qid qid) { return qid < 0; }), "a row has no QID", "a number from 0",
         "a negative one");
  // JSON cannot hold NaN and every search over it misleads: better no file than such a file.
  expect(all_finite(view.input) && (view.output.rows == 0 || all_finite(view.output)), "vectors are not finite",
         "finite numbers", "NaN or infinity");
}

// Python's repr of the path, near enough for a hint: single quotes, with backslash and quote escaped.
std::string quoted(const fs::path& path) {
  std::string text = "'";
  for (const char c : path.string()) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

constexpr auto kFormatList = [] {
  std::array<ExportFormat, kFormats.size()> list{};
  for (std::size_t i = 0; i < kFormats.size(); ++i) list[i] = kFormats[i].format;
  return list;
}();

}  // namespace

ExportFormat parse_export_format(std::string_view name) {
  const auto* const entry = std::ranges::find(kFormats, name, &FormatEntry::name);
  if (entry != kFormats.end()) return entry->format;
  std::vector<std::string_view> names;
  names.reserve(kFormats.size());
  for (const FormatEntry& known : kFormats) names.push_back(known.name);
  throw UsageError(fmt::format("--format '{}': expected one of {}", printable(name), fmt::join(names, ", ")));
}

std::string_view export_format_name(ExportFormat format) { return entry_of(format).name; }

ExportOutput output_of(ExportFormat format) { return entry_of(format).output; }

std::span<const ExportFormat> all_export_formats() { return kFormatList; }

std::vector<fs::path> export_vectors(ExportFormat format, const ExportView& view, const fs::path& path) {
  check_view(view);
  return entry_of(format).write(view, path);
}

std::string python_hint(ExportFormat format, const fs::path& path) {
  return fmt::format(fmt::runtime(entry_of(format).hint), quoted(path));
}

}  // namespace linktrail
