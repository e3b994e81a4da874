#include "analyze/grants/habits.h"

#include <arpa/inet.h>

enum { MINUTES = 24 * 60, DAY_ALL = 0x7F };
static const char *const DAYS[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

/* ---- reading ---- */

static const cJSON *list_of(const cJSON *root, const char *key, const char *path, struct error *e) {
    const cJSON *list = json_get(root, key);
    if (list && !cJSON_IsArray(list)) error_set(e, "%s: %s: a list is wanted", path, key);
    return list;
}

static bool read_clock(struct str s, int *minutes) {
    uint64_t h, m;
    struct str hour, minute;
    if (!str_cut(s, ':', &hour, &minute) || !str_u64(hour, &h) || !str_u64(minute, &m))
        return false;
    if (h > 24 || m > 59 || (h == 24 && m)) return false;
    *minutes = (int)(h * 60 + m);
    return true;
}

static bool read_day(struct str name, uint8_t *days) {
    for (unsigned i = 0; i < 7; i++) {
        if (name.n < 3 || !str_ieq(str_slice(name, 0, 3), str_from(DAYS[i]))) continue;
        *days |= (uint8_t)(1u << i);
        return true;
    }
    return false;
}

static const char *read_window(struct arena *a, const cJSON *v, struct change_window *w) {
    const cJSON *days = json_get(v, "days");
    struct str zone = json_get_str(v, "zone");
    const char *why = NULL;
    w->days = days ? 0 : DAY_ALL;
    for (const cJSON *d = days ? days->child : NULL; d; d = d->next)
        if (!read_day(json_text(d), &w->days)) return "days are Mon, Tue, Wed, Thu, Fri, Sat, Sun";
    if (!read_clock(json_get_str(v, "from"), &w->from) ||
        !read_clock(json_get_str(v, "to"), &w->to))
        return "from and to must be times such as 22:00";
    struct str text = arena_join(a, STR("window="), zone.n ? zone : STR("UTC"));
    return zone_parse(a, text.p, &w->zone, &why) ? NULL : why;
}

static bool read_network(struct arena *a, struct str text, struct network *n) {
    struct str address, bits;
    uint64_t most;
    bool given = str_cut(text, '/', &address, &bits);
    const char *c = arena_cstr(a, address);
    n->is_v6 = inet_pton(AF_INET, c, n->address) != 1;
    if (n->is_v6 && inet_pton(AF_INET6, c, n->address) != 1) return false;
    most = n->is_v6 ? 128 : 32;
    n->bits = (unsigned)most;
    if (!given) return true;
    uint64_t v;
    if (!str_u64(bits, &v) || v > most) return false;
    n->bits = (unsigned)v;
    return true;
}

/* "72h", "3d", "90m", or a number of hours. */
static bool read_span(struct arena *a, const cJSON *v, int64_t *ns) {
    struct str s = str_trim(json_scalar_text(a, v));
    int64_t unit = 3600;
    uint64_t n;
    char last = s.n ? ascii_lower(s.p[s.n - 1]) : 0;
    if (ascii_alpha(last)) s.n--;
    if (last == 'd') unit = 86400;
    if (last == 'm') unit = 60;
    if (ascii_alpha(last) && !strchr("dhm", last)) return false;
    if (!str_u64(s, &n) || n == 0 || n > 100 * 1000) return false;
    *ns = (int64_t)n * unit * NS_PER_S;
    return true;
}

static int read_windows(struct arena *a, const cJSON *list, const char *path, struct habits *h,
                        struct error *e) {
    h->windows = ARENA_ARRAY(a, struct change_window, (size_t)cJSON_GetArraySize(list));
    for (const cJSON *v = list->child; v; v = v->next) {
        const char *why = read_window(a, v, &h->windows[h->window_count]);
        if (why) return error_set(e, "%s: change_windows: %s", path, why);
        h->window_count++;
    }
    return 0;
}

static int read_networks(struct arena *a, const cJSON *list, const char *path, struct habits *h,
                         struct error *e) {
    h->networks = ARENA_ARRAY(a, struct network, (size_t)cJSON_GetArraySize(list));
    for (const cJSON *v = list->child; v; v = v->next)
        if (!read_network(a, json_text(v), &h->networks[h->network_count++]))
            return error_set(
                e, "%s: internal_networks: networks such as 198.51.100.0/24 are wanted", path);
    return 0;
}

static void read_workflows(struct arena *a, const cJSON *list, struct habits *h) {
    h->workflows = ARENA_ARRAY(a, struct workflow, (size_t)cJSON_GetArraySize(list));
    for (const cJSON *v = list->child; v; v = v->next)
        h->workflows[h->workflow_count++] = (struct workflow){
            arena_copy(a, json_get_str(v, "host")), arena_copy(a, json_get_str(v, "account")),
            arena_copy(a, json_get_str(v, "command"))};
}

static int read_names(struct arena *a, const cJSON *list, const char *path, const char *key,
                      struct names *n, struct error *e) {
    if (!list) return 0;
    if (!cJSON_IsArray(list)) return error_set(e, "%s: %s: a list of names is wanted", path, key);
    n->list = ARENA_ARRAY(a, struct str, (size_t)cJSON_GetArraySize(list));
    for (const cJSON *v = list->child; v; v = v->next) {
        if (!json_text(v).n) return error_set(e, "%s: %s: every entry is a name", path, key);
        n->list[n->count++] = arena_copy(a, json_text(v));
    }
    return 0;
}

static int read_filter(struct arena *a, const cJSON *filter, const char *path, struct habits *h,
                       struct error *e) {
    if (!filter) return 0;
    for (const cJSON *m = cJSON_IsObject(filter) ? filter->child : NULL; m; m = m->next)
        if (strcmp(m->string, "include") != 0 && strcmp(m->string, "exclude") != 0)
            return error_set(e, "%s: cmdlets: %s: no such key, only include and exclude", path,
                             m->string);
    if (!cJSON_IsObject(filter))
        return error_set(e, "%s: cmdlets: an object with include and exclude is wanted", path);
    if (read_names(a, json_get(filter, "include"), path, "cmdlets", &h->include, e) != 0) return -1;
    return read_names(a, json_get(filter, "exclude"), path, "cmdlets", &h->exclude, e);
}

int habits_read(struct arena *a, const cJSON *root, const char *path, struct habits *h,
                struct error *e) {
    *h = (struct habits){0};
    const cJSON *windows = list_of(root, "change_windows", path, e);
    const cJSON *networks = list_of(root, "internal_networks", path, e);
    const cJSON *workflows = list_of(root, "workflows", path, e);
    const cJSON *span = json_get(root, "use_window"), *spike = json_get(root, "mailflow_threshold");
    if (error_is_set(e)) return -1;
    if (windows && read_windows(a, windows, path, h, e) != 0) return -1;
    if (networks && read_networks(a, networks, path, h, e) != 0) return -1;
    if (workflows) read_workflows(a, workflows, h);
    if (read_filter(a, json_get(root, "cmdlets"), path, h, e) != 0) return -1;
    if (read_names(a, json_get(root, "parents"), path, "parents", &h->parents, e) != 0) return -1;
    if (span && !read_span(a, span, &h->use_window))
        return error_set(e, "%s: use_window: a time such as \"72h\" or \"3d\" is wanted", path);
    if (spike &&
        (!str_u64(json_scalar_text(a, spike), &h->mailflow_threshold) || !h->mailflow_threshold))
        return error_set(e, "%s: mailflow_threshold: a number of messages is wanted", path);
    return 0;
}

/* ---- asking ---- */

/* Minutes that the zone is ahead of UTC at about that time. A wall clock read as UTC is off by the
 * zone's offset, and zone_to_utc() takes it off again. */
static int64_t offset_minutes(const struct zone *z, struct when t) {
    struct when local = {t.ns, t.digits, WHEN_UNKNOWN};
    return (t.ns - zone_to_utc(z, local, NULL).ns) / (60 * NS_PER_S);
}

static bool is_within(const struct change_window *w, struct when t) {
    int64_t minute = t.ns / (60 * NS_PER_S) + offset_minutes(&w->zone, t);
    int64_t day = minute / MINUTES, of_day = minute % MINUTES;
    if (of_day < 0) {
        of_day += MINUTES;
        day--;
    }
    unsigned weekday = (unsigned)(((day + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
    if (w->from <= w->to) return (w->days >> weekday & 1) && of_day >= w->from && of_day < w->to;
    if (of_day >= w->from) return w->days >> weekday & 1;
    return of_day < w->to && (w->days >> ((weekday + 6) % 7) & 1);
}

bool habits_allow_time(const struct habits *h, struct when t) {
    if (t.basis == WHEN_NONE || t.basis == WHEN_UNKNOWN) return true;
    for (size_t i = 0; i < h->window_count; i++)
        if (is_within(&h->windows[i], t)) return true;
    return false;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits) {
    for (unsigned i = 0; i < bits; i++)
        if ((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1) return false;
    return true;
}

bool habits_know_address(const struct habits *h, struct str address) {
    char text[64];
    uint8_t bytes[16];
    if (!address.n || address.n >= sizeof text) return false;
    memcpy(text, address.p, address.n);
    text[address.n] = 0;
    bool v4 = inet_pton(AF_INET, text, bytes) == 1;
    if (!v4 && inet_pton(AF_INET6, text, bytes) != 1) return false;
    for (size_t i = 0; i < h->network_count; i++)
        if (h->networks[i].is_v6 == !v4 &&
            same_bits(h->networks[i].address, bytes, h->networks[i].bits))
            return true;
    return false;
}

bool pattern_fits(struct str pattern, struct str text) {
    size_t p = 0, t = 0, star = STR_ABSENT, again = 0;
    while (t < text.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            again = t;
        } else if (p < pattern.n && ascii_lower(pattern.p[p]) == ascii_lower(text.p[t])) {
            p++;
            t++;
        } else if (star != STR_ABSENT) {
            p = star + 1;
            t = ++again;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*') p++;
    return p == pattern.n;
}

static bool fits(struct str pattern, struct str text) {
    return !pattern.n || pattern_fits(pattern, text);
}

bool habits_know_workflow(const struct habits *h, struct str host, const struct party *account,
                          struct str command) {
    for (size_t i = 0; i < h->workflow_count; i++) {
        const struct workflow *w = &h->workflows[i];
        if (!w->host.n && !w->account.n && !w->command.n) continue;
        if (fits(w->host, host) && fits(w->command, command) &&
            (fits(w->account, account->written) || fits(w->account, account->identity)))
            return true;
    }
    return false;
}

static bool any_fits(const struct names *n, struct str text) {
    for (size_t i = 0; i < n->count; i++)
        if (pattern_fits(n->list[i], text)) return true;
    return false;
}

bool habits_let_through(const struct habits *h, struct str cmdlet) {
    if (h->include.count && !any_fits(&h->include, cmdlet)) return false;
    return !any_fits(&h->exclude, cmdlet);
}

bool habits_expect_parent(const struct habits *h, struct str image) {
    /* MITRE ATT&CK AN1052, ExecutionParent: shells that no administrator opened. */
    static const char *const unusual[] = {
        "winword.exe", "excel.exe", "powerpnt.exe", "outlook.exe", "mshta.exe", "wscript.exe",
        "cscript.exe", "cmd.exe",   "services.exe", "taskeng.exe", "w3wp.exe"};
    size_t from = image.n;
    while (from && image.p[from - 1] != '\\' && image.p[from - 1] != '/') from--;
    struct str name = str_from_index(image, from);
    if (h->parents.count) return any_fits(&h->parents, name) || any_fits(&h->parents, image);
    for (size_t i = 0; i < sizeof unusual / sizeof *unusual; i++)
        if (str_ieq(name, str_from(unusual[i]))) return false;
    return true;
}
