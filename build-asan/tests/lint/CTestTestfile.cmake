# CMake generated Testfile for 
# Source directory: /work/wt/text/tests/lint
# Build directory: /work/wt/text/build-asan/tests/lint
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
add_test([=[lint.format]=] "/usr/bin/python3" "/work/wt/text/tests/lint/format_test.py")
set_tests_properties([=[lint.format]=] PROPERTIES  LABELS "lint" TIMEOUT "300" _BACKTRACE_TRIPLES "/work/wt/text/tests/lint/CMakeLists.txt;5;add_test;/work/wt/text/tests/lint/CMakeLists.txt;0;")
add_test([=[lint.scripts]=] "/usr/bin/python3" "/work/wt/text/tests/lint/scripts_test.py")
set_tests_properties([=[lint.scripts]=] PROPERTIES  LABELS "lint" TIMEOUT "300" _BACKTRACE_TRIPLES "/work/wt/text/tests/lint/CMakeLists.txt;7;add_test;/work/wt/text/tests/lint/CMakeLists.txt;0;")
add_test([=[lint.buf]=] "/usr/bin/python3" "/work/wt/text/tests/lint/buf_test.py" "/work/wt/text/build-asan/node/node_modules/.bin/buf" "/work/wt/text/build-asan/proto/third_party" "/work/wt/text/build-asan/tests/lint/buf")
set_tests_properties([=[lint.buf]=] PROPERTIES  FIXTURES_REQUIRED "node_packages" LABELS "lint" TIMEOUT "300" _BACKTRACE_TRIPLES "/work/wt/text/tests/lint/CMakeLists.txt;9;add_test;/work/wt/text/tests/lint/CMakeLists.txt;0;")
add_test([=[lint.tidy]=] "/usr/bin/python3" "/work/wt/text/tests/lint/tidy_test.py" "/work/wt/text/build-asan")
set_tests_properties([=[lint.tidy]=] PROPERTIES  LABELS "lint;tidy" PROCESSORS "2" TIMEOUT "1800" _BACKTRACE_TRIPLES "/work/wt/text/tests/lint/CMakeLists.txt;13;add_test;/work/wt/text/tests/lint/CMakeLists.txt;0;")
