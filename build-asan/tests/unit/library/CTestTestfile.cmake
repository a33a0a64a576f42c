# CMake generated Testfile for 
# Source directory: /work/wt/text/tests/unit/library
# Build directory: /work/wt/text/build-asan/tests/unit/library
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
