foreach(module IN ITEMS list bytes handle datetime cmdline names log)
  oolong_add_unit_test(libipc_${module} SOURCES libipc_${module}.c LIBS Oolong::ipc)
  # The generic headers too: they must not break the other headers.
  target_link_libraries(libipc_${module} PRIVATE Oolong::compat)
endforeach()

# The test has its own scheduler and clock. It uses only doorbell.c and page.c of the library.
oolong_add_unit_test(libipc_doorbell SOURCES libipc_doorbell.c LIBS)
target_include_directories(libipc_doorbell PRIVATE
  $<TARGET_PROPERTY:Oolong::ipc,INTERFACE_INCLUDE_DIRECTORIES> ${PROJECT_SOURCE_DIR}/libipc)
add_dependencies(libipc_doorbell ipc)

foreach(module IN ITEMS copy map)
  oolong_add_unit_test(libipc_${module} SOURCES libipc_${module}.c LIBS Oolong::ipc)
  target_include_directories(libipc_${module} PRIVATE ${PROJECT_SOURCE_DIR}/libipc)
endforeach()

# The test has its own channels. It uses only control.c of the library.
oolong_add_unit_test(libipc_refused SOURCES libipc_refused.c LIBS)
target_include_directories(libipc_refused PRIVATE
  $<TARGET_PROPERTY:Oolong::ipc,INTERFACE_INCLUDE_DIRECTORIES> ${PROJECT_SOURCE_DIR}/libipc)
add_dependencies(libipc_refused ipc)

# Two sides of a channel with shared memory in one process: see libipc_pair.h.
add_library(libipc_pair STATIC libipc_pair.c)
foreach(source IN ITEMS copy payload region shm_recv shm_send stream)
  target_sources(libipc_pair PRIVATE ${PROJECT_SOURCE_DIR}/libipc/${source}.c)
endforeach()
oolong_private(libipc_pair)
target_compile_definitions(libipc_pair PRIVATE malloc=pair_malloc clock_gettime=pair_clock)
target_include_directories(libipc_pair PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}
  $<TARGET_PROPERTY:Oolong::ipc,INTERFACE_INCLUDE_DIRECTORIES> ${PROJECT_SOURCE_DIR}/libipc)
target_link_libraries(libipc_pair PUBLIC PkgConfig::CHECK)
add_dependencies(libipc_pair ipc)
foreach(module IN ITEMS shm_pair shm_hostile)
  oolong_add_unit_test(libipc_${module} SOURCES libipc_${module}.c LIBS libipc_pair)
endforeach()

# Tests one file of libipc. The test defines the functions that the file calls.
function(libipc_file_test module)
  oolong_add_unit_test(libipc_${module}
    SOURCES libipc_${module}.c ${PROJECT_SOURCE_DIR}/libipc/${module}.c ${ARGN})
  target_include_directories(libipc_${module} PRIVATE
    $<TARGET_PROPERTY:Oolong::ipc,INTERFACE_INCLUDE_DIRECTORIES> ${PROJECT_SOURCE_DIR}/libipc)
  add_dependencies(libipc_${module} ipc)
endfunction()
libipc_file_test(async ${PROJECT_SOURCE_DIR}/libipc/payload.c)
libipc_file_test(inbox)
libipc_file_test(take ${PROJECT_SOURCE_DIR}/libipc/payload.c)
