# Helpers to add interfaces and tasks. Used by this tree and, through find_package(Oolong), by
# programs outside it.
#
#   oolong_generate_idl(<target> OUT <dir> FILES <idl>...)
#       compiles interfaces into <dir>: oolong/idl.h (every message), idl/<ns>.h (client stubs),
#       idl/<ns>_server.h (dispatch) and idl_tables.c (names and digests), and makes <target>, an
#       interface library that carries the include folder and the tables.
#
#   oolong_add_task(<name> SOURCES <c>... [LIBS <lib>...] [IDL <idl>...] [NO_INSTALL])
#       builds a task: a program whose entry point is `void main(void)`. IDL adds interfaces of its
#       own to the base system's.

include_guard(GLOBAL)

function(oolong_generate_idl target)
  cmake_parse_arguments(arg "" "OUT" "FILES" ${ARGN})
  set(outputs ${arg_OUT}/oolong/idl.h ${arg_OUT}/idl_tables.c)
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND Oolong::idlc --out-dir ${arg_OUT} ${arg_FILES}
    DEPENDS Oolong::idlc ${arg_FILES}
    COMMENT "Compiling interfaces for ${target}"
    VERBATIM)
  add_custom_target(${target}_files DEPENDS ${outputs})
  add_library(${target} OBJECT ${arg_OUT}/idl_tables.c)
  add_dependencies(${target} ${target}_files)
  target_include_directories(${target} PUBLIC ${arg_OUT})
  set_target_properties(${target} PROPERTIES OOLONG_IDL_DIR ${arg_OUT})
endfunction()

function(oolong_add_task name)
  cmake_parse_arguments(arg "NO_INSTALL" "" "SOURCES;LIBS;IDL" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_compile_definitions(${name} PRIVATE main=oolong_main _GNU_SOURCE)
  if(arg_IDL)
    # Before libipc's own, so that the program sees its messages too.
    oolong_generate_idl(${name}_idl OUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.idl.d
                        FILES ${OOLONG_BASE_IDL} ${arg_IDL})
    target_include_directories(${name}_idl PUBLIC
      $<TARGET_PROPERTY:Oolong::ipc,INTERFACE_INCLUDE_DIRECTORIES>)
    target_include_directories(${name} BEFORE PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${name}.idl.d)
    target_sources(${name} PRIVATE $<TARGET_OBJECTS:${name}_idl>)
    add_dependencies(${name} ${name}_idl)
  endif()
  target_link_libraries(${name} PRIVATE ${arg_LIBS} Oolong::ipc Oolong::compat)
  if(TARGET oolong_warnings)
    target_link_libraries(${name} PRIVATE oolong_warnings oolong_sanitizers)
    # -Wmissing-prototypes would complain of every task's main.
    target_compile_options(${name} PRIVATE -Wno-missing-prototypes -Wno-main)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${OOLONG_LIBEXEC_DIR})
    if(NOT arg_NO_INSTALL)
      install(TARGETS ${name} DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/oolong)
    endif()
  endif()
endfunction()
