foreach(module IN ITEMS command manifest channel deadlock placement profiles mask)
  oolong_add_unit_test(launcher_${module}
    SOURCES launcher_${module}.c LIBS oolong_launcher_core)
endforeach()
