/* Text in which names are already resolved: payloads of 4103 and 800, parameter strings of the
 * MSExchange Management log. Values are not escaped there, so some can be forged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/powershell/powershell.h"
#include "base/buf.h"

/* ` Name=a|b`; += and -= for edits; behind the name ? a hole, * ambiguous, % truncated. */
static void render(struct buf *out, const struct params *params) {
    for (size_t i = 0; i < params->count; i++) {
        const struct param *p = &params->list[i];
        buf_printf(out, " %.*s%s%s%s%s", STR_ARG(p->name), p->flags & PARAM_HOLE ? "?" : "",
                   p->flags & PARAM_AMBIGUOUS ? "*" : "", p->flags & PARAM_TRUNCATED ? "%" : "",
                   p->edit == EDIT_ADD      ? "+="
                   : p->edit == EDIT_REMOVE ? "-="
                                            : "=");
        for (size_t k = 0; k < p->count; k++)
            buf_printf(out, "%s%.*s", k ? "|" : "", STR_ARG(p->values[k]));
        if (!p->count) buf_add_z(out, "()");
    }
}

static bool same(struct buf *got, const char *text, const char *want) {
    bool equal = str_eq(buf_str(got), str_from(want));
    if (!equal) print_error("%s\n  want %s\n  got  %.*s\n", text, want, STR_ARG(buf_str(got)));
    buf_free(got);
    return equal;
}

#define INVOKED "CommandInvocation(Add-MailboxPermission): \"Add-MailboxPermission\"\n"
#define BOUND(name, value)                                                                         \
    "ParameterBinding(Add-MailboxPermission): name=\"" name "\"; value=\"" value "\"\n"

static const struct {
    const char *payload, *invocations;
} PAYLOADS[] = {
    {INVOKED BOUND("Identity", "MarjoleinB") BOUND("User", "P.Okafor")
         BOUND("AccessRights", "FullAccess"),
     "Add-MailboxPermission Identity=MarjoleinB User=P.Okafor AccessRights=FullAccess"},
    {INVOKED BOUND("AccessRights", "FullAccess, ReadPermission") BOUND("Identity", "Doe, Jane"),
     "Add-MailboxPermission AccessRights=FullAccess|ReadPermission Identity=Doe, Jane"},
    /* CR LF, indented */
    {"  CommandInvocation(Remove-MailboxPermission): \"Remove-MailboxPermission\"\r\n"
     "  ParameterBinding(Remove-MailboxPermission): name=\"Identity\"; value=\"m\"\r\n",
     "Remove-MailboxPermission Identity=m"},
    /* other commands are passed over */
    {"CommandInvocation(Out-Default): \"Out-Default\"\n"
     "ParameterBinding(Out-Default): name=\"InputObject\"; value=\"Add-MailboxPermission\"\n",
     ""},
    {"CommandInvocation(Get-Mailbox): \"Get-Mailbox\"\n" INVOKED BOUND("User", "u")
         BOUND("Identity", "a"),
     "Add-MailboxPermission User=u Identity=a"},
    {INVOKED BOUND(
         "Identity",
         "m") "CommandInvocation(Remove-MailboxPermission): \"Remove-MailboxPermission\"\n"
              "ParameterBinding(Remove-MailboxPermission): name=\"Identity\"; value=\"n\"\n",
     "Add-MailboxPermission Identity=m\nRemove-MailboxPermission Identity=n"},
    {INVOKED BOUND(
         "Identity",
         "m") "TerminatingError(Add-MailboxPermission): \"The operation couldn't be performed\"\n",
     "Add-MailboxPermission Identity=m ~failed The operation couldn't be performed"},
    {INVOKED BOUND("Identity",
                   "m") "NonTerminatingError(Add-MailboxPermission): \"no such user\"\n",
     "Add-MailboxPermission Identity=m ~failed no such user"},
    /* a hashtable's content is lost, long lists are cut */
    {"CommandInvocation(Set-Mailbox): \"Set-Mailbox\"\n"
     "ParameterBinding(Set-Mailbox): name=\"GrantSendOnBehalfTo\"; "
     "value=\"System.Collections.Hashtable\"\n",
     "Set-Mailbox GrantSendOnBehalfTo?=System.Collections.Hashtable"},
    {INVOKED BOUND("AccessRights", "FullAccess, DeleteItem, ..."),
     "Add-MailboxPermission AccessRights%=FullAccess|DeleteItem"},
    /* forged: a quote and a second value in one line */
    {INVOKED BOUND("User", "a\"; value=\"b"), "Add-MailboxPermission User*=a\"; value=\"b"},
    /* forged: a line break in a value, then what looks like another line */
    {INVOKED BOUND("Identity", "x") "ParameterBinding(Add-MailboxPermission): name=\"User\"; "
                                    "value=\"evil\n" BOUND("Identity", "victim"),
     "Add-MailboxPermission Identity*=x User*=evil Identity*=victim"},
    {INVOKED BOUND("User", "two\nlines"), "Add-MailboxPermission User*=two\nlines"},
    {INVOKED BOUND("Nonsense", "x"), "Add-MailboxPermission Nonsense*=x"},
    {INVOKED "ParameterBinding(Add-MailboxPermission): nam", "Add-MailboxPermission"},
    {"ParameterBinding(Add-MailboxPermission): name=\"User\"; value=\"u\"\n", ""},
    {"", ""},
};

