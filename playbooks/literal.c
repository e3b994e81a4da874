/* literal.c - see literal.h. */
#include "playbooks/literal.h"

#include "base/utf.h"

const char *literal_refusal(struct str identity) {
    size_t at = 0, characters = 0;
    if (!str_trim(identity).n) return "its name is empty";
    while (at < identity.n) {
        uint32_t c = utf8_next(identity, &at);
        if (c == UTF_BAD) return "its name is not valid UTF-8";
        if (utf_is_unsafe(c)) return "its name holds control or invisible characters";
        if (c == '*' || c == '?') return "its name holds a wildcard";
        if (++characters > LITERAL_CHARACTERS) return "its name is longer than 1,024 characters";
    }
    return NULL;
}

static void add_units(struct buf *out, uint32_t c) {
    if (c < 0x10000) {
        buf_printf(out, " + [char]0x%04X", (unsigned)c);
        return;
    }
    c -= 0x10000;
    buf_printf(out, " + [char]0x%04X + [char]0x%04X", (unsigned)(0xD800 + (c >> 10)),
               (unsigned)(0xDC00 + (c & 0x3FF)));
}

static bool is_plain(uint32_t c) { return c >= 0x20 && c <= 0x7E; }

static void add_plain(struct buf *out, char c) {
    if (c == '\'') buf_add_c(out, '\'');
    buf_add_c(out, c);
}

static bool all_plain(struct str text) {
    for (size_t i = 0; i < text.n; i++)
        if (!is_plain((unsigned char)text.p[i])) return false;
    return true;
}

void literal_add(struct buf *out, struct str text) {
    bool whole = all_plain(text), open = true;
    size_t at = 0;
    /* A [char] first would make the sum one of numbers in version 5.1: a string stands first. */
    buf_add_z(out, whole ? "'" : "('");
    while (at < text.n) {
        uint32_t c = utf8_next(text, &at);
        if (is_plain(c)) {
            if (!open) buf_add_z(out, " + '");
            open = true;
            add_plain(out, (char)c);
        } else {
            if (open) buf_add_c(out, '\'');
            open = false;
            add_units(out, c == UTF_BAD ? 0xFFFD : c);
        }
    }
    if (open) buf_add_c(out, '\'');
    if (!whole) buf_add_c(out, ')');
}
