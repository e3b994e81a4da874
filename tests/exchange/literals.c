/* literals.c - `literals COUNT SEED`: so many hostile names, each as hexadecimal UTF-16LE, a tab,
 * and the expression that a script would hold. Names that no script may hold are left out and
 * counted on standard error. The names are made by hand first, then at random from traps: quotes of
 * every class, letters whose UTF-8 bytes are quotes in code pages 1252 and 1251, what begins a
 * variable, a command, a comment or an escape, bidirectional controls, NUL, line ends. */
#include <stdio.h>
#include <stdlib.h>

#include "base/utf.h"
#include "playbooks/literal.h"

static const struct str BY_HAND[] = {
    {"ceo@contoso.example", 19},
    {"O'Brien", 7},
    {"'", 1},
    {"''", 2},
    {"x'; Remove-Mailbox y; '", 23},
    {"x\xe2\x80\x99; Remove-Mailbox y; \xe2\x80\x98", 27},
    {"\xe2\x80\x9a\xe2\x80\x9b\xe2\x80\x9c\xe2\x80\x9d\xe2\x80\x9e", 15},
    {"$(whoami)", 9},
    {"`$x `n `0", 9},
    {"#> <#", 5},
    {"--%", 3},
    {"-Confirm", 8},
    {"@{Add='x'}", 10},
    {"a\nb", 3},
    {"a\0b", 3},
    {"\xc3\x91\xc3\x92\xc3\x82\xd1\x82\xd1\x91", 10},
    {"\xf0\x9f\x98\x80", 4},
    {"a\xff", 2},
    {"*", 1},
    {"", 0},
};

static const uint32_t TRAPS[] = {
    '\'',   '"',    '`',    '$',    '(',    ')',    '{',    '}',    ';',    '|',
    '&',    '#',    '<',    '>',    '@',    '%',    '-',    ',',    ' ',    '=',
    '[',    ']',    '*',    '?',    '\n',   '\r',   '\0',   '\t',   0x2018, 0x2019,
    0x201a, 0x201b, 0x201c, 0x201d, 0x201e, 0x2013, 0xd1,   0xd2,   0xc2,   0x442,
    0x451,  0x85,   0xa0,   0x2028, 0x202e, 0x2066, 0x200b, 0xfeff, 0xe9,   0x1f600};

static uint64_t state;

static uint32_t next(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

static void random_name(struct buf *b) {
    uint32_t length = next(4096) == 0 ? 1023 + next(3) : 1 + next(12);
    for (uint32_t i = 0; i < length; i++) {
        uint32_t c = 0x20 + next(0x5f), kind = next(8);
        if (kind == 0) c = TRAPS[next(sizeof TRAPS / sizeof *TRAPS)];
        if (kind == 1) c = next(0x110000);
        /* Most names shall be such that a script may hold them. */
        if (next(16) && (utf_is_unsafe(c) || c == '*' || c == '?')) c = 'a';
        if (c >= 0xd800 && c <= 0xdfff) c = 'b';
        buf_add_utf8(b, c);
    }
}

/* 1: written, 0: refused. */
static int write_name(struct str name) {
    if (literal_refusal(name)) return 0;
    struct buf units = {0}, expression = {0};
    utf8_to_utf16le(name, &units);
    literal_add(&expression, name);
    for (size_t i = 0; i < units.n; i++) printf("%02x", (unsigned char)units.p[i]);
    printf("\t%.*s\n", STR_ARG(buf_str(&expression)));
    buf_free(&units);
    buf_free(&expression);
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 3) return fputs("usage: literals COUNT SEED\n", stderr), 2;
    unsigned long count = strtoul(argv[1], NULL, 10), written = 0, refused = 0;
    state = strtoull(argv[2], NULL, 10);
    for (size_t i = 0; i < sizeof BY_HAND / sizeof *BY_HAND; i++)
        write_name(BY_HAND[i]) ? written++ : refused++;
    for (size_t n = 1024; n <= 1025; n++) {
        struct buf b = {0};
        for (size_t i = 0; i < n; i++) buf_add_c(&b, i % 7 ? 'a' : '\'');
        write_name(buf_str(&b)) ? written++ : refused++;
        buf_free(&b);
    }
    while (written < count) {
        struct buf b = {0};
        random_name(&b);
        write_name(buf_str(&b)) ? written++ : refused++;
        buf_free(&b);
    }
    fprintf(stderr, "%lu names written, %lu refused\n", written, refused);
    return 0;
}
