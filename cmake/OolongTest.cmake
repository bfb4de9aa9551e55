# Helpers to add tests. Every test has a timeout and a label, and is skipped by exit status 77.
#
#   oolong_add_unit_test(<name> SOURCES <c>... [LIBS <lib>...] [TIMEOUT <seconds>])
#       one Check binary for one module, label "unit". Sources that include headers of libipc link
#       Oolong::ipc.
#
#   oolong_add_system_test(<name> COMMAND <command>... [LABEL <label>] [TIMEOUT <seconds>] [SERIAL]
#                          [TRANSPORTS <transport>...] [FUSE])
#       runs a command in an empty directory of its own that is removed afterwards, as an
#       unprivileged user when the tests run as root. It finds in its environment:
#         OOLONG_BIN, OOLONG_LIBEXEC   folders of the programs that were built
#         OOLONG_SOURCE, OOLONG_BUILD  the two trees
#       With transports, there is a test for each of them: OOLONG_TRANSPORT is set, and all names but
#       that for `socket` end in it.
#       FUSE: it may mount.
#
#   oolong_add_model_test(<model> [TIMEOUT <seconds>])
#       explores the rows of tests/model/check that are of one model, label "model".

include_guard(GLOBAL)

find_package(PkgConfig REQUIRED)
pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check)

# Builds what the unit tests need and nothing else.
add_custom_target(unit_tests)

set(OOLONG_TEST_DIR "${CMAKE_BINARY_DIR}/tests/bin")
set(OOLONG_TEST_ENVIRONMENT
  OOLONG_BIN=${OOLONG_BIN_DIR}
  OOLONG_LIBEXEC=${OOLONG_LIBEXEC_DIR}
  OOLONG_SOURCE=${CMAKE_SOURCE_DIR}
  OOLONG_BUILD=${CMAKE_BINARY_DIR})
if(OOLONG_SANITIZE)
  # A finding must end the process, and Check needs its exit status. A forked test does not free
  # what the fixture of its parent holds, so leaks are looked for where a test asks for it.
  list(APPEND OOLONG_TEST_ENVIRONMENT
    ASAN_OPTIONS=detect_leaks=0:abort_on_error=1
    UBSAN_OPTIONS=print_stacktrace=1
    OOLONG_SANITIZED=1)
endif()

function(oolong_test_properties name label timeout)
  set_tests_properties(${name} PROPERTIES
    LABELS "${label}"
    TIMEOUT ${timeout}
    SKIP_RETURN_CODE 77
    ENVIRONMENT "${OOLONG_TEST_ENVIRONMENT}")
endfunction()

function(oolong_add_unit_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LIBS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(${name} ${arg_SOURCES})
  if(OOLONG_SANITIZE MATCHES memory)
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/msan.c)
  endif()
  oolong_private(${name})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} PkgConfig::CHECK)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${OOLONG_TEST_DIR})
  add_dependencies(unit_tests ${name})
  add_test(NAME ${name} COMMAND ${name})
  oolong_test_properties(${name} unit ${arg_TIMEOUT})
endfunction()

function(oolong_add_system_test name)
  cmake_parse_arguments(arg "SERIAL;FUSE" "TIMEOUT;LABEL" "COMMAND;TRANSPORTS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(NOT arg_LABEL)
    set(arg_LABEL system)
  endif()
  if(NOT arg_TRANSPORTS)
    set(arg_TRANSPORTS default)
  endif()
  foreach(transport IN LISTS arg_TRANSPORTS)
    set(test ${name})
    if(transport STREQUAL shm)
      set(test ${name}_shm)
    endif()
    add_test(NAME ${test} COMMAND ${CMAKE_SOURCE_DIR}/tests/support/as-user
                               $<$<BOOL:${arg_FUSE}>:--fuse> ${arg_COMMAND}
             COMMAND_EXPAND_LISTS)
    oolong_test_properties(${test} ${arg_LABEL} ${arg_TIMEOUT})
    if(NOT transport STREQUAL default)
      set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT OOLONG_TRANSPORT=${transport})
    endif()
    if(arg_SERIAL)
      set_tests_properties(${test} PROPERTIES RUN_SERIAL TRUE)
    endif()
  endforeach()
endfunction()

function(oolong_add_model_test model)
  cmake_parse_arguments(arg "" "TIMEOUT" "" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_test(NAME model_${model} COMMAND ${CMAKE_SOURCE_DIR}/tests/model/check ${model})
  oolong_test_properties(model_${model} model ${arg_TIMEOUT})
endfunction()
