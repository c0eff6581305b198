#include "dist/embedding_rows.h"

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/error.h"
#include "core/version.h"
#include "h5/format_stamp.h"

namespace linktrail::dist {

namespace {

constexpr h5::FormatStamp kFormat{"linktrail-embeddings", 1, 0};

}  // namespace

std::pair<std::uint64_t, std::uint64_t> row_block(std::uint64_t total, int rank, int ranks) {
  const auto r = static_cast<std::uint64_t>(rank);
  const auto p = static_cast<std::uint64_t>(ranks);
  const std::uint64_t base = total / p;
  const std::uint64_t extra = total % p;
  const std::uint64_t begin = r * base + std::min(r, extra);
  return {begin, begin + base + (r < extra ? 1 : 0)};
}

void write_embeddings(const std::string& path, const EmbeddingRows& rows, const EmbeddingAttributes& attributes,
                      const comm::Communicator& comm) {
  h5::H5Writer file(path, comm);
  h5::write_stamp(file, kFormat);
  file.set_attribute("producer", std::string(kProducer));
  file.set_attribute("run_id", attributes.run_id);
  file.set_attribute("config", attributes.config);
  file.set_attribute("metric", "cosine");
  file.set_attribute("model", attributes.model);
  file.set_attribute("dim", static_cast<std::int64_t>(rows.dim()));
  file.set_attribute("created", attributes.created);
  file.write_rows("vectors", rows.vectors.view(), rows.begin, rows.total);
  file.write_rows("qid", std::span<const Qid>(rows.qids), {.begin = rows.begin, .total = rows.total});
  const std::vector<std::int64_t> counts(rows.counts.begin(), rows.counts.end());
  file.write_rows("count", std::span<const std::int64_t>(counts), {.begin = rows.begin, .total = rows.total});
  file.finish();
}

EmbeddingRows read_embeddings(const std::string& path, const comm::Communicator& comm) {
  return comm::agreed(comm, [&] {
    const h5::H5Reader file(path);
    h5::expect_stamp(file, kFormat);
    const h5::Shape shape = file.shape("vectors");
    if (shape.columns == 0 || shape.rows == 0)
      throw input_error({.what = "no embeddings",
                         .file = path,
                         .expected = "/vectors of at least one row",
                         .found = fmt::format("{} x {}", shape.rows, shape.columns),
                         .advice = "run linktrail embed first"});
    const auto [begin, end] = row_block(shape.rows, comm.rank(), comm.size());
    EmbeddingRows rows{.vectors = file.read_matrix("vectors", begin, end - begin),
                       .qids = {},
                       .counts = {},
                       .begin = begin,
                       .total = shape.rows};
    rows.qids = file.read_rows<Qid>("qid", begin, end - begin);
    const auto counts = file.read_rows<std::int64_t>("count", begin, end - begin);
    rows.counts.assign(counts.begin(), counts.end());
    return rows;
  });
}

tsl::robin_map<Qid, std::uint64_t> row_of_qid(const EmbeddingRows& rows, const comm::Communicator& comm) {
  const std::vector<Qid> all = comm::all_gather(std::span<const Qid>(rows.qids), comm);
  tsl::robin_map<Qid, std::uint64_t> row_of;
  row_of.reserve(all.size());
  for (std::uint64_t row = 0; row < all.size(); ++row) row_of.emplace(all[row], row);
  return row_of;
}

Matrix fetch_rows(const EmbeddingRows& rows, const std::vector<std::uint64_t>& wanted, const comm::Communicator& comm) {
  Matrix fetched(wanted.size(), rows.dim());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] < rows.begin || wanted[i] >= rows.begin + rows.qids.size()) continue;
    const auto source = rows.vectors.row(wanted[i] - rows.begin);
    std::copy(source.begin(), source.end(), fetched.row(i).begin());
  }
  // Each row has one owner and is zero elsewhere, so the sum is exact.
  comm::all_reduce(std::span<float>(fetched.data(), fetched.rows() * fetched.stride()), comm::ReduceOp::kSum, comm);
  return fetched;
}

}  // namespace linktrail::dist
