// Compares vm's random numbers with the published test vector of SipHash-2-4.
#include "random.h"
#include "vm_sim.h"

START_TEST(siphash_agrees_with_its_test_vector)
{
    const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    ck_assert_uint_eq(random_siphash(key, 0x0706050403020100), 0x93f5f5799a932462);
}
END_TEST

START_TEST(numbers_differ_from_each_other_and_between_keys)
{
    struct random_key a = {.words = {1, 2}};
    struct random_key b = {.words = {1, 3}};
    uint64_t seen[256];
    for (unsigned i = 0; i < 128; i++) {
        seen[2 * i] = random_next(&a);
        seen[2 * i + 1] = random_next(&b);
        for (unsigned k = 0; k < 2 * i; k++)
            ck_assert(seen[k] != seen[2 * i] && seen[k] != seen[2 * i + 1]);
    }
}
END_TEST

SIM_MAIN("vm_random", siphash_agrees_with_its_test_vector,
         numbers_differ_from_each_other_and_between_keys)
