#include "analyze/powershell/cmdlets.h"

#include "base/utf.h"

#define STR_INIT(literal)                                                                          \
    { literal, sizeof(literal) - 1 }
#include "cmdlets.inc"

const size_t CMDLET_COUNT = sizeof CMDLETS / sizeof *CMDLETS;

/* The longest noun prefix that is looked for: what people give to Import-PSSession -Prefix. */
enum { PREFIX_MAX = 20 };

/* Prefixes that other modules' own nouns begin with: Set-UMMailbox is not Set-Mailbox. */
static const struct str FOREIGN_PREFIXES[] = {
    {"UM", 2},          {"Site", 4},   {"Consumer", 8}, {"AD", 2},    {"AzureAD", 7}, {"Az", 2},
    {"Msol", 4},        {"Mg", 2},     {"Local", 5},    {"SPO", 3},   {"PnP", 3},     {"Cs", 2},
    {"Monitoring", 10}, {"Linked", 6}, {"Team", 4},     {"Entra", 5},
};

static const struct {
    struct str name, alias;
    bool is_switch;
} COMMON[] = {
    {{"Verbose", 7}, {"vb", 2}, true},
    {{"Debug", 5}, {"db", 2}, true},
    {{"ErrorAction", 11}, {"ea", 2}, false},
    {{"WarningAction", 13}, {"wa", 2}, false},
    {{"InformationAction", 17}, {"infa", 4}, false},
    {{"ProgressAction", 14}, {"proga", 5}, false},
    {{"ErrorVariable", 13}, {"ev", 2}, false},
    {{"WarningVariable", 15}, {"wv", 2}, false},
    {{"InformationVariable", 19}, {"iv", 2}, false},
    {{"OutVariable", 11}, {"ov", 2}, false},
    {{"OutBuffer", 9}, {"ob", 2}, false},
    {{"PipelineVariable", 16}, {"pv", 2}, false},
};
enum { COMMON_COUNT = sizeof COMMON / sizeof *COMMON };

static const struct cmdlet *find_exact(struct str name) {
    size_t low = 0, high = CMDLET_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_icmp(name, CMDLETS[middle].name);
        if (order == 0) return &CMDLETS[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* A noun so short or so common that other modules use it too takes no undeclared prefix. */
static bool noun_takes_prefix(struct str noun, struct str prefix) {
    if (str_ieq(noun, STR("User")) || str_ieq(noun, STR("Group"))) return false;
    for (size_t i = 0; i < sizeof FOREIGN_PREFIXES / sizeof *FOREIGN_PREFIXES; i++)
        if (str_ieq(prefix, FOREIGN_PREFIXES[i])) return false;
    return true;
}

/* Verb-<Prefix>Noun: of all the cmdlets that fit, the one with the longest noun. */
static const struct cmdlet *find_prefixed(struct str name) {
    size_t dash = str_chr(name, '-');
    if (dash == STR_ABSENT || dash == 0) return NULL;
    const struct cmdlet *best = NULL;
    for (size_t i = 0; i < CMDLET_COUNT; i++) {
        struct str known = CMDLETS[i].name;
        if (known.n >= name.n || known.n <= dash + 1 || name.n - known.n > PREFIX_MAX) continue;
        if (!str_ieq(str_slice(name, 0, dash + 1), str_slice(known, 0, dash + 1))) continue;
        struct str noun = str_from_index(known, dash + 1);
        struct str prefix = str_slice(name, dash + 1, name.n - noun.n);
        if (!str_iends(name, noun) || !noun_takes_prefix(noun, prefix)) continue;
        if (!best || known.n > best->name.n) best = &CMDLETS[i];
    }
    return best;
}

const struct cmdlet *cmdlet_find(struct str name, bool *prefixed) {
    bool unused;
    if (!prefixed) prefixed = &unused;
    *prefixed = false;
    size_t module = str_rchr(name, '\\');
    if (module != STR_ABSENT) name = str_from_index(name, module + 1);
    const struct cmdlet *found = find_exact(name);
    if (found) return found;
    found = find_prefixed(name);
    *prefixed = found != NULL;
    return found;
}

/* The comparison of names is culture-sensitive in PowerShell: ignorable characters do not count. */
static struct str without_ignorable(struct str name, char *room, size_t size) {
    static const uint32_t ignorable[] = {0xAD, 0x200B, 0x200C, 0x200D, 0xFEFF};
    size_t n = 0;
    for (size_t at = 0; at < name.n;) {
        size_t from = at;
        uint32_t c = utf8_next(name, &at);
        bool skip = false;
        for (size_t i = 0; i < sizeof ignorable / sizeof *ignorable; i++) skip |= c == ignorable[i];
        if (skip) continue;
        if (n + (at - from) > size) return name;
        memcpy(room + n, name.p + from, at - from);
        n += at - from;
    }
    return n == name.n ? name : str_of(room, n);
}

static size_t common_candidates(struct str name) {
    size_t count = 0;
    for (size_t i = 0; i < COMMON_COUNT; i++)
        if (str_istarts(COMMON[i].name, name) || str_istarts(COMMON[i].alias, name)) count++;
    return count;
}

static bool common_exact(struct str name) {
    for (size_t i = 0; i < COMMON_COUNT; i++)
        if (str_ieq(COMMON[i].name, name) || str_ieq(COMMON[i].alias, name)) return true;
    return false;
}

enum parameter_match cmdlet_parameter(const struct cmdlet *c, struct str name,
                                      const struct parameter **found) {
    char room[64];
    name = without_ignorable(name, room, sizeof room);
    const struct parameter *candidate = NULL;
    size_t candidates = 0;
    *found = NULL;
    if (!name.n) return PARAMETER_NONE;
    if (common_exact(name)) return PARAMETER_EXACT;
    for (size_t i = 0; i < c->count; i++) {
        const struct parameter *p = &c->parameters[i];
        if (str_ieq(p->name, name) || (p->alias.n && str_ieq(p->alias, name))) {
            *found = p;
            return PARAMETER_EXACT;
        }
        if (str_istarts(p->name, name) || (p->alias.n && str_istarts(p->alias, name))) {
            candidate = p;
            candidates++;
        }
    }
    size_t common = common_candidates(name);
    if (candidates > 1 || (candidates == 0 && common > 1)) return PARAMETER_AMBIGUOUS;
    if (candidates == 0) return common ? PARAMETER_PREFIX : PARAMETER_NONE;
    *found = candidate;
    return common ? PARAMETER_PROBABLE : PARAMETER_PREFIX;
}

struct str common_parameter(struct str name, bool *is_switch) {
    bool unused;
    if (!is_switch) is_switch = &unused;
    *is_switch = false;
    size_t found = COMMON_COUNT, count = 0;
    if (!name.n) return STR_NONE;
    for (size_t i = 0; i < COMMON_COUNT; i++) {
        bool exact = str_ieq(COMMON[i].name, name) || str_ieq(COMMON[i].alias, name);
        if (!exact && !str_istarts(COMMON[i].name, name)) continue;
        found = i;
        count++;
        if (exact) {
            count = 1;
            break;
        }
    }
    if (count != 1) return STR_NONE;
    *is_switch = COMMON[found].is_switch;
    return COMMON[found].name;
}

const struct parameter *cmdlet_positional(const struct cmdlet *c, int position) {
    for (size_t i = 0; i < c->count; i++)
        if (c->parameters[i].position == position) return &c->parameters[i];
    return NULL;
}
