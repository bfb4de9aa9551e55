# vm's core in a simulated system: see vm_sim.h.
add_library(vm_sim STATIC vm_sim.c vm_sim_calls.c)
oolong_private(vm_sim)
target_include_directories(vm_sim PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(vm_sim PUBLIC vm_core PkgConfig::CHECK)

# The programs that MemorySanitizer checks, without the rest of the tree.
add_custom_target(vm_tests DEPENDS fuzz_vm fuzz_vm-process vm_copier)

foreach(module IN ITEMS ool receipt closed queue copy task service death random stress)
  add_dependencies(vm_tests vm_${module})
  oolong_add_unit_test(vm_${module} SOURCES vm_${module}.c LIBS vm_sim)
  # The same test with receive memory that vm maps too.
  add_test(NAME vm_${module}_shared COMMAND vm_${module})
  oolong_test_properties(vm_${module}_shared unit 60)
  set_property(TEST vm_${module}_shared APPEND PROPERTY ENVIRONMENT VM_SIM_SHARED=1)
endforeach()

# vm's second thread, with real processes.
find_package(Threads REQUIRED)
oolong_add_unit_test(vm_copier SOURCES vm_copier.c ${CMAKE_SOURCE_DIR}/vm/copier.c
  LIBS vm_core Threads::Threads)
