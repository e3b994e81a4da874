#include "analyze/evidence/event.h"

static const char *const SOURCE_NAMES[SOURCES] = {
    [SOURCE_UAL] = "ual",
    [SOURCE_ADMIN_AUDIT] = "admin-audit",
    [SOURCE_MAILBOX_AUDIT] = "mailbox-audit",
    [SOURCE_DIRECTORY_AUDIT] = "directory-audit",
    [SOURCE_PS_4103] = "powershell-4103",
    [SOURCE_PS_800] = "powershell-800",
    [SOURCE_EXCHANGE_MANAGEMENT] = "exchange-management",
    [SOURCE_EXCHANGE_CMDLET_LOG] = "exchange-cmdlet-log",
    [SOURCE_SECURITY_5136] = "security-5136",
    [SOURCE_SECURITY_GROUP] = "security-group",
    [SOURCE_PS_4104] = "powershell-4104",
    [SOURCE_SECURITY_4688] = "security-4688",
    [SOURCE_SYSMON_1] = "sysmon-1",
    [SOURCE_PS_400] = "powershell-400",
    [SOURCE_TRANSCRIPT] = "transcript",
    [SOURCE_HISTORY] = "history",
    [SOURCE_SNAPSHOT] = "snapshot",
    [SOURCE_PS_4105] = "powershell-4105",
    [SOURCE_PS_4100] = "powershell-4100",
    [SOURCE_SIGNIN] = "sign-in",
    [SOURCE_OTHER] = "other",
};

const char *source_name(enum source s) { return SOURCE_NAMES[s]; }

bool source_by_name(struct str name, enum source *out) {
    for (int i = 0; i < SOURCES; i++) {
        if (!str_eq(name, str_from(SOURCE_NAMES[i]))) continue;
        *out = (enum source)i;
        return true;
    }
    return false;
}

const char *result_name(enum result r) {
    static const char *const names[] = {"unknown", "succeeded", "failed"};
    return names[r];
}

struct param *params_add(struct arena *a, struct params *p, struct str name,
                         const struct str *values, size_t count) {
    ARENA_GROW(a, p->list, p->cap, p->count + 1);
    struct param *added = &p->list[p->count++];
    *added = (struct param){.name = name, .count = count};
    added->values = ARENA_ARRAY(a, struct str, count);
    if (count) memcpy(added->values, values, count * sizeof *values);
    return added;
}

struct param *params_add1(struct arena *a, struct params *p, struct str name, struct str value) {
    return params_add(a, p, name, &value, 1);
}

const struct param *params_get(const struct params *p, const char *name) {
    for (size_t i = 0; i < p->count; i++)
        if (str_ieq(p->list[i].name, str_from(name))) return &p->list[i];
    return NULL;
}

struct str params_first(const struct params *p, const char *name) {
    const struct param *found = params_get(p, name);
    return found && found->count ? found->values[0] : STR_NONE;
}

bool params_true(const struct params *p, const char *name, bool otherwise) {
    const struct param *found = params_get(p, name);
    if (!found) return otherwise;
    if (!found->count) return false;
    struct str v = found->values[0];
    if (str_starts(v, STR("$"))) v = str_from_index(v, 1);
    return str_ieq(v, STR("true")) || str_eq(v, STR("1"));
}
