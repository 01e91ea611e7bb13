<#
.SYNOPSIS
Lets the application send by SMTP the older way: a permission in Microsoft Entra and rights on each mailbox.

.DESCRIPTION
Only where RBAC for Applications cannot be used (allow-smtp.ps1): here the application gets full access to each
mailbox, not only the right to send.

Needs the modules ExchangeOnlineManagement and Microsoft.Graph.Applications, and the roles Exchange Administrator and
Privileged Role Administrator (for the consent).

.EXAMPLE
.\allow-smtp-classic.ps1 -ClientId 00000000-0000-0000-0000-000000000000 -Mailbox erp@contoso.com

.EXAMPLE
.\allow-smtp-classic.ps1 -ClientId 00000000-0000-0000-0000-000000000000 -Mailbox erp@contoso.com -SendAs sales@contoso.com
Messages whose From is sales@contoso.com may be sent by erp@contoso.com as well.

.LINK
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [guid] $ClientId,
    [Parameter(Mandatory)] [string[]] $Mailbox,
    # Other mailboxes as which the application may send.
    [string[]] $SendAs = @(),
    [string] $Name = 'Postchute'
)
$ErrorActionPreference = 'Stop'

Connect-MgGraph -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All' -NoWelcome
$enterprise = Get-MgServicePrincipal -Filter "appId eq '$ClientId'"
if (-not $enterprise) { throw "There is no enterprise application with the client id $ClientId in this tenant." }

# Office 365 Exchange Online has the same client id in every tenant.
$exchange = Get-MgServicePrincipal -Filter "appId eq '00000002-0000-0ff1-ce00-000000000000'"
$permission = $exchange.AppRoles | Where-Object Value -EQ 'SMTP.SendAsApp'
$granted = Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $enterprise.Id |
    Where-Object AppRoleId -EQ $permission.Id
if (-not $granted -and $PSCmdlet.ShouldProcess($enterprise.DisplayName, 'Grant SMTP.SendAsApp')) {
    $grant = @{
        ServicePrincipalId = $enterprise.Id
        PrincipalId        = $enterprise.Id
        ResourceId         = $exchange.Id
        AppRoleId          = $permission.Id
    }
    $null = New-MgServicePrincipalAppRoleAssignment @grant
}

Connect-ExchangeOnline -ShowBanner:$false
$principal = Get-ServicePrincipal | Where-Object AppId -EQ "$ClientId"
if (-not $principal -and $PSCmdlet.ShouldProcess($Name, 'New-ServicePrincipal')) {
    $null = New-ServicePrincipal -AppId $ClientId -ObjectId $enterprise.Id -DisplayName $Name
}
foreach ($address in $Mailbox) {
    if ($PSCmdlet.ShouldProcess($address, 'Full access, SMTP AUTH')) {
        $null = Add-MailboxPermission -Identity $address -User $enterprise.Id -AccessRights FullAccess
        Set-CASMailbox -Identity $address -SmtpClientAuthenticationDisabled $false
    }
}
foreach ($address in $SendAs) {
    if ($PSCmdlet.ShouldProcess($address, 'Send as')) {
        $null = Add-RecipientPermission -Identity $address -Trustee $enterprise.Id -AccessRights SendAs -Confirm:$false
    }
}
