# CMake generated Testfile for 
# Source directory: /work/wt/text/tests/property
# Build directory: /work/wt/text/build-asan/tests/property
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
include("/work/wt/text/build-asan/tests/property/fold_property_test[1]_include.cmake")
include("/work/wt/text/build-asan/tests/property/decode_detection_test[1]_include.cmake")
include("/work/wt/text/build-asan/tests/property/decode_property_test[1]_include.cmake")
