/* change_fixture.h - what changes_of_event() makes of one event, as lines a test can compare. */
#ifndef UNGRANT_TESTS_UNIT_CHANGE_FIXTURE_H
#define UNGRANT_TESTS_UNIT_CHANGE_FIXTURE_H

#include "analyze/grants/change.h"

enum { TOLD_MOST = 16 };

/* One event and everything it told. */
struct told {
    struct arena *a;
    struct event e;
    struct change changes[TOLD_MOST];
    struct use uses[TOLD_MOST];
    struct str aliases; /* "one=other " ... */
    struct str members; /* "group+member ", "-" left, "=" listed; "new name " */
    size_t change_count, use_count;
};

static void told_change(void *own, const struct event *e, const struct change *c) {
    struct told *t = own;
    (void)e;
    if (t->change_count < TOLD_MOST) t->changes[t->change_count] = *c;
    t->change_count++;
}

static void told_use(void *own, const struct event *e, const struct use *u) {
    struct told *t = own;
    (void)e;
    if (t->use_count < TOLD_MOST) t->uses[t->use_count] = *u;
    t->use_count++;
}

static void told_alias(void *own, const struct event *e, const struct alias *n) {
    struct told *t = own;
    (void)e;
    t->aliases = arena_printf(t->a, "%.*s%.*s=%.*s ", STR_ARG(t->aliases), STR_ARG(n->one),
                              STR_ARG(n->other));
}

static void told_member(void *own, const struct event *e, const struct membership *m) {
    struct told *t = own;
    (void)e;
    t->members = arena_printf(t->a, "%.*s%.*s%c%.*s ", STR_ARG(t->members), STR_ARG(m->group),
                              "-+="[m->move], STR_ARG(m->member));
}

static void told_created(void *own, const struct event *e, struct str name) {
    struct told *t = own;
    (void)e;
    t->members = arena_printf(t->a, "%.*snew %.*s ", STR_ARG(t->members), STR_ARG(name));
}

/* A successful record of the unified audit log by "admin@x". */
static inline struct told event_of(enum event_kind kind, const char *operation) {
    return (struct told){.a = arena_new(0),
                         .e = {.kind = kind,
                               .source = SOURCE_UAL,
                               .operation = str_from(operation),
                               .actor = STR("admin@x"),
                               .result = RESULT_SUCCEEDED}};
}

static inline struct told cmdlet(const char *name) { return event_of(EVENT_COMMAND, name); }
static inline struct told operation(const char *name) { return event_of(EVENT_OPERATION, name); }

/* Adds a parameter; "a|b" is two values, NULL none at all. */
static inline struct param *with(struct told *t, const char *name, const char *values) {
    struct str list[8], rest = str_from(values);
    size_t n = 0;
    for (bool more = values != NULL; more && n < 8;) more = str_cut(rest, '|', &list[n++], &rest);
    return params_add(t->a, &t->e.params, str_from(name), list, n);
}

static inline void tell_it(struct told *t) {
    struct change_sink out = {t->a,       t,           told_change, told_use,
                              told_alias, told_member, told_created};
    changes_of_event(&t->e, &out);
}

/* "grant FullAccess of mb to p", with "deny", (scope), [level] and flags where there are any. */
static inline struct str change_text(struct arena *a, const struct change *c) {
    static const char *const flags[] = {"whatif",     "truncated", "ambiguous", "dynamic",
                                        "poor",       "replaces",  "clears",    "owner",
                                        "obfuscated", "service",   "attempt"};
    struct str t = arena_printf(a, "%s%s %s of %.*s to %.*s", c->deny ? "deny-" : "",
                                change_action_name(c->action), right_name(c->right),
                                STR_ARG(c->mailbox), STR_ARG(c->trustee));
    if (c->scope.n) t = arena_printf(a, "%.*s (%.*s)", STR_ARG(t), STR_ARG(c->scope));
    if (c->level.n) t = arena_printf(a, "%.*s [%.*s]", STR_ARG(t), STR_ARG(c->level));
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (c->flags >> i & 1) t = arena_printf(a, "%.*s %s", STR_ARG(t), flags[i]);
    return t;
}

/* Tells the event, compares all its changes (one a line), and frees it. */
static inline void assert_told(struct told *t, const char *want) {
    struct str got = STR_NONE;
    tell_it(t);
    for (size_t i = 0; i < t->change_count && i < TOLD_MOST; i++)
        got = arena_printf(t->a, "%.*s%s%.*s", STR_ARG(got), i ? "\n" : "",
                           STR_ARG(change_text(t->a, &t->changes[i])));
    assert_string_equal(arena_cstr(t->a, got), want);
    arena_free(t->a);
}

#endif
