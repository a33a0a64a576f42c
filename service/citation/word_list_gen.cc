// Writes the word list of the lexicon as C++ source: the cues of the project's own data, and the
// words of the dictionary of the Debian package python3-jieba (one word a line: word, frequency,
// part of speech).
//
//   word_list_gen DICTIONARY CUES OUTPUT
//
// Of the dictionary are kept single Han characters, and words of 2 to 8 of them that occur often
// enough to be words rather than accidents of the corpus they were counted in; the rarer ones of
// two characters are kept as such. Letters are folded as texts are. word_list.h says what is
// written.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "service/base/hash.h"
#include "service/citation/word_list.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::citation::internal {
namespace {

constexpr long kLeastFrequency = 5;
constexpr size_t kMaxWord = 8;

struct Entry {
  long frequency = 0;
  uint8_t cue = kNotNamed;
};
using Entries = std::map<std::u32string, Entry>;

std::u32string Folded(const std::string& word) {
  std::u32string folded = text::ToCodePoints(word);
  for (char32_t& c : folded) {
    c = text::FoldLetter(c);
  }
  return folded;
}

bool IsInTable(const std::u32string& word) {
  return std::all_of(word.begin(), word.end(),
                     [](char32_t c) { return c >= kFirstHan && c <= kLastHan; });
}

// Returns the sum of all frequencies.
long ReadDictionary(const std::string& path, Entries* entries, std::set<std::u32string>* rare) {
  std::ifstream in(path, std::ios::binary);
  long total = 0;
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string printed;
    long frequency = 0;
    if (!(fields >> printed >> frequency)) {
      throw std::runtime_error("a line without a frequency: " + line);
    }
    total += frequency;
    const std::u32string word = Folded(printed);
    if (IsInTable(word) && word.size() <= kMaxWord &&
        frequency >= (word.size() == 1 ? 1 : kLeastFrequency)) {
      (*entries)[word].frequency += frequency;
    } else if (IsInTable(word) && word.size() == 2) {
      rare->insert(word);
    }
  }
  if (entries->size() < 100'000) {
    throw std::runtime_error("no dictionary: " + path);
  }
  return total;
}

// Returns the version of the data.
std::string ReadCues(const std::string& path, Entries* entries) {
  std::ifstream in(path, std::ios::binary);
  std::string version;
  bool named = false;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const std::string place = path + ":" + std::to_string(number);
    const size_t tab = line.find('\t');
    if (tab == std::string::npos) {
      throw std::runtime_error(place + ": two columns are needed");
    }
    const std::string kind = line.substr(0, tab);
    if (version.empty()) {
      if (kind != "version") {
        throw std::runtime_error(place + ": the version is missing");
      }
      version = line.substr(tab + 1);
      continue;
    }
    if (!named) {
      named = true;  // the names of the columns
      continue;
    }
    const std::u32string word = Folded(line.substr(tab + 1));
    const auto at = std::find(kCueKindNames.begin(), kCueKindNames.end(), kind);
    if (at == kCueKindNames.end() && kind != "none") {
      throw std::runtime_error(place + ": no such kind");
    }
    if (word.empty() || !IsInTable(word)) {
      throw std::runtime_error(place + ": not a word of Han characters");
    }
    Entry& entry = (*entries)[word];
    if (entry.cue != kNotNamed) {
      throw std::runtime_error(place + ": stands twice");
    }
    entry.cue =
        at == kCueKindNames.end() ? kNoCue : static_cast<uint8_t>(1 + (at - kCueKindNames.begin()));
  }
  if (version.empty()) {
    throw std::runtime_error("no cues: " + path);
  }
  return version;
}

uint32_t CostOf(const std::u32string& word, const Entry& entry, long total) {
  if (entry.cue == kRare) {
    return 0;
  }
  long cost = kMaxCost;
  if (entry.frequency > 0) {
    const double exact =
        kCostScale * std::log(static_cast<double>(total) / static_cast<double>(entry.frequency));
    cost = std::clamp(std::lround(exact), 1L, static_cast<long>(kMaxCost));
  }
  if (entry.cue != kNotNamed && word.size() > 1) {
    cost = std::min<long>(cost, kCueCost);
  }
  return static_cast<uint32_t>(cost);
}

class DoubleArray {
 public:
  DoubleArray(const Entries& entries, long total) : sorted_(entries.begin(), entries.end()) {
    std::map<char32_t, long> counts;
    for (const auto& [word, entry] : sorted_) {
      for (const char32_t c : word) {
        ++counts[c];
      }
    }
    std::vector<std::pair<long, char32_t>> by_count;
    by_count.reserve(counts.size());
    for (const auto& [c, count] : counts) {
      by_count.emplace_back(-count, c);
    }
    std::sort(by_count.begin(), by_count.end());
    codes_.resize(kLastHan - kFirstHan + 1, 0);
    for (size_t i = 0; i < by_count.size(); ++i) {
      codes_[by_count[i].second - kFirstHan] = static_cast<uint16_t>(i + 1);
    }
    nodes_.resize(1, Node{0, kNoParent});
    used_.resize(1, true);
    Place(0, 0, sorted_.size(), 0, total);
    // Every child that a text may ask for lies in the array.
    nodes_.resize(nodes_.size() + by_count.size() + 1, Node{0, kNoParent});
  }

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<uint16_t>& codes() const { return codes_; }

