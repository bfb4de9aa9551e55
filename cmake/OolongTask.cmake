# Functions to add interfaces and tasks. This tree uses them, and so do projects outside it, through
# find_package(Oolong).
#
#   oolong_generate_idl(<target> OUT <dir> FILES <idl>...)
#       compiles interfaces into <dir>: oolong/idl.h (all messages), idl/<ns>.h (client stubs),
#       idl/<ns>_server.h (dispatch) and idl_tables.c (names and digests). Adds the target <target>,
#       an interface library with the include folder, and the target <target>_files, which makes the
#       files. The caller adds idl_tables.c to its sources.
#
#   oolong_add_task(<name> SOURCES <c>... [LIBS <lib>...] [IDL <idl>...] [NO_INSTALL])
#       builds a task: a program in C or C++ whose entry point is `void main(void)` or
#       `void main(const char *cmdline)`. IDL adds interfaces to those of the base system. The
#       program may define functions and types with names of a library (see own-names).

include_guard(GLOBAL)

# CMake silently leaves out sources in a language that the project has not enabled.
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
  # The tables are valid C and C++. In a project without C, CMake would leave out a .c file.
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(NOT "C" IN_LIST languages)
    set_source_files_properties(${arg_OUT}/idl_tables.c PROPERTIES LANGUAGE CXX)
  endif()
  set(files "")
  foreach(file IN LISTS arg_FILES)
    get_filename_component(file ${file} ABSOLUTE)
    list(APPEND files ${file})
  endforeach()
  # The other headers need not be named as outputs: a source that includes one of them also includes
  # oolong/idl.h, and is compiled after the target. The tables are a by-product, because make gives
  # the second of two outputs a new time even if it has not changed.
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

# Includes a header before all others in the C sources of a task: see own-names.
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
    # These headers come before libipc's, so that the program sees its own messages too. The tables
    # replace those of the archive.
    set(idl_dir ${CMAKE_CURRENT_BINARY_DIR}/${name}.idl.d)
    oolong_generate_idl(${name}_idl OUT ${idl_dir} FILES ${OOLONG_BASE_IDL} ${arg_IDL})
    target_sources(${name} PRIVATE ${idl_dir}/idl_tables.c)
    target_include_directories(${name} BEFORE PRIVATE ${idl_dir})
    add_dependencies(${name} ${name}_idl_files)
  endif()
  target_link_libraries(${name} PRIVATE ${arg_LIBS} Oolong::ipc Oolong::compat)
  # A project outside the tree decides itself where its programs go and how they are installed.
  if(COMMAND oolong_private)
    oolong_private(${name})
    target_link_libraries(${name} PRIVATE oolong_task_warnings)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${OOLONG_LIBEXEC_DIR})
    if(NOT arg_NO_INSTALL)
      install(TARGETS ${name} DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/oolong)
    endif()
  endif()
endfunction()
