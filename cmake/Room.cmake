# A room is a folder with one static library, gauntlet_<name>, known as gauntlet::<name>.
#   gauntlet_room(wire SOURCES frame.cc DEPENDS gauntlet::base [PRIVATE_DEPENDS ...])
add_library(gauntlet_warnings INTERFACE)
target_compile_options(gauntlet_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow
  # g++ 12 sees overlap in every std::string concatenation (its bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${GAUNTLET_WERROR}>:-Werror>)

function(gauntlet_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  if(ROOM_SOURCES)
    add_library(gauntlet_${name} STATIC ${ROOM_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(gauntlet_${name} PRIVATE $<BUILD_INTERFACE:gauntlet_warnings>
      ${ROOM_PRIVATE_DEPENDS})
  else()
    add_library(gauntlet_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(gauntlet::${name} ALIAS gauntlet_${name})
  set_target_properties(gauntlet_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(gauntlet_${name} ${scope} cxx_std_20)
  target_include_directories(gauntlet_${name} ${scope}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include/gauntlet>)
  target_link_libraries(gauntlet_${name} ${scope} ${ROOM_DEPENDS})
  set_property(GLOBAL APPEND PROPERTY GAUNTLET_ROOM_TARGETS gauntlet_${name})
endfunction()

# gauntlet_test(wire_test GTEST|CATCH SOURCES a_test.cc DEPENDS gauntlet::wire [LABELS slow] [TIMEOUT s])
# One ctest entry per binary keeps start-up cheap; the runner's own output names each case. Nothing
# of a test's own is hot: -O1 takes a third off what it costs to compile. With it g++ 12 takes the
# frames of Asio's coroutines for freed by another function than allocated them.
function(gauntlet_test name framework)
  cmake_parse_arguments(TEST "" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
  if(NOT BUILD_TESTING OR ("slow" IN_LIST TEST_LABELS AND NOT GAUNTLET_SLOW_TESTS))
    return()
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE gauntlet_warnings ${TEST_DEPENDS})
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>
    $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-Wno-mismatched-new-delete>)
  if(framework STREQUAL "GTEST")
    target_link_libraries(${name} PRIVATE GTest::gmock_main)
  elseif(framework STREQUAL "CATCH")
    target_link_libraries(${name} PRIVATE gauntlet_catch_main)
  else()
    message(FATAL_ERROR "${name}: ${framework} is neither GTEST nor CATCH")
  endif()
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${TEST_LABELS}" TIMEOUT ${TEST_TIMEOUT})
endfunction()
