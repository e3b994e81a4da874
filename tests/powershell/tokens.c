/* tokens.c - where the parser's smallest parts begin and end, for comparison with the engine's
 * tokens: one JSON line a file, the same offsets (bytes) as `host parse`. */
#include <stdio.h>

#include "analyze/powershell/tree.h"
#include "base/file.h"
#include "base/json.h"

static const char *leaf_name(const struct node *n) {
    switch (n->kind) {
    case NODE_TEXT: return n->is_word ? "word" : "string";
    case NODE_EXPAND: return n->is_word ? "word" : "string";
    case NODE_NUMBER: return "number";
    case NODE_PARAM:
    case NODE_VARIABLE: return "variable";
    case NODE_PARAMETER: return "parameter";
    case NODE_SPLAT: return "splat";
    default: return NULL;
    }
}

/* A parameter's token ends behind its name or colon, that of a parameter's definition behind the
 * name. */
static size_t leaf_end(struct str text, const struct node *n) {
    size_t end = n->end;
    if (n->kind == NODE_PARAMETER && n->child) {
        for (end = n->at; text.p[end] != ':';) end++;
        end++;
    } else if (n->kind == NODE_PARAM) {
        end = n->at + 1 + n->text.n + (text.p[n->at + 1] == '{' ? 2 : 0);
    }
    return end;
}

static void write_leaves(struct json *j, struct str text, const struct node *n, bool in_string) {
    for (; n; n = n->next) {
        const char *name = leaf_name(n);
        bool piece = in_string && n->kind == NODE_TEXT; /* what stands between a string's holes */
        if (name && n->end > n->at && !piece) {
            json_array(j);
            json_cstr(j, name);
            json_u64(j, n->at);
            json_u64(j, leaf_end(text, n));
            json_end(j);
        }
        write_leaves(j, text, n->child, n->kind == NODE_EXPAND);
    }
}

static int write_file(const char *path) {
    struct arena *a = arena_new(0);
    struct error e = {0};
    struct str text;
    struct buf out = {0};
    struct json j = {.out = &out};
    if (file_read(a, path, 1u << 30, &text, &e) != 0) {
        error_print("tokens", &e);
        return 4;
    }
    struct tree tree = parse_powershell(a, text);
    json_object(&j);
    json_put(&j, "file", str_from(path));
    json_put_bool(&j, "broken", tree.broken || tree.too_deep);
    json_put_u64(&j, "broken_at", tree.broken_at);
    json_key(&j, "tokens");
    json_array(&j);
    write_leaves(&j, text, tree.root, false);
    json_end(&j);
    json_end(&j);
    buf_add_c(&out, '\n');
    fwrite(out.p, 1, out.n, stdout);
    buf_free(&out);
    arena_free(a);
    return 0;
}

int main(int argc, char **argv) {
    int status = 0;
    for (int i = 1; i < argc; i++) status |= write_file(argv[i]);
    return fflush(stdout) ? 4 : status;
}
