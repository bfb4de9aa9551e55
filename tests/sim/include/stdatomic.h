// In the simulation, libipc and vm include this header before the compiler's. By all atomic
// accesses but the relaxed ones, a task publishes data or reads the data of others. Each of them is
// a point at which other tasks may run.
#include_next <stdatomic.h>

#ifndef TESTS_SIM_STDATOMIC_H
#define TESTS_SIM_STDATOMIC_H

void sim_point(void);

#ifdef __clang__
#define SIM_LOAD  __c11_atomic_load
#define SIM_STORE __c11_atomic_store
#else
#define SIM_LOAD  __atomic_load_n
#define SIM_STORE __atomic_store_n
#endif
#define SIM_POINT(order) ((order) == memory_order_relaxed ? (void)0 : sim_point())

#undef atomic_load
#undef atomic_load_explicit
#undef atomic_store
#undef atomic_store_explicit
#undef atomic_fetch_add
#define atomic_load_explicit(at, order) (SIM_POINT(order), SIM_LOAD((at), (order)))
#define atomic_load(at)                 atomic_load_explicit(at, memory_order_seq_cst)
#define atomic_store_explicit(at, value, order)                                                    \
    (SIM_POINT(order), SIM_STORE((at), (value), (order)))
#define atomic_store(at, value) atomic_store_explicit(at, value, memory_order_seq_cst)
#define atomic_fetch_add(at, value)                                                                \
    (sim_point(), atomic_fetch_add_explicit((at), (value), memory_order_seq_cst))

#endif
