add_library(archivefs_support STATIC archivefs_support.c)
oolong_private(archivefs_support)
target_include_directories(archivefs_support PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(archivefs_support PUBLIC archivefs_core PkgConfig::CHECK)

foreach(module IN ITEMS path index cache listing scan damage odd reader)
  oolong_add_unit_test(archivefs_${module} SOURCES archivefs_${module}.c LIBS archivefs_support)
endforeach()

oolong_add_unit_test(shell_words
  SOURCES shell_words.c ${CMAKE_SOURCE_DIR}/servers/shell/words.c LIBS Oolong::ipc Oolong::compat)
target_include_directories(shell_words PRIVATE ${CMAKE_SOURCE_DIR}/servers/shell)

oolong_add_unit_test(blkcheck SOURCES blkcheck.c LIBS oolong_blkcheck)
foreach(module IN ITEMS request device)
  oolong_add_unit_test(disk_${module} SOURCES disk_${module}.c LIBS disk_core)
endforeach()
oolong_add_unit_test(blkbench_hist
  SOURCES blkbench_hist.c ${CMAKE_SOURCE_DIR}/servers/blkbench/hist.c LIBS Oolong::ipc)
target_include_directories(blkbench_hist PRIVATE ${CMAKE_SOURCE_DIR}/servers/blkbench)

oolong_add_unit_test(ext4fs_cache SOURCES ext4fs_cache.c LIBS ext4fs_core)
oolong_add_unit_test(ext4fs_crc SOURCES ext4fs_crc.c LIBS ext4_support)
oolong_add_unit_test(ext4fs_journal SOURCES ext4fs_journal.c LIBS ext4_support)
oolong_add_unit_test(ext4fs_make SOURCES ext4fs_make.c LIBS ext4_support)
oolong_add_unit_test(ext4fs_names SOURCES ext4fs_names.c LIBS ext4_support)
oolong_add_unit_test(fsclients_epoch
  SOURCES fsclients_epoch.c ${CMAKE_SOURCE_DIR}/servers/common/fsclients.c LIBS Oolong::ipc)
target_include_directories(fsclients_epoch PRIVATE ${CMAKE_SOURCE_DIR}/servers/common)
oolong_add_unit_test(fuse_known
  SOURCES fuse_known.c ${CMAKE_SOURCE_DIR}/servers/fuse/known.c LIBS Oolong::ipc Oolong::compat)
target_include_directories(fuse_known PRIVATE ${CMAKE_SOURCE_DIR}/servers/fuse)

foreach(module IN ITEMS options servers)
  oolong_add_unit_test(slirp_${module} SOURCES slirp_${module}.c LIBS slirp_core Oolong::compat)
endforeach()
foreach(module IN ITEMS options filter stack)
  oolong_add_unit_test(tcpip_${module} SOURCES tcpip_${module}.c LIBS tcpip_core)
endforeach()
foreach(module IN ITEMS loss bounds)
  oolong_add_unit_test(tcpip_${module} SOURCES tcpip_${module}.c tcpip_peer.c LIBS tcpip_core)
endforeach()
oolong_add_unit_test(tcpip_early
  SOURCES tcpip_early.c ${CMAKE_SOURCE_DIR}/servers/tcpip/early.c LIBS tcpip_core)
foreach(module IN ITEMS request urlpath range answers conditions)
  oolong_add_unit_test(webapi_${module} SOURCES webapi_${module}.c LIBS webapi_core)
endforeach()

# These tests have their own model of the library, and use only its headers.
oolong_add_unit_test(tcpip_owners
  SOURCES tcpip_owners.c ${CMAKE_SOURCE_DIR}/servers/tcpip/owners.c
          ${CMAKE_SOURCE_DIR}/libipc/handle.c)
oolong_add_unit_test(net_order
  SOURCES net_order.c ${CMAKE_SOURCE_DIR}/servers/common/netdevice.c
          ${CMAKE_SOURCE_DIR}/servers/tcpip/device.c)
foreach(test IN ITEMS tcpip_owners net_order)
  target_include_directories(${test} PRIVATE
    ${CMAKE_SOURCE_DIR}/servers/common ${CMAKE_SOURCE_DIR}/servers/tcpip
    $<TARGET_PROPERTY:ipc,INTERFACE_INCLUDE_DIRECTORIES>
    $<TARGET_PROPERTY:PkgConfig::LWIP,INTERFACE_INCLUDE_DIRECTORIES>)
  add_dependencies(${test} ipc)
endforeach()
