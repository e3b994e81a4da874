/* state.c - see state.h. */
#include "playbooks/state.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/csv_read.h"
#include "base/file.h"
#include "base/utf.h"

#define SNAPSHOT_LIMIT ((size_t)1 << 30)

/* A row of a snapshot, whatever file it stood in. */
struct row {
    struct state *s;
    size_t snapshot;
    const struct str *header, *cells; /* CSV */
    size_t columns, cell_count;
    const cJSON *object; /* JSON */
};

static struct str field(const struct row *r, const char *name) {
    if (r->object) return json_scalar_text(r->s->arena, json_get(r->object, name));
    size_t i = csv_column(r->header, r->columns, name);
    return i < r->cell_count ? r->cells[i] : STR_NONE;
}

static bool has_field(const struct row *r, const char *name) {
    return r->object ? json_get(r->object, name) != NULL
                     : csv_column(r->header, r->columns, name) != STR_ABSENT;
}

static bool yes(struct str s) { return str_ieq(s, STR("True")); }

static void add_entry(struct state *s, struct state_entry e) {
    ARENA_GROW(s->arena, s->entries, s->cap, s->count + 1);
    s->entries[s->count++] = e;
}

/* Calls `each` for every value of a field: a JSON array, or text with commas (in braces, as
 * formatted lists are). */
static void each_value(const struct row *r, const char *name, struct state_entry base,
                       void (*each)(const struct row *, struct state_entry, struct str)) {
    const cJSON *list = r->object ? json_get(r->object, name) : NULL;
    if (list && cJSON_IsArray(list)) {
        for (const cJSON *v = list->child; v; v = v->next)
            each(r, base, json_scalar_text(r->s->arena, v));
        return;
    }
    struct str one, rest = str_trim(field(r, name));
    if (str_starts(rest, STR("{")) && str_ends(rest, STR("}")))
        rest = str_slice(rest, 1, rest.n - 1);
    while (rest.n) {
        str_cut(rest, ',', &one, &rest);
        if (str_trim(one).n) each(r, base, str_trim(one));
    }
}

static void each_right(const struct row *r, struct state_entry base, struct str value) {
    base.right = value;
    add_entry(r->s, base);
}

static void each_delegate(const struct row *r, struct state_entry base, struct str value) {
    base.trustee = value;
    base.right = STR("SendOnBehalf");
    add_entry(r->s, base);
}

static void read_permission(const struct row *r, enum state_kind kind) {
    const char *user = kind == STATE_RECIPIENT ? "Trustee" : "User";
    struct state_entry e = {.kind = kind, .snapshot = r->snapshot, .mailbox = field(r, "Identity")};
    add_entry(r->s, e);
    if (yes(field(r, "IsInherited"))) return;
    e.trustee = field(r, user);
    e.deny = yes(field(r, "Deny")) || str_ieq(field(r, "AccessControlType"), STR("Deny"));
    each_value(r, "AccessRights", e, each_right);
}

/* Identity "MAILBOX:\Path"; a folder's entry is one level, however many words it has. */
static void read_folder(const struct row *r) {
    struct str identity = field(r, "Identity"), rights = STR_NONE;
    size_t colon = str_chr(identity, ':');
    struct state_entry e = {.kind = STATE_FOLDER, .snapshot = r->snapshot};
    if (colon == STR_ABSENT) return;
    e.mailbox = str_slice(identity, 0, colon);
    e.scope = arena_lower(r->s->arena, str_from_index(identity, colon + 1));
    add_entry(r->s, e);
    e.trustee = field(r, "User");
    const cJSON *list = r->object ? json_get(r->object, "AccessRights") : NULL;
    for (const cJSON *v = list && cJSON_IsArray(list) ? list->child : NULL; v; v = v->next) {
        struct str one = json_scalar_text(r->s->arena, v);
        rights =
            rights.n ? arena_printf(r->s->arena, "%.*s, %.*s", STR_ARG(rights), STR_ARG(one)) : one;
    }
    if (!cJSON_IsArray(list)) {
        rights = str_trim(field(r, "AccessRights"));
        if (str_starts(rights, STR("{"))) rights = str_slice(rights, 1, rights.n - 1);
    }
    e.right = rights;
    add_entry(r->s, e);
}

