#ifndef QUOTES_SERVICE_BASE_LIMITS_H_
#define QUOTES_SERVICE_BASE_LIMITS_H_

#include <cstddef>
#include <cstdint>

// Every limit of the service has its home and its reason here. Sizes are bytes unless the name says
// otherwise.
namespace quotes::limits {

// A unary request carries at most this much report source; larger files use UploadReport. gRPC's
// own default of 4 MiB would cut ordinary PDF-made texts; 32 MiB is held twice while a call is
// parsed, which 16 concurrent imports still survive on a small machine.
inline constexpr size_t kMaxUnaryImportBytes = 32u << 20;
// Open files that a server keeps back from connections: twenty of its own, three for each
// connection to the database, pipes and files of four readers of formats, segments that are
// written.
inline constexpr int64_t kKeptFiles = 64;
// How often, in seconds, the log says that connections were closed, for each reason.
inline constexpr int kRefusalReportSeconds = 10;

// Source size of one report by any way in. A congress report is 100 KB; decoding and parsing hold
// about 30 bytes a character.
inline constexpr size_t kMaxSourceBytes = 64u << 20;
// One chunk of UploadReport.
inline constexpr size_t kMaxUploadChunkBytes = 1u << 20;
// Received message size: the largest unary import plus its metadata.
inline constexpr size_t kMaxReceiveMessageBytes = kMaxUnaryImportBytes + (1u << 20);
// A unary answer: gRPC clients refuse more than 4 MiB unless configured; the rest is for framing
// and trailers.
inline constexpr size_t kMaxAnswerBytes = 3584u << 10;
// Status message and details together: clients accept 8 KiB of metadata.
inline constexpr size_t kMaxStatusBytes = 4u << 10;

// Reading foreign formats, in a process of its own. Real reports take well under a second and
// 100 MB; a PDF of a thousand pages takes ten.
inline constexpr int kMaxExtractSeconds = 90;
inline constexpr unsigned kMaxExtractCpuSeconds = 60;
// Address space: a saved page of kMaxSourceBytes has some ten times its size as a tree.
inline constexpr size_t kMaxExtractMemoryBytes = size_t{1} << 30;
// What all parts of an office document that are read may have together when unpacked: a report of
// 1,000 pages has 20 MiB. A bomb has more.
inline constexpr size_t kMaxOfficeXmlBytes = 64u << 20;
inline constexpr size_t kMaxOfficeParts = 10'000;
// Elements of a document inside each other. Browsers stop at 512, libxml2 at 256.
inline constexpr int kMaxMarkupDepth = 250;
// Lines of an extracted text, and what it says about itself.
inline constexpr size_t kMaxExtractedLines = 1'000'000;
inline constexpr size_t kMaxExtractedMetadata = 100;
inline constexpr size_t kMaxExtractedMetadataBytes = 4096;
// Files of an archive, and their bytes when unpacked, one after the other: ten times what a large
// collection has.
inline constexpr size_t kMaxArchiveMembers = 100'000;
inline constexpr uint64_t kMaxArchiveBytes = uint64_t{16} << 30;
// What stands beside a source: metadata, a register of printing faults.
inline constexpr size_t kMaxSidecarBytes = 1u << 20;
// The description of a layout by pdftotext: some 100 bytes a word.
inline constexpr size_t kMaxPdfLayoutBytes = 512u << 20;

// How far ahead a report may be held back. Texts are handed out days before their speech; a time
// years away is a slip of a digit, and nobody would be there to notice.
inline constexpr int kMaxEmbargoDays = 1830;

// One printed line, in code points. The longest paragraph of a real report has a few thousand;
// more is a file without line structure or no report at all.
inline constexpr size_t kMaxLineCodePoints = 1'000'000;
// One quote, in code points. A longer "sentence" (tables, text without stops) is cut at its last
// mark before the limit, so that an answer of a few hundred quotes stays sendable.
inline constexpr size_t kMaxQuoteCodePoints = 4'000;
inline constexpr size_t kMaxSections = 20'000;
inline constexpr size_t kMaxLintFindings = 500;
inline constexpr size_t kMaxDefects = 5'000;
inline constexpr size_t kMaxDefectReadings = 8;
// Themes that editors may pin to or remove from one quote.
inline constexpr size_t kMaxQuoteTags = 20;
// The themes of a scheme, a house's among them: every segment holds a list and every quote's label
// a place for each. The scheme that ships has some fifty.
inline constexpr size_t kMaxThemes = 1'000;
// The cues of a scheme, masking terms among them; it ships with some 5,500. A hundred thousand are
// read in about two seconds.
inline constexpr size_t kMaxThemeCues = 100'000;
// The words of one cue.
inline constexpr size_t kMaxThemeCueCodePoints = 100;
// A file of a house's settings: themes, cues, profiles. Each is written by hand.
inline constexpr size_t kMaxSettingsFileBytes = 16u << 20;
// Titles, names of persons and organisations, in code points.
inline constexpr size_t kMaxMetadataCodePoints = 500;

// Transcriptions of one report. Shingles are runs of so many folded letters. Of the reports that
// were measured (62 national, provincial and party ones, whose formulas recur from year to year) no
// two have more than an eighth in common; a copy with a twentieth of its characters changed at
// random keeps a half.
inline constexpr size_t kShingleUnits = 8;
inline constexpr double kLeastDuplicateLikeness = 0.3;
// Shorter texts are too little to tell a copy from a formula.
inline constexpr size_t kLeastDuplicateShingles = 300;

// The text of a query, in code points, its terms and the depth of its parentheses: enough for a
// pasted sentence, small enough to be planned at once.
inline constexpr size_t kMaxQueryCodePoints = 1'000;
inline constexpr size_t kMaxQueryTerms = 64;
inline constexpr size_t kMaxQueryDepth = 16;
// Variants of a phrase that a trace lists, units of a phrase that has any, and places that are
// looked at for those with any one letter more at one place of the phrase: all of it some 0.2 ms.
inline constexpr size_t kMaxVariants = 10;
inline constexpr size_t kMaxVariantUnits = 32;
inline constexpr uint32_t kMaxVariantPlaces = 1'024;
// Reports that a trace lists on one page, 150 bytes each; and series that dropped a phrase.
inline constexpr int kDefaultTraceReports = 100;
inline constexpr int kMaxTraceReports = 1'000;
inline constexpr size_t kMaxTraceDrops = 100;
// What new phrases are listed of: speech of a report, each place of which costs some microseconds.
inline constexpr size_t kMaxNewPhraseCodePoints = 1'000'000;
inline constexpr int kMaxNewPhraseOccurrences = 1'000;
// A look-up that is planned to visit more occurrences and quotes than this leaves gRPC's threads
// for the executor: about two milliseconds. Others would wait behind it, as there may be two
// threads.
inline constexpr uint64_t kMaxInlineWork = 200'000;
// Planning knows how long quotes are on average. Pages with more code points of hits are made by
// the executor whatever was planned, as are answers with more of them in messages: again about two
// milliseconds.
inline constexpr uint64_t kMaxInlineHitCodePoints = 30'000;
inline constexpr uint64_t kMaxInlineMessageCodePoints = 100'000;
// Entries of each repeated field of a look-up filter.
inline constexpr size_t kMaxFilterValues = 100;

// Figures that are asked for. Significant digits of a bound: with the four of the largest factor of
// a unit they still fit 64 bits. The text of an amount and of what is measured, in code points.
inline constexpr int kMaxFigureDigits = 15;
inline constexpr size_t kMaxAmountCodePoints = 60;
inline constexpr size_t kMaxMeasureCodePoints = 100;
// Figures listed with one hit; their exact count is given beside them.
inline constexpr size_t kMaxHitFigures = 100;
inline constexpr int kFirstFigureYear = 1000;
inline constexpr int kLastFigureYear = 2999;

// Quotations up to this length are judged where the call arrives: the work takes well under a
// millisecond, less than handing it over. Longer ones go to the executor.
inline constexpr size_t kInlineQuotationCodePoints = 200;
inline constexpr size_t kMaxBatchCitations = 100;
// Profiles of one service, the built-in ones counted: what a person can keep apart.
inline constexpr size_t kMaxProfiles = 100;

inline constexpr int kDefaultPageSize = 20;
inline constexpr int kMaxPageSize = 200;
inline constexpr size_t kMaxBatchQuotes = 200;
// Sentences of context on either side of a hit.
inline constexpr int kMaxContext = 5;
// Highlights listed for one hit; their exact count is given beside them.
inline constexpr size_t kMaxHighlights = 50;
// Buckets of one facet, most frequent first.
inline constexpr size_t kMaxFacetBuckets = 100;
// Incomplete reports named in the coverage of an answer; their exact count is given beside them.
inline constexpr size_t kMaxCoverageReports = 20;
// Code points of joined text that GetRevision returns in one answer: 4 UTF-8 bytes each fit
// kMaxAnswerBytes with the print map beside them.
inline constexpr size_t kMaxRevisionCodePoints = 400'000;
inline constexpr size_t kMaxPageTokenBytes = 1'024;
inline constexpr size_t kMaxRequestIdBytes = 128;
// Names of callers, in the audit trail: subjects of certificates and tokens are shorter.
inline constexpr size_t kMaxCallerBytes = 1'000;
// Names of backups: those made of the time have 28 bytes.
inline constexpr size_t kMaxBackupNameBytes = 100;
// Changes in one message of a watch, 300 bytes each; and watches at a time: each holds one message
// and is looked at whenever the archive changes.
inline constexpr size_t kMaxWatchChanges = 100;
inline constexpr size_t kMaxWatches = 1'000;
// Ours have some 20 bytes; callers hand them back as they got them.
inline constexpr size_t kMaxEtagBytes = 128;

// Blocking work waiting for a worker. Beyond it callers are refused at once instead of timing out.
inline constexpr size_t kExecutorQueue = 64;
inline constexpr size_t kExecutorThreads = 4;
// The metrics endpoint: two Prometheus servers and a person ask at once. Whoever does not send its
// request within the time makes room, so that a hundred and fifty that never do cost others five
// seconds, half of what Prometheus waits; as many connections wait inside, the others in the kernel
// without costing anything.
inline constexpr int kMetricsThreads = 32;
inline constexpr int kMetricsConnections = 16;
inline constexpr int kMetricsRequestMs = 1'000;
inline constexpr int kMaxMetricsRequestBytes = 8'192;
// The shape of a slow request in the log: some twenty fields.
inline constexpr size_t kMaxShapeBytes = 1'024;

// What one server takes from its callers. Calls at the same time: look-ups take well under a
// millisecond, so that so many are a thousand uploads or a queue that nobody will wait for.
inline constexpr size_t kMaxCalls = 1'000;
// The same on one connection; HTTP/2 clients let further ones wait. A gateway that multiplexes many
// users needs a hundred, and one connection never gets the whole of kMaxCalls.
inline constexpr size_t kMaxStreams = 256;
// How often a call that goes on for long is asked whether its caller may still make it: soon after
// a token is taken back, and one check of a signed token (0.1 ms) in that time.
inline constexpr int kReadmitSeconds = 2;
// Answers that are given and not read, small ones counted: of a caller who reads only those that
// are on the way. With 64 KiB each they are 256 MiB; one caller has this part at most.
inline constexpr size_t kMaxUnreadAnswers = 4'000;
inline constexpr size_t kUnreadShare = 4;
// An upload that sends nothing for so long has lost its caller, or wants to hold what it has.
inline constexpr int kUploadIdleSeconds = 60;
// And one that sends less than this in that time: no line is so slow.
inline constexpr size_t kUploadLeastBytes = 64u << 10;
// How many times as long as an upload may send nothing the one message of ImportReport may take to
// come, of which nobody sees how much is there: 33 MiB in ten minutes are 56 KiB a second.
inline constexpr int kRequestIdles = 10;
// How long the process itself is waited for that asks whether it still answers: on a busy machine
// thousands of times what an answer takes.
inline constexpr int kLivenessSeconds = 10;
// What the calls of one connection hold as it arrived, as kMaxTransportBytes those of all: all that
// imports may hold (kMaxImportBytesInFlight), so that a client with many jobs is told to wait for
// that before its connection is closed, two of the largest unary ones and 500 look-ups.
inline constexpr size_t kMaxConnectionBytes = 336u << 20;
// What a connection may hold in any case while calls of others that have gone are worked off: an
// ordinary report, or 40 look-ups.
inline constexpr size_t kSmallConnectionBytes = 1u << 20;
// A request of which less than kUploadLeastBytes came in so many seconds has lost its caller or
// wants to hold what it has: when there is no room left its connection is closed before others.
inline constexpr int kStuckSeconds = 10;
// Connections of one process. 24 KiB each would be 24 GiB.
inline constexpr int64_t kMaxConnections = 1 << 20;
// Connections that are taken at once after a rest, and a second. gRPC holds some 20 KiB of each for
// seconds after it has ended: strangers who come and go would hold as much as they are fast. Others
// wait in the kernel's queue.
inline constexpr size_t kMostConnectionsAtOnce = 2'000;
inline constexpr size_t kMostConnectionsASecond = 1'500;
// Frames of a connection that bring no call anything (priorities, windows, settings, pings, data of
// no bytes, resets and headers of no call, types that nobody knows). gRPC reads as much of them at
// once as it read before it last found nothing, without a bound. Some at first, as many as browsers
// send for each of their calls, twice as many for each frame that asks for them (of data that takes
// up a window, of pings and settings), and some a second; of what is not used up so many are kept.
inline constexpr uint64_t kMostIdleFrames = 1'000;
inline constexpr uint64_t kIdleFramesForACall = 10;
inline constexpr uint64_t kIdleFramesForAFrame = 20;
inline constexpr uint64_t kIdleFramesASecond = 100;
inline constexpr uint64_t kMostIdleFramesKept = 100'000;
// What gRPC needs for a call beside its bytes, measured with 20,000 of them.
inline constexpr size_t kStreamBytes = 24u << 10;
// How long a call that its caller reset counts as if it went on, in seconds: it may wait for a
// thread still.
inline constexpr int kResetLingerSeconds = 2;
// Read at once from a connection. A few bytes of a call keep as much from being freed.
inline constexpr size_t kReadChunkBytes = 64u << 10;
// Connections that are closed for their calls or headers have this many times what gRPC refuses by
// itself, so that who means well gets an error: a call that ended is counted a moment later.
inline constexpr size_t kStreamsBehind = 2;
inline constexpr size_t kHeadersBehind = 4;
inline constexpr size_t kLeastHeaderBytes = 64u << 10;
// Headers of all calls until a client acknowledges the server's settings, which takes one round
// trip. Without that gRPC takes 16 MiB for each call, and one byte may say a field of the table.
inline constexpr size_t kMaxUnsettledBytes = 256u << 10;
// How long a connection lives before its client is asked to make another, which takes up what was
// changed since: certificates and their authorities. Calls that last have some time to end.
inline constexpr int kMaxConnectionAgeSeconds = 3'600;
inline constexpr int kConnectionEndsSeconds = 300;
// Keys of a file that are tried for a signed token that names none: issuers that rotate their keys
// have two or three.
inline constexpr size_t kMaxKeysTried = 8;
// Metadata of a request: a signed token has up to 2 KiB, proxies add some.
inline constexpr size_t kMaxMetadataBytes = 16u << 10;
// What the calls of all connections hold as it arrived: fifteen of the largest unary imports, or
// 20,000 look-ups that wait. Beyond it the connections that hold most are closed.
inline constexpr size_t kMaxTransportBytes = 512u << 20;
// How often clients may ping an idle connection: many load balancers cut those after a minute.
inline constexpr int kMinPingSeconds = 30;
// Callers whose calls are counted for quotas, 100 bytes each; beyond it the newest share one count.
inline constexpr size_t kMaxQuotaCallers = 10'000;
// Tokens and clients of one file, which are compared one after the other: some 2 microseconds.
inline constexpr size_t kMaxTokens = 1'000;
inline constexpr size_t kMaxTokenBytes = 8u << 10;
inline constexpr size_t kMaxCallerNameBytes = 64;
// Files of tokens, keys and certificates are written by hand or by a script.
inline constexpr size_t kMaxCredentialFileBytes = 1u << 20;
// Report sources that calls hold together while they upload, wait or import; more are refused like
// a full queue. Four of the largest uploads, or thousands of ordinary reports. One caller has half.
inline constexpr size_t kMaxImportBytesInFlight = 256u << 20;
// Answers that callers were sent and have not read; more are refused like a full queue. Small ones
// (three ordinary pages) are not counted: a caller that reads is answered whatever others leave.
inline constexpr size_t kMaxUnreadAnswerBytes = 512u << 20;
inline constexpr size_t kSmallAnswerBytes = 64u << 10;

// Segments that the command line merges, in code points: merging holds some 25 bytes for each of
// them, beside the reports that wait for their index and what one report takes (see
// kMaxSourceBytes). An import of 15,000 reports with 55 million code points had 267 MB of memory of
// its own at most. A server merges further.
inline constexpr uint64_t kMaxCommandSegment = 4'000'000;

// Citation checks. A quotation, in code points: a long column; more is a draft. The caller's own
// words around it: enough to see how it is used.
inline constexpr size_t kMaxQuotationCodePoints = 5'000;
inline constexpr size_t kMaxCitationContextCodePoints = 200;
// Strings of a claim, in code points: a whole title with its subtitle.
inline constexpr size_t kMaxClaimCodePoints = 500;
inline constexpr size_t kDefaultLocations = 20;
inline constexpr size_t kMaxLocations = 200;
// Letters that an omission mark may stand for before the gap itself is suspicious.
inline constexpr size_t kMaxElisionGap = 200;
// Parts between omission marks, or of a stitched quotation; more is no quotation.
inline constexpr size_t kMaxElisionParts = 50;
// Share of the letters of a long quotation that a passage may have edited before it is not looked
// at closely: half of them make it no source. In shorter ones restated figures may weigh as much.
inline constexpr double kHopelessShare = 0.75;
inline constexpr size_t kLongQuotationLetters = 200;
// Windows of the archive that one part of a quotation is aligned with. The true source of a
// misquotation is nearly always the first; the rest is for passages that resemble each other.
inline constexpr size_t kMaxCitationWindows = 16;
// Places of a quotation that stands many times which are compared code point by code point; of the
// others only their number is known. Formula phrases stand thousands of times.
inline constexpr size_t kMaxCitationPlaces = 400;
// Places of a phrase that stands in many reports beside which the rest of a misquotation is looked
// for, 0.2 microseconds each: what stands more often is a formula in all of them.
inline constexpr size_t kMaxCommonPlaces = 2'000;
// Stretches of one quotation that are looked up: 5,000 characters of a report have some hundred.
// What has more has little in common with any, and they take ten microseconds each.
inline constexpr size_t kMaxCitationSeeds = 800;
// Cells of the dynamic programmes of one check: some 10 ms. 5,000 characters beside what resembles
// them need a fifth of it.
inline constexpr uint64_t kMaxAlignmentCells = 3'000'000;
// Characters compared where a check looks whether a quotation is stitched together: some 2 ms, also
// when the alignments have used up theirs.
inline constexpr uint64_t kMaxStitchedCharacters = 2'000'000;
// Claimed reports that are read as a whole when the index does not find the words in them.
inline constexpr size_t kMaxClaimScans = 8;
// Differences listed in one answer; their exact count is given beside them.
inline constexpr size_t kMaxCitationEdits = 500;
// A passage that stands in this many reports is a formula.
inline constexpr size_t kFormulaicReports = 5;
// Equal text around two places that makes them one duplicated passage: as in the parser's lint.
inline constexpr size_t kDuplicatedCodePoints = 30;
// A passage this near to where an incomplete report breaks off may go on beyond it.
inline constexpr size_t kNearEdgeCodePoints = 60;

}  // namespace quotes::limits

#endif  // QUOTES_SERVICE_BASE_LIMITS_H_
