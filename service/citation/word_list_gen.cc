// Writes the word list of the lexicon as C++ source, from the dictionary of the Debian package
// python3-jieba (one word a line: word, frequency, part of speech).
//
//   word_list_gen DICTIONARY OUTPUT
//
// Kept are single Han characters, and words of 2 to 8 of them that occur often enough to be words
// rather than accidents of the corpus they were counted in; letters are folded as texts are. A
// word's cost is 7 ln(total / frequency), so that the cheapest way to part a text is the most
// probable one.
//
// The list is a trie, its nodes numbered breadth first: the children of node i are the nodes
// kFirstChild[i] to kFirstChild[i + 1], sorted by their character kLabel. Node 0 is the root.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "service/base/hash.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

constexpr long kLeastFrequency = 5;
constexpr size_t kMaxWord = 8;
constexpr char32_t kFirstHan = 0x4E00;
constexpr char32_t kLastHan = 0x9FFF;

std::map<std::u32string, long> ReadDictionary(const std::string& path, long* total) {
  std::ifstream in(path, std::ios::binary);
  std::map<std::u32string, long> words;
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string word;
    long frequency = 0;
    if (!(fields >> word >> frequency)) {
      throw std::runtime_error("a line without a frequency: " + line);
    }
    *total += frequency;
    std::u32string folded = text::ToCodePoints(word);
    bool han = true;
    for (char32_t& c : folded) {
      c = text::FoldLetter(c);
      han = han && c >= kFirstHan && c <= kLastHan;
    }
    if (han && folded.size() <= kMaxWord &&
        (folded.size() == 1 ? frequency > 0 : frequency >= kLeastFrequency)) {
      words[folded] += frequency;
    }
  }
  if (words.size() < 100'000) {
    throw std::runtime_error("no dictionary: " + path);
  }
  return words;
}

template <typename T>
void WriteArray(std::string_view type, std::string_view name, const std::vector<T>& values,
                std::ostream& out) {
  out << "constexpr " << type << " " << name << "[] = {";
  for (size_t i = 0; i < values.size(); ++i) {
    out << (i % 24 == 0 ? "\n" : "") << static_cast<uint32_t>(values[i]) << ',';
  }
  out << "\n};\n";
}

void Write(const std::string& dictionary, std::ostream& out) {
  long total = 0;
  const std::map<std::u32string, long> words = ReadDictionary(dictionary, &total);
  const std::vector<std::pair<std::u32string, long>> sorted(words.begin(), words.end());
  struct Group {
    size_t begin;
    size_t end;
    size_t depth;
  };
  std::vector<Group> nodes = {{0, sorted.size(), 0}};
  std::vector<uint16_t> labels = {0};
  std::vector<uint8_t> costs;
  std::vector<uint32_t> first_child;
  for (size_t next = 0; next < nodes.size(); ++next) {
    const Group group = nodes[next];
    size_t i = group.begin;
    uint8_t cost = 0;
    if (sorted[i].first.size() == group.depth) {
      const double exact =
          7 * std::log(static_cast<double>(total) / static_cast<double>(sorted[i].second));
      cost = static_cast<uint8_t>(std::clamp(std::lround(exact), 1L, 127L));
      ++i;
    }
    costs.push_back(cost);
    first_child.push_back(static_cast<uint32_t>(nodes.size()));
    while (i < group.end) {
      const char32_t c = sorted[i].first[group.depth];
      size_t end = i;
      while (end < group.end && sorted[end].first[group.depth] == c) {
        ++end;
      }
      nodes.push_back({i, end, group.depth + 1});
      labels.push_back(static_cast<uint16_t>(c));
      i = end;
    }
  }
  first_child.push_back(static_cast<uint32_t>(nodes.size()));
  std::vector<uint16_t> roots(kLastHan - kFirstHan + 1, 0);
  for (uint32_t node = first_child[0]; node < first_child[1]; ++node) {
    roots[labels[node] - kFirstHan] = static_cast<uint16_t>(node);
  }
  std::string all;
  for (const auto& [word, frequency] : sorted) {
    all += text::ToUtf8(word) + ' ' + std::to_string(frequency) + '\n';
  }
  out << "// Written by word_list_gen: " << sorted.size() << " words.\n"
      << "constexpr char32_t kFirstHan = " << static_cast<uint32_t>(kFirstHan) << ";\n"
      << "constexpr char kWordListHash[] = \"" << Sha256Hex(all).substr(0, 12) << "\";\n";
  WriteArray("uint16_t", "kRoot", roots, out);
  WriteArray("uint16_t", "kLabel", labels, out);
  WriteArray("uint32_t", "kFirstChild", first_child, out);
  WriteArray("uint8_t", "kCost", costs, out);
}

}  // namespace
}  // namespace quotes::citation

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: word_list_gen DICTIONARY OUTPUT\n";
    return 2;
  }
  try {
    std::ofstream out(argv[2], std::ios::binary | std::ios::trunc);
    quotes::citation::Write(argv[1], out);
    out.close();
    if (!out) {
      throw std::runtime_error(std::string("cannot write ") + argv[2]);
    }
  } catch (const std::exception& e) {
    std::cerr << "word_list_gen: " << e.what() << "\n";
    return 1;
  }
  return 0;
}
