foreach(module IN ITEMS list bytes handle datetime cmdline names log)
  oolong_add_unit_test(libipc_${module} SOURCES libipc_${module}_test.c LIBS Oolong::ipc)
  # The generic names too, which must not break what else is included.
  target_link_libraries(libipc_${module} PRIVATE Oolong::compat)
endforeach()

# With a scheduler and a clock of its own, it takes no more of the library than doorbell.c and
# page.c.
oolong_add_unit_test(libipc_doorbell SOURCES libipc_doorbell_test.c LIBS)
target_include_directories(libipc_doorbell PRIVATE
  $<TARGET_PROPERTY:Oolong::ipc,INTERFACE_INCLUDE_DIRECTORIES> ${PROJECT_SOURCE_DIR}/libipc)
add_dependencies(libipc_doorbell ipc)

oolong_add_unit_test(libipc_copy SOURCES libipc_copy_test.c LIBS Oolong::ipc)
target_include_directories(libipc_copy PRIVATE ${PROJECT_SOURCE_DIR}/libipc)

# With channels of its own, it takes no more of the library than control.c.
oolong_add_unit_test(libipc_refused SOURCES libipc_refused_test.c LIBS)
target_include_directories(libipc_refused PRIVATE
  $<TARGET_PROPERTY:Oolong::ipc,INTERFACE_INCLUDE_DIRECTORIES> ${PROJECT_SOURCE_DIR}/libipc)
add_dependencies(libipc_refused ipc)
