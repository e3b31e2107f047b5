using System.Net;
using OrleansUploads.Gateway.Credentials;

namespace OrleansUploads.Cli.Serving;

/// <summary>What a server says when it starts: how to use it, and that it is ready.</summary>
internal static class Greeting
{
    /// <summary>Begins the line that says the server is ready; its address follows. Scripts wait for it.</summary>
    public const string Ready = "Ready on ";

    public static void Print(ServerOptions options, OperatorKey key, KeyFile keys, string address)
    {
        Console.WriteLine(
            $"OrleansUploads, data in {options.DataFolder}, account {options.Account}, region {options.Region}");
        if (key.Made is not null)
        {
            Console.WriteLine($"Made a key pair and kept it in {keys.Path}, readable by you only.");
        }

        Console.WriteLine("To use it with the AWS CLI:");
        Console.WriteLine();
        if (options.Anonymous)
        {
            Console.WriteLine($"  export AWS_DEFAULT_REGION={options.Region}");
            Console.WriteLine(
                $"  aws glacier list-vaults --account-id - --no-sign-request --endpoint-url {Reachable(address)}");
        }
        else
        {
            Console.WriteLine(
                $"  export AWS_ACCESS_KEY_ID={key.AccessKeyId} AWS_SECRET_ACCESS_KEY={Secret(options, key)} "
                + $"AWS_DEFAULT_REGION={options.Region}");
            Console.WriteLine($"  aws glacier list-vaults --account-id - --endpoint-url {Reachable(address)}");
        }

        Console.WriteLine();
        Console.WriteLine(Ready + address);
    }

    /// <summary>A secret is printed once, when it is made; later it is one command away, and never in a log by
    /// accident.</summary>
    private static string Secret(ServerOptions options, OperatorKey key) =>
        key.Made is { } made ? made.SecretAccessKey
        : key.Environment is not null ? $"\"${OperatorKey.SecretVariable}\""
        : $"\"$(orleans-uploads keys show {key.AccessKeyId} --data '{options.DataFolder}')\"";

    /// <summary>The address as a client on this machine writes it.</summary>
    private static string Reachable(string address)
    {
        var uri = new Uri(address);
        return IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip)
            && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
                ? $"{uri.Scheme}://127.0.0.1:{uri.Port}"
                : address;
    }
}
