# Folder.ps1 - *-MailboxFolderPermission. One entry per user and folder; Default and Anonymous always
# have one. Rights are a mask (MS-OXCPERM 2.2.7): what equals a role is shown as the role.

$script:FolderWords = 'ReadItems', 'CreateItems', 'EditOwnedItems', 'DeleteOwnedItems', 'EditAllItems', 'DeleteAllItems',
    'CreateSubfolders', 'FolderOwner', 'FolderContact', 'FolderVisible'
$script:FolderRoles = [ordered]@{
    Owner = 'ReadItems CreateItems EditOwnedItems DeleteOwnedItems EditAllItems DeleteAllItems CreateSubfolders FolderOwner FolderContact FolderVisible'
    PublishingEditor = 'ReadItems CreateItems EditOwnedItems DeleteOwnedItems EditAllItems DeleteAllItems CreateSubfolders FolderVisible'
    Editor = 'ReadItems CreateItems EditOwnedItems DeleteOwnedItems EditAllItems DeleteAllItems FolderVisible'
    PublishingAuthor = 'ReadItems CreateItems EditOwnedItems DeleteOwnedItems CreateSubfolders FolderVisible'
    Author = 'ReadItems CreateItems EditOwnedItems DeleteOwnedItems FolderVisible'
    NonEditingAuthor = 'ReadItems CreateItems DeleteOwnedItems FolderVisible'
    Reviewer = 'ReadItems FolderVisible'; Contributor = 'CreateItems FolderVisible'; None = ''
    AvailabilityOnly = 'AvailabilityOnly'; LimitedDetails = 'LimitedDetails'
}

function Get-FolderLevel($Rights) {
    $Words = @(foreach ($R in (Split-Rights $Rights)) {
            if ($script:FolderRoles.Contains($R)) { $script:FolderRoles[$R].Split(' ') }
            elseif ($script:FolderWords -contains $R) { $script:FolderWords | Where-Object { $_ -eq $R } }
            else { throw (New-Refusal 'ParameterArgumentTransformationError' "Cannot convert value `"$R`" to the type of a folder right.") }
        })
    $Ordered = (@(($script:FolderWords + 'AvailabilityOnly' + 'LimitedDetails') | Where-Object { $Words -contains $_ }) -join ' ').Trim()
    foreach ($Role in $script:FolderRoles.Keys) { if ($script:FolderRoles[$Role] -eq $Ordered) { return $Role } }
    $Ordered.Replace(' ', ', ')
}

# "mailbox:\Path" (or "mailbox:", the root): the folder's entries and the mailbox.
function Find-Folder([string]$Identity) {
    $At = $Identity.LastIndexOf(':')
    $Box, $Path = $Identity, '\'
    if ($At -ge 0) { $Box = $Identity.Substring(0, $At); $Path = $Identity.Substring($At + 1) }
    if (-not $Path) { $Path = '\' }
    $R = Find-Mailbox $Box
    foreach ($Key in $World.folders.Keys) { if ($Key -eq "$($R.guid):$Path") { return @{ box = $R; path = $Path; entries = $World.folders[$Key] } } }
    throw (New-Refusal 'ManagementObjectNotFoundException' "The operation couldn't be performed because '$Identity' couldn't be found.")
}

function Find-FolderUser([string]$User) {
    foreach ($Pseudo in 'Default', 'Anonymous') { if ($User -eq $Pseudo) { return $Pseudo } }
    Find-Trustee $User
}

function New-NoEntry([string]$User) { New-Refusal 'UserNotFoundInPermissionEntryException' "There is no existing permission entry found for user: $User." }

function Add-MailboxFolderPermission {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [Parameter(Mandatory)][string]$User, [Parameter(Mandatory)][string[]]$AccessRights,
        [string]$SharingPermissionFlags, [bool]$SendNotificationToUser)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        $F = Find-Folder $Identity
        $Who = Find-FolderUser $User
        if ($F.entries.Contains($Who)) { throw (New-Refusal 'UserAlreadyExistsInPermissionEntryException' "An existing permission entry was found for user: $User.") }
        $F.entries[$Who] = @{ rights = (Get-FolderLevel $AccessRights); flags = "$SharingPermissionFlags" }
    }
}

function Set-MailboxFolderPermission {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [Parameter(Mandatory)][string]$User, [Parameter(Mandatory)][string[]]$AccessRights,
        [string]$SharingPermissionFlags, [bool]$SendNotificationToUser)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        $F = Find-Folder $Identity
        $Who = Find-FolderUser $User
        if (-not $F.entries.Contains($Who)) { throw (New-NoEntry $User) }
        $Flags = $F.entries[$Who].flags
        if ($ActBound.ContainsKey('SendNotificationToUser')) { $Flags = '' }
        if ($ActBound.ContainsKey('SharingPermissionFlags')) { $Flags = $SharingPermissionFlags }
        $F.entries[$Who] = @{ rights = (Get-FolderLevel $AccessRights); flags = "$Flags" }
    }
}

function Remove-MailboxFolderPermission {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [Parameter(Mandatory, ParameterSetName = 'User')][string]$User,
        [Parameter(Mandatory, ParameterSetName = 'Reset')][switch]$ResetDelegateUserCollection)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        $F = Find-Folder $Identity
        if ($ResetDelegateUserCollection) { foreach ($K in @($F.entries.Keys)) { $F.entries[$K].flags = '' }; return }
        $Who = Find-FolderUser $User
        if (-not $F.entries.Contains($Who)) { throw (New-NoEntry $User) }
        if ($Who -eq 'Default' -or $Who -eq 'Anonymous') { throw (New-Refusal 'CannotRemovePredefinedEntry' "The entry '$Who' can't be removed.") }
        $F.entries.Remove($Who)
    }
}

function Get-MailboxFolderPermission {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [string]$User)
    Invoke-Read $PSCmdlet {
        $F = Find-Folder $Identity
        $Who = ''
        if ($User) { $Who = Find-FolderUser $User }
        if ($Who -and -not $F.entries.Contains($Who)) { throw (New-NoEntry $User) }
        foreach ($K in @($F.entries.Keys)) {
            if ($Who -and $K -ne $Who) { continue }
            [pscustomobject]@{
                Identity = "$($F.box.address):$($F.path)"; FolderName = $F.path.Split('\')[-1]; User = (Get-TrusteeText $K)
                AccessRights = @($F.entries[$K].rights -split ', '); SharingPermissionFlags = $F.entries[$K].flags
            }
        }
    }
}
