# CMake generated Testfile for 
# Source directory: /work/wt/text/tests/unit/store
# Build directory: /work/wt/text/build-asan/tests/unit/store
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
include("/work/wt/text/build-asan/tests/unit/store/sqlite_conformance_test[1]_include.cmake")
include("/work/wt/text/build-asan/tests/unit/store/sqlite_store_test[1]_include.cmake")
include("/work/wt/text/build-asan/tests/unit/store/sqlite_crash_test[1]_include.cmake")
include("/work/wt/text/build-asan/tests/unit/store/store_content_test[1]_include.cmake")
