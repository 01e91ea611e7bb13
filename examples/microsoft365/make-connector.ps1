<#
.SYNOPSIS
Makes the inbound connector by which Exchange Online knows the host that runs Postchute.

.DESCRIPTION
By the certificate the host shows (recommended), or by its public addresses, which must be static and belong to your
organisation alone. What matches the connector may send to everybody in the name of your domains: keep the host's key,
or its addresses, to yourself, and set allow_from in Postchute.

Needs the module ExchangeOnlineManagement and the role Exchange Administrator.

.EXAMPLE
.\make-connector.ps1 -CertificateName relay.contoso.com
The name in the certificate must lie in a domain that is registered in the tenant.

.EXAMPLE
.\make-connector.ps1 -Address 203.0.113.10

.LINK
https://learn.microsoft.com/exchange/mail-flow-best-practices/use-connectors-to-configure-mail-flow/set-up-connectors-to-route-mail
#>
[CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Certificate')]
param(
    [Parameter(Mandatory, ParameterSetName = 'Certificate')] [string] $CertificateName,
    [Parameter(Mandatory, ParameterSetName = 'Address')] [string[]] $Address,
    [string] $Name = 'Postchute'
)
$ErrorActionPreference = 'Stop'

Connect-ExchangeOnline -ShowBanner:$false
$connector = @{
    Name          = $Name
    ConnectorType = 'OnPremises'
    SenderDomains = '*'
    Comment       = 'Mail of legacy systems, relayed by Postchute'
}
if ($PSCmdlet.ParameterSetName -eq 'Certificate') {
    $domains = @(Get-AcceptedDomain | ForEach-Object { "$($_.DomainName)" })
    if (-not ($domains | Where-Object { $CertificateName -eq $_ -or $CertificateName.EndsWith(".$_") })) {
        throw "$CertificateName lies in none of the tenant's domains: $($domains -join ', ')."
    }
    $connector.TlsSenderCertificateName = $CertificateName
} else {
    $connector.SenderIPAddresses = $Address
}
if ($PSCmdlet.ShouldProcess($Name, 'New-InboundConnector')) {
    New-InboundConnector @connector | Format-List 'Name', 'ConnectorType', 'TlsSenderCertificateName', 'SenderIPAddresses'
}
