// .NET's pickup directory, as Mono implements it.
using System.Net.Mail;
using System.Text;

class Pickup
{
    static void Main(string[] arguments)
    {
        var message = new MailMessage { From = new MailAddress("erp@example.com") };
        message.To.Add(new MailAddress("b@example.org", "Anna"));
        message.CC.Add("c@example.org");
        message.Bcc.Add("hidden@example.net");
        message.Subject = "Rechnung für März";
        message.Body = "Grüße,\r\n.zweite Zeile\r\nFrom Lager\r\n";
        message.SubjectEncoding = Encoding.UTF8;
        message.BodyEncoding = Encoding.UTF8;
        var client = new SmtpClient
        {
            DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory,
            PickupDirectoryLocation = arguments[0],
        };
        client.Send(message);
    }
}
