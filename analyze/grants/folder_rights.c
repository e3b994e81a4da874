/* folder_rights.c - folder rights as words, roles and bits (MS-OXCPERM 2.2.7, PidTagMemberRights).
 *
 * The audit log prints the flags' names, the cmdlets take names of their own and roles; masks are
 * what can be compared. */
#include "analyze/grants/change.h"

enum { CALENDAR_BITS = 0x1800 }; /* free/busy flags that calendar roles carry besides */

static const struct {
    const char *word;
    uint32_t mask;
} WORDS[] = {
    {"ReadAny", 0x001},
    {"ReadItems", 0x001},
    {"Create", 0x002},
    {"CreateItems", 0x002},
    {"EditOwned", 0x008},
    {"EditOwnedItems", 0x008},
    {"DeleteOwned", 0x010},
    {"DeleteOwnedItems", 0x010},
    {"EditAny", 0x020},
    {"EditAllItems", 0x020},
    {"DeleteAny", 0x040},
    {"DeleteAllItems", 0x040},
    {"CreateSubfolder", 0x080},
    {"CreateSubfolders", 0x080},
    {"FolderOwner", 0x100},
    {"Contact", 0x200},
    {"FolderContact", 0x200},
    {"Visible", 0x400},
    {"FolderVisible", 0x400},
    {"FreeBusySimple", 0x800},
    {"FreeBusyDetailed", 0x1000},
    {"AvailabilityOnly", 0x800},
    {"LimitedDetails", 0x1800},
    {"None", 0},
    {"Reviewer", 0x401},
    {"Contributor", 0x402},
    {"NonEditingAuthor", 0x413},
    {"Author", 0x41B},
    {"Editor", 0x47B},
    {"PublishingAuthor", 0x49B},
    {"PublishingEditor", 0x4FB},
    {"Owner", 0x7FB},
};

/* Roles, for the way back; "Owner" is also the name of bit 0x100 in the audit log, see
 * folder_mask(). */
static const struct {
    const char *role;
    uint32_t mask;
} ROLES[] = {{"None", 0},
             {"Reviewer", 0x401},
             {"Contributor", 0x402},
             {"Author", 0x41B},
             {"NonEditingAuthor", 0x413},
             {"Editor", 0x47B},
             {"Owner", 0x7FB},
             {"PublishingAuthor", 0x49B},
             {"PublishingEditor", 0x4FB},
             {"AvailabilityOnly", 0x800},
             {"LimitedDetails", 0x1800}};

/* The cmdlets' names of single rights, in the order of their bits. */
static const struct {
    const char *word;
    uint32_t bit;
} BITS[] = {{"ReadItems", 0x001},        {"CreateItems", 0x002},      {"EditOwnedItems", 0x008},
            {"DeleteOwnedItems", 0x010}, {"EditAllItems", 0x020},     {"DeleteAllItems", 0x040},
            {"CreateSubfolders", 0x080}, {"FolderOwner", 0x100},      {"FolderContact", 0x200},
            {"FolderVisible", 0x400},    {"AvailabilityOnly", 0x800}, {"LimitedDetails", 0x1000}};

static bool word_mask(struct str word, bool alone, uint32_t *mask) {
    /* Among other words "Owner" is the audit log's name of the one flag; alone it is the role. */
    if (!alone && str_ieq(word, STR("Owner"))) {
        *mask |= 0x100;
        return true;
    }
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if (!str_ieq(word, str_from(WORDS[i].word))) continue;
        *mask |= WORDS[i].mask;
        return true;
    }
    return false;
}

/* Words may stand in one value, separated by commas, semicolons or blanks. */
static size_t next_word(struct str s, size_t *at, struct str *word) {
    while (*at < s.n && (ascii_space(s.p[*at]) || s.p[*at] == ',' || s.p[*at] == ';')) ++*at;
    size_t begin = *at;
    while (*at < s.n && !ascii_space(s.p[*at]) && s.p[*at] != ',' && s.p[*at] != ';') ++*at;
    *word = str_slice(s, begin, *at);
    return word->n;
}

static size_t count_words(const struct str *words, size_t count) {
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct str word;
        for (size_t at = 0; next_word(words[i], &at, &word);) n++;
    }
    return n;
}

bool folder_mask(const struct str *words, size_t count, uint32_t *mask) {
    size_t n = count_words(words, count);
    *mask = 0;
    for (size_t i = 0; i < count; i++) {
        struct str word;
        for (size_t at = 0; next_word(words[i], &at, &word);)
            if (!word_mask(word, n == 1, mask)) return false;
    }
    return n > 0;
}

struct str folder_level(struct arena *a, uint32_t mask) {
    for (size_t i = 0; i < sizeof ROLES / sizeof *ROLES; i++)
        if (mask == ROLES[i].mask) return str_from(ROLES[i].role);
    uint32_t plain = mask & ~(uint32_t)CALENDAR_BITS;
    for (size_t i = 0; plain && i < sizeof ROLES / sizeof *ROLES; i++)
        if (plain == ROLES[i].mask) return str_from(ROLES[i].role);
    struct str words = STR_NONE;
    for (size_t i = 0; i < sizeof BITS / sizeof *BITS; i++) {
        if (!(mask & BITS[i].bit)) continue;
        words = words.n ? arena_printf(a, "%.*s, %s", STR_ARG(words), BITS[i].word)
                        : str_from(BITS[i].word);
    }
    return words;
}
