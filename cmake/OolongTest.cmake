# Functions to add tests. Each test has a timeout and a label. Exit status 77 means that it was
# skipped.
#
#   oolong_add_unit_test(<name> SOURCES <c>... [LIBS <lib>...] [TIMEOUT <seconds>])
#       one Check program for one module, label "unit". A test that includes headers of libipc links
#       Oolong::ipc.
#
#   oolong_add_system_test(<name> COMMAND <command>... [LABEL <label>] [TIMEOUT <seconds>] [SERIAL]
#                          [TRANSPORTS <transport>...] [FUSE] [SAME_USER])
#       runs a command in a new empty directory, which is removed afterwards. If the tests run as
#       root, the command runs as an unprivileged user. Its environment has:
#         OOLONG_BIN, OOLONG_LIBEXEC   the folders of the programs
#         OOLONG_SOURCE, OOLONG_BUILD  the source and the build folder
#       TRANSPORTS: adds a test for each transport, with OOLONG_TRANSPORT set. The test's name ends
#       in the transport, except for `socket`.
#       FUSE: the command may mount. SAME_USER: it runs as the user who runs the tests, root too.
#
#   oolong_add_model_test(<model> [TIMEOUT <seconds>])
#       checks one model, with its rows of tests/model/check, label "model".

include_guard(GLOBAL)

find_package(PkgConfig REQUIRED)
pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check)

# Builds only what the unit tests need.
add_custom_target(unit_tests)

set(OOLONG_TEST_DIR "${CMAKE_BINARY_DIR}/tests/bin")
set(OOLONG_TEST_ENVIRONMENT
  OOLONG_BIN=${OOLONG_BIN_DIR}
  OOLONG_LIBEXEC=${OOLONG_LIBEXEC_DIR}
  OOLONG_SOURCE=${CMAKE_SOURCE_DIR}
  OOLONG_BUILD=${CMAKE_BINARY_DIR})
if(OOLONG_SANITIZE)
  # An error must end the process, and Check needs its exit status. Leaks are only looked for if a
  # test asks for it, because a forked test does not free memory of its parent's fixture.
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
  cmake_parse_arguments(arg "SERIAL;FUSE;SAME_USER" "TIMEOUT;LABEL" "COMMAND;TRANSPORTS" ${ARGN})
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
                               $<$<BOOL:${arg_FUSE}>:--fuse> $<$<BOOL:${arg_SAME_USER}>:--same-user>
                               ${arg_COMMAND}
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
