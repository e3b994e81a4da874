#include "analyze/package/exhibit.h"

#include "base/csv.h"
#include "base/term.h"
#include "base/utf.h"

enum column {
    CONTROL_NUMBER,
    PARENT,
    KIND,
    TITLE,
    FILE_PATH,
    SHA256,
    SOURCE,
    SOURCE_HOST,
    CUSTODIAN,
    FIRST,
    LAST,
    ITEM,
    ITEM_SHA256,
    RECORD,
    OFFSET,
    LENGTH,
    JSON_PATH,
    JSON_SHA256,
    STATEMENTS,
    NOTE,
    COLUMNS
};

static const char *const NAMES[COLUMNS] = {
    "CONTROL_NUMBER", "PARENT",    "KIND",        "TITLE",      "FILE_PATH",
    "SHA256",         "SOURCE",    "SOURCE_HOST", "CUSTODIAN",  "DATE_FIRST",
    "DATE_LAST",      "ITEM",      "ITEM_SHA256", "RECORD",     "OFFSET",
    "LENGTH",         "JSON_PATH", "JSON_SHA256", "STATEMENTS", "NOTE"};

struct exhibit *exhibit_add(struct exhibits *x, const char *kind) {
    ARENA_GROW(x->arena, x->list, x->cap, x->count + 1);
    struct exhibit *e = &x->list[x->count++];
    *e = (struct exhibit){.number = (unsigned)x->count, .kind = kind};
    return e;
}

static void put_number(struct buf *out, unsigned number) {
    if (number) buf_printf(out, EXHIBIT_PREFIX "%06u", number);
}

/* The value as text that is not escaped yet. */
static void put_value(struct buf *out, const struct exhibit *e, enum column c) {
    const struct {
        enum column column;
        struct str text;
    } texts[] = {{KIND, str_from(e->kind)},
                 {TITLE, e->title},
                 {FILE_PATH, e->file},
                 {SHA256, e->sha256},
                 {SOURCE, e->source},
                 {SOURCE_HOST, e->host},
                 {CUSTODIAN, e->custodian},
                 {FIRST, e->first},
                 {LAST, e->last},
                 {ITEM, e->item},
                 {ITEM_SHA256, e->item_sha256},
                 {RECORD, e->record},
                 {JSON_PATH, e->json_file},
                 {JSON_SHA256, e->json_sha256},
                 {STATEMENTS, e->statements},
                 {NOTE, e->note}};
    if (c == CONTROL_NUMBER || c == PARENT) {
        put_number(out, c == PARENT ? e->parent : e->number);
    } else if (c == OFFSET || c == LENGTH) {
        if (e->placed) buf_add_u64(out, c == OFFSET ? e->offset : e->length);
    } else {
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            if (texts[i].column == c) buf_add(out, texts[i].text);
    }
}

/* ---- CSV ---- */

void exhibits_csv(const struct exhibits *x, struct buf *out) {
    struct csv row = {.out = out};
    struct buf value = {0}, shown = {0};
    for (int c = 0; c < COLUMNS; c++) csv_cell(&row, str_from(NAMES[c]));
    csv_row_end(&row);
    for (size_t i = 0; i < x->count; i++) {
        for (int c = 0; c < COLUMNS; c++) {
            value.n = shown.n = 0;
            put_value(&value, &x->list[i], (enum column)c);
            term_escape(&shown, buf_str(&value));
            csv_cell(&row, buf_str(&shown));
        }
        csv_row_end(&row);
    }
    buf_free(&value);
    buf_free(&shown);
}

/* ---- load file ---- */

enum { THORN = 0xFE, BETWEEN = 0x14, NEW_LINE = 0xAE, MARK = 0xFEFF };

/* Text that holds none of the characters that the format gives a meaning: U+00AE stands for a line
 * break there. */
static void dat_value(struct buf *out, struct str text) {
    struct buf shown = {0};
    term_escape(&shown, text);
    struct str s = buf_str(&shown);
    buf_add_utf8(out, THORN);
    for (size_t i = 0; i < s.n;) {
        size_t from = i;
        uint32_t v = utf8_next(s, &i);
        if (v == THORN || v == NEW_LINE)
            buf_printf(out, "\\u%04x", (unsigned)v);
        else
            buf_add(out, str_slice(s, from, i));
    }
    buf_add_utf8(out, THORN);
    buf_free(&shown);
}

void exhibits_dat(const struct exhibits *x, struct buf *out) {
    struct buf value = {0};
    buf_add_utf8(out, MARK);
    for (size_t i = 0; i <= x->count; i++) {
        for (int c = 0; c < COLUMNS; c++) {
            value.n = 0;
            if (i)
                put_value(&value, &x->list[i - 1], (enum column)c);
            else
                buf_add_z(&value, NAMES[c]);
            if (c) buf_add_c(out, BETWEEN);
            dat_value(out, buf_str(&value));
        }
        buf_add_z(out, "\r\n");
    }
    buf_free(&value);
}
