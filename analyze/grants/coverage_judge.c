/* coverage_judge.c - would a grant have been visible? The verdict per log source, from what is
 * there, what is missing in it, and what the settings of auditing let it record.
 *
 * Log sources: MITRE ATT&CK, analytics AN1052 (Windows: Security 4688, m365:unified) and AN1051
 * (Office suite: m365:unified, Add-MailboxPermission and UpdateFolderPermissions); the rest are
 * sources that this kit reads besides. Limits of exports: Microsoft, "Search-UnifiedAuditLog"
 * (ResultSize 100 by default, 5,000 at most, 50,000 in a session) and the portal's export. */
#include <stdlib.h>

#include "analyze/grants/fold.h"

static const struct {
    const char *analytic, *source;
    const char *telemetry[4]; /* any of these is it */
    const char *kinds[3];     /* only records of these kinds show it; none: any */
    bool partly;              /* it shows some grants only, even where it is whole */
    const char *shows;        /* what it would have shown */
    const char *lack;         /* what is not visible without it */
} SOURCES_JUDGED[] = {
    {"AN1052",
     "m365:unified",
     {"ual", "office-activity"},
     {NULL},
     false,
     "a grant in Exchange Online, however it was made",
     "No unified audit log was among the evidence: grants made in Exchange Online (PowerShell, "
     "admin centre or REST) would not be visible."},
    {"AN1051",
     "m365:unified",
     {"ual", "office-activity"},
     {NULL},
     false,
     "Add-MailboxPermission, and folder permissions given from Outlook (UpdateFolderPermissions)",
     NULL},
    {"AN1052",
     "WinEventLog:Security 4688",
     {"security"},
     {"4688 with command line"},
     true,
     "a grant that stood on the command line of a process, where command lines are recorded",
     NULL},
    {"extension",
     "PowerShell/Operational 4103, 4104",
     {"powershell-operational", "powershellcore-operational"},
     {"4103", "4104"},
     true,
     "a grant by a command on this host, where script block or module logging was on",
     NULL},
    {"extension",
     "Windows PowerShell 400, 800",
     {"windows-powershell"},
     {"400", "800"},
     true,
     "a grant by a command on this host, where module logging was on",
     NULL},
    {"extension",
     "Sysmon 1",
     {"sysmon", "sysmon-operational"},
     {NULL},
     true,
     "a grant that stood on the command line of a process",
     NULL},
    {"extension",
     "PowerShell transcripts",
     {"transcript"},
     {NULL},
     true,
     "a grant typed in a session that was transcribed",
     NULL},
    {"extension",
     "PSReadLine history",
     {"history"},
     {NULL},
     true,
     "a grant typed at a prompt, without time and result",
     NULL},
    {"extension",
     "MSExchange Management 1, 6",
     {"msexchange-management"},
     {NULL},
     false,
     "a grant by any cmdlet on this Exchange server",
     NULL},
    {"extension",
     "Exchange admin audit log",
     {"admin-audit"},
     {NULL},
     false,
     "a grant by any cmdlet on the Exchange servers of the organisation",
     NULL},
    {"extension",
     "mailbox audit log",
     {"mailbox-audit"},
     {NULL},
     true,
     "folder permissions given from Outlook, and use",
     NULL},
    {"extension",
     "permission snapshots",
     {"snapshot"},
     {NULL},
     true,
     "a grant that was still held when the snapshot was taken",
     NULL},
    {"extension",
     "Entra directory audit",
     {"directory-audit"},
     {NULL},
     true,
     "administrator roles and rights given to applications",
     NULL},
    {"extension",
     "sign-ins",
     {"sign-in"},
     {NULL},
     true,
     "from where an account signed in that gave or used access, not the grant",
     NULL},
};

/* ---- exports that stop at a limit ---- */

static void judge_exports(struct fold *f) {
    static const uint64_t limits[] = {100, 5000, 50000};
    for (size_t i = 0; i < f->out->item_count; i++) {
        const struct item *it = f->out->items[i];
        if (!str_starts(it->reader, STR("ual-"))) continue;
        for (size_t k = 0; k < sizeof limits / sizeof *limits; k++)
            if (it->records == limits[k])
                fold_blind_spot(f, arena_printf(f->arena,
                                                "%.*s holds exactly %llu records, a limit of "
                                                "exports: what lies beyond it may not have been "
                                                "exported.",
                                                STR_ARG(it->name), (unsigned long long)limits[k]));
    }
}

