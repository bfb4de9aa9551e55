
#include "talk.h"

static void set(struct talk_table *table, int row, int slot, bool value)
{
    _Atomic uint64_t *word = &table->rows[row][slot / 64];
    uint64_t bit = 1ull << slot % 64;
    if (value)
        atomic_fetch_or(word, bit);
    else if (atomic_load(word) & bit) // not to touch the many pages that were never written
        atomic_fetch_and(word, ~bit);
}

void talk_allow(struct talk_table *table, task_t a, task_t b)
{
    set(table, TASK_SLOT(a), TASK_SLOT(b), true);
    set(table, TASK_SLOT(b), TASK_SLOT(a), true);
}

void talk_revoke(struct talk_table *table, task_t task)
{
    for (int slot = 0; slot < CONFIG_NUM_TASKS; slot++) {
        set(table, TASK_SLOT(task), slot, false);
        set(table, slot, TASK_SLOT(task), false);
    }
}
