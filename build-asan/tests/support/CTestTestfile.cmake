# CMake generated Testfile for 
# Source directory: /work/wt/text/tests/support
# Build directory: /work/wt/text/build-asan/tests/support
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
