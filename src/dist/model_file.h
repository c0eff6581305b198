// model.h5: a trained model between train, embed and export (docs/file-formats.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.h"
#include "corpus/vocabulary.h"
#include "embedding/model.h"
#include "h5/h5_reader.h"

namespace linktrail::dist {

enum class ModelKind { kReader, kLinks, kLinksSupervised };

struct StoredModel {
  ModelKind kind = ModelKind::kReader;
  Vocabulary vocabulary;
  EmbeddingModel model;
  std::vector<std::string> labels;  // of the supervised model's output rows; else empty
  std::uint64_t documents = 0;      // sequences trained on, for idf
  std::string config;               // JSON of the options
};

// What a model.h5 says of itself beside its rows.
struct ModelDescription {
  ModelKind kind = ModelKind::kReader;
  std::vector<std::string> labels;
  std::string config;
};

// Not collective. Throws InputError for a file that is no model.h5.
ModelDescription describe_model(const h5::H5Reader& file);

// Collective. Every rank holds the whole model and writes its share of the rows.
void write_model(const std::string& path, const StoredModel& stored, const comm::Communicator& comm);

// All but the two matrices, which stay empty. Not collective. Throws InputError for a file that is none.
StoredModel read_model_header(const std::string& path);

// Reads the whole model on this rank alone; not collective. Throws InputError for a file that is none.
StoredModel read_model_file(const std::string& path);

// Collective. The matrices are shared by the ranks of a node. Throws AgreedError (bad input) for a file that is none.
StoredModel read_model(const std::string& path, const comm::Communicator& comm);

// Rows [begin, begin + rows) of the input matrix. Not collective. Throws InputError.
Matrix read_model_rows(const std::string& path, std::uint64_t begin, std::uint64_t rows);

}  // namespace linktrail::dist
