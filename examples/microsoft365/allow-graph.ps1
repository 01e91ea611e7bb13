<#
.SYNOPSIS
Lets the application send by Microsoft Graph as the mailboxes of one group, and as no others.

.DESCRIPTION
Gives the role "Application Mail.Send", limited to a group. Do not grant Mail.Send in Microsoft Entra as well: that
permission holds for every mailbox, and the two add up.

.EXAMPLE
.\allow-graph.ps1 -ClientId 00000000-0000-0000-0000-000000000000 -Mailbox erp@contoso.com

.EXAMPLE
.\allow-graph.ps1 -ClientId 00000000-0000-0000-0000-000000000000 -Mailbox erp@contoso.com -LargeMessages
Also lets it make drafts, which messages above 3 MB need (large = "draft").
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [guid] $ClientId,
    [Parameter(Mandatory)] [string[]] $Mailbox,
    [string] $Group = 'Postchute senders',
    [string] $Name = 'Postchute',
    # Adds "Application Mail.ReadWrite", with which the application may read these mailboxes, too.
    [switch] $LargeMessages
)
$ErrorActionPreference = 'Stop'

$role = @('Application Mail.Send')
if ($LargeMessages) { $role += 'Application Mail.ReadWrite' }
$arguments = @{ ClientId = $ClientId; Mailbox = $Mailbox; Group = $Group; Name = $Name; Role = $role }
& (Join-Path $PSScriptRoot 'allow-smtp.ps1') @arguments -WhatIf:$WhatIfPreference
