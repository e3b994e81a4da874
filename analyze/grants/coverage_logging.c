/* coverage_logging.c - what the records of a Windows log say about the logging behind them: a log
 * is there, but were commands, script blocks, processes and command lines logged at all?
 *
 * Script block logging writes 4104, module logging 4103 (PowerShell 7 and 5: the Operational logs)
 * and 800 (the classic log); "Audit Process Creation" writes 4688, and its command line needs a
 * policy of its own (Microsoft, about_Logging_Windows; "Command line process auditing"). A log that
 * has none of them may also be of a host on which nobody ran anything: it is said as what it is. */
#include "analyze/grants/fold.h"

static const struct {
    const char *telemetry, *kind;
    const char *without; /* only where the log has this kind; NULL: any record will do */
    const char *words;
} LOGGED[] = {
    {"powershell-operational", "4104", NULL,
     "none is a 4104: script block logging was off, or nothing was run there; scripts would not be "
     "visible"},
    {"powershell-operational", "4103", NULL,
     "none is a 4103: module logging was off, or nothing was run there; what commands were bound "
     "to "
     "would not be visible"},
    {"powershellcore-operational", "4104", NULL,
     "none is a 4104: script block logging of PowerShell 7 was off, or nothing was run there"},
    {"windows-powershell", "800", NULL,
     "none is an 800: module logging was off, or nothing was run there; commands would not be "
     "visible"},
    {"security", "4688", NULL,
     "none is a 4688: the creation of processes was not audited; no command line would be visible"},
    {"security", "4688 with command line", "4688",
     "its 4688 have no command line: that policy was off, and what was run would not be visible"},
};

static const struct logged_kind *kind_of(const struct coverage_row *row, const char *kind) {
    for (size_t i = 0; i < row->kind_count; i++)
        if (str_eq(row->kinds[i].kind, str_from(kind))) return &row->kinds[i];
    return NULL;
}

/* Logging that began later than the log, by more than a day, was switched on in between. */
static void say_late(struct fold *f, const struct coverage_row *row, const struct logged_kind *k) {
    static const int64_t day = 24 * 3600 * NS_PER_S;
    char first[WHEN_TEXT], from[WHEN_TEXT];
    if (k->first.basis == WHEN_NONE || row->first.basis == WHEN_NONE ||
        k->first.ns - row->first.ns < day)
        return;
    when_format(row->first, from);
    when_format(k->first, first);
    fold_blind_spot(f, arena_printf(f->arena,
                                    "%.*s of %.*s begins at %s, its first %.*s is of %s: before "
                                    "that this may not have been logged.",
                                    STR_ARG(row->telemetry), STR_ARG(row->host), from,
                                    STR_ARG(k->kind), first));
}

static void judge_row(struct fold *f, const struct coverage_row *row) {
    for (size_t i = 0; i < sizeof LOGGED / sizeof *LOGGED; i++) {
        if (!str_eq(row->telemetry, str_from(LOGGED[i].telemetry))) continue;
        if (LOGGED[i].without && !kind_of(row, LOGGED[i].without)) continue;
        const struct logged_kind *k = kind_of(row, LOGGED[i].kind);
        if (k)
            say_late(f, row, k);
        else
            fold_blind_spot(f, arena_printf(f->arena, "%.*s of %.*s: of its %llu records %s.",
                                            STR_ARG(row->telemetry), STR_ARG(row->host),
                                            (unsigned long long)row->records, LOGGED[i].words));
    }
}

void coverage_logging(struct fold *f) {
    for (size_t i = 0; i < f->out->coverage_count; i++)
        if (f->out->coverage[i].records) judge_row(f, &f->out->coverage[i]);
}

uint64_t coverage_kinds(const struct coverage_row *row, const char *const *kinds) {
    uint64_t n = 0;
    for (; *kinds; kinds++) {
        const struct logged_kind *k = kind_of(row, *kinds);
        if (k) n += k->count;
    }
    return n;
}
