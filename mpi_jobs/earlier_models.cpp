#include "mpi_jobs/earlier_models.h"

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "dist/alignment.h"
#include "snapshot/sha256.h"

namespace linktrail::jobs {

std::string folder_of(dist::ModelKind kind) { return kind == dist::ModelKind::kReader ? "reader" : "links"; }

EarlierModels::EarlierModels(const TrainOptions& options, const dist::ModelIdentity& wanted, const Context& context)
    : context_(context), init_(open(options.init_from, wanted)), target_(open(options.align_to, wanted)) {}

EarlierModels::Source EarlierModels::open(const std::string& path, const dist::ModelIdentity& wanted) const {
  Source source{.path = path, .sha256 = {}, .model = nullptr};
  if (path.empty()) return source;
  comm::agreed_on_root(context_.comm, [&] {
    const std::string file = dist::earlier_model_file(path, folder_of(wanted.kind));
    source.model = dist::open_earlier_model(file, wanted);
    source.sha256 = sha256_of_file(file);
  });
  source.sha256 = comm::broadcast(std::move(source.sha256), 0, context_.comm);
  return source;
}

void EarlierModels::record(nlohmann::ordered_json& config) const {
  if (!init_.path.empty()) config["init_from"] = "sha256:" + init_.sha256;
  if (!target_.path.empty()) config["align_to"] = "sha256:" + target_.sha256;
}

dist::Overlap EarlierModels::start(const dist::RowNames& names, dist::NodeModel& model) const {
  return dist::warm_start(init_.model.get(), names, model);
}

StageResult EarlierModels::align(std::span<const Qid> qids, dist::NodeModel& model) const {
  if (target_.path.empty()) return StageResult::object();
  const dist::AlignmentReport report = dist::align(target_.model.get(), qids, model);
  context_.log.info("aligned to {} by {} articles: mean cosine {:.4f}, was {:.4f}", target_.path, report.articles,
                    report.cosine_after, report.cosine_before);
  if (report.articles < model.matrices.input.dim())
    context_.log.warning("{} articles in common do not determine how to turn vectors of dim {}", report.articles,
                         model.matrices.input.dim());
  return {{"aligned_articles", report.articles},
          {"cosine_before_alignment", report.cosine_before},
          {"cosine_after_alignment", report.cosine_after}};
}

}  // namespace linktrail::jobs
