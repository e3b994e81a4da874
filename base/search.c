#include "base/search.h"

size_t search_first(const void *list, size_t count, size_t size, const void *wanted,
                    int (*compare)(const void *element, const void *wanted)) {
    const char *first = list;
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(first + middle * size, wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct text_at {
    size_t offset;
    struct str text;
};

static int compare_text(const void *element, const void *wanted) {
    const struct text_at *w = wanted;
    return str_cmp(*(const struct str *)(const void *)((const char *)element + w->offset), w->text);
}

size_t search_text(const void *list, size_t count, size_t size, size_t offset, struct str text) {
    return search_first(list, count, size, &(struct text_at){offset, text}, compare_text);
}
