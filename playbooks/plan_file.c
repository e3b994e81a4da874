/* plan_file.c - see plan_file.h. */
#include "playbooks/plan_file.h"

#include <stdio.h>

#include "base/file.h"
#include "playbooks/people.h"

enum { PLAN_DEPTH = 40, PLAN_LIMIT = 1 << 28 };

static bool is_left_out(const char *name, const char *const *without) {
    for (; without && *without; without++)
        if (strcmp(name, *without) == 0) return true;
    return false;
}

static void write_at(struct json *j, const cJSON *t, const char *const *without, int depth) {
    bool object = cJSON_IsObject(t);
    if (depth > PLAN_DEPTH || cJSON_IsNull(t) || cJSON_IsInvalid(t)) {
        json_null(j);
    } else if (cJSON_IsString(t)) {
        json_str(j, str_from(t->valuestring));
    } else if (cJSON_IsBool(t)) {
        json_bool(j, cJSON_IsTrue(t));
    } else if (cJSON_IsNumber(t)) {
        json_i64(j, (int64_t)t->valuedouble);
    } else {
        if (object)
            json_object(j);
        else
            json_array(j);
        for (const cJSON *c = t->child; c; c = c->next) {
            if (object && is_left_out(c->string, without)) continue;
            if (object) json_key(j, c->string);
            write_at(j, c, without, depth + 1);
        }
        json_end(j);
    }
}

void tree_write(struct json *j, const cJSON *tree, const char *const *without) {
    write_at(j, tree, without, 0);
}

static void tree_digest(const cJSON *tree, const char *const *without, char out[DIGEST_HEX + 1]) {
    struct buf b = {0};
    struct json j = {.out = &b};
    tree_write(&j, tree, without);
    digest_of(buf_str(&b), out);
    buf_free(&b);
}

void action_digest(const cJSON *action, char out[DIGEST_HEX + 1]) {
    static const char *const without[] = {"decision", "outcome", "content_sha256", NULL};
    tree_digest(action, without, out);
}

void plan_digest(const cJSON *plan, char out[DIGEST_HEX + 1]) {
    static const char *const without[] = {"outcome", NULL};
    tree_digest(plan, without, out);
}

cJSON *plan_read(struct arena *a, const char *path, struct error *e) {
    struct str text;
    struct json_notes notes = {0};
    struct json_fault fault = {0};
    if (file_read(a, path, PLAN_LIMIT, &text, e)) return NULL;
    cJSON *plan = json_parse(a, text, &notes, &fault);
    if (!plan) {
        error_set(e, "%s: not JSON at byte %zu: %s", path, fault.at, fault.reason);
        return NULL;
    }
    if (!str_eq(json_get_str(plan, "format"), STR("ungrant-plan/1")) || notes.duplicate_keys ||
        !cJSON_IsArray(json_get(plan, "actions"))) {
        error_set(e, "%s: not a plan of format ungrant-plan/1", path);
        cJSON_Delete(plan);
        return NULL;
    }
    return plan;
}

int plan_write(const char *path, const cJSON *plan, struct error *e) {
    struct buf b = {0};
    struct json j = {.out = &b, .pretty = true};
    tree_write(&j, plan, NULL);
    buf_add_c(&b, '\n');
    int failed = file_write(path, buf_str(&b), e);
    buf_free(&b);
    return failed;
}

const char *action_decision(const cJSON *action) {
    char now[DIGEST_HEX + 1];
    const cJSON *decision = json_get(action, "decision");
    struct str state = json_get_str(decision, "state");
    if (str_eq(state, STR("rejected"))) return "rejected";
    if (!str_eq(state, STR("approved"))) return "pending";
    action_digest(action, now);
    if (!str_eq(json_get_str(decision, "content_sha256"), str_from(now))) return "void";
    if (people_wants_two(action) &&
        !people_has_first(action, json_get_str(decision, "by"), str_from(now)))
        return "pending";
    return "approved";
}

int plan_usage(const char *command, const char *why) {
    fprintf(stderr, "ungrant %s: %s (see `ungrant %s --help`)\n", command, why, command);
    return STATUS_USAGE;
}

int plan_end(const char *command, int status) {
    struct error e = {0};
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    error_errno(&e, "standard output");
    error_print(command, &e);
    clearerr(stdout);
    return STATUS_FAILED;
}

void plan_put(struct arena *a, cJSON *object, const char *key, struct str s) {
    cJSON_AddItemToObject(object, key, cJSON_CreateString(arena_cstr(a, s)));
}
