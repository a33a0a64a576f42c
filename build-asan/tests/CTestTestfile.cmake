# CMake generated Testfile for 
# Source directory: /work/wt/text/tests
# Build directory: /work/wt/text/build-asan/tests
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
subdirs("support")
subdirs("unit")
subdirs("golden")
subdirs("property")
subdirs("fuzz")
subdirs("contract")
subdirs("e2e")
subdirs("foreign")
subdirs("lint")
