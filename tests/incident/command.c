#include "tests/incident/command.h"

enum style {
    STYLE_FULL,
    STYLE_POSITIONAL,
    STYLE_ABBREVIATED,
    STYLE_SPLAT,
    STYLE_BACKTICK,
    STYLE_DASH,
    STYLE_COLON,
    STYLES
};

/* How one call is written. */
struct hand {
    enum style style;
    unsigned letters;         /* 0 as documented, 1 lower case, 2 upper case */
    const char *open, *close; /* quotes */
    bool bare;                /* quotes only where they are needed */
};

static struct hand hand_of(const struct story *s, const struct call *c) {
    static const char *const QUOTES[][2] = {{"'", "'"}, {"\"", "\""}, {"\u2018", "\u2019"}};
    struct rng r = rng_stream(s->seed + c->n * 7919u, "hand");
    size_t q = (size_t)rng_below(&r, 20);
    q = q < 11 ? 0 : q < 19 ? 1 : 2;
    return (struct hand){.style = (enum style)rng_below(&r, STYLES),
                         .letters = (unsigned)(rng_chance(&r, 70) ? 0 : 1 + rng_below(&r, 2)),
                         .open = QUOTES[q][0],
                         .close = QUOTES[q][1],
                         .bare = rng_chance(&r, 50)};
}

/* Shortest unambiguous beginnings, from the cmdlets' documented parameters. */
static const struct {
    const char *cmdlet, *name, *brief;
} BRIEF[] = {
    {"Add-MailboxPermission", "Identity", "Id"},
    {"Add-MailboxPermission", "User", "U"},
    {"Add-MailboxPermission", "AccessRights", "Ac"},
    {"Add-MailboxPermission", "AutoMapping", "Au"},
    {"Add-MailboxPermission", "InheritanceType", "Inh"},
    {"Remove-MailboxPermission", "Identity", "Id"},
    {"Remove-MailboxPermission", "User", "U"},
    {"Remove-MailboxPermission", "AccessRights", "Ac"},
    {"Add-RecipientPermission", "Trustee", "T"},
    {"Add-RecipientPermission", "AccessRights", "Ac"},
    {"Add-ADPermission", "User", "U"},
    {"Add-ADPermission", "ExtendedRights", "Ext"},
    {"Add-MailboxFolderPermission", "User", "Us"},
    {"Add-MailboxFolderPermission", "AccessRights", "Ac"},
    {"Set-MailboxFolderPermission", "User", "Us"},
    {"Set-MailboxFolderPermission", "AccessRights", "Ac"},
    {"Set-Mailbox", "GrantSendOnBehalfTo", "GrantS"},
    {"Set-Mailbox", "ForwardingSmtpAddress", "ForwardingS"},
};

static const char *brief_name(const struct call *c, const char *name) {
    for (size_t i = 0; i < sizeof BRIEF / sizeof *BRIEF; i++)
        if (!strcmp(BRIEF[i].cmdlet, c->cmdlet) && !strcmp(BRIEF[i].name, name))
            return BRIEF[i].brief;
    return name;
}

static void add_letters(struct buf *out, const struct hand *h, const char *word) {
    for (; *word; word++) {
        bool small = *word >= 'a' && *word <= 'z';
        buf_add_c(out, h->letters == 1            ? ascii_lower(*word)
                       : h->letters == 2 && small ? (char)(*word - 32)
                                                  : *word);
    }
}

/* Letters, digits and what else ends no word in PowerShell. */
static bool is_bare(struct str v) {
    for (size_t i = 0; i < v.n; i++)
        if (!ascii_digit(v.p[i]) && !ascii_alpha(v.p[i]) && v.p[i] != '.' && v.p[i] != '_' &&
            v.p[i] != '\\')
            return false;
    return v.n && ascii_alpha(v.p[0]);
}

/* Single quotes of every kind are doubled inside a single-quoted string; in a double-quoted one
 * the quote, the dollar and the backtick get a backtick. */
static void add_quoted(struct buf *out, const struct hand *h, struct str v) {
    bool single = h->open[0] != '"';
    buf_add_z(out, h->open);
    for (size_t i = 0; i < v.n; i++) {
        char ch = v.p[i];
        if (single && ch == '\'')
            buf_add_c(out, '\'');
        else if (!single && (ch == '"' || ch == '$' || ch == '`'))
            buf_add_c(out, '`');
        buf_add_c(out, ch);
    }
    buf_add_z(out, h->close);
}

static void add_value(struct buf *out, const struct hand *h, const struct param *p, size_t i) {
    if (p->plain || (h->bare && is_bare(p->values[i])))
        buf_add(out, p->values[i]);
    else
        add_quoted(out, h, p->values[i]);
}

static void add_argument(struct buf *out, const struct hand *h, const struct param *p) {
    if (p->edit == EDIT_ADD || p->edit == EDIT_REMOVE)
        buf_add_z(out, p->edit == EDIT_ADD ? "@{Add=" : "@{Remove=");
    for (size_t i = 0; i < p->count; i++) {
        if (i) buf_add_c(out, ',');
        if (p->edit == EDIT_ADD || p->edit == EDIT_REMOVE)
            add_quoted(out, h, p->values[i]); /* in a hashtable a bare word is a command */
        else
            add_value(out, h, p, i);
    }
    if (!p->count) buf_add_z(out, "$null");
    if (p->edit == EDIT_ADD || p->edit == EDIT_REMOVE) buf_add_c(out, '}');
}