 private:
  // Gives the children of `node`, the words [begin, end) from character `depth` on, their places.
  void Place(uint32_t node, size_t begin, size_t end, size_t depth, long total) {
    if (begin < end && sorted_[begin].first.size() == depth) {
      const Entry& entry = sorted_[begin].second;
      nodes_[node].base_and_cost |= CostOf(sorted_[begin].first, entry, total) << kIndexBits;
      nodes_[node].parent_and_cue |= static_cast<uint32_t>(entry.cue) << kIndexBits;
      ++begin;
    }
    if (begin == end) {
      return;
    }
    struct Child {
      uint16_t code;
      size_t begin;
      size_t end;
    };
    std::vector<Child> children;
    for (size_t i = begin; i < end;) {
      const char32_t c = sorted_[i].first[depth];
      const size_t first = i;
      while (i < end && sorted_[i].first[depth] == c) {
        ++i;
      }
      children.push_back({codes_[c - kFirstHan], first, i});
    }
    const uint32_t base = Base(children);
    if (base + codes_.size() > kIndexMask) {
      throw std::runtime_error("the list is too large");
    }
    nodes_[node].base_and_cost |= base;
    for (const Child& child : children) {
      used_[base + child.code] = true;
      nodes_[base + child.code].parent_and_cue = node;
    }
    for (const Child& child : children) {
      Place(base + child.code, child.begin, child.end, depth + 1, total);
    }
  }

  // The first base from which all children fall on free places.
  template <typename Children>
  uint32_t Base(const Children& children) {
    while (first_free_ < used_.size() && used_[first_free_]) {
      ++first_free_;
    }
    size_t least = children.front().code;
    size_t most = least;
    for (const auto& child : children) {
      least = std::min<size_t>(least, child.code);
      most = std::max<size_t>(most, child.code);
    }
    for (size_t base = first_free_ > least ? first_free_ - least : 0;; ++base) {
      const size_t size = base + most + 1;
      if (used_.size() < size) {
        used_.resize(size, false);
        nodes_.resize(size, Node{0, kNoParent});
      }
      if (std::none_of(children.begin(), children.end(),
                       [&](const auto& child) { return used_[base + child.code]; })) {
        return static_cast<uint32_t>(base);
      }
    }
  }

  std::vector<std::pair<std::u32string, Entry>> sorted_;
  std::vector<uint16_t> codes_;
  std::vector<Node> nodes_;
  std::vector<bool> used_;
  size_t first_free_ = 1;
};

void Write(const std::string& dictionary, const std::string& cues, std::ostream& out) {
  Entries entries;
  std::set<std::u32string> rare;
  const long total = ReadDictionary(dictionary, &entries, &rare);
  const std::string version = ReadCues(cues, &entries);
  for (const std::u32string& word : rare) {
    entries.emplace(word, Entry{0, kRare});
  }
  const DoubleArray array(entries, total);
  std::string all;
  for (const auto& [word, entry] : entries) {
    all += text::ToUtf8(word) + ' ' + std::to_string(entry.frequency) + ' ' +
           std::to_string(entry.cue) + '\n';
  }
  out << "// Written by word_list_gen: " << entries.size() << " words.\n"
      << "constexpr char kVersion[] = \"" << version << "-" << Sha256Hex(all).substr(0, 12)
      << "\";\nconstexpr uint16_t kCodes[] = {";
  for (size_t i = 0; i < array.codes().size(); ++i) {
    out << (i % 24 == 0 ? "\n" : "") << array.codes()[i] << ',';
  }
  out << "\n};\nconstexpr Node kNodes[] = {";
  for (size_t i = 0; i < array.nodes().size(); ++i) {
    const Node& node = array.nodes()[i];
    out << (i % 8 == 0 ? "\n" : "") << '{' << node.base_and_cost << ',' << node.parent_and_cue
        << "},";
  }
  out << "\n};\n";
}

}  // namespace
}  // namespace quotes::citation::internal

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: word_list_gen DICTIONARY CUES OUTPUT\n";
    return 2;
  }
  try {
    std::ofstream out(argv[3], std::ios::binary | std::ios::trunc);
    quotes::citation::internal::Write(argv[1], argv[2], out);
    out.close();
    if (!out) {
      throw std::runtime_error(std::string("cannot write ") + argv[3]);
    }
  } catch (const std::exception& e) {
    std::cerr << "word_list_gen: " << e.what() << "\n";
    return 1;
  }
  return 0;
}
