if(EXISTS "/work/wt/text/build-asan/bin/sqlite_conformance_test")
  if(NOT EXISTS "/work/wt/text/build-asan/tests/unit/store/sqlite_conformance_test[1]_tests.cmake" OR
     NOT "/work/wt/text/build-asan/tests/unit/store/sqlite_conformance_test[1]_tests.cmake" IS_NEWER_THAN "/work/wt/text/build-asan/bin/sqlite_conformance_test" OR
     NOT "/work/wt/text/build-asan/tests/unit/store/sqlite_conformance_test[1]_tests.cmake" IS_NEWER_THAN "${CMAKE_CURRENT_LIST_FILE}")
    include("/usr/share/cmake-3.25/Modules/GoogleTestAddTests.cmake")
    gtest_discover_tests_impl(
      TEST_EXECUTABLE [==[/work/wt/text/build-asan/bin/sqlite_conformance_test]==]
      TEST_EXECUTOR [==[]==]
      TEST_WORKING_DIR [==[/work/wt/text/build-asan/tests/unit/store]==]
      TEST_EXTRA_ARGS [==[]==]
      TEST_PROPERTIES [==[LABELS;unit;TIMEOUT;600]==]
      TEST_PREFIX [==[]==]
      TEST_SUFFIX [==[]==]
      TEST_FILTER [==[]==]
      NO_PRETTY_TYPES [==[FALSE]==]
      NO_PRETTY_VALUES [==[FALSE]==]
      TEST_LIST [==[sqlite_conformance_test_TESTS]==]
      CTEST_FILE [==[/work/wt/text/build-asan/tests/unit/store/sqlite_conformance_test[1]_tests.cmake]==]
      TEST_DISCOVERY_TIMEOUT [==[120]==]
      TEST_XML_OUTPUT_DIR [==[]==]
    )
  endif()
  include("/work/wt/text/build-asan/tests/unit/store/sqlite_conformance_test[1]_tests.cmake")
else()
  add_test(sqlite_conformance_test_NOT_BUILT sqlite_conformance_test_NOT_BUILT)
endif()
