#include "analyze/powershell/scan.h"

#include "base/utf.h"

static char byte_at(struct str text, size_t at) { return at < text.n ? text.p[at] : '\0'; }

/* The three bytes E2 80 xx, the block of general punctuation: xx, or 0. */
static unsigned char punctuation(struct str text, size_t at) {
    if (at >= text.n || text.n - at < 3) return 0;
    if ((unsigned char)text.p[at] != 0xE2 || (unsigned char)text.p[at + 1] != 0x80) return 0;
    return (unsigned char)text.p[at + 2];
}

size_t scan_dash(struct str text, size_t at) {
    if (byte_at(text, at) == '-') return 1;
    unsigned char c = punctuation(text, at);
    return c >= 0x93 && c <= 0x95 ? 3 : 0;
}

size_t scan_single_quote(struct str text, size_t at) {
    if (byte_at(text, at) == '\'') return 1;
    unsigned char c = punctuation(text, at);
    return c >= 0x98 && c <= 0x9B ? 3 : 0;
}

size_t scan_double_quote(struct str text, size_t at) {
    if (byte_at(text, at) == '"') return 1;
    unsigned char c = punctuation(text, at);
    return c >= 0x9C && c <= 0x9E ? 3 : 0;
}

static bool is_unicode_space(uint32_t c) {
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

size_t scan_space(struct str text, size_t at) {
    if (at >= text.n) return 0;
    char c = text.p[at];
    if (c == ' ' || c == '\t' || c == '\f' || c == '\v') return 1;
    if ((unsigned char)c < 0x80) return 0;
    size_t after = at;
    return is_unicode_space(utf8_next(text, &after)) ? after - at : 0;
}

size_t scan_newline(struct str text, size_t at) {
    char c = byte_at(text, at);
    if (at >= text.n || (c != '\r' && c != '\n')) return 0;
    return c == '\r' && byte_at(text, at + 1) == '\n' ? 2 : 1;
}

/* A comment at `at`: the index after it (a line's end is not part of it), or `at`. */
static size_t skip_comment(struct str text, size_t at, bool *open) {
    if (byte_at(text, at) == '#') {
        while (at < text.n && !scan_newline(text, at)) at++;
        return at;
    }
    if (byte_at(text, at) != '<' || byte_at(text, at + 1) != '#') return at;
    size_t close = str_find(str_from_index(text, at + 2), STR("#>"));
    if (close != STR_ABSENT) return at + 2 + close + 2;
    if (open) *open = true;
    return text.n;
}

size_t scan_blank(struct str text, size_t at, bool newlines, bool *open) {
    while (at < text.n) {
        size_t n = scan_space(text, at);
        if (!n && newlines) n = scan_newline(text, at);
        if (!n && text.p[at] == '`') {
            size_t joined = scan_newline(text, at + 1);
            n = joined ? joined + 1 : 0;
        }
        if (n) {
            at += n;
            continue;
        }
        size_t after = skip_comment(text, at, open);
        if (after == at) break;
        at = after;
    }
    return at;
}

size_t scan_word(struct str text, size_t at) {
    if (at >= text.n) return 0;
    char c = text.p[at];
    if (ascii_alpha(c) || ascii_digit(c) || c == '_') return 1;
    if ((unsigned char)c < 0x80) return 0;
    if (scan_space(text, at) || scan_dash(text, at) || scan_single_quote(text, at) ||
        scan_double_quote(text, at))
        return 0;
    size_t after = at;
    utf8_next(text, &after);
    return after - at;
}

bool scan_word_ends(struct str text, size_t at) {
    if (at >= text.n || scan_space(text, at) || scan_newline(text, at)) return true;
    return memchr("{}();,|&", text.p[at], 8) != NULL;
}

/* `u{1F600}: the code point in braces, one to six hexadecimal digits. */
static size_t scan_code_point(struct str text, size_t at, char out[4], size_t *n) {
    uint32_t value = 0;
    size_t i = at + 3, digits = 0;
    for (; i < text.n && digits < 6; i++, digits++) {
        char c = ascii_lower(text.p[i]);
        if (ascii_digit(c))
            value = value * 16 + (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (uint32_t)(c - 'a' + 10);
        else
            break;
    }
    if (!digits || byte_at(text, i) != '}') return 0;
    *n = utf8_encode(value, out);
    return i + 1 - at;
}

size_t scan_escape(struct str text, size_t at, char out[4], size_t *n) {
    static const char letters[] = "0abefnrtv", meanings[] = "\0\a\b\x1b\f\n\r\t\v";
    *n = 0;
    if (at + 1 >= text.n) return 1;
    char c = text.p[at + 1];
    if (c == 'u' && byte_at(text, at + 2) == '{') {
        size_t taken = scan_code_point(text, at, out, n);
        if (taken) return taken;
    }
    const char *letter = memchr(letters, c, sizeof letters - 1);
    if (letter) {
        out[0] = meanings[letter - letters];
        *n = 1;
        return 2;
    }
    size_t after = at + 1;
    utf8_next(text, &after);
    *n = after - (at + 1);
    memcpy(out, text.p + at + 1, *n);
    return after - at;
}
