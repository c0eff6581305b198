// The table of subcommands; a new stage is a new line here.
#include "mpi_jobs/command.h"

namespace linktrail::jobs {

const std::vector<Registered>& registry() {
  static const std::vector<Registered> commands{
      {{"snapshot"}, "All stages for both models, published as one snapshot", make_snapshot},
      {{"train", "reader"}, "Train embeddings on reader sessions", make_train_reader},
      {{"train", "links"}, "Train the link model on pagelinks", make_train_links},
      {{"embed", "reader"}, "Write the reader embeddings of a trained model", make_embed_reader},
      {{"embed", "links"}, "Write a vector for every article from its links", make_embed_links},
      {{"index"}, "Build one HNSW index over all ranks", make_index},
      {{"evaluate"}, "Measure embeddings and index", make_evaluate},
      {{"query"}, "Print the neighbours of an article", make_query},
      {{"inspect"}, "Describe a file or a snapshot", make_inspect},
      {{"export"}, "Write embeddings in another tool's format", make_export},
      {{"simulate", "world"}, "Make sessions, links, labels and titles with planted topics", make_simulate_world},
      {{"simulate", "wordnet"}, "Turn Debian's wordnet-base into articles, links and labels", make_simulate_wordnet},
      {{"simulate", "walk"}, "Walk sessions over a link graph", make_simulate_walk},
  };
  return commands;
}

}  // namespace linktrail::jobs
