# Helpers to add interfaces and tasks. Used by this tree and, through find_package(Oolong), by
# programs outside it.
#
#   oolong_generate_idl(<target> OUT <dir> FILES <idl>...)
#       compiles interfaces into <dir>: oolong/idl.h (every message), idl/<ns>.h (client stubs),
#       idl/<ns>_server.h (dispatch) and idl_tables.c (names and digests). Makes <target>, an
#       interface library that carries the include folder, and <target>_files, which waits for the
#       files. The tables are a source that the caller adds to what it builds.
#
#   oolong_add_task(<name> SOURCES <c>... [LIBS <lib>...] [IDL <idl>...] [NO_INSTALL])
#       builds a task: a program in C or C++ whose entry point is `void main(void)` or
#       `void main(const char *cmdline)`. IDL adds interfaces of its own to the base system's.
#       Functions and types of the program that have a name of a library's (own-names) are its own.

include_guard(GLOBAL)

# CMake says nothing of sources in a language that the project has not enabled: it leaves them out.
function(_oolong_check_languages name)
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  set(C_pattern "\\.c$")
  set(CXX_pattern "\\.(cc|cpp|cxx|c\\+\\+|C)$")
  foreach(language IN ITEMS C CXX)
    set(sources ${ARGN})
    list(FILTER sources INCLUDE REGEX "${${language}_pattern}")
    if(sources AND NOT language IN_LIST languages)
      message(FATAL_ERROR "${name}: the project has not enabled ${language}, in which it has "
                          "${sources}: add it to project(... LANGUAGES ...)")
    endif()
  endforeach()
endfunction()

function(oolong_generate_idl target)
  cmake_parse_arguments(arg "" "OUT" "FILES" ${ARGN})
  # The tables are C and C++; CMake would leave a .c file out of a project of C++ alone.
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(NOT "C" IN_LIST languages)
    set_source_files_properties(${arg_OUT}/idl_tables.c PROPERTIES LANGUAGE CXX)
  endif()
  set(files "")
  foreach(file IN LISTS arg_FILES)
    get_filename_component(file ${file} ABSOLUTE)
    list(APPEND files ${file})
  endforeach()
  # The other headers are by-products that nobody needs to name: whoever includes one of them
  # includes oolong/idl.h too, and is compiled after the target. The tables are a by-product as well,
  # because make gives the second of two outputs a new time, changed or not.
  add_custom_command(
    OUTPUT ${arg_OUT}/oolong/idl.h
    BYPRODUCTS ${arg_OUT}/idl_tables.c
    COMMAND Oolong::idlc --out-dir ${arg_OUT} --depfile ${CMAKE_CURRENT_BINARY_DIR}/${target}.d
            ${files}
    DEPENDS Oolong::idlc ${files}
    DEPFILE ${CMAKE_CURRENT_BINARY_DIR}/${target}.d
    COMMENT "Compiling interfaces for ${target}"
    VERBATIM)
  add_custom_target(${target}_files DEPENDS ${arg_OUT}/oolong/idl.h)
  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_files)
  target_include_directories(${target} INTERFACE ${arg_OUT})
endfunction()

set(_oolong_own_names ${CMAKE_CURRENT_LIST_DIR}/own-names)

# What is included first in the C sources of a task: see own-names.
function(_oolong_include_own_names name)
  set(sources "")
  foreach(source IN LISTS ARGN)
    if(source MATCHES "\\.c$" AND NOT source MATCHES "\\$<")
      get_filename_component(source ${source} ABSOLUTE)
      list(APPEND sources ${source})
    endif()
  endforeach()
  if(NOT sources)
    return()
  endif()
  set(header ${CMAKE_CURRENT_BINARY_DIR}/${name}.own.h)
  add_custom_command(OUTPUT ${header}
    COMMAND ${_oolong_own_names} ${CMAKE_NM} $<TARGET_FILE:Oolong::ipc> ${header} ${sources}
    DEPENDS ${_oolong_own_names} ${sources}
    DEPFILE ${header}.d
    COMMENT "Looking for names of libraries that ${name} defines"
    VERBATIM)
  add_custom_target(${name}_own_names DEPENDS ${header})
  add_dependencies(${name} ${name}_own_names)
  target_compile_options(${name} PRIVATE
    "$<$<COMPILE_LANGUAGE:C>:SHELL:-include \"${header}\">")
endfunction()

function(oolong_add_task name)
  cmake_parse_arguments(arg "NO_INSTALL" "" "SOURCES;LIBS;IDL" ${ARGN})
  _oolong_check_languages(${name} ${arg_SOURCES})
  add_executable(${name} ${arg_SOURCES})
  target_compile_definitions(${name} PRIVATE main=oolong_main _GNU_SOURCE)
  _oolong_include_own_names(${name} ${arg_SOURCES})
  if(arg_IDL)
    # Before libipc's own, so that the program sees its messages too. The tables take precedence
    # over the member of the archive.
    set(idl_dir ${CMAKE_CURRENT_BINARY_DIR}/${name}.idl.d)
    oolong_generate_idl(${name}_idl OUT ${idl_dir} FILES ${OOLONG_BASE_IDL} ${arg_IDL})
    target_sources(${name} PRIVATE ${idl_dir}/idl_tables.c)
    target_include_directories(${name} BEFORE PRIVATE ${idl_dir})
    add_dependencies(${name} ${name}_idl_files)
  endif()
  target_link_libraries(${name} PRIVATE ${arg_LIBS} Oolong::ipc Oolong::compat)
  # Outside the tree, where a program ends up and how it is installed is its own affair.
  if(COMMAND oolong_private)
    oolong_private(${name})
    target_link_libraries(${name} PRIVATE oolong_task_warnings)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${OOLONG_LIBEXEC_DIR})
    if(NOT arg_NO_INSTALL)
      install(TARGETS ${name} DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/oolong)
    endif()
  endif()
endfunction()
