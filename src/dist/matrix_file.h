// A matrix that every rank sees whole, as one dataset of an HDF5 file.
#pragma once

#include <string>

#include "comm/communicator.h"
#include "core/matrix.h"
#include "dist/node_model.h"
#include "h5/h5_reader.h"
#include "h5/h5_writer.h"

namespace linktrail::dist {

// Collective. Every rank writes its share of the rows.
void write_matrix(h5::H5Writer& file, const std::string& name, const Matrix& matrix, const comm::Communicator& comm);

// Reads the whole dataset; not collective.
Matrix read_matrix(const h5::H5Reader& file, const std::string& name);

// Reads this rank's share of the rows of a matrix that the node shares; not collective.
void read_share(const h5::H5Reader& file, const std::string& name, Matrix& matrix, const comm::Node& node);

}  // namespace linktrail::dist