static void add_parameter(struct buf *out, const struct hand *h, const struct call *c, size_t i) {
    const struct param *p = &c->params[i];
    buf_add_z(out, h->style == STYLE_BACKTICK && i ? " `\n    " : " ");
    bool positional = i == 0 && p->edit == EDIT_SET &&
                      (h->style == STYLE_POSITIONAL || h->style == STYLE_ABBREVIATED);
    if (!positional) {
        buf_add_z(out, h->style == STYLE_DASH ? "\u2013" : "-");
        add_letters(out, h, h->style == STYLE_ABBREVIATED ? brief_name(c, p->name) : p->name);
        if (p->edit == EDIT_SWITCH) return;
        /* -Confirm is a switch: its value can only be given with a colon. */
        buf_add_z(out, h->style == STYLE_COLON || !strcmp(p->name, "Confirm") ? ":" : " ");
    }
    add_argument(out, h, p);
}

static void add_splat(struct buf *out, const struct hand *h, const struct call *c) {
    struct hand quoted = *h;
    quoted.bare = false;
    buf_add_z(out, "$p = @{ ");
    for (size_t i = 0; i < c->param_count; i++) {
        const struct param *p = &c->params[i];
        buf_printf(out, "%s%s = ", i ? "; " : "", p->name);
        if (p->edit == EDIT_SWITCH)
            buf_add_z(out, "$true");
        else
            add_argument(out, &quoted, p);
    }
    buf_add_z(out, " }; ");
    add_letters(out, h, c->cmdlet);
    buf_add_z(out, " @p");
}

void command_script(struct buf *out, const struct story *s, const struct call *c) {
    struct hand h = hand_of(s, c);
    if (h.style == STYLE_SPLAT) {
        add_splat(out, &h, c);
        return;
    }
    add_letters(out, &h, c->cmdlet);
    for (size_t i = 0; i < c->param_count; i++) add_parameter(out, &h, c, i);
}

void command_plain(struct buf *out, const struct call *c) {
    static const struct hand PLAIN = {.style = STYLE_FULL, .open = "'", .close = "'"};
    buf_add_z(out, c->cmdlet);
    for (size_t i = 0; i < c->param_count; i++) add_parameter(out, &PLAIN, c, i);
}

static void join(struct buf *out, const struct param *p, const char *separator) {
    for (size_t i = 0; i < p->count; i++) {
        if (i) buf_add_z(out, separator);
        struct str v = p->values[i];
        if (p->plain && v.n > 1 && v.p[0] == '$')
            v = str_eq(v, STR("$true")) ? STR("True") : STR("False");
        buf_add(out, v);
    }
}

void command_payload(struct buf *out, const struct call *c) {
    buf_printf(out, "CommandInvocation(%s): \"%s\"\r\n", c->cmdlet, c->cmdlet);
    for (size_t i = 0; i < c->param_count; i++) {
        const struct param *p = &c->params[i];
        buf_printf(out, "ParameterBinding(%s): name=\"%s\"; value=\"", c->cmdlet, p->name);
        if (p->edit == EDIT_SWITCH)
            buf_add_z(out, "True");
        else if (p->edit != EDIT_SET)
            buf_add_z(out, "System.Collections.Hashtable");
        else
            join(out, p, ", ");
        buf_add_z(out, "\"\r\n");
    }
    if (c->failed)
        buf_printf(out,
                   "NonTerminatingError(%s): \"The operation couldn't be performed because object "
                   "'%.*s' couldn't be found.\"\r\n",
                   c->cmdlet, STR_ARG(c->object_id));
}

/* Values are cut at 200 characters, inner quotes stay as they are. */
void command_exchange(struct buf *out, const struct call *c) {
    for (size_t i = 0; i < c->param_count; i++) {
        const struct param *p = &c->params[i];
        buf_printf(out, " -%s ", p->name);
        if (p->edit == EDIT_ADD || p->edit == EDIT_REMOVE)
            buf_add_z(out, p->edit == EDIT_ADD ? "@{Add=(\"" : "@{Remove=(\"");
        else if (p->count > 1)
            buf_add_z(out, "(\"");
        else
            buf_add_c(out, '"');
        if (p->edit == EDIT_SWITCH) buf_add_z(out, "True");
        join(out, p, "\",\"");
        buf_add_z(out, p->edit == EDIT_ADD || p->edit == EDIT_REMOVE ? "\")}"
                       : p->count > 1                                ? "\")"
                                                                     : "\"");
    }
}

/* How these logs show a hashtable is not documented; ours follows the event log of the same server.
 */
void command_value(struct buf *out, const struct param *p) {
    bool edits = p->edit == EDIT_ADD || p->edit == EDIT_REMOVE;
    if (p->edit == EDIT_SWITCH) buf_add_z(out, "True");
    if (edits) buf_add_z(out, p->edit == EDIT_ADD ? "@{Add=(\"" : "@{Remove=(\"");
    join(out, p, edits ? "\",\"" : !strcmp(p->name, "AccessRights") ? ", " : ";");
    if (edits) buf_add_z(out, "\")}");
}
