/* snapshot.c - see snapshot.h. */
#include "playbooks/snapshot.h"

#include <stdlib.h>

#include "base/embedded.h"
#include "playbooks/literal.h"
#include "playbooks/plan_file.h"

/* A mailbox and one of its folders; scope empty: the mailbox itself. */
struct place {
    struct str mailbox, scope;
};

struct places {
    struct place *list;
    size_t count, cap;
    struct str *people;
    size_t people_count, people_cap;
};

static void take(struct arena *a, struct places *p, const cJSON *row) {
    struct str right = json_get_str(row, "right"), scope = json_get_str(row, "scope");
    struct str trustee = json_get_str(row, "trustee");
    bool folder = scope.n > 0 && scope.p[0] == '\\' &&
                  (str_eq(right, STR("Folder")) || str_eq(right, STR("CalendarDelegate")));
    if (!json_get_str(row, "mailbox").n) return;
    ARENA_GROW(a, p->list, p->cap, p->count + 1);
    p->list[p->count++] = (struct place){json_get_str(row, "mailbox"), folder ? scope : STR_NONE};
    if (!trustee.n || literal_refusal(trustee)) return;
    ARENA_GROW(a, p->people, p->people_cap, p->people_count + 1);
    p->people[p->people_count++] = trustee;
}

static int by_place(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    int c = str_cmp(x->mailbox, y->mailbox);
    return c ? c : str_cmp(x->scope, y->scope);
}

static int by_name(const void *a, const void *b) {
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static struct places collect(struct arena *a, const cJSON *plan) {
    static const char *const lists[] = {"actions", "not_planned"};
    struct places p = {0};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const cJSON *list = json_get(plan, lists[i]);
        for (const cJSON *row = list ? list->child : NULL; row; row = row->next) take(a, &p, row);
    }
    if (p.count) qsort(p.list, p.count, sizeof *p.list, by_place);
    if (p.people_count) qsort(p.people, p.people_count, sizeof *p.people, by_name);
    return p;
}

/* One mailbox with its folders; returns the index behind them. */
static size_t add_mailbox(struct buf *b, const struct places *p, size_t at, size_t number) {
    struct str mailbox = p->list[at].mailbox, last = STR_NONE;
    buf_printf(b, "Mailbox -Id 'm-%03zu' -Identity ", number);
    literal_add(b, mailbox);
    for (; at < p->count && str_eq(p->list[at].mailbox, mailbox); at++) {
        struct str scope = p->list[at].scope;
        if (!scope.n || str_eq(scope, last) || literal_refusal(scope)) continue;
        buf_add_z(b, last.n ? ", " : " -Folder ");
        literal_add(b, scope);
        last = scope;
    }
    buf_add_c(b, '\n');
    return at;
}

static void add_places(struct buf *b, const struct places *p, size_t *left_out) {
    size_t number = 1;
    *left_out = 0;
    for (size_t i = 0; i < p->count;) {
        if (literal_refusal(p->list[i].mailbox)) {
            if (i == 0 || !str_eq(p->list[i].mailbox, p->list[i - 1].mailbox)) (*left_out)++;
            i++;
        } else {
            i = add_mailbox(b, p, i, number++);
        }
    }
    for (size_t i = 0; i < p->people_count; i++) {
        if (i > 0 && str_eq(p->people[i], p->people[i - 1])) continue;
        buf_add_z(b, "Person -Identity ");
        literal_add(b, p->people[i]);
        buf_add_c(b, '\n');
    }
}

void snapshot_render(struct arena *a, struct buf *out, const cJSON *plan, size_t *left_out) {
    struct str line, rest = embedded_get("templates/snapshot.ps1");
    struct places places = collect(a, plan);
    bool online = !str_eq(json_get_str(plan, "environment"), STR("onprem"));
    char hash[DIGEST_HEX + 1];
    plan_digest(plan, hash);
    while (rest.n) {
        str_cut(rest, '\n', &line, &rest);
        size_t plan_at = str_find(line, STR("@PLAN@")), online_at = str_find(line, STR("@ONLINE@"));
        if (str_eq(line, STR("#@MAILBOXES@"))) {
            add_places(out, &places, left_out);
            continue;
        }
        if (plan_at != STR_ABSENT) {
            buf_add(out, str_slice(line, 0, plan_at));
            buf_add_z(out, hash);
            line = str_from_index(line, plan_at + 6);
        } else if (online_at != STR_ABSENT) {
            buf_add(out, str_slice(line, 0, online_at));
            buf_add_z(out, online ? "True" : "False");
            line = str_from_index(line, online_at + 8);
        }
        buf_add(out, line);
        buf_add_c(out, '\n');
    }
}
