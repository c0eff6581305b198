// export: embeddings in another tool's format, and the line of Python that opens them.
#include "comm/agreement.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/export_files.h"
#include "mpi_jobs/record.h"

namespace linktrail::jobs {

namespace {

class Export : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&set_}; }
  std::string plan() const override {
    check();
    return fmt::format("read {}\nwrite {} as {}\n", options_.input, options_.output, options_.format);
  }
  void run(const Context& context) override {
    require("input", options_.input);
    require("output", options_.output);
    const ExportFormat format = parse_export_format(options_.format);
    comm::agreed_on_root(context.comm, [&] { check(); });
    prepare_output(format, context.comm);
    const auto written = export_file(options_.input, options_.output, format, context);
    for (const auto& path : written) context.log.info("wrote {}", path.string());
    print_result(context, python_hint(format, options_.output) + "\n");
  }

 private:
  // Collective. What cannot be written must show before gigabytes are read.
  void prepare_output(ExportFormat format, const comm::Communicator& comm) const {
    if (output_of(format) == ExportOutput::kFolder)
      make_output_folder(options_.output, comm);
    else
      require_writable("output", options_.output, comm);
  }

  void check() const { refuse_same_file(exported_file(options_.input), options_.output); }

  ExportOptions options_;
  OptionSet set_{"export", options_};
};

}  // namespace

std::unique_ptr<Command> make_export() { return std::make_unique<Export>(); }

}  // namespace linktrail::jobs