/* ---- settings of auditing ---- */

/* Values with which less is recorded. */
static const struct {
    const char *name, *value, *lost;
} WEAK[] = {
    {"UnifiedAuditLogIngestionEnabled", "False", "nothing is kept in the unified audit log"},
    {"AdminAuditLogEnabled", "False", "cmdlets of administrators are not recorded"},
    {"AuditDisabled", "True", "mailbox auditing is off for the whole organisation"},
    {"AuditEnabled", "False", "what is done in this mailbox is not recorded"},
    {"AuditBypassEnabled", "True", "what this account does in mailboxes is not recorded"},
};

static const char *lost_by(struct str name, struct str value) {
    if (str_starts(value, STR("$"))) value = str_from_index(value, 1);
    for (size_t i = 0; i < sizeof WEAK / sizeof *WEAK; i++)
        if (str_ieq(name, str_from(WEAK[i].name)) && str_ieq(value, str_from(WEAK[i].value)))
            return WEAK[i].lost;
    return NULL;
}

static void add_setting(struct fold *f, size_t *cap, struct audit_setting s) {
    s.weak = lost_by(s.name, s.value) != NULL;
    ARENA_GROW(f->arena, f->out->settings, *cap, f->out->setting_count + 1);
    f->out->settings[f->out->setting_count++] = s;
}

static bool is_setting(const struct change *c) {
    return c->right == RIGHT_AUDIT_CONFIG ||
           (c->right == RIGHT_AUDIT_BYPASS && c->action != ACTION_ALTER);
}

static struct audit_setting setting_of(const struct change *c, const struct item *item) {
    struct audit_setting s = {.name = c->scope, .value = c->level, .object = c->mailbox};
    if (c->right == RIGHT_AUDIT_BYPASS) {
        s.name = STR("AuditBypassEnabled");
        s.value = c->action == ACTION_GRANT ? STR("True") : STR("False");
    }
    s.item = item;
    return s;
}

static int compare_settings(const void *a, const void *b) {
    const struct audit_setting *x = a, *y = b;
    int c = when_cmp(x->time, y->time);
    if (!c) c = str_cmp(x->name, y->name);
    if (!c) c = str_cmp(x->object, y->object);
    if (!c) c = str_cmp(x->value, y->value);
    if (!c) c = str_cmp(x->source, y->source);
    return c ? c : str_cmp(x->item->name, y->item->name);
}

static void collect_settings(struct fold *f) {
    struct analysis *out = f->out;
    size_t cap = 0;
    for (size_t i = 0; i < f->state_count; i++) {
        const struct shown *s = &f->states[i];
        if (!is_setting(&s->f.change)) continue;
        struct audit_setting one = setting_of(&s->f.change, s->item);
        one.time = s->item->taken;
        one.source = STR("snapshot");
        add_setting(f, &cap, one);
    }
    for (size_t i = 0; i < out->act_count; i++) {
        const struct act *a = &out->acts[i];
        if (!is_setting(&a->what) || a->what.result == RESULT_FAILED || a->changed_nothing)
            continue;
        struct audit_setting one = setting_of(&a->what, a->observations[0].item);
        one.time = a->time;
        one.by = party_name(&a->actor);
        one.source = a->id;
        add_setting(f, &cap, one);
    }
    if (out->setting_count)
        qsort(out->settings, out->setting_count, sizeof *out->settings, compare_settings);
}

/* Mailboxes with auditing off may be thousands: the first few, and how many more. */
static void say_settings(struct fold *f) {
    enum { MOST = 20 };
    size_t weak = 0;
    for (size_t i = 0; i < f->out->setting_count; i++) {
        const struct audit_setting *s = &f->out->settings[i];
        char at[WHEN_TEXT];
        if (!s->weak || ++weak > MOST) continue;
        when_format(s->time, at);
        fold_blind_spot(
            f, arena_printf(f->arena, "%.*s %s %.*s%s%.*s%s%s%s%.*s (%.*s of %.*s): %s.",
                            STR_ARG(s->name), s->by.n ? "was set to" : "was", STR_ARG(s->value),
                            s->object.n ? " for " : "", STR_ARG(s->object), at[0] ? " at " : "", at,
                            s->by.n ? " by " : "", STR_ARG(s->by), STR_ARG(s->source),
                            STR_ARG(s->item->name), lost_by(s->name, s->value)));
    }
    if (weak > MOST)
        fold_blind_spot(f, arena_printf(f->arena,
                                        "%zu further settings weaken auditing: see "
                                        "audit_settings in coverage.json.",
                                        weak - MOST));
}

