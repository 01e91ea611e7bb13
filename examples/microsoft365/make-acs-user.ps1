<#
.SYNOPSIS
Lets the application send by the SMTP service of Azure Communication Services.

.DESCRIPTION
The resource, its e-mail domain and the addresses it may send from (MailFrom) must exist already. This gives the
application a role on the resource and makes an SMTP user name for it.

Needs the modules Az.Accounts, Az.Resources and Az.Communication, and the right to assign roles on the resource.

.EXAMPLE
.\make-acs-user.ps1 -ResourceGroup mail -Resource contoso-mail -ClientId 00000000-0000-0000-0000-000000000000 -Username erp@contoso.com

.LINK
https://learn.microsoft.com/azure/communication-services/quickstarts/email/send-email-smtp/smtp-authentication
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $ResourceGroup,
    [Parameter(Mandatory)] [string] $Resource,
    [Parameter(Mandatory)] [guid] $ClientId,
    # The user name that Postchute signs in with: an address or any word.
    [Parameter(Mandatory)] [string] $Username
)
$ErrorActionPreference = 'Stop'

if (-not (Get-AzContext)) { $null = Connect-AzAccount }
$tenant = (Get-AzContext).Tenant.Id
$target = Get-AzResource -ResourceGroupName $ResourceGroup -Name $Resource -ResourceType 'Microsoft.Communication/CommunicationServices'
$principal = Get-AzADServicePrincipal -ApplicationId $ClientId
if (-not $principal) { throw "There is no enterprise application with the client id $ClientId in this tenant." }

$role = 'Communication and Email Service Owner'
$known = Get-AzRoleAssignment -ObjectId $principal.Id -RoleDefinitionName $role -Scope $target.ResourceId
if (-not $known -and $PSCmdlet.ShouldProcess($Resource, "Give the application the role $role")) {
    $null = New-AzRoleAssignment -ObjectId $principal.Id -RoleDefinitionName $role -Scope $target.ResourceId
}
if ($PSCmdlet.ShouldProcess($Username, 'New-AzCommunicationServiceSmtpUsername')) {
    $user = @{
        ResourceGroupName        = $ResourceGroup
        CommunicationServiceName = $Resource
        SmtpUsername             = 'postchute'
        Username                 = $Username
        EntraApplicationId       = "$ClientId"
        TenantId                 = $tenant
    }
    New-AzCommunicationServiceSmtpUsername @user
}
