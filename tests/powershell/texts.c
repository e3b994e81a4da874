/* texts.c - what we read from texts, for the judge: one JSON line for each.
 *
 * `texts table`: those of tests/unit/powershell_texts.h; `texts random COUNT FROM`: random scripts
 * of those seeds (obfuscate.h). */
#include <stdio.h>
#include <stdlib.h>

#include "analyze/powershell/powershell.h"
#include "base/json.h"
#include "tests/powershell/obfuscate.h"
#include "tests/unit/powershell_texts.h"

static const char *const EDITS[] = {"", "+", "-"};

static void write_params(struct json *j, const struct params *params) {
    json_key(j, "params");
    json_array(j);
    for (size_t i = 0; i < params->count; i++) {
        const struct param *p = &params->list[i];
        json_object(j);
        json_put(j, "name", p->name);
        json_key(j, "edit");
        json_cstr(j, EDITS[p->edit]);
        json_put_bool(j, "hole", p->flags & PARAM_HOLE);
        json_key(j, "values");
        json_array(j);
        for (size_t k = 0; k < p->count; k++) json_str(j, p->values[k]);
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

static void write_text(struct str text, enum kind kind, unsigned long long number) {
    struct arena *a = arena_new(0);
    struct buf out = {0};
    struct json j = {.out = &out};
    struct call *calls;
    struct powershell_text t = {text, kind == LINE, kind == CUT};
    size_t count = powershell_calls(a, &t, &calls);
    json_object(&j);
    json_put_u64(&j, "number", number);
    json_key(&j, "kind");
    json_cstr(&j, kind == SCRIPT ? "script" : kind == LINE ? "line" : "cut");
    json_put(&j, "text", text);
    json_key(&j, "calls");
    json_array(&j);
    for (size_t i = 0; i < count; i++) {
        json_object(&j);
        json_put(&j, "cmdlet", calls[i].cmdlet->name);
        json_put_bool(&j, "certain", calls[i].certainty == CALL_RESOLVED && !calls[i].maybe);
        json_put_bool(&j, "attempt", calls[i].attempt);
        json_put(&j, "note", calls[i].note);
        write_params(&j, &calls[i].params);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    buf_add_c(&out, '\n');
    fwrite(out.p, 1, out.n, stdout);
    buf_free(&out);
    arena_free(a);
}

static void write_random(uint64_t seed) {
    struct arena *a = arena_new(0);
    struct script s = script_random(a, seed);
    write_text(s.text, SCRIPT, seed);
    arena_free(a);
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "table") == 0) {
        for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
            write_text(str_from(TEXTS[i].text), TEXTS[i].kind, i);
    } else if (argc == 4 && strcmp(argv[1], "random") == 0) {
        uint64_t count = strtoull(argv[2], NULL, 10), from = strtoull(argv[3], NULL, 10);
        for (uint64_t seed = from; seed < from + count; seed++) write_random(seed);
    } else {
        fputs("usage: texts table | texts random COUNT FROM\n", stderr);
        return 2;
    }
    return fflush(stdout) ? 4 : 0;
}
