# CMake generated Testfile for 
# Source directory: /work/wt/text/tests/unit
# Build directory: /work/wt/text/build-asan/tests/unit
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
subdirs("base")
subdirs("text")
subdirs("report")
subdirs("themes")
subdirs("archive")
subdirs("store")
subdirs("library")
subdirs("rpc")
