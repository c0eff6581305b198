#include <fmt/format.h>

#define ANNOYLIB_MULTITHREADED_BUILD

// Annoy's header is used as it comes, with its own warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#include <annoylib.h>
#include <kissrandom.h>
#pragma GCC diagnostic pop

#include "peer.h"

namespace linktrail::bench {
namespace {

using Index = ::AnnoyIndex<std::int32_t, float, Angular, Kiss64Random, AnnoyIndexMultiThreadedBuildPolicy>;

class AnnoyPeer : public Peer {
 public:
  explicit AnnoyPeer(std::size_t trees) : trees_(trees) {}

  std::string name() const override { return fmt::format("annoy {}", trees_); }

  void build(MatrixView rows, std::size_t threads) override {
    index_ = std::make_unique<Index>(static_cast<int>(rows.dim));
    for (std::size_t i = 0; i < rows.rows; ++i) index_->add_item(static_cast<std::int32_t>(i), rows.row_data(i));
    index_->build(static_cast<int>(trees_), static_cast<int>(threads));
  }

  // Annoy's effort is a number of rows to look at: its default is k times the trees, here the beam times the trees.
  void search(const float* query, std::size_t k, std::size_t effort, std::vector<std::uint64_t>& to) override {
    ids_.clear();
    index_->get_nns_by_vector(query, k, static_cast<int>(effort * trees_), &ids_, nullptr);
    to.assign(ids_.begin(), ids_.end());
  }

  std::uint64_t distances() const override { return 0; }

 private:
  std::size_t trees_;
  std::unique_ptr<Index> index_;
  std::vector<std::int32_t> ids_;
};

}  // namespace

std::unique_ptr<Peer> make_annoy(std::size_t trees) { return std::make_unique<AnnoyPeer>(trees); }

}  // namespace linktrail::bench
