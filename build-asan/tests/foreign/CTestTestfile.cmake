# CMake generated Testfile for 
# Source directory: /work/wt/text/tests/foreign
# Build directory: /work/wt/text/build-asan/tests/foreign
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
add_test([=[foreign.node_packages]=] "/work/wt/text/tests/foreign/install_node_packages.sh" "/work/wt/text/build-asan/node")
set_tests_properties([=[foreign.node_packages]=] PROPERTIES  FIXTURES_SETUP "node_packages" LABELS "foreign" TIMEOUT "600" _BACKTRACE_TRIPLES "/work/wt/text/tests/foreign/CMakeLists.txt;6;add_test;/work/wt/text/tests/foreign/CMakeLists.txt;0;")
