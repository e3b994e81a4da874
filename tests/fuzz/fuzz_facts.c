/* Any bytes as facts, and any text as JSON, a time and text for a terminal. */
#include "analyze/facts.h"
#include "base/json_read.h"
#include "base/term.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *a = arena_new(0);
    struct str bytes = str_of((const char *)data, size), rest = bytes;
    struct fact f;
    struct when t;
    struct buf b = {0};
    size_t start;
    while (fact_next(a, &rest, &f) == 1) {
    }
    cJSON_Delete(json_parse(a, bytes, NULL, NULL));
    json_value_end(bytes, 0, true, &start);
    when_parse_iso(bytes, WHEN_UTC, &t);
    when_parse_us(bytes, WHEN_UTC, &t);
    when_parse_ms_json(bytes, &t);
    term_escape(&b, bytes);
    buf_free(&b);
    arena_free(a);
    return 0;
}
