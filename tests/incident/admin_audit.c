/* The administrator audit log of the company's own servers, as New-AdminAuditLogSearch mails it:
 * https://learn.microsoft.com/exchange/policy-and-compliance/admin-audit-logging/search-admin-audit-log
 */
#include "base/buf.h"
#include "tests/incident/command.h"
#include "tests/incident/output.h"

#define ITEM STR("onprem/AdminAuditLog.xml")

static void add_attribute(struct buf *b, const char *name, struct str value) {
    buf_printf(b, " %s=\"", name);
    for (size_t i = 0; i < value.n; i++) switch (value.p[i]) {
        case '&': buf_add_z(b, "&amp;"); break;
        case '<': buf_add_z(b, "&lt;"); break;
        case '>': buf_add_z(b, "&gt;"); break;
        case '"': buf_add_z(b, "&quot;"); break;
        case '\n': buf_add_z(b, "&#xA;"); break;
        default: buf_add_c(b, value.p[i]); break;
        }
    buf_add_c(b, '"');
}

/* Local time with its offset, as the search writes it. */
static struct str run_date(struct output *o, int64_t time) {
    int zone = story_zone(o->story, "exch01"), size = zone < 0 ? -zone : zone;
    struct str t = output_time(o->arena, time + zone * 60 * NS_PER_S, TIME_T);
    return arena_printf(o->arena, "%s%c%02d:%02d", t.p, zone < 0 ? '-' : '+', size / 60, size % 60);
}

/* Who may send on behalf at a time, as one value. */
static struct str delegates_at(struct output *o, const struct identity *mailbox, int64_t time) {
    size_t count;
    const struct act **open = story_open_at(o->story, time, &count);
    struct str all = STR_NONE;
    for (size_t i = 0; i < count; i++)
        if (open[i]->mailbox == mailbox && !strcmp(open[i]->right, "SendOnBehalf"))
            all = arena_printf(o->arena, "%.*s%s%.*s", STR_ARG(all), all.n ? ";" : "",
                               STR_ARG(open[i]->trustee));
    return all;
}

/* With LogLevel Verbose (here: in every other incident) the log knows the value before. */
static void add_modified(struct buf *b, struct output *o, const struct call *c) {
    bool delegates = false;
    for (size_t i = 0; i < c->param_count; i++)
        delegates = delegates || !strcmp(c->params[i].name, "GrantSendOnBehalfTo");
    if (!delegates || c->failed || o->story->seed % 2 == 0) return;
    buf_add_z(b, "    <ModifiedProperties>\r\n      <Property");
    add_attribute(b, "Name", STR("GrantSendOnBehalfTo"));
    add_attribute(b, "OldValue", delegates_at(o, c->target, c->time));
    add_attribute(b, "NewValue", delegates_at(o, c->target, c->time + 1));
    buf_add_z(b, "/>\r\n    </ModifiedProperties>\r\n");
}

static void add_event(struct buf *b, struct output *o, const struct call *c) {
    struct buf value = {0};
    buf_add_z(b, "  <Event");
    add_attribute(b, "Caller",
                  arena_printf(o->arena, "corp.%.*s/Users/%.*s", STR_ARG(o->story->company->domain),
                               STR_ARG(c->actor->display)));
    add_attribute(b, "Cmdlet", str_from(c->cmdlet));
    add_attribute(b, "ObjectModified", c->object_id);
    add_attribute(b, "RunDate", run_date(o, c->time));
    add_attribute(b, "Succeeded", c->failed ? STR("false") : STR("true"));
    add_attribute(b, "Error",
                  c->failed ? STR("The operation couldn't be performed.") : STR("None"));
    add_attribute(b, "OriginatingServer", STR("EXCH01 (15.02.1258.012)"));
    buf_add_z(b, ">\r\n    <CmdletParameters>\r\n");
    for (size_t i = 0; i < c->param_count; i++) {
        value.n = 0;
        command_value(&value, &c->params[i]);
        buf_add_z(b, "      <Parameter");
        add_attribute(b, "Name", str_from(c->params[i].name));
        add_attribute(b, "Value", buf_str(&value));
        buf_add_z(b, "/>\r\n");
    }
    buf_add_z(b, "    </CmdletParameters>\r\n");
    add_modified(b, o, c);
    buf_add_z(b, "  </Event>\r\n");
    buf_free(&value);
}

int admin_audit_write(struct output *o) {
    if (o->story->company->environment == ENVIRONMENT_ONLINE) return 0;
    struct buf b = {0};
    uint64_t ordinal = 0;
    buf_add_z(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<SearchResults>\r\n");
    for (size_t i = 0; i < o->story->call_count; i++) {
        struct call *c = o->story->calls[i];
        if (!c->onprem || c->what_if || !c->actor || !output_keeps(o, c, TELEMETRY_ADMIN_AUDIT))
            continue;
        add_event(&b, o, c);
        witness_add(o->arena, &c->witnesses, TELEMETRY_ADMIN_AUDIT, ITEM,
                    arena_printf(o->arena, "%llu", (unsigned long long)++ordinal));
    }
    buf_add_z(&b, "</SearchResults>\r\n");
    int status = output_write(o, ITEM, buf_str(&b), o->story->end);
    buf_free(&b);
    return status;
}
