# Installs all that programs outside the tree need to be built and run.
#
#   bin/oolong, bin/idlc, libexec/oolong/*    the programs (installed where they are defined)
#   include/oolong/                           headers, the generated ones too
#   include/oolong/compat/                    generic names (<types.h>, <message.h>) for tasks
#   lib/liboolong.a
#   lib/cmake/Oolong, lib/pkgconfig           find_package(Oolong) and pkg-config
#   share/oolong/                             the base interfaces (idl/, idl.json), suites to start
#                                             from, reference.html

include(CMakePackageConfigHelpers)

set(OOLONG_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR}/oolong)
set(OOLONG_DATADIR ${CMAKE_INSTALL_DATADIR}/oolong)
set(OOLONG_CMAKEDIR ${CMAKE_INSTALL_LIBDIR}/cmake/Oolong)

get_target_property(ipc_target Oolong::ipc ALIASED_TARGET)
set_target_properties(${ipc_target} PROPERTIES OUTPUT_NAME oolong)
install(FILES $<TARGET_FILE:${ipc_target}> DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY libipc/include/ ${OOLONG_GENERATED_DIR}/ DESTINATION ${OOLONG_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" PATTERN internal.h EXCLUDE PATTERN "wire*.h" EXCLUDE)
install(DIRECTORY libipc/compat/ DESTINATION ${OOLONG_INCLUDEDIR}/compat
        FILES_MATCHING PATTERN "*.h")

install(FILES ${OOLONG_BASE_IDL} DESTINATION ${OOLONG_DATADIR}/idl)
install(FILES ${OOLONG_GENERATED_DIR}/idl.json ${OOLONG_GENERATED_DIR}/reference.html
        DESTINATION ${OOLONG_DATADIR})
if(EXISTS ${CMAKE_SOURCE_DIR}/suites)
  install(DIRECTORY suites/ DESTINATION ${OOLONG_DATADIR}/suites)
endif()

set(OOLONG_IDL_NAMES "")
foreach(idl IN LISTS OOLONG_BASE_IDL)
  get_filename_component(name ${idl} NAME)
  list(APPEND OOLONG_IDL_NAMES ${name})
endforeach()
configure_package_config_file(cmake/oolong-config.cmake.in
  ${CMAKE_BINARY_DIR}/package/oolong-config.cmake
  INSTALL_DESTINATION ${OOLONG_CMAKEDIR}
  PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_LIBDIR OOLONG_INCLUDEDIR OOLONG_DATADIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/package/oolong-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_BINARY_DIR}/package/oolong-config.cmake
  ${CMAKE_BINARY_DIR}/package/oolong-config-version.cmake
  cmake/OolongTask.cmake
  cmake/c-names
  DESTINATION ${OOLONG_CMAKEDIR})
install(PROGRAMS cmake/own-names DESTINATION ${OOLONG_CMAKEDIR})

# The prefix is relative to the .pc file, so that an installation can be staged or moved.
file(RELATIVE_PATH OOLONG_PC_TO_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(cmake/oolong.pc.in ${CMAKE_BINARY_DIR}/package/oolong.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/package/oolong.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
