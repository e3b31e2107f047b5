using System.Net;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Cli.Serving;

/// <summary>What a server says when it starts: how to use it, and that it is ready.</summary>
internal static class Greeting
{
    /// <summary>Begins the line that says the server is ready; its address follows. Scripts wait for it.</summary>
    public const string Ready = "Ready on ";

    /// <summary>Prints it.</summary>
    /// <param name="options">What the server was told.</param>
    /// <param name="key">The operator's key pair.</param>
    /// <param name="keys">Where it is kept.</param>
    /// <param name="address">Where the server listens.</param>
    /// <param name="isLogged">Whether standard output is no terminal: logs of containers keep what goes there.</param>
    public static void Print(ServerOptions options, OperatorKey key, KeyFile keys, string address, bool isLogged)
    {
        Console.WriteLine(
            $"OrleansUploads, data in {options.DataFolder}, account {options.Account}, region {options.Service.Gateway.Region}");
        if (key.Made is not null)
        {
            Console.WriteLine($"Made a key pair and kept it in {keys.Path}, readable by you only.");
        }

        Console.WriteLine("To use it with the AWS CLI:");
        Console.WriteLine();
        if (options.Anonymous)
        {
            Console.WriteLine($"  export AWS_DEFAULT_REGION={options.Service.Gateway.Region}");
            Console.WriteLine(
                $"  aws glacier list-vaults --account-id - --no-sign-request --endpoint-url {Reachable(address)}");
        }
        else
        {
            Console.WriteLine(
                $"  export AWS_ACCESS_KEY_ID={key.AccessKeyId} AWS_SECRET_ACCESS_KEY={Secret(options, key, isLogged)} "
                + $"AWS_DEFAULT_REGION={options.Service.Gateway.Region}");
            Console.WriteLine($"  aws glacier list-vaults --account-id - --endpoint-url {Reachable(address)}");
        }

        Console.WriteLine();
        Console.WriteLine(Ready + address);
    }

    /// <summary>A secret is printed once, to the terminal of whoever had it made. Later, and where output may be kept, it is one
    /// command away.</summary>
    private static string Secret(ServerOptions options, OperatorKey key, bool isLogged) =>
        key.Environment is not null ? $"\"${OperatorKey.SecretVariable}\""
        : key.Made is { } made && !isLogged ? made.SecretAccessKey
        : $"\"$(orleans-uploads keys show {key.AccessKeyId} --data {Quoted(options.DataFolder)})\"";

    /// <summary>A path as one word of a shell.</summary>
    private static string Quoted(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";

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