static void read_mailbox(const struct row *r) {
    static const char *const names[] = {"UserPrincipalName",
                                        "PrimarySmtpAddress",
                                        "Alias",
                                        "DisplayName",
                                        "Name",
                                        "Guid",
                                        "ExchangeGuid",
                                        "ExternalDirectoryObjectId",
                                        "DistinguishedName",
                                        "LegacyExchangeDN",
                                        "SamAccountName"};
    struct state_entry e = {
        .kind = STATE_BEHALF, .snapshot = r->snapshot, .mailbox = field(r, "Identity")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        identity_join(r->s->identity, e.mailbox, field(r, names[i]));
    /* The address is the strongest of them: what stands beside it is joined to it too. */
    for (size_t i = 1; i < sizeof names / sizeof *names; i++)
        identity_join(r->s->identity, field(r, names[0]), field(r, names[i]));
    add_entry(r->s, e);
    each_value(r, "GrantSendOnBehalfTo", e, each_delegate);
}

/* Which cmdlet's output is this? STATE_KINDS: none that is known. */
static enum state_kind kind_of(const struct row *r) {
    if (!has_field(r, "Identity")) return STATE_KINDS;
    if (has_field(r, "GrantSendOnBehalfTo")) return STATE_BEHALF;
    if (!has_field(r, "AccessRights")) return STATE_KINDS;
    if (has_field(r, "Trustee")) return STATE_RECIPIENT;
    if (!has_field(r, "User")) return STATE_KINDS;
    return has_field(r, "FolderName") || str_chr(field(r, "Identity"), ':') != STR_ABSENT
               ? STATE_FOLDER
               : STATE_MAILBOX;
}

static bool read_row(const struct row *r) {
    switch (kind_of(r)) {
    case STATE_MAILBOX: read_permission(r, STATE_MAILBOX); return true;
    case STATE_RECIPIENT: read_permission(r, STATE_RECIPIENT); return true;
    case STATE_FOLDER: read_folder(r); return true;
    case STATE_BEHALF: read_mailbox(r); return true;
    case STATE_KINDS: break;
    }
    return false;
}

static int unknown_columns(const char *path, struct error *e) {
    return error_set(e,
                     "%s: no output of Get-MailboxPermission, Get-RecipientPermission, "
                     "Get-MailboxFolderPermission or Get-Mailbox",
                     path);
}

static int read_csv(struct state *s, struct row *r, const char *path, struct str text,
                    struct error *e) {
    struct csv_reader csv = csv_open(text);
    struct str *header, *cells;
    size_t begin;
    if (!csv_row(&csv, s->arena, &header, &r->columns, &begin)) return unknown_columns(path, e);
    r->header = header;
    for (size_t n = 0; csv_row(&csv, s->arena, &cells, &r->cell_count, &begin); n++) {
        r->cells = cells;
        if (csv.unterminated)
            return error_set(e, "%s: byte %zu: a quoted cell does not end", path, begin);
        if (!read_row(r)) return unknown_columns(path, e);
    }
    return 0;
}

static int read_json(struct row *r, const char *path, struct str text, struct error *e) {
    struct json_fault fault;
    cJSON *root = json_parse(r->s->arena, text, NULL, &fault);
    if (!root) return error_set(e, "%s: byte %zu: %s", path, fault.at, fault.reason);
    int bad = 0;
    const cJSON *list = cJSON_IsArray(root) ? root->child : root;
    for (const cJSON *x = list; x && !bad; x = x == root ? NULL : x->next) {
        r->object = x;
        if (!read_row(r)) bad = unknown_columns(path, e);
    }
    cJSON_Delete(root);
    return bad;
}

static int snapshot_time(const char *path, const char *time, struct when *t, struct error *e) {
    struct stat st;
    if (time) {
        if (when_parse_iso(str_from(time), WHEN_UTC, t)) return 0;
        return error_set(e, "%s: --state-time wants FILE=2026-01-31T12:00:00Z, not %s", path, time);
    }
    if (stat(path, &st) != 0) return error_errno(e, "%s", path);
    *t = (struct when){(int64_t)st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec, 9, WHEN_UTC};
    return 0;
}

int state_read(struct state *s, const char *path, const char *time, struct error *e) {
    struct snapshot snap = {.path = path};
    struct str raw;
    size_t mark;
    if (snapshot_time(path, time, &snap.time, e) != 0 ||
        file_read(s->arena, path, SNAPSHOT_LIMIT, &raw, e) != 0)
        return -1;
    digest_of(raw, snap.sha256);
    enum encoding encoding = encoding_of(raw, &mark);
    struct buf text = {0};
    utf_to_utf8(encoding, str_from_index(raw, mark), &text);
    struct str utf8 = arena_copy(s->arena, buf_str(&text));
    buf_free(&text);
    ARENA_GROW(s->arena, s->snapshots, s->snapshot_cap, s->snapshot_count + 1);
    struct row r = {.s = s, .snapshot = s->snapshot_count};
    s->snapshots[s->snapshot_count++] = snap;
    struct str first = str_trim(utf8);
    bool json = first.n && (first.p[0] == '[' || first.p[0] == '{');
    return json ? read_json(&r, path, utf8, e) : read_csv(s, &r, path, utf8, e);
}

static void join_party(struct state *s, const cJSON *party) {
    struct str written = json_get_str(party, "written"), identity = json_get_str(party, "identity");
    identity_add(s->identity, arena_copy(s->arena, written));
    identity_join(s->identity, arena_copy(s->arena, written), arena_copy(s->arena, identity));
}

static bool is_known(const struct state *s, struct str name) {
    struct party p = identity_party(s->identity, name);
    return identity_domain(p.identity).n > 0 || identity_is_special(name);
}

struct str state_resolve(const struct state *s, struct str name) {
    return identity_party(s->identity, name).identity;
}

static int compare_entries(const void *a, const void *b) {
    const struct state_entry *x = a, *y = b;
    int c = (x->kind > y->kind) - (x->kind < y->kind);
    if (!c) c = str_cmp(x->mailbox, y->mailbox);
    if (!c) c = str_cmp(x->scope, y->scope);
    return c ? c : (x->snapshot > y->snapshot) - (x->snapshot < y->snapshot);
}

void state_close(struct state *s, const struct facts *f) {
    for (size_t i = 0; i < f->change_count; i++) {
        join_party(s, json_get(f->changes[i], "mailbox"));
        join_party(s, json_get(f->changes[i], "trustee"));
    }
    identity_close(s->identity);
    for (size_t i = 0; i < s->count; i++) {
        s->entries[i].mailbox = identity_key(s->identity, s->entries[i].mailbox);
        s->entries[i].known = is_known(s, s->entries[i].trustee);
        if (s->entries[i].trustee.n)
            s->entries[i].trustee = identity_key(s->identity, s->entries[i].trustee);
    }
    if (s->count) qsort(s->entries, s->count, sizeof *s->entries, compare_entries);
}

/* The first entry of this kind, mailbox and scope. */
static size_t first_entry(const struct state *s, const struct state_entry *wanted) {
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (compare_entries(&s->entries[mid], wanted) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The latest snapshot on the wanted side of `t` that lists this mailbox (and folder). */
static const struct snapshot *pick_snapshot(const struct state *s, size_t from, size_t to,
                                            struct when t, bool before) {
    const struct snapshot *best = NULL;
    for (size_t i = from; i < to; i++) {
        const struct snapshot *x = &s->snapshots[s->entries[i].snapshot];
        bool side = before ? when_cmp(x->time, t) <= 0 : when_cmp(x->time, t) >= 0;
        if (side && (!best || when_cmp(x->time, best->time) > 0)) best = x;
    }
    return best;
}

static enum presence look(const struct state *s, const struct state_query *q, struct when t,
                          bool before, struct str *level, const struct snapshot **which) {
    *level = STR_NONE;
    *which = NULL;
    if (!s || !s->count || t.basis == WHEN_NONE || t.basis == WHEN_UNKNOWN) return PRESENCE_UNKNOWN;
    struct state_entry wanted = {
        .kind = q->kind,
        .mailbox = identity_key(s->identity, q->mailbox),
        .scope = arena_lower(s->arena, q->kind == STATE_FOLDER ? q->scope : STR_NONE)};
    struct str trustee = identity_key(s->identity, q->trustee);
    size_t from = first_entry(s, &wanted), to = from;
    while (to < s->count && s->entries[to].kind == wanted.kind &&
           str_eq(s->entries[to].mailbox, wanted.mailbox) &&
           str_eq(s->entries[to].scope, wanted.scope))
        to++;
    *which = pick_snapshot(s, from, to, t, before);
    if (!*which) return PRESENCE_UNKNOWN;
    /* Absent is said only where no other name in the snapshot could be this trustee's. */
    bool sure = is_known(s, q->trustee);
    for (size_t i = from; i < to; i++) {
        const struct state_entry *e = &s->entries[i];
        bool same_right = q->kind == STATE_FOLDER || str_ieq(e->right, q->right);
        if (&s->snapshots[e->snapshot] != *which || !e->trustee.n || e->deny != q->deny ||
            !same_right)
            continue;
        if (str_eq(e->trustee, trustee)) {
            *level = e->right;
            return PRESENCE_PRESENT;
        }
        sure = sure && e->known;
    }
    return sure ? PRESENCE_ABSENT : PRESENCE_UNKNOWN;
}

enum presence state_before(const struct state *s, const struct state_query *q, struct when t,
                           struct str *level, const struct snapshot **which) {
    return look(s, q, t, true, level, which);
}

enum presence state_after(const struct state *s, const struct state_query *q, struct when t,
                          struct str *level, const struct snapshot **which) {
    return look(s, q, t, false, level, which);
}
