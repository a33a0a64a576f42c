#ifndef QUOTES_SERVICE_CITATION_WORD_CLASSES_H_
#define QUOTES_SERVICE_CITATION_WORD_CLASSES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// Words that the rules of citation checks ask for by class, from data that is compiled in
// (data/word_classes.tsv, which says what each class is for). Thread-safe. Texts may be in any
// script or width; noise inside a word is not looked through.
namespace quotes::citation {

enum class WordClass : uint8_t {
  kNegatingLetter,
  kNotOpposing,
  kSubject,
  kSentenceLead,
  kSpacedAnaphor,
  kDistributive,
  kCoordinator,
  kConsequent,
  kConsequentOfCause,
  kCause,
  kAnswer,
  kAccordingTo,
  kMeasureless,
  kPeriod,
  kPeriodLead,
  kExclusion,
  kForecast,
  kPostposedLimit,
  kRank,
  kRestrictor,
  kUsedAsResult,
  kUsedAsAim,
  kUsedAsPast,
  kPrefix,
  kSuffix,
  kParticle,
  kFree,
  kGrammatical,
  kDisowning,
  kStriving,
  kTopic,
  kUniversal,
  kPatronage,
  kAnaphor,
  kHeadless,
  kLesserOffice,
  kCourtesy,
  kEditorsNote,
  kException,
  kAdditive,
  kTotal,
  kMeasureOf,
  kRaising,
  kOlderCharacter,
  kOlderForm,
  kImpliedBody,
  kPlaceLevel,
  kNation,
  kNationalBody,
  kOthersView,
  kImperative,
  kCompleting,
  kStated,
  kIntroducesAim,
  kFollowsAim,
  kNamedInMarks,
  kAnotherSaid,
  kSaidToUs,
  kRejection,
  kOpenSubject,
  kFinite,
  kDenial,
  kBareCondition,
  kConsequentDenial,
  kProhibition,
  kMisdeed,
  kOwnStatement,
  kEffect,
  kEffectOfNone,
  kAdversative,
  kScope,
  kSuperlative,
  kSome,
};

// Code points of the longest word of the class that `text` begins with; 0 for none.
size_t BeginsWith(WordClass words, std::u32string_view text);

// The same for its end.
size_t EndsWith(WordClass words, std::u32string_view text);

// Whether `text` is a word of the class.
bool IsWord(WordClass words, std::u32string_view text);
bool IsWord(WordClass words, char32_t c);

// Whether the character at `at`, which is in `text`, lies in a word of the class.
bool LiesIn(WordClass words, std::u32string_view text, size_t at);

// Where the first word of the class in `text` begins.
std::optional<size_t> FindWord(WordClass words, std::u32string_view text);

// Version of the data with a hash of it: "1-0123456789ab".
std::string_view WordClassesVersion();

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_WORD_CLASSES_H_
