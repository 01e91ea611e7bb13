<#
.SYNOPSIS
Shows every switch of Exchange Online that decides whether Postchute may send; changes nothing.

.EXAMPLE
.\show-switches.ps1 -Mailbox erp@contoso.com -ClientId 00000000-0000-0000-0000-000000000000
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Mailbox,
    [guid] $ClientId
)
$ErrorActionPreference = 'Stop'

Connect-ExchangeOnline -ShowBanner:$false

Write-Output '# The organisation'
Get-TransportConfig | Format-List 'SmtpClientAuthenticationDisabled', 'AllowLegacyTLSClients', 'MaxSendSize', 'MaxRecipientEnvelopeLimit'
Get-OrganizationConfig | Format-List 'DefaultAuthenticationPolicy', 'RejectDirectSend'

Write-Output "# The mailbox $Mailbox (an empty switch follows the organisation's)"
Get-CASMailbox -Identity $Mailbox | Format-List 'PrimarySmtpAddress', 'SmtpClientAuthenticationDisabled'
Get-Mailbox -Identity $Mailbox | Format-List 'RecipientTypeDetails', 'EmailAddresses', 'MaxSendSize', 'RecipientLimits'
Get-User -Identity $Mailbox | Format-List 'AuthenticationPolicy'
Get-RecipientPermission -Identity $Mailbox | Format-Table 'Trustee', 'AccessRights'

Write-Output '# Blocked senders'
Get-BlockedSenderAddress -SenderAddress $Mailbox -ErrorAction SilentlyContinue | Format-List 'SenderAddress', 'Reason', 'CreatedDatetime'

Write-Output '# Connectors'
Get-InboundConnector | Format-Table 'Name', 'Enabled', 'ConnectorType', 'SenderIPAddresses', 'TlsSenderCertificateName'

if ($ClientId) {
    Write-Output "# The application $ClientId"
    Get-ServicePrincipal | Where-Object AppId -EQ "$ClientId" | Format-List 'DisplayName', 'AppId', 'ObjectId'
    Test-ServicePrincipalAuthorization -Identity "$ClientId" -Resource $Mailbox | Format-Table 'RoleName', 'AllowedResourceScope', 'InScope'
}
