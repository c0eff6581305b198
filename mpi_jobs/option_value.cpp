#include "mpi_jobs/option_value.h"

namespace linktrail::jobs {

template <>
const std::vector<EnumName<Architecture>>& enum_names() {
  static const std::vector<EnumName<Architecture>> names{{Architecture::kCbow, "cbow"},
                                                         {Architecture::kSkipGram, "skipgram"}};
  return names;
}

template <>
const std::vector<EnumName<CombineRule>>& enum_names() {
  static const std::vector<EnumName<CombineRule>> names{{CombineRule::kAdasum, "adasum"},
                                                        {CombineRule::kTouchedAverage, "touched"},
                                                        {CombineRule::kAverage, "average"},
                                                        {CombineRule::kCoherence, "coherence"}};
  return names;
}

template <>
const std::vector<EnumName<dist::Sharding>>& enum_names() {
  static const std::vector<EnumName<dist::Sharding>> names{{dist::Sharding::kCells, "cells"},
                                                           {dist::Sharding::kRandom, "random"}};
  return names;
}

template <>
const std::vector<EnumName<SubIndexEngine>>& enum_names() {
  static const std::vector<EnumName<SubIndexEngine>> names{{SubIndexEngine::kLeaf, "leaf"},
                                                           {SubIndexEngine::kHnswlib, "hnswlib"}};
  return names;
}

template <>
const std::vector<EnumName<dist::ValuePrecision>>& enum_names() {
  static const std::vector<EnumName<dist::ValuePrecision>> names{{dist::ValuePrecision::kFloat32, "float32"},
                                                                 {dist::ValuePrecision::kBf16, "bf16"}};
  return names;
}

template <>
const std::vector<EnumName<LinkBag>>& enum_names() {
  static const std::vector<EnumName<LinkBag>> names{{LinkBag::kUnion, "union"}, {LinkBag::kMultiset, "multiset"}};
  return names;
}

template <>
const std::vector<EnumName<LinkMethod>>& enum_names() {
  static const std::vector<EnumName<LinkMethod>> names{
      {LinkMethod::kAuto, "auto"}, {LinkMethod::kBag, "bag"}, {LinkMethod::kSpectral, "spectral"}};
  return names;
}

template <>
const std::vector<EnumName<LinkObjective>>& enum_names() {
  static const std::vector<EnumName<LinkObjective>> names{
      {LinkObjective::kAuto, "auto"}, {LinkObjective::kLabels, "labels"}, {LinkObjective::kLinks, "links"}};
  return names;
}

template <>
const std::vector<EnumName<Resume>>& enum_names() {
  static const std::vector<EnumName<Resume>> names{{Resume::kAuto, "auto"}, {Resume::kNever, "never"}};
  return names;
}

template <>
const std::vector<EnumName<FlatCompression>>& enum_names() {
  static const std::vector<EnumName<FlatCompression>> names{{FlatCompression::kNone, "none"},
                                                            {FlatCompression::kGzip, "gzip"}};
  return names;
}

template <>
const std::vector<EnumName<Compat>>& enum_names() {
  static const std::vector<EnumName<Compat>> names{{Compat::kFixed, "none"}, {Compat::kOriginal, "original"}};
  return names;
}

template <>
const std::vector<EnumName<Malformed>>& enum_names() {
  static const std::vector<EnumName<Malformed>> names{{Malformed::kRefuse, "refuse"}, {Malformed::kSkip, "skip"}};
  return names;
}

template <>
const std::vector<EnumName<DeleteInputs>>& enum_names() {
  static const std::vector<EnumName<DeleteInputs>> names{{DeleteInputs::kNever, "never"},
                                                         {DeleteInputs::kOnSuccess, "on-success"}};
  return names;
}

template <>
const std::vector<EnumName<WikiColumn>>& enum_names() {
  static const std::vector<EnumName<WikiColumn>> names{{WikiColumn::kWikiDb, "wiki_db"},
                                                       {WikiColumn::kProject, "project"}};
  return names;
}

template <>
const std::vector<EnumName<dist::Transitions>>& enum_names() {
  static const std::vector<EnumName<dist::Transitions>> names{{dist::Transitions::kLink, "link"},
                                                              {dist::Transitions::kAll, "all"}};
  return names;
}

template <>
const std::vector<EnumName<Disambiguation>>& enum_names() {
  static const std::vector<EnumName<Disambiguation>> names{{Disambiguation::kKeep, "keep"},
                                                           {Disambiguation::kDrop, "drop"}};
  return names;
}

template <>
const std::vector<EnumName<LinkSchema>>& enum_names() {
  static const std::vector<EnumName<LinkSchema>> names{
      {LinkSchema::kTitle, "title"}, {LinkSchema::kLinktarget, "linktarget"}, {LinkSchema::kMixed, "mixed"}};
  return names;
}

template <>
const std::vector<EnumName<PageIds>>& enum_names() {
  static const std::vector<EnumName<PageIds>> names{{PageIds::kQid, "qid"}, {PageIds::kPage, "page"}};
  return names;
}

}  // namespace linktrail::jobs
