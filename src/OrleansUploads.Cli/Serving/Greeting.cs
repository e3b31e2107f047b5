using System.Net;
using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Cli.Serving;

/// <summary>The lines that a server prints when it starts: how to use it, and that it is ready.</summary>
internal static class Greeting
{
    /// <summary>The start of the line that reports readiness. The address follows. Scripts wait for this line.</summary>
    public const string Ready = "Ready on ";

    /// <summary>Prints the greeting.</summary>
    /// <param name="options">The options of the server.</param>
    /// <param name="key">The operator's key pair.</param>
    /// <param name="keys">The file that contains the key pairs.</param>
    /// <param name="address">The address on which the server listens.</param>
    /// <param name="isLogged">Whether standard output is redirected, for example to the log of a container.</param>
    public static void Print(ServerOptions options, OperatorKey key, KeyFile keys, string address, bool isLogged)
    {
        Console.WriteLine(
            $"OrleansUploads {ProgramVersion.Text}, data in {options.DataFolder}, account {options.Account}, "
            + $"region {options.Service.Gateway.Region}");
        if (key.Created is not null)
        {
            Console.WriteLine($"Created a key pair in {keys.Path}, readable by you only.");
        }

        Console.WriteLine("To use it with the AWS CLI or with this program:");
        Console.WriteLine();
        if (options.Anonymous)
        {
            Console.WriteLine($"  export AWS_DEFAULT_REGION={options.Service.Gateway.Region}");
            Console.WriteLine(
                $"  aws glacier list-vaults --account-id - --no-sign-request --endpoint-url {FormatLocalAddress(address)}");
        }
        else
        {
            Console.WriteLine(
                $"  export AWS_ACCESS_KEY_ID={key.AccessKeyId} AWS_SECRET_ACCESS_KEY={FormatSecret(options, key, isLogged)} "
                + $"AWS_DEFAULT_REGION={options.Service.Gateway.Region}");
            Console.WriteLine($"  aws glacier list-vaults --account-id - --endpoint-url {FormatLocalAddress(address)}");
            Console.WriteLine($"  {ProgramName.Text} vault list --endpoint {FormatLocalAddress(address)}");
        }

        Console.WriteLine();
        Console.WriteLine(Ready + address);
    }

    /// <summary>Returns the secret, or a shell expression for it. A new secret is printed only to a terminal. Otherwise the
    /// expression reads it from the environment or runs a command that prints it.</summary>
    private static string FormatSecret(ServerOptions options, OperatorKey key, bool isLogged) =>
        key.Environment is not null ? $"\"${OperatorKey.SecretVariable}\""
        : key.Created is { } created && !isLogged ? created.SecretAccessKey
        : $"\"$({ProgramName.Text} keys show {key.AccessKeyId} --data {ProgramName.Quote(options.DataFolder)})\"";

    /// <summary>Returns the address to use on this machine.</summary>
    private static string FormatLocalAddress(string address)
    {
        var uri = new Uri(address);
        return IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip)
            && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
                ? $"{uri.Scheme}://127.0.0.1:{uri.Port}"
                : address;
    }
}
