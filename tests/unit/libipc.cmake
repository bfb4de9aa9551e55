foreach(module IN ITEMS list bytes handle datetime cmdline names)
  oolong_add_unit_test(libipc_${module} SOURCES libipc_${module}_test.c LIBS Oolong::ipc)
  # The generic names too, which must not break what else is included.
  target_link_libraries(libipc_${module} PRIVATE Oolong::compat)
endforeach()
