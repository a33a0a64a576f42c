# CMake generated Testfile for 
# Source directory: /work/wt/text/tests/unit/archive
# Build directory: /work/wt/text/build-asan/tests/unit/archive
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
include("/work/wt/text/build-asan/tests/unit/archive/archive_query_test[1]_include.cmake")
