// Stands before the compiler's header while libipc and vm are compiled for the simulation: what a
// task publishes for others and reads of them (the sequentially consistent accesses) is where
// others may come in between.
#include_next <stdatomic.h>

#ifndef TESTS_SIM_STDATOMIC_H
#define TESTS_SIM_STDATOMIC_H

void sim_point(void);

#undef atomic_load
#undef atomic_store
#define atomic_load(at) (sim_point(), atomic_load_explicit((at), memory_order_seq_cst))
#define atomic_store(at, value)                                                                    \
    (sim_point(), atomic_store_explicit((at), (value), memory_order_seq_cst))

#endif