/* ---- verdicts ---- */

struct tally {
    uint64_t rows, records, showing, missing, cleared, unreadable, silences;
};

static bool is_of(size_t k, struct str telemetry) {
    for (size_t i = 0; i < 4 && SOURCES_JUDGED[k].telemetry[i]; i++)
        if (str_eq(telemetry, str_from(SOURCES_JUDGED[k].telemetry[i]))) return true;
    return false;
}

static struct str count_text(struct arena *a, struct str so_far, uint64_t n, const char *what) {
    if (!n) return so_far;
    return arena_printf(a, "%.*s%s%llu %s", STR_ARG(so_far), so_far.n ? ", " : "",
                        (unsigned long long)n, what);
}

static struct str words_of(struct fold *f, size_t k, const struct verdict *v,
                           const struct tally *t) {
    char from[WHEN_TEXT], to[WHEN_TEXT];
    struct arena *a = f->arena;
    struct str holes = count_text(a, STR_NONE, t->missing, "record numbers missing");
    if (!t->rows)
        return arena_printf(a, "not among the evidence; it would have shown %s",
                            SOURCES_JUDGED[k].shows);
    holes = count_text(a, holes, t->silences, "silences longer than its rhythm");
    holes = count_text(a, holes, t->cleared, "times cleared");
    holes = count_text(a, holes, t->unreadable, "unreadable parts");
    when_format(v->first, from);
    when_format(v->last, to);
    struct str when =
        from[0] ? arena_printf(a, "from %s to %s", from, to) : STR("at a time that is not known");
    if (t->records && !t->showing)
        return arena_printf(a, "%.*s there are records, and none of a kind that would show %s",
                            STR_ARG(when), SOURCES_JUDGED[k].shows);
    return arena_printf(a, "%.*s it shows %s%s%.*s%s", STR_ARG(when), SOURCES_JUDGED[k].shows,
                        holes.n ? " (but: " : "", STR_ARG(holes), holes.n ? ")" : "");
}

static void judge(struct fold *f, size_t k) {
    struct verdict *v = &f->out->verdicts[f->out->verdict_count++];
    struct tally t = {0};
    *v = (struct verdict){.analytic = SOURCES_JUDGED[k].analytic,
                          .source = SOURCES_JUDGED[k].source};
    for (size_t i = 0; i < f->out->coverage_count; i++) {
        const struct coverage_row *r = &f->out->coverage[i];
        if (!is_of(k, r->telemetry)) continue;
        t.rows++;
        t.records += r->records;
        t.showing +=
            SOURCES_JUDGED[k].kinds[0] ? coverage_kinds(r, SOURCES_JUDGED[k].kinds) : r->records;
        t.missing += r->numbers_missing;
        t.cleared += r->cleared_count;
        t.unreadable += r->unreadable;
        t.silences += r->silence_total;
        when_widen(&v->first, &v->last, r->first);
        when_widen(&v->first, &v->last, r->last);
    }
    bool holes = t.missing || t.cleared || t.unreadable || t.silences;
    v->state = !t.showing                          ? "not visible"
               : SOURCES_JUDGED[k].partly || holes ? "partly"
                                                   : "visible";
    v->words = words_of(f, k, v, &t);
    if (!t.rows && SOURCES_JUDGED[k].lack) fold_blind_spot(f, str_from(SOURCES_JUDGED[k].lack));
}

void coverage_judge(struct fold *f) {
    size_t n = sizeof SOURCES_JUDGED / sizeof *SOURCES_JUDGED;
    judge_exports(f);
    collect_settings(f);
    say_settings(f);
    f->out->verdicts = ARENA_ARRAY(f->arena, struct verdict, n);
    for (size_t k = 0; k < n; k++) judge(f, k);
}
