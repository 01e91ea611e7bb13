<#
.SYNOPSIS
Lets the application send by SMTP as the mailboxes of one group, and as no others.

.DESCRIPTION
The way Microsoft recommends: a role of Exchange Online, limited to a group (RBAC for Applications). Give the
application no permission in Microsoft Entra: SMTP.SendAsApp there makes Exchange ask for rights on each mailbox as
well. Changes take effect within two hours; `postchute verify` shows when.

Needs the modules ExchangeOnlineManagement and Microsoft.Graph.Applications, and the roles Exchange Administrator and
Cloud Application Administrator (or Application.Read.All).

.EXAMPLE
.\allow-smtp.ps1 -ClientId 00000000-0000-0000-0000-000000000000 -Mailbox erp@contoso.com, scanner@contoso.com

.LINK
https://learn.microsoft.com/exchange/permissions-exo/application-rbac
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [guid] $ClientId,
    # The mailboxes that may send.
    [Parameter(Mandatory)] [string[]] $Mailbox,
    # The group that the mailboxes are put into; made if it is missing.
    [string] $Group = 'Postchute senders',
    # The name of service principal, scope and role assignment in Exchange Online.
    [string] $Name = 'Postchute',
    # The role: what the application may do with these mailboxes.
    [string[]] $Role = 'Application SMTP.SendAsApp'
)
$ErrorActionPreference = 'Stop'

Connect-MgGraph -Scopes 'Application.Read.All' -NoWelcome
# Not the object id of the app registration: taking that one is the most common mistake.
$enterprise = Get-MgServicePrincipal -Filter "appId eq '$ClientId'"
if (-not $enterprise) { throw "There is no enterprise application with the client id $ClientId in this tenant." }

Connect-ExchangeOnline -ShowBanner:$false

$principal = Get-ServicePrincipal | Where-Object AppId -EQ "$ClientId"
if ($principal -and $principal.ObjectId -ne $enterprise.Id) {
    throw "Exchange knows the application by another object id ($($principal.ObjectId)): remove that service principal first."
}
if (-not $principal -and $PSCmdlet.ShouldProcess($Name, 'New-ServicePrincipal')) {
    $null = New-ServicePrincipal -AppId $ClientId -ObjectId $enterprise.Id -DisplayName $Name
}

$list = Get-DistributionGroup -Identity $Group -ErrorAction SilentlyContinue
if (-not $list -and $PSCmdlet.ShouldProcess($Group, 'New-DistributionGroup')) {
    $list = New-DistributionGroup -Name $Group -Type Security
    Set-DistributionGroup -Identity $Group -HiddenFromAddressListsEnabled $true
}
$members = @(Get-DistributionGroupMember -Identity $Group | ForEach-Object PrimarySmtpAddress)
foreach ($address in $Mailbox) {
    if ($members -notcontains $address -and $PSCmdlet.ShouldProcess($address, "Add to $Group")) {
        Add-DistributionGroupMember -Identity $Group -Member $address
    }
}

$scope = Get-ManagementScope -Identity $Name -ErrorAction SilentlyContinue
if (-not $scope -and $PSCmdlet.ShouldProcess($Name, 'New-ManagementScope')) {
    $filter = "MemberOfGroup -eq '$($list.DistinguishedName)'"
    $null = New-ManagementScope -Name $Name -RecipientRestrictionFilter $filter
}
foreach ($each in $Role) {
    $assignment = "$Name $each"
    $known = Get-ManagementRoleAssignment -Identity $assignment -ErrorAction SilentlyContinue
    if (-not $known -and $PSCmdlet.ShouldProcess($assignment, 'New-ManagementRoleAssignment')) {
        $null = New-ManagementRoleAssignment -Name $assignment -App "$ClientId" -Role $each -CustomResourceScope $Name
    }
}

if ($Role -contains 'Application SMTP.SendAsApp') {
    foreach ($address in $Mailbox) {
        # The mailbox's switch outranks the organisation's.
        if ($PSCmdlet.ShouldProcess($address, 'Enable SMTP AUTH')) {
            Set-CASMailbox -Identity $address -SmtpClientAuthenticationDisabled $false
        }
    }
}

foreach ($address in $Mailbox) {
    Test-ServicePrincipalAuthorization -Identity "$ClientId" -Resource $address |
        Format-Table @{ Name = 'Mailbox'; Expression = { $address } }, 'RoleName', 'InScope'
}
