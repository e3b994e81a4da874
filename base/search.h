/* search.h - where in a sorted list something begins.
 *
 * The first place whose element is not below what is asked for; `count` where all are. From there
 * on the caller looks how far the equal ones reach. */
#ifndef UNGRANT_BASE_SEARCH_H
#define UNGRANT_BASE_SEARCH_H

#include "base/str.h"

/* `compare` orders an element against `wanted`, as the list is sorted. */
size_t search_first(const void *list, size_t count, size_t size, const void *wanted,
                    int (*compare)(const void *element, const void *wanted));

/* A list of `type` that is sorted by its text `member`. */
#define SEARCH_TEXT(list, count, type, member, text)                                               \
    search_text((list), (count), sizeof(type), offsetof(type, member), (text))
size_t search_text(const void *list, size_t count, size_t size, size_t offset, struct str text);

#endif
