using System.Net;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Serving;

namespace OrleansUploads.Cli.Serving;

/// <summary>The lines that a server prints when it starts: how to use it, and that it is ready. And the one when it stops.</summary>
internal static class Greeting
{
    public static void Print(ServerOptions options, OperatorKey key, KeyFile keys, ServingAddresses addresses) =>
        HttpServing.Print(() => PrintLines(options, key, keys, addresses));

    private static void PrintLines(ServerOptions options, OperatorKey key, KeyFile keys, ServingAddresses addresses)
    {
        Console.WriteLine(
            $"OrleansUploads {ProgramVersion.Text}, data in {options.DataFolder}, account {options.Account}, "
            + $"region {options.Settings.Region}");
        if (key.Created is not null)
        {
            Console.WriteLine($"Created a key pair in {keys.Path}, readable by you only.");
        }

        var server = FormatLocalAddress(addresses.Api);
        var region = $"AWS_DEFAULT_REGION={options.Settings.Region}";
        var pair = FormatPair(options, key);
        if (options.Anonymous)
        {
            PrintCommands(
                "Requests need no signature. To use the server with the AWS CLI and without a key:",
                $"export {region}",
                $"aws glacier list-vaults --account-id - --no-sign-request --endpoint-url {server}",
                $"aws s3 ls --no-sign-request --endpoint-url {server}");
            PrintCommands(
                "This program always signs its requests. To use it with the key:",
                pair,
                $"export {region}",
                $"{ProgramName.Text} vault list --endpoint {server}");
        }
        else
        {
            PrintCommands(
                "To use the server with the AWS CLI, with S3's clients or with this program:",
                pair,
                $"export {region}",
                $"aws glacier list-vaults --account-id - --endpoint-url {server}",
                $"aws s3 ls --endpoint-url {server}",
                $"{ProgramName.Text} vault list --endpoint {server}");
        }

        if (options.HasDashboard)
        {
            HttpServing.PrintDashboard(FormatLocalAddress(addresses.Dashboard), options.Anonymous ? "" : " Sign in with the key.");
        }

        HttpServing.PrintMetrics(addresses.Metrics);
        HttpServing.PrintReady(addresses.Api);
    }

    /// <summary>Says that the server stops.</summary>
    public static void PrintStopping(TimeSpan drainTime) => HttpServing.Print(
        () => Console.WriteLine($"Stopping. Requests in progress have {drainTime.TotalSeconds:F0} s; Ctrl-C again ends at once."));

    /// <summary>Prints commands to paste, set off from the other lines.</summary>
    private static void PrintCommands(string purpose, params ReadOnlySpan<string> commands)
    {
        Console.WriteLine(purpose);
        Console.WriteLine();
        foreach (var command in commands)
        {
            Console.WriteLine($"  {command}");
        }

        Console.WriteLine();
    }

    /// <summary>Returns the command that takes the key pair into the environment of a shell. A new secret is printed only to a terminal, and
    /// never to the log of a container. Otherwise the command reads it from the environment or from the key file.</summary>
    private static string FormatPair(ServerOptions options, OperatorKey key)
    {
        var id = ProgramName.Quote(key.AccessKeyId);
        return key.Environment is not null
            ? $"export AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY=\"${OperatorKey.SecretVariable}\""
            : key.Created is { } created && !Console.IsOutputRedirected
                ? $"export AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={ProgramName.Quote(created.SecretAccessKey)}"
                : $"eval \"$({ProgramName.Text} keys export {id} --data {ProgramName.Quote(options.DataFolder)})\"";
    }

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
