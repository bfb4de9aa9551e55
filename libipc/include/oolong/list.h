// Intrusive, circular, doubly linked lists: the element is a field of the listed structure.
//
// An element that is in no list has NULL or itself as neighbours, so it can be removed safely.
#ifndef OOLONG_LIST_H
#define OOLONG_LIST_H

#include <oolong/types.h>

struct list_head {
    struct list_head *prev;
    struct list_head *next;
};
typedef struct list_head list_t;
typedef struct list_head list_elem_t;

#define LIST_CONTAINER(elem, type, field) ((type *)((uintptr_t)(elem)-offsetof(type, field)))

/// Makes `list` an empty list.
static inline void list_init(list_t *list)
{
    list->prev = list;
    list->next = list;
}

/// Marks an element as being in no list.
static inline void list_nullify(list_elem_t *elem)
{
    elem->prev = OOLONG_NULL;
    elem->next = OOLONG_NULL;
}

static inline bool list_is_empty(list_t *list)
{
    return list->next == list;
}

/// Counts the elements, one by one.
static inline size_t list_len(list_t *list)
{
    size_t len = 0;
    for (list_elem_t *node = list->next; node != list; node = node->next)
        len++;
    return len;
}

/// Whether `elem` is in `list`. Looks at the elements one by one.
static inline bool list_contains(list_t *list, list_elem_t *elem)
{
    for (list_elem_t *node = list->next; node != list; node = node->next) {
        if (node == elem)
            return true;
    }
    return false;
}

/// Removes an element from its list. Does nothing if it is in no list.
static inline void list_remove(list_elem_t *elem)
{
    if (!elem->next)
        return;
    elem->prev->next = elem->next;
    elem->next->prev = elem->prev;
    list_nullify(elem);
}

/// Adds an element between two neighbours. It must not be in a list yet.
static inline void list_insert(list_elem_t *prev, list_elem_t *next, list_elem_t *elem)
{
    elem->prev = prev;
    elem->next = next;
    prev->next = elem;
    next->prev = elem;
}

/// Adds an element as the last. It must not be in a list yet.
static inline void list_push_back(list_t *list, list_elem_t *elem)
{
    list_insert(list->prev, list, elem);
}

/// Removes and returns the first element, or NULL.
static inline list_elem_t *list_pop_front(list_t *list)
{
    list_elem_t *head = list->next;
    if (head == list)
        return OOLONG_NULL;
    list_remove(head);
    return head;
}

/// As list_pop_front(), but returns the structure that holds the element.
#define LIST_POP_FRONT(list, type, field)                                                          \
    ({                                                                                             \
        list_elem_t *pop_front_elem_ = list_pop_front(list);                                       \
        pop_front_elem_ ? LIST_CONTAINER(pop_front_elem_, type, field) : (type *)NULL;             \
    })

/// Sets `elem` to each element in turn. The loop may remove the current one.
#define LIST_FOR_EACH(elem, list, type, field)                                                     \
    for (type *elem = LIST_CONTAINER((list)->next, type, field),                                   \
              *elem##_next_ = LIST_CONTAINER(elem->field.next, type, field);                       \
         &elem->field != (list); elem = elem##_next_,                                              \
              elem##_next_ = LIST_CONTAINER(elem##_next_->field.next, type, field))

#endif
