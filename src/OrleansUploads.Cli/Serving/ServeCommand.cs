using System.Net;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Embedded;

namespace OrleansUploads.Cli.Serving;

/// <summary><c>serve</c>: runs the whole service in one process, with its data in one folder.</summary>
internal static class ServeCommand
{
    private const int Mebibyte = 1024 * 1024;

    /// <summary><paramref name="seams"/> are replacements for tests, or null for none.</summary>
    public static Command Create(ServerSeams? seams = null)
    {
        var data = CommonOptions.Data(
            "The data folder, which contains the journal, the archives and the keys. Created if it does not exist.");
        var listen = ParseAddress(new("--listen")
        {
            Description = "Address and port. With port 0 the system chooses a free port, which is printed.",
            HelpName = "address:port",
            DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 9400),
        });
        var dashboardListen = ParseAddress(new("--dashboard-listen")
        {
            Description = "Serve the dashboard at this address and port instead of the API's. Recommended, because a browser then treats "
                + "stored objects and the dashboard as different sites.",
            HelpName = "address:port",
        });
        var account = CommonOptions.Account();
        var certificate = new Option<FileInfo?>("--https-certificate")
        {
            Description = "Serve HTTPS with this certificate and its chain, in PEM. Renewed files take effect without a restart.",
            HelpName = "file",
        };
        var certificateKey = new Option<FileInfo?>("--https-key")
        {
            Description = "The private key of the certificate, in PEM.",
            HelpName = "file",
        };
        var anonymous = new Option<bool>("--anonymous")
        {
            Description = "Accept requests without signatures. Requires a loopback address.",
        };
        var service = ServeOptions.OfService();
        var floor = ParseSize(new Option<long?>("--min-free")
        {
            Description = "Refuse parts that would leave less than this free on the disk, such as 64MiB or 1GiB. "
                + $"[default: 1 % of the disk, at least {DiskSpace.MinDefaultFloorBytes / Mebibyte}MiB, at most "
                + $"{DiskSpace.MaxDefaultFloorBytes / Mebibyte}MiB]",
            HelpName = "size",
        });
        var cache = ParseSize(new Option<long?>("--cache")
        {
            Description = "Keep this much of uploads and lists in memory while no request uses them, such as 64MiB or 1GiB. More makes requests "
                + $"faster that spread over many objects. [default: {EmbeddedHostOptions.DefaultMaxIdleBytes / Mebibyte}MiB]",
            HelpName = "size",
        });
        var noDashboard = new Option<bool>("--no-dashboard") { Description = "Do not serve the dashboard at /dashboard." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Log only warnings and errors, not every request." };
        var command = new Command(
            "serve", $"Serve the vault API and S3. Durations have the form {Durations.Examples}. Ctrl-C stops the server.")
        {
            data, listen, account, certificate, certificateKey, anonymous,
        };
        service.AddTo(command);
        command.Add(floor);
        command.Add(cache);
        command.Add(dashboardListen);
        command.Add(noDashboard);
        command.Add(quiet);
        command.Validators.Add(result =>
        {
            if (result.GetResult(certificate) is null != result.GetResult(certificateKey) is null)
            {
                result.AddError("--https-certificate and --https-key must be used together.");
            }

            var ownAddress = result.GetValueIfValid(dashboardListen);
            if (ownAddress is not null && result.GetValue(noDashboard))
            {
                result.AddError("--dashboard-listen and --no-dashboard exclude each other.");
            }

            foreach (var (option, endpoint) in new[] { (listen.Name, result.GetValueIfValid(listen)), (dashboardListen.Name, ownAddress) })
            {
                if (result.GetValue(anonymous) && endpoint is not null && !IPAddress.IsLoopback(endpoint.Address))
                {
                    result.AddError($"--anonymous requires a loopback address in {option}, because anyone who can connect has full access.");
                }
            }
        });
        return command.Run((parsed, cancellationToken) => new Server(new ServerOptions(
            parsed.GetRequiredValue(data).FullName,
            parsed.GetRequiredValue(listen)!,
            parsed.GetValue(dashboardListen),
            parsed.GetRequiredValue(account),
            parsed.GetValue(certificate)?.FullName,
            parsed.GetValue(certificateKey)?.FullName,
            parsed.GetValue(anonymous),
            !parsed.GetValue(noDashboard),
            parsed.GetValue(quiet),
            parsed.GetValue(floor),
            parsed.GetValue(cache) ?? EmbeddedHostOptions.DefaultMaxIdleBytes,
            service.Bind(parsed),
            seams ?? new ServerSeams())).RunAsync(cancellationToken));
    }

    private static Option<long?> ParseSize(Option<long?> option) => option.Parse(
        static text => ByteCount.TryParse(text, out var bytes) && bytes >= Mebibyte ? bytes : null,
        text => $"{option.Name} is '{text}'. It must be a size of at least 1MiB, such as 64MiB or 1GiB.");

    private static Option<IPEndPoint?> ParseAddress(Option<IPEndPoint?> option) => option.Parse(
        static text => text.Contains(':', StringComparison.Ordinal)
            && IPEndPoint.TryParse(text.Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase), out var endpoint)
                ? endpoint
                : null,
        text => $"{option.Name} is '{text}'. It must be an address and a port, such as 127.0.0.1:9400, 0.0.0.0:9400 or [::]:9400.");
}
