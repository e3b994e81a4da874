#include "analyze/report/words.h"

const struct flag_word FLAG_WORDS[] = {
    {CHANGE_WHAT_IF, "what-if", "ran with -WhatIf: nothing was changed"},
    {CHANGE_TRUNCATED, "truncated", "the record cut a value that matters"},
    {CHANGE_AMBIGUOUS, "ambiguous", "the record can be read in two ways"},
    {CHANGE_DYNAMIC, "dynamic", "mailbox or trustee is not a constant in this text"},
    {CHANGE_POOR, "poor", "only the outer columns of the record could be read"},
    {CHANGE_REPLACES, "replaces", "replaced the whole list: who is not in it lost the right"},
    {CHANGE_CLEARS, "clears", "took this right from everyone"},
    {CHANGE_OWNER_SET, "owner", "concerns the owner of the mailbox"},
    {CHANGE_OBFUSCATED, "obfuscated", "the command was disguised and had to be decoded"},
    {CHANGE_SERVICE, "service", "the service's own doing"},
    {CHANGE_ATTEMPT, "attempt", "cannot have run as written: evidence of intent only"},
    {CHANGE_CARVED, "carved", "its record was carved from remains: it stands in no log"},
};
const size_t FLAG_WORD_COUNT = sizeof FLAG_WORDS / sizeof FLAG_WORDS[0];

const char *integrity_name(enum integrity i) {
    static const char *const names[] = {
        [INTEGRITY_NOT_SEALED] = "not-sealed",
        [INTEGRITY_MATCHES] = "matches",
        [INTEGRITY_DIFFERS] = "differs",
        [INTEGRITY_UNLISTED] = "unlisted",
    };
    return names[i];
}

bool item_is_suspect(const struct item *item) {
    return item && (item->integrity == INTEGRITY_DIFFERS || item->integrity == INTEGRITY_UNLISTED);
}

const char *right_in_words(enum right r) {
    static const char *const words[RIGHTS] = {
        [RIGHT_FULL_ACCESS] = "can open and read everything in",
        [RIGHT_READ_PERMISSION] = "can read the permissions of",
        [RIGHT_CHANGE_PERMISSION] = "can give permissions on",
        [RIGHT_CHANGE_OWNER] = "can change the owner of",
        [RIGHT_DELETE_ITEM] = "can delete",
        [RIGHT_EXTERNAL_ACCOUNT] = "is the linked outside account of",
        [RIGHT_SEND_AS] = "can send as",
        [RIGHT_SEND_ON_BEHALF] = "can send on behalf of",
        [RIGHT_FOLDER] = "has rights on a folder of",
        [RIGHT_FORWARDING] = "receives what is forwarded from",
        [RIGHT_INBOX_RULE] = "gains from an inbox rule of",
        [RIGHT_TRANSPORT_RULE] = "gains from a transport rule of",
        [RIGHT_IMPERSONATION] = "can act as the users of",
        [RIGHT_ROLE] = "holds a role over",
        [RIGHT_CALENDAR_DELEGATE] = "is a calendar delegate of",
        [RIGHT_APPLICATION] = "reaches, as an application, the mail of",
        [RIGHT_AUDIT_BYPASS] = "is no longer audited in",
        [RIGHT_AUDIT_CONFIG] = "concerns the auditing of",
    };
    return words[r];
}

struct str param_value(const struct param *p, size_t i, struct buf *scratch) {
    if (p->edit == EDIT_SET) return p->values[i];
    scratch->n = 0;
    buf_add_z(scratch, p->edit == EDIT_ADD ? "@{Add=" : "@{Remove=");
    buf_add(scratch, p->values[i]);
    buf_add_c(scratch, '}');
    return buf_str(scratch);
}

static const char *action_in_words(enum change_action a) {
    return a == ACTION_GRANT ? "granted" : a == ACTION_REVOKE ? "taken back" : "altered";
}

void act_sentence(struct buf *out, const struct act *a) {
    struct str mailbox = party_name(&a->mailbox), trustee = party_name(&a->trustee),
               actor = party_name(&a->actor);
    buf_add_z(out, right_name(a->what.right));
    if (a->what.scope.n) {
        buf_add_z(out, " [");
        buf_add(out, a->what.scope);
        buf_add_c(out, ']');
    }
    buf_add_z(out, " on ");
    buf_add(out, mailbox.n ? mailbox : STR("the organisation"));
    buf_printf(out, " %s", action_in_words(a->what.action));
    if (trustee.n) {
        buf_add_z(out, a->what.action == ACTION_REVOKE  ? " from "
                       : a->what.action == ACTION_GRANT ? " to "
                                                        : " for ");
        buf_add(out, trustee);
    }
    if (actor.n) {
        buf_add_z(out, " by ");
        buf_add(out, actor);
    }
    buf_printf(out, " (%s)", result_name(a->what.result));
}
