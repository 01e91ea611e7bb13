<#
.SYNOPSIS
Registers the application as which Postchute signs in to Microsoft Entra, with a certificate.

.DESCRIPTION
Grants nothing: run allow-smtp.ps1 or allow-graph.ps1 afterwards. Make the certificate first, on the host that
runs Postchute, so that its key never leaves it (docs/microsoft365/sign-in.md):

    openssl req -x509 -newkey rsa:3072 -sha256 -days 730 -nodes -subj "/CN=postchute" \
        -keyout postchute.key -out postchute.pem

Needs the module Microsoft.Graph.Applications and a role that may register applications.

.EXAMPLE
.\register-application.ps1 -Certificate ./postchute.pem

.EXAMPLE
.\register-application.ps1 -Certificate ./postchute-2028.pem -ClientId 00000000-0000-0000-0000-000000000000
Adds a second certificate to the application: both are valid until the old one is removed.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The certificate in PEM form, without its key.
    [Parameter(Mandatory)] [string] $Certificate,
    # The name that administrators see.
    [string] $Name = 'Postchute',
    # An application that exists already and gets a further certificate.
    [string] $ClientId
)
$ErrorActionPreference = 'Stop'

$x509 = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new((Resolve-Path $Certificate).Path)
if ($x509.NotAfter -lt (Get-Date).AddDays(30)) {
    throw "The certificate ends on $($x509.NotAfter.ToString('yyyy-MM-dd')): make one that lasts longer."
}
$key = @{
    Type        = 'AsymmetricX509Cert'
    Usage       = 'Verify'
    Key         = $x509.RawData
    DisplayName = "Postchute until $($x509.NotAfter.ToString('yyyy-MM-dd'))"
}

Connect-MgGraph -Scopes 'Application.ReadWrite.All' -NoWelcome
if ($ClientId) {
    $application = Get-MgApplication -Filter "appId eq '$ClientId'"
    if (-not $application) { throw "There is no application $ClientId in this tenant." }
    # The list replaces the one that is there, and the keys are returned only when asked for.
    $current = Get-MgApplication -ApplicationId $application.Id -Property 'keyCredentials'
    $keys = @($current.KeyCredentials) + $key
    if ($PSCmdlet.ShouldProcess($application.DisplayName, 'Add a certificate')) {
        Update-MgApplication -ApplicationId $application.Id -KeyCredentials $keys
    }
} elseif ($PSCmdlet.ShouldProcess($Name, 'Register an application')) {
    $application = New-MgApplication -DisplayName $Name -SignInAudience 'AzureADMyOrg' -KeyCredentials @($key)
    $null = New-MgServicePrincipal -AppId $application.AppId
}
if (-not $application) { return }

$principal = Get-MgServicePrincipal -Filter "appId eq '$($application.AppId)'"
Write-Output "[identity.NAME] of Postchute's settings:"
Write-Output "  tenant    = `"$((Get-MgContext).TenantId)`""
Write-Output "  client_id = `"$($application.AppId)`""
Write-Output "Object id of the enterprise application, for the scripts that follow: $($principal.Id)"
