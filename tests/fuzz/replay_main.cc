// Runs a fuzzer's entry point over its kept corpus and over deterministic mutations of it, so that
// compilers without libFuzzer still hold every finding.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr int kMutationsPerInput = 200;

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

std::string Mutate(std::string input, std::mt19937* random) {
  const int edits = 1 + static_cast<int>((*random)() % 8);
  for (int i = 0; i < edits; ++i) {
    const size_t place = input.empty() ? 0 : (*random)() % input.size();
    switch ((*random)() % 4) {
      case 0:
        input.insert(place, 1, static_cast<char>((*random)() & 0xff));
        break;
      case 1:
        if (!input.empty()) {
          input.erase(place, 1 + (*random)() % 4);
        }
        break;
      case 2:
        if (!input.empty()) {
          input[place] = static_cast<char>((*random)() & 0xff);
        }
        break;
      default:
        input.insert(place, input.substr(place / 2, (*random)() % 16));
        break;
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  size_t inputs = 0;
  std::mt19937 random(20220117);
  Run("");
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) {
        continue;
      }
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string input{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
      Run(input);
      for (int j = 0; j < kMutationsPerInput; ++j) {
        Run(Mutate(input, &random));
      }
      ++inputs;
    }
  }
  std::printf("%zu inputs replayed, %d mutations each\n", inputs, kMutationsPerInput);
  return inputs > 0 ? 0 : 1;
}