static void test_payloads_give_their_invocations(void **s) {
    (void)s;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof PAYLOADS / sizeof *PAYLOADS; i++) {
        struct arena *a = arena_new(0);
        struct buf got = {0};
        struct invocation *list;
        size_t count = powershell_invocations(a, str_from(PAYLOADS[i].payload), &list);
        for (size_t k = 0; k < count; k++) {
            if (k) buf_add_c(&got, '\n');
            buf_add(&got, list[k].cmdlet->name);
            render(&got, &list[k].params);
            if (list[k].failed) buf_printf(&got, " ~failed %.*s", STR_ARG(list[k].error));
        }
        wrong += !same(&got, PAYLOADS[i].payload, PAYLOADS[i].invocations);
        arena_free(a);
    }
    assert_int_equal(wrong, 0);
}

static const struct {
    const char *cmdlet, *text, *params;
} STRINGS[] = {
    /* the shape of the one public sample of event 1 */
    {"Set-Mailbox",
     " -Identity \"Administrateur\" -DeliverToMailboxAndForward \"False\" -ForwardingSmtpAddress "
     "\"smtp:test2@example.com\"",
     " Identity=Administrateur DeliverToMailboxAndForward=False "
     "ForwardingSmtpAddress=smtp:test2@example.com"},
    {"Add-MailboxPermission",
     " -Identity \"a\" -AccessRights (\"FullAccess\",\"ReadPermission\") -User \"b\"",
     " Identity=a AccessRights=FullAccess|ReadPermission User=b"},
    {"Set-Mailbox", " -Identity \"a\" -GrantSendOnBehalfTo @{Add=(\"z\",\"y\"); Remove=(\"x\")}",
     " Identity=a GrantSendOnBehalfTo+=z|y GrantSendOnBehalfTo-=x"},
    {"Set-Mailbox", " -GrantSendOnBehalfTo @{Add=(\"z\")} -Identity \"a\"",
     " GrantSendOnBehalfTo+=z Identity=a"},
    {"Set-Mailbox", " -Identity \"a\" -ForwardingAddress $null -AuditEnabled $false",
     " Identity=a ForwardingAddress=() AuditEnabled=False"},
    {"Set-Mailbox", " -Identity \"a\" -ForwardingSmtpAddress \"\"",
     " Identity=a ForwardingSmtpAddress="},
    {"Add-MailboxPermission", "-Identity m -User u -AccessRights FullAccess -WhatIf",
     " Identity=m User=u AccessRights=FullAccess WhatIf=True"},
    /* a quote in a value */
    {"Add-MailboxPermission", " -Identity \"a\" -User \"Bob \"B\" Roe\"",
     " Identity=a User*=Bob \"B\" Roe"},
    /* forged: the first value holds a whole second parameter */
    {"Add-MailboxPermission", " -Identity \"x\" -User \"b\" -User \"real\"",
     " Identity=x User*=b User*=real"},
    {"Add-MailboxPermission", " -Identity \"Bob -User x\" -User \"real\"",
     " Identity*=Bob -User x User=real"},
    {"Add-MailboxPermission", " -Identity \"Bob -Nonsense x\" -User \"real\"",
     " Identity=Bob -Nonsense x User=real"},
    {"Set-Mailbox", " -Identity \"a\",\"b\"", " Identity*=a|b"},
    /* cut values */
    {"Add-MailboxPermission", " -Identity \"aaaa[...]\" -User \"u\"",
     " Identity%=aaaa[...] User=u"},
    {"Add-MailboxPermission", " -Identity \"a\" -User \"bbb...", " Identity=a User%=bbb..."},
    {"Add-MailboxPermission", " -Identity \"a\" -User \"bbb", " Identity=a User*=bbb"},
    {NULL, " -Identity \"a\" -Foo \"b\"", " Identity=a Foo=b"},
    {NULL, "", ""},
    {NULL, "{MailboxServer=SCEX02, Identity=DAG1}", ""},
};

static void test_parameter_strings_are_split_at_known_names(void **s) {
    (void)s;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof STRINGS / sizeof *STRINGS; i++) {
        struct arena *a = arena_new(0);
        struct buf got = {0};
        struct params params = {0};
        const struct cmdlet *c =
            STRINGS[i].cmdlet ? cmdlet_find(str_from(STRINGS[i].cmdlet), NULL) : NULL;
        powershell_parameter_string(a, c, str_from(STRINGS[i].text), &params);
        render(&got, &params);
        wrong += !same(&got, STRINGS[i].text, STRINGS[i].params);
        arena_free(a);
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_payloads_give_their_invocations),
        cmocka_unit_test(test_parameter_strings_are_split_at_known_names),
    };
    return cmocka_run_group_tests_name("powershell: events", tests, NULL, NULL);
}
