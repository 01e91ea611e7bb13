<#
.SYNOPSIS
Makes an account for High Volume Email and lets the application use it.

.DESCRIPTION
High Volume Email reaches recipients of your own organisation only, and is paid for by recipient: give the account a
billing policy (Set-HVEAccountBillingPolicy), or delivery may stop. The account has no mailbox, so answers and bounces
go nowhere unless -ReplyTo names one.

Needs the module ExchangeOnlineManagement and the role Exchange Administrator.

.EXAMPLE
.\make-hve-account.ps1 -Address payroll-hve@contoso.com -ClientId 00000000-0000-0000-0000-000000000000 -ReplyTo hr@contoso.com

.LINK
https://learn.microsoft.com/exchange/mail-flow-best-practices/high-volume-mails-m365
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $Address,
    # The application that may sign in as the account; at most ten for one account.
    [guid] $ClientId,
    # Where answers go.
    [string] $ReplyTo
)
$ErrorActionPreference = 'Stop'

Connect-ExchangeOnline -ShowBanner:$false
$account = Get-MailUser -HVEAccount | Where-Object PrimarySmtpAddress -EQ $Address
if (-not $account -and $PSCmdlet.ShouldProcess($Address, 'New-MailUser -HVEAccount')) {
    $password = Read-Host -AsSecureString "A password for $Address"
    $null = New-MailUser -HVEAccount -Name ($Address -split '@')[0] -PrimarySmtpAddress $Address -Password $password
}
if ($ClientId -and $PSCmdlet.ShouldProcess($Address, "Allow the application $ClientId")) {
    # Takes up to five minutes.
    Add-HVEAppAccess -Identity $Address -AppIds "$ClientId"
}
if ($ReplyTo -and $PSCmdlet.ShouldProcess($Address, "Answers to $ReplyTo")) {
    Set-HVEAccountSettings -Identity $Address -ReplyTo $ReplyTo
}
