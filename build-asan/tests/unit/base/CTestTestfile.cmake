# CMake generated Testfile for 
# Source directory: /work/wt/text/tests/unit/base
# Build directory: /work/wt/text/build-asan/tests/unit/base
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
include("/work/wt/text/build-asan/tests/unit/base/errors_test[1]_include.cmake")
include("/work/wt/text/build-asan/tests/unit/base/hash_test[1]_include.cmake")
