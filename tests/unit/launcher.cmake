foreach(module IN ITEMS command manifest deadlock placement profiles mask)
  oolong_add_unit_test(launcher_${module}
    SOURCES launcher_${module}.c LIBS oolong_launcher_core)
endforeach()
foreach(module IN ITEMS channel talk)
  oolong_add_unit_test(launcher_${module}
    SOURCES launcher_${module}.c launcher_world.c LIBS oolong_launcher_core)
endforeach()
