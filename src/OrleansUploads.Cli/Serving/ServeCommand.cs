using System.CommandLine;
using System.Net;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Gateway;

namespace OrleansUploads.Cli.Serving;

/// <summary><c>serve</c>: the whole service in one process, with its data in one folder.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var data = CommonOptions.Data();
        var listen = Listen();
        var account = CommonOptions.Account();
        var region = new Option<string>("--region")
        {
            Description = "The region that the names of vaults show.",
            DefaultValueFactory = _ => GatewayOptions.DefaultRegion,
        };
        var certificate = new Option<FileInfo?>("--https-certificate")
        {
            Description = "Serve HTTPS with this PEM certificate.",
        };
        var certificateKey = new Option<FileInfo?>("--https-key") { Description = "The certificate's private key, PEM." };
        var anonymous = new Option<bool>("--anonymous")
        {
            Description = "Serve everybody without signatures. Only on a loopback address.",
        };
        var staleAfter = CommonOptions.Duration(
            "--stale-after",
            "Reclaim uploads that nobody has touched for this long, at least 24h.",
            UploadPolicy.DefaultStaleAfter);
        var grace = CommonOptions.Duration(
            "--collect-grace",
            "Leave unowned bytes alone that are younger than this.",
            new MaintenanceOptions().AttemptGrace);
        var interval = CommonOptions.Duration(
            "--collect-interval", "Collect unowned bytes this often.", MaintenanceOptions.DefaultCollectInterval);
        var delay = ServeOptions.RetrievalDelay();
        var notify = ServeOptions.Notify();
        var maxVaults = ServeOptions.MaxVaults();
        var inventory = ServeOptions.Inventory();
        var quiet = new Option<bool>("--quiet") { Description = "Log only what is wrong, not every request." };
        var command = new Command("serve", "Serve the vault API.")
        {
            data, listen, account, region, certificate, certificateKey, anonymous, staleAfter, grace, interval, delay,
            notify, maxVaults, inventory, quiet,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(staleAfter) is { Errors: var errors } && !errors.Any()
                && result.GetValue(staleAfter) < UploadPolicy.MinStaleAfter)
            {
                result.AddError(
                    "--stale-after is at least 24h: the API promises that an idle upload's ID stays good for a day.");
            }

            if ((result.GetValue(certificate) is null) != (result.GetValue(certificateKey) is null))
            {
                result.AddError("--https-certificate and --https-key go together.");
            }

            if (result.GetValue(anonymous)
                && result.GetValue(listen) is { } endpoint
                && !IPAddress.IsLoopback(endpoint.Address))
            {
                result.AddError("--anonymous needs a loopback address in --listen: nobody else may reach it.");
            }
        });
        command.SetAction((parsed, cancellationToken) => Guard.RunAsync(() => new Server(new ServerOptions
        {
            DataFolder = parsed.GetRequiredValue(data).FullName,
            Listen = parsed.GetRequiredValue(listen),
            Account = parsed.GetRequiredValue(account),
            Region = parsed.GetRequiredValue(region),
            CertificatePath = parsed.GetValue(certificate)?.FullName,
            CertificateKeyPath = parsed.GetValue(certificateKey)?.FullName,
            Receivers = parsed.GetRequiredValue(notify),
            Anonymous = parsed.GetValue(anonymous),
            Quiet = parsed.GetValue(quiet),
            Engine = new EmbeddedEngineOptions
            {
                Uploads = new UploadPolicy
                {
                    StaleAfter = parsed.GetValue(staleAfter),
                    DeletedArchiveGrace = UploadPolicy.GraceFor(parsed.GetRequiredValue(delay)),
                },
                Retrievals = parsed.GetRequiredValue(delay),
                Inventories = parsed.GetValue(inventory),
                Accounts = new() { MaxVaults = parsed.GetValue(maxVaults) },
                Maintenance = new()
                {
                    AttemptGrace = parsed.GetValue(grace),
                    CollectInterval = parsed.GetValue(interval),
                },
            },
        }).RunAsync(cancellationToken)));
        return command;
    }

    private static Option<IPEndPoint> Listen() => new("--listen")
    {
        Description = "Address and port; port 0 picks a free one and prints it.",
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 9400),
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value.Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase);
            if (text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endpoint))
            {
                return endpoint;
            }

            result.AddError(
                $"'{result.Tokens[0].Value}' is no address and port: write 127.0.0.1:9400, 0.0.0.0:9400 or [::]:9400.");
            return null!;
        },
    };
}
