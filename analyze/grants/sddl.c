#include "analyze/grants/sddl.h"

static const struct {
    const char *letters;
    uint32_t bits;
} RIGHTS[] = {{"CC", 0x1},
              {"DC", 0x2},
              {"LC", 0x4},
              {"SW", 0x8},
              {"RP", 0x10},
              {"WP", 0x20},
              {"DT", 0x40},
              {"LO", 0x80},
              {"CR", ACE_CONTROL},
              {"SD", ACE_DELETE},
              {"RC", ACE_READ_CONTROL},
              {"WD", ACE_WRITE_DAC},
              {"WO", ACE_WRITE_OWNER},
              {"GA", ACE_GENERIC_ALL}};

/* "CCRC", or a number. */
static uint32_t rights_of(struct str s) {
    uint64_t number;
    uint32_t bits = 0;
    if (str_u64_any(s, &number)) return (uint32_t)number;
    for (size_t i = 0; i + 1 < s.n; i += 2)
        for (size_t k = 0; k < sizeof RIGHTS / sizeof *RIGHTS; k++)
            if (str_eq(str_slice(s, i, i + 2), str_from(RIGHTS[k].letters))) bits |= RIGHTS[k].bits;
    return bits;
}

/* "type;flags;rights;object;inherited object;trustee" */
static bool read_ace(struct str text, struct ace *out) {
    struct str part[6];
    for (size_t i = 0; i < 6; i++) str_cut(text, ';', &part[i], &text);
    bool deny = str_eq(part[0], STR("D")) || str_eq(part[0], STR("OD"));
    if (!deny && !str_eq(part[0], STR("A")) && !str_eq(part[0], STR("OA"))) return false;
    *out = (struct ace){.deny = deny,
                        .rights = rights_of(part[2]),
                        .object = part[3],
                        .trustee = str_trim(part[5])};
    for (size_t i = 0; i + 1 < part[1].n; i += 2)
        if (str_eq(str_slice(part[1], i, i + 2), STR("ID"))) out->inherited = true;
    return out->trustee.n > 0;
}

bool sddl_next(struct str sddl, size_t *at, struct ace *out) {
    if (*at == 0) {
        size_t dacl = str_find(sddl, STR("D:"));
        if (dacl == STR_ABSENT) return false;
        *at = dacl + 2;
    }
    while (*at < sddl.n) {
        struct str rest = str_from_index(sddl, *at);
        size_t open = str_chr(rest, '('), audit = str_find(rest, STR("S:"));
        if (open == STR_ABSENT || (audit != STR_ABSENT && audit < open)) break;
        size_t close = str_chr(str_from_index(rest, open), ')');
        if (close == STR_ABSENT) break;
        *at += open + close + 1;
        if (read_ace(str_slice(rest, open + 1, open + close), out)) return true;
    }
    *at = sddl.n;
    return false;
}
