# CMake generated Testfile for 
# Source directory: /work/wt/text/tests/unit/text
# Build directory: /work/wt/text/build-asan/tests/unit/text
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
include("/work/wt/text/build-asan/tests/unit/text/text_utf8_test[1]_include.cmake")
include("/work/wt/text/build-asan/tests/unit/text/text_fold_test[1]_include.cmake")
include("/work/wt/text/build-asan/tests/unit/text/text_decode_test[1]_include.cmake")
add_test([=[fold_table.generate]=] "/work/wt/text/build-asan/bin/fold_table_gen" "/usr/share/opencc" "1.1.5" "/work/wt/text/build-asan/tests/unit/text/fold_table_again.inc")
set_tests_properties([=[fold_table.generate]=] PROPERTIES  FIXTURES_SETUP "fold_table_again" LABELS "unit" _BACKTRACE_TRIPLES "/work/wt/text/tests/unit/text/CMakeLists.txt;7;add_test;/work/wt/text/tests/unit/text/CMakeLists.txt;0;")
add_test([=[fold_table.is_deterministic]=] "/usr/bin/cmake" "-E" "compare_files" "/work/wt/text/build-asan/service/text/fold_table.inc" "/work/wt/text/build-asan/tests/unit/text/fold_table_again.inc")
set_tests_properties([=[fold_table.is_deterministic]=] PROPERTIES  FIXTURES_REQUIRED "fold_table_again" LABELS "unit" _BACKTRACE_TRIPLES "/work/wt/text/tests/unit/text/CMakeLists.txt;9;add_test;/work/wt/text/tests/unit/text/CMakeLists.txt;0;")
