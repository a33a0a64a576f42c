#ifndef QUOTES_TESTS_SUPPORT_CITATION_CHECKS_H_
#define QUOTES_TESTS_SUPPORT_CITATION_CHECKS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/archive/archive.h"
#include "service/citation/engine.h"
#include "service/citation/locate.h"
#include "service/citation/verdict.h"

// Reports, dumps and invariants for tests of citation checks. Without GoogleTest, so that fuzzers
// and benchmarks use them too.
namespace quotes::testing {

// A printed report as an import makes it; `defects` is a register in tab-separated form or empty.
// Ends the process when it cannot be read.
std::shared_ptr<archive::Document> MakeDocument(std::string_view id, std::string_view bytes,
                                                std::string_view defects = {});
// The bundled report, named "sample", with its register.
std::shared_ptr<archive::Document> SampleDocument();

// An archive with its corpus. Texts of the history are of the report whose name theirs is up to an
// @.
class TestCorpus {
 public:
  explicit TestCorpus(std::vector<std::shared_ptr<const archive::Document>> documents,
                      std::vector<std::shared_ptr<const archive::Document>> history = {});

  const citation::Corpus& corpus() const { return *corpus_; }
  const std::vector<const archive::PackedDocument*>& documents() const {
    return main_->documents();
  }

  // The answer to a request; ends the process when it is an error.
  citation::Result Verify(const citation::Request& request) const;
  citation::Result Verify(std::string_view quotation) const;

 private:
  std::shared_ptr<const archive::Archive> main_;
  std::shared_ptr<const archive::Archive> history_;
  std::unique_ptr<citation::Corpus> corpus_;
};

std::string_view Name(citation::TextVerdict verdict);
std::string_view Name(citation::Disposition disposition);
std::string_view Name(citation::EditKind kind);
std::string_view Name(citation::Severity severity);
std::string_view Name(citation::EditReason reason);
std::string_view Name(citation::Attribution attribution);
std::string_view Name(citation::ContextFlag flag);
std::string_view Name(citation::ElisionRisk risk);
std::string_view Name(citation::UnverifiableReason reason);

// An answer as lines: disposition with reasons, verdict, attribution, flags, edits, places, repair.
std::string Dump(const citation::Result& result);

// What is wrong with an answer whatever was asked: ranges out of bounds or order, texts that are
// not those of their ranges, edits that do not turn the source into the quotation, a critical edit
// that passes, a repair that is not the source's words. Empty when all is well.
std::string FindViolation(const TestCorpus& corpus, const citation::Request& request,
                          const citation::Result& result);

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_SUPPORT_CITATION_CHECKS_H_
