# Compiler settings of all targets of the tree, and the base interfaces.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

# The build folder has the same layout as an installation, so programs find each other the same way.
set(OOLONG_BIN_DIR "${CMAKE_BINARY_DIR}/bin")
set(OOLONG_LIBEXEC_DIR "${CMAKE_BINARY_DIR}/libexec/oolong")
set(OOLONG_GENERATED_DIR "${CMAKE_BINARY_DIR}/generated")

# Paths in messages, such as the file of a failed assertion, do not depend on the build folder.
add_compile_options(-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)

add_library(oolong_warnings INTERFACE)
target_compile_options(oolong_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith
  -Wwrite-strings $<$<BOOL:${OOLONG_WERROR}>:-Werror>)

# Linked after the warnings, because the last option counts. -Wmissing-prototypes would complain
# about the main() of each task.
add_library(oolong_task_warnings INTERFACE)
target_compile_options(oolong_task_warnings INTERFACE -Wno-missing-prototypes -Wno-main)

add_library(oolong_sanitizers INTERFACE)
if(OOLONG_SANITIZE)
  target_compile_options(oolong_sanitizers INTERFACE
    -fsanitize=${OOLONG_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(oolong_sanitizers INTERFACE -fsanitize=${OOLONG_SANITIZE})
  target_compile_definitions(oolong_sanitizers INTERFACE OOLONG_SANITIZED=1)
endif()

# oolong_private(target): settings for a program or library of the tree.
function(oolong_private target)
  target_link_libraries(${target} PRIVATE oolong_warnings oolong_sanitizers)
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
endfunction()

# The interfaces of the base system. The generated header holds them all, in this order.
set(OOLONG_BASE_IDL
  ${CMAKE_SOURCE_DIR}/libipc/base.idl
  ${CMAKE_SOURCE_DIR}/vm/vm.idl
  ${CMAKE_SOURCE_DIR}/launcher/launcher.idl
  ${CMAKE_SOURCE_DIR}/servers/interfaces/fs.idl
  ${CMAKE_SOURCE_DIR}/servers/interfaces/blk.idl
  ${CMAKE_SOURCE_DIR}/servers/interfaces/random.idl
  ${CMAKE_SOURCE_DIR}/servers/interfaces/rtc.idl
  ${CMAKE_SOURCE_DIR}/servers/interfaces/time.idl
  ${CMAKE_SOURCE_DIR}/servers/interfaces/pong.idl
  ${CMAKE_SOURCE_DIR}/servers/interfaces/net.idl
  ${CMAKE_SOURCE_DIR}/servers/interfaces/tcpip.idl)
