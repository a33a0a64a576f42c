# CMake generated Testfile for 
# Source directory: /work/wt/text/tests/fuzz
# Build directory: /work/wt/text/build-asan/tests/fuzz
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
add_test([=[fuzz.query_fuzzer]=] "/work/wt/text/build-asan/bin/query_fuzzer" "/work/wt/text/tests/fuzz/corpus/query")
set_tests_properties([=[fuzz.query_fuzzer]=] PROPERTIES  LABELS "unit;fuzz" TIMEOUT "300" _BACKTRACE_TRIPLES "/work/wt/text/tests/CMakeLists.txt;31;add_test;/work/wt/text/tests/fuzz/CMakeLists.txt;1;quotes_fuzzer;/work/wt/text/tests/fuzz/CMakeLists.txt;0;")
add_test([=[fuzz.decode_fuzzer]=] "/work/wt/text/build-asan/bin/decode_fuzzer" "/work/wt/text/tests/fuzz/corpus/decode")
set_tests_properties([=[fuzz.decode_fuzzer]=] PROPERTIES  LABELS "unit;fuzz" TIMEOUT "300" _BACKTRACE_TRIPLES "/work/wt/text/tests/CMakeLists.txt;31;add_test;/work/wt/text/tests/fuzz/CMakeLists.txt;3;quotes_fuzzer;/work/wt/text/tests/fuzz/CMakeLists.txt;0;")
add_test([=[fuzz.fold_fuzzer]=] "/work/wt/text/build-asan/bin/fold_fuzzer" "/work/wt/text/tests/fuzz/corpus/fold")
set_tests_properties([=[fuzz.fold_fuzzer]=] PROPERTIES  LABELS "unit;fuzz" TIMEOUT "300" _BACKTRACE_TRIPLES "/work/wt/text/tests/CMakeLists.txt;31;add_test;/work/wt/text/tests/fuzz/CMakeLists.txt;5;quotes_fuzzer;/work/wt/text/tests/fuzz/CMakeLists.txt;0;")
