// Options of a fuzzer that those of its command line override.
//
// Without -max_len libFuzzer takes the size of the largest seed: with whole reports for seeds one
// execution takes a second, and a campaign of minutes makes some hundred. What the parsers tell
// apart shows in a few lines. The entropic schedule counts every feature of every input; in targets
// with thousands of features that takes longer than the target does.

#include <string>
#include <vector>

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  static std::vector<std::string> options = {"-max_len=" + std::to_string(QUOTES_FUZZ_MAX_LEN),
                                             "-entropic=0"};
  static std::vector<char*> all(*argv, *argv + *argc);
  for (std::string& option : options) {
    all.insert(all.begin() + 1, option.data());
  }
  all.push_back(nullptr);
  *argc += static_cast<int>(options.size());
  *argv = all.data();
  return 0;
}
