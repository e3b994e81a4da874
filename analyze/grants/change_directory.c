/* change_directory.c - what a domain controller's Security log says was done to access to mail.
 *
 * A security descriptor stands in two records, as it was and as it became. Each entry is told as a
 * half of a change (CHANGE_HALF); settle_directory() keeps what only one of the two has. */
#include "analyze/grants/sddl.h"
#include "analyze/grants/telling.h"

static struct str field(struct telling *t, const char *name) { return params_first(t->p, name); }

/* ---- groups ---- */

/* The groups that Exchange's setup makes whose members may give themselves any mailbox (Microsoft,
 * "Permissions in Exchange Server", "Exchange Trusted Subsystem"). Others are nobody's business
 * here: their access to mailboxes is told where it was given. */
static const char *const GROUPS[] = {
    "Organization Management",
    "Recipient Management",
    "Server Management",
    "Exchange Trusted Subsystem",
    "Exchange Windows Permissions",
    "Exchange Servers",
    "Exchange Organization Administrators",
    "Discovery Management",
    "Hygiene Management",
};

void tell_directory_member(struct telling *t, enum change_action action) {
    struct str group = field(t, "TargetUserName"), name = field(t, "MemberName"),
               sid = field(t, "MemberSid");
    if (str_eq(name, STR("-"))) name = STR_NONE;
    bool known = false;
    tell_alias(t, name, sid);
    tell_directory_membership(t, action, name.n ? name : sid);
    for (size_t i = 0; i < sizeof GROUPS / sizeof *GROUPS; i++)
        known = known || str_ieq(group, str_from(GROUPS[i]));
    if (!known) return;
    t->base.scope = group;
    tell(t, action, RIGHT_ROLE, name.n ? name : sid);
}

/* ---- security descriptors ---- */

static const struct {
    uint32_t bit;
    enum right right;
} MAILBOX_BITS[] = {
    {ACE_CREATE_CHILD, RIGHT_FULL_ACCESS},       {ACE_DELETE_CHILD, RIGHT_SEND_AS},
    {ACE_LIST_CHILDREN, RIGHT_EXTERNAL_ACCOUNT}, {ACE_DELETE, RIGHT_DELETE_ITEM},
    {ACE_READ_CONTROL, RIGHT_READ_PERMISSION},   {ACE_WRITE_DAC, RIGHT_CHANGE_PERMISSION},
    {ACE_WRITE_OWNER, RIGHT_CHANGE_OWNER},
};

static const struct {
    const char *object; /* the extended right's GUID; NULL: none needed */
    const char *scope;
    uint32_t bit;
    enum right right;
} OBJECT_BITS[] = {
    {"ab721a54-1e2f-11d0-9819-00aa0040529b", "", ACE_CONTROL, RIGHT_SEND_AS},
    {"ab721a56-1e2f-11d0-9819-00aa0040529b", "Receive-As", ACE_CONTROL, RIGHT_FULL_ACCESS},
    {NULL, "GenericAll", ACE_GENERIC_ALL, RIGHT_FULL_ACCESS},
    {NULL, "WriteDacl", ACE_WRITE_DAC, RIGHT_CHANGE_PERMISSION},
    {NULL, "WriteOwner", ACE_WRITE_OWNER, RIGHT_CHANGE_OWNER},
};

static void tell_mailbox_ace(struct telling *t, enum change_action action, const struct ace *a) {
    for (size_t i = 0; i < sizeof MAILBOX_BITS / sizeof *MAILBOX_BITS; i++)
        if (a->rights & MAILBOX_BITS[i].bit) tell(t, action, MAILBOX_BITS[i].right, a->trustee);
}

/* On what holds mail, whoever may do anything may also read it and send as it. On other objects
 * (policies, containers) only the rights that Exchange made count: recipients inherit them. */
static bool is_recipient(struct telling *t) {
    static const char *const classes[] = {"",      "user",    "inetOrgPerson",
                                          "group", "contact", "publicFolder"};
    struct str class = field(t, "ObjectClass");
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (str_ieq(class, str_from(classes[i]))) return true;
    return str_istarts(class, STR("msExch"));
}

static void tell_object_ace(struct telling *t, enum change_action action, const struct ace *a) {
    for (size_t i = 0; i < sizeof OBJECT_BITS / sizeof *OBJECT_BITS; i++) {
        const char *object = OBJECT_BITS[i].object;
        if (!(a->rights & OBJECT_BITS[i].bit)) continue;
        if (object ? !str_ieq(a->object, str_from(object)) : !is_recipient(t)) continue;
        t->base.scope = str_from(OBJECT_BITS[i].scope);
        tell(t, action, OBJECT_BITS[i].right, a->trustee);
    }
}

static void tell_descriptor(struct telling *t, enum change_action action, bool mailbox) {
    struct str sddl = field(t, "AttributeValue");
    struct ace a;
    t->base.flags |= CHANGE_HALF;
    tell(t, action, RIGHT_READ_PERMISSION, STR_NONE); /* says that this half is there */
    for (size_t at = 0; sddl_next(sddl, &at, &a);) {
        if (a.inherited || str_eq(a.trustee, STR("PS"))) continue; /* PS: the mailbox itself */
        t->base.deny = a.deny;
        if (mailbox)
            tell_mailbox_ace(t, action, &a);
        else
            tell_object_ace(t, action, &a);
    }
}

/* ---- values ---- */

void tell_directory_value(struct telling *t, enum change_action action) {
    struct str attribute = field(t, "AttributeLDAPDisplayName"), value = field(t, "AttributeValue");
    t->base.mailbox = t->e->object;
    t->base.params = (struct params){0}; /* a descriptor is long, and is in the record */
    if (str_ieq(attribute, STR("publicDelegates")))
        tell(t, action, RIGHT_SEND_ON_BEHALF, value);
    else if (str_ieq(attribute, STR("altRecipient")) ||
             str_ieq(attribute, STR("msExchGenericForwardingAddress")))
        tell(t, action, RIGHT_FORWARDING, value);
    else
        tell_descriptor(t, action, str_ieq(attribute, STR("msExchMailboxSecurityDescriptor")));
}
