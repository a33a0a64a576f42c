# CMake generated Testfile for 
# Source directory: /work/wt/text
# Build directory: /work/wt/text/build-asan
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
subdirs("proto")
subdirs("service")
subdirs("client")
subdirs("tests")
